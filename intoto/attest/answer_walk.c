/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value of any size, looked at and passed over.  What costs memory is the names of the objects
 * that are open, since each may stand there once only.
 */
#include <stdlib.h>

#include "attest/answer.h"
#include "json/pull.h"

enum { NAMES_MAX = 64 * 1024 * 1024 };

static const char twice[] = "two members of one object have the same name";

/* Names of open objects, as they are meant, each with its length in front. */
struct names {
	struct it_buf text;
	struct {
		size_t at;
		size_t len;
	} * items;
	size_t count;
	size_t cap;
};

struct walk {
	struct it_pull *pull;
	struct names names;
	const char *why;
};

static void names_done(struct names *names)
{
	it_buf_done(&names->text);
	free(names->items);
}

static bool fail(struct walk *walk, const char *why)
{
	if (!walk->why)
		walk->why = why;
	it_pull_fail(walk->pull, INTOTO_E_FORMAT);
	return false;
}

static bool add_name(struct walk *walk, struct it_span name)
{
	struct names *names = &walk->names;

	if (names->count == names->cap) {
		size_t cap = names->cap ? names->cap * 2 : 64;
		void *grown = reallocarray(names->items, cap, sizeof *names->items);

		if (!grown) {
			it_pull_fail(walk->pull, INTOTO_E_NOMEM);
			return false;
		}
		names->items = grown;
		names->cap = cap;
	}
	names->items[names->count].at = names->text.len;
	names->items[names->count].len = name.len;
	if (it_buf_add_span(&names->text, name)) {
		it_pull_fail(walk->pull, INTOTO_E_NOMEM);
		return false;
	}
	names->count++;
	return true;
}

static int by_span(const void *a, const void *b)
{
	return it_span_cmp(*(const struct it_span *)a, *(const struct it_span *)b);
}

/* Those from first on are of one object, which ends; they are dropped. */
static bool names_differ(struct walk *walk, size_t first)
{
	struct names *names = &walk->names;
	size_t count = names->count - first;
	struct it_span *sorted;
	bool good = true;

	if (!count)
		return true;
	sorted = calloc(count, sizeof *sorted);
	if (!sorted) {
		it_pull_fail(walk->pull, INTOTO_E_NOMEM);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = it_span(names->text.data + names->items[first + i].at,
				    names->items[first + i].len);
	qsort(sorted, count, sizeof *sorted, by_span);
	for (size_t i = 1; good && i < count; i++)
		good = !it_span_eq(sorted[i - 1], sorted[i]);
	free(sorted);
	names->text.len = names->items[first].at;
	names->count = first;
	return good || fail(walk, twice);
}

static char first_of(struct it_pull *pull)
{
	while (pull->at < pull->end && strchr(" \t\r\n", *pull->at) && *pull->at)
		pull->at++;
	return pull->at < pull->end ? *pull->at : '\0';
}

static bool walk_value(struct walk *walk, unsigned depth);

static bool walk_object(struct walk *walk, unsigned depth)
{
	size_t first = walk->names.count;
	struct it_pull_text name;

	it_pull_open(walk->pull, '{');
	while (it_pull_next(walk->pull, '}'))
		if (!it_pull_name(walk->pull, &name) || !add_name(walk, name.said) ||
		    !walk_value(walk, depth + 1))
			return false;
	return !walk->pull->failed && names_differ(walk, first);
}

static bool walk_list(struct walk *walk, unsigned depth)
{
	it_pull_open(walk->pull, '[');
	while (it_pull_next(walk->pull, ']'))
		if (!walk_value(walk, depth + 1))
			return false;
	return !walk->pull->failed;
}

/* Recursion is bounded by the limits of the reader. */
static bool walk_value(struct walk *walk, unsigned depth)
{
	struct it_pull_text text;
	struct it_json *value;
	char first = first_of(walk->pull);

	if ((first == '{' || first == '[') && depth >= IT_ANSWER_DEPTH)
		return fail(walk, "it is nested more than 34 levels deep, which no reader of "
				  "signed documents takes");
	if (first == '{')
		return walk_object(walk, depth);
	if (first == '[')
		return walk_list(walk, depth);
	if (first == '"')
		return it_pull_text(walk->pull, &text);
	if (!it_pull_tree(walk->pull, &value))
		return false;
	it_json_free(value);
	return true;
}

bool it_answer_walk(struct it_pull *pull, struct it_span *span, const char **why)
{
	struct walk walk = { .pull = pull, .names = { .text = IT_BUF(NAMES_MAX) } };
	const char *from;
	bool good;

	(void)first_of(pull); /* white space is not of it */
	from = pull->at;
	good = walk_value(&walk, pull->depth);
	names_done(&walk.names);
	*why = walk.why;
	*span = good ? it_span(from, (size_t)(pull->at - from)) : it_span(NULL, 0);
	return good && !pull->failed;
}
