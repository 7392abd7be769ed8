/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace of a step, from the choice of a mechanism to the signed statement: made before the
 * materials are recorded, settled when the products are.
 */
#ifndef IT_RUN_STEP_TRACE_H
#define IT_RUN_STEP_TRACE_H

#include "record/reuse.h"
#include "run/step.h"
#include "run/step_trace_files.h"

struct it_step_trace {
	const struct it_step_options *options;
	struct it_strings folders; /* that the step may change; absolute */
	char *base;		   /* real path of the folder that names are relative to */
	struct timespec recorded;  /* before the materials are */
	struct timespec begin;	   /* when they are, and before the command */
	int64_t started, finished;
	struct it_touched touched;
	struct it_tracer *tracer;
	struct it_traced_files files;
	struct it_reuse *reuse; /* ours: digests of materials, for products that did not change */
	size_t unlisted;	/* folders of the step's that could not be listed */
};

/* What can be known to be wrong with the options. */
IT_CHECK int it_step_trace_check(const struct it_step_options *options, struct intoto_error **err);

/* options must live as long as the trace; digests of materials are remembered in them from now on.
 */
IT_CHECK int it_step_trace_start(struct it_step_trace *trace, struct it_step_options *options,
				 struct intoto_error **err);
/*
 * Chooses a mechanism, and notes the time: when the materials are recorded, since a mechanism may
 * keep a folder of its own beside those of the step.
 */
IT_CHECK int it_step_trace_watch(struct it_step_trace *trace, struct intoto_error **err);
void it_step_trace_done(struct it_step_trace *trace);

/*
 * After the command: from now on a digest that is known is used only for what the trace did not see
 * touched; and where nobody asked for that, only if no write could escape the trace.
 */
void it_step_trace_share(struct it_step_trace *trace, struct it_step_options *options);

/*
 * After the command, and when the products of link are recorded: looks at every file, adds traced
 * materials and products to the link, writes the statement beside where the link will stand, and
 * names it in the link's environment.
 */
IT_CHECK int it_step_trace_settle(struct it_step_trace *trace, struct intoto_link *link,
				  struct it_step_result *result, struct intoto_error **err);

/*
 * Says in one sentence what the trace lacks: INTOTO_E_POLICY when anything was lost, could not be
 * followed or escaped.
 */
IT_CHECK int it_step_trace_judge(const struct it_step_trace *trace, struct intoto_error **err);

/* Whether the file at an absolute path may have been changed by the step, going by its trace. */
bool it_step_trace_may_have_changed(const struct it_step_trace *trace, struct it_span path);

/* --- the statement (step_trace_statement.c) --- */

/* What the link says of the trace: the completeness statement. */
IT_CHECK int it_step_trace_note(struct it_json **out, const struct it_step_trace *trace,
				struct intoto_error **err);
/* Signs the statement and writes it; appends the SHA-256 of the file, in hex. */
IT_CHECK int it_step_trace_write(const struct it_step_trace *trace, const struct intoto_link *link,
				 const struct it_json *completeness, const char *path,
				 struct it_buf *sha256, struct intoto_error **err);
/* A URI that says which host this is, and not how it is called: see the manual page. */
void it_step_trace_host(struct it_buf *out);

#endif
