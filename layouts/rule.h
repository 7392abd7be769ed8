/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifact rules (in-toto specification 4.3.3) with the verdicts of the Python implementation.
 *
 * A new rule kind is one file that ends in one const struct it_rule_kind, and one word in the table
 * of rule.c.
 */
#ifndef IT_LAYOUTS_RULE_H
#define IT_LAYOUTS_RULE_H

#include <intoto/link.h>

#include "base/strings.h"
#include "json/where.h"
#include "layouts/queue.h"

struct it_rule {
	const struct it_rule_kind *kind;
	char *pattern; /* for REQUIRE a name */
	/* Of MATCH; "" where the rule has none. */
	char *source;
	enum intoto_link_side with;
	char *destination;
	char *from;
};

struct it_rules {
	struct it_rule *items;
	size_t count;
	size_t cap;
};

/* What a rule is applied to. */
struct it_rule_scene {
	enum intoto_link_side side; /* which side of the item is queued */
	struct it_queue queue;
	/* The artifacts of another item; NULL when nothing is known about it. */
	const struct it_artifacts *(*find)(void *arg, const char *item, enum intoto_link_side side);
	void *arg;
};

enum { IT_RULE_NAMED = 10 }; /* that many artifacts are named in a failure */

struct it_rule_result {
	size_t consumed;
	size_t refused; /* the rule fails when it is not 0 */
	/* The first refused ones: positions in the queue (DISALLOW). */
	size_t named[IT_RULE_NAMED];
	bool unknown_item; /* MATCH ... FROM an item of which nothing is known */
};

struct it_rule_kind {
	const char *keyword; /* "ALLOW" */
	const char *form;    /* "ALLOW <pattern>", for messages */
	bool consumes;	     /* false: it only fails or passes */
	bool literal;	     /* the pattern is a name */
	/* Takes the tokens behind the keyword.  INTOTO_E_FORMAT: they are not of the form. */
	int (*parse)(struct it_rule *rule, char *const *tokens, size_t count);
	/* The tokens again. */
	int (*print)(const struct it_rule *rule, struct it_strings *out, struct intoto_error **err);
	int (*apply)(const struct it_rule *rule, struct it_rule_scene *scene,
		     struct it_rule_result *result, struct intoto_error **err);
	/*
	 * Appends why an artifact whose name matches was not consumed, as a clause ("it is a
	 * material too"); nothing when the name does not match.  NULL: nothing to explain.
	 */
	void (*explain)(const struct it_rule *rule, const struct it_rule_scene *scene,
			size_t position, struct it_buf *out);
};

/* NULL-terminated. */
const struct it_rule_kind *const *it_rule_kinds(void);

/* Reads a rule from its tokens, and appends it. */
IT_CHECK int it_rules_add(struct it_rules *rules, const struct it_strings *tokens,
			  const struct it_where *where, struct intoto_error **err);
void it_rules_done(struct it_rules *rules);

/* Appends the tokens of a rule. */
IT_CHECK int it_rule_tokens(const struct it_rule *rule, struct it_strings *out,
			    struct intoto_error **err);
/* The rule as one line that it_words_split() takes apart again; owned, NULL without memory. */
char *it_rule_text(const struct it_rule *rule);

/* Whether its pattern has an unclosed bracket (always false for names). */
bool it_rule_has_open_bracket(const struct it_rule *rule);

/* Changes scene->queue and fills result, which is emptied first. */
IT_CHECK int it_rule_apply(const struct it_rule *rule, struct it_rule_scene *scene,
			   struct it_rule_result *result, struct intoto_error **err);

/* For the kinds. */
int it_rule_parse_pattern(struct it_rule *rule, char *const *tokens, size_t count);
int it_rule_print_pattern(const struct it_rule *rule, struct it_strings *out,
			  struct intoto_error **err);
/* Consumes what matches the rule's pattern and has the change. */
void it_rule_consume_changed(const struct it_rule *rule, struct it_rule_scene *scene,
			     enum it_change change, struct it_rule_result *result);
void it_rule_refuse(struct it_rule_result *result, size_t position);
/* Whether the artifact at a position matches the rule's pattern. */
bool it_rule_matches(const struct it_rule *rule, const struct it_rule_scene *scene,
		     size_t position);

extern const struct it_rule_kind it_rule_allow;
extern const struct it_rule_kind it_rule_create;
extern const struct it_rule_kind it_rule_delete;
extern const struct it_rule_kind it_rule_disallow;
extern const struct it_rule_kind it_rule_match;
extern const struct it_rule_kind it_rule_modify;
extern const struct it_rule_kind it_rule_require;

#endif
