/* SPDX-License-Identifier: Apache-2.0 */
/* From what a step declares to the places that it is shown. */
#ifndef IT_RUN_STEP_SANDBOX_PLAN_H
#define IT_RUN_STEP_SANDBOX_PLAN_H

#include "run/scratch.h"
#include "run/step_sandbox.h"
#include "run/step_sandbox_made.h"

struct it_step_plan {
	struct it_places places; /* arranged */
	struct it_made made;
	char *folder; /* where the command starts */
};

void it_step_plan_done(struct it_step_plan *plan);

IT_CHECK int it_step_plan_fill(struct it_step_plan *plan, const struct it_step_options *options,
			       struct it_scratch *scratch, struct intoto_error **err);

#endif
