/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a key of a set and verifying with it. */
#include "attestors/ci/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "attestors/source/text.h"

enum {
	NUMBER_MAX = 4096, /* bytes of a number of a key */
	ED25519_SIZE = 32,
	ED25519_SIGNATURE_SIZE = 64,
};

struct jwk_algorithm {
	const char *name;   /* "alg" */
	const char *type;   /* "kty" that it wants */
	const char *curve;  /* "crv"; NULL: none */
	const char *group;  /* of libcrypto */
	const char *digest; /* NULL: the scheme has its own */
	size_t half;	    /* bytes of r and of s */
	bool pss;
	int (*verify)(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
		      struct jwk_bytes message, struct jwk_bytes signature,
		      struct intoto_error **err);
};

static void pkey_freep(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void pkey_ctx_freep(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}

static void md_ctx_freep(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

static void bn_freep(BIGNUM **number)
{
	BN_free(*number);
}

static void build_freep(OSSL_PARAM_BLD **build)
{
	OSSL_PARAM_BLD_free(*build);
}

static void params_freep(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

static void ecdsa_freep(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

/* --- numbers and keys --- */

/* A member in base64url. */
static int read_bytes(struct at_buf *out, const struct intoto_value *key, const char *name,
		      struct intoto_error **err)
{
	const char *text = intoto_value_text(intoto_value_get(key, name));
	size_t len = 0;

	while (text && text[len])
		len++;
	if (!len || !at_base64url(out, text, len) || !out->len)
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "the key's member %s is not there or no base64url",
					    name);
	return INTOTO_OK;
}

static int read_number(BIGNUM **out, const struct intoto_value *key, const char *name,
		       struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf bytes = { .max = NUMBER_MAX };
	int rc = read_bytes(&bytes, key, name, err);

	if (rc)
		return rc;
	*out = BN_bin2bn((const unsigned char *)bytes.data, (int)bytes.len, NULL);
	return *out ? INTOTO_OK : intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static EVP_PKEY *key_of(const char *type, OSSL_PARAM *params)
{
	AT_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		return NULL;
	return key;
}

static int check_rsa(const BIGNUM *n, const BIGNUM *e, struct intoto_error **err)
{
	int bits = BN_num_bits(n);

	if (bits < JWK_RSA_BITS_MIN || bits > JWK_RSA_BITS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "an RSA key of %d bits, want %d to %d", bits,
					    JWK_RSA_BITS_MIN, JWK_RSA_BITS_MAX);
	/* a large exponent costs time, and 1 verifies everything */
	if (BN_num_bits(e) > 64 || BN_num_bits(e) < 2 || !BN_is_odd(e) || !BN_is_odd(n))
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "an RSA key with a strange exponent");
	return INTOTO_OK;
}

static int rsa_key(EVP_PKEY **out, const struct intoto_value *key, struct intoto_error **err)
{
	AT_AUTO(bn_freep) BIGNUM *n = NULL;
	AT_AUTO(bn_freep) BIGNUM *e = NULL;
	AT_AUTO(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	AT_AUTO(params_freep) OSSL_PARAM *params = NULL;
	int rc = read_number(&n, key, "n", err);

	if (!rc)
		rc = read_number(&e, key, "e", err);
	if (!rc)
		rc = check_rsa(n, e, err);
	if (rc)
		return rc;
	if (build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(build);
	*out = key_of("RSA", params);
	return *out ? INTOTO_OK
		    : intoto_attestor_fail(err, INTOTO_E_KEY, "the RSA key cannot be used");
}

/* The point in the form that has no compression (SEC 1 section 2.3.3). */
static int read_point(struct at_buf *out, const struct intoto_value *key, size_t half,
		      struct intoto_error **err)
{
	static const char *const names[] = { "x", "y" };
	int rc = INTOTO_OK;

	at_buf_add(out, "\x04", 1);
	for (size_t i = 0; !rc && i < 2; i++) {
		AT_AUTO(at_buf_done) struct at_buf bytes = { .max = NUMBER_MAX };

		rc = read_bytes(&bytes, key, names[i], err);
		/* RFC 7518 section 6.2.1.2: the full size, whatever the value */
		if (!rc && bytes.len != half)
			rc = intoto_attestor_fail(err, INTOTO_E_KEY,
						  "the key's member %s has %zu bytes, want %zu",
						  names[i], bytes.len, half);
		if (!rc)
			at_buf_add(out, bytes.data, bytes.len);
	}
	if (!rc && out->failed)
		rc = intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	return rc;
}

static int ec_key(EVP_PKEY **out, const struct intoto_value *key,
		  const struct jwk_algorithm *algorithm, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf point = { .max = NUMBER_MAX };
	AT_AUTO(build_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	AT_AUTO(params_freep) OSSL_PARAM *params = NULL;
	AT_AUTO(pkey_ctx_freep) EVP_PKEY_CTX *check = NULL;
	int rc = read_point(&point, key, algorithm->half, err);

	if (rc)
		return rc;
	if (build &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, algorithm->group,
					    0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len))
		params = OSSL_PARAM_BLD_to_param(build);
	*out = key_of("EC", params);
	if (*out)
		check = EVP_PKEY_CTX_new_from_pkey(NULL, *out, NULL);
	if (check && EVP_PKEY_public_check(check) == 1)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_KEY, "the point of the key is not on %s",
				    algorithm->curve);
}

/* --- signatures --- */

static int untrusted(const struct jwk_algorithm *algorithm, struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_UNTRUSTED, "its %s signature is not good",
				    algorithm->name);
}

static int check(EVP_PKEY *key, const struct jwk_algorithm *algorithm, struct jwk_bytes message,
		 struct jwk_bytes signature, struct intoto_error **err)
{
	AT_AUTO(md_ctx_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	bool ready = ctx && EVP_DigestVerifyInit_ex(ctx, &options, algorithm->digest, NULL, NULL,
						    key, NULL) == 1;

	/* RFC 7518 section 3.5: the salt is as long as the digest, MGF1 uses the same one */
	if (ready && algorithm->pss)
		ready = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) > 0;
	if (!ready)
		return intoto_attestor_fail(err, INTOTO_E_KEY, "the key cannot be used for %s",
					    algorithm->name);
	if (EVP_DigestVerify(ctx, (const unsigned char *)signature.data, signature.len,
			     (const unsigned char *)message.data, message.len) == 1)
		return INTOTO_OK;
	return untrusted(algorithm, err);
}

static int verify_rsa(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
		      struct jwk_bytes message, struct jwk_bytes signature,
		      struct intoto_error **err)
{
	AT_AUTO(pkey_freep) EVP_PKEY *material = NULL;
	int rc = rsa_key(&material, key, err);

	return rc ? rc : check(material, algorithm, message, signature, err);
}

/* r and s one behind the other (RFC 7518 section 3.4), as DER for libcrypto. */
static int der_of(unsigned char **out, int *len, const struct jwk_algorithm *algorithm,
		  struct jwk_bytes signature, struct intoto_error **err)
{
	const unsigned char *bytes = (const unsigned char *)signature.data;
	AT_AUTO(ecdsa_freep) ECDSA_SIG *pair = ECDSA_SIG_new();
	AT_AUTO(bn_freep) BIGNUM *r = NULL;
	AT_AUTO(bn_freep) BIGNUM *s = NULL;

	if (signature.len != 2 * algorithm->half)
		return untrusted(algorithm, err);
	r = BN_bin2bn(bytes, (int)algorithm->half, NULL);
	s = BN_bin2bn(bytes + algorithm->half, (int)algorithm->half, NULL);
	if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s))
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	r = s = NULL; /* now the pair's */
	*len = i2d_ECDSA_SIG(pair, out);
	return *len > 0 ? INTOTO_OK : untrusted(algorithm, err);
}

static void openssl_freep(unsigned char **bytes)
{
	OPENSSL_free(*bytes);
}

static int verify_ecdsa(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
			struct jwk_bytes message, struct jwk_bytes signature,
			struct intoto_error **err)
{
	AT_AUTO(pkey_freep) EVP_PKEY *material = NULL;
	AT_AUTO(openssl_freep) unsigned char *der = NULL;
	int len = 0;
	int rc = ec_key(&material, key, algorithm, err);

	if (!rc)
		rc = der_of(&der, &len, algorithm, signature, err);
	if (rc)
		return rc;
	return check(material, algorithm, message,
		     (struct jwk_bytes){ (const char *)der, (size_t)len }, err);
}

static int verify_eddsa(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
			struct jwk_bytes message, struct jwk_bytes signature,
			struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf bytes = { .max = NUMBER_MAX };
	AT_AUTO(pkey_freep) EVP_PKEY *material = NULL;
	int rc = read_bytes(&bytes, key, "x", err);

	if (rc)
		return rc;
	if (bytes.len != ED25519_SIZE)
		return intoto_attestor_fail(err, INTOTO_E_KEY,
					    "the key's member x has %zu bytes, want %d", bytes.len,
					    ED25519_SIZE);
	if (signature.len != ED25519_SIGNATURE_SIZE)
		return untrusted(algorithm, err);
	material = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
						  (const unsigned char *)bytes.data, bytes.len);
	if (!material)
		return intoto_attestor_fail(err, INTOTO_E_KEY, "the Ed25519 key cannot be used");
	return check(material, algorithm, message, signature, err);
}

