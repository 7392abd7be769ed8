/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Envelopes with links, read in one pass and without a tree: links are the long documents, and
 * there are many.  Everything else, and every link that is unusual or wrong, is left to the readers
 * of envelope_text.c and link.c, which say what is wrong.
 */
#ifndef IT_MODEL_LINK_STREAM_H
#define IT_MODEL_LINK_STREAM_H

#include "model/envelope.h"

/*
 * *out is an envelope that holds its link (it_envelope_take_link), or NULL when this reader does
 * not take the text.  Fails only without memory.
 */
IT_CHECK int it_link_stream_envelope(struct intoto_envelope **out, struct it_span text,
				     struct intoto_error **err);

/* The same for the JSON text of a link alone. */
IT_CHECK int it_link_stream_read(struct intoto_link **out, struct it_span text,
				 struct intoto_error **err);

#endif
