/* SPDX-License-Identifier: Apache-2.0 */
/* Cargo.lock and poetry.lock (the TOML that their tools write), go.sum, requirements.txt and
 * Gemfile.lock. */
#include "attestors/lockfile/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- TOML --- */

/* `name = "value"`: the value when the line has that name. */
static char *value_of(char *line, const char *name)
{
	size_t length = strlen(name);

	if (!intoto_text_begins(line, name))
		return NULL;
	line += length + strspn(line + length, " ");
	return *line == '=' ? lock_trim(line + 1) : NULL;
}

/* Every "sha256:HEX" of `{file = "a.whl", hash = "sha256:…"}` */
static int read_hashes(struct lock_writer *writer, const char *line, struct intoto_error **err)
{
	int rc = 0;

	for (const char *at = line; !rc && (at = strstr(at, "hash = \""));) {
		at += strlen("hash = \"");
		if (!intoto_text_begins(at, "sha256:"))
			return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want a sha256");
		at += strlen("sha256:");
		rc = lock_add_digest(writer, "sha256", at, strcspn(at, "\""), false, err);
	}
	return rc;
}

static int read_toml_line(struct lock_writer *writer, char *line, struct intoto_error **err)
{
	struct lock_package *package = &writer->package;
	char *value;

	if ((value = value_of(line, "name")))
		package->name = value;
	else if ((value = value_of(line, "version")))
		package->version = value;
	else if ((value = value_of(line, "source")))
		package->source = value;
	else if ((value = value_of(line, "checksum")))
		return lock_add_digest(writer, "sha256", value, strlen(value), false, err);
	else if (strstr(line, "hash = \""))
		return read_hashes(writer, line, err);
	return 0;
}

/* A crate of the project itself has no source in Cargo.lock. */
static int end_toml(struct lock_writer *writer, struct intoto_error **err)
{
	if (intoto_text_same(writer->type, "cargo") && !writer->package.source)
		return 0;
	return lock_end(writer, err);
}

int lock_read_toml(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	bool open = false;
	bool said = strstr(text, "[[package]]") || strstr(text, "lock-version") ||
		    strstr(text, "version = ");
	int rc = 0;

	if (!said)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want [[package]]");
	for (char *line; !rc && (line = lock_next_line(&lines));) {
		char *version = open ? NULL : value_of(line, "version");

		if (version && !writer->count && !*writer->version)
			writer->version = version;
		if (*line == '[') {
			rc = open ? end_toml(writer, err) : 0;
			open = intoto_text_same(line, "[[package]]");
			if (open)
				lock_begin(writer);
		} else if (open) {
			rc = read_toml_line(writer, line, err);
		}
	}
	return rc || !open ? rc : end_toml(writer, err);
}

/* --- Go --- */

/* "module version h1:BASE64="; those of "version/go.mod" were looked at and maybe not built. */
static int read_go_line(struct lock_writer *writer, const struct lock_lines *lines, char *line,
			struct intoto_error **err)
{
	char *version = line + strcspn(line, " ");
	char *hash = *version ? version + 1 + strcspn(version + 1, " ") : version;

	if (!*hash || !intoto_text_begins(hash + 1, "h1:"))
		return lock_refuse(lines, err, "want \"module version h1:BASE64\"");
	*version++ = '\0';
	*hash++ = '\0';
	if (intoto_text_ends(version, "/go.mod"))
		return 0;
	lock_begin(writer);
	writer->package.name = line;
	writer->package.version = version;
	if (lock_add_digest(writer, "dirHash", hash + 3, strlen(hash + 3), true, err))
		return INTOTO_E_FORMAT;
	return lock_end(writer, err);
}

int lock_read_go(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	int rc = 0;

	for (char *line; !rc && (line = lock_next_line(&lines));)
		if (*line)
			rc = read_go_line(writer, &lines, line, err);
	return rc;
}

/* --- requirements.txt --- */

/* " --hash=sha256:HEX" again and again. */
static int read_pip_hashes(struct lock_writer *writer, const char *line, struct intoto_error **err)
{
	int rc = 0;

	for (const char *at = line; !rc && (at = strstr(at, "--hash="));) {
		const char *colon;
		char algorithm[16] = "";

		at += strlen("--hash=");
		colon = strchr(at, ':');
		if (!colon || (size_t)(colon - at) >= sizeof algorithm)
			return intoto_attestor_fail(err, INTOTO_E_FORMAT,
						    "want --hash=ALGORITHM:HEX");
		memcpy(algorithm, at, (size_t)(colon - at));
		rc = lock_add_digest(writer, algorithm, colon + 1, strcspn(colon + 1, " \t\\"),
				     false, err);
	}
	return rc;
}

/* "name[extra]==1.0 ; marker": only an exact version is a lock. */
static int read_pip_head(struct lock_writer *writer, const struct lock_lines *lines, char *line,
			 struct intoto_error **err)
{
	char *equal = strstr(line, "==");
	char *version;