/* RFC 7518 section 3.1 without HMAC and "none"; RFC 8037 section 3.1 with Ed25519 alone. */
static const struct jwk_algorithm algorithms[] = {
	{ "ES256", "EC", "P-256", "prime256v1", "SHA256", 32, false, verify_ecdsa },
	{ "ES384", "EC", "P-384", "secp384r1", "SHA384", 48, false, verify_ecdsa },
	{ "ES512", "EC", "P-521", "secp521r1", "SHA512", 66, false, verify_ecdsa },
	{ "EdDSA", "OKP", "Ed25519", NULL, NULL, 0, false, verify_eddsa },
	{ "Ed25519", "OKP", "Ed25519", NULL, NULL, 0, false, verify_eddsa }, /* RFC 9864 */
	{ "PS256", "RSA", NULL, NULL, "SHA256", 0, true, verify_rsa },
	{ "PS384", "RSA", NULL, NULL, "SHA384", 0, true, verify_rsa },
	{ "PS512", "RSA", NULL, NULL, "SHA512", 0, true, verify_rsa },
	{ "RS256", "RSA", NULL, NULL, "SHA256", 0, false, verify_rsa },
	{ "RS384", "RSA", NULL, NULL, "SHA384", 0, false, verify_rsa },
	{ "RS512", "RSA", NULL, NULL, "SHA512", 0, false, verify_rsa },
};

