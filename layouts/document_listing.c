/* SPDX-License-Identifier: Apache-2.0 */
/* Links whose artifacts stand in listings beside them (intoto-listing(5)). */
#include "base/path.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "layouts/document.h"
#include "model/listing.h"

struct seeing {
	struct it_document *document;
	size_t listings;
};

/* The verdict rests on it, so whoever signs that names it. */
static void see(void *arg, const char *path, struct it_span text)
{
	struct seeing *seeing = arg;
	struct it_document *document = seeing->document;
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(2 * IT_SHA256_SIZE);
	bool hashed = !document->chain->options->without_input_digests;

	if (hashed)
		it_sha256_hex(&digest, text);
	it_report_add_input(document->chain->report, path, hashed ? it_buf_text(&digest) : NULL);
	document->listed_bytes += text.len;
	seeing->listings++;
}

static void report_refused(const struct it_document *document, int rc,
			   const struct intoto_error *why)
{
	if (rc == INTOTO_E_IO)
		it_report_undecided(document->chain->report, "link.listing",
				    it_chain_label(document->chain, document->item->name),
				    document->source->name, why);
	else
		it_document_report(document, INTOTO_CHECK_WARNING, "link.listing",
				   intoto_error_text(why));
}

int it_document_resolve(struct it_document *document, bool *found, bool *unreadable,
			struct intoto_error **err)
{
	const char *path = document->source->path;
	IT_AUTO(it_freep) char *folder = strndup(path, (size_t)(it_path_base(path) - path));
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct seeing seeing = { document, 0 };
	int rc;

	*found = false;
	if (!folder)
		return it_err_nomem(err);
	rc = it_listing_resolve(document->link, folder, see, &seeing, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	*found = rc == INTOTO_OK;
	*unreadable = rc == INTOTO_E_IO;
	if (rc)
		report_refused(document, rc, why);
	else if (seeing.listings)
		it_document_report(
			document, INTOTO_CHECK_PASSED, "link.listing",
			seeing.listings == 1
				? "the listing beside it is the one that it was signed with"
				: "the listings beside it are those that it was signed "
				  "with");
	return INTOTO_OK;
}
