/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts: who may do which step of a chain, and what the artifacts must look like. */
#ifndef INTOTO_LAYOUT_H
#define INTOTO_LAYOUT_H

#include <stdint.h>

#include <intoto/envelope.h>

#ifdef __cplusplus
extern "C" {
#endif

struct intoto_layout;

/*
 * Reads the layout in an envelope; signatures are not verified here.  Structural faults are refused
 * (duplicate names, names that are no file names, rules that do not parse); questions of policy
 * (expiry, thresholds, empty layouts) are left to intoto_verify.
 */
INTOTO_API int intoto_layout_from_envelope(struct intoto_layout **out,
					   const struct intoto_envelope *envelope,
					   struct intoto_error **err);
INTOTO_API void intoto_layout_free(struct intoto_layout *layout);

/* Seconds since 1970; false when the layout has no "expires". */
INTOTO_API bool intoto_layout_expires(const struct intoto_layout *layout, int64_t *out);
INTOTO_API size_t intoto_layout_step_count(const struct intoto_layout *layout);
/* Borrowed; NULL past the end. */
INTOTO_API const char *intoto_layout_step_name(const struct intoto_layout *layout, size_t index);
INTOTO_API size_t intoto_layout_inspection_count(const struct intoto_layout *layout);
INTOTO_API const char *intoto_layout_inspection_name(const struct intoto_layout *layout,
						     size_t index);

#ifdef __cplusplus
}
#endif

#endif
