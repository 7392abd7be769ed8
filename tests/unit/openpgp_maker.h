/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and signatures of OpenPGP, made byte by byte for tests: version 4, Ed25519.  Include
 * cmocka first.
 */
#ifndef INTOTO_TESTS_UNIT_OPENPGP_MAKER_H
#define INTOTO_TESTS_UNIT_OPENPGP_MAKER_H

#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/openpgp.h"
#include "crypto/scheme.h"

enum { MAKER_ROOM = 1 << 20, MADE = 1600000000, NONE = -1 };

/* A key of ours, and its packet's body. */
struct maker {
	struct intoto_key *key;
	struct it_buf body;
	unsigned char fingerprint[IT_PGP_FINGERPRINT_SIZE];
	char id[IT_PGP_ID_SIZE];
};

/* What a signature says; zero is left out. */
struct saying {
	unsigned type;
	unsigned hash; /* 0: SHA-256 */
	uint32_t created;
	uint32_t lifetime;
	uint32_t key_lifetime;
	int flags;   /* NONE: left out */
	int primary; /* 1: yes */
	int reason;  /* NONE: left out */
	const struct it_buf *embedded;
	const struct maker *revoker;
	unsigned strange; /* type of a further, critical subpacket */
	bool untimed;
	bool anonymous; /* no issuer */
};

static inline void add_u32(struct it_buf *out, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		(void)it_buf_add_byte(out, (char)(number >> shift & 0xff));
}

static inline void add_u16(struct it_buf *out, size_t number)
{
	(void)it_buf_add_byte(out, (char)(number >> 8 & 0xff));
	(void)it_buf_add_byte(out, (char)(number & 0xff));
}

static inline void add_number(struct it_buf *out, struct it_span number)
{
	unsigned bits;

	while (number.len && !number.data[0])
		number = it_span(number.data + 1, number.len - 1);
	bits = (unsigned)number.len * 8;
	for (unsigned top = number.len ? (unsigned char)number.data[0] : 0x80; !(top & 0x80);
	     top <<= 1)
		bits--;
	add_u16(out, bits);
	(void)it_buf_add_span(out, number);
}

static inline void add_packet(struct it_buf *out, unsigned tag, struct it_span body)
{
	(void)it_buf_add_byte(out, (char)(0x80 | tag << 2 | 1)); /* old format, two bytes */
	add_u16(out, body.len);
	(void)it_buf_add_span(out, body);
}

static inline void maker_init(struct maker *out, unsigned char seed, uint32_t created)
{
	unsigned char bytes[IT_KEY_SEED_SIZE];
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_PGP_ID_SIZE);

	memset(bytes, seed, sizeof bytes);
	*out = (struct maker){ .key = calloc(1, sizeof *out->key), .body = IT_BUF(MAKER_ROOM) };
	assert_non_null(out->key);
	out->key->scheme = &it_scheme_ed25519;
	assert_int_equal(it_ed25519_set_seed(out->key, it_span(bytes, sizeof bytes), NULL), 0);
	assert_int_equal(it_key_settle(out->key, NULL, NULL), INTOTO_OK);
	(void)it_buf_add_byte(&out->body, 4);
	add_u32(&out->body, created);
	(void)it_buf_add(&out->body, "\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40",
			 14);
	(void)it_buf_add(&out->body, out->key->ed25519_public, 32);
	assert_true(it_pgp_fingerprint(out->fingerprint, it_buf_span(&out->body)));
	it_hex_encode(&hex, it_span(out->fingerprint, sizeof out->fingerprint));
	memcpy(out->id, it_buf_text(&hex), IT_PGP_ID_SIZE);
}

static inline void maker_done(struct maker *maker)
{
	intoto_key_free(maker->key);
	it_buf_done(&maker->body);
}

static inline void add_subpacket(struct it_buf *out, unsigned type, struct it_span body)
{
	if (body.len + 1 < 192) {
		(void)it_buf_add_byte(out, (char)(body.len + 1));
	} else {
		(void)it_buf_add_byte(out, (char)255);
		add_u32(out, (uint32_t)body.len + 1);
	}
	(void)it_buf_add_byte(out, (char)type);
	(void)it_buf_add_span(out, body);
}

static inline void add_seconds(struct it_buf *out, unsigned type, uint32_t seconds)
{
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(4);

	add_u32(&body, seconds);
	add_subpacket(out, type, it_buf_span(&body));
}

static inline void add_byte(struct it_buf *out, unsigned type, int byte)
{
	char value = (char)byte;

	add_subpacket(out, type, it_span(&value, 1));
}

