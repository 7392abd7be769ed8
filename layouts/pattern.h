/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What patterns of rules say about each other, whatever the artifacts are called.
 *
 * Both questions are answered soundly: "covers" and "disjoint" are only true when it is so for all
 * names.  A false means no, or that it would take too long to know.
 */
#ifndef IT_LAYOUTS_PATTERN_H
#define IT_LAYOUTS_PATTERN_H

#include "layouts/rule.h"

/* A set of artifact names: those below a folder ("" for everywhere) whose rest matches a pattern.
 */
struct it_name_set {
	const char *folder;
	const char *pattern;
	bool literal; /* the pattern is one name, nothing in it is special */
	bool open;    /* {name} in it stands for a value that nobody knows yet */
};

/* What a rule is about; open says that parameters have no values yet.  Borrows the rule's texts. */
struct it_name_set it_rule_names(const struct it_rule *rule, bool open);

/* Whether each name of narrow is one of wide. */
bool it_name_set_covers(const struct it_name_set *wide, const struct it_name_set *narrow);
/* Whether no name is in both. */
bool it_name_set_disjoint(const struct it_name_set *a, const struct it_name_set *b);

#endif
