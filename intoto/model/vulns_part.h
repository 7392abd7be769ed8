/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of vulnerability predicates share; for vulns*.c alone. */
#ifndef IT_MODEL_VULNS_PART_H
#define IT_MODEL_VULNS_PART_H

#include "model/vulns.h"

/* Fills vulns->items from cosign's scanner.result, a raw report of Grype or Trivy. */
IT_CHECK int it_vulns_read_raw(struct it_vulns *vulns, const struct it_json *report,
			       const struct it_where *where, struct intoto_error **err);

/* One more finding of kind "vulnerability", with that id; *out is borrowed until the next call. */
IT_CHECK int it_vulns_add(struct it_vulns *vulns, struct it_finding **out, const struct it_json *id,
			  const struct it_where *where, struct intoto_error **err);
IT_CHECK int it_finding_add_rating(struct it_finding *finding, struct it_span source,
				   enum it_severity severity, struct intoto_error **err);
IT_CHECK int it_finding_add_alias(struct it_finding *finding, struct it_span id,
				  struct intoto_error **err);
/* A purl that cannot be read is refused: nothing could be said about the package. */
IT_CHECK int it_finding_set_purl(struct it_finding *finding, const struct it_json *value,
				 const struct it_where *where, struct intoto_error **err);
/* A text without NUL, copied; an absent, null or empty one leaves *out alone. */
IT_CHECK int it_vulns_text(char **out, const struct it_json *object, const char *name,
			   const struct it_where *where, struct intoto_error **err);
/* Adds all texts of a list; absent or null is none. */
IT_CHECK int it_vulns_texts(struct it_strings *out, const struct it_json *object, const char *name,
			    const struct it_where *where, struct intoto_error **err);
/* RFC 3339; absent, null or empty leaves *out alone. */
IT_CHECK int it_vulns_time(int64_t *out, const struct it_json *object, const char *name,
			   const struct it_where *where, struct intoto_error **err);

#endif
