/* SPDX-License-Identifier: Apache-2.0 */
/* From a trace of a step without a sandbox to what it would have to declare in one. */
#ifndef IT_RUN_STEP_SANDBOX_LEARN_H
#define IT_RUN_STEP_SANDBOX_LEARN_H

#include "run/step_sandbox.h"

/* All sorted; paths relative where they are below the folder of the step, else absolute. */
struct it_learned {
	struct it_strings materials;
	struct it_strings products;
	struct it_strings read;	     /* outside, as --sandbox-read */
	struct it_strings write;     /* made and gone again */
	struct it_strings toolchain; /* besides the system's */
	struct it_strings secrets;   /* was read, and is not proposed */
	bool network;
};

IT_CHECK int it_step_learn(struct it_learned **out, const struct it_step_options *options,
			   const struct it_touched *touched, struct intoto_error **err);
void it_learned_free(struct it_learned *learned);
IT_DEFINE_AUTO(struct it_learned, it_learned_free);

#endif
