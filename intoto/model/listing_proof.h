/* SPDX-License-Identifier: Apache-2.0 */
/* That one artifact is in the listing of a link, shown without the listing (RFC 9162 section
 * 2.1.3). */
#ifndef IT_MODEL_LISTING_PROOF_H
#define IT_MODEL_LISTING_PROOF_H

#include "json/writer.h"
#include "model/listing.h"

struct it_listing_proof {
	enum intoto_link_side side;
	struct it_listing listing; /* as the link has it */
	struct it_artifacts table; /* all of the listing, or what the proof is about alone */
	const struct it_artifact *artifact; /* in table */
	struct it_merkle_proof path;
};

void it_listing_proof_done(struct it_listing_proof *proof);

/*
 * Reads the listing of a side beside a link's file, so that something in it can be proven.  USAGE
 * when the side has none.
 */
IT_CHECK int it_listing_proof_open(struct it_listing_proof *out, const struct intoto_link *link,
				   const char *link_path, enum intoto_link_side side,
				   struct intoto_error **err);
/* Makes the proof for an artifact of the table. */
IT_CHECK int it_listing_proof_make(struct it_listing_proof *proof,
				   const struct it_artifact *artifact, struct intoto_error **err);
/* One JSON object. */
void it_listing_proof_write(struct it_writer *writer, const struct it_listing_proof *proof);

/*
 * Reads such an object, and checks it against a link whose signature the caller has looked at.
 * INTOTO_E_UNTRUSTED when it proves nothing about that link.
 */
IT_CHECK int it_listing_proof_read(struct it_listing_proof *out, struct it_span text,
				   const struct intoto_link *link, struct intoto_error **err);

#endif
