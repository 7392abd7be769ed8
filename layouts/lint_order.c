/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules of one list can do at all, and what earlier ones leave to later ones
 * (specification 4.3.3).  Nothing is said about a rule unless it is so for all links.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/lint.h"
#include "layouts/pattern.h"

static const char *const side_names[] = { "materials", "products" };
static const struct it_name_set everything = { "", "*", false, false };

/* --- what a rule is about --- */

/* What MATCH looks for on the other side. */
static struct it_name_set names_wanted(const struct it_rule *rule, bool open)
{
	struct it_name_set names = it_rule_names(rule, open);

	names.folder = rule->destination;
	return names;
}

static bool is_about_changes(const struct it_rule *rule)
{
	return rule->kind == &it_rule_create || rule->kind == &it_rule_delete ||
	       rule->kind == &it_rule_modify;
}

/* A rule that takes nothing on this side, whatever is there. */
static bool is_of_other_side(const struct it_rule *rule, enum intoto_link_side side)
{
	return rule->kind == (side == INTOTO_MATERIALS ? &it_rule_create : &it_rule_delete);
}

/* MATCH with the files that it is applied to. */
static bool is_of_itself(const struct it_rule *rule, const struct it_item *item,
			 enum intoto_link_side side)
{
	return rule->kind == &it_rule_match && rule->with == side &&
	       it_streq(rule->from, item->name) && it_streq(rule->source, rule->destination);
}

/* --- what one rule leaves to another --- */

static bool same_match(const struct it_rule *a, const struct it_rule *b)
{
	return a->with == b->with && it_streq(a->from, b->from) && it_streq(a->source, b->source) &&
	       it_streq(a->destination, b->destination);
}

/* Whether behind the earlier rule nothing is queued that the later one could be about. */
static bool leaves_nothing(const struct it_rule *earlier, const struct it_rule *later, bool open)
{
	struct it_name_set wide = it_rule_names(earlier, open);
	struct it_name_set narrow = it_rule_names(later, open);

	if (earlier->kind == &it_rule_require)
		return false;
	if (is_about_changes(earlier) && earlier->kind != later->kind)
		return false;
	if (earlier->kind == &it_rule_match &&
	    (later->kind != &it_rule_match || !same_match(earlier, later)))
		return false;
	return it_name_set_covers(&wide, &narrow);
}

/* Whether the earlier rule may take a file that the later one is about. */
static bool may_take_from(const struct it_rule *earlier, const struct it_rule *later,
			  enum intoto_link_side side, bool open)
{
	struct it_name_set a = it_rule_names(earlier, open);
	struct it_name_set b = it_rule_names(later, open);

	return earlier->kind->consumes && !is_of_other_side(earlier, side) &&
	       !it_name_set_disjoint(&a, &b);
}

/* --- what a step can have at all --- */

/*
 * Whether the rules of one side of an item let none of these names through: a DISALLOW forbids them
 * all, and no rule before it can take one.
 */
static bool never_has(const struct it_item *item, enum intoto_link_side side,
		      const struct it_name_set *wanted, bool open)
{
	const struct it_rules *rules = &item->rules[side];

	for (size_t i = 0; i < rules->count; i++) {
		const struct it_rule *rule = &rules->items[i];
		struct it_name_set names = it_rule_names(rule, open);

		if (rule->kind == &it_rule_disallow && it_name_set_covers(&names, wanted))
			return true;
		if (rule->kind->consumes && !is_of_other_side(rule, side) &&
		    !it_name_set_disjoint(&names, wanted))
			return false;
	}
	return false;
}

/* --- single rules --- */

static void check_from(const struct it_lint_rules *list, size_t index)
{
	const struct it_rule *rule = &list->item->rules[list->side].items[index];
	const struct it_item *from = it_layout_find(list->layout, rule->from);
	struct it_name_set wanted = names_wanted(rule, list->open);
	bool in_step = it_item_is_step(list->layout, list->item);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(rule->from));

	if (!from && list->open && strpbrk(rule->from, "{}"))
		return; /* a parameter */
	if (!from)
		it_lint_rule(list, index, "rule.unknown-step",
			     "the layout has no step or inspection '%s'", quoted ? quoted : "");
	else if (in_step && !it_item_is_step(list->layout, from))
		it_lint_rule(list, index, "rule.from-inspection",
			     "'%s' is an inspection, and inspections run when the steps are over",
			     from->name);
	else if (is_of_itself(rule, list->item, list->side))
		it_lint_rule(list, index, "rule.self", "the %s of '%s' always match themselves",
			     side_names[list->side], from->name);
	else if (never_has(from, rule->with, &wanted, list->open))
		it_lint_rule(list, index, "rule.dead",
			     "can never take anything: the rules of '%s' allow no such %s",
			     from->name, side_names[rule->with]);
	else if (in_step && from->index > list->item->index)
		it_lint_rule(list, index, "rule.later-step", "'%s' comes later than '%s'",
			     from->name, list->item->name);
}

