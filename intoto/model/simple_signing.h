/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The payload of a container signature that podman, skopeo and cosign before 3 read ("simple
 * signing"; containers-signature(5), cosign SIGNATURE_SPEC.md).
 */
#ifndef IT_MODEL_SIMPLE_SIGNING_H
#define IT_MODEL_SIMPLE_SIGNING_H

#include "json/json.h"
#include "model/oci_manifest.h"

#define IT_SIMPLE_SIGNING_LAYER "application/vnd.dev.cosign.simplesigning.v1+json"
#define IT_SIMPLE_SIGNING_SIGNATURE "dev.cosignproject.cosign/signature"

struct it_simple_signing {
	const char *reference; /* critical.identity.docker-reference */
	const char *digest;    /* critical.image.docker-manifest-digest, checked */
	struct it_oci_annotation
		*optional; /* text members of "optional", sorted; others are passed over */
	size_t optional_count;
	struct it_json *body; /* owned */
};

/* Strict as skopeo is: an unknown member of "critical", another type, an empty reference are
 * FORMAT. */
IT_CHECK int it_simple_signing_parse(struct it_simple_signing **out, struct it_span payload,
				     struct intoto_error **err);
void it_simple_signing_free(struct it_simple_signing *payload);
IT_DEFINE_AUTO(struct it_simple_signing, it_simple_signing_free);

/* Appends the compact payload; "optional" is null when there are no annotations. */
IT_CHECK int it_simple_signing_print(struct it_buf *out, const char *reference, const char *digest,
				     const struct it_oci_annotation *optional, size_t count,
				     struct intoto_error **err);

#endif
