/* SPDX-License-Identifier: Apache-2.0 */
/* One step: snapshot, command, snapshot, link, signature, file; and the two halves of "record". */
#ifndef IT_RUN_STEP_H
#define IT_RUN_STEP_H

#include "crypto/signer.h"
#include "model/link.h"
#include "record/snapshot.h"
#include "run/command.h"
#include "run/tracer.h"

struct it_step_attest;	/* <run/step_attest.h> */
struct it_step_sandbox; /* <run/step_sandbox.h>, both */
struct it_confined;
struct it_learned; /* <run/step_sandbox_learn.h> */

struct it_step_options {
	const char *name;
	const struct it_strings *materials; /* paths */
	const struct it_strings *products;
	struct it_snapshot_options snapshot;
	struct it_command_options command; /* argv NULL: --no-command */
	const struct it_signer *signer;
	enum intoto_keyid_style keyid_style;
	enum intoto_envelope_format format;
	bool listing; /* artifacts go into listings beside the link; the unfinished one has them */
	const char *metadata_directory;	       /* NULL: the current folder */
	const struct it_tracer_options *trace; /* NULL: not traced */
	bool trace_strict;		       /* anything lost is a failure */
	bool trace_rehash; /* products are hashed again, also where the trace proves them unchanged
			    */
	bool traced_materials; /* what the trace says was read is added to the materials */
	bool traced_products;  /* likewise, what was written */
	const struct it_step_sandbox *sandbox; /* NULL: none */
	const struct it_step_attest *attest;   /* NULL: no attestor is heard */
	struct it_snapshot_stats *stats;       /* what the snapshots took; may be NULL */
};

struct it_step_result {
	bool ran;	  /* whether the command was started; command below is set then */
	bool not_started; /* the command could not be started: NOTFOUND there is none, else it may
			     not */
	struct it_command_result command;
	char *link_path;    /* the file that was written; NULL: none */
	int64_t command_ns; /* how long the command took, and what came behind the products */
	int64_t link_ns;
	int64_t started;  /* the command, nanoseconds since 1970 as files are stamped; 0: none */
	int64_t finished;
	size_t materials; /* how many are recorded in it */
	size_t products;
	char *trace_path;	      /* of the statement that was written; NULL: none */
	size_t traced;		      /* files in it */
	struct it_confined *confined; /* what a sandbox did; NULL: there was none */
	struct it_learned *learned;   /* what one would have to grant; NULL: nobody asked */
};

/*
 * Runs a step.  Name, command line, signer, exclude patterns and metadata folder are checked before
 * the command starts.  A failed command still gives a signed link.
 *
 * With a trace, its statement stands beside the link ("NAME.KEYID.trace.intoto.json") and is named
 * in it.  With trace_strict, INTOTO_E_POLICY when anything was lost: then nothing is signed and
 * nothing is kept.
 *
 * When the command ran but its link could not be completed, result->ran is true and the error says
 * how the command ended; what was recorded is then kept as an unfinished link, if that can be
 * written, which it_step_stop completes.
 */
IT_CHECK int it_step_run(struct it_step_result *result, const struct it_step_options *options,
			 struct intoto_error **err);
void it_step_result_done(struct it_step_result *result);

/*
 * record start: materials into the unfinished link (".NAME.KEYID.link-unfinished"), signed. Refuses
 * to replace one that is there.
 */
IT_CHECK int it_step_start(struct it_step_result *result, const struct it_step_options *options,
			   struct intoto_error **err);
/*
 * record stop: verifies the unfinished link with the signer's key, adds products, writes the link
 * in the format of the unfinished one, removes that.  It is looked for in the metadata folder, then
 * in the current one, where the Python tool puts it.
 */
IT_CHECK int it_step_stop(struct it_step_result *result, const struct it_step_options *options,
			  struct intoto_error **err);

#endif
