/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hangs on an image: signatures, attestations and other artifacts, in every form that is in
 * use: manifests that name it as their subject (OCI 1.1), among them Sigstore bundles, and the tags
 * sha256-HEX.sig, .att and .sbom of cosign before 3.
 */
#ifndef IT_IMAGE_ATTACHED_H
#define IT_IMAGE_ATTACHED_H

#include "image/place.h"

enum it_attached_form {
	IT_ATTACHED_BUNDLE,    /* a referrer whose one layer is a Sigstore bundle */
	IT_ATTACHED_SIGNATURE, /* a layer of sha256-HEX.sig */
	IT_ATTACHED_ENVELOPE,  /* a layer of sha256-HEX.att: a DSSE envelope */
	IT_ATTACHED_SBOM,      /* sha256-HEX.sbom */
	IT_ATTACHED_OTHER,     /* any other referrer */
};

/* One of them; everything but the place is owned by the list. */
struct it_attached {
	enum it_attached_form form;
	struct it_oci_manifest *manifest; /* shared by the layers of one */
	size_t layer;			  /* which of its layers */
	const char *tag;		  /* it was found by; "" for a referrer */
};

struct it_attachments {
	struct it_attached
		*items; /* oldest form last: bundles, other referrers, .sig, .att, .sbom */
	size_t count;
	struct it_oci_manifest **manifests;
	size_t manifest_count;
	struct it_strings tags;
};

/* What to look for; a caller that needs fewer spares round trips. */
enum {
	IT_LOOK_REFERRERS = 1,
	IT_LOOK_SIG = 2,
	IT_LOOK_ATT = 4,
	IT_LOOK_SBOM = 8,
	IT_LOOK_ALL = 15
};

/*
 * Nothing found is INTOTO_OK and an empty list; "could not find out" is an error, never an empty
 * list.  One referrer that is gone or broken is remembered in troubles (a sentence each) and the
 * others are still read: the caller decides what that means.
 */
IT_CHECK int it_attached_find(struct it_attachments *out, struct it_strings *troubles,
			      struct it_place *place, const char *digest, unsigned look,
			      struct intoto_error **err);
void it_attachments_done(struct it_attachments *attachments);

/*
 * For who stops as soon as he knows enough: what a list says that refers to a digest, which nobody
 * has read yet.  All beside the digest is a hint.
 */
struct it_referrer {
	char *digest;
	char *artifact_type;  /* "" */
	char *predicate_type; /* of a bundle; "" */
};
struct it_referrers {
	struct it_referrer *items;
	size_t count;
};
IT_CHECK int it_referrers_add(struct it_referrers *out, const struct it_oci_descriptor *found,
			      struct intoto_error **err);
void it_referrers_done(struct it_referrers *referrers);
/* Adds a manifest that was read, as what it holds; takes it, also on failure.  tag: "" or one that
 * lives as long as the list. */
IT_CHECK int it_attached_add(struct it_attachments *out, struct it_oci_manifest *manifest,
			     const char *tag, struct intoto_error **err);

/* Appends "sha256-HEX.sig". */
void it_attached_tag(struct it_buf *out, const char *digest, const char *suffix);

/* --- writing --- */

/*
 * Hangs a blob on an image as a referrer: artifact_type is also that of the layer unless layer_type
 * is given; for a Sigstore bundle in the very form of cosign 3 (artifactType in the config
 * descriptor too, which its clean needs).  digest gets the new manifest's.
 */
struct it_attach_blob {
	const struct it_oci_descriptor *subject;
	const char *artifact_type;
	const char *layer_type; /* NULL: artifact_type */
	struct it_span bytes;
	const struct it_oci_annotation *annotations; /* of the manifest, sorted */
	size_t annotation_count;
};
IT_CHECK int it_attach_referrer(struct it_place *place, const struct it_attach_blob *blob,
				char digest[IT_OCI_DIGEST_SIZE], struct intoto_error **err);
/*
 * Appends a layer to sha256-HEX.SUFFIX without losing one that another writer adds meanwhile: read,
 * add, put, read again, and again when ours is gone (at most 10 times).  One with the same bytes
 * and annotations is not doubled.
 */
struct it_attach_layer {
	const char *digest; /* of the image */
	const char *suffix; /* ".sig", ".att" */
	const char *media_type;
	struct it_span bytes;
	const struct it_oci_annotation *annotations; /* of the layer, sorted */
	size_t annotation_count;
};
IT_CHECK int it_attach_append(struct it_place *place, const struct it_attach_layer *layer,
			      struct intoto_error **err);
/* The same for several, of one image or more, which waits for other writers once.  done, if not
 * NULL, says of each whether it was there or put, also on failure. */
IT_CHECK int it_attach_append_all(struct it_place *place, const struct it_attach_layer *layers,
				  size_t count, bool *done, struct intoto_error **err);

#endif
