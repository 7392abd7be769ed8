/* SPDX-License-Identifier: Apache-2.0 */
/* { kdf: { name, params: { N, r, p }, salt }, cipher: { name, nonce }, ciphertext } */
#include "model/sealed_key.h"

#include "base/text.h"
#include "crypto/legacy_lock.h"
#include "json/field.h"

enum { SMALL_MAX = 4096 };

/* One object after the other, all of them filling this. */
struct sealed {
	const struct it_json *kdf;
	const struct it_json *cipher;
	const struct it_json *params;
	char *kdf_name;
	char *cipher_name;
	struct it_buf salt;
	struct it_buf nonce;
	struct it_buf box;
	int64_t n, r, p;
};

static void sealed_done(struct sealed *sealed)
{
	free(sealed->kdf_name);
	free(sealed->cipher_name);
	it_buf_done(&sealed->salt);
	it_buf_done(&sealed->nonce);
	it_buf_done(&sealed->box);
}

static int decode(struct it_buf *out, const struct it_json *value, const struct it_where *where,
		  struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want base64, found %s",
				       it_json_kind_name(value));
	if (it_base64_decode(out, text))
		return INTOTO_OK;
	if (out->failed == INTOTO_E_LIMIT)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %zu bytes", out->max);
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want base64, found another text");
}

static int read_salt(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct sealed *sealed = target;

	return decode(&sealed->salt, value, where, err);
}

static int read_nonce(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct sealed *sealed = target;

	return decode(&sealed->nonce, value, where, err);
}

static int read_box(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	struct sealed *sealed = target;

	return decode(&sealed->box, value, where, err);
}

static const struct it_field outer[] = {
	{ "cipher", IT_FIELD_OBJECT, true, offsetof(struct sealed, cipher), NULL },
	{ "ciphertext", IT_FIELD_CUSTOM, true, 0, read_box },
	{ "kdf", IT_FIELD_OBJECT, true, offsetof(struct sealed, kdf), NULL },
};
static const struct it_field kdf[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct sealed, kdf_name), NULL },
	{ "params", IT_FIELD_OBJECT, true, offsetof(struct sealed, params), NULL },
	{ "salt", IT_FIELD_CUSTOM, true, 0, read_salt },
};
static const struct it_field params[] = {
	{ "N", IT_FIELD_INT, true, offsetof(struct sealed, n), NULL },
	{ "p", IT_FIELD_INT, true, offsetof(struct sealed, p), NULL },
	{ "r", IT_FIELD_INT, true, offsetof(struct sealed, r), NULL },
};
static const struct it_field cipher[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct sealed, cipher_name), NULL },
	{ "nonce", IT_FIELD_CUSTOM, true, 0, read_nonce },
};

static int read_sealed(struct sealed *out, const struct it_json *object, struct intoto_error **err)
{
	static const struct it_where key = { NULL, "key", 0 };
	struct it_where kdf_where = { &key, "kdf", 0 };
	struct it_where params_where = { &kdf_where, "params", 0 };
	struct it_where cipher_where = { &key, "cipher", 0 };
	int rc = it_fields_read(out, object, outer, IT_COUNT_OF(outer), 0, &key, err);

	if (!rc)
		rc = it_fields_read(out, out->kdf, kdf, IT_COUNT_OF(kdf), 0, &kdf_where, err);
	if (!rc)
		rc = it_fields_read(out, out->cipher, cipher, IT_COUNT_OF(cipher), 0, &cipher_where,
				    err);
	/* Looked at first: others have other parameters. */
	if (!rc &&
	    (!it_streq(out->kdf_name, "scrypt") || !it_streq(out->cipher_name, "nacl/secretbox")))
		return it_where_refuse(&key, INTOTO_E_UNSUPPORTED, err,
				       "is not encrypted with scrypt and nacl/secretbox");
	if (!rc)
		rc = it_fields_read(out, out->params, params, IT_COUNT_OF(params), 0, &params_where,
				    err);
	return rc;
}

bool it_sealed_key_is(const struct it_json *object)
{
	return it_json_get(object, "kdf") && it_json_get(object, "ciphertext");
}

int it_sealed_key_open(struct it_buf *plain, const struct it_json *object,
		       const struct it_passphrase_source *source, struct intoto_error **err)
{
	IT_AUTO(sealed_done)
	struct sealed sealed = { .salt = IT_BUF(SMALL_MAX),
				 .nonce = IT_BUF(SMALL_MAX),
				 .box = IT_BUF(IT_KEY_TEXT_MAX) };
	struct it_secretbox box;
	int rc = read_sealed(&sealed, object, err);

	if (rc)
		return rc;
	box = (struct it_secretbox){ .n = sealed.n,
				     .r = sealed.r,
				     .p = sealed.p,
				     .salt = it_buf_span(&sealed.salt),
				     .nonce = it_buf_span(&sealed.nonce),
				     .box = it_buf_span(&sealed.box) };
	return it_secretbox_open(plain, &box, source, err);
}
