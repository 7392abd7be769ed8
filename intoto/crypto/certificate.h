/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 certificates (RFC 5280) as far as a signature on a document needs them: who it names, which
 * key it has, and whether it stands under one of exactly the roots that are given.  Nothing comes
 * from the system: no root, no revocation list, no configuration file.
 */
#ifndef IT_CRYPTO_CERTIFICATE_H
#define IT_CRYPTO_CERTIFICATE_H

#include "base/strings.h"
#include "crypto/key.h"

struct x509_st;
struct it_signer;

enum {
	/* Of one text: a leaf with its chain has a few KiB, the roots of a large company 300. */
	IT_CERTIFICATE_TEXT_MAX = 1024 * 1024,
	IT_CERTIFICATE_DER_MAX = 64 * 1024,
	IT_CERTIFICATES_MAX = 1024, /* that a list is read into */
	IT_CERTIFICATE_DEPTH = 16, /* of issuers above a leaf */
};

struct it_certificate {
	struct x509_st *x509;
};

/* A list; a certificate may be in several. */
struct it_certificates {
	struct it_certificate *items;
	size_t count;
};

/*
 * Appends every certificate of a PEM text, in its order.  Refuses a text without one, a block that
 * is something else (a private key that was put into the file by mistake), DER that is longer than
 * its certificate, keys that are neither RSA, ECDSA on a named curve nor Ed25519.
 */
IT_CHECK int it_certificates_parse(struct it_certificates *out, struct it_span text,
				   struct intoto_error **err);
/* The same from a file; errors begin with the path. */
IT_CHECK int it_certificates_load(struct it_certificates *out, const char *path,
				  struct intoto_error **err);
/* Appends the certificates from number first on, which are then in both lists. */
IT_CHECK int it_certificates_share(struct it_certificates *out, const struct it_certificates *from,
				   size_t first, struct intoto_error **err);
void it_certificates_done(struct it_certificates *certificates);

bool it_certificate_same(struct it_certificate a, struct it_certificate b);
/* SHA-256 of the DER, 64 hex digits. */
void it_certificate_fingerprint(struct it_buf *out, struct it_certificate certificate);
/* Appends what tells one issuer from another: the issuer's name, and which of its keys signed. */
void it_certificate_issuer(struct it_buf *out, struct it_certificate certificate);
/* Appends PEM. */
IT_CHECK int it_certificate_print(struct it_buf *out, struct it_certificate certificate,
				  struct intoto_error **err);
/* Whether it says of itself that it may issue others (version 3 with basicConstraints). */
bool it_certificate_is_authority(struct it_certificate certificate);
/* Whether DER is a certificate that its own key has signed: a root, by the habit of most. */
bool it_certificate_der_is_root(struct it_span der);
/* Seconds since 1970; false when the dates are none. */
bool it_certificate_span(struct it_certificate certificate, int64_t *from, int64_t *until);
/* The whole subject for people, "CN=bob,O=Example" (RFC 4514); safe on a terminal. */
void it_certificate_subject(struct it_buf *out, struct it_certificate certificate);

/* The public key; its scheme follows from its kind (RSA: rsassa-pss-sha256). */
IT_CHECK int it_certificate_key(struct intoto_key **out, struct it_certificate certificate,
				struct intoto_error **err);

enum it_certificate_name {
	IT_NAME_COMMON,	      /* subject, CN */
	IT_NAME_DNS,	      /* subjectAltName, as the four below but organizations */
	IT_NAME_EMAIL,	      /* an address in the subject is none: RFC 5280 section 4.1.2.6 */
	IT_NAME_ORGANIZATION, /* subject, O */
	IT_NAME_URI,
	IT_NAME_KINDS,
};

struct it_certificate_names {
	struct it_strings of[IT_NAME_KINDS];
};

/*
 * The names, byte by byte: subject in UTF-8, alternative names in ASCII.  Refuses a name with a NUL
 * or another control character in it, and an alternative name that is not ASCII: what people see
 * would not be what is compared.
 */
IT_CHECK int it_certificate_names(struct it_certificate_names *out,
				  struct it_certificate certificate, struct intoto_error **err);
void it_certificate_names_done(struct it_certificate_names *names);

/*
 * Whether a certificate may sign documents at all; INTOTO_E_UNTRUSTED says why not.
 *
 * - It is no authority (RFC 5280 section 4.2.1.9; X509-SVID sections 3.2 and 5.2).
 * - Its keyUsage, if it has one, has digitalSignature and not keyCertSign (section 4.2.1.3).
 * - Its extendedKeyUsage, if it has one, has a purpose that a person or a service acts under:
 *   serverAuth (all that Go accepts), clientAuth, codeSigning, emailProtection, documentSigning
 *   (RFC 9336) or any.  A certificate for timestamps or OCSP only signs no links
 * (section 4.2.1.12).
 * - With a SPIFFE ID it has no other URI, a path behind the trust domain, and no cRLSign (X509-SVID
 *   sections 2, 3.1, 5.2).
 */
IT_CHECK int it_certificate_check_signer(struct it_certificate certificate,
					 const struct it_certificate_names *names,
					 struct intoto_error **err);

/*
 * Builds the path from a leaf over helpers to one of the roots (RFC 5280 section 6), everything
 * valid at one time; *root is the number of the root in which it ends.  INTOTO_E_UNTRUSTED says why
 * there is none.
 *
 * Beyond libcrypto's own rules (signatures, dates, path lengths, name constraints, unknown critical
 * extensions): roots need not be self-signed; every issuer says that it is an authority (version 3
 * with basicConstraints); keys and digests have 112 bits of strength, so no SHA-1 and no RSA below
 * 2048 (NIST SP 800-131A); an issuer with an extendedKeyUsage below the root has a purpose of the
 * list above.
 */
IT_CHECK int it_certificate_chain(size_t *root, struct it_certificate leaf,
				  const struct it_certificates *roots,
				  const struct it_certificates *helpers, int64_t at,
				  struct intoto_error **err);

/*
 * Makes a signer put a certificate, and its issuers behind it, on each signature: the file must
 * begin with the one of the signer's key.
 */
IT_CHECK int it_signer_certify(struct it_signer *signer, const char *path,
			       struct intoto_error **err);

#endif
