/* SPDX-License-Identifier: Apache-2.0 */
/* Find, then run; the two never mix, so that a command that fails is not "no such command". */
#include "cmd/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/libexec.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/suggest.h"

enum { FULL_NAME_MAX = 256, HELP_MAX = 1024 * 1024 };

/* A command and the words that are left for it. */
struct found {
	const struct it_command *command;
	const struct it_command *first; /* the word of it that stands in the program's table */
	struct it_buf name;		/* "intoto key generate" */
	char **words;
	const char *own; /* NAME when the program was called intoto-NAME; or NULL */
};

static void found_done(struct found *found)
{
	it_buf_done(&found->name);
}

/* One line on standard error; the text was quoted by whoever made it. */
static void complain(const struct found *found, const char *text)
{
	(void)fprintf(stderr, "%s: %s\n", it_buf_text(&found->name),
		      text); /* nowhere else to say it */
}

static void enter(struct found *found, const struct it_command *command)
{
	found->command = command;
	if (!found->first)
		found->first = command;
	(void)it_buf_printf(&found->name, " %s", command->name); /* sticky: only a message */
}

/* By the program's own name, then word by word down the tree. */
static void find(struct found *found, const struct it_command *root, char **argv)
{
	const char *own = argv[0] ? it_path_base(argv[0]) : "";
	const struct it_command *child;

	found->command = root;
	found->words = argv[0] ? argv + 1 : argv;
	(void)it_buf_add_text(&found->name, root->name); /* sticky: only a message */
	if (it_starts_with(own, "intoto-")) {
		found->own = own + strlen("intoto-");
		child = it_command_child(root, found->own);
		if (!child)
			return;
		enter(found, child);
	}
	while (found->words[0] && (child = it_command_child(found->command, found->words[0]))) {
		enter(found, child);
		found->words++;
	}
}

/* The path when a regular file is there, else NULL; takes it. */
static char *if_file(char *path)
{
	struct stat about;

	if (path && stat(path, &about) == 0 && S_ISREG(about.st_mode))
		return path;
	free(path);
	return NULL;
}

/* "intoto-NAME" beside us or in the package's own folder; owned, or NULL. */
static char *helper_path(const char *libexec, const char *name)
{
	IT_AUTO(it_freep) char *file = NULL;
	char *path;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name))
		return NULL;
	if (asprintf(&file, "intoto-%s", name) < 0)
		file = NULL;
	path = file ? if_file(it_libexec_path(file)) : NULL;
	if (path || !file)
		return path;
	return if_file(it_path_join(libexec, file));
}

/* Becomes the helper program; comes back only when that fails. */
static int become_helper(const struct found *found, const char *path, char **words)
{
	(void)execv(path, words); /* returns only on failure; errno says why */
	(void)fprintf(stderr, "%s: %s: %s\n", it_buf_text(&found->name), path,
		      strerrordesc_np(errno)); /* nowhere else to say it */
	return IT_EXIT_UNAVAILABLE;
}

/* A command that no table has, but a helper program by its name. */
static int become_unknown(const struct found *found, char *path)
{
	char *own = found->words[0];
	int status;

	found->words[0] = path;
	status = become_helper(found, path, found->words);
	found->words[0] = own; /* the caller's again */
	return status;
}

static int refuse_unknown(const struct found *found, const char *word)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	struct it_suggestion nearest = { .word = word };

	for (const struct it_command *const *child = found->command->children; *child; child++)
		it_suggest(&nearest, (*child)->name);
	/* Sticky: a message that has no memory is shorter. */
	(void)it_buf_printf(&text, "unknown %s '%s'", *word == '-' ? "option" : "command",
			    quoted ? quoted : "");
	if (nearest.best)
		(void)it_buf_printf(&text, ", did you mean %s?", nearest.best);
	(void)it_buf_printf(&text, " (see '%s --help')", it_buf_text(&found->name));
	complain(found, it_buf_text(&text));
	return IT_EXIT_USAGE;
}

static int refuse_missing(const struct found *found)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	const char *between = "";

	(void)it_buf_add_text(&text, "want a command: "); /* sticky */
	for (const struct it_command *const *child = found->command->children; *child; child++) {
		(void)it_buf_printf(&text, "%s%s", between, (*child)->name); /* sticky */
		between = ", ";
	}
	(void)it_buf_printf(&text, " (see '%s --help')", it_buf_text(&found->name)); /* sticky */
	complain(found, it_buf_text(&text));
	return IT_EXIT_USAGE;
}

