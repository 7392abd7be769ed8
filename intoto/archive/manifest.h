/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of an archive: every member with its role, media type, size and digests, a Merkle
 * root over them, what was evidenced for each step and what was not, how long it is to be kept, and
 * the digest of the archive before it.
 *
 * It is an in-toto statement (v1) of the type IT_ARCHIVE_MANIFEST_TYPE whose subjects are the
 * members, in a DSSE envelope, so that any tool for attestations can check its signature.  The
 * signature is over the bytes in the envelope; nothing here is printed again to be verified.
 */
#ifndef IT_ARCHIVE_MANIFEST_H
#define IT_ARCHIVE_MANIFEST_H

#include "base/strings.h"
#include "crypto/merkle.h"
#include "model/envelope.h"

#define IT_ARCHIVE_MANIFEST_TYPE "https://in-toto.io/intoto/archive/v1"
#define IT_ARCHIVE_MANIFEST_NAME "manifest.dsse.json"
/* What comes behind the members of the manifest stands in this folder. */
#define IT_ARCHIVE_LATER "renewals/"

enum {
	IT_ARCHIVE_MEMBERS_MAX = 100 * 1000,
	IT_ARCHIVE_MANIFEST_MAX = 128 * 1024 * 1024, /* bytes */
	IT_ARCHIVE_NAME_MAX = 1024,
	IT_ARCHIVE_PART_MAX = 255, /* of a name, between slashes: what file systems hold */
};

/* What a member is for; the folder that it stands in follows from it. */
enum it_archive_role {
	IT_ROLE_LAYOUT,	      /* layout/root.layout */
	IT_ROLE_KEY,	      /* layout/keys/ NAME: those that the layout was verified with */
	IT_ROLE_LINK,	      /* links/: the folder of links as it was, sublayouts too */
	IT_ROLE_ATTESTATION,  /* links/, too: statements that are no links */
	IT_ROLE_ATTESTATIONS, /* attestations.intoto.jsonl: all of them again, a line each */
	IT_ROLE_RAW,	      /* raw/sha256/HEX: reports and SBOMs that evidence names */
	IT_ROLE_CERTIFICATE,  /* certificates/ */
	IT_ROLE_TIMESTAMP,    /* timestamps/: of other programs; ours stand in envelopes */
	IT_ROLE_TRUST,	      /* trust/: roots as of then */
	IT_ROLE_REPORT,	      /* report/verification.json: as "intoto verify --format=json" */
	IT_ROLE_VSA,	      /* report/vsa.dsse.json */
	IT_ROLE_PARAMETERS,   /* report/parameters.json: version, time, options of the verifier */
	IT_ROLE_EXCEPTION,    /* exceptions/ */
	IT_ROLE_OTHER,	      /* other/: what the user adds */
};

struct it_archive_member {
	const char *name; /* in the archive; relative, no "..", UTF-8, none of control characters */
	enum it_archive_role role;
	const char *media_type;
	uint64_t size;
	const char *sha256; /* 64 digits */
	const char *sha512; /* "": none.  128 digits */
};

/* What there is for a step of the layout (sublayouts: "outer/inner"). */
struct it_archive_step {
	const char *name;
	unsigned threshold;
	struct it_strings evidence; /* names of members; empty: none */
};

/* Texts are borrowed from the manifest; "" where nothing is said. */
struct it_archive_manifest {
	const char *product;
	const char *release;
	int64_t time;	     /* when it was packed (SOURCE_DATE_EPOCH) */
	const char *tool;    /* "intoto 0.1.0" */
	const char *verdict; /* "passed", "refused", "undecided", "" when nothing was verified */
	struct it_archive_member *members; /* sorted by name, bytewise; without the manifest */
	size_t member_count;
	struct it_merkle_hash root;    /* leaves: see it_archive_member_leaf() */
	struct it_archive_step *steps; /* in the layout's order */
	size_t step_count;
	const char *retention; /* class: "release", "cra-10y", … */
	int64_t lock_until;    /* 0: none */
	const char *previous;  /* sha256 of the previous archive file of the same product, or "" */
	uint64_t number;       /* in that chain, from 0 */
	struct it_strings texts; /* owns */
};

const char *it_archive_role_folder(enum it_archive_role role); /* "links/" */
const char *it_archive_role_name(enum it_archive_role role);
bool it_archive_role_find(enum it_archive_role *out, const char *name);

/* Relative, of parts that are no "." or "..", in UTF-8 without control characters and backslashes,
 * at most IT_ARCHIVE_NAME_MAX bytes, IT_ARCHIVE_PART_MAX in a part. */
bool it_archive_name_is_safe(const char *name);

/* A name that some file system cannot hold beside the others: it differs in ASCII case alone from
 * another one or from the manifest's, or is a folder there.  *name NULL: there is none. */
struct it_archive_collision {
	const char *name; /* of the manifest */
	const char *text; /* one sentence */
};
IT_CHECK int it_archive_collision_find(struct it_archive_collision *out,
				       const struct it_archive_manifest *manifest,
				       struct intoto_error **err);

/* The leaf of a member: its name, size and digests as one canonical line. */
IT_CHECK int it_archive_member_leaf(struct it_merkle_hash *out,
				    const struct it_archive_member *member,
				    struct intoto_error **err);

/* The root over the leaves of all members. */
IT_CHECK int it_archive_manifest_root(struct it_merkle_hash *out,
				      const struct it_archive_manifest *manifest,
				      struct intoto_error **err);

/* From the payload of an envelope that was verified, or not yet: names, order, sizes, the Merkle
 * root and every digest are checked to fit each other. */
IT_CHECK int it_archive_manifest_read(struct it_archive_manifest **out,
				      const struct intoto_envelope *envelope,
				      struct intoto_error **err);
/* The unsigned envelope; the same manifest gives the same bytes. */
IT_CHECK int it_archive_manifest_write(struct intoto_envelope **out,
				       const struct it_archive_manifest *manifest,
				       struct intoto_error **err);
/* NULL: none. */
const struct it_archive_member *it_archive_manifest_find(const struct it_archive_manifest *manifest,
							 const char *name);
void it_archive_manifest_free(struct it_archive_manifest *manifest);
IT_DEFINE_AUTO(struct it_archive_manifest, it_archive_manifest_free);

#endif
