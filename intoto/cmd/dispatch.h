/* SPDX-License-Identifier: Apache-2.0 */
/* From words on a command line to an exit status: find a command, then run it. */
#ifndef IT_CMD_DISPATCH_H
#define IT_CMD_DISPATCH_H

#include "cmd/command.h"

struct it_program {
	const struct it_command *root; /* its children are the commands */
	const char *libexec; /* folder of the heavier commands, intoto-NAME; never $PATH */
	const char *whole;   /* NAME of the one that has all commands and libraries in it */
};

/*
 * Answers as "intoto COMMAND ..." and by the name "intoto-COMMAND".  Prints what went wrong in one
 * line on standard error, and finds out whether standard output took everything.
 */
int it_dispatch(const struct it_program *program, int argc, char **argv);

#endif
