/* SPDX-License-Identifier: Apache-2.0 */
/* The link of a step on its way to a file: where it stands, what is said about the making. */
#ifndef IT_RUN_STEP_LINK_H
#define IT_RUN_STEP_LINK_H

#include "run/step.h"

/* Everything that can be known to be wrong before the command runs. */
IT_CHECK int it_step_check(const struct it_step_options *options, struct intoto_error **err);

/* Where the link and the unfinished link of a step stand; owned, NULL without memory. */
char *it_step_link_path(const struct it_step_options *options);
char *it_step_unfinished_path(const struct it_step_options *options);

/*
 * Sets link->environment: { "intoto": { "exclude", "symlinks", "version" and, if given,
 * "lstrip-paths" } }.  When start has another one already, ours is "intoto-products" beside it.
 */
IT_CHECK int it_step_describe(struct intoto_link *link, const struct it_step_options *options,
			      struct intoto_error **err);

/*
 * Adds a member to what the environment says of our own making ("intoto"): how digests were come
 * by, a sandbox, a trace.  Takes value.  This is what a layout can demand something of.
 */
IT_CHECK int it_step_note(struct intoto_link *link, const char *member, struct it_json *value,
			  struct intoto_error **err);

/* Signs and writes; flags of it_file_write. */
IT_CHECK int it_step_write(const struct intoto_link *link, const char *path,
			   enum intoto_envelope_format format, unsigned flags,
			   const struct it_step_options *options, struct intoto_error **err);

#endif
