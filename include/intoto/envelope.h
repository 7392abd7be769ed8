/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed documents: DSSE (the default) and Metablock (the older form).
 *
 * The bytes that are verified are the bytes that are parsed: the decoded payload (DSSE), or the
 * canonical form of the raw "signed" member (Metablock), never a document rebuilt from a model.
 */
#ifndef INTOTO_ENVELOPE_H
#define INTOTO_ENVELOPE_H

#include <intoto/key.h>

#ifdef __cplusplus
extern "C" {
#endif

struct intoto_envelope;

enum intoto_envelope_format {
	INTOTO_DSSE = 0,
	INTOTO_METABLOCK = 1,
};

/* The payload type of links and layouts (ITE-5). */
#define INTOTO_PAYLOAD_TYPE "application/vnd.in-toto+json"

/*
 * Reads an envelope and the JSON document in it.  Top-level "payload" or "payloadType" means DSSE,
 * else "signed" means Metablock.  Refuses duplicate keys, trailing bytes, reals (but in
 * statements), over-deep and over-long input in the envelope and in the payload.  Signatures are
 * not verified here.
 */
INTOTO_API int intoto_envelope_parse(struct intoto_envelope **out, const void *data, size_t len,
				     struct intoto_error **err);
/* The same from a file ("-" is standard input); errors begin with the path. */
INTOTO_API int intoto_envelope_load(struct intoto_envelope **out, const char *path,
				    struct intoto_error **err);

/* A new envelope without signatures around a JSON document, which is copied. */
INTOTO_API int intoto_envelope_new(struct intoto_envelope **out, enum intoto_envelope_format format,
				   const void *payload, size_t len, struct intoto_error **err);
INTOTO_API void intoto_envelope_free(struct intoto_envelope *envelope);

INTOTO_API enum intoto_envelope_format
intoto_envelope_format(const struct intoto_envelope *envelope);
/*
 * "link", "layout" or "statement" (an in-toto attestation, DSSE only) by the member _type of the
 * payload, or NULL for another document; borrowed.
 */
INTOTO_API const char *intoto_envelope_type(const struct intoto_envelope *envelope);
/* Borrowed; for Metablock "". */
INTOTO_API const char *intoto_envelope_payload_type(const struct intoto_envelope *envelope);

INTOTO_API size_t intoto_envelope_signature_count(const struct intoto_envelope *envelope);
/* The keyid that a signature claims, "" when it claims none; borrowed, a hint only. */
INTOTO_API const char *intoto_envelope_signature_keyid(const struct intoto_envelope *envelope,
						       size_t index);

/*
 * Signs with a private key.  A signature by the same key (by key material) is replaced, and so is a
 * stale one that claims the key's id but does not verify; others stay.  The keyid that is written
 * is the dialect's.
 */
INTOTO_API int intoto_envelope_sign(struct intoto_envelope *envelope, const struct intoto_key *key,
				    enum intoto_keyid_style style, struct intoto_error **err);

/* INTOTO_OK only if some signature verifies with key; the keyid is a hint, all signatures may be
 * tried. */
INTOTO_API int intoto_envelope_verify(const struct intoto_envelope *envelope,
				      const struct intoto_key *key, struct intoto_error **err);

/* The file's text; *out is the caller's (free). */
INTOTO_API int intoto_envelope_print(const struct intoto_envelope *envelope, char **out,
				     size_t *len, struct intoto_error **err);
/* The same into a file, atomically, mode 0666 and umask. */
INTOTO_API int intoto_envelope_save(const struct intoto_envelope *envelope, const char *path,
				    struct intoto_error **err);

#ifdef __cplusplus
}
#endif

#endif
