/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as sequences of elements, compared by a table over both: a row for each element of one,
 * a column for each of the other.
 */
#include "layouts/pattern.h"

#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "layouts/glob.h"

enum element_kind { STAR, ANY, CHARACTER, CLASS };

/* A star stands for any text, everything else for one character. */
struct element {
	enum element_kind kind;
	struct it_span text;
};

struct elements {
	struct element *items;
	size_t count;
};

/* More cells than this are not looked at: then nothing is known. */
enum { CELLS_MAX = 1 << 24 };

static void elements_done(struct elements *elements)
{
	free(elements->items);
}

static void add(struct elements *out, enum element_kind kind, const char *text, size_t len)
{
	if (kind == STAR && out->count && out->items[out->count - 1].kind == STAR)
		return; /* says nothing more */
	out->items[out->count++] = (struct element){ kind, it_span(text, len) };
}

static size_t character_length(const char *text)
{
	unsigned char lead = (unsigned char)*text;
	size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

	return strnlen(text, want);
}

static size_t add_character(struct elements *out, const char *text)
{
	size_t len = character_length(text);

	add(out, CHARACTER, text, len);
	return len;
}

static void add_literal(struct elements *out, const char *text)
{
	while (*text)
		text += add_character(out, text);
}

/* Bytes of the class that begins here, with its brackets; 0 when it has no end (glob.c). */
static size_t class_length(const char *text)
{
	const char *at = text + 1;

	at += *at == '!';
	at += *at == ']';
	at = strchr(at, ']');
	return at ? (size_t)(at - text) + 1 : 0;
}

static size_t add_element(struct elements *out, const char *text)
{
	size_t len = *text == '[' ? class_length(text) : 0;

	if (len)
		add(out, CLASS, text, len);
	else if (*text == '*')
		add(out, STAR, text, 1);
	else if (*text == '?')
		add(out, ANY, text, 1);
	else
		return add_character(out, text);
	return len ? len : 1;
}

/* A value may hold anything, also the half of a class: what follows it is any text. */
static void add_pattern(struct elements *out, const char *text, bool open)
{
	while (*text) {
		if (open && (*text == '{' || *text == '}')) {
			add(out, STAR, text, 1);
			return;
		}
		text += add_element(out, text);
	}
}

static bool take_apart(struct elements *out, const struct it_name_set *set)
{
	bool open_folder = set->open && strpbrk(set->folder, "{}");

	out->count = 0;
	out->items = calloc(strlen(set->folder) + strlen(set->pattern) + 2, sizeof *out->items);
	if (!out->items)
		return false;
	if (open_folder) {
		add(out, STAR, "*", 1);
		return true;
	}
	add_literal(out, set->folder);
	if (*set->folder && !it_ends_with(set->folder, "/"))
		add(out, CHARACTER, "/", 1);
	if (set->literal && !set->open)
		add_literal(out, set->pattern);
	else
		add_pattern(out, set->pattern, set->open);
	return true;
}

static bool class_has(const struct element *class, const struct element *character)
{
	struct it_glob glob = it_glob(class->text);

	return it_glob_match(&glob, character->text);
}

/* Whether each character of one is in the other; neither is a star. */
static bool is_within(const struct element *narrow, const struct element *wide)
{
	if (wide->kind == ANY)
		return true;
	if (narrow->kind == ANY || (wide->kind == CHARACTER && narrow->kind == CLASS))
		return false;
	if (wide->kind == CLASS && narrow->kind == CHARACTER)
		return class_has(wide, narrow);
	return it_span_eq(narrow->text, wide->text);
}

/* Whether they may have a character in common; neither is a star. */
static bool may_meet(const struct element *a, const struct element *b)
{
	if (a->kind == CHARACTER && b->kind == CHARACTER)
		return it_span_eq(a->text, b->text);
	if (a->kind == CHARACTER && b->kind == CLASS)
		return class_has(b, a);
	if (a->kind == CLASS && b->kind == CHARACTER)
		return class_has(a, b);
	return true;
}

/* One cell: what is true for the rests of a from i on and of b from j on. */
typedef bool (*cell_fn)(const struct elements *a, size_t i, const struct elements *b, size_t j,
			const bool *row, const bool *below);

/* Whether the rest of a (narrow) is within the rest of b (wide). */
static bool covers_cell(const struct elements *a, size_t i, const struct elements *b, size_t j,
			const bool *row, const bool *below)
{
	if (j == b->count)
		return i == a->count;
	if (b->items[j].kind == STAR)
		return row[j + 1] || (i < a->count && below[j]);
	return i < a->count && a->items[i].kind != STAR && is_within(&a->items[i], &b->items[j]) &&
	       below[j + 1];
}

/* Whether some text may match both rests. */
static bool meets_cell(const struct elements *a, size_t i, const struct elements *b, size_t j,
		       const bool *row, const bool *below)
{
	bool a_left = i < a->count;
	bool b_left = j < b->count;

	if (!a_left && !b_left)
		return true;
	if ((a_left && a->items[i].kind == STAR) || (b_left && b->items[j].kind == STAR))
		return (b_left && row[j + 1]) || (a_left && below[j]);
	return a_left && b_left && may_meet(&a->items[i], &b->items[j]) && below[j + 1];
}

/*
 * Fills the table from its end.  A star of a that meets a character of b stays (row[j + 1]), or is
 * over (below[j]); likewise the other way round.
 */
static bool fill(const struct elements *a, const struct elements *b, cell_fn cell, bool unknown)
{
	size_t width = b->count + 1;
	IT_AUTO(it_freep) bool *rows = calloc(width, 2 * sizeof *rows);

	if (!rows || (a->count + 1) > CELLS_MAX / width)
		return unknown;
	for (size_t i = a->count + 1; i-- > 0;) {
		bool *row = rows + (i & 1) * width;
		const bool *below = rows + (~i & 1) * width;

		for (size_t j = width; j-- > 0;)
			row[j] = cell(a, i, b, j, row, below);
	}
	return rows[0];
}

static bool has_parameter(const struct it_rule *rule)
{
	return strpbrk(rule->pattern, "{}") || strpbrk(rule->source, "{}") ||
	       strpbrk(rule->destination, "{}") || strpbrk(rule->from, "{}");
}

struct it_name_set it_rule_names(const struct it_rule *rule, bool open)
{
	return (struct it_name_set){ rule->source, rule->pattern, rule->kind->literal,
				     open && has_parameter(rule) };
}

bool it_name_set_covers(const struct it_name_set *wide, const struct it_name_set *narrow)
{
	IT_AUTO(elements_done) struct elements outer = { 0 };
	IT_AUTO(elements_done) struct elements inner = { 0 };

	if (wide->open || !take_apart(&outer, wide) || !take_apart(&inner, narrow))
		return false;
	return fill(&inner, &outer, covers_cell, false);
}

bool it_name_set_disjoint(const struct it_name_set *a, const struct it_name_set *b)
{
	IT_AUTO(elements_done) struct elements left = { 0 };
	IT_AUTO(elements_done) struct elements right = { 0 };

	if (!take_apart(&left, a) || !take_apart(&right, b))
		return false;
	return !fill(&left, &right, meets_cell, true);
}
