/* SPDX-License-Identifier: Apache-2.0 */
/* --sandbox and what belongs to it. */
#ifndef IT_CMD_SANDBOX_OPTIONS_H
#define IT_CMD_SANDBOX_OPTIONS_H

#include "cmd/command.h"
#include "run/step_sandbox_learn.h"

struct it_sandbox_words {
	const char *mode; /* NULL: no sandbox; "": on */
	struct it_strings read;
	struct it_strings write;
	struct it_strings toolchain;
	struct it_strings environment;
	bool network;
	const char *memory;
	const char *processes;
};

extern const char *const it_sandbox_modes[]; /* on, best-effort, learn */

/* clang-format off */
#define IT_SANDBOX_OPTIONS(type, member) \
	{ .name = "sandbox", .argument = "[MODE]", .kind = IT_OPTION_TEXT, \
	  .offset = offsetof(type, member.mode), .choices = it_sandbox_modes, .bare = true, \
	  .help = "let the command read materials, write products, and nothing else" }, \
	IT_EACH(type, member.read, 0, "sandbox-read", "PATH", \
		"what it may read besides"), \
	IT_EACH(type, member.write, 0, "sandbox-write", "PATH", \
		"what it may read and write besides"), \
	IT_EACH(type, member.toolchain, 0, "toolchain", "NAME", \
		"programs that it may run: system (the default), none, or a path"), \
	IT_FLAG(type, member.network, 0, "sandbox-network", \
		"let it reach the network"), \
	IT_EACH(type, member.environment, 0, "sandbox-env", "NAME", \
		"hand a variable down although it looks like a secret"), \
	IT_VALUE(type, member.memory, 0, "sandbox-memory", "MIB", \
		 "address space of each of its processes (no limit)"), \
	IT_VALUE(type, member.processes, 0, "sandbox-processes", "N", \
		 "how many processes and threads it may have (no limit)")
/* clang-format on */

/* *wanted is false without --sandbox; then the other options are a mistake.  out borrows. */
IT_CHECK int it_sandbox_read_words(struct it_step_sandbox *out, bool *wanted,
				   const struct it_sandbox_words *words, struct intoto_error **err);

/*
 * On standard error: what the trace says that a sandbox would have to grant, as a command line to
 * paste and as JSON.  argv is the command's.
 */
void it_sandbox_tell_learned(const char *command, const struct it_step_options *step,
			     const struct it_learned *learned);

/* On standard error: what was refused, and which option grants it. */
void it_sandbox_tell(const char *command, const struct it_sandbox_words *words,
		     const struct it_step_result *result);

#endif
