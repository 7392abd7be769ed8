/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files, told apart by how they begin: JSON key objects, PEM, OpenPGP, and what other tools
 * encrypt.
 */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/der.h"
#include "crypto/legacy_lock.h"
#include "crypto/openpgp.h"
#include "crypto/pem.h"
#include "model/key_object.h"
#include "model/sealed_key.h"

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
	return text.data[0] != '{' && memmem(text.data, text.len, "@@@@", 4) &&
	       !memmem(text.data, text.len, "-----", 5);
}

/* --- what comes out of encryption, and what was never encrypted --- */

static const struct it_where key_where = { NULL, "key", 0 };

/* A key object, or a list of one, as TUF's tools have it. */
static int read_object(struct intoto_key **out, const struct it_json *root,
		       struct intoto_error **err)
{
	struct it_where first = { &key_where, NULL, 0 };

	if (it_json_kind(root) != IT_JSON_LIST)
		return it_key_object_read(out, root, &key_where, err);
	if (it_json_count(root) != 1)
		return it_err_set(err, INTOTO_E_FORMAT, "key: a list of %zu keys, want one",
				  it_json_count(root));
	return it_key_object_read(out, it_json_at(root, 0), &first, err);
}

static int read_json_object(struct intoto_key **out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	int rc = it_json_parse(&root, text, &it_json_signed_limits, err);

	return rc ? rc : read_object(out, root, err);
}

static int read_der(struct intoto_key **out, struct it_span der, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf pem = IT_BUF(KEY_FILE_MAX);
	int rc = it_pem_write(&pem, "PRIVATE KEY", der, err);

	return rc ? rc : it_key_from_pem(out, it_buf_span(&pem), "decrypted", NULL, NULL, err);
}

/* The passphrase was right, so whatever is wrong now is the file. */
static int read_decrypted(struct intoto_key **out, struct it_span plain, struct intoto_error **err)
{
	struct it_span text = skip_space(plain);
	char first = text.len ? text.data[0] : '\0';

	if (first == '{' || first == '[')
		return read_json_object(out, text, err);
	if (first == '-')
		return it_key_from_pem(out, text, "decrypted", NULL, NULL, err);
	if (plain.len && plain.data[0] == IT_DER_SEQUENCE)
		return read_der(out, plain, err);
	return it_err_set(err, INTOTO_E_FORMAT, "decrypted, it is no key of a known form");
}

/* --- encrypted --- */

static int read_legacy(struct intoto_key **out, struct it_span text,
		       const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf plain = IT_BUF(IT_KEY_TEXT_MAX);
	int rc;

	while (text.len && skip_space(it_span(text.data + text.len - 1, 1)).len == 0)
		text.len--;
	rc = it_legacy_open(&plain, text, source, err);
	return rc ? rc : read_decrypted(out, it_buf_span(&plain), err);
}

static int read_sealed(struct intoto_key **out, const struct it_json *object,
		       const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf plain = IT_BUF(IT_KEY_TEXT_MAX);
	int rc = it_sealed_key_open(&plain, object, source, err);

	return rc ? rc : read_decrypted(out, it_buf_span(&plain), err);
}

/* A key object; an encrypted one; or TUF's { "encrypted": …, "data": one or the other }. */
static int read_json(struct intoto_key **out, struct it_span text,
		     const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_json_wipep) struct it_json *root = NULL;
	const struct it_json *object;
	int rc = it_json_parse(&root, text, &it_json_signed_limits, err);

	if (rc)
		return rc;
	object = it_json_get(root, "encrypted") && it_json_get(root, "data")
			 ? it_json_get(root, "data")
			 : root;
	if (it_sealed_key_is(object))
		return read_sealed(out, object, source, err);
	return read_object(out, object, err);
}

/* cosign and Sigstore put that JSON into a PEM block of their own. */
static int read_sealed_pem(struct intoto_key **out, struct it_span text,
			   const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(it_pem_done) struct it_pem pem = { 0 };
	int rc = it_pem_read(&pem, text, err);

	return rc ? rc : read_json(out, it_buf_span(&pem.bytes), source, err);
}

/* --- files --- */

static int read_key(struct intoto_key **out, struct it_span bytes,
		    const struct it_passphrase_source *source, struct intoto_error **err)
{
	struct it_span text = skip_space(bytes);

	if (text.len == 0)
		return it_err_set(err, INTOTO_E_FORMAT, "want a key, found nothing");
	if (text.data[0] == '{')
		return read_json(out, bytes, source, err);
	if (is_legacy_encrypted(text))
		return read_legacy(out, text, source, err);
	return read_sealed_pem(out, bytes, source, err);
}

/* id chooses among several OpenPGP keys, or is NULL. */
static int parse(struct intoto_key **out, struct it_span bytes, const char *id,
		 const struct it_passphrase_source *source, struct intoto_error **err)
{
	struct it_span text = skip_space(bytes);
	bool is_json = text.len && text.data[0] == '{';

	if (bytes.len > KEY_FILE_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d bytes", source->name,
				  KEY_FILE_MAX);
	if (!is_json && it_openpgp_is(bytes))
		return it_openpgp_parse(out, bytes, id, source->name, err);
	if (id)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: is no file of OpenPGP keys, so #%s can choose none",
				  source->name, id);
	if (text.len == 0 || is_json || is_legacy_encrypted(text) || it_cosign_key_is(text))
		return it_err_wrap(err, read_key(out, bytes, source, err), "%s", source->name);
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
