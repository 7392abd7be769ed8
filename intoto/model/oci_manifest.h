/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image manifests and indexes, of OCI (image-spec 1.1) and of Docker (schema 2), as read from the
 * bytes that were hashed; and the manifests that we write ourselves.
 */
#ifndef IT_MODEL_OCI_MANIFEST_H
#define IT_MODEL_OCI_MANIFEST_H

#include "crypto/digest.h"
#include "json/json.h"

#define IT_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define IT_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define IT_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define IT_OCI_EMPTY "application/vnd.oci.empty.v1+json"
#define IT_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define IT_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
/* Of "{}", the content of IT_OCI_EMPTY. */
#define IT_OCI_EMPTY_DIGEST                                                                        \
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

enum {
	IT_OCI_MANIFEST_BYTES_MAX =
		4 * 1024 * 1024,    /* distribution-spec: at least 4 MiB are to be taken */
	IT_OCI_LAYERS_MAX = 1000,   /* of one manifest; more is LIMIT */
	IT_OCI_CHILDREN_MAX = 4096, /* of one index */
	IT_OCI_DIGEST_SIZE = sizeof "sha512:" + 128,
};

struct it_oci_annotation {
	const char *name;
	const char *value;
};

/* Borrowed from the document it was read from, or from whoever filled it. */
struct it_oci_descriptor {
	const char *media_type; /* "" when not given (only in what we ask for) */
	const char *digest;	/* checked: it_image_digest_valid */
	uint64_t size;
	const char *artifact_type;	       /* "" */
	struct it_oci_annotation *annotations; /* sorted by name */
	size_t annotation_count;
	const char *os, *architecture, *variant; /* platform, "" where not said */
	const char *data; /* the content itself in base64, as somebody says; NULL */
};
/* Appends the content that a descriptor has in it, if it has one of that size and digest; false
 * when it has not, whatever else it has. */
bool it_oci_descriptor_data(struct it_buf *out, const struct it_oci_descriptor *descriptor);

struct it_oci_manifest {
	struct it_buf bytes;		 /* as received: what was hashed */
	char digest[IT_OCI_DIGEST_SIZE]; /* of bytes, by the algorithm that was asked for, else
					    sha256 */
	const char *media_type;
	bool is_index;
	const char *artifact_type; /* "" */
	bool has_config;
	struct it_oci_descriptor config;  /* not of an index */
	struct it_oci_descriptor *layers; /* of an index: the manifests that it names */
	size_t layer_count;
	bool has_subject;
	struct it_oci_descriptor subject;
	struct it_oci_annotation *annotations;
	size_t annotation_count;
	struct it_json *body; /* owned; texts are borrowed from it */
	void *owned;	      /* of the reader */
};

/*
 * Reads a manifest or an index; takes bytes.  media_type is what the registry or the descriptor
 * called it, or "": where the document names one too they must agree (image-spec manifest.md,
 * "mediaType").  A Docker schema 1 manifest is UNSUPPORTED.  digest, if not NULL, is what it must
 * have (POLICY otherwise: "want sha256:…, found sha256:…").  A document that has both "layers" and
 * "manifests" is refused (GHSA-77vh-xpmg-72qh).
 */
IT_CHECK int it_oci_manifest_take(struct it_oci_manifest **out, struct it_buf *bytes,
				  const char *media_type, const char *digest,
				  struct intoto_error **err);
void it_oci_manifest_free(struct it_oci_manifest *manifest);
IT_DEFINE_AUTO(struct it_oci_manifest, it_oci_manifest_free);

/* The value of an annotation, or NULL. */
const char *it_oci_annotation(const struct it_oci_annotation *annotations, size_t count,
			      const char *name);

bool it_oci_is_index(const char *media_type);
bool it_oci_is_manifest(const char *media_type); /* of an image or an index */

/* What we write; borrowed. */
struct it_oci_draft {
	const char *media_type;			/* IT_OCI_MANIFEST or IT_OCI_INDEX */
	const char *artifact_type;		/* NULL: none */
	const struct it_oci_descriptor *config; /* NULL for an index */
	const struct it_oci_descriptor *layers; /* or manifests */
	size_t layer_count;
	const struct it_oci_descriptor *subject; /* NULL: none */
	const struct it_oci_annotation *annotations;
	size_t annotation_count;
};

/* Appends the compact JSON; members sorted, the same draft gives the same bytes. */
IT_CHECK int it_oci_draft_print(struct it_buf *out, const struct it_oci_draft *draft,
				struct intoto_error **err);

/* "sha256:HEX" of bytes. */
void it_oci_digest(char out[IT_OCI_DIGEST_SIZE], struct it_span bytes);

#endif
