/* SPDX-License-Identifier: Apache-2.0 */
/* What a credential looks like: a bounded set of rules over bytes, without a backtracking matcher.
 */
#ifndef IT_ATTESTORS_SECRETS_RULES_H
#define IT_ATTESTORS_SECRETS_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/* No rule looks further: a window of a file overlaps the next by this much. */
	SECRETS_REACH = 16384,
	/* Nor further back. */
	SECRETS_BEHIND = 64,
};

/* Bytes of a credential, by their place in what was looked at. */
struct secret {
	const char *rule;
	size_t at;
	size_t length;
};

/*
 * The first credential that begins at from or behind it, and in front of until; false when there is
 * none.  data[0] is taken to follow a blank.
 */
bool secrets_find(struct secret *out, const char *data, size_t length, size_t from, size_t until);

/* A name of a rule. */
bool secrets_is_rule(const char *name);

#endif
