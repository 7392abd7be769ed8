/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and verifying the evidence of a step (specification 5.2, steps 4 to 6).
 *
 * Of link files only those are opened whose name has an id of an authorised key, and only that key
 * can make them count; where a step accepts certificates, every link file of the step is opened.
 * Attestations have no such names: whoever may do the step may have signed them.
 */
#include "layouts/evidence.h"

#include <string.h>

#include "base/text.h"
#include "layouts/certificate.h"
#include "layouts/gates/exceptions.h"
#include "layouts/sublayout.h"
#include "model/runtime_trace.h"

enum { SENTENCE_MAX = 64 * 1024, STRANGERS_TOLD = 10 };

void it_evidence_done(struct it_evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++) {
		struct it_source *source = evidence->valid[i].slot.source;

		if (source)
			it_shelf_drop(&evidence->chain->run->shelf, source);
		it_source_free(source);
		it_people_done(&evidence->valid[i].signers);
	}
	free(evidence->valid);
	it_candidates_done(&evidence->candidates);
	it_authority_done(&evidence->authority);
}

/* One document of the step, on its way. */
struct visit {
	struct it_evidence *evidence;
	struct it_document document;
	const struct it_candidate *claims; /* the entries whose name the file has */
	size_t claim_count;
};

static void report(const struct visit *visit, enum intoto_outcome outcome, const char *code,
		   const char *text)
{
	it_document_report(&visit->document, outcome, code, text);
}

/* --- signatures --- */

static int try_entry(struct visit *visit, size_t number, struct intoto_error **why,
		     struct intoto_error **err)
{
	const struct it_authority *authority = &visit->evidence->authority;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SENTENCE_MAX);
	struct it_person signer = it_authority_person(authority, number, &name);
	struct it_terms terms = { visit->document.chain->now, signer.only };
	int rc = it_envelope_verify_under(visit->document.envelope, signer.key, &terms,
					  *why ? NULL : why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? INTOTO_OK : it_people_add(&visit->document.signers, &signer, err);
}

static int try_keys(struct visit *visit, struct intoto_error **why, struct intoto_error **err)
{
	bool claimed = visit->document.kind == IT_DOCUMENT_LINK;
	size_t count = claimed ? visit->claim_count : visit->evidence->authority.count;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = try_entry(visit, claimed ? visit->claims[i].number : i, why, err);
	return rc;
}

static int try_certificates(struct visit *visit, struct intoto_error **err)
{
	const struct it_layout_step *step = visit->evidence->step;
	IT_AUTO(it_certifieds_done) struct it_certifieds certified = { 0 };
	int rc;

	if (!step->constraints.count)
		return INTOTO_OK;
	rc = it_certificates_judge(visit->document.chain, step, visit->document.source->name,
				   visit->document.envelope, &certified, err);
	for (size_t i = 0; !rc && i < certified.count; i++) {
		struct it_person signer = { .fingerprint = certified.items[i].fingerprint,
					    .identity = certified.items[i].identity,
					    .issuer = certified.items[i].issuer,
					    .name = certified.items[i].name,
					    .rank = step->pubkeys.count };

		rc = it_people_add(&visit->document.signers, &signer, err);
	}
	return rc;
}

static void report_signers(const struct visit *visit)
{
	const struct it_people *signers = &visit->document.signers;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	(void)it_buf_add_text(&text, "is signed by "); /* sticks; still a text */
	for (size_t i = 0; i < signers->count; i++)
		it_list_name(&text, i, signers->items[i].name);
	it_list_end(&text, signers->count);
	report(visit, INTOTO_CHECK_PASSED, "link.signature", it_buf_text(&text));
	for (size_t i = 0; visit->document.chain->trace && i < signers->count; i++)
		it_trace_signer(visit->document.chain->trace,
				it_chain_label(visit->document.chain, visit->document.item->name),
				visit->document.source->name,
				signers->items[i].identity ? signers->items[i].identity
							   : signers->items[i].fingerprint,
				signers->items[i].name);
}

/* Anybody can fill a bundle with attestations, but not the report. */
static void report_strangers(const struct visit *visit, const struct intoto_error *why)
{
	bool attested = visit->document.kind != IT_DOCUMENT_LINK;
	const char *text = why ? intoto_error_text(why) : "is signed by nobody who may do the step";

	if (attested && visit->evidence->authority.count > 1)
		text = "is signed by none of the keys that may do the step";
	if (!attested || ++visit->evidence->strangers <= STRANGERS_TOLD)
		report(visit, INTOTO_CHECK_WARNING, "link.signature", text);
}

