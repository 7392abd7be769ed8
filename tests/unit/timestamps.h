/* SPDX-License-Identifier: Apache-2.0 */
/* A timestamp authority for tests, by libcrypto. */
#ifndef IT_TESTS_TIMESTAMPS_H
#define IT_TESTS_TIMESTAMPS_H

#include <openssl/ts.h>

#include "tests/unit/certificates.h"

#define TSA_RECIPE                                                                                 \
	{                                                                                          \
		.common_name = "tsa", .basic = "CA:FALSE", .usage = "critical,digitalSignature",   \
		.purpose = "critical,timeStamping", .from_day = -1000, .until_day = 1000           \
	}

static inline ASN1_INTEGER *stamp_serial(TS_RESP_CTX *ctx, void *data)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	(void)ctx;
	(void)data;
	made_must(serial && ASN1_INTEGER_set(serial, 7) == 1, "serial");
	return serial;
}

static inline int stamp_time(TS_RESP_CTX *ctx, void *data, long *seconds, long *microseconds)
{
	(void)ctx;
	*seconds = (long)*(const int64_t *)data;
	*microseconds = 0;
	return 1;
}

/* What the authority is asked for. */
static inline TS_REQ *stamp_request(struct it_span data, const EVP_MD *md, bool with_certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();

	made_must(request && imprint && algorithm, "memory");
	EVP_Digest(data.data, data.len, digest, &len, md, NULL);
	X509_ALGOR_set_md(algorithm, md);
	TS_MSG_IMPRINT_set_algo(imprint, algorithm);
	TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len);
	TS_REQ_set_version(request, 1);
	TS_REQ_set_msg_imprint(request, imprint);
	TS_REQ_set_cert_req(request, with_certificate);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return request;
}

struct stamp {
	struct it_span data;
	int64_t time;
	const EVP_MD *md;	   /* of the imprint; NULL: SHA-256 */
	const EVP_MD *signed_over; /* NULL: SHA-256 */
	bool without_certificate;
	bool bare; /* the token, not the response */
};

static inline TS_RESP_CTX *stamp_context(const struct stamp *stamp, const struct made *tsa,
					 int64_t *time)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);

	made_must(ctx && policy, "memory");
	TS_RESP_CTX_set_serial_cb(ctx, stamp_serial, NULL);
	TS_RESP_CTX_set_time_cb(ctx, stamp_time, time);
	made_must(TS_RESP_CTX_set_signer_cert(ctx, tsa->x509) == 1, "signer");
	TS_RESP_CTX_set_signer_key(ctx, tsa->key);
	TS_RESP_CTX_set_signer_digest(ctx, stamp->signed_over ? stamp->signed_over : EVP_sha256());
	TS_RESP_CTX_set_def_policy(ctx, policy);
	TS_RESP_CTX_add_md(ctx, EVP_sha1());
	TS_RESP_CTX_add_md(ctx, EVP_sha256());
	TS_RESP_CTX_add_md(ctx, EVP_sha384());
	TS_RESP_CTX_add_md(ctx, EVP_sha512());
	TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256());
	ASN1_OBJECT_free(policy);
	return ctx;
}

/* Appends a response (or bare token) in DER. */
static inline void make_stamp(struct it_buf *out, const struct stamp *stamp, const struct made *tsa)
{
	int64_t time = stamp->time;
	TS_RESP_CTX *ctx = stamp_context(stamp, tsa, &time);
	TS_REQ *request = stamp_request(stamp->data, stamp->md ? stamp->md : EVP_sha256(),
					!stamp->without_certificate);
	BIO *question = BIO_new(BIO_s_mem());
	TS_RESP *response;
	unsigned char *der = NULL;
	int len;

	made_must(i2d_TS_REQ_bio(question, request) == 1, "request");
	response = TS_RESP_create_response(ctx, question);
	made_must(response && TS_RESP_get_token(response), "response");
	len = stamp->bare ? i2d_PKCS7(TS_RESP_get_token(response), &der)
			  : i2d_TS_RESP(response, &der);
	made_must(len > 0 && it_buf_add(out, der, (size_t)len) == 0, "DER");
	OPENSSL_free(der);
	TS_RESP_free(response);
	BIO_free(question);
	TS_REQ_free(request);
	TS_RESP_CTX_free(ctx);
}

#endif
