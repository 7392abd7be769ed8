/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of text that our writer made pretty or compact, piece by piece: how to be sure
 * that what was written is what was signed.
 */
#ifndef IT_JSON_RECANON_H
#define IT_JSON_RECANON_H

#include "base/sink.h"

struct it_recanon {
	const struct it_sink *next; /* gets the canonical form */
	enum { IT_RECANON_OUTSIDE, IT_RECANON_TEXT, IT_RECANON_ESCAPE, IT_RECANON_CODE } state;
	unsigned code;	   /* of \uXXXX so far */
	unsigned digits;   /* how many of them */
	struct it_buf out; /* of one piece; given before, freed by the caller */
};

/*
 * A sink; arg is the struct.  Members stay in their order and numbers in their spelling, since the
 * writer knows only one; an escape that it does not make is INTOTO_E_INTERNAL.
 */
int it_recanon_take(void *arg, struct it_span piece, struct intoto_error **err);

#endif
