/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ec_spki.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "base/text.h"

enum { GROUP_MAX = 64, POINT_MAX = 133, UNCOMPRESSED = 4 /* SEC 1 section 2.3.3 */ };

/* What stands before the point: SEQUENCE { SEQUENCE { id-ecPublicKey, curve }, BIT STRING. */
#define EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"

static const struct curve {
	const char *group; /* libcrypto's name */
	struct it_span head;
	size_t point;
} curves[] = {
	{ "prime256v1",
	  { "\x30\x59\x30\x13" EC "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00", 26 },
	  65 },
	{ "secp384r1",
	  { "\x30\x76\x30\x10" EC "\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00", 23 },
	  97 },
	{ "secp521r1",
	  { "\x30\x81\x9b\x30\x10" EC "\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00", 25 },
	  133 },
};

static bool is_on(const struct curve *curve, struct it_span der)
{
	return der.len == curve->head.len + curve->point &&
	       it_span_eq(it_span(der.data, curve->head.len), curve->head) &&
	       der.data[curve->head.len] == UNCOMPRESSED;
}

static EVP_PKEY *make(const struct curve *curve, struct it_span point)
{
	IT_AUTO(EVP_PKEY_CTX_freep)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	unsigned char bytes[POINT_MAX];
	char group[GROUP_MAX];
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM parameters[3];

	/* libcrypto takes what it only reads as writable. */
	memcpy(bytes, point.data, point.len);
	memcpy(group, curve->group, strlen(curve->group) + 1);
	parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	parameters[1] =
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes, point.len);
	parameters[2] = OSSL_PARAM_construct_end();
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		return NULL;
	return pkey;
}

EVP_PKEY *it_ec_spki_read(struct it_span der)
{
	IT_EVP_SESSION;

	for (size_t i = 0; i < IT_COUNT_OF(curves); i++)
		if (is_on(&curves[i], der))
			return make(&curves[i],
				    it_span(der.data + curves[i].head.len, curves[i].point));
	return NULL;
}

static const struct curve *curve_of(const EVP_PKEY *pkey)
{
	char group[GROUP_MAX] = "";

	if (!EVP_PKEY_is_a(pkey, "EC") ||
	    EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) != 1)
		return NULL;
	for (size_t i = 0; i < IT_COUNT_OF(curves); i++)
		if (it_streq(group, curves[i].group))
			return &curves[i];
	return NULL;
}

bool it_ec_spki_write(struct it_buf *out, const EVP_PKEY *pkey)
{
	IT_EVP_SESSION;
	const struct curve *curve = curve_of(pkey);
	unsigned char point[POINT_MAX];
	size_t len = 0;

	if (!curve ||
	    EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point,
					    &len) != 1 ||
	    len != curve->point || point[0] != UNCOMPRESSED)
		return false;
	(void)it_buf_add_span(out, curve->head); /* sticky */
	(void)it_buf_add(out, point, len);	 /* sticky */
	return true;
}
