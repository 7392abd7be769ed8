/* SPDX-License-Identifier: Apache-2.0 */
/* Exclude patterns: each is split at its slashes once, and each part knows how cheap it is. */
#include "record/ignore.h"

#include <string.h>

#include "base/text.h"
#include "record/wildcard.h"

/* Python's "*.link*" would also take es.string.link.js; ours names what in-toto writes. */
const char *const it_ignore_defaults[] = { "*.link", "*.link-unfinished", ".git", "*.pyc", "*~",
					   NULL };

enum part_kind {
	PART_LITERAL, /* text is the part itself, escapes removed */
	PART_SUFFIX,  /* "*text" */
	PART_WILD,    /* text has wildcards */
	PART_FOLDERS, /* "**": any number of folders; at the end at least one name */
};

struct part {
	enum part_kind kind;
	char *text;
};

struct pattern {
	bool negated;
	bool folders_only;
	bool anchored; /* matched from the top; else its one part is matched with the last name */
	struct part *parts;
	size_t count;
};

struct it_ignore {
	struct pattern *patterns;
	size_t count;
};

static void pattern_done(struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->count; i++)
		free(pattern->parts[i].text);
	free(pattern->parts);
}

void it_ignore_free(struct it_ignore *ignore)
{
	if (!ignore)
		return;
	for (size_t i = 0; i < ignore->count; i++)
		pattern_done(&ignore->patterns[i]);
	free(ignore->patterns);
	free(ignore);
}

/* Without the spaces at the end, unless a backslash keeps one (gitignore(5)). */
static struct it_span without_trailing_spaces(struct it_span text)
{
	size_t keep = 0;

	for (size_t at = 0; at < text.len; at++) {
		if (text.data[at] == '\\' && at + 1 < text.len)
			keep = ++at + 1;
		else if (text.data[at] != ' ')
			keep = at + 1;
	}
	return it_span(text.data, keep);
}

static struct it_span without_first(struct it_span text)
{
	return it_span(text.data + 1, text.len - 1);
}

static bool has_byte(struct it_span text, const char *bytes)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(bytes, text.data[i]))
			return true;
	return false;
}

/* Copies text without the backslashes that escape. */
static char *unescaped(struct it_span text)
{
	char *copy = malloc(text.len + 1);
	size_t len = 0;

	if (!copy)
		return NULL;
	for (size_t at = 0; at < text.len; at++) {
		if (text.data[at] == '\\' && at + 1 < text.len)
			at++;
		copy[len++] = text.data[at];
	}
	copy[len] = '\0';
	return copy;
}

/* "**"; git takes more stars for the same. */
static bool is_stars(struct it_span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != '*')
			return false;
	return text.len >= 2;
}

static enum part_kind part_kind_of(struct it_span text)
{
	if (is_stars(text))
		return PART_FOLDERS;
	if (!has_byte(text, "*?["))
		return PART_LITERAL;
	if (text.data[0] == '*' && !has_byte(without_first(text), "*?[\\"))
		return PART_SUFFIX;
	return PART_WILD;
}

static int add_part(struct pattern *pattern, struct it_span text, struct intoto_error **err)
{
	enum part_kind kind = part_kind_of(text);
	struct part *parts;
	char *copy;

	if (kind == PART_FOLDERS && pattern->count &&
	    pattern->parts[pattern->count - 1].kind == PART_FOLDERS)
		return INTOTO_OK; /* "**" twice is once */
	parts = reallocarray(pattern->parts, pattern->count + 1, sizeof *parts);
	if (!parts)
		return it_err_nomem(err);
	pattern->parts = parts;
	if (kind == PART_LITERAL)
		copy = unescaped(text);
	else if (kind == PART_SUFFIX)
		copy = strndup(text.data + 1, text.len - 1);
	else
		copy = strndup(text.data, text.len);
	if (!copy)
		return it_err_nomem(err);
	parts[pattern->count++] = (struct part){ kind, copy };
	return INTOTO_OK;
}

/* The part that starts at at, up to the next slash that is in no class; *next is behind the slash.
 */
static struct it_span part_at(struct it_span text, size_t at, size_t *next)
{
	size_t start = at;

	while (at < text.len && text.data[at] != '/') {
		if (text.data[at] == '[') {
			at += it_wildcard_class(text, at);
			continue;
		}
		if (text.data[at] == '\\' && text.data[++at] == '/') {
			*next = at + 1; /* "\/" is a slash like any other */
			return it_span(text.data + start, at - 1 - start);
		}
		at++;
	}
	*next = at + 1;
	return it_span(text.data + start, at - start);
}

