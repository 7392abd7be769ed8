/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys of OpenPGP, version 4 (RFC 9580 section 5.5.2), and what verifies with them. */
#include "crypto/openpgp_part.h"

#include <string.h>

#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/evp_key.h"
#include "crypto/openpgp_numbers.h"
#include "crypto/scheme.h"

enum {
	V4 = 4,
	OLD_KEY_PACKET = 0x99, /* how a key's body is framed when it is hashed (section 5.2.4) */
	TRAILER = 0xff,
	BODY_MAX = 16 * 1024,
	NUMBER_MAX = 2048, /* bytes: RSA with 16384 bits */
	RSA_BYTES_MAX = 2048,
	EDDSA_SIZE = 64,
	EDDSA_HALF = EDDSA_SIZE / 2,
	EDDSA_PREFIX = 0x40, /* in front of a native point (section 11.2) */
	DSA_HALF_MAX = 32,
	DER_MAX = 80,
};

/* Ed25519Legacy (section 9.2). */
static const char ed25519_oid[] = "\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01";

static const struct it_pgp_kind kinds[] = {
	{ IT_PGP_RSA, "rsa", "pgp+rsa-pkcsv1.5", { "n", "e", NULL } },
	{ IT_PGP_DSA, "dsa", "pgp+dsa-fips-180-2", { "p", "q", "g", "y", NULL } },
	{ IT_PGP_EDDSA, "eddsa", "pgp+eddsa-ed25519", { "q", NULL } },
};

const struct it_pgp_kind *it_pgp_kind_of_method(const char *method)
{
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++)
		if (it_streq(kinds[i].method, method))
			return &kinds[i];
	return NULL;
}

const struct it_pgp_kind *it_pgp_kind_of_algorithm(unsigned algorithm)
{
	if (algorithm == IT_PGP_RSA_SIGN_ONLY)
		algorithm = IT_PGP_RSA;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++)
		if (kinds[i].algorithm == algorithm)
			return &kinds[i];
	return NULL;
}

const char *it_pgp_algorithm_name(unsigned algorithm)
{
	static const struct {
		unsigned algorithm;
		const char *name;
	} names[] = {
		{ 1, "RSA" },	   { 2, "RSA for encryption" },
		{ 3, "RSA" },	   { 16, "Elgamal" },
		{ 17, "DSA" },	   { 18, "ECDH" },
		{ 19, "ECDSA" },   { 22, "EdDSA" },
		{ 25, "X25519" },  { 26, "X448" },
		{ 27, "Ed25519" }, { 28, "Ed448" },
	};

	for (size_t i = 0; i < IT_COUNT_OF(names); i++)
		if (names[i].algorithm == algorithm)
			return names[i].name;
	return "an unknown algorithm";
}

void it_pgp_part_done(struct it_pgp_part *part)
{
	for (size_t i = 0; i < IT_PGP_NUMBERS_MAX; i++)
		it_buf_done(&part->numbers[i]);
	intoto_key_free(part->material);
	part->material = NULL;
}

bool it_pgp_fingerprint(unsigned char out[IT_PGP_FINGERPRINT_SIZE], struct it_span body)
{
	IT_EVP_SESSION;
	IT_AUTO(it_buf_done) struct it_buf framed = IT_BUF(BODY_MAX + 3);

	(void)it_buf_add_byte(&framed, (char)OLD_KEY_PACKET); /* all sticky */
	(void)it_buf_add_byte(&framed, (char)(body.len >> 8 & 0xff));
	(void)it_buf_add_byte(&framed, (char)(body.len & 0xff));
	(void)it_buf_add_span(&framed, body);
	return body.len <= BODY_MAX && !framed.failed &&
	       SHA1((const unsigned char *)framed.data, framed.len, out);
}

/* --- reading and making --- */

static int add_number(struct it_pgp_part *part, size_t index, struct it_span number,
		      struct intoto_error **err)
{
	part->numbers[index] = (struct it_buf)IT_BUF(NUMBER_MAX);
	(void)it_buf_add_span(&part->numbers[index], number); /* sticky */
	return it_buf_check(&part->numbers[index], "a number of the key", err);
}

