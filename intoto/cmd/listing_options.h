/* SPDX-License-Identifier: Apache-2.0 */
/* Where the artifacts of a link stand: in it, or in listings beside it. */
#ifndef IT_CMD_LISTING_OPTIONS_H
#define IT_CMD_LISTING_OPTIONS_H

#include "cmd/step_options.h"

struct it_listing_words {
	const char *listing; /* NULL, "inline" or "merkle" */
};

extern const char *const it_listing_words[]; /* inline (the default), merkle */

/* clang-format off */
#define IT_LISTING_OPTIONS(type, member) \
	IT_CHOICE(type, member.listing, 0, "listing", "WHERE", it_listing_words, \
		  "put the artifacts into the link, or into listings beside it")
/* clang-format on */

void it_listing_setup(const struct it_listing_words *words, struct it_step_setup *step);

#endif
