/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: the digests of all files below some paths, at one time.
 *
 * Names are recorded as the caller gave the paths (cleaned), always with "/": "src/a.c" for "src"
 * or
 * "./src/".  Files that vanish or change while they are read are errors that name the file.  Names
 * that are not UTF-8 are errors.  FIFOs, sockets and devices are errors when named, and are skipped
 * with a notice below a folder.
 */
#ifndef IT_RECORD_SNAPSHOT_H
#define IT_RECORD_SNAPSHOT_H

#include "base/strings.h"
#include "crypto/digest.h"
#include "model/artifacts.h"

struct it_reuse;

enum it_symlinks {
	/*
	 * A link to a file is recorded under its own name with the target's digest; a link to a
	 * folder is entered, but never a folder that is already open above it (by device and
	 * inode), so no loop; a dangling link is skipped with a notice.  What the Python tool does,
	 * minus its 40 turns of a loop.
	 */
	IT_SYMLINKS_FOLLOW,
	/* Every link is recorded under its own name with the digest of its target's text; never
	   followed. */
	IT_SYMLINKS_RECORD,
};

/* What one snapshot took. */
struct it_snapshot_cost {
	uint64_t files, folders;
	uint64_t bytes;			   /* that were read */
	uint64_t known_files, known_bytes; /* of files: not read */
	size_t threads;
	int64_t began, ended; /* on the monotonic clock */
};

/* Of a step: its two snapshots, in their order; record stop has the second one only. */
struct it_snapshot_stats {
	struct it_snapshot_cost materials, products;
};

struct it_snapshot_options {
	const char *base_path; /* paths are relative to this folder; NULL: the current one */
	const struct it_strings *exclude; /* patterns; NULL: it_ignore_defaults */
	const struct it_strings *lstrip;  /* prefixes taken off the names, longest first */
	enum it_symlinks symlinks;
	bool optional; /* a path that is not there is a notice, not an error */
	const struct it_digest_alg *const *algorithms; /* NULL-terminated; NULL: sha256 alone */
	const struct it_strings *registry; /* options for "intoto image digest", which oci: and its
					      like ask; NULL: none */
	bool dir_hash;		       /* dir: names have "dirHash" beside sha256 */
	struct it_reuse *reuse;	       /* digests that need not be computed again; NULL: all are */
	struct it_snapshot_cost *cost; /* added to; may be NULL */
	const struct it_artifacts
		*before; /* sealed: equal names and digests share its texts; may be NULL */
	/* One sentence about what was skipped; may be NULL. */
	void (*notice)(void *arg, const char *text);
	/* After each file, for progress; may be NULL. */
	void (*progress)(void *arg, size_t files, uint64_t bytes);
	void *arg;
};

/*
 * Takes a snapshot of paths (files or folders) into out, sealed.  A path with a scheme ("file:",
 * "dir:" …, <record/resolver.h>) is resolved by it, and the scheme stays in the recorded name
 * (ITE-4); an unknown scheme is an error.  An lstrip that makes two files share a name is an error
 * that names both.
 */
IT_CHECK int it_snapshot(struct it_artifacts *out, const struct it_strings *paths,
			 const struct it_snapshot_options *options, struct intoto_error **err);

#endif
