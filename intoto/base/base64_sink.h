/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 of what comes piece by piece, as if it had come at once. */
#ifndef IT_BASE_BASE64_SINK_H
#define IT_BASE_BASE64_SINK_H

#include "base/sink.h"

enum { IT_BASE64_GROUP = 3 };

struct it_base64_sink {
	const struct it_sink *next; /* gets the text */
	char waiting[IT_BASE64_GROUP];
	size_t waits;	    /* below IT_BASE64_GROUP */
	struct it_buf text; /* of one piece; given before, freed by the caller */
};

/* A sink (arg is the struct) that passes on all of a piece that is whole groups of three. */
int it_base64_take(void *arg, struct it_span piece, struct intoto_error **err);
/* The rest, with its padding. */
IT_CHECK int it_base64_end(struct it_base64_sink *encoder, struct intoto_error **err);

#endif
