/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SBOMs as evidence: the document itself is the predicate.  Tag-value and XML become the JSON of
 * the same format and version; the host keeps the digest of the file as it was.
 */
#include <intoto/attestor.h>

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "attestors/sbom/document.h"
#include "attestors/sbom/tag_value.h"
#include "attestors/sbom/xml.h"

enum { SLACK = 1000 * 1000 * 1000 /* clocks of file systems are coarse */ };

/* Left over from another run, it would be about other products. */
static int check_age(const struct intoto_request *request, const struct intoto_input *input,
		     struct intoto_error **err)
{
	const char *stale = intoto_request_option(request, "stale");
	int64_t started = intoto_request_started(request);

	if (stale && !intoto_text_same(stale, "allow") && !intoto_text_same(stale, "refuse"))
		return intoto_attestor_fail(err, INTOTO_E_USAGE,
					    "the option stale: want allow or refuse");
	if (!started || input->modified >= started - SLACK || intoto_text_same(stale, "allow"))
		return 0;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "is older than the step, so it may be about something else; "
				    "make it in the step, or use the option stale=allow");
}

static int convert(struct intoto_json_out *out, int fd, enum sbom_format format,
		   struct sbom_tally *tally, struct intoto_error **err)
{
	if (format == SBOM_SPDX2_TAG_VALUE)
		return sbom_tag_value_convert(out, fd, tally, err);
	if (format == SBOM_CYCLONEDX_XML)
		return sbom_xml_convert(out, fd, tally, err);
	return sbom_document_copy(out, fd, format, tally, err);
}

static int tell(struct intoto_answer *answer, const struct intoto_input *input,
		enum sbom_format format, const struct sbom_tally *tally, struct intoto_error **err)
{
	char names[SBOM_UNKNOWN_SHOWN * (SBOM_UNKNOWN_BYTES + 2) + 1] = "";
	size_t used = 0;
	int rc;

	for (size_t i = 0; i < SBOM_UNKNOWN_SHOWN && *tally->names[i]; i++)
		used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
					 tally->names[i]); /* fits */
	rc = intoto_answer_note(
		answer, err, "%s: %s with %" PRIu64 " packages and %" PRIu64 " files", input->name,
		sbom_format_name(format), tally->packages, tally->files);
	if (!rc && tally->unknown)
		rc = intoto_answer_note(answer, err,
					"%s: %" PRIu64
					" members that the format does not have were "
					"kept and not looked at: %s",
					input->name, tally->unknown, names);
	if (!rc && tally->left_out)
		rc = intoto_answer_note(answer, err,
					"%s: %" PRIu64
					" parts were left out of the JSON, and stand "
					"in the file alone: %s",
					input->name, tally->left_out, names);
	return rc;
}

static int attest_open(const struct intoto_request *request, struct intoto_answer *answer, int fd,
		       const struct intoto_input *input, struct intoto_error **err)
{
	struct sbom_tally tally = { 0 };
	struct intoto_json_out *out;
	enum sbom_format format;
	int rc = sbom_format_find(&format, fd, intoto_request_option(request, "as"), err);

	if (!rc)
		rc = intoto_answer_begin(answer, sbom_format_predicate(format), &out, err);
	if (!rc)
		rc = convert(out, fd, format, &tally, err);
	if (!rc)
		rc = intoto_answer_end(answer, err);
	return rc ? rc : tell(answer, input, format, &tally, err);
}

static int attest_input(const struct intoto_request *request, struct intoto_answer *answer,
			const struct intoto_input *input, struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int fd = -1;
	int rc = check_age(request, input, &why);

	if (!rc) {
		rc = intoto_input_open(&fd, input, 0, err);
		if (rc)
			return rc; /* names the file itself */
		rc = attest_open(request, answer, fd, input, &why);
		(void)close(fd); /* was only read */
	}
	if (rc)
		(void)intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", input->name,
					   intoto_error_text(why));
	intoto_error_free(why);
	return rc;
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_request_input_count(request); i++)
		rc = attest_input(request, answer, intoto_request_input(request, i), err);
	return rc;
}

int main(int argc, char **argv)
{
	static const char *const predicates[] = { "https://spdx.dev/Document",
						  "https://spdx.dev/Document/v3",
						  "https://cyclonedx.org/bom", NULL };
	static const struct intoto_attestor_option options[] = {
		{ "as", "FORMAT",
		  "take it as spdx, spdx-tag-value, spdx3, cyclonedx or cyclonedx-xml", false },
		{ "stale", "allow|refuse", "take a file that is older than the step, or not",
		  false },
		{ NULL, NULL, NULL, false },
	};
	static const struct intoto_attestor sbom = {
		.name = "sbom",
		.summary =
			"a software bill of materials: SPDX 2.2, 2.3 and 3.0, CycloneDX 1.2 to 1.7",
		.predicates = predicates,
		.options = options,
		.inputs_least = 1,
		.inputs_most = 16,
		.output_bytes = (uint64_t)256 << 20,
		.attest = attest,
	};

	return intoto_attestor_main(argc, argv, &sbom);
}
