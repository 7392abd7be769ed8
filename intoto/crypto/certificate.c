/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: read, listed, shown, and their keys. */
#include "crypto/certificate.h"

#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/certificate_part.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/pem.h"
#include "crypto/signer.h"

enum { DER_VERSION = 0xa0, SUBJECT_MAX = 1024 };

static const char rsa_oid[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"; /* rsaEncryption */
static const char ec_oid[] = "\x2a\x86\x48\xce\x3d\x02\x01";	      /* id-ecPublicKey */
static const char ed25519_oid[] = "\x2b\x65\x70";		      /* id-Ed25519 */

/* --- lists --- */

void it_certificates_done(struct it_certificates *certificates)
{
	for (size_t i = 0; i < certificates->count; i++)
		X509_free(certificates->items[i].x509);
	free(certificates->items);
	*certificates = (struct it_certificates){ 0 };
}

/* Takes x509, also on failure. */
static int append(struct it_certificates *out, X509 *x509, struct intoto_error **err)
{
	struct it_certificate *items = reallocarray(out->items, out->count + 1, sizeof *items);

	if (!items) {
		X509_free(x509);
		return it_err_nomem(err);
	}
	out->items = items;
	items[out->count++].x509 = x509;
	return INTOTO_OK;
}

int it_certificates_share(struct it_certificates *out, const struct it_certificates *from,
			  size_t first, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = first; !rc && i < from->count; i++) {
		(void)X509_up_ref(from->items[i].x509); /* fails for no object only */
		rc = append(out, from->items[i].x509, err);
	}
	return rc;
}

bool it_certificate_der_is_root(struct it_span der)
{
	const unsigned char *at = (const unsigned char *)der.data;
	X509 *x509 = der.len <= IT_CERTIFICATE_DER_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
	EVP_PKEY *key = x509 ? X509_get0_pubkey(x509) : NULL;
	bool root = key && X509_check_issued(x509, x509) == X509_V_OK && X509_verify(x509, key) == 1;

	X509_free(x509);
	return root;
}

/* --- reading --- */

/* The subjectPublicKeyInfo of a certificate (RFC 5280 section 4.1), its algorithm only. */
static bool find_algorithm(struct it_span der, struct it_span *algorithm)
{
	struct it_span all;
	struct it_span body;
	struct it_span key;
	struct it_span skipped;

	if (!it_der_take(&der, IT_DER_SEQUENCE, &all) || der.len ||
	    !it_der_take(&all, IT_DER_SEQUENCE, &body))
		return false;
	(void)it_der_take(&body, DER_VERSION, &skipped);	/* version 1 has none */
	return it_der_take(&body, IT_DER_INTEGER, &skipped) &&	/* serialNumber */
	       it_der_take(&body, IT_DER_SEQUENCE, &skipped) && /* signature */
	       it_der_take(&body, IT_DER_SEQUENCE, &skipped) && /* issuer */
	       it_der_take(&body, IT_DER_SEQUENCE, &skipped) && /* validity */
	       it_der_take(&body, IT_DER_SEQUENCE, &skipped) && /* subject */
	       it_der_take(&body, IT_DER_SEQUENCE, &key) &&
	       it_der_take(&key, IT_DER_SEQUENCE, algorithm);
}

static bool is_oid(struct it_span oid, const char *bytes, size_t size)
{
	return it_span_eq(oid, it_span(bytes, size - 1));
}

/* What libcrypto may be asked to read: see der.h; a curve has a name (RFC 5480 section 2.1.1). */
static int admit(struct it_span der, struct intoto_error **err)
{
	struct it_span algorithm;
	struct it_span oid;
	struct it_span curve;

	if (der.len > IT_CERTIFICATE_DER_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d bytes",
				  IT_CERTIFICATE_DER_MAX);
	if (!find_algorithm(der, &algorithm) || !it_der_take(&algorithm, IT_DER_OID, &oid))
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no certificate");
	if (is_oid(oid, rsa_oid, sizeof rsa_oid) || is_oid(oid, ed25519_oid, sizeof ed25519_oid))
		return INTOTO_OK;
	if (is_oid(oid, ec_oid, sizeof ec_oid))
		return it_der_take(&algorithm, IT_DER_OID, &curve)
			       ? INTOTO_OK
			       : it_err_set(err, INTOTO_E_UNSUPPORTED,
					    "an elliptic curve without a name");
	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "a key of another kind than Ed25519, ECDSA and RSA");
}

