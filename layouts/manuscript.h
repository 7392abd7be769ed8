/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layout as people write it: the standard members with some comfort, made into the standard
 * document.
 *
 *	keys          names of people, each with the path of a public key file or a key object
 *	pubkeys       such names, keyids, or paths of key files
 *	threshold     a number, also as text; 1 when it is not there
 *	expires       a time, a date, "90d", or { in: 6 months }
 *	rules         one text, or a list of words
 *	commands      one text, split as a shell does, or a list of words
 *
 * Every other member is taken as it is, and refused by the reader when it is none.
 */
#ifndef IT_LAYOUTS_MANUSCRIPT_H
#define IT_LAYOUTS_MANUSCRIPT_H

#include "crypto/key.h"
#include "json/json.h"

struct it_manuscript_options {
	const char *folder; /* paths of keys are relative to it; NULL: the current one */
	int64_t now;	    /* for "in" */
	enum intoto_keyid_style style;
};

/* *out is the caller's; errors begin with the place in the source ("layout.steps[0].threshold"). */
IT_CHECK int it_manuscript_compile(struct it_json **out, const struct it_json *source,
				   const struct it_manuscript_options *options,
				   struct intoto_error **err);

/* "6 months", "90d", "1 year" behind now; false when the text is nothing like that. */
bool it_manuscript_span(int64_t *out, int64_t now, struct it_span text);

#endif
