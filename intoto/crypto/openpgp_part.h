/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One key of OpenPGP, a main key or a subkey: its numbers, its name, and what a signature by it
 * verifies.  Whether it may sign, and until when, is openpgp.h's.
 */
#ifndef IT_CRYPTO_OPENPGP_PART_H
#define IT_CRYPTO_OPENPGP_PART_H

#include "crypto/key.h"
#include "crypto/openpgp_signature.h"

/* Algorithms of keys (RFC 9580 section 9.1). */
enum it_pgp_algorithm {
	IT_PGP_RSA = 1,
	IT_PGP_RSA_SIGN_ONLY = 3,
	IT_PGP_DSA = 17,
	IT_PGP_EDDSA = 22,
};

enum {
	IT_PGP_ID_SIZE = 2 * IT_PGP_FINGERPRINT_SIZE + 1,
	IT_PGP_NUMBERS_MAX = 4,
	IT_PGP_DIGEST_MAX = 64,
};

/* A kind of key that in-toto's key objects have. */
struct it_pgp_kind {
	unsigned algorithm;
	const char *type;			   /* "rsa" */
	const char *method;			   /* "pgp+rsa-pkcsv1.5" */
	const char *names[IT_PGP_NUMBERS_MAX + 1]; /* of the numbers, as packets have them */
};

struct it_pgp_part {
	const struct it_pgp_kind *kind;
	unsigned algorithm;	 /* the packet's: RSA has two */
	char id[IT_PGP_ID_SIZE]; /* fingerprint, hex */
	bool has_created;	 /* else only a key object said nothing about it */
	int64_t created;
	int64_t lifetime;			   /* seconds from then; 0: no end */
	struct it_buf numbers[IT_PGP_NUMBERS_MAX]; /* big-endian, no leading zeros */
	struct intoto_key *material;		   /* that verifies; never NULL */
	/* Why signatures by it do not count; NULL when they do. */
	const char *why_not;
	bool revoked;
	bool revoked_hard; /* as if it had never been good; else only from then on */
	int64_t revoked_at;
};

/* NULL for a method that nothing implements. */
const struct it_pgp_kind *it_pgp_kind_of_method(const char *method);
const struct it_pgp_kind *it_pgp_kind_of_algorithm(unsigned algorithm);
/* "ECDH" … for sentences. */
const char *it_pgp_algorithm_name(unsigned algorithm);

/* From the body of a public key packet.  UNSUPPORTED for versions and algorithms that are not ours.
 */
IT_CHECK int it_pgp_part_read(struct it_pgp_part *out, struct it_span body,
			      struct intoto_error **err);
/* From numbers that are there already, with kind, created and id: checks that they belong together.
 */
IT_CHECK int it_pgp_part_settle(struct it_pgp_part *part, struct intoto_error **err);
void it_pgp_part_done(struct it_pgp_part *part);

/* The fingerprint of the body of a key packet. */
bool it_pgp_fingerprint(unsigned char out[IT_PGP_FINGERPRINT_SIZE], struct it_span body);

/* What a signature covers, one behind the other. */
struct it_pgp_content {
	const struct it_span *items;
	size_t count;
};

/* "SHA-1" …; NULL for one that we do not compute. */
const char *it_pgp_hash_name(unsigned hash);

/*
 * The signature itself as in-toto's "signature" has it: RSA without leading zeros as in the packet,
 * EdDSA 64 bytes, DSA DER.
 */
IT_CHECK int it_pgp_value(struct it_buf *out, const struct it_pgp_signature *signature,
			  struct intoto_error **err);
/* UNTRUSTED unless value is a signature by part over content and what signature says. */
IT_CHECK int it_pgp_part_verify(const struct it_pgp_part *part,
				const struct it_pgp_signature *signature, struct it_span value,
				struct it_pgp_content content, struct intoto_error **err);

#endif
