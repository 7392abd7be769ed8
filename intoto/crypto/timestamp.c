/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps, through libcrypto's TS functions. */
#include "crypto/timestamp.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "crypto/certificate_part.h"
#include "crypto/der.h"
#include "crypto/digest.h"

IT_DEFINE_AUTO(PKCS7, PKCS7_free);
IT_DEFINE_AUTO(TS_RESP, TS_RESP_free);
IT_DEFINE_AUTO(TS_TST_INFO, TS_TST_INFO_free);
IT_DEFINE_AUTO(X509, X509_free);

/* RFC 3161 section 2.4.2 */
enum { GRANTED = 0, GRANTED_WITH_MODS = 1 };

static int refuse(struct intoto_error **err, const char *why)
{
	return it_err_set(err, INTOTO_E_UNTRUSTED, "the timestamp %s", why);
}

/* --- reading --- */

/* A ContentInfo begins with an OID, a TimeStampResp with a SEQUENCE. */
static bool is_response(struct it_span der)
{
	struct it_span inside;
	struct it_span status;

	return it_der_take(&der, IT_DER_SEQUENCE, &inside) &&
	       it_der_take(&inside, IT_DER_SEQUENCE, &status);
}

static int unwrap(PKCS7 **out, struct it_span der, struct intoto_error **err)
{
	const unsigned char *at = (const unsigned char *)der.data;
	IT_AUTO(TS_RESP_freep) TS_RESP *response = d2i_TS_RESP(NULL, &at, (long)der.len);
	PKCS7 *token;
	long number;

	if (!response || at != (const unsigned char *)der.data + der.len)
		return refuse(err, "is no RFC 3161 response");
	number = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)));
	token = TS_RESP_get_token(response);
	if ((number != GRANTED && number != GRANTED_WITH_MODS) || !token)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the timestamp was not granted (status %ld)", number);
	*out = PKCS7_dup(token);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int read_token(PKCS7 **out, struct it_span der, struct intoto_error **err)
{
	const unsigned char *at = (const unsigned char *)der.data;

	if (!der.len || der.len > IT_TIMESTAMP_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "the timestamp has %zu bytes, want 1 to %d",
				  der.len, IT_TIMESTAMP_MAX);
	if (is_response(der))
		return unwrap(out, der, err);
	*out = d2i_PKCS7(NULL, &at, (long)der.len);
	if (*out && at == (const unsigned char *)der.data + der.len)
		return INTOTO_OK;
	return refuse(err, "is no RFC 3161 token");
}

static bool is_strong(int nid)
{
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

/* --- what it says --- */

static int check_imprint(const TS_TST_INFO *info, struct it_span data, struct intoto_error **err)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint((TS_TST_INFO *)(uintptr_t)info);
	const ASN1_OBJECT *oid = NULL;
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	int nid;

	X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	nid = OBJ_obj2nid(oid);
	if (!is_strong(nid))
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the timestamp hashes with %s, want SHA-256, SHA-384 or SHA-512",
				  nid == NID_undef ? "an unknown digest" : OBJ_nid2sn(nid));
	if (EVP_Digest(data.data, data.len, digest, &len, EVP_get_digestbynid(nid), NULL) != 1)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash");
	if (!it_span_eq(it_span(digest, len),
			it_span(ASN1_STRING_get0_data(said), (size_t)ASN1_STRING_length(said))))
		return refuse(err, "is over other bytes than these");
	return INTOTO_OK;
}

static int read_info(int64_t *time, PKCS7 *token, struct it_span data, struct intoto_error **err)
{
	IT_AUTO(TS_TST_INFO_freep) TS_TST_INFO *info = NULL;

	if (PKCS7_type_is_signed(token))
		info = PKCS7_to_TS_TST_INFO(token);
	if (!info || TS_TST_INFO_get_version(info) != 1)
		return refuse(err, "is no RFC 3161 token");
	if (!it_x509_time(time, TS_TST_INFO_get_time(info)))
		return refuse(err, "has no time");
	return check_imprint(info, data, err);
}

static int print_token(struct it_buf *out, PKCS7 *token, struct intoto_error **err)
{
	unsigned char *der = NULL;
	int len = i2d_PKCS7(token, &der);

	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write a token");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_free(der);
	return it_buf_check(out, "timestamp", err);
}