static int read_numbers(struct it_pgp_part *out, struct it_span rest, struct intoto_error **err)
{
	size_t oid_len = sizeof ed25519_oid - 1;
	struct it_span number;
	int rc = INTOTO_OK;

	if (out->algorithm == IT_PGP_EDDSA) {
		if (!it_pgp_take(&rest, oid_len, &number) ||
		    !it_span_eq(number, it_span(ed25519_oid, oid_len)))
			return it_err_set(err, INTOTO_E_UNSUPPORTED,
					  "EdDSA on a curve that is not Ed25519");
	}
	for (size_t i = 0; !rc && out->kind->names[i]; i++) {
		if (!it_pgp_take_number(&rest, &number))
			return it_err_set(err, INTOTO_E_FORMAT, "the key ends too early");
		if (out->algorithm == IT_PGP_EDDSA) {
			if (number.len != EDDSA_HALF + 1 || number.data[0] != EDDSA_PREFIX)
				return it_err_set(err, INTOTO_E_FORMAT,
						  "an Ed25519 point in an unknown form");
			number = it_span(number.data + 1, number.len - 1);
		}
		rc = add_number(out, i, number, err);
	}
	if (!rc && rest.len)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%zu bytes too many behind the key",
				rest.len);
	return rc;
}

static int make_material(struct it_pgp_part *part, struct intoto_error **err)
{
	struct it_span point = it_buf_span(&part->numbers[0]);
	struct intoto_key *key = calloc(1, sizeof *key);
	int rc;

	part->material = key;
	if (!key)
		return it_err_nomem(err);
	if (part->kind->algorithm == IT_PGP_EDDSA) {
		key->scheme = &it_scheme_ed25519;
		rc = it_ed25519_set_public(key, point, err);
	} else if (part->kind->algorithm == IT_PGP_RSA) {
		rc = it_pgp_rsa_key(key, part->numbers, err);
	} else {
		rc = it_pgp_dsa_key(key, part->numbers, err);
	}
	return rc ? rc : it_key_settle(key, NULL, err);
}

static void print_id(char id[IT_PGP_ID_SIZE], const unsigned char *fingerprint)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_PGP_ID_SIZE);

	it_hex_encode(&hex, it_span(fingerprint, IT_PGP_FINGERPRINT_SIZE));
	id[0] = '\0';
	if (hex.len == IT_PGP_ID_SIZE - 1)
		memcpy(id, it_buf_text(&hex), IT_PGP_ID_SIZE);
}

static void add_mpi(struct it_buf *out, struct it_span number)
{
	unsigned bits = (unsigned)number.len * 8;

	for (unsigned top = number.len ? (unsigned char)number.data[0] : 0x80; !(top & 0x80);
	     top <<= 1)
		bits--;
	(void)it_buf_add_byte(out, (char)(bits >> 8 & 0xff)); /* all sticky */
	(void)it_buf_add_byte(out, (char)(bits & 0xff));
	(void)it_buf_add_span(out, number);
}

/* The packet that these numbers would be in. */
static void add_body(struct it_buf *out, const struct it_pgp_part *part, unsigned algorithm)
{
	uint32_t created = (uint32_t)part->created;

	(void)it_buf_add_byte(out, V4); /* all sticky */
	for (int shift = 24; shift >= 0; shift -= 8)
		(void)it_buf_add_byte(out, (char)(created >> shift & 0xff));
	(void)it_buf_add_byte(out, (char)algorithm);
	if (algorithm == IT_PGP_EDDSA) {
		(void)it_buf_add(out, ed25519_oid, sizeof ed25519_oid - 1);
		(void)it_buf_add(out, "\x01\x07\x40", 3); /* 263 bits */
		(void)it_buf_add_span(out, it_buf_span(&part->numbers[0]));
		return;
	}
	for (size_t i = 0; part->kind->names[i]; i++)
		add_mpi(out, it_buf_span(&part->numbers[i]));
}

static bool has_fingerprint(const struct it_pgp_part *part, unsigned algorithm)
{
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(BODY_MAX);
	unsigned char fingerprint[IT_PGP_FINGERPRINT_SIZE];
	char id[IT_PGP_ID_SIZE];

	add_body(&body, part, algorithm);
	if (body.failed || !it_pgp_fingerprint(fingerprint, it_buf_span(&body)))
		return false;
	print_id(id, fingerprint);
	return it_streq(id, part->id);
}

