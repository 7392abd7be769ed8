/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of artifact rules, with the meaning that Python's fnmatch.fnmatchcase gives them:
 * * and ? match any character, also "/" and a leading dot; [abc], [a-z], [!a]; no escapes, no
 * braces. Characters are code points.  No pattern makes the matcher slow: time is at most the
 * length of the pattern times that of the name.
 */
#ifndef IT_LAYOUTS_GLOB_H
#define IT_LAYOUTS_GLOB_H

#include "base/buf.h"

/* A pattern that was looked at once; borrows the text. */
struct it_glob {
	struct it_span pattern;
	size_t prefix;	  /* bytes before the first of * ? [ */
	size_t suffix;	  /* bytes behind the last of * ? [ ]; 0 for a literal pattern */
	size_t close_end; /* position behind the last ]; 0: none */
};

struct it_glob it_glob(struct it_span pattern);
bool it_glob_match(const struct it_glob *glob, struct it_span name);

/* What every name that matches begins with; the whole pattern when there is nothing to expand. */
struct it_span it_glob_prefix(const struct it_glob *glob);

/*
 * Whether each [ has its ].  One without stands for itself in Python, and makes the pattern match
 * nothing in Go, where "DISALLOW [secret" then allows everything: such a pattern is refused unless
 * the caller allows it.
 */
bool it_glob_is_closed(const struct it_glob *glob);

#endif
