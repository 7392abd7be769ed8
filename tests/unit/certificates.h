/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates made for a test, by libcrypto; every one is around MADE_AT. */
#ifndef IT_TESTS_CERTIFICATES_H
#define IT_TESTS_CERTIFICATES_H

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/certificate.h"

enum { MADE_AT = 1780000000, DAY = 24 * 3600 };

struct recipe {
	const char *common_name;
	int common_name_length; /* 0: of the text */
	const char *organization;
	const char *alternative; /* "URI:spiffe://a/b,DNS:c" */
	const char *basic;	 /* "critical,CA:TRUE" */
	const char *usage;
	const char *purpose;
	const char *constraints; /* of names */
	int from_day;		 /* around MADE_AT; -10 when both are 0 */
	int until_day;		 /* 10 when both are 0 */
	int rsa_bits;		 /* 0: ECDSA on P-256 */
	bool ed25519;
	bool sha1;
	long version; /* of the certificate, minus 1; 0: 2 */
};

struct made {
	X509 *x509;
	EVP_PKEY *key;
};

static inline void made_done(struct made *made)
{
	X509_free(made->x509);
	EVP_PKEY_free(made->key);
}

static inline void made_must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "cannot make a certificate: %s\n", what);
	abort();
}

static inline void made_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	made_must(extension && X509_add_ext(x509, extension, -1) == 1, value);
	X509_EXTENSION_free(extension);
}

static inline void made_name(X509_NAME *name, int nid, const char *value, int len)
{
	if (value)
		made_must(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
						     (const unsigned char *)value, len ? len : -1,
						     -1, 0) == 1,
			  "name");
}

static inline EVP_PKEY *made_key(const struct recipe *recipe)
{
	if (recipe->ed25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return recipe->rsa_bits ? EVP_RSA_gen((unsigned)recipe->rsa_bits) : EVP_EC_gen("P-256");
}

/* issuer NULL: self-signed. */
static inline struct made make(const struct recipe *recipe, const struct made *issuer)
{
	static long serial = 1;
	struct made made = { X509_new(), made_key(recipe) };
	bool dated = recipe->from_day || recipe->until_day;
	const struct made *by = issuer ? issuer : &made;
	X509_NAME *name = X509_NAME_new();
	X509 *x509 = made.x509;

	made_must(x509 && made.key && name, "memory");
	X509_set_version(x509, recipe->version ? recipe->version - 1 : 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
	ASN1_TIME_set(X509_getm_notBefore(x509), MADE_AT + DAY * (dated ? recipe->from_day : -10));
	ASN1_TIME_set(X509_getm_notAfter(x509), MADE_AT + DAY * (dated ? recipe->until_day : 10));
	made_name(name, NID_commonName, recipe->common_name, recipe->common_name_length);
	made_name(name, NID_organizationName, recipe->organization, 0);
	X509_set_subject_name(x509, name);
	X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer->x509) : name);
	X509_NAME_free(name);
	X509_set_pubkey(x509, made.key);
	made_extension(x509, by->x509, NID_basic_constraints, recipe->basic);
	made_extension(x509, by->x509, NID_key_usage, recipe->usage);
	made_extension(x509, by->x509, NID_ext_key_usage, recipe->purpose);
	made_extension(x509, by->x509, NID_subject_alt_name, recipe->alternative);
	made_extension(x509, by->x509, NID_name_constraints, recipe->constraints);
	made_must(X509_sign(x509, by->key,
			    EVP_PKEY_get_id(by->key) == EVP_PKEY_ED25519 ? NULL
			    : recipe->sha1				 ? EVP_sha1()
									 : EVP_sha256()) > 0,
		  "signature");
	return made;
}

/* PEM; the caller's (free). */
static inline char *made_pem(const struct made *made)
{
	BIO *text = BIO_new(BIO_s_mem());
	char *data = NULL;
	char *copy;
	long len;

	made_must(text && PEM_write_bio_X509(text, made->x509) == 1, "PEM");
	len = BIO_get_mem_data(text, &data);
	copy = strndup(data, (size_t)len);
	BIO_free(text);
	return copy;
}

/* Through our reader, as everything that comes from outside. */
static inline void made_add(struct it_certificates *out, const struct made *made)
{
	char *pem = made_pem(made);

	made_must(it_certificates_parse(out, it_span_text(pem), NULL) == INTOTO_OK, "reader");
	free(pem);
}

/* The key as ours; the caller's. */
static inline struct intoto_key *made_signer(const struct made *made)
{
	BIO *text = BIO_new(BIO_s_mem());
	struct intoto_key *key = NULL;
	char *data = NULL;
	long len;

	made_must(text && PEM_write_bio_PKCS8PrivateKey(text, made->key, NULL, NULL, 0, NULL,
							NULL) == 1,
		  "key");
	len = BIO_get_mem_data(text, &data);
	made_must(intoto_key_parse(&key, data, (size_t)len, "made", NULL, NULL, NULL) == INTOTO_OK,
		  "key");
	BIO_free(text);
	return key;
}

#define MADE_ROOT(name)                                                                            \
	&(const struct recipe)                                                                     \
	{                                                                                          \
		.common_name = (name), .basic = "critical,CA:TRUE",                                \
		.usage = "critical,keyCertSign,cRLSign", .from_day = -1000, .until_day = 1000      \
	}

#endif