int it_pgp_part_read(struct it_pgp_part *out, struct it_span body, struct intoto_error **err)
{
	unsigned char fingerprint[IT_PGP_FINGERPRINT_SIZE];
	struct it_span rest = body;
	unsigned version = 0;
	uint32_t created = 0;
	int rc;

	*out = (struct it_pgp_part){ 0 };
	if (!it_pgp_take_byte(&rest, &version))
		return it_err_set(err, INTOTO_E_FORMAT, "the key is empty");
	if (version != V4)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "a key of version %u, want %d",
				  version, V4);
	if (!it_pgp_take_u32(&rest, &created) || !it_pgp_take_byte(&rest, &out->algorithm) ||
	    !it_pgp_fingerprint(fingerprint, body))
		return it_err_set(err, INTOTO_E_FORMAT, "the key ends too early, or is too long");
	print_id(out->id, fingerprint);
	out->has_created = true;
	out->created = created;
	out->kind = it_pgp_kind_of_algorithm(out->algorithm);
	if (!out->kind)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "a key of %s (%u), want RSA, DSA or EdDSA",
				  it_pgp_algorithm_name(out->algorithm), out->algorithm);
	rc = read_numbers(out, rest, err);
	/* Else the key object that we would write of it had another fingerprint. */
	if (!rc && !has_fingerprint(out, out->algorithm))
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"the numbers of the key have leading zeros (RFC 9580 section 3.2)");
	return rc ? rc : make_material(out, err);
}

/* The id of a key that says when it was made is its fingerprint, or a lie. */
static int check_id(struct it_pgp_part *part, struct intoto_error **err)
{
	part->algorithm = part->kind->algorithm;
	if (!part->has_created || has_fingerprint(part, part->algorithm))
		return INTOTO_OK;
	if (part->algorithm == IT_PGP_RSA && has_fingerprint(part, IT_PGP_RSA_SIGN_ONLY)) {
		part->algorithm = IT_PGP_RSA_SIGN_ONLY;
		return INTOTO_OK;
	}
	return it_err_set(err, INTOTO_E_KEY, "keyid: is not the fingerprint of this key");
}

int it_pgp_part_settle(struct it_pgp_part *part, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (part->created < 0 || part->created > UINT32_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "creation_time: want 0 to %ju",
				  (uintmax_t)UINT32_MAX);
	if (part->kind->algorithm == IT_PGP_EDDSA && part->numbers[0].len != EDDSA_HALF)
		return it_err_set(err, INTOTO_E_FORMAT, "keyval.public.q: want %d bytes, found %zu",
				  EDDSA_HALF, part->numbers[0].len);
	rc = check_id(part, err);
	return rc ? rc : make_material(part, err);
}

/* --- verifying --- */

static const struct {
	unsigned hash;
	const char *name;
	const EVP_MD *(*md)(void);
} hashes[] = {
	{ 2, "SHA-1", EVP_sha1 },      { 8, "SHA-256", EVP_sha256 },  { 9, "SHA-384", EVP_sha384 },
	{ 10, "SHA-512", EVP_sha512 }, { 11, "SHA-224", EVP_sha224 },
};

const char *it_pgp_hash_name(unsigned hash)
{
	for (size_t i = 0; i < IT_COUNT_OF(hashes); i++)
		if (hashes[i].hash == hash)
			return hashes[i].name;
	return NULL;
}

static const EVP_MD *md_of(unsigned hash)
{
	for (size_t i = 0; i < IT_COUNT_OF(hashes); i++)
		if (hashes[i].hash == hash)
			return hashes[i].md();
	return NULL;
}

struct digested {
	unsigned char bytes[IT_PGP_DIGEST_MAX];
	unsigned len;
};

/* The content, the hashed part, and its length behind a mark (section 5.2.4). */
static bool hash_content(struct digested *out, const EVP_MD *md, struct it_pgp_content content,
			 struct it_span hashed)
{
	IT_AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const unsigned char trailer[] = { V4,
					  TRAILER,
					  (unsigned char)(hashed.len >> 24),
					  (unsigned char)(hashed.len >> 16),
					  (unsigned char)(hashed.len >> 8),
					  (unsigned char)hashed.len };
	bool good = ctx && EVP_DigestInit_ex(ctx, md, NULL) == 1;

	for (size_t i = 0; good && i < content.count; i++)
		good = EVP_DigestUpdate(ctx, content.items[i].data, content.items[i].len) == 1;
	return good && EVP_DigestUpdate(ctx, hashed.data, hashed.len) == 1 &&
	       EVP_DigestUpdate(ctx, trailer, sizeof trailer) == 1 &&
	       EVP_DigestFinal_ex(ctx, out->bytes, &out->len) == 1;
}

/* RFC 8017 section 8.2.2 wants as many bytes as the modulus has; a number has no leading zeros. */
static bool verify_rsa(const struct it_pgp_part *part, const EVP_MD *md,
		       const struct digested *digest, struct it_span value)
{
	EVP_PKEY *pkey = part->material->pkey;
	IT_AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	size_t size = (size_t)EVP_PKEY_get_size(pkey);
	unsigned char padded[RSA_BYTES_MAX] = { 0 };

	if (!ctx || !value.len || size > sizeof padded || value.len > size)
		return false;
	memcpy(padded + size - value.len, value.data, value.len);
	return EVP_PKEY_verify_init(ctx) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	       EVP_PKEY_verify(ctx, padded, size, digest->bytes, digest->len) == 1;
}

