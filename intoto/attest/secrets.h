/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of our own environment that must not be signed: of variables whose names say so, but for
 * those that the user allowed by name.
 */
#ifndef IT_ATTEST_SECRETS_H
#define IT_ATTEST_SECRETS_H

#include "base/strings.h"

/* A shorter value stands everywhere by chance. */
enum { IT_SECRET_LEAST = 6 };

struct it_secret {
	const char *name;
	struct it_span value; /* borrowed from the environment */
	size_t found;	      /* how often it was taken out */
};

struct it_secrets {
	struct it_secret *items;
	size_t count;
	struct it_strings names;
};

/* allowed may be NULL. */
IT_CHECK int it_secrets_gather(struct it_secrets *out, const struct it_strings *allowed,
			       struct intoto_error **err);
void it_secrets_done(struct it_secrets *secrets);
void it_secrets_reset(struct it_secrets *secrets);

/*
 * Appends text with "[redacted: NAME]" in place of each value; false, and nothing is appended, when
 * there is none in it.  A failure sticks in out.
 */
bool it_secrets_mask(struct it_buf *out, struct it_span text, struct it_secrets *secrets);
/* The same for a text of which the middle may be missing between head and tail: what is left of a
 * value at a cut goes, too. */
bool it_secrets_mask_cut(struct it_buf *out, struct it_span text, struct it_span gap,
			 struct it_secrets *secrets);
/* The same for JSON, however its texts are escaped. */
bool it_secrets_mask_json(struct it_buf *out, struct it_span json, struct it_secrets *secrets);

#endif
