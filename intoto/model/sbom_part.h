/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the SBOM formats share.  Nobody outside includes this. */
#ifndef IT_MODEL_SBOM_PART_H
#define IT_MODEL_SBOM_PART_H

#include "json/where.h"
#include "model/sbom.h"

IT_CHECK int it_sbom_read_spdx2(struct it_sbom *sbom, const struct it_json *document,
				struct intoto_error **err);
IT_CHECK int it_sbom_read_spdx3(struct it_sbom *sbom, const struct it_json *document,
				struct intoto_error **err);
IT_CHECK int it_sbom_read_cyclonedx(struct it_sbom *sbom, const struct it_json *document,
				    struct intoto_error **err);

/* The member as a text without NUL; *out is "" when it is not there (or, if required, an error). */
IT_CHECK int it_sbom_text(const char **out, const struct it_json *object, const char *member,
			  bool required, const struct it_where *where, struct intoto_error **err);
/* The member as a list or object; NULL when it is not there. */
IT_CHECK int it_sbom_value(const struct it_json **out, const struct it_json *object,
			   const char *member, enum it_json_kind kind, const struct it_where *where,
			   struct intoto_error **err);
/* Member of an object as a time; 0 when it is not there. */
IT_CHECK int it_sbom_time(int64_t *out, const struct it_json *object, const char *member,
			  const struct it_where *where, struct intoto_error **err);

/* A new component, zero but for its texts; NULL: err is set. */
struct it_sbom_component *it_sbom_add(struct it_sbom *sbom, struct intoto_error **err);
IT_CHECK int it_sbom_add_license(struct it_sbom_licenses *licenses, const char *text, bool name,
				 struct intoto_error **err);
/* A copy that lives with the SBOM; NULL: err is set. */
const char *it_sbom_keep(struct it_sbom *sbom, struct it_span text, struct intoto_error **err);

/* Digests of one thing on their way to a text. */
struct it_sbom_digests {
	struct {
		char algorithm[16];
		const char *hex;
	} items[16];
	size_t count;
};
/* What is no digest that we know is passed over. */
void it_sbom_digest(struct it_sbom_digests *digests, const char *algorithm, const char *hex);
IT_CHECK int it_sbom_digests_keep(struct it_sbom *sbom, struct it_sbom_component *component,
				  struct it_sbom_digests *digests, struct intoto_error **err);

#endif