static bool verify_dsa(const struct it_pgp_part *part, const struct digested *digest,
		       struct it_span value)
{
	IT_AUTO(EVP_PKEY_CTX_freep)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(part->material->pkey, NULL);

	return ctx && value.len && EVP_PKEY_verify_init(ctx) == 1 &&
	       EVP_PKEY_verify(ctx, (const unsigned char *)value.data, value.len, digest->bytes,
			       digest->len) == 1;
}

int it_pgp_part_verify(const struct it_pgp_part *part, const struct it_pgp_signature *signature,
		       struct it_span value, struct it_pgp_content content,
		       struct intoto_error **err)
{
	IT_EVP_SESSION;
	const EVP_MD *md = md_of(signature->hash);
	struct digested digest = { 0 };
	bool good = false;

	if (!md)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "its digest algorithm (%u) is not one that is known here",
				  signature->hash);
	if (!hash_content(&digest, md, content, signature->hashed))
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash");
	if (it_pgp_kind_of_algorithm(signature->algorithm) != part->kind)
		return it_err_set(err, INTOTO_E_UNTRUSTED, "it was made by a key of another kind");
	if (part->kind->algorithm == IT_PGP_RSA)
		good = verify_rsa(part, md, &digest, value);
	else if (part->kind->algorithm == IT_PGP_DSA)
		good = verify_dsa(part, &digest, value);
	else if (value.len == EDDSA_SIZE)
		good = it_key_verify(part->material, it_span(digest.bytes, digest.len), value,
				     NULL) == INTOTO_OK;
	if (!good)
		return it_err_set(err, INTOTO_E_UNTRUSTED, "it does not verify");
	return INTOTO_OK;
}

/* --- numbers of a packet --- */

static void add_padded(struct it_buf *out, struct it_span number, size_t size)
{
	for (size_t i = number.len; i < size; i++)
		(void)it_buf_add_byte(out, 0); /* all sticky */
	(void)it_buf_add_span(out, number);
}

static void add_der_integer(struct it_buf *out, struct it_span number)
{
	bool high = !number.len || (unsigned char)number.data[0] & 0x80;

	(void)it_buf_add_byte(out, 2); /* INTEGER; all sticky */
	(void)it_buf_add_byte(out, (char)(number.len + high));
	if (high)
		(void)it_buf_add_byte(out, 0);
	(void)it_buf_add_span(out, number);
}

static void add_dsa(struct it_buf *out, struct it_span r, struct it_span s)
{
	IT_AUTO(it_buf_done) struct it_buf inside = IT_BUF(DER_MAX);

	add_der_integer(&inside, r);
	add_der_integer(&inside, s);
	(void)it_buf_add_byte(out, 0x30); /* SEQUENCE; all sticky */
	(void)it_buf_add_byte(out, (char)inside.len);
	(void)it_buf_add_span(out, it_buf_span(&inside));
}

int it_pgp_value(struct it_buf *out, const struct it_pgp_signature *signature,
		 struct intoto_error **err)
{
	const struct it_pgp_kind *kind = it_pgp_kind_of_algorithm(signature->algorithm);
	struct it_span rest = signature->numbers;
	struct it_span r = { 0 };
	struct it_span s = { 0 };
	bool two = kind && kind->algorithm != IT_PGP_RSA;
	size_t most = two ? DSA_HALF_MAX : RSA_BYTES_MAX;

	_Static_assert(DSA_HALF_MAX == (int)EDDSA_HALF, "one bound for both");
	if (!kind)
		return it_err_set(
			err, INTOTO_E_UNSUPPORTED, "it is of %s (%u), want RSA, DSA or EdDSA",
			it_pgp_algorithm_name(signature->algorithm), signature->algorithm);
	if (!it_pgp_take_number(&rest, &r) || (two && !it_pgp_take_number(&rest, &s)) || rest.len ||
	    r.len > most || s.len > most)
		return it_err_set(err, INTOTO_E_FORMAT, "its numbers are malformed");
	if (kind->algorithm == IT_PGP_DSA) {
		add_dsa(out, r, s);
	} else if (two) {
		add_padded(out, r, EDDSA_HALF);
		add_padded(out, s, EDDSA_HALF);
	} else {
		(void)it_buf_add_span(out, r); /* sticky */
	}
	return it_buf_check(out, "signature", err);
}
