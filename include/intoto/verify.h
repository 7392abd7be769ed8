/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of a whole chain against a signed layout. */
#ifndef INTOTO_VERIFY_H
#define INTOTO_VERIFY_H

#include <stdint.h>

#include <intoto/key.h>
#include <intoto/link.h>
#include <intoto/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is refused by default and can be allowed by name (intoto-verify --allow=NAME). */
enum intoto_allow {
	INTOTO_ALLOW_EMPTY_LAYOUT = 1,	  /* no steps and no inspections */
	INTOTO_ALLOW_NAME_MISMATCH = 2,	  /* a link whose name is not its step's */
	INTOTO_ALLOW_FAILED_STEP = 4,	  /* a link that says its command failed */
	INTOTO_ALLOW_NO_EXPIRY = 8,	  /* a layout without "expires" */
	INTOTO_ALLOW_ZERO_THRESHOLD = 16, /* a threshold below 1 (counts as 1) */
	INTOTO_ALLOW_BAD_GLOB = 32, /* an unclosed [ in a pattern (then literal, as in Python) */
	INTOTO_ALLOW_DISAGREEMENT =
		64, /* surplus links that differ, where a quorum of the threshold agrees */
	/* A provenance, which names no step, by somebody who may do several */
	INTOTO_ALLOW_UNNAMED_PROVENANCE = 128,
};

enum intoto_inspections {
	INTOTO_INSPECTIONS_SANDBOX =
		0,		       /* in a scratch copy, confined as far as the kernel allows */
	INTOTO_INSPECTIONS_REFUSE = 1, /* a layout with inspections is refused */
	INTOTO_INSPECTIONS_HOST = 2,   /* here, with all our rights, as the Python tool does */
};

struct intoto_parameter {
	const char *name; /* [A-Za-z0-9_-]+ */
	const char *value;
};

struct intoto_verify_options {
	size_t size;		 /* sizeof this struct, as the caller was built */
	const char *layout_path; /* required */
	const struct intoto_key *const
		*keys;	      /* public keys; every one must have signed the layout */
	size_t key_count;     /* at least 1 */
	const char *link_dir; /* NULL: the current folder */
	bool at_given;	      /* whether at is used instead of the clock */
	int64_t at;	      /* seconds since 1970 */
	const struct intoto_parameter *parameters;
	size_t parameter_count;
	unsigned allow; /* of enum intoto_allow */
	enum intoto_inspections inspections;
	uint64_t inspection_timeout_ms; /* each; 0: none */
	unsigned max_depth;		/* of sublayouts; 0: 8 */
	const char *summary_name;	/* name of the summary link; NULL: "" */
	bool inspection_output;		/* show what inspections print */
	/* What inspections see and record: files and folders below the current one; none: all of
	   it. */
	const char *const *inspection_paths;
	size_t inspection_path_count;
	uint64_t inspection_memory;    /* bytes of address space a process; 0: no limit */
	unsigned inspection_processes; /* at once; 0: 512 */
	bool pass_parameters;	       /* sublayouts get the parameters too */
	/* PEM files: certificates that help to build a chain (never roots), and the roots of
	   timestamp authorities. */
	const char *const *intermediates;
	size_t intermediate_count;
	const char *const *timestamp_roots;
	size_t timestamp_root_count;
	/* The scratch copy that inspections see holds at most so much; 0: 16 GiB, a million. */
	uint64_t inspection_scratch_bytes;
	uint64_t inspection_scratch_files;
	/* The report names what was read without its digests, which spares hashing all of it. */
	bool without_input_digests;
	/* Signed exceptions (intoto-exception(1)), files or folders of them, besides those beside
	   the links. */
	const char *const *exception_paths;
	size_t exception_path_count;
	/* Options for "intoto image digest" (--registry-ca=FILE …), which resolves those of the
	   inspection paths that name images in registries. */
	const char *const *registry_options;
	size_t registry_option_count;
};

/*
 * Runs the whole workflow (specification 5.2) and reports every check.  INTOTO_OK means that
 * *report was filled: the verdict is in the report.  Anything else means that there is no report
 * (no memory, options that make no sense); the caller treats that as no.  *summary, if not NULL,
 * gets the summary link on a pass.
 */
INTOTO_API int intoto_verify(struct intoto_report **report, struct intoto_link **summary,
			     const struct intoto_verify_options *options,
			     struct intoto_error **err);

#ifdef __cplusplus
}
#endif

#endif
