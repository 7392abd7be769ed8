/* SPDX-License-Identifier: Apache-2.0 */
/* Finding tools, and asking them who they are. */
#include "attestors/compiler/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 * 1024, ASK_SECONDS = 10, HASH_SECONDS = 60 };

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* only read */
}

void tools_done(struct tools **tools)
{
	for (size_t i = 0; *tools && i < (*tools)->count; i++) {
		free((*tools)->items[i].path);
		free((*tools)->items[i].version);
	}
	free(*tools);
}

int tools_add(struct tools *tools, const char *path, const char *source, struct tool **out,
	      struct intoto_error **err)
{
	struct tool *tool = &tools->items[tools->count];

	for (size_t i = 0; i < tools->count; i++) {
		if (!intoto_text_same(tools->items[i].path, path))
			continue;
		if (out)
			*out = &tools->items[i];
		return INTOTO_OK;
	}
	if (tools->count == TOOLS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d tools", TOOLS_MAX);
	*tool = (struct tool){ .path = strdup(path), .source = source };
	if (!tool->path)
		return no_memory(err);
	tools->count++;
	if (out)
		*out = tool;
	return INTOTO_OK;
}

/* --- finding --- */

static bool is_program(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISREG(status.st_mode) && !access(path, X_OK);
}

/* "FOLDER/NAME" as *out; false without memory or when it is none. */
static bool try(char **out, const char *folder, size_t length, const char *name)
{
	free(*out);
	if (asprintf(out, "%.*s/%s", (int)length, folder, name) < 0)
		*out = NULL;
	return *out && is_program(*out);
}

static bool find_in_path(char **out, const char *name)
{
	const char *path = getenv("PATH");
	bool found = false;

	while (path && *path && !found) {
		size_t length = strcspn(path, ":");

		/* what is not absolute depends on where somebody stands */
		if (*path == '/' && length < 4096)
			found = try(out, path, length, name);
		path += length + (path[length] == ':');
	}
	return found;
}

int tools_find(struct tools *tools, const char *name, const char *folder, const char *source,
	       struct intoto_error **err)
{
	TOOL_OWNED(tool_free_text) char *path = NULL;
	TOOL_OWNED(tool_free_text) char *quoted = intoto_text_quoted(name);
	bool found;

	if (!*name || strlen(name) > 4096)
		return intoto_attestor_fail(err, INTOTO_E_USAGE, "want the name of a tool");
	if (*name == '/') {
		path = strdup(name);
		found = path && is_program(path);
	} else {
		found = strchr(name, '/') ? try(&path, folder, strlen(folder), name)
					  : find_in_path(&path, name);
	}
	if (!found)
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND,
					    "there is no program '%s' that can be seen from the "
					    "sandbox of attestors",
					    quoted ? quoted : "");
	return tools_add(tools, path, source, NULL, err);
}

/* --- asking --- */

/* Families, by the name without a target before it and a version behind it: "gcc" is also
 * x86_64-linux-gnu-gcc-12. */
static const struct {
	const char *name;
	const char *question; /* NULL: --version */
} families[] = {
	{ "ar", NULL },		{ "as", NULL },		 { "autoconf", NULL }, { "automake", NULL },
	{ "bash", NULL },	{ "bison", NULL },	 { "c++", NULL },      { "cargo", NULL },
	{ "cc", NULL },		{ "clang", NULL },	 { "clang++", NULL },  { "cmake", NULL },
	{ "cpp", NULL },	{ "dotnet", NULL },	 { "flex", NULL },     { "g++", NULL },
	{ "gcc", NULL },	{ "ghc", NULL },	 { "go", "version" },  { "ld", NULL },
	{ "ld.bfd", NULL },	{ "ld.gold", NULL },	 { "ld.lld", NULL },   { "ld.mold", NULL },
	{ "libtool", NULL },	{ "make", NULL },	 { "meson", NULL },    { "mold", NULL },
	{ "ninja", NULL },	{ "node", NULL },	 { "nodejs", NULL },   { "objcopy", NULL },
	{ "perl", NULL },	{ "pkg-config", NULL },	 { "pkgconf", NULL },  { "python", NULL },
	{ "ranlib", NULL },	{ "ruby", NULL },	 { "rustc", NULL },    { "strip", NULL },
	{ "java", "-version" }, { "javac", "-version" },
};

static bool is_version(const char *text)
{
	return !text[strspn(text, "0123456789.")];
}

/* "gcc" at at, with nothing behind it but a version. */
static bool is_family(const char *at, const char *family)
{
	size_t length = strlen(family);

	if (!intoto_text_begins(at, family))
		return false;
	return is_version(at + length) || (at[length] == '-' && is_version(at + length + 1));
}

static int family_of(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	/* a part of gcc, that would compile its input in place of an answer */
	if (intoto_text_same(name, "cc1"))
		return -1;
	for (const char *at = name; at; at = strchr(at, '-')) {
		at += *at == '-';
		for (size_t i = 0; i < sizeof families / sizeof *families; i++)
			if (is_family(at, families[i].name))
				return (int)i;
	}
	return -1;
}

bool tool_is_known(const char *path)
{
	return family_of(path) >= 0;
}

/* The first line that says anything, cut; NULL: none, or no memory. */
static char *first_line(const char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strcspn(text, "\r\n");
	if (length > TOOL_VERSION_MAX)
		length = TOOL_VERSION_MAX;
	return length ? strndup(text, length) : NULL;
}

/* A tool that does not answer has no version: what it is, its digest says. */
static void ask(struct tool *tool, int family)
{
	const char *question =
		family >= 0 && families[family].question ? families[family].question : "--version";
	const char *const argv[] = { tool->path, question, NULL };
	TOOL_OWNED(tool_free_text) char *text = NULL;
	size_t length;

	if (intoto_program_output(&text, &length, argv, -1, ANSWER_MAX, ASK_SECONDS, NULL))
		return;
	tool->version = first_line(text);
}

static int hash(struct tool *tool, struct intoto_error **err)
{
	static const char *const argv[] = { "sha256sum", NULL };
	TOOL_OWNED(tool_free_text) char *text = NULL;
	TOOL_OWNED(close_fd) int fd = open(tool->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t length;
	int rc;

	if (fd < 0)
		return INTOTO_OK; /* not to be seen from here */
	rc = intoto_program_output(&text, &length, argv, fd, ANSWER_MAX, HASH_SECONDS, err);
	if (rc)
		return rc;
	if (strspn(text, "0123456789abcdef") != TOOL_SHA256 - 1)
		return intoto_attestor_fail(err, INTOTO_E_HELPER, "sha256sum: gives no digest");
	memcpy(tool->sha256, text, TOOL_SHA256 - 1);
	return INTOTO_OK;
}

int tool_examine(struct tool *tool, struct intoto_error **err)
{
	int family = family_of(tool->path);
	int rc = hash(tool, err);

	if (rc || !tool->sha256[0])
		return rc;
	/* what is there now is not what ran */
	if (tool->traced[0] && !intoto_text_same(tool->traced, tool->sha256))
		return INTOTO_OK;
	if (family >= 0 || intoto_text_same(tool->source, "option"))
		ask(tool, family);
	return INTOTO_OK;
}
