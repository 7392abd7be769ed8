/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns that are broken, or mean something else in another implementation: Python matches with
 * fnmatch and never cleans a path, Go cleans patterns and names and knows escapes.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/lint.h"

/* One word of a rule on its way. */
struct word {
	const struct it_lint_rules *list;
	size_t index; /* of the rule */
	const char *text;
};

static void say(const struct word *word, const char *code, const char *text)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word->text));

	it_lint_rule(word->list, word->index, code, "'%s' %s", quoted ? quoted : "", text);
}

static bool is_dots(const char *part, size_t len)
{
	return (len == 1 && part[0] == '.') || (len == 2 && part[0] == '.' && part[1] == '.');
}

/*
 * Whether a part of the path says nothing, or goes upwards; ".." at the front is how names outside
 * of the folder are recorded, and an absolute path begins with an empty part.
 */
static bool is_unclean(const char *path)
{
	size_t at = 0;

	while (path[at]) {
		size_t len = strcspn(path + at, "/");
		bool last = !path[at + len];

		if (at > 0 && !len)
			return true;
		if (is_dots(path + at, len) && !(at == 0 && len == 2) &&
		    !it_starts_with(path, "../"))
			return true;
		if (last)
			return false;
		at += len + 1;
	}
	return false;
}

static void check_path(const struct word *word, bool folder)
{
	size_t len = strlen(word->text);

	if (is_unclean(word->text))
		say(word, "glob.path",
		    "is not how names are recorded, so it matches none of them "
		    "(Go cleans it first)");
	else if (!folder && len > 1 && word->text[len - 1] == '/')
		say(word, "glob.path", "ends with a slash, and no name does (Go takes it away)");
}

/* The members of the class that begins behind [ or [!. */
static void check_class(const struct word *word, const char *begin, const char *end)
{
	if (*begin == '^')
		say(word, "glob.caret", "has a class with ^ in front, which is a member here");
	if (*begin == ']' || *begin == '-' || end[-1] == '-')
		say(word, "glob.class", "has a class with ] or - at its edge, which Go refuses");
	for (const char *at = begin; at + 2 < end; at++) {
		if (at[1] != '-')
			continue;
		if ((unsigned char)at[0] > (unsigned char)at[2])
			say(word, "glob.empty-range",
			    "has a range from a greater to a smaller "
			    "character");
		at += 2;
	}
}

static void check_classes(const struct word *word)
{
	const char *at = word->text;

	while ((at = strchr(at, '['))) {
		const char *begin = at + 1 + (at[1] == '!');
		const char *end = *begin ? strchr(begin + 1, ']') : NULL;

		if (!end)
			return;
		check_class(word, begin, end);
		at = end + 1;
	}
}

static void check_pattern(const struct word *word, const struct it_rule *rule)
{
	const char *brace = strchr(word->text, '{');

	check_path(word, false);
	if (rule->kind->literal) {
		if (strpbrk(word->text, "*?["))
			say(word, "glob.class", "is a name here, and no pattern: REQUIRE has none");
		return;
	}
	if (it_rule_has_open_bracket(rule))
		say(word, "glob.open", "has a [ without its ]: in Go such a rule matches nothing");
	if (strchr(word->text, '\\'))
		say(word, "glob.backslash", "has a backslash");
	if (brace && strchr(brace, ',') && strchr(brace, '}'))
		say(word, "glob.braces",
		    "has braces with a comma, which are characters like "
		    "all others");
	if (strstr(word->text, "**"))
		say(word, "glob.double-star", "has two stars in a row");
	check_classes(word);
}

void it_lint_patterns(const struct it_lint_rules *list)
{
	const struct it_rules *rules = &list->item->rules[list->side];

	for (size_t i = 0; i < rules->count; i++) {
		const struct it_rule *rule = &rules->items[i];
		struct word pattern = { list, i, rule->pattern };
		struct word source = { list, i, rule->source };
		struct word destination = { list, i, rule->destination };

		check_pattern(&pattern, rule);
		check_path(&source, true);
		check_path(&destination, true);
	}
}
