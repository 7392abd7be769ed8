/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifacts: a sorted table of names, each with its digests.  Made once, then only read.
 *
 * A digest set is kept as one text, algorithms sorted: "sha256:<hex>" or
 * "sha256:<hex>,sha512:<hex>", hex in lower case; equal sets are equal texts.
 */
#ifndef IT_MODEL_ARTIFACTS_H
#define IT_MODEL_ARTIFACTS_H

#include "json/where.h"
#include "json/writer.h"
#include "model/digest_set.h"

/*
 * Limits: a name has 1 to 65536 bytes; a digest set 1 to 16 digests; an algorithm 1 to 64 of
 * [A-Za-z0-9_-]; a digest an even number of hex digits up to 256, and exactly its size where the
 * algorithm has one that is known (md5, sha1, ripemd160, sm3, SHA-2, SHA-3).
 */
enum {
	IT_ARTIFACT_NAME_MAX = 64 * 1024,
	IT_ARTIFACT_DIGESTS_MAX = 16,
	IT_ARTIFACT_ALGORITHM_MAX = 64,
	IT_ARTIFACT_HEX_MAX = 256,
};

struct it_artifact {
	const char *name; /* UTF-8, no NUL, not empty */
	const char *digests;
	uint32_t name_len; /* of the texts, which are looked at all the time */
	uint32_t digests_len;
};

static inline struct it_span it_artifact_name(const struct it_artifact *artifact)
{
	return it_span(artifact->name, artifact->name_len);
}

struct it_artifacts {
	struct it_artifact *items; /* sorted bytewise by name once it_artifacts_seal was called */
	size_t count;
	size_t cap;
	struct it_artifact_arena *arena; /* where the texts live; may be shared with other tables */
};

void it_artifacts_done(struct it_artifacts *artifacts);
/* Copies both.  names may come in any order; one that is empty, too long, not UTF-8 or holds a NUL
 * is refused. */
IT_CHECK int it_artifacts_add(struct it_artifacts *artifacts, struct it_span name,
			      struct it_span digests, struct intoto_error **err);
/*
 * Sorts.  A name that came twice with the same digests is kept once; with different ones it is an
 * error that names it.
 */
IT_CHECK int it_artifacts_seal(struct it_artifacts *artifacts, struct intoto_error **err);
/* Binary search; NULL when it is not there. */
const struct it_artifact *it_artifacts_find(const struct it_artifacts *artifacts,
					    struct it_span name);
/* The index of the first name that is not less than name: a range of names with one prefix starts
 * there. */
size_t it_artifacts_lower_bound(const struct it_artifacts *artifacts, struct it_span name);
/*
 * Whether two tables agree: the same names, and each with digests that match (it_digests_match).
 * Not transitive, where sets hold different algorithms: who compares more than two tables compares
 * each with the one that counts, or every pair.
 */
bool it_artifacts_equal(const struct it_artifacts *a, const struct it_artifacts *b);

/* Fills an empty table with what another holds. */
IT_CHECK int it_artifacts_copy(struct it_artifacts *out, const struct it_artifacts *artifacts,
			       struct intoto_error **err);

/*
 * For readers that have checked both and meet the names sorted: a copy of a text that lives as long
 * as the table (NULL without memory), and an artifact behind the others whose name is such a copy.
 */
const char *it_artifacts_keep(struct it_artifacts *artifacts, struct it_span text);
IT_CHECK int it_artifacts_append(struct it_artifacts *artifacts, struct it_span kept,
				 struct it_span digests);
/*
 * The texts of an empty table will live with those of another, for as long as either does.  Then
 * it_artifacts_append_like() takes what is the same from an artifact there: most products were
 * materials, and did not change.
 */
void it_artifacts_share(struct it_artifacts *artifacts, const struct it_artifacts *with);
IT_CHECK int it_artifacts_append_like(struct it_artifacts *artifacts,
				      const struct it_artifact *like, struct it_span digests);

/* it_digests_match() of two artifacts' digests. */
enum it_digests_match it_artifacts_match(const struct it_artifact *a, const struct it_artifact *b);

/* { name: { algorithm: hex } } into an empty table, sealed; checks names and hex, lowers the hex.
 */
IT_CHECK int it_artifacts_read(struct it_artifacts *out, const struct it_json *object,
			       const struct it_where *where, struct intoto_error **err);
void it_artifacts_write(struct it_writer *writer, const struct it_artifacts *artifacts);

#endif
