/* SPDX-License-Identifier: Apache-2.0 */
/* Keys from the texts of a key object. */
#include <string.h>

#include "base/text.h"
#include "crypto/key.h"

/* Very old key objects repeat the scheme as keytype (securesystemslib before 0.20). */
static const struct {
	const char *spelling;
	const char *keytype;
} keytypes[] = {
	{ "ed25519", "ed25519" },
	{ "rsa", "rsa" },
	{ "ecdsa", "ecdsa" },
	{ "ecdsa-sha2-nistp256", "ecdsa" },
	{ "ecdsa-sha2-nistp384", "ecdsa" },
	{ "ecdsa-sha2-nistp521", "ecdsa" },
};

struct names {
	const char *spelling; /* of keytype, from our table */
	const struct it_scheme *scheme;
};

static int find_names(struct names *out, const char *keytype, const char *scheme,
		      struct intoto_error **err)
{
	const char *usual = NULL;
	IT_AUTO(it_freep) char *quoted = NULL;

	for (size_t i = 0; i < IT_COUNT_OF(keytypes); i++) {
		if (it_streq(keytypes[i].spelling, keytype)) {
			out->spelling = keytypes[i].spelling;
			usual = keytypes[i].keytype;
		}
	}
	if (!usual) {
		quoted = it_text_quoted(it_span_text(keytype));
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "keytype: found \"%s\", want ed25519, ecdsa or rsa",
				  quoted ? quoted : "");
	}
	out->scheme = it_scheme_find(scheme);
	if (!out->scheme)
		return it_err_wrap(err, it_scheme_refuse(it_span_text(scheme), err), "scheme");
	if (!it_streq(out->scheme->keytype, usual))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "scheme: \"%s\" does not fit keytype \"%s\"", out->scheme->name,
				  out->spelling);
	return INTOTO_OK;
}

/* One key from one text, by the reader of its half. */
static int make(struct intoto_key **out, const struct names *names, struct it_span text,
		int (*read)(struct intoto_key *key, struct it_span text, struct intoto_error **err),
		struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	int rc;

	if (!key)
		return it_err_nomem(err);
	if (text.len > IT_KEY_TEXT_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%zu bytes, want at most %d", text.len,
				  IT_KEY_TEXT_MAX);
	key->scheme = names->scheme;
	key->scheme_name = names->scheme->name;
	rc = read(key, text, err);
	if (!rc)
		rc = it_key_settle(key, names->spelling, err);
	if (rc)
		return rc;
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int make_pair(struct intoto_key **key, const struct names *names, struct it_span public_text,
		     struct it_span secret_text, struct intoto_error **err)
{
	const struct it_key_form *form = names->scheme->form;
	IT_AUTO(intoto_key_freep) struct intoto_key *half = NULL;
	int rc = make(&half, names, public_text, form->read_public, err);

	if (rc)
		return it_err_wrap(err, rc, "keyval.public");
	if (!secret_text.len) {
		*key = half;
		half = NULL;
		return INTOTO_OK;
	}
	rc = make(key, names, secret_text, form->read_secret, err);
	if (rc)
		return it_err_wrap(err, rc, "keyval.private");
	if (!intoto_key_same(*key, half))
		return it_err_set(err, INTOTO_E_KEY,
				  "keyval.private: does not belong to keyval.public");
	return INTOTO_OK;
}

int it_key_from_texts(struct intoto_key **out, const char *keytype, const char *scheme,
		      struct it_span public_text, struct it_span secret_text,
		      const char *declared_id, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	size_t id_len = declared_id ? strlen(declared_id) : 0;
	struct names names = { 0 };
	int rc;

	*out = NULL;
	if (id_len >= sizeof key->declared_id)
		return it_err_set(err, INTOTO_E_LIMIT, "keyid: %zu bytes, want at most %zu", id_len,
				  sizeof key->declared_id - 1);
	rc = find_names(&names, keytype, scheme, err);
	if (!rc)
		rc = make_pair(&key, &names, public_text, secret_text, err);
	if (rc)
		return rc;
	if (declared_id)
		memcpy(key->declared_id, declared_id, id_len + 1);
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}
