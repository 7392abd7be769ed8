/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive: one tar file (pax, alone or in zstd) that holds all that proves a release.
 *
 *	manifest.dsse.json	the first member; it names all others up to the first renewal
 *	layout/ links/ …	in the order of the manifest
 *	renewals/0001.dsse.json …	later evidence over all that stands before them (RFC 4998)
 *
 * Since the manifest comes first, nothing is unpacked that it does not name, and no more of it than
 * it says.  The end of the tar file must be there: what was cut short is not whole.
 */
#ifndef IT_ARCHIVE_ARCHIVE_H
#define IT_ARCHIVE_ARCHIVE_H

#include "archive/manifest.h"
#include "base/sink.h"

/* What was wrong with the archive itself, a row each; nothing stops at the first one. */
enum it_archive_fault_kind {
	IT_FAULT_REMOVED,   /* the manifest names it, and it is not there */
	IT_FAULT_ADDED,	    /* it is there, and nothing names it */
	IT_FAULT_REPLACED,  /* other bytes */
	IT_FAULT_REORDERED, /* not where the manifest has it */
	IT_FAULT_REPEATED,  /* twice, or two names that differ in case alone */
	IT_FAULT_UNSAFE,    /* a name or kind of member that no archive has */
	IT_FAULT_CUT,	    /* the file ends early, or goes on behind its end */
	IT_FAULT_WITHHELD,  /* no fault: left out by a signed redaction */
};

struct it_archive_fault {
	enum it_archive_fault_kind kind;
	const char *name; /* of the member; "" */
	const char *text; /* one sentence */
};

/* A redaction or a renewal that stands behind the members; as it was found, not yet verified. */
struct it_archive_addition {
	const char *name;
	struct intoto_envelope *envelope;
	const char *sha512; /* of its bytes, as those of the archive's below */
	uint64_t size;
};

/* An archive that was read from its start to its end. */
struct it_archive {
	struct intoto_envelope *envelope; /* of the manifest */
	struct it_archive_manifest *manifest;
	char *sha256; /* of the file */
	const char *manifest_sha512;
	uint64_t manifest_size;
	bool *there; /* by the number of the member: some member of that name */
	struct it_archive_fault *faults;
	size_t fault_count;
	struct it_archive_addition *additions;
	size_t addition_count;
	struct it_strings texts;
};

/* No faults, but for what redactions say that they withheld: whether they may is not looked at. */
bool it_archive_is_whole(const struct it_archive *archive);

/* Where members go while the archive is read; digests are computed beside it.  NULL: nowhere. */
struct it_archive_visitor {
	/* sink->take stays NULL: this member is passed over. */
	int (*begin)(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		     struct intoto_error **err);
	/* good: its size and digests are those of the manifest.  What is not good must not be
	 * used. */
	int (*end)(void *arg, const struct it_archive_member *member, bool good,
		   struct intoto_error **err);
	void *arg;
};

/*
 * Reads all of it once.  A file that is no archive at all (no tar, no manifest in front, a manifest
 * that cannot be read) is an error; everything else that is wrong is a fault in the list.
 */
IT_CHECK int it_archive_read(struct it_archive **out, const char *path,
			     const struct it_archive_visitor *visitor, struct intoto_error **err);
/* The manifest alone: nothing behind it is unpacked, and no faults are found. */
IT_CHECK int it_archive_peek(struct it_archive **out, const char *path, struct intoto_error **err);
void it_archive_free(struct it_archive *archive);
IT_DEFINE_AUTO(struct it_archive, it_archive_free);

/*
 * Puts the members below folder (which must be empty or absent; it is made) by their names, through
 * directory descriptors; nothing outside it can be reached, no links are made, and members that are
 * not good are removed again.  names NULL: all.
 */
IT_CHECK int it_archive_extract(struct it_archive **out, const char *path, const char *folder,
				const struct it_strings *names, struct intoto_error **err);

/* How much larger than its file what an archive holds may be; small ones may be whatever they are.
 */
enum { IT_ARCHIVE_RATIO_MAX = 1000 };
bool it_archive_ratio_is_sane(uint64_t members, uint64_t file);

enum it_archive_compression { IT_ARCHIVE_ZSTD, IT_ARCHIVE_PLAIN };

/* A file that goes in. */
struct it_archive_source {
	const char *path; /* NULL: bytes */
	struct it_span bytes;
	const char *sha256;		 /* what it must have; NULL: anything */
	struct it_archive_member member; /* name, role and media type; the rest is computed */
};

/*
 * Writes an archive: the manifest (its members and root are filled from the sources) is signed by
 * sign(), then all is written at once beside path and put in its place.  A file that changes while
 * it is packed is an error, and nothing is left.
 */
struct it_archive_packing {
	const struct it_archive_source *sources; /* any order */
	size_t source_count;
	struct it_archive_manifest *manifest; /* all but the members and the root */
	enum it_archive_compression compression;
	int level; /* of zstd; 0: 3 */
	int (*sign)(void *arg, struct intoto_envelope *envelope, struct intoto_error **err);
	void *sign_arg;
	void (*progress)(void *arg, size_t files, uint64_t bytes); /* NULL */
	void *progress_arg;
};

IT_CHECK int it_archive_pack(const char *path, const struct it_archive_packing *packing,
			     struct intoto_error **err);

#endif
