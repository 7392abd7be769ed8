/* SPDX-License-Identifier: Apache-2.0 */
/* yarn.lock (classic and berry) and pnpm-lock.yaml: the few forms of line that their tools write.
 */
#include "attestors/lockfile/lock.h"

#include <string.h>

static size_t indent_of(const char *line)
{
	return strspn(line, " ");
}

static bool says_nothing(const char *line)
{
	line += strspn(line, " \t");
	return !*line || *line == '#';
}

/* "name@range", where a name may begin with '@'; cuts it off. */
static bool cut_name(char *text)
{
	char *at = *text ? strchr(text + 1, '@') : NULL;

	if (!at)
		return false;
	*at = '\0';
	return true;
}

/* --- yarn --- */

/* `version "1.0"` and `version: 1.0`: the value when the line has that name. */
static char *value_of(char *line, const char *name)
{
	size_t length = strlen(name);

	line += strspn(line, " \t");
	if (!intoto_text_begins(line, name) || (line[length] != ' ' && line[length] != ':'))
		return NULL;
	line += length + (line[length] == ':');
	return lock_trim(line);
}

/* The first of `"@a/b@^1", b@^2:`. */
static int read_yarn_head(struct lock_writer *writer, const struct lock_lines *lines, char *line,
			  struct intoto_error **err)
{
	size_t length = strlen(line);
	char *name;

	if (line[length - 1] != ':')
		return lock_refuse(lines, err, "want \"name@range:\"");
	line[length - 1] = '\0';
	line[strcspn(line, ",")] = '\0';
	name = line + (*line == '"');
	if (!cut_name(name))
		return lock_refuse(lines, err, "want \"name@range:\"");
	lock_begin(writer);
	writer->package.name = name;
	return 0;
}

static int read_yarn_member(struct lock_writer *writer, char *line, struct intoto_error **err)
{
	char *version = value_of(line, "version");
	char *source = value_of(line, "resolved");
	char *integrity = value_of(line, "integrity");

	if (version)
		writer->package.version = version;
	if (source)
		writer->package.source = source;
	return integrity ? lock_add_integrity(writer, integrity, err) : 0;
}

/* A project's own workspaces, and the block about the file. */
static bool is_own(const char *line)
{
	return intoto_text_begins(line, "__metadata:") || strstr(line, "@workspace:");
}

int lock_read_yarn(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	bool open = false;
	bool known = strstr(text, "# yarn lockfile v1") || strstr(text, "__metadata:");
	int rc = 0;

	if (!known)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "want \"# yarn lockfile v1\" or \"__metadata:\"");
	writer->version = strstr(text, "# yarn lockfile v1") ? "1" : "berry";
	for (char *line; !rc && (line = lock_next_line(&lines));) {
		if (says_nothing(line))
			continue;
		if (indent_of(line) == 0) {
			rc = open ? lock_end(writer, err) : 0;
			open = !is_own(line);
			if (!rc && open)
				rc = read_yarn_head(writer, &lines, line, err);
		} else if (open && indent_of(line) == 2) {
			rc = read_yarn_member(writer, line, err);
		}
	}
	return rc || !open ? rc : lock_end(writer, err);
}

/* --- pnpm --- */

/* "/@a/b@1.0(react@18)" (6), "@a/b@1.0" (9), "/@a/b/1.0_react" (5). */
static bool read_pnpm_key(struct lock_writer *writer, char *key)
{
	char *at;

	key = lock_trim(key);
	key += *key == '/';
	key[strcspn(key, "(")] = '\0';
	lock_begin(writer);
	if (intoto_text_begins(writer->version, "5")) {
		key[strcspn(key, "_")] = '\0'; /* peers */
		at = strrchr(key, '/');
	} else {
		at = *key ? strchr(key + 1, '@') : NULL;
	}
	if (!at || !at[1])
		return false;
	*at = '\0';
	writer->package.name = key;
	writer->package.version = at + 1;
	return true;
}

static int read_pnpm_member(struct lock_writer *writer, char *line, struct intoto_error **err)
{
	char *integrity = strstr(line, "integrity: ");
	char *source = strstr(line, "tarball: ");

	if (source) {
		source += strlen("tarball: ");
		source[strcspn(source, ",} ")] = '\0';
		writer->package.source = source;
	}
	if (!integrity)
		return 0;
	integrity += strlen("integrity: ");
	integrity[strcspn(integrity, ",} ")] = '\0';
	return lock_add_integrity(writer, lock_trim(integrity), err);
}

int lock_read_pnpm(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	bool inside = false;
	bool open = false;
	int rc = 0;

	for (char *line; !rc && (line = lock_next_line(&lines));) {
		size_t last = strlen(line);

		if (says_nothing(line))
			continue;
		if (indent_of(line) <= 2 && open) {
			rc = lock_end(writer, err);
			open = false;
		}
		if (indent_of(line) == 0) {
			inside = intoto_text_same(line, "packages:");
			if (intoto_text_begins(line, "lockfileVersion:"))
				writer->version = lock_trim(line + strlen("lockfileVersion:"));
		} else if (!rc && inside && indent_of(line) == 2) {
			if (line[last - 1] != ':')
				return lock_refuse(&lines, err, "want \"name@version:\"");
			line[last - 1] = '\0';
			if (!read_pnpm_key(writer, line))
				return lock_refuse(&lines, err, "want \"name@version:\"");
			open = true;
		} else if (!rc && open) {
			rc = read_pnpm_member(writer, line, err);
		}
	}
	if (!rc && !*writer->version)
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT, "want lockfileVersion");
	return rc || !open ? rc : lock_end(writer, err);
}
