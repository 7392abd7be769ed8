/* SPDX-License-Identifier: Apache-2.0 */
/* A step whose artifacts stand in listings beside its link. */
#ifndef IT_RUN_STEP_LISTING_H
#define IT_RUN_STEP_LISTING_H

#include "run/step.h"

/*
 * As it_step_write(), for a finished link: with options->listing its sides, unless they are empty,
 * go into files beside path, and the link gets their roots.  The files are complete before the link
 * is there; where it cannot be written, those that are new go again.
 */
IT_CHECK int it_step_write_listed(const struct intoto_link *link, const char *path,
				  enum intoto_envelope_format format,
				  const struct it_step_options *options, struct intoto_error **err);

#endif
