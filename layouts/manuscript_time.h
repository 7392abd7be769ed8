/* SPDX-License-Identifier: Apache-2.0 */
/* The expiry of a layout as people write it. */
#ifndef IT_LAYOUTS_MANUSCRIPT_TIME_H
#define IT_LAYOUTS_MANUSCRIPT_TIME_H

#include "base/clock.h"
#include "json/where.h"
#include "layouts/manuscript.h"

/* "2030-01-31T12:00:00Z", "2030-01-31" (its first second), "90d", or { "in": "6 months" }. */
IT_CHECK int it_manuscript_expiry(char out[IT_TIME_SIZE], const struct it_json *value, int64_t now,
				  const struct it_where *where, struct intoto_error **err);

#endif
