/* SPDX-License-Identifier: Apache-2.0 */
/* Help from the tables, and the commands that print it. */
#include "cmd/help.h"

#include <string.h>

#include "base/text.h"
#include "cmd/options.h"
#include "cmd/output.h"

enum { COLUMN_MAX = 30, COMMAND_NAME_MAX = 256, TEXT_MAX = 1024 * 1024 };

/* All additions to out are sticky: whoever prints it looks once. */

/* "-n, --step-name NAME" */
static void print_option_name(struct it_buf *out, const struct it_option *option)
{
	if (option->letter)
		(void)it_buf_printf(out, "-%c, --%s", option->letter, option->name);
	else
		(void)it_buf_printf(out, "    --%s", option->name);
	if (option->argument)
		(void)it_buf_printf(out, " %s%s", option->argument,
				    option->kind == IT_OPTION_LIST ? "..." : "");
}

static size_t option_name_width(const struct it_option *option)
{
	size_t width = strlen("-n, --") + strlen(option->name);

	if (option->argument)
		width += 1 + strlen(option->argument) + (option->kind == IT_OPTION_LIST ? 3 : 0);
	return width;
}

static void pad(struct it_buf *out, size_t count)
{
	while (count--)
		(void)it_buf_add_byte(out, ' ');
}

/* Whether an earlier row fills the same member: one of the two is enough. */
static bool is_other_name(const struct it_command *command, const struct it_option *option)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct it_option *first = &command->options[i];

		if (first->offset == option->offset && first->kind == option->kind)
			return first != option;
	}
	return false;
}

/* Behind the help text: what may be given, and whether it must. */
static void print_notes(struct it_buf *out, const struct it_command *command,
			const struct it_option *option)
{
	if (option->choices) {
		(void)it_buf_add_text(out, ": ");
		for (const char *const *word = option->choices; *word; word++)
			(void)it_buf_printf(out, "%s%s", word == option->choices ? "" : ", ",
					    *word);
	}
	if (option->required && !is_other_name(command, option))
		(void)it_buf_add_text(out, " (required)");
	else if (option->kind == IT_OPTION_TEXTS)
		(void)it_buf_add_text(out, " (may be repeated)");
}

static void print_option(struct it_buf *out, const struct it_command *command,
			 const struct it_option *option, size_t column)
{
	size_t width = option_name_width(option);

	pad(out, 2);
	print_option_name(out, option);
	if (width > column) {
		(void)it_buf_add_byte(out, '\n');
		pad(out, 2 + column + 2);
	} else {
		pad(out, column - width + 2);
	}
	(void)it_buf_add_text(out, option->help);
	print_notes(out, command, option);
	(void)it_buf_add_byte(out, '\n');
}

static void print_options(struct it_buf *out, const struct it_command *command)
{
	size_t column = strlen("-h, --version");

	for (size_t i = 0; i < command->option_count; i++) {
		size_t width = option_name_width(&command->options[i]);

		if (!command->options[i].hidden && width > column && width <= COLUMN_MAX)
			column = width;
	}
	(void)it_buf_add_text(out, "\noptions:\n");
	for (size_t i = 0; i < command->option_count; i++) {
		if (!command->options[i].hidden)
			print_option(out, command, &command->options[i], column);
	}
	for (size_t i = 0; i < IT_COMMON_OPTIONS; i++)
		print_option(out, command, &it_common_options[i], column);
}

static void print_children(struct it_buf *out, const struct it_command *command)
{
	size_t column = 0;

	for (const struct it_command *const *child = command->children; *child; child++) {
		size_t width = strlen((*child)->name);

		column = width > column ? width : column;
	}
	(void)it_buf_add_text(out, "\ncommands:\n");
	for (const struct it_command *const *child = command->children; *child; child++) {
		(void)it_buf_printf(out, "  %s", (*child)->name);
		pad(out, column - strlen((*child)->name) + 2);
		(void)it_buf_printf(out, "%s\n", (*child)->summary);
	}
}

/* Each line of examples indented by two. */
static void print_examples(struct it_buf *out, const char *lines)
{
	(void)it_buf_add_text(out, "\nexamples:\n");
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		(void)it_buf_printf(out, "  %.*s\n", (int)len, lines);
		lines += len + (lines[len] != '\0');
	}
}