const struct jwk_algorithm *jwk_algorithm_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof algorithms / sizeof *algorithms; i++)
		if (intoto_text_same(algorithms[i].name, name))
			return &algorithms[i];
	return NULL;
}

int jwk_verify(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
	       struct jwk_bytes message, struct jwk_bytes signature, struct intoto_error **err)
{
	return algorithm->verify(key, algorithm, message, signature, err);
}

/* --- which key --- */

/* Whether a member, where it is there, is that text. */
static bool says(const struct intoto_value *key, const char *name, const char *want)
{
	const struct intoto_value *value = intoto_value_get(key, name);

	return !value || intoto_text_same(intoto_value_text(value), want);
}

static bool may_verify(const struct intoto_value *key)
{
	const struct intoto_value *operations = intoto_value_get(key, "key_ops");

	if (!says(key, "use", "sig"))
		return false;
	if (!operations)
		return true;
	for (size_t i = 0; i < intoto_value_count(operations); i++)
		if (intoto_text_same(intoto_value_text(intoto_value_at(operations, i)), "verify"))
			return true;
	return false;
}

static bool fits(const struct intoto_value *key, const struct jwk_algorithm *algorithm,
		 const char *kid)
{
	if (intoto_value_kind(key) != INTOTO_VALUE_OBJECT || !intoto_value_get(key, "kty") ||
	    !says(key, "kty", algorithm->type) || !says(key, "alg", algorithm->name))
		return false;
	if (algorithm->curve &&
	    !intoto_text_same(intoto_value_text(intoto_value_get(key, "crv")), algorithm->curve))
		return false;
	if (kid && !intoto_text_same(intoto_value_text(intoto_value_get(key, "kid")), kid))
		return false;
	return may_verify(key);
}