static int find_signers(struct visit *visit, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = try_keys(visit, &why, err);

	if (!rc)
		rc = try_certificates(visit, err);
	if (rc)
		return rc;
	if (visit->document.signers.count)
		report_signers(visit);
	else
		report_strangers(visit, why);
	return INTOTO_OK;
}

/* --- evidence that names no step --- */

/* Whether somebody may do a step, by a key or by some certificate. */
static bool may_do(const struct it_chain *chain, const struct it_layout_step *step,
		   const struct it_person *person)
{
	for (size_t i = 0; person->key && i < step->pubkeys.count; i++) {
		const struct it_layout_key *key =
			it_layout_key(chain->layout, step->pubkeys.items[i]);

		if (key && key->key && intoto_key_same(key->key, person->key))
			return true;
	}
	return !person->key && step->constraints.count;
}

static bool may_do_others(const struct visit *visit)
{
	const struct it_chain *chain = visit->document.chain;
	const struct it_people *signers = &visit->document.signers;

	for (size_t i = 0; i < chain->layout->step_count; i++)
		for (size_t j = 0; j < signers->count; j++)
			if (&chain->layout->steps[i] != visit->evidence->step &&
			    may_do(chain, &chain->layout->steps[i], &signers->items[j]))
				return true;
	return false;
}

/*
 * A provenance does not say of which step it is, only its file name does, which nobody signed: by
 * somebody who may do several steps it could be copied from one to another.
 */
static bool is_of_this_step(const struct visit *visit)
{
	bool allowed = it_chain_allows(visit->document.chain, INTOTO_ALLOW_UNNAMED_PROVENANCE);

	if (visit->document.named)
		return true;
	if (visit->document.kind == IT_DOCUMENT_LINK) {
		report(visit, INTOTO_CHECK_WARNING, "attestation.step",
		       "was not used: this provenance names no step, and a .link file holds a link "
		       "(want <step>.json)");
		return false;
	}
	if (!may_do_others(visit))
		return true;
	report(visit, INTOTO_CHECK_WARNING, "attestation.step",
	       allowed ? "this provenance names no step, and who signed it may do others, too"
		       : "was not used: this provenance names no step, and who signed it may do "
			 "others, too, so it could be of one of those "
			 "(--allow=unnamed-provenance takes it)");
	return allowed;
}

/* --- the document --- */

static int keep_sublayout(struct visit *visit, struct intoto_error **err)
{
	struct it_document *document = &visit->document;
	struct it_evidence *evidence = visit->evidence;
	IT_AUTO(it_people_done) struct it_people signers = { 0 };
	struct it_slot slot = { 0 };
	struct it_sublayout *below = NULL;
	bool open = false;
	int rc = it_people_add_all(&signers, &document->signers, err);

	if (!rc)
		rc = it_sublayout_verify(&below, &open, evidence->step, document, err);
	evidence->unreadable += open;
	slot.below = below;
	return rc || !below ? rc : it_evidence_keep(evidence, slot, &signers, err);
}

/* Of how something was made only a link can tell; steps inside have demands of their own. */
static int judge_sublayout(struct visit *visit, struct intoto_error **err)
{
	const struct it_requirement *requires = &visit->evidence->step->requires;

	if (!it_requirement_is_given(requires))
		return keep_sublayout(visit, err);
	report(visit, INTOTO_CHECK_WARNING,
	       requires->trace.given	 ? "link.trace"
	       : requires->sandbox.given ? "link.sandbox"
					 : "link.digests",
	       "a sublayout does not tell how the step was done, as the layout wants to know; put "
	       "the demand into its own steps");
	return INTOTO_OK;
}

/* The link of the document, once it is known to be evidence. */
static int keep_link(struct visit *visit, struct intoto_error **err)
{
	struct it_document *document = &visit->document;
	struct it_slot slot = { 0 };
	bool unreadable = false;
	bool met = false;
	int rc = it_document_resolve(document, &met, &unreadable, err);

	visit->evidence->unreadable += unreadable;
	if (rc || !met || !it_document_fits(document))
		return rc;
	rc = it_document_meets(document, visit->evidence->step, &met, &unreadable, err);
	visit->evidence->unreadable += unreadable;
	if (rc || !met)
		return rc;
	rc = it_document_shelve(document, err);
	if (rc)
		return rc;
	slot.source = document->source;
	document->source = NULL; /* now the evidence's */
	return it_evidence_keep(visit->evidence, slot, &document->signers, err);
}