static inline void add_sayings(struct it_buf *out, const struct maker *signer,
			       const struct saying *saying)
{
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(64);

	if (!saying->anonymous) {
		(void)it_buf_add_byte(&body, 4);
		(void)it_buf_add(&body, signer->fingerprint, sizeof signer->fingerprint);
		add_subpacket(out, 33, it_buf_span(&body));
	}
	if (!saying->untimed)
		add_seconds(out, 2, saying->created);
	if (saying->lifetime)
		add_seconds(out, 3, saying->lifetime);
	if (saying->key_lifetime)
		add_seconds(out, 9, saying->key_lifetime);
	if (saying->flags != NONE)
		add_byte(out, 27, saying->flags);
	if (saying->primary)
		add_byte(out, 25, 1);
	if (saying->reason != NONE)
		add_byte(out, 29, saying->reason);
	if (saying->embedded)
		add_subpacket(out, 32, it_buf_span(saying->embedded));
	if (saying->strange)
		add_byte(out, saying->strange | 0x80, 0);
	if (saying->revoker) {
		it_buf_reset(&body);
		(void)it_buf_add(&body, "\x80\x16", 2);
		(void)it_buf_add(&body, saying->revoker->fingerprint, IT_PGP_FINGERPRINT_SIZE);
		add_subpacket(out, 12, it_buf_span(&body));
	}
}

static inline const EVP_MD *md_named(unsigned hash)
{
	if (hash == 2)
		return EVP_sha1();
	if (hash == 10)
		return EVP_sha512();
	return hash == 9 ? EVP_sha384() : EVP_sha256();
}

/* The body of a signature over content, which has its frames. */
static inline void make_signature(struct it_buf *out, const struct maker *signer,
				  const struct saying *saying, struct it_span content)
{
	unsigned hash = saying->hash ? saying->hash : 8;
	IT_AUTO(it_buf_done) struct it_buf area = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf hashed = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf covered = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(64);
	unsigned char digest[64];
	unsigned len = 0;

	add_sayings(&area, signer, saying);
	(void)it_buf_add_byte(&hashed, 4);
	(void)it_buf_add_byte(&hashed, (char)saying->type);
	(void)it_buf_add_byte(&hashed, 22);
	(void)it_buf_add_byte(&hashed, (char)hash);
	add_u16(&hashed, area.len);
	(void)it_buf_add_span(&hashed, it_buf_span(&area));
	(void)it_buf_add_span(&covered, content);
	(void)it_buf_add_span(&covered, it_buf_span(&hashed));
	(void)it_buf_add(&covered, "\x04\xff", 2);
	add_u32(&covered, (uint32_t)hashed.len);
	assert_int_equal(EVP_Digest(covered.data, covered.len, digest, &len, md_named(hash), NULL),
			 1);
	assert_int_equal(it_key_sign(signer->key, it_span(digest, len), &value, NULL), INTOTO_OK);
	(void)it_buf_add_span(out, it_buf_span(&hashed));
	add_u16(out, 0); /* nothing unhashed */
	(void)it_buf_add(out, digest, 2);
	add_number(out, it_span(value.data, 32));
	add_number(out, it_span(value.data + 32, 32));
	assert_int_equal(out->failed, 0);
}

static inline void add_frame(struct it_buf *out, const struct maker *key)
{
	(void)it_buf_add_byte(out, (char)0x99);
	add_u16(out, key->body.len);
	(void)it_buf_add_span(out, it_buf_span(&key->body));
}

/* Appends the packet of a signature on key, and perhaps on a user id or a subkey of it. */
static inline void add_signature(struct it_buf *out, const struct maker *signer,
				 const struct saying *saying, const struct maker *key,
				 const char *user_id, const struct maker *subkey)
{
	IT_AUTO(it_buf_done) struct it_buf content = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(MAKER_ROOM);

	add_frame(&content, key);
	if (user_id) {
		(void)it_buf_add_byte(&content, (char)0xb4);
		add_u32(&content, (uint32_t)strlen(user_id));
		(void)it_buf_add_text(&content, user_id);
	}
	if (subkey)
		add_frame(&content, subkey);
	make_signature(&body, signer, saying, it_buf_span(&content));
	add_packet(out, IT_PGP_SIGNATURE, it_buf_span(&body));
}

/* The body of a back-signature: by signer, who should be the subkey. */
static inline void make_back(struct it_buf *out, const struct maker *signer,
			     const struct maker *main_key, const struct maker *subkey,
			     const struct saying *saying)
{
	IT_AUTO(it_buf_done) struct it_buf content = IT_BUF(MAKER_ROOM);

	add_frame(&content, main_key);
	add_frame(&content, subkey);
	make_signature(out, signer, saying, it_buf_span(&content));
}

static inline void add_user_id(struct it_buf *out, const char *text)
{
	add_packet(out, IT_PGP_USER_ID, it_span_text(text));
}

static inline void add_key(struct it_buf *out, const struct maker *key, unsigned tag)
{
	add_packet(out, tag, it_buf_span(&key->body));
}

#endif
