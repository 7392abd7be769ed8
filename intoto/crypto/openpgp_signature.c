/* SPDX-License-Identifier: Apache-2.0 */
/* Signature packets of OpenPGP, version 4 (RFC 9580 section 5.2.3). */
#include "crypto/openpgp_signature.h"

#include "base/text.h"

enum {
	V4 = 4,
	LEFT_SIZE = 2,
	REVOKER_CLASS = 0x80, /* section 5.2.3.23 */
	REVOKER_SIZE = 2 + IT_PGP_FINGERPRINT_SIZE,
	/* An embedded signature in the hashed part could embed another one: each is looked at only
	 * where it is used, so depth is not ours to bound. */
};

/* Types of subpackets that we read (section 5.2.3.7). */
enum subpacket {
	CREATED = 2,
	LIFETIME = 3,
	KEY_LIFETIME = 9,
	REVOKER = 12,
	ISSUER_ID = 16,
	PRIMARY = 25,
	FLAGS = 27,
	REASON = 29,
	EMBEDDED = 32,
	ISSUER = 33,
};

/*
 * Types that we know and that change nothing here: exportable, trust, regular expression,
 * revocable, preferences of several kinds, policy, URIs, user id of the signer, features, target,
 * attested certifications, recipients.  Notations (20) are not among them: a critical one means
 * something.
 */
static bool is_harmless(unsigned type)
{
	static const unsigned char harmless[] = { 4,  5,  6,  7,  11, 21, 22, 23, 24,
						  26, 28, 30, 31, 34, 35, 37, 39 };

	for (size_t i = 0; i < sizeof harmless; i++)
		if (harmless[i] == type)
			return true;
	return false;
}

static bool read_seconds(struct it_span body, int64_t *out)
{
	uint32_t seconds;

	if (!it_pgp_take_u32(&body, &seconds) || body.len)
		return false;
	*out = seconds;
	return true;
}

/* Version 4 and 20 bytes; the fingerprints of other versions are no key of ours. */
static bool read_issuer(struct it_span body, struct it_span *out)
{
	unsigned version;

	if (!it_pgp_take_byte(&body, &version))
		return false;
	if (version != V4)
		return true;
	*out = body;
	return body.len == IT_PGP_FINGERPRINT_SIZE;
}

static bool read_revoker(struct it_pgp_signature *out, struct it_span body)
{
	if (body.len != REVOKER_SIZE || !((unsigned char)body.data[0] & REVOKER_CLASS))
		return body.len >= REVOKER_SIZE; /* of another version */
	if (out->revoker_count == IT_PGP_REVOKERS_MAX)
		return false;
	out->revokers[out->revoker_count++] = it_span(body.data + 2, IT_PGP_FINGERPRINT_SIZE);
	return true;
}

/* False for one that is malformed.  Where one comes twice the last counts (section 5.2.3.9). */
static bool read_hashed(struct it_pgp_signature *out, const struct it_pgp_subpacket *subpacket)
{
	struct it_span body = subpacket->body;
	unsigned byte = 0;

	switch (subpacket->type) {
	case CREATED:
		out->has_created = true;
		return read_seconds(body, &out->created);
	case LIFETIME:
		return read_seconds(body, &out->lifetime);
	case KEY_LIFETIME:
		out->has_key_lifetime = true;
		return read_seconds(body, &out->key_lifetime);
	case REVOKER:
		return read_revoker(out, body);
	case ISSUER_ID:
		out->issuer_id = body;
		return body.len == IT_PGP_KEY_ID_SIZE;
	case PRIMARY:
		if (!it_pgp_take_byte(&body, &byte))
			return false;
		out->is_primary = byte != 0;
		return true;
	case FLAGS: /* may be empty, and longer than we look */
		out->has_flags = true;
		out->flags = it_pgp_take_byte(&body, &byte) ? byte : 0;
		return true;
	case REASON:
		out->has_reason = true;
		return it_pgp_take_byte(&body, &out->reason);
	case EMBEDDED:
		out->embedded = body;
		return true;
	case ISSUER:
		return read_issuer(body, &out->issuer);
	default:
		out->is_strange |= subpacket->critical && !is_harmless(subpacket->type);
		return true;
	}
}

