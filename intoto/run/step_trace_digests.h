/* SPDX-License-Identifier: Apache-2.0 */
/* The digests of traced files: those that are known from the snapshots, and the rest by all
 * threads. */
#ifndef IT_RUN_STEP_TRACE_DIGESTS_H
#define IT_RUN_STEP_TRACE_DIGESTS_H

#include "run/step_trace_files.h"

/*
 * Gives digests to the files whose state has one.  A file that cannot be read becomes unreadable,
 * and is no error.
 */
IT_CHECK int it_traced_files_digest(struct it_traced_files *files,
				    const struct it_trace_terms *terms, struct intoto_error **err);

/* Where the file is, whatever it was called. */
const char *it_traced_file_real(const struct it_traced_file *file);

/*
 * Appends the name under which a snapshot records it: below the base folder relative to that, else
 * absolute; then without prefix (--lstrip-paths).
 */
void it_traced_file_name(struct it_buf *out, const struct it_traced_file *file,
			 const struct it_trace_terms *terms);

#endif
