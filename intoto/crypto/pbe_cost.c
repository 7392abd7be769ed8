/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds on passphrase hashing: a key file is input like any other. */
#include "crypto/pbe_cost.h"

#include <stdint.h>

IT_DEFINE_AUTO(PBE2PARAM, PBE2PARAM_free);
IT_DEFINE_AUTO(PBKDF2PARAM, PBKDF2PARAM_free);
IT_DEFINE_AUTO(PBEPARAM, PBEPARAM_free);
IT_DEFINE_AUTO(SCRYPT_PARAMS, SCRYPT_PARAMS_free);

enum {
	ROUNDS_MAX = 10 * 1000 * 1000, /* a few seconds of PBKDF2 */
	SCRYPT_MAX = 1 << 22,	       /* N times r times p: about two seconds */
};

/* The parameters of an algorithm, when they are a SEQUENCE: their DER. */
static const ASN1_STRING *sequence_of(const X509_ALGOR *alg, int *nid)
{
	const ASN1_OBJECT *object = NULL;
	const void *value = NULL;
	int type = 0;

	X509_ALGOR_get0(&object, &type, &value, alg);
	*nid = OBJ_obj2nid(object);
	return type == V_ASN1_SEQUENCE ? value : NULL;
}

static int refuse_unknown(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "encrypted in a way that is not PBES2, PBES1 or PKCS12");
}

/* The largest of all for a number that is not there, negative or huge: every bound refuses it. */
static uint64_t number_of(const ASN1_INTEGER *integer)
{
	uint64_t value = 0;

	return integer && ASN1_INTEGER_get_uint64(&value, integer) == 1 ? value : UINT64_MAX;
}

static int check_rounds(const ASN1_INTEGER *rounds, struct intoto_error **err)
{
	if (number_of(rounds) > ROUNDS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "its passphrase is hashed more than %d times", ROUNDS_MAX);
	return INTOTO_OK;
}

static int check_pbkdf2(const ASN1_STRING *text, struct intoto_error **err)
{
	const unsigned char *at = ASN1_STRING_get0_data(text);
	IT_AUTO(PBKDF2PARAM_freep)
	PBKDF2PARAM *params = d2i_PBKDF2PARAM(NULL, &at, ASN1_STRING_length(text));

	return params ? check_rounds(params->iter, err) : refuse_unknown(err);
}

static int check_scrypt(const ASN1_STRING *text, struct intoto_error **err)
{
	const unsigned char *at = ASN1_STRING_get0_data(text);
	IT_AUTO(SCRYPT_PARAMS_freep)
	SCRYPT_PARAMS *params = d2i_SCRYPT_PARAMS(NULL, &at, ASN1_STRING_length(text));
	uint64_t n, r, p;

	if (!params)
		return refuse_unknown(err);
	n = number_of(params->costParameter);
	r = number_of(params->blockSize);
	p = number_of(params->parallelizationParameter);
	if (n > SCRYPT_MAX || r > SCRYPT_MAX || p > SCRYPT_MAX || n * r > SCRYPT_MAX ||
	    n * r * p > SCRYPT_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "its scrypt cost is over %d", SCRYPT_MAX);
	return INTOTO_OK;
}

static int check_pbes2(const ASN1_STRING *text, struct intoto_error **err)
{
	const unsigned char *at = ASN1_STRING_get0_data(text);
	IT_AUTO(PBE2PARAM_freep)
	PBE2PARAM *params = d2i_PBE2PARAM(NULL, &at, ASN1_STRING_length(text));
	const ASN1_STRING *inside;
	int nid = NID_undef;

	if (!params)
		return refuse_unknown(err);
	inside = sequence_of(params->keyfunc, &nid);
	if (inside && nid == NID_id_pbkdf2)
		return check_pbkdf2(inside, err);
	if (inside && nid == NID_id_scrypt)
		return check_scrypt(inside, err);
	return refuse_unknown(err);
}

int it_pbe_check_cost(const X509_ALGOR *alg, struct intoto_error **err)
{
	IT_AUTO(PBEPARAM_freep) PBEPARAM *params = NULL;
	const unsigned char *at;
	const ASN1_STRING *text;
	int nid = NID_undef;

	text = sequence_of(alg, &nid);
	if (!text)
		return refuse_unknown(err);
	if (nid == NID_pbes2)
		return check_pbes2(text, err);
	at = ASN1_STRING_get0_data(text);
	params = d2i_PBEPARAM(NULL, &at, ASN1_STRING_length(text));
	return params ? check_rounds(params->iter, err) : refuse_unknown(err);
}
