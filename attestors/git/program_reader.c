/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading with git(1), for repositories whose ids are SHA-256, which libgit2 1.5 cannot open.  Only
 * commands that run nothing are used, with every setting that names a program turned off; where a
 * repository has filters, or includes settings that we do not read, its work tree is not compared.
 */
#include "attestors/git/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "attestors/source/program.h"

enum { LISTING_MAX = 64 << 20, VARIABLE_MAX = 2 * REPO_PATH_MAX, WORDS_MAX = 32 };

struct repo_reader {
	const struct repo_place *place;
	const char *program;
	char *git;	 /* GIT_DIR=… */
	char *work_tree; /* GIT_WORK_TREE=… */
	struct at_buf version;
};

static void program_close(struct repo_reader *reader)
{
	if (!reader)
		return;
	free(reader->git);
	free(reader->work_tree);
	at_buf_done(&reader->version);
	free(reader);
}

static void reader_freep(struct repo_reader **reader)
{
	program_close(*reader);
}

/* Runs one command; command ends with NULL. */
static int run(struct repo_reader *reader, struct at_buf *out, const char *const *command,
	       struct intoto_error **err)
{
	/* what could start a program, use the network or write */
	static const char *const first[] = { "git",
					     "--no-optional-locks",
					     "--no-replace-objects",
					     "--literal-pathspecs",
					     "--no-pager",
					     "-c",
					     "core.fsmonitor=false",
					     "-c",
					     "core.hooksPath=/dev/null",
					     "-c",
					     "core.untrackedCache=false",
					     "-c",
					     "core.excludesFile=/dev/null",
					     "-c",
					     "core.attributesFile=/dev/null",
					     "-c",
					     "safe.directory=*",
					     "-c",
					     "protocol.allow=never",
					     NULL };
	const char *environment[] = { "PATH=/nonexistent",
				      "LC_ALL=C",
				      "HOME=/nonexistent",
				      "GIT_CONFIG_NOSYSTEM=1",
				      "GIT_CONFIG_GLOBAL=/dev/null",
				      "GIT_TERMINAL_PROMPT=0",
				      "GIT_NO_LAZY_FETCH=1",
				      reader->git,
				      reader->work_tree,
				      NULL };
	const char *words[WORDS_MAX];
	size_t count = 0;

	for (size_t i = 0; first[i]; i++)
		words[count++] = first[i];
	for (; *command && count + 1 < WORDS_MAX; command++)
		words[count++] = *command;
	words[count] = NULL;
	return at_program_run(out,
			      &(struct at_program){ .path = reader->program,
						    .arguments = words,
						    .environment = environment,
						    .folder = reader->place->folder,
						    .what = "git" },
			      err);
}

static char *variable(const char *name, const char *value)
{
	struct at_buf text = { .max = VARIABLE_MAX };

	at_buf_text(&text, name);
	at_buf_text(&text, value);
	if (text.failed) {
		at_buf_done(&text);
		return NULL;
	}
	return text.data;
}

static int program_open(struct repo_reader **out, const struct repo_place *place,
			struct intoto_error **err)
{
	static const char *const where[] = { "/usr/bin/git", "/usr/local/bin/git", "/bin/git",
					     NULL };
	static const char *const version[] = { "version", NULL };
	AT_AUTO(reader_freep) struct repo_reader *reader = calloc(1, sizeof *reader);
	int rc;

	*out = NULL;
	if (reader) {
		reader->place = place;
		reader->version.max = 256;
		reader->git = variable("GIT_DIR=", place->git);
		if (place->folder)
			reader->work_tree = variable("GIT_WORK_TREE=", place->folder);
	}
	if (!reader || !reader->git || (place->folder && !reader->work_tree))
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	for (const char *const *path = where; *path && !reader->program; path++)
		if (!access(*path, X_OK))
			reader->program = *path;
	if (!reader->program)
		return intoto_attestor_fail(
			err, INTOTO_E_NOTFOUND,
			"a repository with SHA-256 ids is read with git, which is "
			"not in /usr/bin");
	rc = run(reader, &reader->version, version, err);
	if (rc)
		return rc;
	*out = reader;
	reader = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void program_version(struct at_buf *out, const struct repo_reader *reader)
{
	const char *text = reader->version.data ? reader->version.data : "git";

	if (at_text_begins(text, "git version "))
		at_buf_text(out, "git ");
	text += at_text_begins(text, "git version ") ? strlen("git version ") : 0;
	at_buf_add(out, text, strcspn(text, "\n"));
}

static int program_object(struct repo_reader *reader, struct at_buf *out, const char *id,
			  const char *type, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf size = { .max = 64 };
	const char *const ask_size[] = { "cat-file", "-s", id, NULL };
	const char *const ask[] = { "cat-file", type, id, NULL };
	size_t bytes = 0;
	int rc = run(reader, &size, ask_size, err);

	if (rc)
		return rc;
	for (const char *c = size.data ? size.data : "";
	     *c >= '0' && *c <= '9' && bytes <= out->max; c++)
		bytes = bytes * 10 + (size_t)(*c - '0');
	if (bytes > out->max)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "the object %s has more than %zu bytes", id, out->max);
	return run(reader, out, ask, err);
}

