/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: a JSON key object or PEM, told apart by the first character. */
#include <string.h>

#include "base/file.h"
#include "model/key_object.h"

enum { KEY_FILE_MAX = 1024 * 1024 };

static struct it_span skip_space(struct it_span text)
{
	while (text.len && strchr(" \t\r\n", text.data[0]) && text.data[0]) {
		text.data++;
		text.len--;
	}
	return text;
}

/* Five fields joined by "@@@@": salt, iterations, HMAC, IV, ciphertext (reference 2.5). */
static bool is_legacy_encrypted(struct it_span text)
{
	return memmem(text.data, text.len, "@@@@", 4) && !memmem(text.data, text.len, "-----", 5);
}

static int read_json(struct intoto_key **out, struct it_span text, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "key", 0 };
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	int rc = it_json_parse(&root, text, &it_json_signed_limits, err);

	if (rc)
		return rc;
	/* As go-securesystemslib's encrypted package writes them. */
	if (it_json_get(root, "kdf") && it_json_get(root, "ciphertext"))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "an encrypted JSON key, which is not read; convert it to PEM");
	return it_key_object_read(out, root, &where, err);
}

int intoto_key_parse(struct intoto_key **out, const void *data, size_t len, const char *name,
		     intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err)
{
	struct it_span text = skip_space(it_span(data, len));

	*out = NULL;
	if (len > KEY_FILE_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d bytes", name,
				  KEY_FILE_MAX);
	if (text.len == 0)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a key, found nothing", name);
	if (text.data[0] == '{')
		return it_err_wrap(err, read_json(out, it_span(data, len), err), "%s", name);
	if (is_legacy_encrypted(text))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: a legacy encrypted key, which is not read", name);
	return it_key_from_pem(out, it_span(data, len), name, passphrase, arg, err);
}

int intoto_key_load(struct intoto_key **out, const char *path, intoto_passphrase_fn passphrase,
		    void *arg, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(KEY_FILE_MAX);
	int rc;

	*out = NULL;
	rc = it_file_read(&text, path, err);
	if (rc)
		return rc;
	return intoto_key_parse(out, text.data, text.len, path, passphrase, arg, err);
}