int it_timestamp_read(int64_t *time, struct it_buf *token, struct it_span timestamp,
		      struct it_span data, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS7_freep) PKCS7 *read = NULL;
	int rc = read_token(&read, timestamp, err);

	if (!rc)
		rc = read_info(time, read, data, err);
	if (rc || !token)
		return rc;
	return print_token(token, read, err);
}

/* --- who made it --- */

/* Exactly one purpose, and critical (RFC 3161 section 2.3). */
static int check_purpose(const X509 *signer, struct intoto_error **err)
{
	int critical = -1;
	EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(signer, NID_ext_key_usage, &critical, NULL);
	bool good = critical == 1 && sk_ASN1_OBJECT_num(purposes) == 1 &&
		    OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes, 0)) == NID_time_stamp;

	EXTENDED_KEY_USAGE_free(purposes);
	return good ? INTOTO_OK
		    : refuse(err, "is by a certificate that is not for timestamps only (a critical "
				  "extendedKeyUsage with timeStamping and nothing else)");
}

static bool is_strongly_signed(PKCS7 *token)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(token);
	X509_ALGOR *digest = NULL;
	const ASN1_OBJECT *oid = NULL;

	if (sk_PKCS7_SIGNER_INFO_num(signers) != 1)
		return false;
	PKCS7_SIGNER_INFO_get0_algs(sk_PKCS7_SIGNER_INFO_value(signers, 0), NULL, &digest, NULL);
	X509_ALGOR_get0(&oid, NULL, NULL, digest);
	return is_strong(OBJ_obj2nid(oid));
}

/* When the first of them ends. */
static int64_t find_end(const STACK_OF(X509) * path)
{
	int64_t end = INT64_MAX;

	for (int i = 0; i < sk_X509_num(path); i++) {
		int64_t one = 0;

		if (!it_x509_time(&one, X509_get0_notAfter(sk_X509_value(path, i))))
			return 0;
		end = one < end ? one : end;
	}
	return end;
}

/* The signer's path once more, for the rules that libcrypto's TS code does not have. */
static int check_path(int64_t *until, X509 *signer, PKCS7 *token, X509_STORE *store, int64_t at,
		      struct intoto_error **err)
{
	IT_AUTO(X509_STORE_CTX_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int rc;

	if (!ctx || X509_STORE_CTX_init(ctx, store, signer, token->d.sign->cert) != 1)
		return it_err_nomem(err);
	if (X509_verify_cert(ctx) != 1)
		rc = it_x509_refuse_path(ctx, at, err);
	else
		rc = it_x509_check_issuers(X509_STORE_CTX_get0_chain(ctx), NID_time_stamp, err);
	if (!rc)
		*until = find_end(X509_STORE_CTX_get0_chain(ctx));
	return it_err_wrap(err, rc, "the timestamp's authority");
}

/* Whether the signer that the token names is one of its certificates, or a root itself. */
static X509 *find_signer(PKCS7 *token, const struct it_certificates *roots)
{
	PKCS7_ISSUER_AND_SERIAL *said =
		sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token), 0)->issuer_and_serial;
	X509 *found =
		X509_find_by_issuer_and_serial(token->d.sign->cert, said->issuer, said->serial);

	for (size_t i = 0; !found && i < roots->count; i++)
		if (X509_NAME_cmp(X509_get_issuer_name(roots->items[i].x509), said->issuer) == 0 &&
		    ASN1_INTEGER_cmp(X509_get0_serialNumber(roots->items[i].x509), said->serial) ==
			    0)
			found = roots->items[i].x509;
	return found;
}

static STACK_OF(X509) * stack_of(const struct it_certificates *certificates)
{
	STACK_OF(X509) *stack = sk_X509_new_reserve(NULL, (int)certificates->count + 1);

	for (size_t i = 0; stack && i < certificates->count; i++)
		(void)sk_X509_push(stack, certificates->items[i].x509); /* there is room */
	return stack;
}

/* The signature over the token and the certificate's hash in it (RFC 5035), by libcrypto. */
static int check_signature(PKCS7 *token, X509_STORE *store, const struct it_certificates *roots,
			   struct intoto_error **err)
{
	STACK_OF(X509) *more = stack_of(roots);
	IT_AUTO(X509_freep) X509 *signer = NULL;
	int good = more ? TS_RESP_verify_signature(token, more, store, &signer) : 0;

