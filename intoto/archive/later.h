/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes behind the members: renewals and redactions, an in-toto statement (v1) each in a DSSE
 * envelope, renewals/0001.dsse.json and so on.  Each is over the listing of all entries in front of
 * it, so that none of them, and nothing before them, can be changed unseen: a chain of evidence as
 * RFC 4998 has it, where each link hashes the whole again with a digest of its own time.
 *
 * The listing is text, a line for each entry in the order of the archive, withheld ones too:
 *
 *	LENGTH:NAME SIZE sha512:HEX
 */
#ifndef IT_ARCHIVE_LATER_H
#define IT_ARCHIVE_LATER_H

#include "archive/archive.h"

#define IT_ARCHIVE_RENEWAL_TYPE "https://in-toto.io/intoto/archive/renewal/v1"
#define IT_ARCHIVE_REDACTION_TYPE "https://in-toto.io/intoto/archive/redaction/v1"

enum {
	IT_ARCHIVE_WITHHELD_MAX = 10 * 1000, /* by one redaction */
	IT_ARCHIVE_REASON_MAX = 4096,
	IT_ARCHIVE_LATER_NAME = 64, /* room for renewals/NNNN.dsse.json */
	IT_ARCHIVE_LISTING_MAX = 256 * 1024 * 1024,
};

/* A member that a redaction left out; what is needed to prove it when it turns up. */
struct it_archive_withheld {
	const char *name;
	uint64_t size;
	const char *sha256;
	const char *sha512;
};

/* Texts are borrowed from it. */
struct it_archive_later {
	bool redaction; /* else a renewal */
	int64_t time;	/* by the clock of who signed it */
	const char *tool;
	const char *archive; /* sha256 of the file before this was added */
	const char *listing; /* sha512 of the listing of all before it */
	uint64_t entries;    /* in that listing */
	const char *reason;  /* of a redaction */
	struct it_archive_withheld *withheld;
	size_t withheld_count;
	struct it_buf timestamp; /* an RFC 3161 token over the listing; empty: none */
	struct it_strings texts;
};

IT_CHECK int it_archive_later_read(struct it_archive_later **out,
				   const struct intoto_envelope *envelope,
				   struct intoto_error **err);
/* The unsigned envelope. */
IT_CHECK int it_archive_later_write(struct intoto_envelope **out,
				    const struct it_archive_later *later,
				    struct intoto_error **err);
void it_archive_later_free(struct it_archive_later *later);
IT_DEFINE_AUTO(struct it_archive_later, it_archive_later_free);

/* The name of number i, from 0. */
void it_archive_later_name(char out[IT_ARCHIVE_LATER_NAME], size_t i);

/* --- listings --- */

struct it_archive_entry {
	const char *name;
	uint64_t size;
	const char *sha512;
	bool there;
};

/* All entries of an archive: the manifest, its members, and what comes behind them.  Names are
 * borrowed from the archive. */
struct it_archive_listing {
	struct it_archive_entry *entries;
	size_t count;
	size_t first_later; /* number of the first renewal or redaction */
	struct it_strings texts;
};

/*
 * Reads the archive again to hash it with SHA-512, and refuses what is not what was read before.
 * The archive must be whole (it_archive_is_whole); of what is withheld the redactions' word is
 * taken.
 */
IT_CHECK int it_archive_listing_read(struct it_archive_listing **out, const char *path,
				     const struct it_archive *archive, struct intoto_error **err);
/* Appends the lines of the first entries. */
IT_CHECK int it_archive_listing_print(struct it_buf *out, const struct it_archive_listing *listing,
				      size_t count, struct intoto_error **err);
void it_archive_listing_free(struct it_archive_listing *listing);
IT_DEFINE_AUTO(struct it_archive_listing, it_archive_listing_free);

/* Appends SHA-512 as 128 hex digits. */
void it_archive_sha512(struct it_buf *out, struct it_span bytes);

#endif
