/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that compare archives share: one archive as a list of claims. */
#ifndef IT_ARCHIVE_DIFF_PART_H
#define IT_ARCHIVE_DIFF_PART_H

#include "archive/diff.h"

struct it_claim {
	enum it_archive_diff_group group;
	const char *name;
	const char *value; /* never "" */
	bool made;	   /* an input of one step that is a product of another */
	bool excuse;	   /* of a finding: says that it does no harm */
	const struct it_archive_member *member; /* that says it; NULL: the manifest */
};

struct it_claims {
	struct it_archive *archive;
	const struct it_archive_member *member; /* that is being read */
	struct it_claim *items;
	size_t count, cap;
	struct it_strings texts;
};

/* Texts are copied; a claim of nothing ("") is left out. */
IT_CHECK int it_claims_add(struct it_claims *claims, const struct it_claim *claim,
			   struct intoto_error **err);
/* What a link or a statement says; what cannot be read is IT_DIFF_MISSING. */
IT_CHECK int it_claims_of_evidence(struct it_claims *claims, const struct it_archive_member *member,
				   struct it_span bytes, struct intoto_error **err);
IT_CHECK int it_claims_of_exception(struct it_claims *claims,
				    const struct it_archive_member *member, struct it_span bytes,
				    struct intoto_error **err);
/* With which parameters and allowances it was verified. */
IT_CHECK int it_claims_of_parameters(struct it_claims *claims,
				     const struct it_archive_member *member, struct it_span bytes,
				     struct intoto_error **err);
/* What any document says: an SBOM, a scan, VEX. */
IT_CHECK int it_claims_of_document(struct it_claims *claims, const struct it_archive_member *member,
				   struct it_span bytes, struct intoto_error **err);
/* That this is not compared: the same bytes are the same all the same. */
IT_CHECK int it_claims_miss(struct it_claims *claims, const struct it_archive_member *member,
			    const char *why, struct intoto_error **err);

IT_CHECK int it_claims_read(struct it_claims *claims, const char *path, struct intoto_error **err);
/* Sorts them, each once.  What the other archive withholds is not compared, and no difference where
 * it is the same here. */
IT_CHECK int it_claims_settle(struct it_claims *claims, const struct it_archive *other,
			      struct intoto_error **err);
void it_claims_done(struct it_claims *claims);

#endif