	if (!equal || strcspn(line, " ;[<>!~=") == 0)
		return lock_refuse(lines, err,
				   "want \"name==version\": a lock names one version of each");
	version = equal + 2 + (equal[2] == '=');
	version += strspn(version, " ");
	version[strcspn(version, " ;\\#,\t")] = '\0';
	line[strcspn(line, " [=")] = '\0';
	if (!*version || strchr(version, '*'))
		return lock_refuse(lines, err, "want one version, found a pattern");
	writer->package.name = line;
	writer->package.version = version;
	return 0;
}

static int read_pip_line(struct lock_writer *writer, const struct lock_lines *lines, char *line,
			 bool *open, struct intoto_error **err)
{
	char *comment = strstr(line, " #");
	int rc;

	if (comment)
		*comment = '\0';
	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return 0;
	if (*open && intoto_text_begins(line, "--hash="))
		return read_pip_hashes(writer, line, err);
	if (*line == '-')
		return intoto_text_begins(line, "-r") || intoto_text_begins(line, "-c") ||
				       intoto_text_begins(line, "-e")
			       ? lock_refuse(lines, err,
					     "another file or folder, which is not in this one")
			       : 0;
	rc = *open ? lock_end(writer, err) : 0;
	*open = true;
	lock_begin(writer);
	if (!rc)
		rc = read_pip_hashes(writer, line, err);
	return rc ? rc : read_pip_head(writer, lines, line, err);
}

int lock_read_requirements(struct lock_writer *writer, char *text, size_t length,
			   struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	bool open = false;
	int rc = 0;

	for (char *line; !rc && (line = lock_next_line(&lines));)
		rc = read_pip_line(writer, &lines, line, &open, err);
	return rc || !open ? rc : lock_end(writer, err);
}

/* --- Ruby --- */

/* "name (1.0-x86_64-linux)", behind the blanks; false: it is something else. */
static bool cut_spec(char *line, char **name, char **version, char **rest)
{
	char *open;
	char *close;

	*name = line + strspn(line, " ");
	open = strstr(*name, " (");
	close = open ? strchr(open, ')') : NULL;
	if (!close)
		return false;
	*open = '\0';
	*close = '\0';
	*version = open + 2;
	*rest = close + 1;
	return true;
}

/* The line of CHECKSUMS that is about a gem: "  name (1.0) sha256=HEX". */
static int find_checksum(struct lock_writer *writer, const char *checksums,
			 struct intoto_error **err)
{
	char *wanted = NULL;
	size_t length;
	int rc = 0;

	if (asprintf(&wanted, "%s (%s) sha256=", writer->package.name, writer->package.version) < 0)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	length = strlen(wanted);
	for (const char *at = checksums; at && (at = strchr(at, '\n'));) {
		at += strspn(at, "\r\n");
		if (*at != ' ')
			break; /* the next section */
		at += strspn(at, " ");
		if (!intoto_text_begins(at, wanted))
			continue;
		rc = lock_add_digest(writer, "sha256", at + length, strcspn(at + length, ", \r\n"),
				     false, err);
		break;
	}
	free(wanted);
	return rc;
}

static int read_gem_line(struct lock_writer *writer, char *line, const char *checksums,
			 const char *source, struct intoto_error **err)
{
	char *name;
	char *version;
	char *rest;
	int rc;

	if (!cut_spec(line, &name, &version, &rest))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want \"name (version)\"");
	lock_begin(writer);
	writer->package.name = name;
	writer->package.version = version;
	writer->package.source = source;
	rc = find_checksum(writer, checksums, err);
	return rc ? rc : lock_end(writer, err);
}

int lock_read_gem(struct lock_writer *writer, char *text, size_t length, struct intoto_error **err)
{
	struct lock_lines lines = { text, text + length, 0 };
	const char *checksums = strstr(text, "\nCHECKSUMS");
	const char *source = NULL;
	bool specs = false;
	bool own = false;
	int rc = 0;

	if (checksums)
		checksums++;
	if (!strstr(text, "GEM") || !strstr(text, "  specs:"))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "want GEM and specs");
	for (char *line; !rc && (line = lock_next_line(&lines));) {
		size_t indent = strspn(line, " ");

		if (line == checksums)
			break; /* it was read above, and must stay as it is */
		if (indent == 0) {
			specs = false;
			own = intoto_text_same(line, "PATH"); /* of the project itself */
		} else if (intoto_text_begins(line, "  remote: ")) {
			source = line + strlen("  remote: ");
		} else if (intoto_text_same(line, "  specs:")) {
			specs = true;
		} else if (specs && !own && indent == 4) {
			rc = read_gem_line(writer, line, checksums, source, err);
		}
	}
	return rc;
}