/* --- references --- */

/* Takes a word off the front; the byte that ends it becomes NUL. */
static char *take_word(char **rest, char end)
{
	char *word = *rest;
	char *stop = strchr(word, end);

	if (!stop)
		return NULL;
	*stop = '\0';
	*rest = stop + 1;
	return word;
}

static int program_refs(struct repo_reader *reader, const struct repo_listener *listener,
			struct intoto_error **err)
{
	static const char *const command[] = {
		"for-each-ref",
		"--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)",
		NULL
	};
	AT_AUTO(at_buf_done) struct at_buf text = { .max = LISTING_MAX };
	int rc = run(reader, &text, command, err);
	char *rest = text.data;

	while (!rc && rest && *rest) {
		char *line = take_word(&rest, '\n');
		char *id = line ? take_word(&line, ' ') : NULL;
		char *type = id ? take_word(&line, ' ') : NULL;
		char *behind = type ? take_word(&line, ' ') : NULL;
		char *behind_type = behind ? take_word(&line, ' ') : NULL;
		struct repo_ref ref = { line, id, "" };

		if (!behind_type)
			return intoto_attestor_fail(err, INTOTO_E_HELPER,
						    "git names references in another form");
		if (intoto_text_same(type, "commit"))
			ref.commit = id;
		else if (intoto_text_same(behind_type, "commit"))
			ref.commit = behind;
		rc = listener->ref(listener->arg, &ref, err);
	}
	return rc;
}

/* --- index and work tree --- */

/* Two letters of "git status --porcelain" (its man page, "Short Format"). */
static unsigned change_of(char x, char y)
{
	unsigned change = 0;

	if (x == '?')
		return REPO_UNTRACKED;
	if (x == 'U' || y == 'U' || (x == 'A' && y == 'A') || (x == 'D' && y == 'D'))
		return REPO_CONFLICTED;
	if (x != ' ')
		change |= REPO_STAGED;
	if (y == 'D')
		change |= REPO_DELETED;
	else if (y != ' ')
		change |= REPO_MODIFIED;
	return change;
}

/* Anything that could make git start a program for a file's contents. */
static bool has_programs(const struct repo_config *config)
{
	return repo_config_has_section(config, "filter") ||
	       repo_config_has_section(config, "include") ||
	       repo_config_has_section(config, "includeif");
}

static int program_changes(struct repo_reader *reader, const struct repo_listener *listener,
			   struct intoto_error **err)
{
	static const char *const command[] = { "status",
					       "--porcelain=v1",
					       "-z",
					       "--no-renames",
					       "--untracked-files=normal",
					       "--ignore-submodules=all",
					       NULL };
	AT_AUTO(at_buf_done) struct at_buf text = { .max = LISTING_MAX };
	const char *at;
	int rc;

	if (has_programs(&reader->place->config))
		return intoto_attestor_fail(
			err, INTOTO_E_UNSUPPORTED,
			"the repository has filters or includes settings, so its "
			"files cannot be compared without running what it names");
	rc = run(reader, &text, command, err);
	for (at = text.data; !rc && at && *at; at += strlen(at) + 1) {
		if (strlen(at) < 4 || at[2] != ' ')
			return intoto_attestor_fail(err, INTOTO_E_HELPER,
						    "git names changes in another form");
		rc = listener->change(listener->arg, at + 3, change_of(at[0], at[1]), err);
	}
	return rc;
}

static int program_submodules(struct repo_reader *reader, const struct repo_listener *listener,
			      struct intoto_error **err)
{
	static const char *const command[] = { "ls-files", "-s", "-z", NULL };
	AT_AUTO(at_buf_done) struct at_buf text = { .max = LISTING_MAX };
	int rc = run(reader, &text, command, err);
	char *entry = text.data, *next;

	/* "160000 ID 0\tPATH" */
	for (; !rc && entry && *entry; entry = next) {
		char *tab = strchr(entry, '\t');
		char *rest = entry + 7;

		next = entry + strlen(entry) + 1;
		if (!tab || !at_text_begins(entry, "160000 "))
			continue;
		tab[0] = '\0';
		entry = take_word(&rest, ' ');
		if (entry)
			rc = listener->submodule(listener->arg, tab + 1, entry, err);
	}
	return rc;
}

const struct repo_reader_kind repo_program_reader = {
	.name = "git",
	.id_len = 64,
	.open = program_open,
	.close = program_close,
	.version = program_version,
	.object = program_object,
	.refs = program_refs,
	.changes = program_changes,
	.submodules = program_submodules,
};