int jwk_choose(const struct intoto_value **out, const struct intoto_value *set,
	       const struct jwk_algorithm *algorithm, const char *kid, struct intoto_error **err)
{
	const struct intoto_value *keys = intoto_value_get(set, "keys");
	size_t count = intoto_value_count(keys);

	*out = NULL;
	if (intoto_value_kind(set) != INTOTO_VALUE_OBJECT ||
	    intoto_value_kind(keys) != INTOTO_VALUE_LIST || !keys)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "want an object with the list \"keys\" (RFC 7517)");
	if (count > JWK_KEYS_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d keys", JWK_KEYS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct intoto_value *key = intoto_value_at(keys, i);

		if (!fits(key, algorithm, kid))
			continue;
		if (*out)
			return intoto_attestor_fail(err, INTOTO_E_KEY,
						    kid ? "two keys fit the token's kid"
							: "the token names no key (kid), and more "
							  "than one fits");
		*out = key;
	}
	if (*out)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_KEY, "no key for %s%s", algorithm->name,
				    kid ? " has the token's kid" : " is there");
}

/* --- names --- */

int jwk_sha256(char out[JWK_THUMBPRINT_SIZE], const void *data, size_t len,
	       struct intoto_error **err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (EVP_Digest(data, len, digest, &size, EVP_sha256(), NULL) != 1 || size != 32)
		return intoto_attestor_fail(err, INTOTO_E_INTERNAL, "SHA-256 is not available");
	at_hex(out, digest, size);
	return INTOTO_OK;
}

/* The members that make a key, sorted (RFC 7638 section 3.2, RFC 8037 section 2). */
static const struct {
	const char *type;
	const char *members[5];
} made_of[] = {
	{ "EC", { "crv", "kty", "x", "y", NULL } },
	{ "OKP", { "crv", "kty", "x", NULL, NULL } },
	{ "RSA", { "e", "kty", "n", NULL, NULL } },
};

int jwk_thumbprint(char out[JWK_THUMBPRINT_SIZE], const struct intoto_value *key,
		   struct intoto_error **err)
{
	const char *type = intoto_value_text(intoto_value_get(key, "kty"));
	AT_AUTO(at_buf_done) struct at_buf text = { .max = 4 * NUMBER_MAX };

	for (size_t i = 0; i < sizeof made_of / sizeof *made_of; i++) {
		if (!intoto_text_same(made_of[i].type, type))
			continue;
		for (const char *const *name = made_of[i].members; *name; name++) {
			const char *value = intoto_value_text(intoto_value_get(key, *name));

			at_buf_text(&text, text.len ? ",\"" : "{\"");
			at_buf_text(&text, *name);
			at_buf_text(&text, "\":\"");
			at_buf_text(&text, value ? value : "");
			at_buf_text(&text, "\"");
		}
	}
	at_buf_text(&text, "}");
	if (text.failed)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "the key is too large");
	return jwk_sha256(out, text.data, text.len, err);
}
