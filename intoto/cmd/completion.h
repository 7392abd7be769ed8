/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts: a shell is one file and one word in the table of completion.c. */
#ifndef IT_CMD_COMPLETION_H
#define IT_CMD_COMPLETION_H

#include "cmd/command.h"

struct it_shell {
	const char *name;
	/* Appends the script; failures stick in out. */
	void (*print)(struct it_buf *out, const struct it_command *root);
};

extern const struct it_shell it_shell_bash;
extern const struct it_shell it_shell_fish;
extern const struct it_shell it_shell_zsh;

/* Calls each for the rows that people see: the command's own, then those of every command. */
void it_completion_options(const struct it_command *command,
			   void (*each)(void *arg, const struct it_option *option), void *arg);

#endif
