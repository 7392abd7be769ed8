/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and DSA keys from their numbers.  DSA only ever verifies: 2048 to 4096 bits, so that a
 * hostile modulus costs no more than an RSA key's.
 */
#include "crypto/openpgp_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "crypto/evp_key.h"
#include "crypto/scheme.h"

IT_DEFINE_AUTO(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free);
IT_DEFINE_AUTO(OSSL_PARAM, OSSL_PARAM_free);

enum { DSA_BITS_MIN = 2048, DSA_BITS_MAX = 4096, NUMBERS_MAX = 4 };

struct numbers {
	BIGNUM *items[NUMBERS_MAX];
};

static void numbers_done(struct numbers *numbers)
{
	for (size_t i = 0; i < NUMBERS_MAX; i++)
		BN_free(numbers->items[i]);
}

/* NULL when libcrypto cannot. */
static EVP_PKEY *make(const char *kind, struct numbers *numbers, const char *const *names)
{
	IT_AUTO(OSSL_PARAM_BLD_freep) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	IT_AUTO(EVP_PKEY_CTX_freep)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	IT_AUTO(OSSL_PARAM_freep) OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	bool good = builder && ctx;

	for (size_t i = 0; good && names[i]; i++)
		good = OSSL_PARAM_BLD_push_BN(builder, names[i], numbers->items[i]) == 1;
	if (good)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (!params || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return NULL;
	return pkey;
}

static int read_numbers(struct numbers *out, const struct it_buf *bytes, const char *const *names,
			struct intoto_error **err)
{
	for (size_t i = 0; names[i]; i++) {
		out->items[i] =
			BN_bin2bn((const unsigned char *)bytes[i].data, (int)bytes[i].len, NULL);
		if (!out->items[i])
			return it_err_nomem(err);
	}
	return INTOTO_OK;
}

static int refuse(const char *kind, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_KEY, "libcrypto does not take the numbers for a key of %s",
			  kind);
}

int it_pgp_rsa_key(struct intoto_key *key, const struct it_buf *bytes, struct intoto_error **err)
{
	IT_EVP_SESSION;
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, NULL };
	IT_AUTO(numbers_done) struct numbers numbers = { 0 };
	EVP_PKEY *pkey;
	int rc = read_numbers(&numbers, bytes, names, err);

	if (rc)
		return rc;
	pkey = make("RSA", &numbers, names);
	return pkey ? it_evp_adopt(key, pkey, false, err) : refuse("RSA", err);
}

/* Has no scheme of in-toto's: the material of an OpenPGP key, and nothing else. */
static const struct it_scheme dsa_material = {
	.name = "dsa",
	.keytype = "dsa",
	.form = &it_evp_form,
};

static int check_dsa(const struct numbers *numbers, struct intoto_error **err)
{
	const BIGNUM *p = numbers->items[0];
	int p_bits = BN_num_bits(p);
	int q_bits = BN_num_bits(numbers->items[1]);

	if (p_bits < DSA_BITS_MIN || p_bits > DSA_BITS_MAX)
		return it_err_set(err, INTOTO_E_KEY, "a DSA key of %d bits, want %d to %d", p_bits,
				  DSA_BITS_MIN, DSA_BITS_MAX);
	if (q_bits != 224 && q_bits != 256) /* FIPS 186-4 section 4.2 */
		return it_err_set(err, INTOTO_E_KEY,
				  "a DSA key whose q has %d bits, want 224 or 256", q_bits);
	for (size_t i = 2; i < NUMBERS_MAX; i++) /* 1 < g, y < p: with 1 anybody could sign */
		if (BN_is_zero(numbers->items[i]) || BN_is_one(numbers->items[i]) ||
		    BN_cmp(numbers->items[i], p) >= 0)
			return it_err_set(err, INTOTO_E_KEY, "an impossible DSA key");
	return INTOTO_OK;
}

int it_pgp_dsa_key(struct intoto_key *key, const struct it_buf *bytes, struct intoto_error **err)
{
	IT_EVP_SESSION;
	static const char *const names[] = { OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q,
					     OSSL_PKEY_PARAM_FFC_G, OSSL_PKEY_PARAM_PUB_KEY, NULL };
	IT_AUTO(numbers_done) struct numbers numbers = { 0 };
	int rc = read_numbers(&numbers, bytes, names, err);

	if (!rc)
		rc = check_dsa(&numbers, err);
	if (rc)
		return rc;
	key->scheme = &dsa_material;
	key->pkey = make("DSA", &numbers, names);
	return key->pkey ? INTOTO_OK : refuse("DSA", err);
}