static int read_der(struct it_certificates *out, struct it_span der, struct intoto_error **err)
{
	IT_EVP_SESSION;
	const unsigned char *at = (const unsigned char *)der.data;
	int rc = admit(der, err);
	X509 *x509;

	if (!rc && out->count >= IT_CERTIFICATES_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "more than %d certificates",
				IT_CERTIFICATES_MAX);
	if (rc)
		return rc;
	x509 = d2i_X509(NULL, &at, (long)der.len);
	if (!x509)
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds no certificate");
	if (at != (const unsigned char *)der.data + der.len) {
		X509_free(x509);
		return it_err_set(err, INTOTO_E_FORMAT, "the base64 holds more than a certificate");
	}
	return append(out, x509, err);
}

static int read_block(struct it_certificates *out, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_pem_done) struct it_pem pem = { 0 };
	int rc = it_pem_read(&pem, text, err);

	if (rc)
		return rc;
	if (!it_streq(pem.label, "CERTIFICATE"))
		return it_err_set(err, INTOTO_E_FORMAT, "want CERTIFICATE, found %s", pem.label);
	return read_der(out, it_buf_span(&pem.bytes), err);
}

/* Takes everything up to the end of the next END line off the front; false when there is none. */
static bool take_block(struct it_span *rest, struct it_span *block)
{
	static const char end[] = "\n-----END ";
	const char *found = memmem(rest->data, rest->len, end, sizeof end - 1);
	const char *newline;
	size_t len;

	if (!found)
		return false;
	newline = memchr(found + 1, '\n', rest->len - (size_t)(found + 1 - rest->data));
	len = newline ? (size_t)(newline + 1 - rest->data) : rest->len;
	*block = it_span(rest->data, len);
	*rest = it_span(rest->data + len, rest->len - len);
	return true;
}

int it_certificates_parse(struct it_certificates *out, struct it_span text,
			  struct intoto_error **err)
{
	static const char begin[] = "-----BEGIN";
	struct it_span block;
	size_t number = 0;

	if (text.len > IT_CERTIFICATE_TEXT_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d bytes of certificates",
				  IT_CERTIFICATE_TEXT_MAX);
	while (take_block(&text, &block)) {
		int rc = read_block(out, block, err);

		number++;
		if (rc)
			return it_err_wrap(err, rc, "certificate %zu", number);
	}
	if (!number)
		return it_err_set(err, INTOTO_E_FORMAT, "want certificates in PEM, found none");
	if (text.len && memmem(text.data, text.len, begin, sizeof begin - 1))
		return it_err_set(err, INTOTO_E_FORMAT, "certificate %zu: has no END line",
				  number + 1);
	return INTOTO_OK;
}

int it_certificates_load(struct it_certificates *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CERTIFICATE_TEXT_MAX);
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	return it_err_wrap(err, it_certificates_parse(out, it_buf_span(&text), err), "%s", path);
}

/* --- looking at one --- */

bool it_certificate_same(struct it_certificate a, struct it_certificate b)
{
	return X509_cmp(a.x509, b.x509) == 0;
}

static int print_der(struct it_buf *out, const X509 *x509, struct intoto_error **err)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);

	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write a certificate");
	(void)it_buf_add(out, der, (size_t)len); /* sticky */
	OPENSSL_free(der);
	return it_buf_check(out, "certificate", err);
}

void it_certificate_fingerprint(struct it_buf *out, struct it_certificate certificate)
{
	IT_EVP_SESSION;
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_CERTIFICATE_DER_MAX);

	if (print_der(&der, certificate.x509, NULL))
		out->failed = INTOTO_E_NOMEM; /* it was read from DER */
	it_sha256_hex(out, it_buf_span(&der));
}