	sk_X509_free(more);
	return good == 1 ? INTOTO_OK : refuse(err, "does not verify: its signature is not good");
}

int it_timestamp_verify(int64_t *time, struct it_span timestamp, struct it_span data,
			const struct it_certificates *roots, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS7_freep) PKCS7 *token = NULL;
	IT_AUTO(X509_STORE_freep) X509_STORE *store = NULL;
	const X509 *signer;
	int64_t until = 0;
	int rc = read_token(&token, timestamp, err);

	if (!rc)
		rc = read_info(time, token, data, err);
	if (rc)
		return rc;
	if (!is_strongly_signed(token))
		return refuse(err, "is not signed once over SHA-256, SHA-384 or SHA-512");
	signer = find_signer(token, roots);
	if (!signer)
		return refuse(err, "does not carry the certificate of who made it");
	store = it_x509_store(roots, *time);
	if (!store)
		return it_err_nomem(err);
	rc = check_purpose(signer, err);
	if (!rc)
		rc = check_path(&until, (X509 *)(uintptr_t)signer, token, store, *time, err);
	return rc ? rc : check_signature(token, store, roots, err);
}

int it_timestamp_holds(int64_t *until, struct it_span timestamp,
		       const struct it_certificates *roots, int64_t at, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS7_freep) PKCS7 *token = NULL;
	IT_AUTO(X509_STORE_freep) X509_STORE *store = NULL;
	const X509 *signer;
	int rc = read_token(&token, timestamp, err);

	*until = 0;
	if (rc)
		return rc;
	if (!PKCS7_type_is_signed(token) || !is_strongly_signed(token))
		return refuse(err, "is not signed once over SHA-256, SHA-384 or SHA-512");
	signer = find_signer(token, roots);
	if (!signer)
		return refuse(err, "does not carry the certificate of who made it");
	store = it_x509_store(roots, at);
	if (!store)
		return it_err_nomem(err);
	return check_path(until, (X509 *)(uintptr_t)signer, token, store, at, err);
}

bool it_timestamp_is_sha512(struct it_span timestamp)
{
	IT_EVP_SESSION;
	IT_AUTO(PKCS7_freep) PKCS7 *token = NULL;
	IT_AUTO(TS_TST_INFO_freep) TS_TST_INFO *info = NULL;
	const ASN1_OBJECT *oid = NULL;

	if (read_token(&token, timestamp, NULL) || !PKCS7_type_is_signed(token))
		return false;
	info = PKCS7_to_TS_TST_INFO(token);
	if (!info)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL,
			TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info)));
	return OBJ_obj2nid(oid) == NID_sha512;
}

/* --- asking for one --- */

IT_DEFINE_AUTO(TS_REQ, TS_REQ_free);
IT_DEFINE_AUTO(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free);
IT_DEFINE_AUTO(X509_ALGOR, X509_ALGOR_free);

static bool fill_request(TS_REQ *request, TS_MSG_IMPRINT *imprint, X509_ALGOR *algorithm,
			 struct it_span data)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	/* TS_MSG_IMPRINT_set_algo and TS_REQ_set_msg_imprint copy. */
	return EVP_Digest(data.data, data.len, digest, &len, EVP_sha512(), NULL) == 1 &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha512), V_ASN1_NULL, NULL) == 1 &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	       TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len) == 1 &&
	       TS_REQ_set_version(request, 1) == 1 &&
	       TS_REQ_set_msg_imprint(request, imprint) == 1 &&
	       TS_REQ_set_cert_req(request, 1) == 1;
}

int it_timestamp_request(struct it_buf *out, struct it_span data, struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(TS_REQ_freep) TS_REQ *request = TS_REQ_new();
	IT_AUTO(TS_MSG_IMPRINT_freep) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	IT_AUTO(X509_ALGOR_freep) X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char *der = NULL;
	int len;

	if (!request || !imprint || !algorithm)
		return it_err_nomem(err);
	len = fill_request(request, imprint, algorithm, data) ? i2d_TS_REQ(request, &der) : 0;
	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write a request");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_free(der);
	return it_buf_check(out, "request", err);
}
