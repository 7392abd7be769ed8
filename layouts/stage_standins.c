/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed links that stand in for inspections (specification 4.5.3): "A piece of signed link
 * metadata is presented for the inspection.  The key to sign for this piece of link metadata must
 * be the same key used to sign the sublayout file."  Only inspections of sublayouts have them;
 * where there is no such link, the inspection is run.
 *
 * Decided here: a file that this key has not signed is no such link, so the inspection is run.  One
 * that it has signed must be of this inspection (its name), and say that the command succeeded
 * (4.3.2.1: only the return value 0 is a success), else the sublayout is refused: running it
 * instead would hide what the functionary has signed.  The rules of the inspection are applied to
 * it as to any link of an inspection.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/certificate.h"
#include "layouts/sublayout.h"

/* --- the signature --- */

static int try_key(struct it_document *document, const struct it_person *signer,
		   struct intoto_error **err)
{
	struct it_terms terms = { document->chain->now, signer->only };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_envelope_verify_under(document->envelope, signer->key, &terms, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? INTOTO_OK : it_people_add(&document->signers, signer, err);
}

/* The certificate must satisfy the step that the sublayout is evidence of. */
static int try_certificates(struct it_document *document, const struct it_sublayout *origin,
			    struct intoto_error **err)
{
	IT_AUTO(it_certifieds_done) struct it_certifieds certified = { 0 };
	int rc = it_certificates_judge(origin->up, origin->step, document->source->name,
				       document->envelope, &certified, err);

	for (size_t i = 0; !rc && i < certified.count; i++) {
		struct it_person signer = { .fingerprint = certified.items[i].fingerprint,
					    .identity = certified.items[i].identity,
					    .issuer = certified.items[i].issuer,
					    .name = certified.items[i].name };

		for (size_t j = 0; !rc && j < origin->signers.count; j++)
			if (it_person_same(&signer, &origin->signers.items[j]))
				rc = it_people_add(&document->signers, &signer, err);
	}
	return rc;
}

static int find_signers(struct it_document *document, struct intoto_error **err)
{
	const struct it_sublayout *origin = document->chain->origin;
	bool certified = false;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < origin->signers.count; i++) {
		certified |= !origin->signers.items[i].key;
		if (origin->signers.items[i].key)
			rc = try_key(document, &origin->signers.items[i], err);
	}
	if (!rc && certified)
		rc = try_certificates(document, origin, err);
	return rc;
}

/* --- the link --- */

/* Unlike that of a step, the command of an inspection must have succeeded. */
static bool succeeded(const struct it_document *document)
{
	int64_t value = 0;

	if (it_link_end(document->link, &value) == IT_LINK_END_GOOD && value == 0)
		return true;
	it_document_report(document, INTOTO_CHECK_FAILED, "inspection.link",
			   "the signed link of the inspection does not say that its command ended "
			   "with status 0");
	return false;
}

static int accept(struct it_document *document, struct intoto_error **err)
{
	struct it_chain *chain = document->chain;
	IT_AUTO(it_freep) char *uri = it_source_uri(document->source);
	int rc;

	if (!uri)
		return it_err_nomem(err);
	it_document_report(document, INTOTO_CHECK_PASSED, "inspection.link",
			   "this link, signed by who signed the sublayout, stands in for the "
			   "inspection, which is not run");
	it_report_add_input(chain->report, uri, it_source_sha256(document->source));
	it_trace_link(chain->trace, it_chain_label(chain, document->item->name),
		      document->source->name, document->link);
	rc = it_document_shelve(document, err);
	if (rc)
		return rc;
	chain->slots[document->item->index].source = document->source;
	document->source = NULL; /* now the chain's */
	return INTOTO_OK;
}

static int judge(struct it_document *document, struct intoto_error **err)
{
	bool unreadable = false; /* then it is undecided, and the report says so */
	bool found = false;
	int rc = find_signers(document, err);

	if (rc)
		return rc;
	if (!document->signers.count) {
		it_document_report(document, INTOTO_CHECK_WARNING, "inspection.link",
				   "does not stand in for the inspection: it is not signed by who "
				   "signed the sublayout");
		return INTOTO_OK;
	}
	rc = it_document_open(document, err);
	if (!rc && document->link)
		rc = it_document_resolve(document, &found, &unreadable, err);
	if (rc)
		return rc;
	if (!document->link)
		it_document_report(document, INTOTO_CHECK_FAILED, "inspection.link",
				   "who signed the sublayout has signed something else under the "
				   "name of the inspection's link");
	else if (found && it_document_fits(document) && succeeded(document))
		return accept(document, err);
	return INTOTO_OK;
}

static int visit(struct it_chain *chain, const struct it_item *item, const char *file,
		 struct intoto_error **err)
{
	IT_AUTO(it_document_done)
	struct it_document document = { .chain = chain, .item = item, .kind = IT_DOCUMENT_LINK };
	bool unreadable = false;
	int rc = it_source_new(&document.source, chain->link_dir, file, err);

	if (!rc)
		rc = it_document_read(&document, &unreadable, err);
	return rc || !document.envelope ? rc : judge(&document, err);
}

/* --- which files --- */

static bool is_link_of(const char *file, const char *item)
{
	size_t len = strlen(item);

	return it_starts_with(file, item) && file[len] == '.' &&
	       strlen(file + len) == sizeof ".12345678.link" - 1 && it_ends_with(file, ".link");
}

static int find_link(struct it_chain *chain, const struct it_item *item, struct intoto_error **err)
{
	const struct it_strings *names = &chain->folder.names;
	const size_t faults = it_report_faults(chain->report);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < names->count; i++) {
		if (!is_link_of(names->items[i], item->name))
			continue;
		rc = visit(chain, item, names->items[i], err);
		if (chain->slots[item->index].source || it_report_faults(chain->report) != faults)
			return rc;
	}
	return rc;
}

int it_stage_standins(struct it_chain *chain, struct intoto_error **err)
{
	const struct intoto_layout *layout = chain->layout;
	int rc = INTOTO_OK;

	if (!chain->origin || !layout->inspection_count)
		return INTOTO_OK;
	if (!layout->step_count) /* else it is open already */
		rc = it_folder_open(chain, err);
	for (size_t i = 0; !rc && i < layout->inspection_count; i++)
		rc = find_link(chain, &layout->inspections[i], err);
	return rc;
}
