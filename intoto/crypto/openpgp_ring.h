/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates of a file: packets in a row, cut where a main key begins. */
#ifndef IT_CRYPTO_OPENPGP_RING_H
#define IT_CRYPTO_OPENPGP_RING_H

#include "crypto/openpgp_part.h"

struct it_pgp_ring {
	struct it_pgp_packet *packets; /* keys, user ids, attributes, signatures; borrowed bytes */
	size_t count;
	unsigned verifications; /* that may still be made: each costs time */
};

/* One of them: packets[0] is its main key. */
struct it_pgp_certificate {
	const struct it_pgp_packet *packets;
	size_t count;
};

IT_CHECK int it_pgp_ring_read(struct it_pgp_ring *out, struct it_span bytes,
			      struct intoto_error **err);
void it_pgp_ring_done(struct it_pgp_ring *ring);

/* The certificate behind one; the first one behind NULL.  False at the end. */
bool it_pgp_ring_next(const struct it_pgp_ring *ring, struct it_pgp_certificate *at);
/* The one whose main key or subkey id names (it_openpgp_id_valid). */
IT_CHECK int it_pgp_ring_find(const struct it_pgp_ring *ring, const char *id,
			      struct it_pgp_certificate *out, struct intoto_error **err);
/* The body of the main key with that fingerprint; empty when it is not there. */
struct it_span it_pgp_ring_key(const struct it_pgp_ring *ring, struct it_span fingerprint);

/*
 * Reads the main key and the subkeys of a certificate with what its self-signatures say, chosen as
 * of a time, into key.
 */
IT_CHECK int it_pgp_certificate_read(struct intoto_key **out, struct it_pgp_ring *ring,
				     struct it_pgp_certificate certificate, int64_t at,
				     struct intoto_error **err);
struct it_strings;
/* Appends the fingerprints of who may revoke it, and has (or somebody says so). */
IT_CHECK int it_pgp_certificate_revokers(struct it_strings *out, struct it_pgp_ring *ring,
					 struct it_pgp_certificate certificate,
					 struct intoto_error **err);

#endif