/* A link file: what nobody has signed is not even looked at. */
static int judge_file(struct visit *visit, struct intoto_error **err)
{
	struct it_document *document = &visit->document;
	int rc = find_signers(visit, err);

	if (rc || !document->signers.count)
		return rc;
	if (it_streq(intoto_envelope_type(document->envelope), "layout"))
		return judge_sublayout(visit, err);
	rc = it_document_open(document, err);
	return rc || !document->link || !is_of_this_step(visit) ? rc : keep_link(visit, err);
}

/* An attestation may be about another matter, which is no reason to ask who signed it. */
static int judge_attestation(struct visit *visit, struct intoto_error **err)
{
	struct it_document *document = &visit->document;
	int rc = it_document_open(document, err);

	if (rc || !document->link)
		return rc;
	rc = find_signers(visit, err);
	if (rc || !document->signers.count || !is_of_this_step(visit))
		return rc;
	return keep_link(visit, err);
}

/* Takes source, also on failure. */
static int visit_document(struct it_evidence *evidence, struct it_source *source,
			  enum it_document_kind kind, const struct it_candidate *claims,
			  size_t claim_count, struct intoto_error **err)
{
	struct visit visit = { .evidence = evidence,
			       .document = { .chain = evidence->chain,
					     .item = &evidence->step->item,
					     .kind = kind,
					     .source = source },
			       .claims = claims,
			       .claim_count = claim_count };
	bool unreadable = false;
	int rc = it_document_read(&visit.document, &unreadable, err);

	evidence->unreadable += unreadable;
	if (!rc && visit.document.envelope)
		rc = kind == IT_DOCUMENT_LINK ? judge_file(&visit, err)
					      : judge_attestation(&visit, err);
	it_document_done(&visit.document);
	return rc;
}

/* --- which documents there are --- */

static int visit_file(struct it_evidence *evidence, const char *file, enum it_document_kind kind,
		      const struct it_candidate *claims, size_t claim_count,
		      struct intoto_error **err)
{
	struct it_source *source = NULL;
	int rc = it_source_new(&source, evidence->chain->link_dir, file, err);

	return rc ? rc : visit_document(evidence, source, kind, claims, claim_count, err);
}

/* The candidates come sorted by file; each file is visited once. */
static int visit_candidates(struct it_evidence *evidence, struct intoto_error **err)
{
	const struct it_candidates *candidates = &evidence->candidates;
	size_t end;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < candidates->count; i = end) {
		const char *file = candidates->items[i].file;

		for (end = i;
		     end < candidates->count && it_streq(candidates->items[end].file, file);)
			end++;
		rc = visit_file(evidence, file, IT_DOCUMENT_LINK, &candidates->items[i], end - i,
				err);
	}
	return rc;
}

static bool is_candidate(const struct it_candidates *candidates, const char *file)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (it_streq(candidates->items[i].file, file))
			return true;
	return false;
}

/* "<step>.????????" and the suffix */
static bool is_named_after(const char *file, const char *step, const char *suffix)
{
	size_t len = strlen(step);

	return it_starts_with(file, step) && file[len] == '.' &&
	       strlen(file + len) == sizeof ".12345678" - 1 + strlen(suffix) &&
	       it_ends_with(file, suffix);
}

/* The other link files: with a certificate anybody may have signed them. */
static int visit_others(struct it_evidence *evidence, struct intoto_error **err)
{
	const struct it_strings *names = &evidence->chain->folder.names;
	const char *step = evidence->step->item.name;
	int rc = INTOTO_OK;

	for (size_t i = it_strings_from(names, step);
	     !rc && i < names->count && it_starts_with(names->items[i], step); i++) {
		const char *file = names->items[i];

		if (!is_named_after(file, step, ".link") ||
		    is_candidate(&evidence->candidates, file))
			continue;
		if (evidence->step->constraints.count)
			rc = visit_file(evidence, file, IT_DOCUMENT_LINK, NULL, 0, err);
		else
			it_report_add(evidence->chain->report, INTOTO_CHECK_WARNING,
				      "link.unauthorised", it_chain_label(evidence->chain, step),
				      file,
				      "was not looked at: it is named after no key that may do "
				      "the step");
	}
	return rc;
}

static bool is_exact(const char *file, const char *step)
{
	size_t len = strlen(step);

	return is_named_after(file, step, ".json") ||
	       (it_starts_with(file, step) && it_streq(file + len, ".json"));
}

