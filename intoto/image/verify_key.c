/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose signature it is: by key material only.  Keyids and hints are not looked at, since anybody
 * can write them.
 */
#include <stdlib.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "image/verify_part.h"

/* What a key of RSA may have signed by: cosign takes PKCS#1 v1.5, others PSS, both with SHA-256. */
static const char *const rsa_schemes[] = { "rsa-pkcs1v15-sha256", "rsassa-pss-sha256" };

/* Only what was looked at and found wrong is "not by this key": memory that ran out, a library that
 * does not start or a helper that is gone leave it open. */
static bool is_no(int rc)
{
	return rc == INTOTO_E_UNTRUSTED || rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT ||
	       rc == INTOTO_E_KEY || rc == INTOTO_E_UNSUPPORTED || rc == INTOTO_E_POLICY;
}

static int try_scheme(bool *good, const struct intoto_key *key, const struct it_scheme *scheme,
		      const struct it_verify_signed *given, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct intoto_key form = *key; /* borrowed: only how it is used differs */
	int rc;

	if (!scheme)
		return it_err_set(err, INTOTO_E_INTERNAL, "a scheme of RSA keys is missing");
	form.scheme = scheme;
	rc = it_key_verify(&form, given->bytes, given->signature, &why);
	*good = rc == INTOTO_OK;
	if (!rc || is_no(rc))
		return INTOTO_OK;
	return it_err_set(err, (enum intoto_code)rc,
			  "could not find out whether the key sha256:%s made a signature: %s",
			  intoto_key_fingerprint(key), intoto_error_text(why));
}

static int made(bool *good, const struct intoto_key *key, const struct it_verify_signed *given,
		struct intoto_error **err)
{
	int rc;

	*good = false;
	if (!given->signature.len || !key->scheme || key->openpgp)
		return INTOTO_OK;
	if (!it_streq(key->scheme->keytype, "rsa")) {
		rc = try_scheme(good, key, key->scheme, given, err);
		if (!rc && !*good && it_streq(key->scheme->keytype, "ed25519"))
			*good = it_ed25519_prehashed_good(key, given->bytes, given->signature);
		return rc;
	}
	for (size_t i = 0; i < IT_COUNT_OF(rsa_schemes); i++) {
		rc = try_scheme(good, key, it_scheme_find(rsa_schemes[i]), given, err);
		if (rc || *good)
			return rc;
	}
	return INTOTO_OK;
}

int it_verify_key(size_t *out, const struct intoto_key *const *keys, size_t count,
		  const struct it_verify_signed *given, struct intoto_error **err)
{
	*out = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		bool good;
		int rc = made(&good, keys[i], given, err);

		if (rc)
			return rc;
		if (good) {
			*out = i;
			return INTOTO_OK;
		}
	}
	return INTOTO_OK;
}

int it_verify_envelope_keys(struct it_verify_keys *out, const struct intoto_key *const *keys,
			    size_t count, const struct intoto_envelope *envelope,
			    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf covered = IT_BUF(2 * (size_t)IT_VERIFY_BUNDLE_MAX);
	int rc = it_envelope_signed_bytes(envelope, &covered, err);

	*out = (struct it_verify_keys){ .made = calloc(count + 1, sizeof *out->made) };
	if (!rc && !out->made)
		rc = it_err_nomem(err);
	for (size_t i = 0; !rc && i < envelope->signature_count; i++) {
		const struct it_verify_signed given = {
			it_buf_span(&covered), it_buf_span(&envelope->signatures[i].bytes)
		};
		size_t key;

		rc = it_verify_key(&key, keys, count, &given, err);
		if (rc || key == SIZE_MAX)
			continue;
		out->any = true;
		out->made[key] = true;
	}
	return rc;
}

void it_verify_keys_done(struct it_verify_keys *keys)
{
	free(keys->made);
}

int it_verify_denied_keys(bool **out, const struct it_deny_list *deny,
			  const struct intoto_key *const *keys, size_t count,
			  struct intoto_error **err)
{
	bool *denied = calloc(count + 1, sizeof *denied);
	int rc = denied ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && deny && i < count; i++) {
		IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(IT_VERIFY_TEXT_MAX);
		const struct it_deny_entry *found = NULL;

		rc = it_deny_key_value(&value, keys[i], err);
		if (!rc)
			rc = it_deny_list_find(&found, deny, IT_DENY_KEY, it_buf_text(&value), err);
		denied[i] = !rc && found;
	}
	if (rc) {
		free(denied);
		denied = NULL;
	}
	*out = denied;
	return rc;
}

size_t it_verify_distinct(const struct intoto_key *const *keys, size_t count, const bool *denied)
{
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++) {
		bool again = denied && denied[i];

		for (size_t j = 0; !again && j < i; j++)
			again = intoto_key_same(keys[i], keys[j]);
		distinct += !again;
	}
	return distinct;
}
