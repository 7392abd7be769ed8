/* SPDX-License-Identifier: Apache-2.0 */
/* [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], in the spellings that PEP 440 normalises. */
#include "model/version_pypi.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

enum { RELEASE_PARTS_MAX = 32 };

struct version {
	int64_t epoch;
	int64_t release[RELEASE_PARTS_MAX]; /* the rest is 0 */
	int phase;			    /* of a pre-release: 0 a, 1 b, 2 rc; 3 none */
	int64_t pre;
	int64_t post;	   /* -1: none */
	int64_t dev;	   /* INT64_MAX: none */
	const char *local; /* "" for none */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_number(const char **at, int64_t *out)
{
	int64_t number = 0;

	if (!is_digit(**at))
		return false;
	for (; is_digit(**at); (*at)++) {
		number = number * 10 + (**at - '0');
		/* a date with a time in it (20240101123456) is a release number too */
		if (number > INT64_MAX / 100)
			return false;
	}
	*out = number;
	return true;
}

static bool starts_nocase(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if ((*text | 0x20) != *word)
			return false;
	return true;
}

static const char *skip_separator(const char *at)
{
	return at + (*at == '.' || *at == '-' || *at == '_');
}

/* A number behind a word may be missing, and is 0 then. */
static bool take_count(const char **at, int64_t *out)
{
	const char *number = skip_separator(*at);

	*out = 0;
	if (!is_digit(*number))
		return true;
	*at = number;
	return take_number(at, out);
}

static bool take_word(const char **at, const char *const *words, size_t count, size_t *which)
{
	const char *word = skip_separator(*at);

	for (size_t i = 0; i < count; i++)
		if (starts_nocase(word, words[i])) {
			*at = word + strlen(words[i]);
			*which = i;
			return true;
		}
	return false;
}

static bool take_release(struct version *out, const char **at)
{
	size_t parts = 0;

	do {
		if (parts)
			(*at)++;
		if (parts == RELEASE_PARTS_MAX || !take_number(at, &out->release[parts++]))
			return false;
	} while (**at == '.' && is_digit((*at)[1]));
	return true;
}

static bool take_suffixes(struct version *out, const char **at)
{
	static const char *const pre[] = { "alpha", "beta", "preview", "pre", "rc", "a", "b", "c" };
	static const int phases[] = { 0, 1, 2, 2, 2, 0, 1, 2 };
	static const char *const post[] = { "post", "rev", "r" };
	static const char *const dev[] = { "dev" };
	size_t which = 0;

	if (take_word(at, pre, IT_COUNT_OF(pre), &which)) {
		out->phase = phases[which];
		if (!take_count(at, &out->pre))
			return false;
	}
	if (**at == '-' && is_digit((*at)[1])) { /* "1.0-1" is "1.0.post1" */
		(*at)++;
		if (!take_number(at, &out->post))
			return false;
	} else if (take_word(at, post, IT_COUNT_OF(post), &which) && !take_count(at, &out->post)) {
		return false;
	}
	return !take_word(at, dev, IT_COUNT_OF(dev), &which) || take_count(at, &out->dev);
}

static bool read_version(struct version *out, const char *text)
{
	const char *mark;

	*out = (struct version){ .phase = 3, .post = -1, .dev = INT64_MAX, .local = "" };
	text += *text == 'v' || *text == 'V';
	mark = text + strspn(text, "0123456789");
	if (*mark == '!') {
		if (!take_number(&text, &out->epoch))
			return false;
		text++;
	}
	if (!take_release(out, &text) || !take_suffixes(out, &text))
		return false;
	if (*text == '+')
		out->local = text + 1;
	return !*text || (*text == '+' && *out->local);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* "1.0.dev1" is before "1.0a1"; any other without a phase is behind them. */
static int phase_of(const struct version *version)
{
	return version->phase == 3 && version->post < 0 && version->dev != INT64_MAX
		       ? -1
		       : version->phase;
}

/* Parts by "." "-" "_": numbers are newer than words, more parts newer than fewer. */
static int compare_locals(const char *a, const char *b)
{
	while (*a && *b) {
		size_t left = strcspn(a, ".-_");
		size_t right = strcspn(b, ".-_");
		bool left_number = strspn(a, "0123456789") == left && left < 18;
		bool right_number = strspn(b, "0123456789") == right && right < 18;
		int64_t x = 0;
		int64_t y = 0;
		int order;

		if (left_number != right_number)
			return left_number ? 1 : -1;
		if (left_number) {
			const char *at = a;
			const char *bt = b;

			(void)take_number(&at, &x); /* they are numbers */
			(void)take_number(&bt, &y);
			order = compare_numbers(x, y);
		} else {
			order = it_span_cmp(it_span(a, left), it_span(b, right));
		}
		if (order)
			return order < 0 ? -1 : 1;
		a += left + (a[left] != '\0');
		b += right + (b[right] != '\0');
	}
	return (*a != '\0') - (*b != '\0');
}

bool it_version_compare_pypi(const char *a, const char *b, int *order)
{
	struct version left;
	struct version right;

	if (!read_version(&left, a) || !read_version(&right, b))
		return false;
	*order = compare_numbers(left.epoch, right.epoch);
	for (size_t i = 0; !*order && i < RELEASE_PARTS_MAX; i++)
		*order = compare_numbers(left.release[i], right.release[i]);
	if (!*order)
		*order = compare_numbers(phase_of(&left), phase_of(&right));
	if (!*order)
		*order = compare_numbers(left.pre, right.pre);
	if (!*order)
		*order = compare_numbers(left.post, right.post);
	if (!*order)
		*order = compare_numbers(left.dev, right.dev);
	if (!*order)
		*order = compare_locals(left.local, right.local);
	return true;
}
