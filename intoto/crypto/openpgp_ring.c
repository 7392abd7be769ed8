/* SPDX-License-Identifier: Apache-2.0 */
/* Files of OpenPGP keys (RFC 9580 section 10.1), and the one that was asked for. */
#include "crypto/openpgp_ring.h"

#include <string.h>

#include "base/clock.h"
#include "base/strings.h"
#include "base/text.h"
#include "crypto/openpgp.h"

enum {
	PACKETS_MAX = 100 * 1000,
	/* Of signatures: seconds, if each were by the largest key. */
	VERIFICATIONS_MAX = 1000,
	FILE_MAX = 16 * 1024 * 1024,
	ID_MIN = 2 * IT_PGP_KEY_ID_SIZE,
	ID_MAX = 2 * IT_PGP_FINGERPRINT_SIZE,
};

void it_pgp_ring_done(struct it_pgp_ring *ring)
{
	free(ring->packets);
	*ring = (struct it_pgp_ring){ 0 };
}

static bool is_kept(unsigned tag)
{
	return tag == IT_PGP_PUBLIC_KEY || tag == IT_PGP_PUBLIC_SUBKEY || tag == IT_PGP_USER_ID ||
	       tag == IT_PGP_USER_ATTRIBUTE || tag == IT_PGP_SIGNATURE;
}

static int add_packet(struct it_pgp_ring *ring, struct it_pgp_packet packet, size_t *cap,
		      struct intoto_error **err)
{
	if (ring->count == *cap) {
		size_t more = *cap ? *cap * 2 : 64;
		struct it_pgp_packet *packets = reallocarray(ring->packets, more, sizeof *packets);

		if (!packets)
			return it_err_nomem(err);
		ring->packets = packets;
		*cap = more;
	}
	ring->packets[ring->count++] = packet;
	return INTOTO_OK;
}

/* Trust, marker and other packets are for whoever wrote the file. */
static int read_packets(struct it_pgp_ring *ring, struct it_span bytes, struct intoto_error **err)
{
	const char *start = bytes.data;
	size_t cap = 0;
	int rc = INTOTO_OK;

	while (!rc && bytes.len) {
		size_t offset = (size_t)(bytes.data - start);
		struct it_pgp_packet packet;

		if (!it_pgp_take_packet(&bytes, &packet))
			return it_err_set(err, INTOTO_E_FORMAT, "byte %zu: no whole OpenPGP packet",
					  offset);
		if (packet.tag == IT_PGP_SECRET_KEY || packet.tag == IT_PGP_SECRET_SUBKEY)
			return it_err_set(
				err, INTOTO_E_UNSUPPORTED,
				"a private OpenPGP key; gpg keeps those and signs with them "
				"(--gpg KEYID), want an exported public key");
		if (!is_kept(packet.tag))
			continue;
		if (!ring->count && packet.tag != IT_PGP_PUBLIC_KEY)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "byte %zu: want an OpenPGP public key, found a packet of "
					  "type %u",
					  offset, packet.tag);
		if (ring->count == PACKETS_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "more than %d OpenPGP packets",
					  PACKETS_MAX);
		rc = add_packet(ring, packet, &cap, err);
	}
	return rc;
}

int it_pgp_ring_read(struct it_pgp_ring *out, struct it_span bytes, struct intoto_error **err)
{
	int rc;

	*out = (struct it_pgp_ring){ .verifications = VERIFICATIONS_MAX };
	rc = read_packets(out, bytes, err);
	if (!rc && !out->count)
		rc = it_err_set(err, INTOTO_E_FORMAT, "found no OpenPGP public key");
	if (rc)
		it_pgp_ring_done(out);
	return rc;
}

bool it_pgp_ring_next(const struct it_pgp_ring *ring, struct it_pgp_certificate *at)
{
	size_t start = at->packets ? (size_t)(at->packets - ring->packets) + at->count : 0;
	size_t end = start + 1;

	if (start >= ring->count)
		return false;
	while (end < ring->count && ring->packets[end].tag != IT_PGP_PUBLIC_KEY)
		end++;
	*at = (struct it_pgp_certificate){ &ring->packets[start], end - start };
	return true;
}

struct it_span it_pgp_ring_key(const struct it_pgp_ring *ring, struct it_span fingerprint)
{
	unsigned char own[IT_PGP_FINGERPRINT_SIZE];

	for (size_t i = 0; i < ring->count; i++)
		if (ring->packets[i].tag == IT_PGP_PUBLIC_KEY &&
		    it_pgp_fingerprint(own, ring->packets[i].body) &&
		    it_span_eq(fingerprint, it_span(own, sizeof own)))
			return ring->packets[i].body;
	return it_span(NULL, 0);
}

/* --- ids --- */

static const char *digits_of(const char *text)
{
	return it_starts_with(text, "0x") || it_starts_with(text, "0X") ? text + 2 : text;
}

bool it_openpgp_id_valid(const char *text)
{
	size_t len = strlen(digits_of(text));

	return len >= ID_MIN && len <= ID_MAX && it_hex_valid(it_span_text(digits_of(text)));
}

