/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspections: commands of somebody else's layout, between two snapshots.  In a sandbox they work
 * on one scratch copy, in their order, and see what those before them did.
 */
#ifndef IT_RUN_INSPECT_H
#define IT_RUN_INSPECT_H

#include "model/artifacts.h"
#include "run/command.h"

enum { IT_INSPECTION_PROCESSES = 512, IT_INSPECTION_SHOWN = 1024 * 1024 };
#define IT_INSPECTION_SCRATCH_BYTES (UINT64_C(16) << 30)
#define IT_INSPECTION_SCRATCH_FILES (UINT64_C(1000) * 1000)

struct it_inspector_options {
	bool sandbox;		  /* else here, with all our rights */
	/* Files and folders below the current one; and images ("oci:REF" …, <record/resolver.h>),
	   which are looked up from there and not in the scratch copy. */
	const char *const *paths;
	size_t path_count;	     /* 0: all of it */
	const char *const *registry; /* options for whoever asks registries */
	size_t registry_count;
	uint64_t timeout_ms;	  /* 0: none */
	uint64_t memory;	  /* bytes of address space each process; 0: no limit */
	unsigned processes;	  /* 0: IT_INSPECTION_PROCESSES */
	uint64_t scratch_bytes;	  /* 0: IT_INSPECTION_SCRATCH_BYTES */
	uint64_t scratch_files;	  /* 0: IT_INSPECTION_SCRATCH_FILES */
	bool show;		  /* what they print, on standard error */
};

struct it_inspector;

/* Refuses paths that are absolute or lead upwards (INTOTO_E_USAGE). */
IT_CHECK int it_inspector_new(struct it_inspector **out, const struct it_inspector_options *options,
			      struct intoto_error **err);

/*
 * Makes the scratch copy, once.  Only then is anything else of the inspector used.  notice is told
 * one sentence about each thing that could not be copied.
 */
IT_CHECK int it_inspector_prepare(struct it_inspector *inspector,
				  void (*notice)(void *arg, const char *text), void *arg,
				  struct intoto_error **err);

/*
 * What is there now, into an empty table.  After a command a path may be gone; before the first it
 * may not.  Nothing is hashed again when nothing ran since the last time.
 */
IT_CHECK int it_inspector_record(struct it_inspector *inspector, struct it_artifacts *out,
				 struct intoto_error **err);

/* Runs one command.  In a sandbox result->level is what was reached, also with
 * INTOTO_E_UNSUPPORTED: nothing was run then, because it could not be confined. */
IT_CHECK int it_inspector_run(struct it_inspector *inspector, char *const *argv,
			      struct it_command_result *result, struct intoto_error **err);

/* Removes the scratch copy; an error says that some of it stayed.  NULL is fine. */
int it_inspector_free(struct it_inspector *inspector, struct intoto_error **err);

#endif
