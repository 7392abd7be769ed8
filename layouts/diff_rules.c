/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lists of rules: the longest common order stays, the rest was removed, added, moved or
 * changed.
 *
 * What that does: a rule that takes makes the list looser, unless a REQUIRE behind it is about the
 * same files; DISALLOW and REQUIRE make it stricter.  DISALLOW sees the more the earlier it stands,
 * REQUIRE is met the easier.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/diff.h"
#include "layouts/pattern.h"

/* More cells than this are not compared one by one. */
enum { CELLS_MAX = 1 << 24 };

#define NOBODY SIZE_MAX

struct list {
	const struct it_rules *rules;
	char **texts;
	size_t *twin; /* of each rule, its number in the other list; NOBODY */
	size_t *gap;  /* how many common rules stand before it */
};

struct comparison {
	struct it_differences *out;
	const char *item;
	enum intoto_link_side side;
	struct list before;
	struct list after;
};

static bool list_init(struct list *list, const struct it_rules *rules)
{
	list->rules = rules;
	list->texts = calloc(rules->count + 1, sizeof *list->texts);
	list->twin = calloc(rules->count + 1, sizeof *list->twin);
	list->gap = calloc(rules->count + 1, sizeof *list->gap);
	if (!list->texts || !list->twin || !list->gap)
		return false;
	for (size_t i = 0; i < rules->count; i++) {
		list->twin[i] = NOBODY;
		list->texts[i] = it_rule_text(&rules->items[i]);
		if (!list->texts[i])
			return false;
	}
	return true;
}

static void list_done(struct list *list)
{
	for (size_t i = 0; list->texts && i < list->rules->count; i++)
		free(list->texts[i]);
	free(list->texts);
	free(list->twin);
	free(list->gap);
}

/* --- what is common --- */

static bool same(const struct comparison *comparison, size_t i, size_t j)
{
	return it_streq(comparison->before.texts[i], comparison->after.texts[j]);
}

/* lengths[i * width + j]: of the longest common order of the rests. */
static void fill(const struct comparison *comparison, uint32_t *lengths, size_t rows, size_t width)
{
	for (size_t i = rows; i-- > 0;)
		for (size_t j = width - 1; j-- > 0;) {
			uint32_t down = lengths[(i + 1) * width + j];
			uint32_t right = lengths[i * width + j + 1];

			lengths[i * width + j] = same(comparison, i, j)
							 ? lengths[(i + 1) * width + j + 1] + 1
							 : (down > right ? down : right);
		}
}

/* Without room for the table only what is common at both ends is found. */
static void pair_ends(struct comparison *comparison)
{
	size_t a = comparison->before.rules->count;
	size_t b = comparison->after.rules->count;
	size_t i = 0;

	for (; i < a && i < b && same(comparison, i, i); i++) {
		comparison->before.twin[i] = i;
		comparison->after.twin[i] = i;
	}
	for (; a > i && b > i && same(comparison, a - 1, b - 1); a--, b--) {
		comparison->before.twin[a - 1] = b - 1;
		comparison->after.twin[b - 1] = a - 1;
	}
}

