/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moves an image with everything that hangs on it from one place to another, byte for byte.
 *
 * Never half: what is named is there before what names it (blobs, the manifests that an index
 * names, the image by its digest, what hangs on it), and tags come last.  Who is cut off begins
 * again, and what is there is not sent again.
 */
#ifndef IT_IMAGE_COPY_H
#define IT_IMAGE_COPY_H

#include "image/tree.h"

enum {
	IT_COPY_BLOBS_MAX = 256 * 1024,
	IT_COPY_AT_ONCE = 4, /* blobs, when nothing else is said */
	IT_COPY_AT_ONCE_MAX = 16,
};

struct it_copy_report {
	char digest[IT_OCI_DIGEST_SIZE];
	size_t images; /* manifests of the image, with the index */
	size_t signatures, attestations, sboms, others;
	size_t blobs;	   /* that it all needs */
	size_t blobs_sent; /* the others were there, or were mounted */
	uint64_t bytes, bytes_sent;
	size_t blobs_done;
	uint64_t bytes_done;
	bool tagged;		    /* the tag is at this digest now, as it may have been before */
	struct it_strings left_out; /* could not be read, and was allowed to be missing */
	struct it_strings kept;	    /* tags at the destination that have more than the source's */
	struct it_strings merged;   /* tags that were added to */
};

struct it_copy_options {
	unsigned what;			    /* of enum it_tree_what; IT_TREE_ALL */
	const struct it_strings *platforms; /* of an index only these; NULL: all */
	const struct it_strings *missing;   /* digests and tags that may be missing; NULL: none */
	unsigned depth;			    /* 0: IT_TREE_DEPTH */
	unsigned at_once;		    /* blobs; 0: IT_COPY_AT_ONCE */
	/* Where a tag of signatures has others at the destination: add to them, which makes a new
	 * manifest (the signatures stay what they are).  Else it is refused. */
	bool merge;
	const struct it_registry_access *access; /* for more connections */
	/* As bytes move, one caller at a time, but on any thread; may be NULL. */
	void (*progress)(void *arg, const struct it_copy_report *so_far);
	void *arg;
};

/*
 * NOTFOUND: there is no such image, or a part of it is missing.  POLICY: the source gave other
 * bytes than their digest says, or a tag of signatures would lose some.  Nothing has a new name
 * then.
 */
IT_CHECK int it_image_copy(struct it_copy_report *report, struct it_place *to,
			   struct it_place *from, const struct it_copy_options *options,
			   struct intoto_error **err);
void it_copy_report_done(struct it_copy_report *report);

#endif
