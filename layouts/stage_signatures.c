/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout signatures (specification 5.2, step 1): each key that was given must have signed the
 * layout.  A key that was given twice is one key.
 */
#include "base/text.h"
#include "layouts/chain.h"

/* By the main key: two OpenPGP keys that share a subkey are two all the same. */
static bool came_before(const struct intoto_key *const *keys, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_streq(intoto_key_fingerprint(keys[i]), intoto_key_fingerprint(keys[index])))
			return true;
	return false;
}

int it_stage_signatures(struct it_chain *chain, const struct intoto_envelope *envelope,
			const struct intoto_key *const *keys, size_t key_count, bool *trusted,
			struct intoto_error **err)
{
	size_t good = 0;
	size_t wanted = 0;

	*trusted = false;
	for (size_t i = 0; i < key_count; i++) {
		struct it_terms terms = { .at = chain->now };
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc;

		if (came_before(keys, i))
			continue;
		wanted++;
		rc = it_envelope_verify_under(envelope, keys[i], &terms, &why);
		if (rc == INTOTO_E_NOMEM)
			return it_err_nomem(err);
		good += rc == INTOTO_OK;
		it_report_add(chain->report, rc ? INTOTO_CHECK_FAILED : INTOTO_CHECK_PASSED,
			      "layout.signature", it_chain_label(chain, ""),
			      intoto_key_id(keys[i], INTOTO_KEYID_LEGACY), "%s",
			      rc ? intoto_error_text(why) : "the layout is signed by this key");
	}
	*trusted = wanted > 0 && good == wanted;
	return INTOTO_OK;
}
