/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bytes of a JSON document must be whatever they mean: looked at in front of the parser,
 * which is lenient with surrogates, overlong UTF-8, NUL, and lengths.
 */
#ifndef IT_ATTESTORS_KIT_SCREEN_H
#define IT_ATTESTORS_KIT_SCREEN_H

#include <intoto/attestor.h>

#include "base/buf.h"

struct it_screen {
	const struct intoto_event_limits *limits;
	uint64_t at;	/* bytes that were looked at */
	uint64_t lines; /* ends of lines among them */
	unsigned depth;
	unsigned place;	   /* enum in screen.c */
	size_t run;	   /* bytes of the text or word so far */
	unsigned more;	   /* bytes of a UTF-8 sequence, or digits of an escape, to come */
	unsigned char low; /* bounds of the next byte of a UTF-8 sequence */
	unsigned char high;
	unsigned code; /* of an escape, so far */
	bool pair;     /* the second half of a surrogate pair must follow */
};

/* Looks at a piece.  On failure *good is how many bytes of it stood before the fault. */
int it_screen_feed(struct it_screen *screen, struct it_span piece, size_t *good,
		   struct intoto_error **err);

#endif