/* "intoto key generate" is explained by intoto-key(1). */
static void print_manual(struct it_buf *out, const struct it_command *command,
			 const char *full_name)
{
	const char *first = strchr(full_name, ' ');

	if (command->manual)
		(void)it_buf_printf(out, "\nmanual: man %s\n", command->manual);
	else if (first)
		(void)it_buf_printf(out, "\nmanual: man intoto-%.*s\n",
				    (int)strcspn(first + 1, " "), first + 1);
	else
		(void)it_buf_add_text(out, "\nmanual: man intoto\n");
}

void it_help_print(struct it_buf *out, const struct it_command *command, const char *full_name)
{
	(void)it_buf_printf(out, "usage: %s %s\n\n%s\n", full_name, command->synopsis,
			    command->summary);
	if (command->children)
		print_children(out, command);
	print_options(out, command);
	if (command->examples)
		print_examples(out, command->examples);
	(void)it_buf_add_text(
		out, command->failure ? "\nexit status: that of the command; 64 usage, 125 our own "
					"failure, 126 or 127 not started\n"
				      : "\nexit status: 0 yes, 1 no, 64 usage, 65 bad data, 66 "
					"missing input, 69 helper not available, 74 system\n");
	print_manual(out, command, full_name);
}

struct help_options {
	const char *options_of; /* for the check against the man pages; not for people */
};

static const struct it_option help_options[] = {
	{ .name = "options-of",
	  .argument = "COMMAND",
	  .kind = IT_OPTION_TEXT,
	  .offset = offsetof(struct help_options, options_of),
	  .help = "print the names of a command's options, one a line",
	  .hidden = true },
};

static int refuse_command(const char *word, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(word));

	return it_err_set(err, INTOTO_E_USAGE, "unknown command '%s'", quoted ? quoted : "");
}

/* Goes down from *command by one word. */
static int descend(const struct it_command **command, struct it_buf *name, const char *word,
		   struct intoto_error **err)
{
	const struct it_command *child = it_command_child(*command, word);

	if (!child)
		return refuse_command(word, err);
	*command = child;
	(void)it_buf_printf(name, " %s", word);
	return INTOTO_OK;
}

static void print_option_names(struct it_buf *out, const struct it_command *command)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct it_option *option = &command->options[i];

		if (option->hidden)
			continue;
		if (option->letter)
			(void)it_buf_printf(out, "-%c\n", option->letter);
		(void)it_buf_printf(out, "--%s\n", option->name);
	}
}

/* path is "run" or "key generate". */
static int print_options_of(struct it_buf *out, const char *path, struct intoto_error **err)
{
	const struct it_command *command = &it_cmd_root;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(COMMAND_NAME_MAX);

	while (*path) {
		size_t len = strcspn(path, " ");
		IT_AUTO(it_freep) char *word = strndup(path, len);
		int rc = word ? descend(&command, &name, word, err) : it_err_nomem(err);

		if (rc)
			return rc;
		path += len + (path[len] != '\0');
	}
	print_option_names(out, command);
	return INTOTO_OK;
}

static int print_help_of(struct it_buf *out, const struct it_strings *words,
			 struct intoto_error **err)
{
	const struct it_command *command = &it_cmd_root;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(COMMAND_NAME_MAX);

	(void)it_buf_add_text(&name, command->name);
	for (size_t i = 0; i < words->count; i++) {
		int rc = descend(&command, &name, words->items[i], err);

		if (rc)
			return rc;
	}
	it_help_print(out, command, it_buf_text(&name));
	return INTOTO_OK;
}

static int help_run(void *options, const struct it_strings *operands, struct intoto_error **err)
{
	const struct help_options *self = options;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	int rc = self->options_of ? print_options_of(&text, self->options_of, err)
				  : print_help_of(&text, operands, err);

	if (!rc)
		rc = it_print(&text, err);
	return rc ? IT_EXIT_FROM_ERROR : IT_EXIT_YES;
}

const struct it_command it_cmd_help = {
	.name = "help",
	.synopsis = "[COMMAND [SUBCOMMAND]]",
	.summary = "explain a command",
	.options = help_options,
	.option_count = IT_COUNT_OF(help_options),
	.options_size = sizeof(struct help_options),
	.run = help_run,
	.whole = true,
	.manual = "intoto",
};
