/* SPDX-License-Identifier: Apache-2.0 */
/* An archive that was read, and is written anew with more behind it. */
#ifndef IT_ARCHIVE_REWRITE_H
#define IT_ARCHIVE_REWRITE_H

#include "archive/renew.h"

struct it_archive_rewriting {
	const struct it_archive_adding *adding;
	struct it_archive *archive;
	struct it_archive_listing *listing;
	struct it_buf text;   /* of the whole listing */
	struct it_buf sha512; /* of that text, in hex digits */
	bool *withhold;	      /* by the number of the entry */
};

void it_archive_rewriting_done(struct it_archive_rewriting *rewriting);
/* Fills a zeroed one from the archive at adding->path, which must be whole and trusted, and whose
 * earlier evidence must hold by itself: who signed it is not looked at. */
IT_CHECK int it_archive_rewriting_open(struct it_archive_rewriting *rewriting,
				       const struct it_archive_adding *adding,
				       struct intoto_error **err);
/* Completes later (all but what only a renewal or a redaction has), signs it, and writes all. */
IT_CHECK int it_archive_rewrite(struct it_archive_rewriting *rewriting,
				struct it_archive_later *later, struct intoto_error **err);

#endif