static int add_parts(struct pattern *pattern, struct it_span text, struct intoto_error **err)
{
	size_t next;

	for (size_t at = 0; at <= text.len; at = next) {
		int rc = add_part(pattern, part_at(text, at, &next), err);

		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

static int refuse_pattern(const char *text, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_err_set(err, INTOTO_E_USAGE, "exclude pattern '%s': %s", quoted ? quoted : "",
			  why);
}

/* A comment or an empty line leaves a pattern without parts, which matches nothing. */
static int compile(struct pattern *pattern, const char *line, struct intoto_error **err)
{
	struct it_span text = without_trailing_spaces(it_span_text(line));
	const char *fault;

	if (text.len && text.data[0] == '#')
		return INTOTO_OK;
	if (text.len && text.data[0] == '!') {
		pattern->negated = true;
		text = without_first(text);
	}
	if (text.len && text.data[text.len - 1] == '/') {
		pattern->folders_only = true;
		text.len--;
	}
	fault = it_wildcard_fault(text);
	if (fault)
		return refuse_pattern(line, fault, err);
	pattern->anchored = has_byte(text, "/");
	while (text.len && text.data[0] == '/') /* "//tmp/x", as the Python tool needs it, too */
		text = without_first(text);
	return text.len ? add_parts(pattern, text, err) : INTOTO_OK;
}

int it_ignore_new(struct it_ignore **out, const struct it_strings *patterns,
		  struct intoto_error **err)
{
	size_t count = patterns ? patterns->count : IT_COUNT_OF(it_ignore_defaults) - 1;
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = calloc(1, sizeof *ignore);

	*out = NULL;
	if (!ignore)
		return it_err_nomem(err);
	ignore->patterns = calloc(count + 1, sizeof *ignore->patterns);
	if (!ignore->patterns)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const char *line = patterns ? patterns->items[i] : it_ignore_defaults[i];
		int rc = compile(&ignore->patterns[ignore->count++], line, err);

		if (rc)
			return rc;
	}
	*out = ignore;
	ignore = NULL; /* now the caller's */
	return INTOTO_OK;
}

static bool part_matches(const struct part *part, struct it_span name)
{
	struct it_span text = it_span_text(part->text);

	if (part->kind == PART_LITERAL)
		return it_span_eq(text, name);
	if (part->kind == PART_SUFFIX)
		return name.len >= text.len &&
		       it_span_eq(text, it_span(name.data + name.len - text.len, text.len));
	return it_wildcard_match(text, name);
}

static struct it_span name_at(struct it_span path, size_t at)
{
	const char *slash = memchr(path.data + at, '/', path.len - at);

	return it_span(path.data + at, slash ? (size_t)(slash - path.data) - at : path.len - at);
}

/* Only the last "**" is tried again with one folder more, as it_wildcard_match does with "*". */
static bool match_from_top(const struct pattern *pattern, struct it_span path)
{
	size_t i = 0;
	size_t behind_folders = SIZE_MAX;
	size_t retry = 0;

	for (size_t at = 0; at < path.len;) {
		struct it_span name = name_at(path, at);

		if (i < pattern->count && pattern->parts[i].kind == PART_FOLDERS) {
			behind_folders = ++i;
			retry = at;
			if (i == pattern->count)
				return true; /* takes all that is in a folder, not the folder */
			continue;
		}
		if (i < pattern->count && part_matches(&pattern->parts[i], name)) {
			i++;
			at += name.len + 1;
			continue;
		}
		if (behind_folders == SIZE_MAX)
			return false;
		i = behind_folders;
		retry += name_at(path, retry).len + 1;
		at = retry;
	}
	return i == pattern->count;
}

static bool pattern_matches(const struct pattern *pattern, struct it_span path, bool is_folder)
{
	const char *slash;

	if (!pattern->count || (pattern->folders_only && !is_folder))
		return false;
	if (pattern->anchored)
		return match_from_top(pattern, path);
	slash = memrchr(path.data, '/', path.len);
	if (slash)
		path = it_span(slash + 1, path.len - (size_t)(slash + 1 - path.data));
	return part_matches(&pattern->parts[0], path);
}

static bool match_span(const struct it_ignore *ignore, struct it_span path, bool is_folder)
{
	while (path.len && path.data[0] == '/')
		path = without_first(path);
	for (size_t i = ignore->count; i-- > 0;)
		if (pattern_matches(&ignore->patterns[i], path, is_folder))
			return !ignore->patterns[i].negated;
	return false;
}

bool it_ignore_match(const struct it_ignore *ignore, const char *path, bool is_folder)
{
	return match_span(ignore, it_span_text(path), is_folder);
}

bool it_ignore_match_named(const struct it_ignore *ignore, const char *path, bool is_folder)
{
	size_t start = 0;

	while (path[start] == '/')
		start++;
	while (it_starts_with(path + start, "../"))
		start += 3;
	if (it_streq(path + start, "") || it_streq(path + start, ".") ||
	    it_streq(path + start, ".."))
		return false;
	for (const char *slash = strchr(path + start, '/'); slash; slash = strchr(slash + 1, '/'))
		if (match_span(ignore, it_span(path, (size_t)(slash - path)), true))
			return true;
	return match_span(ignore, it_span_text(path), is_folder);
}