void it_certificate_issuer(struct it_buf *out, struct it_certificate certificate)
{
	IT_EVP_SESSION;
	const ASN1_OCTET_STRING *key = X509_get0_authority_key_id(certificate.x509);
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_get_issuer_name(certificate.x509), &der);

	if (len <= 0) {
		out->failed = INTOTO_E_NOMEM; /* it was read from DER */
		return;
	}
	it_hex_encode(out, it_span(der, (size_t)len)); /* sticky */
	OPENSSL_free(der);
	(void)it_buf_add_byte(out, '.'); /* sticky */
	if (key)
		it_hex_encode(out,
			      it_span(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key)));
}

int it_certificate_print(struct it_buf *out, struct it_certificate certificate,
			 struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(IT_CERTIFICATE_DER_MAX);
	int rc = print_der(&der, certificate.x509, err);

	return rc ? rc : it_pem_write(out, "CERTIFICATE", it_buf_span(&der), err);
}

bool it_x509_time(int64_t *out, const ASN1_TIME *time)
{
	struct tm parts;

	if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*out = timegm(&parts);
	return true;
}

bool it_certificate_span(struct it_certificate certificate, int64_t *from, int64_t *until)
{
	IT_EVP_SESSION;

	return it_x509_time(from, X509_get0_notBefore(certificate.x509)) &&
	       it_x509_time(until, X509_get0_notAfter(certificate.x509));
}

void it_certificate_subject(struct it_buf *out, struct it_certificate certificate)
{
	IT_EVP_SESSION;
	BIO *text = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len = 0;

	/* Escapes everything that is not printable ASCII. */
	if (text && X509_NAME_print_ex(text, X509_get_subject_name(certificate.x509), 0,
				       XN_FLAG_RFC2253) >= 0)
		len = BIO_get_mem_data(text, &data);
	if (len > SUBJECT_MAX)
		len = SUBJECT_MAX;
	it_text_quote(out, it_span(data, len > 0 ? (size_t)len : 0));
	(void)BIO_free(text); /* memory only */
}

int it_certificate_key(struct intoto_key **out, struct it_certificate certificate,
		       struct intoto_error **err)
{
	IT_EVP_SESSION;
	IT_AUTO(it_buf_done) struct it_buf pem = IT_BUF(IT_KEY_TEXT_MAX * 2);
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.x509), &der);
	int rc;

	*out = NULL;
	if (len <= 0)
		return it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot write a public key");
	rc = it_pem_write(&pem, "PUBLIC KEY", it_span(der, (size_t)len), err);
	OPENSSL_free(der);
	return rc ? rc : it_key_from_pem(out, it_buf_span(&pem), "certificate", NULL, NULL, err);
}

/* --- on a signer --- */

/* Empty when the certificate belongs to the key. */
static int check_belongs(struct it_certificate leaf, const struct intoto_key *key,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *certified = NULL;
	int rc = it_certificate_key(&certified, leaf, err);

	if (rc || intoto_key_same(certified, key))
		return rc;
	return it_err_set(err, INTOTO_E_KEY,
			  "the first certificate belongs to another key than the one that signs");
}

int it_signer_certify(struct it_signer *signer, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_certificates_done) struct it_certificates chain = { 0 };
	IT_AUTO(it_certificate_names_done) struct it_certificate_names names = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_CERTIFICATE_TEXT_MAX);
	int rc = it_certificates_load(&chain, path, err);

	if (rc)
		return rc;
	if (signer->key->openpgp)
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s: an OpenPGP signature has no room for an X.509 certificate",
				  path);
	rc = check_belongs(chain.items[0], signer->key, err);
	if (!rc)
		rc = it_certificate_names(&names, chain.items[0], err);
	if (!rc)
		rc = it_certificate_check_signer(chain.items[0], &names, err);
	for (size_t i = 0; !rc && i < chain.count; i++)
		rc = it_certificate_print(&text, chain.items[i], err);
	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	free(signer->certificate);
	signer->certificate = it_buf_take(&text);
	return signer->certificate ? INTOTO_OK : it_err_nomem(err);
}
