/* SPDX-License-Identifier: Apache-2.0 */
/* --trace and what belongs to it. */
#ifndef IT_CMD_TRACE_OPTIONS_H
#define IT_CMD_TRACE_OPTIONS_H

#include "cmd/command.h"
#include "run/step.h"

struct it_trace_words {
	const char *tier;      /* "writes" or "full", then words behind commas */
	const char *mechanism; /* NULL: the best that works here */
};

extern const char *const it_trace_mechanisms[]; /* overlay, fanotify, user-notification, ptrace */

/* clang-format off */
#define IT_TRACE_OPTIONS(type, member) \
	IT_VALUE(type, member.tier, 0, "trace", "TIER[,strict][,rehash]", \
		 "record what the command touches: writes, or full (reads and addresses, too)"), \
	IT_CHOICE(type, member.mechanism, 0, "trace-with", "MECHANISM", it_trace_mechanisms, \
		  "trace in this way and in no other")
/* clang-format on */

/* What of a step is made from the words; lives as long as the step. */
struct it_trace_setup {
	struct it_tracer_options tracing;
	struct it_strings materials; /* as given, without the word "traced" */
	struct it_strings products;
};

void it_trace_setup_done(struct it_trace_setup *setup);
/* Sets the step's materials, products and what belongs to its trace. */
IT_CHECK int it_trace_setup(struct it_trace_setup *setup, struct it_step_options *step,
			    const struct it_trace_words *words, const struct it_strings *materials,
			    const struct it_strings *products, struct intoto_error **err);

/* With --verbose: what the trace saw, and where its statement is. */
void it_trace_tell(const char *command, const struct it_step_result *result);

#endif
