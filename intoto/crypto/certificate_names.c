/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a certificate names, byte by byte, and whether it may sign. */
#include <string.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "crypto/certificate_part.h"

enum { OID_MAX = 80, EMPTY_NAME = 0, CONTROL_END = 0x20, DELETE = 0x7f };

static const char spiffe_scheme[] = "spiffe://";

/* --- names --- */

static int refuse_name(const char *what, struct it_span bytes, const char *why,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(bytes);

	return it_err_set(err, INTOTO_E_FORMAT, "%s '%s' %s", what, quoted ? quoted : "", why);
}

static int add_name(struct it_strings *out, const char *what, struct it_span bytes, bool ascii,
		    struct intoto_error **err)
{
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		if (byte == '\0')
			return refuse_name(what, bytes, "has a NUL character inside", err);
		if (byte < CONTROL_END || byte == DELETE)
			return refuse_name(what, bytes, "has a control character inside", err);
		if (ascii && byte > DELETE)
			return refuse_name(what, bytes, "is not ASCII", err);
	}
	return it_strings_add_span(out, bytes, err);
}

/* An attribute of the subject, every value of it; an empty one names nobody. */
static int add_subject(struct it_strings *out, const char *what, const X509 *x509, int nid,
		       struct intoto_error **err)
{
	const X509_NAME *name = X509_get_subject_name(x509);
	int at = -1;
	int rc = INTOTO_OK;

	while (!rc && (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0) {
		const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
		unsigned char *text = NULL;
		int len = ASN1_STRING_to_UTF8(&text, value);

		if (len < 0)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "%s is no text of its declared kind", what);
		if (len > 0)
			rc = add_name(out, what, it_span(text, (size_t)len), false, err);
		OPENSSL_free(text);
	}
	return rc;
}

static int add_alternative(struct it_certificate_names *out, const GENERAL_NAME *name,
			   struct intoto_error **err)
{
	static const struct {
		int type;
		enum it_certificate_name kind;
		const char *what;
	} kinds[] = {
		{ GEN_DNS, IT_NAME_DNS, "the DNS name" },
		{ GEN_EMAIL, IT_NAME_EMAIL, "the mail address" },
		{ GEN_URI, IT_NAME_URI, "the URI" },
	};
	int type = 0;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		if (kinds[i].type != type)
			continue;
		return add_name(
			&out->of[kinds[i].kind], kinds[i].what,
			it_span(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)),
			true, err);
	}
	return INTOTO_OK; /* IP addresses and such: no constraint speaks of them */
}

static int add_alternatives(struct it_certificate_names *out, const X509 *x509,
			    struct intoto_error **err)
{
	int critical = -1;
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, &critical, NULL);
	int rc = INTOTO_OK;

	/* -1 says that there is none, and that is the only reason to have none. */
	if (!names && critical != -1)
		return it_err_set(err, INTOTO_E_FORMAT, "its subjectAltName cannot be read");
	for (int i = 0; !rc && i < sk_GENERAL_NAME_num(names); i++)
		rc = add_alternative(out, sk_GENERAL_NAME_value(names, i), err);
	GENERAL_NAMES_free(names);
	return rc;
}

int it_certificate_names(struct it_certificate_names *out, struct it_certificate certificate,
			 struct intoto_error **err)
{
	IT_EVP_SESSION;
	int rc = add_subject(&out->of[IT_NAME_COMMON], "the common name", certificate.x509,
			     NID_commonName, err);

	if (!rc)
		rc = add_subject(&out->of[IT_NAME_ORGANIZATION], "the organization",
				 certificate.x509, NID_organizationName, err);
	return rc ? rc : add_alternatives(out, certificate.x509, err);
}

void it_certificate_names_done(struct it_certificate_names *names)
{
	for (size_t i = 0; i < IT_NAME_KINDS; i++)
		it_strings_done(&names->of[i]);
}

/* --- who may sign --- */

static int refuse(struct intoto_error **err, const char *why)
{
	return it_err_set(err, INTOTO_E_UNTRUSTED, "the certificate %s", why);
}

/* RFC 5280 section 4.2.1.3; digitalSignature is what a signature on a document is. */
static int check_usage(X509 *x509, struct intoto_error **err)
{
	uint32_t usage = X509_get_key_usage(x509);

	if (!(X509_get_extension_flags(x509) & EXFLAG_KUSAGE))
		return INTOTO_OK;
	if (!(usage & KU_DIGITAL_SIGNATURE))
		return refuse(err, "is not for signatures: its keyUsage has no digitalSignature");
	if (usage & KU_KEY_CERT_SIGN)
		return refuse(err, "is for issuing certificates: its keyUsage has keyCertSign");
	return INTOTO_OK;
}

