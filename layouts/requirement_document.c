/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link against what its step requires.  The link names the statement of its trace by a digest, so
 * whoever signed the link vouches for the very bytes; that the same person signed the statement is
 * looked at all the same, since the statement also travels alone.
 */
#include <string.h>

#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "layouts/certificate.h"
#include "layouts/document.h"
#include "model/runtime_trace.h"

enum { TEXT_MAX = 64 * 1024 };

/* --- what the link itself says --- */

struct hearing {
	const struct it_document *document;
	bool met;
};

static void take_answer(void *arg, const struct it_requirement_answer *answer)
{
	struct hearing *hearing = arg;

	hearing->met &= answer->met;
	it_document_report(hearing->document,
			   answer->met ? INTOTO_CHECK_PASSED : INTOTO_CHECK_WARNING, answer->code,
			   answer->text);
}

/* --- the statement beside it --- */

/* The folder of a file, as a prefix of names in it. */
static char *folder_of(const char *path)
{
	return strndup(path, (size_t)(it_path_base(path) - path));
}

static int read_bytes(struct it_buf *out, const struct it_document *document, struct it_span name,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *folder = folder_of(document->source->path);
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_MAX);
	int rc;

	if (!folder)
		return it_err_nomem(err);
	(void)it_buf_add_text(&path, folder); /* looked at below */
	(void)it_buf_add_span(&path, name);
	rc = it_buf_check(&path, "a path", err);
	return rc ? rc : it_regular_read(out, it_buf_text(&path), (struct it_extent){ 0 }, err);
}

static int check_digest(struct it_span bytes, struct it_span want, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(2 * IT_SHA256_SIZE);

	it_sha256_hex(&found, bytes);
	if (it_span_eq(it_buf_span(&found), want))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNTRUSTED,
			  "is not the statement that the link was made "
			  "with: it has another digest");
}

/* Whether one who signed the link with a certificate signed this, too. */
static int has_certified(bool *found, const struct it_document *document,
			 const struct it_layout_step *step, const struct intoto_envelope *envelope,
			 struct intoto_error **err)
{
	IT_AUTO(it_certifieds_done) struct it_certifieds certified = { 0 };
	const struct it_people *signers = &document->signers;
	int rc = INTOTO_OK;

	if (step->constraints.count)
		rc = it_certificates_judge(document->chain, step, document->source->name, envelope,
					   &certified, err);
	for (size_t i = 0; !rc && i < certified.count; i++)
		for (size_t j = 0; j < signers->count; j++)
			*found |= !signers->items[j].key && it_streq(certified.items[i].fingerprint,
								     signers->items[j].fingerprint);
	return rc;
}

static int check_signer(const struct it_document *document, const struct it_layout_step *step,
			const struct intoto_envelope *envelope, struct intoto_error **err)
{
	const struct it_people *signers = &document->signers;
	bool found = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !found && i < signers->count; i++) {
		struct it_terms terms = { document->chain->now, signers->items[i].only };

		found = signers->items[i].key &&
			it_envelope_verify_under(envelope, signers->items[i].key, &terms, NULL) ==
				INTOTO_OK;
	}
	if (!found)
		rc = has_certified(&found, document, step, envelope, err);
	if (rc || found)
		return rc;
	return it_err_set(err, INTOTO_E_UNTRUSTED, "is not signed by who signed the link");
}

static int check_statement(const struct it_document *document, const struct it_layout_step *step,
			   struct it_span name, struct it_span digest, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	struct it_span type;
	int rc = read_bytes(&text, document, name, err);

	if (!rc)
		rc = check_digest(it_buf_span(&text), digest, err);
	if (!rc)
		rc = intoto_envelope_parse(&envelope, text.data, text.len, err);
	if (!rc)
		rc = check_signer(document, step, envelope, err);
	if (rc)
		return rc;
	type = it_json_text(it_json_get(it_envelope_body(envelope), "predicateType"));
	if (it_streq(intoto_envelope_type(envelope), "statement") &&
	    it_span_is(type, IT_RUNTIME_TRACE_TYPE))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT, "is no runtime trace");
}

static void report_statement(const struct it_document *document, struct it_span name, int rc,
			     const struct intoto_error *why)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * TEXT_MAX);

	(void)it_buf_add_text(&text, "the statement of the trace, "); /* sticks; still a text */
	it_where_quote(&text, name);
	if (rc)
		(void)it_buf_printf(&text, ": %s", intoto_error_text(why)); /* likewise */
	else
		(void)it_buf_add_text(&text, ", is there and is signed by who signed the link");
	it_document_report(document, rc ? INTOTO_CHECK_WARNING : INTOTO_CHECK_PASSED, "link.trace",
			   it_buf_text(&text));
}

/* The verdict rests on it, so whoever signs that names it. */
static int remember(const struct it_document *document, struct it_span name, struct it_span digest,
		    struct intoto_error **err)
{
	IT_AUTO(it_freep) char *folder = folder_of(document->source->path);
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(TEXT_MAX);

	if (!folder)
		return it_err_nomem(err);
	(void)it_buf_printf(&path, "%s%s", folder, name.data); /* was opened before */
	it_report_add_input(document->chain->report, it_buf_text(&path),
			    document->chain->options->without_input_digests ? NULL : digest.data);
	return INTOTO_OK;
}

static int find_statement(const struct it_document *document, const struct it_layout_step *step,
			  bool *met, bool *unreadable, struct intoto_error **err)
{
	const struct it_json *trace =
		it_json_get(it_json_get(document->link->environment, "intoto"), "trace");
	const struct it_json *said = it_json_get(trace, "statement");
	struct it_span name = it_json_text(it_json_get(said, "name"));
	struct it_span digest = it_json_text(it_json_get(said, "sha256"));
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	*met = false;
	if (!it_name_is_safe(name) || digest.len != 2 * IT_SHA256_SIZE || !it_hex_valid(digest)) {
		it_document_report(document, INTOTO_CHECK_WARNING, "link.trace",
				   "the link names no statement of its trace");
		return INTOTO_OK;
	}
	rc = check_statement(document, step, name, digest, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	*unreadable = rc == INTOTO_E_IO;
	*met = rc == INTOTO_OK;
	if (!*unreadable)
		report_statement(document, name, rc, why);
	else
		it_report_undecided(document->chain->report, "link.trace",
				    it_chain_label(document->chain, document->item->name),
				    document->source->name, why);
	return rc ? INTOTO_OK : remember(document, name, digest, err);
}

int it_document_meets(const struct it_document *document, const struct it_layout_step *step,
		      bool *met, bool *unreadable, struct intoto_error **err)
{
	struct hearing hearing = { document, true };

	it_requirement_compare(&step->requires, document->link->environment, take_answer, &hearing);
	*met = hearing.met;
	if (!hearing.met || !step->requires.trace.statement)
		return INTOTO_OK;
	return find_statement(document, step, met, unreadable, err);
}
