/* SPDX-License-Identifier: Apache-2.0 */
/* in-toto simple verification result v0.2 (attestation framework, predicate "svr"). */
#include "model/vsa.h"
#include "model/vsa_statement.h"

/* What we have verified, in our own words; the caller's come behind it. */
#define PROPERTY "INTOTO_LAYOUT_VERIFIED"

/* verifier.policies must be there, also when it is empty. */
static void write_verifier(struct it_writer *writer, const struct it_verification *done)
{
	it_write_name(writer, "verifier");
	it_write_object(writer);
	it_write_name(writer, "id");
	it_write_text(writer, done->verifier_id);
	it_write_name(writer, "policies");
	it_write_list(writer);
	if (done->policy.uri || done->policy.digests)
		it_resource_write(writer, &done->policy);
	it_write_list_end(writer);
	it_write_object_end(writer);
}

static void write_predicate(struct it_writer *writer, const struct it_verification *done)
{
	it_write_object(writer);
	it_verification_write_excuses(writer, done);
	it_write_name(writer, "properties");
	it_write_list(writer);
	it_write_text(writer, PROPERTY);
	for (size_t i = 0; i < done->level_count; i++)
		it_write_text(writer, done->levels[i]);
	it_write_list_end(writer);
	it_verification_write_time(writer, "timeCreated", done);
	write_verifier(writer, done);
	it_write_object_end(writer);
}

int it_svr_to_envelope(struct intoto_envelope **out, const struct it_verification *done,
		       struct intoto_error **err)
{
	int rc = it_verification_check(done, err);

	*out = NULL;
	if (!rc && done->policy.uri)
		rc = it_resource_check_uri(done->policy.uri, "policies[0].uri", err);
	if (!rc)
		rc = it_vsa_check_levels(done->levels, done->level_count, err);
	if (!rc && !done->passed)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"a simple verification result lists what passed, and nothing did");
	if (rc)
		return rc;
	return it_verification_to_envelope(out, done, IT_SVR_TYPE, write_predicate, err);
}
