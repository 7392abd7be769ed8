/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for bash: two case tables and one function that reads them. */
#include "cmd/completion.h"

/* All additions are sticky: whoever prints the script looks once. */

static const char head[] =
	"# Completion of intoto for bash; made by \"intoto completion bash\".\n\n"
	"# What may follow a command: _intoto_words (its commands and options).\n"
	"_intoto_after()\n{\n\tcase $1 in\n";

static const char middle[] = "\t*) _intoto_words= ;;\n\tesac\n}\n\n"
			     "# What an option takes: nothing (no), its choices, or a file (*).\n"
			     "_intoto_takes()\n{\n\tcase \"$1 $2\" in\n";

static const char tail[] =
	"\t*) _intoto_words=no ;;\n\tesac\n}\n\n"
	"_intoto()\n"
	"{\n"
	"\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal name=${COMP_WORDS[0]##*/} _intoto_words i descending=yes\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tname=${name/-/ }\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -c -f -- \"$current\")\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\t[[ $descending == yes ]] || continue\n"
	"\t\t_intoto_after \"$name\"\n"
	"\t\tcase \" $_intoto_words \" in\n"
	"\t\t*\" ${COMP_WORDS[i]} \"*) [[ ${COMP_WORDS[i]} == -* ]] && descending=no || name+=\" "
	"${COMP_WORDS[i]}\" ;;\n"
	"\t\t*) descending=no ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\n"
	"\t# --option=value comes as three words\n"
	"\tif [[ $current == = ]]; then\n"
	"\t\tcurrent=\n"
	"\telif [[ $before == = ]]; then\n"
	"\t\tbefore=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\n"
	"\t_intoto_takes \"$name\" \"$before\"\n"
	"\tif [[ $_intoto_words == no ]]; then\n"
	"\t\t_intoto_after \"$name\"\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$_intoto_words\" -- \"$current\")\n"
	"\t\t[[ ${#COMPREPLY[@]} -gt 0 || $current == -* ]] && return\n"
	"\t\t_intoto_words='*'\n"
	"\tfi\n"
	"\tif [[ $_intoto_words == '*' ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$_intoto_words\" -- \"$current\")\n"
	"\tfi\n"
	"}\n\n";

static void print_option(void *arg, const struct it_option *option)
{
	struct it_buf *out = arg;

	if (option->letter)
		(void)it_buf_printf(out, " -%c", option->letter);
	(void)it_buf_printf(out, " --%s", option->name);
}

/* 'intoto key') _intoto_words='generate show --help' ;; */
static void print_words(void *arg, const struct it_command *command, const char *full_name)
{
	struct it_buf *out = arg;

	(void)it_buf_printf(out, "\t'%s') _intoto_words='", full_name);
	for (const struct it_command *const *child = command->children; child && *child; child++)
		(void)it_buf_printf(out, "%s ", (*child)->name);
	for (const char *const *word = command->operand_words; word && *word; word++)
		(void)it_buf_printf(out, "%s ", *word);
	it_completion_options(command, print_option, out);
	(void)it_buf_add_text(out, "' ;;\n");
}

struct row {
	struct it_buf *out;
	const char *full_name;
};

/* 'intoto run --format') _intoto_words='dsse metablock' ;; */
static void print_taken(void *arg, const struct it_option *option)
{
	struct row *row = arg;

	if (!option->argument)
		return;
	(void)it_buf_printf(row->out, "\t'%s --%s'", row->full_name, option->name);
	if (option->letter)
		(void)it_buf_printf(row->out, "|'%s -%c'", row->full_name, option->letter);
	(void)it_buf_add_text(row->out, ") _intoto_words='");
	for (const char *const *word = option->choices; word && *word; word++)
		(void)it_buf_printf(row->out, "%s%s", word == option->choices ? "" : " ", *word);
	(void)it_buf_add_text(row->out, option->choices ? "' ;;\n" : "*' ;;\n");
}

static void print_takes(void *arg, const struct it_command *command, const char *full_name)
{
	struct row row = { arg, full_name };

	it_completion_options(command, print_taken, &row);
}

static void print_bash(struct it_buf *out, const struct it_command *root)
{
	(void)it_buf_add_text(out, head);
	it_command_walk(root, print_words, out);
	(void)it_buf_add_text(out, middle);
	it_command_walk(root, print_takes, out);
	(void)it_buf_add_text(out, tail);
	(void)it_buf_printf(out, "complete -F _intoto %s", root->name);
	for (const struct it_command *const *child = root->children; child && *child; child++)
		(void)it_buf_printf(out, " %s-%s", root->name, (*child)->name);
	(void)it_buf_add_byte(out, '\n');
}

const struct it_shell it_shell_bash = { "bash", print_bash };
