/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of TAP (TestAnything specification, versions 12, 13 and 14). */
#include "attestors/tests/tap_line.h"

#include <string.h>

#include <intoto/attestor.h>

enum { NUMBER_MAX = 1000 * 1000 * 1000 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *at)
{
	return at + strspn(at, " \t");
}

/* Digits; false when there are none or too many. */
static bool read_number(char **at, uint64_t *out)
{
	uint64_t number = 0;
	char *digit = *at;

	for (; is_digit(*digit); digit++) {
		number = number * 10 + (uint64_t)(*digit - '0');
		if (number > NUMBER_MAX)
			return false;
	}
	if (digit == *at)
		return false;
	*at = digit;
	*out = number;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether text begins with word, in either case. */
static bool begins_nocase(const char *text, const char *word)
{
	for (; *word; text++, word++)
		if (lower(*text) != *word)
			return false;
	return true;
}

/* "SKIP", "skipped", "Skip: why"; "todo" must be a word. */
static enum tap_directive directive_at(const char *text)
{
	if (begins_nocase(text, "skip"))
		return TAP_SKIP;
	if (begins_nocase(text, "todo") && (!text[4] || is_blank(text[4]) || text[4] == ':'))
		return TAP_EXPECTED;
	return TAP_NONE;
}

/* The first "#" that no backslash escapes; NULL: none. */
static char *find_mark(char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '#')
			return text;
	}
	return NULL;
}

/* "# in 12 ms", which bats appends: no part of a name that is to stay the same. */
static bool read_time(struct tap_line *out, char *text)
{
	char *at = text;
	uint64_t number;

	if (!intoto_text_begins(at, "in "))
		return false;
	at += 3;
	if (!read_number(&at, &number) || !intoto_text_same(skip_blanks(at), "ms"))
		return false;
	out->milliseconds = number;
	out->timed = true;
	return true;
}

static void cut_blanks(char *text)
{
	size_t length = strlen(text);

	while (length && is_blank(text[length - 1]))
		text[--length] = '\0';
}

/* "\#" and "\\". */
static void undo_escapes(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && (text[1] == '#' || text[1] == '\\'))
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

/* Cuts the directive, and what is like one, from behind a description. */
static void read_directive(struct tap_line *out, char *text)
{
	char *mark = text;

	while ((mark = find_mark(mark))) {
		char *word = skip_blanks(mark + 1);

		out->directive = directive_at(word);
		if (out->directive != TAP_NONE || read_time(out, word)) {
			*mark = '\0';
			break;
		}
		mark++;
	}
	cut_blanks(text);
	undo_escapes(text);
}

static bool read_point(struct tap_line *out, char *line)
{
	char *at = line;

	out->ok = !intoto_text_begins(at, "not ok");
	if (!intoto_text_begins(at, out->ok ? "ok" : "not ok"))
		return false;
	at += out->ok ? 2 : 6;
	if (*at && !is_blank(*at))
		return false;
	at = skip_blanks(at);
	if (is_digit(*at)) {
		char *end = at;
		uint64_t number;

		if (read_number(&end, &number) && (!*end || is_blank(*end))) {
			out->number = number;
			at = skip_blanks(end);
		}
	}
	if (*at == '-' && (!at[1] || is_blank(at[1])))
		at = skip_blanks(at + 1);
	read_directive(out, at);
	out->rest = at;
	return true;
}

static bool read_plan(struct tap_line *out, char *line)
{
	char *at = line + 3;
	char *mark;

	if (!intoto_text_begins(line, "1..") || !read_number(&at, &out->number))
		return false;
	mark = skip_blanks(at);
	if (*mark == '#')
		out->directive = directive_at(skip_blanks(mark + 1));
	else if (*mark)
		return false;
	return true;
}

static bool read_version(struct tap_line *out, char *line)
{
	char *at = line + 12;

	return intoto_text_begins(line, "TAP version ") && read_number(&at, &out->number) &&
	       !*skip_blanks(at);
}

void tap_line_read(struct tap_line *out, char *line)
{
	*out = (struct tap_line){ .kind = TAP_OTHER, .rest = "" };
	if (*line == '#')
		out->kind = TAP_COMMENT;
	else if (read_point(out, line))
		out->kind = TAP_POINT;
	else if (read_plan(out, line))
		out->kind = TAP_PLAN;
	else if (read_version(out, line))
		out->kind = TAP_VERSION;
	else if (intoto_text_begins(line, "Bail out!")) {
		out->kind = TAP_BAIL;
		out->rest = skip_blanks(line + 9);
	}
}
