/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an envelope; see <intoto/envelope.h> for the contract. */
#ifndef IT_MODEL_ENVELOPE_H
#define IT_MODEL_ENVELOPE_H

#include <intoto/envelope.h>
#include <intoto/link.h>

#include "crypto/signer.h"
#include "json/json.h"

enum { IT_SIGNATURES_MAX = 1024 };

struct it_signature {
	char *keyid; /* never NULL */
	struct it_buf bytes;
	struct it_json
		*raw; /* the whole entry as read (cert, other_headers …); NULL for one of ours */
};

/* Of one signature.  The largest that anybody makes today, of SPHINCS+, has 49,856 bytes. */
enum { IT_SIGNATURE_BYTES_MAX = 64 * 1024 };

struct intoto_envelope {
	enum intoto_envelope_format format;
	const char *kind;   /* "link", "layout", "statement" or NULL */
	char *payload_type; /* "" for Metablock */
	struct it_buf
		payload; /* DSSE: the bytes as decoded; Metablock: the canonical form of "signed" */
	struct it_json
		*body; /* parsed from payload (DSSE) or the raw "signed" member (Metablock) */
	struct intoto_link
		*link;	     /* a link that was read with the envelope, which then has no body */
	bool has_byproducts; /* of that link: the document has the member, be it null */
	bool has_environment;
	struct it_signature *signatures;
	size_t signature_count;
};

IT_DEFINE_AUTO(struct intoto_envelope, intoto_envelope_free);

/*
 * Borrowed: the document that was signed.  NULL for a DSSE payload that its type does not call
 * JSON, for an envelope of it_envelope_wrap, whose payload nobody has read yet, and for a link,
 * which may have been read without making a tree: intoto_link_from_envelope() has it.
 */
const struct it_json *it_envelope_body(const struct intoto_envelope *envelope);

/*
 * A new envelope around valid JSON text that we have just written ourselves; takes the bytes.  kind
 * is "link", "layout" or NULL, and a DSSE payload is not parsed.
 */
IT_CHECK int it_envelope_wrap(struct intoto_envelope **out, enum intoto_envelope_format format,
			      struct it_buf *json, const char *kind, struct intoto_error **err);

/*
 * As intoto_link_from_envelope(), but the link moves out of the envelope where it can: that spares
 * the copy of a long one.  The envelope then still has its signatures and what they cover, and is
 * good for verifying; as a Metablock it cannot be printed any more.
 */
IT_CHECK int it_envelope_take_link(struct intoto_envelope *envelope, struct intoto_link **out,
				   struct intoto_error **err);

/* Appends what a signature covers: PAE(type, payload) (DSSE protocol.md) or the canonical form. */
IT_CHECK int it_envelope_signed_bytes(const struct intoto_envelope *envelope, struct it_buf *out,
				      struct intoto_error **err);

/* Whether signature number index is good for key; no other is tried. */
IT_CHECK int it_envelope_verify_one(const struct intoto_envelope *envelope, size_t index,
				    const struct intoto_key *key, struct intoto_error **err);

/* Under which terms a signature counts; for keys that have a time of their own (OpenPGP). */
struct it_terms {
	int64_t at;	  /* expiry and revocation are judged as of then */
	const char *only; /* id of the OpenPGP key or subkey that must have signed; NULL: any of
			     the key's */
};

/* As intoto_envelope_verify (which judges as of the clock), under terms. */
IT_CHECK int it_envelope_verify_under(const struct intoto_envelope *envelope,
				      const struct intoto_key *key, const struct it_terms *terms,
				      struct intoto_error **err);

/*
 * Puts a timestamp (RFC 3161, a token or a response) onto the signature that it is over, and says
 * of which time it is.  UNTRUSTED when it is over none of them.  Its maker is not looked at.
 */
IT_CHECK int it_envelope_stamp(struct intoto_envelope *envelope, struct it_span timestamp,
			       int64_t *time, struct intoto_error **err);

/* As intoto_envelope_sign, for any signer. */
IT_CHECK int it_envelope_sign(struct intoto_envelope *envelope, const struct it_signer *signer,
			      enum intoto_keyid_style style, struct intoto_error **err);

#endif
