/* SPDX-License-Identifier: Apache-2.0 */
/* A layout where a link is expected (in-toto specification 4.5), and the chain below it. */
#ifndef IT_LAYOUTS_SUBLAYOUT_H
#define IT_LAYOUTS_SUBLAYOUT_H

#include "layouts/chain.h"
#include "layouts/document.h"

struct it_sublayout {
	struct it_chain chain;
	struct it_chain *up;
	const struct it_layout_step *step; /* of up, that it is evidence of */
	struct it_source *source;
	char *prefix;
	char *folder;		  /* of its links */
	struct it_people signers; /* who signed it and may do the step */
	bool inspects;		  /* it, or one below it, has inspections */
	struct it_sublayout *next;
};

void it_sublayout_free(struct it_sublayout *sublayout);

/*
 * Verifies the sublayout that a document holds, for a step, up to its inspections; takes envelope,
 * source and signers out of the document.  *out is borrowed from the chain; NULL when it is no
 * evidence, which is reported (*open: because something could not be read).
 */
IT_CHECK int it_sublayout_verify(struct it_sublayout **out, bool *open,
				 const struct it_layout_step *step, struct it_document *document,
				 struct intoto_error **err);

/* The inspections of one, and of those below it; then says how it came out. */
IT_CHECK int it_sublayout_inspect(struct it_sublayout *sublayout, struct intoto_error **err);

#endif
