/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What looks like a mistake in a layout: rules that can never do anything, thresholds that nobody
 * can reach, what other implementations read differently.
 *
 * A new finding is one row in the table of codes (lint_codes.c) and whoever calls it_findings_add.
 */
#ifndef IT_LAYOUTS_LINT_H
#define IT_LAYOUTS_LINT_H

#include "layouts/layout.h"
#include "layouts/parameters.h"
#include "model/envelope.h"

enum it_lint_level {
	IT_LINT_ERROR,	 /* the layout cannot work, or does not do what it pretends to do */
	IT_LINT_WARNING, /* most likely a mistake */
	IT_LINT_NOTE,	 /* worth knowing */
};

struct it_lint_code {
	const char *code;
	enum it_lint_level level;
	const char *meaning; /* one line, for the list of codes */
	const char *advice;  /* what to do, one line */
};

/* Sorted by code; the manual page lists the same. */
extern const struct it_lint_code it_lint_codes[];
extern const size_t it_lint_code_count;
/* NULL when there is none of that name. */
const struct it_lint_code *it_lint_code_named(const char *code);
/* "error", "warning", "note". */
const char *it_lint_level_name(enum it_lint_level level);

struct it_finding {
	const struct it_lint_code *code;
	char *place;   /* in the document: "layout.steps[0].threshold"; "layout" for all of it */
	char *item;    /* name of the step or inspection; "" when it is about none */
	char *subject; /* the rule, key or name that it is about, or "" */
	char *text;    /* one sentence */
	const struct it_rules *rules; /* for remarks: the list that it is about, or NULL */
};

struct it_findings {
	struct it_finding *items;
	size_t count;
	size_t cap;
	const struct it_strings *ignored; /* codes; may be NULL */
	enum intoto_code failed;	  /* sticky: looked at once, at the end */
};

void it_findings_done(struct it_findings *findings);
/* 0, or why the list is not complete. */
IT_CHECK int it_findings_check(const struct it_findings *findings, struct intoto_error **err);
/* How many have a level. */
size_t it_findings_tally(const struct it_findings *findings, enum it_lint_level level);

struct it_lint_options {
	int64_t now;
	int64_t soon; /* seconds before its end in which a layout or key expires soon */
	const struct it_parameters *parameters; /* NULL: none are given */
	const struct it_strings *exceptions;	/* files or folders of them; NULL: none */
	const struct it_strings *reports; /* of verifications, JSON; with exceptions not NULL */
};

/*
 * Looks at everything: the document as it stands, then the layout in it.  A document that is no
 * layout is a finding, not an error.
 */
IT_CHECK int it_lint(struct it_findings *out, const struct intoto_envelope *envelope,
		     const struct it_lint_options *options, struct intoto_error **err);

/* Only the rules of one step or inspection. */
IT_CHECK int it_lint_item(struct it_findings *out, const struct intoto_layout *layout,
			  const struct it_item *item, struct intoto_error **err);

/* --- for the parts --- */

/* One list of rules on its way. */
struct it_lint_rules {
	struct it_findings *out;
	const struct intoto_layout *layout;
	const struct it_item *item;
	enum intoto_link_side side;
	const struct it_where *where; /* of the list */
	bool open;		      /* parameters have no values yet */
};

/* The words and patterns of each rule. */
void it_lint_patterns(const struct it_lint_rules *list);
/* What rules can do, and what they leave to each other. */
void it_lint_order(const struct it_lint_rules *list);
/* The keys, and who may do what. */
void it_lint_people(struct it_findings *out, const struct intoto_layout *layout,
		    const struct it_lint_options *options);
/* Gates, and the exceptions that the options name. */
IT_CHECK int it_lint_gates(struct it_findings *out, const struct intoto_layout *layout,
			   const struct it_lint_options *options, struct intoto_error **err);
/* The document: names, members that others refuse or pass over. */
void it_lint_members(struct it_findings *out, const struct it_json *body);

bool it_item_is_step(const struct intoto_layout *layout, const struct it_item *item);

/* Adds a finding, unless its code is ignored; where may be NULL (the layout). */
void it_findings_add(struct it_findings *out, const char *code, const struct it_where *where,
		     const struct it_item *item, const char *subject, const char *format, ...)
	IT_PRINTF(6, 7);
/* The same about one rule. */
void it_lint_rule(const struct it_lint_rules *list, size_t index, const char *code,
		  const char *format, ...) IT_PRINTF(4, 5);

#endif
