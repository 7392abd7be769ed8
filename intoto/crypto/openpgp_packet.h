/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenPGP from the outside in (RFC 9580, of which we read what RFC 4880 had too): packets, numbers
 * and subpackets taken off the front of bytes.  Everything is borrowed; nothing reads past an end.
 */
#ifndef IT_CRYPTO_OPENPGP_PACKET_H
#define IT_CRYPTO_OPENPGP_PACKET_H

#include "base/buf.h"

/* Packet types (RFC 9580 section 5). */
enum it_pgp_tag {
	IT_PGP_SIGNATURE = 2,
	IT_PGP_SECRET_KEY = 5,
	IT_PGP_PUBLIC_KEY = 6,
	IT_PGP_SECRET_SUBKEY = 7,
	IT_PGP_USER_ID = 13,
	IT_PGP_PUBLIC_SUBKEY = 14,
	IT_PGP_USER_ATTRIBUTE = 17,
};

struct it_pgp_packet {
	unsigned tag;
	struct it_span body;
};

struct it_pgp_subpacket {
	unsigned type;
	bool critical;
	struct it_span body;
};

/* Each takes one thing off the front and is false, with *in as it was, when it is not there whole.
 */
bool it_pgp_take(struct it_span *in, size_t len, struct it_span *out);
bool it_pgp_take_byte(struct it_span *in, unsigned *out);
bool it_pgp_take_u16(struct it_span *in, unsigned *out);
bool it_pgp_take_u32(struct it_span *in, uint32_t *out);
/* A multiprecision integer (section 3.2), without leading zero bytes. */
bool it_pgp_take_number(struct it_span *in, struct it_span *out);
bool it_pgp_take_subpacket(struct it_span *in, struct it_pgp_subpacket *out);
/* Packets of partial or indeterminate length, which keys and signatures never have, are refused. */
bool it_pgp_take_packet(struct it_span *in, struct it_pgp_packet *out);

/* Whether bytes begin like a packet of a key or signature (the highest bit is set in no text). */
bool it_pgp_is_binary(struct it_span bytes);
/* Whether a text holds an armored block of OpenPGP. */
bool it_pgp_is_armored(struct it_span text);

/* Appends the bytes of all armored blocks of a label ("PUBLIC KEY BLOCK") in a text (section 6).
 * A checksum may be missing but must not be wrong. */
IT_CHECK int it_pgp_dearmor(struct it_buf *out, struct it_span text, const char *label,
			    struct intoto_error **err);

#endif