/* The last digits of a fingerprint are an id. */
static bool is_named(struct it_span body, const char *id)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(ID_MAX);
	unsigned char fingerprint[IT_PGP_FINGERPRINT_SIZE];
	size_t len = strlen(id);

	if (!it_pgp_fingerprint(fingerprint, body))
		return false;
	it_hex_encode(&hex, it_span(fingerprint, sizeof fingerprint));
	return hex.len == ID_MAX && len <= ID_MAX &&
	       it_streq_nocase(it_buf_text(&hex) + ID_MAX - len, id);
}

static bool has_key(struct it_pgp_certificate certificate, const char *id)
{
	for (size_t i = 0; i < certificate.count; i++) {
		unsigned tag = certificate.packets[i].tag;

		if ((tag == IT_PGP_PUBLIC_KEY || tag == IT_PGP_PUBLIC_SUBKEY) &&
		    is_named(certificate.packets[i].body, id))
			return true;
	}
	return false;
}

static int find_only(const struct it_pgp_ring *ring, struct it_pgp_certificate *out,
		     struct intoto_error **err)
{
	struct it_pgp_certificate second;

	if (!it_pgp_ring_next(ring, out))
		return it_err_set(err, INTOTO_E_FORMAT, "found no OpenPGP public key");
	second = *out;
	if (it_pgp_ring_next(ring, &second))
		return it_err_set(err, INTOTO_E_KEY,
				  "several OpenPGP keys, want one: FILE#KEYID names it (gpg "
				  "--show-keys lists them)");
	return INTOTO_OK;
}

int it_pgp_ring_find(const struct it_pgp_ring *ring, const char *id, struct it_pgp_certificate *out,
		     struct intoto_error **err)
{
	struct it_pgp_certificate at = { 0 };
	size_t found = 0;

	*out = at;
	if (!id)
		return find_only(ring, out, err);
	if (!it_openpgp_id_valid(id))
		return it_err_set(err, INTOTO_E_USAGE,
				  "the id of an OpenPGP key has %d to %d hex digits (gpg "
				  "--show-keys --keyid-format=long prints it)",
				  ID_MIN, ID_MAX);
	while (it_pgp_ring_next(ring, &at)) {
		if (!has_key(at, digits_of(id)))
			continue;
		if (!found++)
			*out = at;
	}
	if (found == 1)
		return INTOTO_OK;
	return it_err_set(err, found ? INTOTO_E_KEY : INTOTO_E_NOTFOUND,
			  found ? "%zu OpenPGP keys with the id %s, want its 40 digits"
				: "%zu OpenPGP keys with the id %s",
			  found, digits_of(id));
}

/* --- files --- */

int it_openpgp_read(struct intoto_key **out, struct it_span packets, const char *id, int64_t at,
		    struct intoto_error **err)
{
	IT_AUTO(it_pgp_ring_done) struct it_pgp_ring ring = { 0 };
	struct it_pgp_certificate certificate = { 0 };
	int rc = it_pgp_ring_read(&ring, packets, err);

	*out = NULL;
	if (!rc)
		rc = it_pgp_ring_find(&ring, id, &certificate, err);
	return rc ? rc : it_pgp_certificate_read(out, &ring, certificate, at, err);
}

int it_openpgp_revokers(struct it_strings *out, struct it_span packets, struct intoto_error **err)
{
	IT_AUTO(it_pgp_ring_done) struct it_pgp_ring ring = { 0 };
	struct it_pgp_certificate at = { 0 };
	int rc = it_pgp_ring_read(&ring, packets, err);

	while (!rc && it_pgp_ring_next(&ring, &at))
		rc = it_pgp_certificate_revokers(out, &ring, at, err);
	return rc;
}

bool it_openpgp_is(struct it_span bytes)
{
	return it_pgp_is_binary(bytes) || it_pgp_is_armored(bytes) ||
	       (bytes.len > 12 && it_span_is(it_span(bytes.data + 8, 4), "KBXf"));
}

static int read_file(struct intoto_key **out, struct it_span bytes, const char *id,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf packets = IT_BUF(FILE_MAX);
	bool private = memmem(bytes.data, bytes.len, "-----BEGIN PGP PRIVATE", 22) != NULL;
	int rc;

	if (it_pgp_is_binary(bytes))
		return it_openpgp_read(out, bytes, id, it_clock_now(), err);
	if (!it_pgp_is_armored(bytes))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a keybox of gpg's own, want exported keys (gpg --export KEYID)");
	if (private)
		return it_err_set(
			err, INTOTO_E_UNSUPPORTED,
			"a private OpenPGP key; gpg keeps those and signs with them (--gpg "
			"KEYID), want an exported public key");
	rc = it_pgp_dearmor(&packets, bytes, "PUBLIC KEY BLOCK", err);
	return rc ? rc : it_openpgp_read(out, it_buf_span(&packets), id, it_clock_now(), err);
}

int it_openpgp_parse(struct intoto_key **out, struct it_span bytes, const char *id,
		     const char *name, struct intoto_error **err)
{
	*out = NULL;
	return it_err_wrap(err, read_file(out, bytes, id, err), "%s", name);
}
