/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings: the artifacts of a side of a link in a file beside it, and in the link the root of a
 * Merkle tree over them (intoto-listing(5)).
 *
 * A listing is a line for each artifact, sorted by name: the compact JSON text of
 *
 *	{"digest":{"sha256":"…"},"name":"…"}
 *
 * as our writer makes it, and no other spelling of it.  A leaf of the tree is such a line without
 * its end.  In the link, the side has one artifact, IT_LISTING_ARTIFACT, whose sha256 is the root;
 * and environment.intoto.listing.<side> says { "artifacts": N, "file": NAME, "root": hex }.
 */
#ifndef IT_MODEL_LISTING_H
#define IT_MODEL_LISTING_H

#include <intoto/link.h>

#include "crypto/merkle.h"
#include "model/artifacts.h"

#define IT_LISTING_ARTIFACT "listing:merkle-sha256"
#define IT_LISTING_SUFFIX ".listing"

/* What a link says of a listing. */
struct it_listing {
	char *file; /* a name in the folder of the link; NULL: the side is in the link itself */
	uint64_t count;
	struct it_merkle_hash root;
};

void it_listing_done(struct it_listing *listing);

/* "materials" or "products". */
const char *it_listing_side_name(enum intoto_link_side side);

/* Appends the line of an artifact, without its end. */
IT_CHECK int it_listing_line(struct it_buf *out, const struct it_artifact *artifact,
			     struct intoto_error **err);

/* Count and root of a sealed table that is not empty; file stays NULL. */
IT_CHECK int it_listing_measure(struct it_listing *out, const struct it_artifacts *artifacts,
				struct intoto_error **err);
/* Writes the lines to a file, as it_file_write() does with these flags. */
IT_CHECK int it_listing_write(const struct it_artifacts *artifacts, const char *path,
			      unsigned flags, struct intoto_error **err);
/* { "artifacts", "file", "root" } */
IT_CHECK int it_listing_describe(struct it_json **out, const struct it_listing *listing,
				 struct intoto_error **err);
/* Fills an empty table with the one artifact that stands for a listing. */
IT_CHECK int it_listing_stand_in(struct it_artifacts *out, const struct it_listing *listing,
				 struct intoto_error **err);

/*
 * What a link says of a side.  INTOTO_E_FORMAT when its artifacts and its environment do not say
 * the same: an artifact that stands for a listing must be alone, and be named there.
 */
IT_CHECK int it_listing_of(struct it_listing *out, const struct intoto_link *link,
			   enum intoto_link_side side, struct intoto_error **err);

/*
 * Fills an empty table from the text of a listing, if it is the one meant: as many lines, sorted,
 * each once, the same root.  Else INTOTO_E_FORMAT for text that is no listing, and
 * INTOTO_E_UNTRUSTED for another listing.
 */
IT_CHECK int it_listing_read(struct it_artifacts *out, struct it_span text,
			     const struct it_listing *meant, struct intoto_error **err);

/*
 * Puts the artifacts of the listings that a link names in their place.  They are looked for in
 * folder (NULL: the current one), and must be regular files.  The environment stays as it was
 * signed.  seen, if not NULL, gets every listing that was the right one.  NOTFOUND, IO, and the
 * errors of the two above, which begin with the file.
 */
typedef void it_listing_seen(void *arg, const char *path, struct it_span text);
IT_CHECK int it_listing_resolve(struct intoto_link *link, const char *folder, it_listing_seen *seen,
				void *arg, struct intoto_error **err);
/* The same, in the folder of the link's file. */
IT_CHECK int it_listing_resolve_beside(struct intoto_link *link, const char *path,
				       struct intoto_error **err);

#endif
