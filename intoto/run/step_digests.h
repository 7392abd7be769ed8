/* SPDX-License-Identifier: Apache-2.0 */
/* The two snapshots of a step, and what its link says of how their digests were come by. */
#ifndef IT_RUN_STEP_DIGESTS_H
#define IT_RUN_STEP_DIGESTS_H

#include "run/step.h"

/*
 * Both say in link.environment.intoto.digests when files were not read because their digests were
 * known ("reused", how many), and whether a cache was used ("cache", "trust" or "verify").
 */
IT_CHECK int it_step_take_materials(struct intoto_link *link, const struct it_step_options *options,
				    struct intoto_error **err);
IT_CHECK int it_step_take_products(struct intoto_link *link, const struct it_step_options *options,
				   struct intoto_error **err);

#endif
