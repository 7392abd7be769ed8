/* SPDX-License-Identifier: Apache-2.0 */
/* What --help prints, from the tables. */
#ifndef IT_CMD_HELP_H
#define IT_CMD_HELP_H

#include "cmd/command.h"

/* Appends the help of a command; full_name is "intoto key generate". */
void it_help_print(struct it_buf *out, const struct it_command *command, const char *full_name);

/* "intoto 0.1.0" and what it stands on. */
void it_version_print(struct it_buf *out);

#endif
