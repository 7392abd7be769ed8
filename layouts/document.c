/* SPDX-License-Identifier: Apache-2.0 */
/* Reading documents: what is broken is reported and counts as absent; it never ends the
 * verification. */
#include "layouts/document.h"

#include "base/path.h"
#include "base/text.h"
#include "model/listing.h"
#include "model/statement.h"

void it_document_done(struct it_document *document)
{
	if (document->source)
		it_shelf_drop(&document->chain->run->shelf, document->source);
	it_source_free(document->source);
	intoto_envelope_free(document->envelope);
	intoto_link_free(document->link);
	it_people_done(&document->signers);
	*document = (struct it_document){ 0 };
}

void it_document_report(const struct it_document *document, enum intoto_outcome outcome,
			const char *code, const char *text)
{
	it_report_add(document->chain->report, outcome, code,
		      it_chain_label(document->chain, document->item->name), document->source->name,
		      "%s", text);
}

bool it_document_is_foreign(struct it_span text)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	if (it_json_parse(&root, text, &it_json_signed_limits, NULL))
		return false;
	return !it_json_get(root, "payload") && !it_json_get(root, "payloadType") &&
	       !it_json_get(root, "signed");
}

static void report_unread(const struct it_document *document, int rc,
			  const struct intoto_error *why)
{
	bool foreign = document->kind != IT_DOCUMENT_LINK && rc == INTOTO_E_FORMAT &&
		       it_document_is_foreign(it_buf_span(&document->chain->run->text));

	if (rc == INTOTO_E_IO)
		it_report_undecided(document->chain->report, "link.file",
				    it_chain_label(document->chain, document->item->name),
				    document->source->name, why);
	else if (foreign)
		it_document_report(document, INTOTO_CHECK_SKIPPED, "attestation.format",
				   "is no signed document");
	else
		it_document_report(document, INTOTO_CHECK_WARNING, "link.format",
				   intoto_error_text(why));
}

int it_document_read(struct it_document *document, bool *unreadable, struct intoto_error **err)
{
	struct it_run *run = document->chain->run;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	document->source->hashed = !document->chain->options->without_input_digests;
	rc = it_source_read(document->source, &run->text, &why);
	it_shelf_make_room(&run->shelf, document->source->bytes);
	if (!rc)
		rc = it_err_wrap(&why,
				 intoto_envelope_parse(&document->envelope, run->text.data,
						       run->text.len, &why),
				 "%s", document->source->path);
	*unreadable = rc == INTOTO_E_IO;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc && rc != INTOTO_E_NOTFOUND)
		report_unread(document, rc, why);
	return INTOTO_OK;
}

int it_document_to_link(struct intoto_link **out, bool *named, struct intoto_envelope *envelope,
			struct intoto_error **err)
{
	*named = true;
	if (it_streq(intoto_envelope_type(envelope), "statement"))
		return it_statement_to_link(out, named, envelope, err);
	return it_envelope_take_link(envelope, out, err);
}

int it_document_open(struct it_document *document, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_document_to_link(&document->link, &document->named, document->envelope, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc == INTOTO_E_UNSUPPORTED && document->kind != IT_DOCUMENT_LINK)
		it_document_report(document, INTOTO_CHECK_SKIPPED, "attestation.predicate",
				   intoto_error_text(why));
	else if (rc)
		it_document_report(document, INTOTO_CHECK_WARNING, "link.format",
				   intoto_error_text(why));
	return INTOTO_OK;
}

int it_document_shelve(struct it_document *document, struct intoto_error **err)
{
	struct intoto_link *link = document->link;
	struct it_shelved *shelved;

	document->link = NULL; /* now the shelf's */
	intoto_envelope_free(document->envelope);
	document->envelope = NULL;
	return it_shelf_put(&document->chain->run->shelf, document->source, link,
			    document->source->bytes + document->listed_bytes, &shelved, err);
}

static void add_bytes(void *arg, const char *path, struct it_span text)
{
	size_t *bytes = arg;

	(void)path; /* it is in the report already */
	*bytes += text.len;
}

static int resolve(struct intoto_link *link, const char *path, size_t *bytes,
		   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *folder = strndup(path, (size_t)(it_path_base(path) - path));

	return folder ? it_listing_resolve(link, folder, add_bytes, bytes, err) : it_err_nomem(err);
}

/* A document that made a link once makes one again, or it is another document. */
static int make_link(struct intoto_link **out, struct it_run *run, struct it_source *source,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	bool named = false;
	int rc = it_source_read(source, &run->text, err);

	if (!rc)
		rc = intoto_envelope_parse(&envelope, run->text.data, run->text.len, err);
	return rc ? rc : it_document_to_link(out, &named, envelope, err);
}

int it_document_reload(struct it_shelved **out, struct it_run *run, struct it_source *source,
		       struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct intoto_link *made;
	size_t bytes = source->bytes;
	int rc;

	*out = NULL;
	it_shelf_make_room(&run->shelf, source->bytes);
	rc = make_link(&link, run, source, err);
	if (!rc)
		rc = resolve(link, source->path, &bytes, err);
	if (rc)
		return rc;
	made = link;
	link = NULL; /* now the shelf's */
	return it_shelf_put(&run->shelf, source, made, bytes, out, err);
}
