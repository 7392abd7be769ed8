/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sigstore bundles (protobuf-specs sigstore_bundle.proto): read in versions 0.1 to 0.3, written as
 * 0.3.  Here they are only read; who may sign, log entries and timestamps are judged by others.
 */
#ifndef IT_MODEL_SIGSTORE_BUNDLE_H
#define IT_MODEL_SIGSTORE_BUNDLE_H

#include "model/envelope.h"

#define IT_SIGSTORE_BUNDLE "application/vnd.dev.sigstore.bundle.v0.3+json"
/* What cosign 3 signs for an image, and how it says so beside the bundle. */
#define IT_COSIGN_SIGN_TYPE "https://sigstore.dev/cosign/sign/v1"
#define IT_BUNDLE_CONTENT "dev.sigstore.bundle.content"
#define IT_BUNDLE_PREDICATE "dev.sigstore.bundle.predicateType"

enum {
	IT_SIGSTORE_LOG_ENTRIES_MAX = 32,
	IT_SIGSTORE_TIMESTAMPS_MAX = 32,
	IT_SIGSTORE_CERTIFICATES_MAX = 16
};

enum it_sigstore_signer {
	IT_SIGSTORE_PUBLIC_KEY, /* hint */
	IT_SIGSTORE_CERTIFICATE,
	IT_SIGSTORE_CHAIN,
};

struct it_sigstore_bundle {
	int version; /* 1, 2, 3 for 0.1 … */
	enum it_sigstore_signer signer;
	const char *hint;	     /* "" */
	struct it_buf *certificates; /* DER, the leaf first */
	size_t certificate_count;
	struct intoto_envelope *envelope; /* owned; NULL for a message signature */
	const char *digest_algorithm;	  /* of a message: "SHA2_256" … */
	struct it_buf digest;
	struct it_buf signature;
	size_t log_entry_count;
	const struct it_json *log_entries; /* a list, borrowed from body; NULL: none */
	struct it_buf *timestamps;	   /* RFC 3161 responses, DER */
	size_t timestamp_count;
	struct it_json *body; /* owned */
};

/*
 * Strict: a media type that is known, exactly one content, one signature in an envelope, no
 * negative index, padded standard base64, no root certificate, no duplicate log entries.
 */
IT_CHECK int it_sigstore_bundle_parse(struct it_sigstore_bundle **out, struct it_span text,
				      struct intoto_error **err);
void it_sigstore_bundle_free(struct it_sigstore_bundle *bundle);
IT_DEFINE_AUTO(struct it_sigstore_bundle, it_sigstore_bundle_free);

/*
 * Appends a bundle of version 0.3 around a DSSE envelope with exactly one signature by key; the
 * hint is base64 of SHA-256 of the SPKI in DER, as cosign writes it.
 */
IT_CHECK int it_sigstore_bundle_print(struct it_buf *out, const struct intoto_envelope *envelope,
				      const struct intoto_key *key, struct intoto_error **err);

#endif
