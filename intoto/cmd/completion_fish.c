/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish: one "complete" line for every word. */
#include "cmd/completion.h"

#include <string.h>

/* All additions are sticky: whoever prints the script looks once. */

/* A command by both of its names. */
struct place {
	struct it_buf *out;
	const char *program; /* "intoto", or "intoto-run" */
	const char *path;    /* the words behind it: "key generate"; "" */
	bool group;	     /* only subcommands may follow */
};

static void print_quoted(struct it_buf *out, const char *text)
{
	(void)it_buf_add_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			(void)it_buf_add_byte(out, '\\');
		(void)it_buf_add_byte(out, *text);
	}
	(void)it_buf_add_byte(out, '\'');
}

/* "complete -c PROGRAM -n '__intoto_in key generate'": only there. */
static void print_place(const struct place *place)
{
	(void)it_buf_printf(place->out, "complete -c %s -n '__intoto_%s %s'", place->program,
			    place->group ? "at" : "in", place->path);
}

static void print_option(void *arg, const struct it_option *option)
{
	struct place *place = arg;

	print_place(place);
	if (option->letter)
		(void)it_buf_printf(place->out, " -s %c", option->letter);
	(void)it_buf_printf(place->out, " -l %s", option->name);
	if (option->choices) {
		(void)it_buf_add_text(place->out, " -x -a '");
		for (const char *const *word = option->choices; *word; word++)
			(void)it_buf_printf(place->out, "%s%s", word == option->choices ? "" : " ",
					    *word);
		(void)it_buf_add_byte(place->out, '\'');
	} else if (option->argument) {
		(void)it_buf_add_text(place->out, " -r -F");
	}
	(void)it_buf_add_text(place->out, " -d ");
	print_quoted(place->out, option->help);
	(void)it_buf_add_byte(place->out, '\n');
}

static void print_at(struct place *place, const struct it_command *command)
{
	for (const struct it_command *const *child = command->children; child && *child; child++) {
		print_place(place);
		(void)it_buf_printf(place->out, " -f -a %s -d ", (*child)->name);
		print_quoted(place->out, (*child)->summary);
		(void)it_buf_add_byte(place->out, '\n');
	}
	for (const char *const *word = command->operand_words; word && *word; word++) {
		print_place(place);
		(void)it_buf_printf(place->out, " -f -a %s\n", *word);
	}
	it_completion_options(command, print_option, place);
}

/* "intoto key generate" is also "intoto-key generate". */
static void print_command(void *arg, const struct it_command *command, const char *full_name)
{
	size_t first = strcspn(full_name, " ");
	const char *path = full_name + first + (full_name[first] != '\0');
	IT_AUTO(it_buf_done) struct it_buf own = IT_BUF(256);
	struct place place = { arg, "intoto", path, command->children != NULL };

	print_at(&place, command);
	if (!*path)
		return;
	(void)it_buf_printf(&own, "intoto-%.*s", (int)strcspn(path, " "), path);
	place.program = it_buf_text(&own);
	path += strcspn(path, " ");
	place.path = path + (*path != '\0');
	print_at(&place, command);
}

static void print_fish(struct it_buf *out, const struct it_command *root)
{
	(void)it_buf_add_text(
		out,
		"# Completion of intoto for fish; made by \"intoto completion fish\".\n\n"
		"# Whether the words behind the program are exactly these commands so far.\n"
		"function __intoto_at\n"
		"\tset -l words (commandline -opc)\n"
		"\tset -e words[1]\n"
		"\tset -l found\n"
		"\tfor word in $words\n"
		"\t\tstring match -q -- '-*' $word; and break\n"
		"\t\tset -a found $word\n"
		"\tend\n"
		"\ttest \"$found\" = \"$argv\"\n"
		"end\n\n"
		"# Whether they begin with these commands.\n"
		"function __intoto_in\n"
		"\tset -l words (commandline -opc)\n"
		"\tset -e words[1]\n"
		"\tset -l count (count $argv)\n"
		"\ttest $count -eq 0; and return 0\n"
		"\ttest (count $words) -ge $count; and test \"$words[1..$count]\" = \"$argv\"\n"
		"end\n\n");
	it_command_walk(root, print_command, out);
}

const struct it_shell it_shell_fish = { "fish", print_fish };
