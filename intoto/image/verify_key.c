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

static bool is_good(const struct intoto_key *key, const struct it_scheme *scheme,
		    const struct it_verify_signed *given)
{
	struct intoto_key form = *key; /* borrowed: only how it is used differs */

	if (!scheme)
		return false;
	form.scheme = scheme;
	return it_key_verify(&form, given->bytes, given->signature, NULL) == INTOTO_OK;
}

static bool made(const struct intoto_key *key, const struct it_verify_signed *given)
{
	if (!given->signature.len || !key->scheme || key->openpgp)
		return false;
	if (it_streq(key->scheme->keytype, "ed25519"))
		return is_good(key, key->scheme, given) ||
		       it_ed25519_prehashed_good(key, given->bytes, given->signature);
	if (!it_streq(key->scheme->keytype, "rsa"))
		return is_good(key, key->scheme, given);
	for (size_t i = 0; i < IT_COUNT_OF(rsa_schemes); i++)
		if (is_good(key, it_scheme_find(rsa_schemes[i]), given))
			return true;
	return false;
}

size_t it_verify_key(const struct intoto_key *const *keys, size_t count,
		     const struct it_verify_signed *given)
{
	for (size_t i = 0; i < count; i++)
		if (made(keys[i], given))
			return i;
	return SIZE_MAX;
}

int it_verify_envelope_key(size_t *out, const struct intoto_key *const *keys, size_t count,
			   const struct intoto_envelope *envelope, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf covered = IT_BUF(2 * (size_t)IT_VERIFY_BUNDLE_MAX);
	int rc = it_envelope_signed_bytes(envelope, &covered, err);

	*out = SIZE_MAX;
	for (size_t i = 0; !rc && *out == SIZE_MAX && i < envelope->signature_count; i++) {
		const struct it_verify_signed given = {
			it_buf_span(&covered), it_buf_span(&envelope->signatures[i].bytes)
		};

		*out = it_verify_key(keys, count, &given);
	}
	return rc;
}

int it_verify_denied_keys(bool **out, const struct it_deny_list *deny,
			  const struct intoto_key *const *keys, size_t count,
			  struct intoto_error **err)
{
	bool *denied = calloc(count + 1, sizeof *denied);
	int rc = denied ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && deny && i < count; i++) {
		IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(IT_VERIFY_TEXT_MAX);

		rc = it_deny_key_value(&value, keys[i], err);
		if (!rc)
			denied[i] = it_deny_list_find(deny, IT_DENY_KEY, it_buf_text(&value));
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
