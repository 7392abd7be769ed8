/* SPDX-License-Identifier: Apache-2.0 */
/* Materials and products that a trace gives: "--materials=traced", "--products=traced". */
#ifndef IT_RUN_STEP_TRACE_ARTIFACTS_H
#define IT_RUN_STEP_TRACE_ARTIFACTS_H

#include "run/step_trace_files.h"

/*
 * What was read or executed and not made by the step: under its real name, with the digest of what
 * the step found.  Where that cannot be known (it was changed or removed since, its file system
 * proves nothing, we may not read it) and the materials do not have it already, it is an error that
 * names the files: a material that is left out could be the one that matters.
 *
 * Folders, devices, sockets and files of the kernel are no materials.  What --exclude names is left
 * out; what is usually left out is not, since nobody chose that.
 */
IT_CHECK int it_traced_materials(struct it_artifacts *materials,
				 const struct it_traced_files *files,
				 const struct it_trace_terms *terms, struct intoto_error **err);

/* What was made or changed and is still there, likewise. */
IT_CHECK int it_traced_products(struct it_artifacts *products, const struct it_traced_files *files,
				const struct it_trace_terms *terms, struct intoto_error **err);

#endif
