/* SPDX-License-Identifier: Apache-2.0 */
/* SLSA verification summary attestation v1 (slsa.dev, "Verification Summary Attestation"). */
#include "model/vsa.h"

#include <string.h>

#include "base/text.h"
#include "model/vsa_statement.h"

#define UNEVALUATED "SLSA_BUILD_LEVEL_UNEVALUATED"
#define SLSA_VERSION "1.1" /* the first with verifier.version */

enum { LEVEL_MAX = 128 };

/* --- levels --- */

static bool is_word(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= LEVEL_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len;
}

/* "SLSA_BUILD" of "SLSA_BUILD_LEVEL_3"; empty when it is no level of a track. */
static struct it_span track_of(const char *level)
{
	static const char before[] = "SLSA_";
	static const char between[] = "_LEVEL_";
	const char *cut = it_starts_with(level, before) ? strstr(level, between) : NULL;
	const char *number = cut ? cut + sizeof between - 1 : "";
	uint64_t value;

	if (!cut || cut < level + sizeof before || !is_word(level))
		return it_span("", 0);
	if (!it_streq(number, "UNEVALUATED") && !it_parse_u64(number, 99, &value))
		return it_span("", 0);
	return it_span(level, (size_t)(cut - level));
}

int it_vsa_check_level(const char *level, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (track_of(level).len)
		return INTOTO_OK;
	if (is_word(level) && !it_starts_with(level, "SLSA_") && !it_streq(level, "FAILED") &&
	    !it_streq(level, "PASSED"))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(level));
	return it_err_set(err, INTOTO_E_USAGE,
			  "want a level like SLSA_BUILD_LEVEL_3, or a word of your own in capitals "
			  "that does not begin with SLSA_, found '%s'",
			  quoted ? quoted : "");
}

int it_vsa_check_levels(const char *const *levels, size_t count, struct intoto_error **err)
{
	for (size_t i = 0; i < count; i++) {
		struct it_span track = track_of(levels[i]);
		int rc = it_vsa_check_level(levels[i], err);

		if (rc)
			return rc;
		for (size_t j = 0; j < i; j++)
			if (it_streq(levels[i], levels[j]) ||
			    (track.len && it_span_eq(track, track_of(levels[j]))))
				return it_err_set(err, INTOTO_E_USAGE,
						  "%s and %s: want at most one level of a track",
						  levels[j], levels[i]);
	}
	return INTOTO_OK;
}

/* --- the predicate --- */

static void write_levels(struct it_writer *writer, const struct it_verification *done)
{
	it_write_name(writer, "verifiedLevels");
	it_write_list(writer);
	if (!done->passed)
		it_write_text(writer, "FAILED");
	else if (!done->level_count)
		it_write_text(writer, UNEVALUATED);
	for (size_t i = 0; done->passed && i < done->level_count; i++)
		it_write_text(writer, done->levels[i]);
	it_write_list_end(writer);
}

static void write_verifier(struct it_writer *writer, const struct it_verification *done)
{
	it_write_name(writer, "verifier");
	it_write_object(writer);
	it_write_name(writer, "id");
	it_write_text(writer, done->verifier_id);
	it_write_name(writer, "version");
	it_write_object(writer);
	it_write_name(writer, "intoto");
	it_write_text(writer, done->verifier_version);
	it_write_object_end(writer);
	it_write_object_end(writer);
}

/* dependencyLevels is left out: that makes no claim about dependencies. */
static void write_predicate(struct it_writer *writer, const struct it_verification *done)
{
	it_write_object(writer);
	it_write_name(writer, "inputAttestations");
	it_write_list(writer);
	for (size_t i = 0; i < done->input_count; i++)
		it_resource_write(writer, &done->inputs[i]);
	it_write_list_end(writer);
	it_verification_write_excuses(writer, done);
	it_write_name(writer, "policy");
	it_resource_write(writer, &done->policy);
	it_write_name(writer, "resourceUri");
	it_write_text(writer, done->resource_uri);
	it_write_name(writer, "slsaVersion");
	it_write_text(writer, SLSA_VERSION);
	it_verification_write_time(writer, "timeVerified", done);
	it_write_name(writer, "verificationResult");
	it_write_text(writer, done->passed ? "PASSED" : "FAILED");
	write_levels(writer, done);
	write_verifier(writer, done);
	it_write_object_end(writer);
}

int it_vsa_to_envelope(struct intoto_envelope **out, const struct it_verification *done,
		       struct intoto_error **err)
{
	int rc = it_verification_check(done, err);

	*out = NULL;
	if (!rc)
		rc = it_resource_check_uri(done->resource_uri, "resourceUri", err);
	if (!rc)
		rc = it_resource_check_uri(done->policy.uri, "policy.uri", err);
	for (size_t i = 0; !rc && i < done->input_count; i++)
		if (!done->inputs[i].digests)
			rc = it_err_set(err, INTOTO_E_USAGE,
					"inputAttestations[%zu]: want a digest", i);
	if (!rc)
		rc = it_vsa_check_levels(done->levels, done->level_count, err);
	if (rc)
		return rc;
	return it_verification_to_envelope(out, done, IT_VSA_TYPE, write_predicate, err);
}
