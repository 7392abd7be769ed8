/* SPDX-License-Identifier: Apache-2.0 */
/* Packets, numbers and subpackets of OpenPGP (RFC 9580 sections 3.2, 4.2, 5.2.3.7). */
#include "crypto/openpgp_packet.h"

enum {
	PACKET_BIT = 0x80,
	NEW_FORMAT_BIT = 0x40,
	CRITICAL_BIT = 0x80,
	ONE_BYTE_END = 192,  /* below: the length itself */
	TWO_BYTES_END = 224, /* of packets: from here partial lengths */
	FOUR_BYTES = 255,
};

bool it_pgp_take(struct it_span *in, size_t len, struct it_span *out)
{
	if (len > in->len)
		return false;
	*out = it_span(in->data, len);
	*in = it_span(in->data + len, in->len - len);
	return true;
}

bool it_pgp_take_byte(struct it_span *in, unsigned *out)
{
	struct it_span byte;

	if (!it_pgp_take(in, 1, &byte))
		return false;
	*out = (unsigned char)byte.data[0];
	return true;
}

bool it_pgp_take_u16(struct it_span *in, unsigned *out)
{
	struct it_span bytes;

	if (!it_pgp_take(in, 2, &bytes))
		return false;
	*out = (unsigned)(unsigned char)bytes.data[0] << 8 | (unsigned char)bytes.data[1];
	return true;
}

bool it_pgp_take_u32(struct it_span *in, uint32_t *out)
{
	struct it_span rest = *in;
	unsigned high;
	unsigned low;

	if (!it_pgp_take_u16(&rest, &high) || !it_pgp_take_u16(&rest, &low))
		return false;
	*out = (uint32_t)high << 16 | low;
	*in = rest;
	return true;
}

bool it_pgp_take_number(struct it_span *in, struct it_span *out)
{
	struct it_span rest = *in;
	unsigned bits;

	if (!it_pgp_take_u16(&rest, &bits) || !it_pgp_take(&rest, (bits + 7) / 8, out))
		return false;
	while (out->len && out->data[0] == 0)
		*out = it_span(out->data + 1, out->len - 1);
	*in = rest;
	return true;
}

/* A length of one, two or five bytes; two_end says where the first byte stops to mean two. */
static bool take_length(struct it_span *in, unsigned two_end, size_t *len)
{
	unsigned first;
	unsigned second;
	uint32_t four;

	if (!it_pgp_take_byte(in, &first))
		return false;
	if (first < ONE_BYTE_END) {
		*len = first;
		return true;
	}
	if (first < two_end) {
		if (!it_pgp_take_byte(in, &second))
			return false;
		*len = ((size_t)(first - ONE_BYTE_END) << 8) + second + ONE_BYTE_END;
		return true;
	}
	if (first != FOUR_BYTES || !it_pgp_take_u32(in, &four))
		return false;
	*len = four;
	return true;
}

bool it_pgp_take_subpacket(struct it_span *in, struct it_pgp_subpacket *out)
{
	struct it_span rest = *in;
	size_t len;
	unsigned type;

	if (!take_length(&rest, FOUR_BYTES, &len) || !it_pgp_take(&rest, len, &out->body) ||
	    !it_pgp_take_byte(&out->body, &type))
		return false;
	out->critical = type & CRITICAL_BIT;
	out->type = type & (CRITICAL_BIT - 1U);
	*in = rest;
	return true;
}

/* The form of before RFC 2440: the type of the length is in the first byte. */
static bool take_old_length(struct it_span *in, unsigned first, size_t *len)
{
	unsigned small;
	uint32_t large;

	switch (first & 3) {
	case 0:
		if (!it_pgp_take_byte(in, &small))
			return false;
		*len = small;
		return true;
	case 1:
		if (!it_pgp_take_u16(in, &small))
			return false;
		*len = small;
		return true;
	case 2:
		if (!it_pgp_take_u32(in, &large))
			return false;
		*len = large;
		return true;
	default:
		return false; /* up to the end of the file */
	}
}

bool it_pgp_take_packet(struct it_span *in, struct it_pgp_packet *out)
{
	struct it_span rest = *in;
	unsigned first;
	size_t len;

	if (!it_pgp_take_byte(&rest, &first) || !(first & PACKET_BIT))
		return false;
	if (first & NEW_FORMAT_BIT) {
		out->tag = first & (NEW_FORMAT_BIT - 1U);
		if (!take_length(&rest, TWO_BYTES_END, &len))
			return false;
	} else {
		out->tag = first >> 2 & 0x0f;
		if (!take_old_length(&rest, first, &len))
			return false;
	}
	if (!it_pgp_take(&rest, len, &out->body))
		return false;
	*in = rest;
	return true;
}

bool it_pgp_is_binary(struct it_span bytes)
{
	unsigned first = bytes.len ? (unsigned char)bytes.data[0] : 0;
	unsigned tag = first & NEW_FORMAT_BIT ? first & (NEW_FORMAT_BIT - 1U) : first >> 2 & 0x0f;

	return first & PACKET_BIT &&
	       (tag == IT_PGP_SIGNATURE || tag == IT_PGP_PUBLIC_KEY || tag == IT_PGP_SECRET_KEY);
}