/* Not signed: only what proves itself, or is a hint. */
static bool read_unhashed(struct it_pgp_signature *out, const struct it_pgp_subpacket *subpacket)
{
	if (subpacket->type == EMBEDDED && !out->embedded.len)
		out->embedded = subpacket->body;
	if (subpacket->type == ISSUER_ID && subpacket->body.len == IT_PGP_KEY_ID_SIZE &&
	    !out->issuer_id.len)
		out->issuer_id = subpacket->body;
	if (subpacket->type == ISSUER)
		return read_issuer(subpacket->body, &out->issuer_hint);
	return true;
}

static int read_subpackets(struct it_pgp_signature *out, struct it_span area, const char *name,
			   bool (*read)(struct it_pgp_signature *, const struct it_pgp_subpacket *),
			   struct intoto_error **err)
{
	struct it_pgp_subpacket subpacket;

	while (area.len) {
		if (!it_pgp_take_subpacket(&area, &subpacket))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "its %s subpackets do not end where they should", name);
		if (!read(out, &subpacket))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "its %s subpacket of type %u is malformed", name,
					  subpacket.type);
	}
	return INTOTO_OK;
}

/* Takes the hashed part off the front. */
static int take_hashed(struct it_pgp_signature *out, struct it_span *in, struct intoto_error **err)
{
	const char *start = in->data;
	struct it_span area = { 0 };
	unsigned version = 0;
	unsigned len = 0;

	*out = (struct it_pgp_signature){ 0 };
	if (!it_pgp_take_byte(in, &version))
		return it_err_set(err, INTOTO_E_FORMAT, "it is empty");
	if (version != V4)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "it has version %u, want %d", version,
				  V4);
	if (!it_pgp_take_byte(in, &out->type) || !it_pgp_take_byte(in, &out->algorithm) ||
	    !it_pgp_take_byte(in, &out->hash) || !it_pgp_take_u16(in, &len) ||
	    !it_pgp_take(in, len, &area))
		return it_err_set(err, INTOTO_E_FORMAT, "it ends too early");
	out->hashed = it_span(start, (size_t)(in->data - start));
	return read_subpackets(out, area, "hashed", read_hashed, err);
}

int it_pgp_signature_read_hashed(struct it_pgp_signature *out, struct it_span hashed,
				 struct intoto_error **err)
{
	int rc = take_hashed(out, &hashed, err);

	if (!rc && hashed.len)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%zu bytes too many behind its subpackets",
				hashed.len);
	return rc;
}

int it_pgp_signature_read(struct it_pgp_signature *out, struct it_span body,
			  struct intoto_error **err)
{
	struct it_span area = { 0 };
	unsigned len = 0;
	int rc = take_hashed(out, &body, err);

	if (rc)
		return rc;
	if (!it_pgp_take_u16(&body, &len) || !it_pgp_take(&body, len, &area) ||
	    !it_pgp_take(&body, LEFT_SIZE, &out->left))
		return it_err_set(err, INTOTO_E_FORMAT, "it ends too early");
	out->numbers = body;
	return read_subpackets(out, area, "unhashed", read_unhashed, err);
}

bool it_pgp_signature_may_be_by(const struct it_pgp_signature *signature,
				struct it_span fingerprint)
{
	size_t ahead = IT_PGP_FINGERPRINT_SIZE - IT_PGP_KEY_ID_SIZE;

	if (signature->issuer.len)
		return it_span_eq(signature->issuer, fingerprint);
	if (signature->issuer_hint.len)
		return it_span_eq(signature->issuer_hint, fingerprint);
	if (signature->issuer_id.len)
		return it_span_eq(signature->issuer_id,
				  it_span(fingerprint.data + ahead, IT_PGP_KEY_ID_SIZE));
	return true;
}