/* --- a rule and those before it --- */

static void say_shadowed(const struct it_lint_rules *list, size_t index, const char *earlier)
{
	const struct it_rule *rule = &list->item->rules[list->side].items[index];

	if (rule->kind == &it_rule_require)
		it_lint_rule(list, index, "rule.require-never",
			     "always fails: behind '%s' the file is not left", earlier);
	else if (rule->kind == &it_rule_disallow)
		it_lint_rule(list, index, "rule.powerless",
			     "can never forbid anything: '%s' leaves nothing of it", earlier);
	else
		it_lint_rule(list, index, "rule.dead",
			     "can never take anything: '%s' leaves nothing of it", earlier);
}

static char *quoted_rule(const struct it_lint_rules *list, size_t index)
{
	IT_AUTO(it_freep)
	char *text = it_rule_text(&list->item->rules[list->side].items[index]);

	return text ? it_text_quoted(it_span_text(text)) : NULL;
}

/* A DISALLOW behind one that forbids the same is only superfluous. */
static bool is_harmless(const struct it_rule *earlier, const struct it_rule *rule)
{
	return earlier->kind == &it_rule_disallow && rule->kind == &it_rule_disallow;
}

static bool check_shadow(const struct it_lint_rules *list, size_t index)
{
	const struct it_rule *rules = list->item->rules[list->side].items;

	for (size_t i = 0; i < index; i++) {
		IT_AUTO(it_freep) char *earlier = NULL;

		if (!leaves_nothing(&rules[i], &rules[index], list->open))
			continue;
		earlier = quoted_rule(list, i);
		if (is_harmless(&rules[i], &rules[index]))
			it_lint_rule(list, index, "rule.dead", "'%s' forbids that already",
				     earlier ? earlier : "");
		else
			say_shadowed(list, index, earlier ? earlier : "");
		return true;
	}
	return false;
}

static void check_require(const struct it_lint_rules *list, size_t index)
{
	const struct it_rule *rules = list->item->rules[list->side].items;

	for (size_t i = 0; i < index; i++) {
		IT_AUTO(it_freep) char *earlier = NULL;

		if (!may_take_from(&rules[i], &rules[index], list->side, list->open))
			continue;
		earlier = quoted_rule(list, i);
		it_lint_rule(list, index, "rule.require-late", "fails when '%s' has taken the file",
			     earlier ? earlier : "");
		return;
	}
}

static void check_rule(const struct it_lint_rules *list, size_t index)
{
	const struct it_rule *rule = &list->item->rules[list->side].items[index];

	if (is_of_other_side(rule, list->side)) {
		it_lint_rule(list, index, "rule.side", "never matches a %.*s",
			     (int)strlen(side_names[list->side]) - 1, side_names[list->side]);
		return;
	}
	if (check_shadow(list, index))
		return;
	if (rule->kind == &it_rule_match)
		check_from(list, index);
	if (rule->kind == &it_rule_require)
		check_require(list, index);
}

/* --- the end of the list --- */

/* Whether the list forbids everything that it does not take, or says that it takes everything. */
static bool is_closed(const struct it_lint_rules *list)
{
	const struct it_rules *rules = &list->item->rules[list->side];

	for (size_t i = 0; i < rules->count; i++) {
		const struct it_rule *rule = &rules->items[i];
		struct it_name_set names = it_rule_names(rule, list->open);

		if (!it_name_set_covers(&names, &everything))
			continue;
		if (rule->kind == &it_rule_disallow)
			return true;
		if (rule->kind != &it_rule_allow)
			continue;
		it_lint_rule(list, i, "rule.allows-all", "any other %.*s is allowed",
			     (int)strlen(side_names[list->side]) - 1, side_names[list->side]);
		return true;
	}
	return false;
}

/* For inspections the folder is full of other things: their rules say what they are about. */
static void check_end(const struct it_lint_rules *list)
{
	const struct it_rules *rules = &list->item->rules[list->side];

	if (is_closed(list))
		return;
	if (!it_item_is_step(list->layout, list->item))
		return;
	it_lint_rule(list, rules->count, "rule.open-end", "%s",
		     rules->count ? "the last one is no DISALLOW *, so anything else is allowed"
				  : "there are none, so anything is allowed");
}

void it_lint_order(const struct it_lint_rules *list)
{
	for (size_t i = 0; i < list->item->rules[list->side].count; i++)
		check_rule(list, i);
	check_end(list);
}