/* "<step>.<8 hex digits>.<attestor>.intoto.json" */
static bool is_attested(const char *file, const char *step)
{
	static const char suffix[] = ".intoto.json";
	size_t len = strlen(step);

	return it_starts_with(file, step) && file[len] == '.' &&
	       strspn(file + len + 1, "0123456789abcdef") == 8 && file[len + 9] == '.' &&
	       it_ends_with(file, suffix) && strlen(file) > len + 10 + sizeof suffix - 1;
}

static int visit_attestations(struct it_evidence *evidence, struct intoto_error **err)
{
	const struct it_chain *chain = evidence->chain;
	const struct it_strings *names = &chain->folder.names;
	const char *step = evidence->step->item.name;
	int rc = INTOTO_OK;

	for (size_t i = it_strings_from(names, step);
	     !rc && i < names->count && it_starts_with(names->items[i], step); i++) {
		const char *file = names->items[i];

		/* A trace is large, and only looked at where a link names it; what attestors made
		   beside the link is for gates. */
		if (is_named_after(file, step, IT_RUNTIME_TRACE_SUFFIX) ||
		    is_attested(file, step) || it_ends_with(file, IT_EXCEPTION_SUFFIX))
			continue;
		if (it_ends_with(file, ".json") &&
		    it_folder_step_of(chain, file, ".json") == evidence->step)
			rc = visit_file(evidence, file,
					is_exact(file, step) ? IT_DOCUMENT_ATTESTATION
							     : IT_DOCUMENT_LOOSE,
					NULL, 0, err);
	}
	return rc;
}

/* The lines of bundles that were found to be about the step. */
static int visit_lines(struct it_evidence *evidence, struct intoto_error **err)
{
	struct it_folder *folder = &evidence->chain->folder;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < folder->line_count; i++) {
		struct it_source *source = folder->lines[i].source;

		if (folder->lines[i].step != evidence->step->item.index)
			continue;
		folder->lines[i].source = NULL; /* now the evidence's */
		rc = visit_document(evidence, source, IT_DOCUMENT_ATTESTATION, NULL, 0, err);
	}
	return rc;
}

static int visit_all(struct it_evidence *evidence, struct intoto_error **err)
{
	bool has_names = !evidence->chain->folder.is_bundle;
	int rc = has_names ? visit_candidates(evidence, err) : INTOTO_OK;

	if (!rc)
		rc = visit_others(evidence, err);
	if (!rc)
		rc = visit_attestations(evidence, err);
	return rc ? rc : visit_lines(evidence, err);
}

/*
 * Documents that are broken, or not signed by who they are named after, count as absent
 * (specification 5.2, step 5).  Where the threshold is met without them they stay warnings: else
 * anybody who can put a file into the folder could stop a release.
 */
static void condemn_absent(struct it_evidence *evidence, size_t first)
{
	static const char *const codes[] = { "link.format",	 "link.signature",
					     "link.certificate", "attestation.step",
					     "link.digests",	 "link.listing",
					     "link.sandbox",	 "link.trace" };
	struct it_chain *chain = evidence->chain;
	const char *label = it_chain_label(chain, evidence->step->item.name);

	if (evidence->enough)
		return;
	for (size_t i = 0; i < IT_COUNT_OF(codes); i++)
		it_report_condemn(chain->report, first, codes[i], label);
}

static void report_more_strangers(struct it_evidence *evidence)
{
	if (evidence->strangers > STRANGERS_TOLD)
		it_report_add(evidence->chain->report, INTOTO_CHECK_WARNING, "link.signature",
			      it_chain_label(evidence->chain, evidence->step->item.name), "",
			      "%zu more attestations are signed by nobody who may do the step",
			      evidence->strangers - STRANGERS_TOLD);
}

int it_step_gather(struct it_chain *chain, const struct it_layout_step *step,
		   struct intoto_error **err)
{
	IT_AUTO(it_evidence_done) struct it_evidence evidence = { .chain = chain, .step = step };
	size_t first = intoto_report_count(chain->report);
	int rc = it_authority_find(&evidence.authority, chain, step, err);

	if (!rc)
		rc = it_candidates_find(&evidence.candidates, &evidence.authority, step, err);
	if (!rc)
		rc = visit_all(&evidence, err);
	if (rc)
		return rc;
	report_more_strangers(&evidence);
	rc = it_evidence_choose(&evidence, err);
	chain->slots[step->item.index].open |= evidence.open;
	condemn_absent(&evidence, first);
	return rc;
}
