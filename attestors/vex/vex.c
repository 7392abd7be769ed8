/* SPDX-License-Identifier: Apache-2.0 */
/* VEX documents as evidence: which format, whether it has what that asks for, and it as it is. */
#include "attestors/vex/vex.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MOST = 48 * 1024 * 1024 };

static const struct vex_format *const formats[] = { &vex_csaf, &vex_cyclonedx, &vex_openvex };

enum { FORMATS = sizeof formats / sizeof *formats };

static int by_name(const struct vex_format **out, const char *name, struct intoto_error **err)
{
	char *quoted;
	int rc;

	for (size_t i = 0; i < FORMATS; i++)
		if (intoto_text_same(formats[i]->name, name)) {
			*out = formats[i];
			return 0;
		}
	quoted = intoto_text_quoted(name);
	rc = intoto_attestor_fail(err, INTOTO_E_USAGE,
				  "option as: want openvex, csaf or cyclonedx, found '%.100s'",
				  quoted ? quoted : "");
	free(quoted);
	return rc;
}

/* Two formats in one document: whoever reads it may take it for either. */
static int by_looks(const struct vex_format **out, const struct intoto_value *document,
		    const char *name, struct intoto_error **err)
{
	const struct vex_format *second = NULL;

	for (size_t i = 0; i < FORMATS; i++) {
		if (!formats[i]->is(document))
			continue;
		if (*out)
			second = formats[i];
		else
			*out = formats[i];
	}
	if (second)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "%s: looks like %s and like %s; say which with the "
					    "option as",
					    name, (*out)->title, second->title);
	if (*out)
		return 0;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT,
				    "%s: is no VEX document: want \"@context\" (OpenVEX), "
				    "document.csaf_version (CSAF) or \"bomFormat\" (CycloneDX)",
				    name);
}

static int write_document(struct intoto_answer *answer, const struct vex_format *format,
			  const struct intoto_value *document, struct intoto_error **err)
{
	struct intoto_json_out *out = NULL;
	int rc = intoto_answer_begin(answer, format->predicate, &out, err);

	if (rc)
		return rc;
	intoto_out_value(out, document);
	return intoto_answer_end(answer, err);
}

static int attest_document(const struct intoto_request *request,
			   const struct intoto_value *document, const char *name,
			   struct intoto_answer *answer, struct intoto_error **err)
{
	const char *as = intoto_request_option(request, "as");
	const struct vex_format *format = NULL;
	struct vex_counts counts = { 0 };
	struct intoto_error *why = NULL;
	int rc = as ? by_name(&format, as, err) : by_looks(&format, document, name, err);

	if (rc)
		return rc;
	rc = format->check(&counts, document, &why);
	if (rc)
		(void)intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", name,
					   intoto_error_text(why)); /* rc says it */
	intoto_error_free(why);
	if (rc)
		return rc;
	rc = intoto_answer_note(answer, err,
				"%s: %s, %u not affected, %u affected, %u fixed, %u under "
				"investigation",
				name, format->title, counts.not_affected, counts.affected,
				counts.fixed, counts.under_investigation);
	return rc ? rc : write_document(answer, format, document, err);
}

static int attest_input(const struct intoto_request *request, const struct intoto_input *input,
			struct intoto_answer *answer, struct intoto_error **err)
{
	struct intoto_value *document = NULL;
	struct intoto_error *why = NULL;
	char *text = NULL;
	size_t length = 0;
	int rc = intoto_input_read(&text, &length, input, DOCUMENT_MOST, err);

	if (rc)
		return rc;
	rc = intoto_value_parse(&document, text, length, &why);
	free(text);
	if (rc)
		(void)intoto_attestor_fail(err, (enum intoto_code)rc, "%s: %s", input->name,
					   intoto_error_text(why)); /* rc says it */
	intoto_error_free(why);
	if (!rc)
		rc = attest_document(request, document, input->name, answer, err);
	intoto_value_free(document);
	return rc;
}

int vex_attest(const struct intoto_request *request, struct intoto_answer *answer,
	       struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_request_input_count(request); i++)
		rc = attest_input(request, intoto_request_input(request, i), answer, err);
	return rc;
}
