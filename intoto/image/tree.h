/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image with everything that hangs on it, as far as it goes: the manifests that an index names,
 * what names one of them as its subject (OCI 1.1), the tags sha256-HEX.sig, .att and .sbom, and
 * what hangs on these in turn.  What copies, shows and deletes works on this.
 */
#ifndef IT_IMAGE_TREE_H
#define IT_IMAGE_TREE_H

#include "image/attached.h"
#include "image/place.h"

enum {
	IT_TREE_NODES_MAX = 10 * 1000,
	IT_TREE_DEPTH = 8,	/* how deep is followed when nothing else is said */
	IT_TREE_DEPTH_MAX = 24, /* a report nests two levels for each */
};

/* What something is, as it says itself: nothing here is verified. */
enum it_tree_what {
	IT_TREE_IMAGE = 1,
	IT_TREE_SIGNATURE = 2,
	IT_TREE_ATTESTATION = 4,
	IT_TREE_SBOM = 8,
	IT_TREE_OTHER = 16,
	IT_TREE_ALL = 31,
};

enum it_tree_form {
	IT_TREE_ROOT,	  /* the image that was asked for */
	IT_TREE_CHILD,	  /* named by an index */
	IT_TREE_REFERRER, /* names its parent as subject */
	IT_TREE_TAG,	  /* found by a tag */
};

/* A signature, an attestation or a document: a layer.  Texts are owned, "" when not known. */
struct it_tree_part {
	char *digest;
	char *media_type;
	char *predicate_type;
	uint64_t size;
	enum it_tree_what what;
	struct it_strings who; /* "key HINT", "certificate of NAME", "signer=NAME" … */
	char *trouble;	       /* why it could not be read; NULL */
};

/* Texts are owned, "" when there is none. */
struct it_tree_node {
	enum it_tree_form form;
	enum it_tree_what what;
	size_t parent; /* SIZE_MAX for the root */
	unsigned depth;
	bool again;  /* stands in the tree already, and what hangs on it there */
	bool unread; /* the manifest could not be read */
	char *digest;
	char *media_type;
	char *artifact_type;
	char *tag;
	char *platform;			  /* "linux/arm64/v8" */
	uint64_t size;			  /* of the manifest */
	uint64_t content;		  /* of what it names, without what an index names */
	struct it_oci_manifest *manifest; /* NULL: not kept; it_tree_manifest has it */
	struct it_tree_part *parts;	  /* when details were asked for */
	size_t part_count;
	char *trouble; /* why it, or what hangs on it, could not be read; NULL */
	enum intoto_code code;
};

/* In the order in which they are drawn: each behind its parent, children of an index first. */
struct it_tree {
	struct it_tree_node *nodes;
	size_t count;
	size_t cap;
	size_t kept; /* bytes of manifests */
};

struct it_tree_options {
	unsigned depth;			    /* of what hangs on what hangs; 0: IT_TREE_DEPTH */
	const struct it_strings *platforms; /* of an index only these children; NULL: all */
	bool bare;			    /* nothing that hangs on it */
	bool details;			    /* parts, with who made them */
};

/*
 * Takes the root.  What cannot be read for a reason of its own (gone, other bytes than its digest
 * says, no manifest, deeper than the limit) is remembered in its node, and the caller decides what
 * that means; no answer (SERVICE) is an error: it could not be found out.  A platform that no child
 * has is NOTFOUND.
 */
IT_CHECK int it_tree_read(struct it_tree *out, struct it_place *place, struct it_oci_manifest *root,
			  const struct it_tree_options *options, struct intoto_error **err);
void it_tree_done(struct it_tree *tree);

/* The manifest of a node; *own, if not NULL afterwards, is to be freed. */
IT_CHECK int it_tree_manifest(const struct it_tree *tree, size_t index, struct it_place *place,
			      const struct it_oci_manifest **out, struct it_oci_manifest **own,
			      struct intoto_error **err);

/* By the artifact type, media types and annotations of a manifest that hangs on another. */
enum it_tree_what it_tree_classify(const struct it_oci_manifest *manifest);
/* Fills the parts of the node, and what it is by what a bundle really holds.  budget: of blobs that
 * may still be read. */
IT_CHECK int it_tree_look_inside(struct it_tree_node *node, const struct it_oci_manifest *manifest,
				 struct it_place *place, size_t *budget, struct intoto_error **err);
/* "signature", "attestation" …; borrowed. */
const char *it_tree_what_name(enum it_tree_what what);
const char *it_tree_form_name(enum it_tree_form form);
/* How many nodes could not be read as a whole, and of what class the first of them is. */
size_t it_tree_troubles(const struct it_tree *tree, enum intoto_code *first);

/* For people; lines are drawn with box characters or with ASCII.  All texts are quoted. */
void it_tree_draw(struct it_buf *out, const struct it_tree *tree, const char *name, bool boxes);
struct it_writer;
void it_tree_write(struct it_writer *writer, const struct it_tree *tree, const char *name);

#endif