static void pair_common(struct comparison *comparison)
{
	size_t rows = comparison->before.rules->count;
	size_t width = comparison->after.rules->count + 1;
	IT_AUTO(it_freep) uint32_t *lengths = NULL;
	size_t i = 0;
	size_t j = 0;

	if (rows + 1 <= CELLS_MAX / width)
		lengths = calloc((rows + 1) * width, sizeof *lengths);
	if (!lengths) {
		pair_ends(comparison);
		return;
	}
	fill(comparison, lengths, rows, width);
	while (i < rows && j + 1 < width) {
		if (same(comparison, i, j)) {
			comparison->before.twin[i] = j;
			comparison->after.twin[j++] = i++;
		} else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
}

static void count_gaps(struct list *list)
{
	size_t common = 0;

	for (size_t i = 0; i < list->rules->count; i++) {
		list->gap[i] = common;
		common += list->twin[i] != NOBODY;
	}
}

/* --- what a change does --- */

static bool requires_behind(const struct it_rules *rules, size_t index)
{
	struct it_name_set names = it_rule_names(&rules->items[index], true);

	for (size_t i = index + 1; i < rules->count; i++) {
		struct it_name_set wanted = it_rule_names(&rules->items[i], true);

		if (rules->items[i].kind == &it_rule_require &&
		    !it_name_set_disjoint(&names, &wanted))
			return true;
	}
	return false;
}

static enum it_effect opposite(enum it_effect effect)
{
	if (effect == IT_EFFECT_STRICTER)
		return IT_EFFECT_LOOSER;
	return effect == IT_EFFECT_LOOSER ? IT_EFFECT_STRICTER : effect;
}

/* Of a rule that is in the list, against the list without it. */
static enum it_effect effect_of(const struct it_rules *rules, size_t index)
{
	if (!rules->items[index].kind->consumes)
		return IT_EFFECT_STRICTER;
	return requires_behind(rules, index) ? IT_EFFECT_CHANGED : IT_EFFECT_LOOSER;
}

/* Whether a DISALLOW stands before the end, so that something may have crossed it. */
static bool disallows_inside(const struct it_rules *rules)
{
	for (size_t i = 0; i + 1 < rules->count; i++)
		if (rules->items[i].kind == &it_rule_disallow)
			return true;
	return false;
}

/* Rules that take, between rules that take, may stand in any order; others may not. */
static enum it_effect effect_of_move(const struct comparison *comparison, size_t from, size_t to)
{
	const struct it_rule *rule = &comparison->before.rules->items[from];
	bool earlier = comparison->after.gap[to] < comparison->before.gap[from];

	if (rule->kind == &it_rule_disallow)
		return earlier ? IT_EFFECT_STRICTER : IT_EFFECT_LOOSER;
	if (rule->kind == &it_rule_require)
		return earlier ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER;
	if (requires_behind(comparison->before.rules, from) ||
	    requires_behind(comparison->after.rules, to))
		return IT_EFFECT_CHANGED;
	if (!disallows_inside(comparison->before.rules) &&
	    !disallows_inside(comparison->after.rules))
		return IT_EFFECT_NONE;
	return earlier ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER;
}

/* Of another pattern in the same rule. */
static enum it_effect effect_of_pattern(const struct comparison *comparison, size_t from, size_t to)
{
	const struct it_rule *old = &comparison->before.rules->items[from];
	struct it_name_set before = it_rule_names(old, true);
	struct it_name_set after = it_rule_names(&comparison->after.rules->items[to], true);
	enum it_effect wider = old->kind->consumes ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER;

	if (old->kind == &it_rule_require ||
	    (old->kind->consumes && (requires_behind(comparison->before.rules, from) ||
				     requires_behind(comparison->after.rules, to))))
		return IT_EFFECT_CHANGED;
	if (it_name_set_covers(&after, &before))
		return wider;
	return it_name_set_covers(&before, &after) ? opposite(wider) : IT_EFFECT_CHANGED;
}

/* --- telling --- */

static void tell(const struct comparison *comparison, const char *what, enum it_effect effect,
		 const char *before, const char *after)
{
	struct it_difference difference = { .what = what, .effect = effect };

	difference.item = (char *)(uintptr_t)comparison->item; /* copied */
	difference.part = comparison->side == INTOTO_MATERIALS ? "materials" : "products";
	difference.before = (char *)(uintptr_t)before;
	difference.after = (char *)(uintptr_t)after;
	it_differences_add(comparison->out, &difference);
}

static bool same_but_pattern(const struct it_rule *a, const struct it_rule *b)
{
	return a->kind == b->kind && a->with == b->with && it_streq(a->from, b->from) &&
	       it_streq(a->source, b->source) && it_streq(a->destination, b->destination);
}

/* The rule of the other list that took this one's place, or that it became elsewhere. */
static size_t find_moved(const struct comparison *comparison, size_t index)
{
	for (size_t j = 0; j < comparison->after.rules->count; j++)
		if (comparison->after.twin[j] == NOBODY && same(comparison, index, j))
			return j;
	return NOBODY;
}

static size_t find_changed(const struct comparison *comparison, size_t index)
{
	const struct list *before = &comparison->before;
	const struct list *after = &comparison->after;

	for (size_t j = 0; j < after->rules->count; j++)
		if (after->twin[j] == NOBODY && after->gap[j] == before->gap[index] &&
		    same_but_pattern(&before->rules->items[index], &after->rules->items[j]))
			return j;
	return NOBODY;
}

static void pair(struct comparison *comparison, size_t i, size_t j)
{
	comparison->before.twin[i] = j;
	comparison->after.twin[j] = i;
}

/* Each rule is paired once; what found nobody is told after the others were. */
static void tell_lost(struct comparison *comparison)
{
	struct list *before = &comparison->before;

	for (size_t i = 0; i < before->rules->count; i++) {
		size_t to = before->twin[i] == NOBODY ? find_moved(comparison, i) : NOBODY;

		if (to == NOBODY)
			continue;
		tell(comparison, "rule-moved", effect_of_move(comparison, i, to), before->texts[i],
		     comparison->after.texts[to]);
		pair(comparison, i, to);
	}
	for (size_t i = 0; i < before->rules->count; i++) {
		size_t to = before->twin[i] == NOBODY ? find_changed(comparison, i) : NOBODY;

		if (before->twin[i] != NOBODY)
			continue;
		if (to == NOBODY) {
			tell(comparison, "rule-removed", opposite(effect_of(before->rules, i)),
			     before->texts[i], "");
			continue;
		}
		tell(comparison, "rule-changed", effect_of_pattern(comparison, i, to),
		     before->texts[i], comparison->after.texts[to]);
		pair(comparison, i, to);
	}
}

static void tell_new(const struct comparison *comparison)
{
	const struct list *after = &comparison->after;

	for (size_t j = 0; j < after->rules->count; j++)
		if (after->twin[j] == NOBODY)
			tell(comparison, "rule-added", effect_of(after->rules, j), "",
			     after->texts[j]);
}

void it_diff_rules(struct it_differences *out, const char *item, enum intoto_link_side side,
		   const struct it_rules *before, const struct it_rules *after)
{
	struct comparison comparison = { .out = out, .item = item, .side = side };

	if (list_init(&comparison.before, before) && list_init(&comparison.after, after)) {
		pair_common(&comparison);
		count_gaps(&comparison.before);
		count_gaps(&comparison.after);
		tell_lost(&comparison);
		tell_new(&comparison);
	} else {
		out->failed = true;
	}
	list_done(&comparison.before);
	list_done(&comparison.after);
}