static bool is_fit(const ASN1_OBJECT *purpose)
{
	static const int fit[] = { NID_server_auth, NID_client_auth, NID_code_sign,
				   NID_email_protect, NID_anyExtendedKeyUsage };
	static const char document[] = "1.3.6.1.5.5.7.3.36"; /* RFC 9336 */
	char oid[OID_MAX] = "";

	for (size_t i = 0; i < IT_COUNT_OF(fit); i++)
		if (OBJ_obj2nid(purpose) == fit[i])
			return true;
	return OBJ_obj2txt(oid, sizeof oid, purpose, 1) > 0 && it_streq(oid, document);
}

/* NULL and *broken: it is there and cannot be read. */
static EXTENDED_KEY_USAGE *purposes_of(const X509 *x509, bool *broken)
{
	int critical = -1;
	EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, &critical, NULL);

	*broken = !purposes && critical != -1;
	return purposes;
}

/* Whether one of the purposes is nid or, for 0, fit for signing documents; or there are none. */
static bool has_purpose(const X509 *x509, int nid)
{
	bool broken = false;
	EXTENDED_KEY_USAGE *purposes = purposes_of(x509, &broken);
	bool found = !purposes && !broken;

	for (int i = 0; !found && i < sk_ASN1_OBJECT_num(purposes); i++) {
		const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(purposes, i);

		found = nid ? OBJ_obj2nid(purpose) == nid ||
					OBJ_obj2nid(purpose) == NID_anyExtendedKeyUsage
			    : is_fit(purpose);
	}
	EXTENDED_KEY_USAGE_free(purposes);
	return found;
}

static bool is_spiffe(const char *uri)
{
	char scheme[sizeof spiffe_scheme] = "";

	memcpy(scheme, uri, strnlen(uri, sizeof scheme - 1));
	return it_streq_nocase(scheme, spiffe_scheme);
}

static int check_spiffe(X509 *x509, const struct it_strings *uris, struct intoto_error **err)
{
	const char *path;
	size_t count = 0;

	for (size_t i = 0; i < uris->count; i++)
		count += is_spiffe(uris->items[i]);
	if (!count)
		return INTOTO_OK;
	if (uris->count > 1)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the certificate has a SPIFFE ID and %zu URIs: want exactly one",
				  uris->count);
	path = strchr(uris->items[0] + sizeof spiffe_scheme - 1, '/');
	if (!path || !path[1])
		return refuse(err, "has the SPIFFE ID of a trust domain: want one with a path");
	if (X509_get_extension_flags(x509) & EXFLAG_KUSAGE &&
	    X509_get_key_usage(x509) & KU_CRL_SIGN)
		return refuse(err, "has a SPIFFE ID, and its keyUsage has cRLSign");
	return INTOTO_OK;
}

int it_certificate_check_signer(struct it_certificate certificate,
				const struct it_certificate_names *names, struct intoto_error **err)
{
	IT_EVP_SESSION;
	X509 *x509 = certificate.x509;
	int rc;

	/* -1: only reads the extensions. */
	if (X509_check_purpose(x509, -1, 0) != 1 || X509_get_extension_flags(x509) & EXFLAG_INVALID)
		return refuse(err, "has extensions that cannot be read");
	if (X509_check_ca(x509))
		return refuse(err, "is that of an authority, which issues others and signs nothing "
				   "itself");
	rc = check_usage(x509, err);
	if (rc)
		return rc;
	if (!has_purpose(x509, 0))
		return refuse(err, "is for other purposes: its extendedKeyUsage has none of "
				   "codeSigning, clientAuth, serverAuth, emailProtection, "
				   "documentSigning");
	return check_spiffe(x509, &names->of[IT_NAME_URI], err);
}

bool it_certificate_is_authority(struct it_certificate certificate)
{
	IT_EVP_SESSION;

	return X509_check_ca(certificate.x509) == 1;
}

int it_x509_check_issuers(const STACK_OF(X509) * path, int purpose_nid, struct intoto_error **err)
{
	int count = sk_X509_num(path);

	for (int i = 1; i < count; i++) {
		X509 *issuer = sk_X509_value(path, i);
		IT_AUTO(it_buf_done) struct it_buf subject = IT_BUF(SIZE_MAX / 2);

		it_certificate_subject(&subject, (struct it_certificate){ issuer });
		if (!it_certificate_is_authority((struct it_certificate){ issuer }))
			return it_err_set(err, INTOTO_E_UNTRUSTED,
					  "the issuer '%s' does not say that it is an authority",
					  it_buf_text(&subject));
		if (i < count - 1 && !has_purpose(issuer, purpose_nid))
			return it_err_set(err, INTOTO_E_UNTRUSTED,
					  "the issuer '%s' issues for other purposes only "
					  "(extendedKeyUsage)",
					  it_buf_text(&subject));
	}
	return INTOTO_OK;
}
