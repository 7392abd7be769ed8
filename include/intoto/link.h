/* SPDX-License-Identifier: Apache-2.0 */
/* Link metadata: what went into a step, what ran, what came out. */
#ifndef INTOTO_LINK_H
#define INTOTO_LINK_H

#include <intoto/envelope.h>

#ifdef __cplusplus
extern "C" {
#endif

struct intoto_link;

enum intoto_link_side {
	INTOTO_MATERIALS = 0,
	INTOTO_PRODUCTS = 1,
};

/*
 * Reads the link in an envelope.  Closed: only the seven standard members, all required but
 * byproducts and environment.  Errors name the place: "link.products["src/a"].sha256: want hex
 * digits, found a number".
 */
INTOTO_API int intoto_link_from_envelope(struct intoto_link **out,
					 const struct intoto_envelope *envelope,
					 struct intoto_error **err);
INTOTO_API void intoto_link_free(struct intoto_link *link);

/* All borrowed from the link. */
INTOTO_API const char *intoto_link_name(const struct intoto_link *link);
INTOTO_API size_t intoto_link_command_count(const struct intoto_link *link);
INTOTO_API const char *intoto_link_command_at(const struct intoto_link *link, size_t index);
INTOTO_API size_t intoto_link_artifact_count(const struct intoto_link *link,
					     enum intoto_link_side side);
/* Sorted by name; NULL past the end. */
INTOTO_API const char *intoto_link_artifact_name(const struct intoto_link *link,
						 enum intoto_link_side side, size_t index);
/* "sha256:<hex>", several joined by commas; NULL past the end. */
INTOTO_API const char *intoto_link_artifact_digests(const struct intoto_link *link,
						    enum intoto_link_side side, size_t index);

#ifdef __cplusplus
}
#endif

#endif
