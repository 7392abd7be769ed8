/* SPDX-License-Identifier: Apache-2.0 */
/* What a version 4 signature of OpenPGP says (RFC 9580 section 5.2.3); nothing is verified here. */
#ifndef IT_CRYPTO_OPENPGP_SIGNATURE_H
#define IT_CRYPTO_OPENPGP_SIGNATURE_H

#include "crypto/openpgp_packet.h"

/* Signature types (section 5.2.1). */
enum it_pgp_type {
	IT_PGP_BINARY = 0x00,
	IT_PGP_CERTIFICATION = 0x10, /* to 0x13 */
	IT_PGP_CERTIFICATION_LAST = 0x13,
	IT_PGP_BINDING = 0x18,
	IT_PGP_BACK = 0x19,
	IT_PGP_DIRECT = 0x1f,
	IT_PGP_REVOKED_KEY = 0x20,
	IT_PGP_REVOKED_SUBKEY = 0x28,
	IT_PGP_REVOKED_CERTIFICATION = 0x30,
};

enum {
	IT_PGP_FINGERPRINT_SIZE = 20, /* of version 4 keys (SHA-1) */
	IT_PGP_KEY_ID_SIZE = 8,	      /* its last bytes */
	IT_PGP_REVOKERS_MAX = 8,
	IT_PGP_MAY_SIGN = 0x02, /* of the key flags (section 5.2.3.29) */
};

/* Everything but the ids of the issuer and the embedded signature is from the part that is hashed.
 */
struct it_pgp_signature {
	unsigned type;
	unsigned algorithm; /* of the key */
	unsigned hash;
	struct it_span hashed;	/* from the version to the end of the hashed subpackets */
	struct it_span left;	/* of the digest: two bytes */
	struct it_span numbers; /* the signature itself */
	bool has_created;
	int64_t created;
	int64_t lifetime; /* of the signature, in seconds; 0: no end */
	bool has_key_lifetime;
	int64_t key_lifetime; /* 0: no end */
	bool has_flags;
	unsigned flags;
	bool is_primary; /* user id */
	bool has_reason; /* for a revocation */
	unsigned reason;
	/* Of 20 bytes, or empty; a hint when it is not hashed. */
	struct it_span issuer;
	struct it_span issuer_hint;
	struct it_span issuer_id;		      /* of 8 bytes, or empty; a hint */
	struct it_span embedded;		      /* a signature, or empty */
	struct it_span revokers[IT_PGP_REVOKERS_MAX]; /* fingerprints */
	size_t revoker_count;
	bool is_strange; /* has a critical subpacket that we do not know: must not be believed */
};

/* The body of a signature packet, to its end. */
IT_CHECK int it_pgp_signature_read(struct it_pgp_signature *out, struct it_span body,
				   struct intoto_error **err);
/* The hashed part alone, to its end: "other_headers" of in-toto's signatures. */
IT_CHECK int it_pgp_signature_read_hashed(struct it_pgp_signature *out, struct it_span hashed,
					  struct intoto_error **err);

/* Whether a signature may be by the key with that fingerprint (20 bytes); true when it names none.
 */
bool it_pgp_signature_may_be_by(const struct it_pgp_signature *signature,
				struct it_span fingerprint);

#endif
