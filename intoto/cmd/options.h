/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines read by a command's option table.
 *
 * Short options cluster (-xq), take their value attached or next (-nNAME, -n NAME, -n=NAME); long
 * ones as --name=VALUE or --name VALUE and are never abbreviated: a line in a CI file must not
 * change its meaning when an option is added.  Operands may stand between options; behind "--"
 * everything is an operand.  A value that looks like an option must be attached with "=".
 */
#ifndef IT_CMD_OPTIONS_H
#define IT_CMD_OPTIONS_H

#include "cmd/command.h"

/* What every command understands besides its table. */
struct it_common_options {
	bool help;
	bool version;
};

/* The rows for it_common_options: -h, --help, --version. */
enum { IT_COMMON_OPTIONS = 2 };
extern const struct it_option it_common_options[IT_COMMON_OPTIONS];

struct it_parsed {
	void *options; /* options_size zeroed bytes, filled by the table */
	struct it_common_options common;
	struct it_strings operands;
};

/*
 * Reads words into parsed.  --help and --version end the reading: nothing after them is looked at
 * and nothing is missed.  Every mistake is INTOTO_E_USAGE and names the option.  it_parsed_done
 * frees in any case.
 */
IT_CHECK int it_options_parse(struct it_parsed *parsed, const struct it_command *command,
			      char *const *words, struct intoto_error **err);
void it_parsed_done(struct it_parsed *parsed, const struct it_command *command);

#endif
