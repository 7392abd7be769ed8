/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: a JSON key object or PEM, told apart by the first character. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/openpgp.h"
#include "crypto/pbe.h"
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

/* id chooses among several OpenPGP keys, or is NULL. */
static int parse(struct intoto_key **out, struct it_span bytes, const char *id,
		 const struct it_passphrase_source *source, struct intoto_error **err)
{
	struct it_span text = skip_space(bytes);

	if (bytes.len > KEY_FILE_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d bytes", source->name,
				  KEY_FILE_MAX);
	if (text.len == 0)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a key, found nothing",
				  source->name);
	if (it_openpgp_is(bytes))
		return it_openpgp_parse(out, bytes, id, source->name, err);
	if (id)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is no file of OpenPGP keys, so #%s can choose none",
				  source->name, id);
	if (text.data[0] == '{')
		return it_err_wrap(err, read_json(out, bytes, err), "%s", source->name);
	if (is_legacy_encrypted(text))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: a legacy encrypted key, which is not read", source->name);
	return it_key_from_pem(out, bytes, source->name, source->ask, source->arg, err);
}

int intoto_key_parse(struct intoto_key **out, const void *data, size_t len, const char *name,
		     intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err)
{
	struct it_passphrase_source source = { passphrase, arg, name };

	*out = NULL;
	return parse(out, it_span(data, len), NULL, &source, err);
}

/* FILE#KEYID, unless a file is called so. */
static const char *split_id(const char *path)
{
	const char *mark = strrchr(path, '#');

	if (!mark || mark == path || !it_openpgp_id_valid(mark + 1) || access(path, F_OK) == 0)
		return NULL;
	return mark + 1;
}

int intoto_key_load(struct intoto_key **out, const char *path, intoto_passphrase_fn passphrase,
		    void *arg, struct intoto_error **err)
{
	const char *id = split_id(path);
	IT_AUTO(it_freep)
	char *file = id ? strndup(path, (size_t)(id - 1 - path)) : strdup(path);
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(KEY_FILE_MAX);
	struct it_passphrase_source source = { passphrase, arg, file };
	int rc;

	*out = NULL;
	if (!file)
		return it_err_nomem(err);
	rc = it_file_read(&text, file, err);
	return rc ? rc : parse(out, it_buf_span(&text), id, &source, err);
}
