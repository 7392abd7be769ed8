/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for zsh: one function for every command, with _arguments. */
#include "cmd/completion.h"

#include "base/text.h"

/* All additions are sticky: whoever prints the script looks once. */

/* "intoto key generate" as intoto_key_generate */
static void print_joined(struct it_buf *out, const char *full_name)
{
	for (; *full_name; full_name++)
		(void)it_buf_add_byte(out,
				      *full_name == ' ' || *full_name == '-' ? '_' : *full_name);
}

/* "intoto key generate" is _intoto_key_generate; _intoto itself only looks at the name. */
static void print_function_name(struct it_buf *out, const char *full_name)
{
	if (it_streq(full_name, it_cmd_root.name))
		full_name = "intoto program";
	(void)it_buf_add_byte(out, '_');
	print_joined(out, full_name);
}

/* Inside single quotes; brackets and colons mean something to _arguments. */
static void print_escaped(struct it_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'') {
			(void)it_buf_add_text(out, "'\\''");
			continue;
		}
		if (*text == '[' || *text == ']' || *text == ':' || *text == '\\')
			(void)it_buf_add_byte(out, '\\');
		(void)it_buf_add_byte(out, *text);
	}
}

/* '*'{-n,--step-name}'[help]:NAME:_files' */
static void print_option(void *arg, const struct it_option *option)
{
	struct it_buf *out = arg;

	(void)it_buf_add_text(out, " \\\n\t\t'*'");
	if (option->letter)
		(void)it_buf_printf(out, "{-%c,--%s%s}'[", option->letter, option->name,
				    option->argument ? "=" : "");
	else
		(void)it_buf_printf(out, "--%s%s'[", option->name, option->argument ? "=" : "");
	print_escaped(out, option->help);
	(void)it_buf_add_byte(out, ']');
	if (option->argument) {
		(void)it_buf_add_byte(out, ':');
		print_escaped(out, option->argument);
		(void)it_buf_add_text(out, option->choices ? ":(" : ":_files");
	}
	for (const char *const *word = option->choices; word && *word; word++)
		(void)it_buf_printf(out, "%s%s", word == option->choices ? "" : " ", *word);
	(void)it_buf_add_text(out, option->choices ? ")'" : "'");
}

/* A command of commands (at most two deep): the second word chooses the function. */
static void print_group(struct it_buf *out, const struct it_command *command, const char *full_name)
{
	(void)it_buf_add_text(out, "\tlocal -a commands=(\n");
	for (const struct it_command *const *child = command->children; *child; child++) {
		(void)it_buf_printf(out, "\t\t'%s:", (*child)->name);
		print_escaped(out, (*child)->summary);
		(void)it_buf_add_text(out, "'\n");
	}
	(void)it_buf_add_text(out, "\t)\n\tif (( CURRENT > 2 )); then\n\t\tlocal next=_");
	print_joined(out, full_name);
	(void)it_buf_add_text(out, "_$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n"
				   "\t\t(( $+functions[$next] )) && $next\n\t\treturn\n\tfi\n"
				   "\tif [[ $PREFIX == -* ]]; then\n\t\t_arguments");
	it_completion_options(command, print_option, out);
	(void)it_buf_add_text(out, "\n\telse\n\t\t_describe command commands\n\tfi\n");
}

static void print_operands(struct it_buf *out, const struct it_command *command)
{
	(void)it_buf_add_text(out, command->operand_words ? " \\\n\t\t'*:word:("
							  : " \\\n\t\t'*:file:_files'\n");
	for (const char *const *word = command->operand_words; word && *word; word++)
		(void)it_buf_printf(out, "%s ", *word);
	if (command->operand_words)
		(void)it_buf_add_text(out, ")'\n");
}

static void print_command(void *arg, const struct it_command *command, const char *full_name)
{
	struct it_buf *out = arg;

	print_function_name(out, full_name);
	(void)it_buf_add_text(out, "()\n{\n");
	if (command->children) {
		print_group(out, command, full_name);
	} else {
		(void)it_buf_add_text(out, "\t_arguments -s -S");
		it_completion_options(command, print_option, out);
		print_operands(out, command);
	}
	(void)it_buf_add_text(out, "}\n\n");
}

static void print_names(struct it_buf *out, const struct it_command *root)
{
	(void)it_buf_printf(out, " %s", root->name);
	for (const struct it_command *const *child = root->children; child && *child; child++)
		(void)it_buf_printf(out, " %s-%s", root->name, (*child)->name);
}

static void print_zsh(struct it_buf *out, const struct it_command *root)
{
	(void)it_buf_add_text(out, "#compdef");
	print_names(out, root);
	(void)it_buf_add_text(out, "\n# Made by \"intoto completion zsh\".\n\n");
	it_command_walk(root, print_command, out);
	(void)it_buf_add_text(out, "_intoto()\n{\n\tcase $service in\n"
				   "\tintoto-*) \"_${service//-/_}\" ;;\n"
				   "\t*) _intoto_program ;;\n\tesac\n}\n\n");
	/* As a file of $fpath this is the body of _intoto, called for the first time. */
	(void)it_buf_add_text(out, "if [[ $funcstack[1] == _intoto ]]; then\n\t_intoto\nelse\n"
				   "\tcompdef _intoto");
	print_names(out, root);
	(void)it_buf_add_text(out, "\nfi\n");
}

const struct it_shell it_shell_zsh = { "zsh", print_zsh };
