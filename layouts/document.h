/* SPDX-License-Identifier: Apache-2.0 */
/* A link, sublayout or attestation on its way to be evidence of an item: what it says about itself,
 * and whether that fits. */
#ifndef IT_LAYOUTS_DOCUMENT_H
#define IT_LAYOUTS_DOCUMENT_H

#include "layouts/chain.h"
#include "layouts/people.h"

enum it_document_kind {
	IT_DOCUMENT_LINK,	 /* a .link file: a link or a sublayout */
	IT_DOCUMENT_ATTESTATION, /* "<step>.json" or "<step>.<8 hex>.json" */
	IT_DOCUMENT_LOOSE,	 /* a file or line that may be about something else altogether */
};

struct it_document {
	struct it_chain *chain;
	const struct it_item *item;
	enum it_document_kind kind;
	struct it_source *source; /* owned */
	struct intoto_envelope *envelope;
	struct intoto_link *link;
	size_t listed_bytes;	  /* of the listings that its artifacts came from */
	bool named;		  /* the link itself says of which step it is */
	struct it_people signers; /* whose signatures are good, and who may sign it */
};

void it_document_done(struct it_document *document);

/* A check about the document, under the item. */
void it_document_report(const struct it_document *document, enum intoto_outcome outcome,
			const char *code, const char *text);

/*
 * Reads the file and the envelope in it; envelope stays NULL when that is no evidence, which is
 * reported unless nothing is there.  *unreadable: the system refused, so nobody knows.
 */
IT_CHECK int it_document_read(struct it_document *document, bool *unreadable,
			      struct intoto_error **err);

/* Makes the link of the envelope; it stays NULL when there is none, which is reported. */
IT_CHECK int it_document_open(struct it_document *document, struct intoto_error **err);

/*
 * Puts the artifacts of the listings that the link names into it.  Not *found: one is not there, or
 * not the one that was signed, which is reported as a warning: the link then counts as absent.
 * *unreadable: the system refused to read it.
 */
IT_CHECK int it_document_resolve(struct it_document *document, bool *found, bool *unreadable,
				 struct intoto_error **err);

/*
 * Compares what the link says with the item: its name, whether its command succeeded, and which
 * command that was (specification 5.2, step 7: only ever a warning).  False: it is no evidence.
 */
bool it_document_fits(const struct it_document *document);

/*
 * Whether the link was made as its step requires, with the statement of its trace where that is
 * asked for; what is missing is reported as a warning: the link then counts as absent.
 * *unreadable: the statement is there, and the system refused to read it.
 */
IT_CHECK int it_document_meets(const struct it_document *document,
			       const struct it_layout_step *step, bool *met, bool *unreadable,
			       struct intoto_error **err);

/* Puts the link into the shelf, for the document's source; the envelope is gone then. */
IT_CHECK int it_document_shelve(struct it_document *document, struct intoto_error **err);

/* The link of a source that was verified before, again: NOT FOUND, CHANGED … are errors. */
IT_CHECK int it_document_reload(struct it_shelved **out, struct it_run *run,
				struct it_source *source, struct intoto_error **err);

/* The link that an envelope holds, whatever its form, moved out of it where that is possible;
 * *named says whether it names its step. */
IT_CHECK int it_document_to_link(struct intoto_link **out, bool *named,
				 struct intoto_envelope *envelope, struct intoto_error **err);

/* Whether a text is JSON that does not even claim to be an envelope. */
bool it_document_is_foreign(struct it_span text);

#endif