static int print_help(const struct found *found, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(HELP_MAX);

	it_help_print(&text, found->command, it_buf_text(&found->name));
	return it_print(&text, err) ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

static int print_version(struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(HELP_MAX);

	it_version_print(&text);
	return it_print(&text, err) ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

/* The status, or IT_EXIT_FROM_ERROR with err set. */
static int run_parsed(const struct found *found, const struct it_parsed *parsed,
		      struct intoto_error **err)
{
	if (parsed->common.help)
		return print_help(found, err);
	if (parsed->common.version)
		return print_version(err);
	return found->command->run(parsed->options, &parsed->operands, err);
}

/* Buffered output fails when it is flushed; a failure that was told already stays the one. */
static int close_stdout(int status, struct intoto_error **err)
{
	if (*err || (status != IT_EXIT_YES && status != IT_EXIT_NO && status != IT_EXIT_ABSENT))
		return status;
	return it_print_end(err) ? IT_EXIT_FROM_ERROR : status;
}

static int status_of(const struct found *found, const struct intoto_error *error, bool usage)
{
	int failure = found->command->failure;

	return failure && !usage ? failure : it_exit_of(intoto_error_code(error));
}

/* A mistake on the command line shows the way to the help. */
static void tell(const struct found *found, struct intoto_error **err, bool usage)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024 * 1024);

	/* Sticky: a message that has no memory is shorter. */
	(void)it_buf_add_text(&text, intoto_error_text(*err));
	if (usage)
		(void)it_buf_printf(&text, " (see '%s --help')", it_buf_text(&found->name));
	complain(found, it_buf_text(&text));
}

static int run(const struct found *found)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_parsed parsed;
	int status = IT_EXIT_FROM_ERROR;
	bool usage;

	if (it_options_parse(&parsed, found->command, found->words, &err) == INTOTO_OK)
		status = run_parsed(found, &parsed, &err);
	it_parsed_done(&parsed, found->command);
	status = close_stdout(status, &err);
	if (!err)
		return status == IT_EXIT_FROM_ERROR ? IT_EXIT_BUG : status;
	usage = intoto_error_code(err) == INTOTO_E_USAGE;
	tell(found, &err, usage);
	return status == IT_EXIT_FROM_ERROR ? status_of(found, err, usage) : status;
}

/* Without a command: only --help and --version make sense. */
static int run_group(const struct found *found)
{
	const char *word = found->words[0];
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	int status;

	if (it_streq(word, "--help") || it_streq(word, "-h"))
		status = print_help(found, &err);
	else if (it_streq(word, "--version"))
		status = print_version(&err);
	else
		return word ? refuse_unknown(found, word) : refuse_missing(found);
	status = close_stdout(status, &err);
	if (!err)
		return status;
	tell(found, &err, false);
	return it_exit_of(intoto_error_code(err));
}

/*
 * A standard descriptor that is closed would be given to the next file that is opened, and a
 * message would end up in a key.  Opened the wrong way round, so that using it still fails.
 */
static bool fill_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

/* Whether a command of the program is in a helper program: then this one has not all tables. */
static bool lacks_commands(const struct it_command *root)
{
	for (const struct it_command *const *child = root->children; *child; child++)
		if ((*child)->elsewhere)
			return true;
	return false;
}

static bool is_heavy(const struct found *found)
{
	const char *const *heavy = found->first ? found->first->heavy : NULL;

	for (; heavy && *heavy; heavy++)
		for (char **word = found->words; *word; word++)
			if (strstr(*word, *heavy))
				return true;
	return false;
}

/* What is elsewhere goes there with all of its words; what wants everything, too, where it can. */
static int run_here_or_there(const struct found *found, const struct it_program *program,
			     char **argv)
{
	bool whole = (found->command->whole || is_heavy(found)) && program->whole &&
		     lacks_commands(program->root);
	const char *there = found->command->elsewhere ? found->command->name
			    : whole		      ? program->whole
						      : NULL;
	IT_AUTO(it_freep) char *helper = there ? helper_path(program->libexec, there) : NULL;

	if (helper)
		return become_helper(found, helper, argv);
	if (!found->command->elsewhere)
		return run(found);
	complain(found, "the helper program of this package is not installed");
	return IT_EXIT_UNAVAILABLE;
}

int it_dispatch(const struct it_program *program, int argc, char **argv)
{
	IT_AUTO(found_done) struct found found = { .name = IT_BUF(FULL_NAME_MAX) };
	IT_AUTO(it_freep) char *helper = NULL;

	(void)argc; /* argv ends with NULL */
	if (!fill_standard_descriptors())
		return IT_EXIT_IO;
	find(&found, program->root, argv);
	if (found.own && found.command == program->root)
		return refuse_unknown(&found, found.own);
	if (!found.command->children)
		return run_here_or_there(&found, program, argv);
	if (found.command == program->root && found.words[0])
		helper = helper_path(program->libexec, found.words[0]);
	return helper ? become_unknown(&found, helper) : run_group(&found);
}
