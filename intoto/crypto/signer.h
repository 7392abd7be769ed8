/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signers are names.  A key is asked for by a URI; the table of signer kinds says who answers.  A
 * path without a scheme is a file.  Kinds that need the network or a module (pkcs11:, exec:)
 * register here.
 */
#ifndef IT_CRYPTO_SIGNER_H
#define IT_CRYPTO_SIGNER_H

#include "crypto/key.h"

enum { IT_SIGNER_HELD_MAX = 256 * 1024 * 1024 };

struct it_signer {
	const struct it_signer_kind *kind;
	const struct intoto_key *key; /* public part at least, for keyids */
	struct intoto_key *owned;     /* the same when the signer has to free it */
	void *state;		      /* of the kind */
	/* PEM that goes onto each signature (certificate.h): the key's certificate, then its
	   issuers; NULL: none. */
	char *certificate;
};

struct it_signer_kind {
	const char *scheme; /* "file" */
	int (*open)(struct it_signer *signer, const char *rest, intoto_passphrase_fn passphrase,
		    void *arg, struct intoto_error **err);
	int (*sign)(const struct it_signer *signer, struct it_span data, struct it_buf *signature,
		    struct intoto_error **err);
	/* Of a message that is not held in memory; NULL, or UNSUPPORTED, where the kind cannot. */
	int (*sign_stream)(const struct it_signer *signer, const struct it_message *message,
			   struct it_buf *signature, struct intoto_error **err);
	void (*close)(struct it_signer *signer);
};

/* An unknown scheme ("kms:…" and no file of that name) is INTOTO_E_UNSUPPORTED and lists the known
 * ones. */
IT_CHECK int it_signer_open(struct it_signer **out, const char *uri,
			    intoto_passphrase_fn passphrase, void *arg, struct intoto_error **err);
/* Wraps a private key that the caller keeps. */
IT_CHECK int it_signer_borrow(struct it_signer **out, const struct intoto_key *key,
			      struct intoto_error **err);
IT_CHECK int it_signer_sign(const struct it_signer *signer, struct it_span data,
			    struct it_buf *signature, struct intoto_error **err);
/*
 * Signs what a message pours; it is poured as often as the signer needs it.  A signer that wants it
 * in memory (gpg) gets it there, up to IT_SIGNER_HELD_MAX bytes; more is INTOTO_E_LIMIT.
 */
IT_CHECK int it_signer_sign_stream(const struct it_signer *signer, const struct it_message *message,
				   struct it_buf *signature, struct intoto_error **err);
/* How often that pours a message. */
unsigned it_signer_passes(const struct it_signer *signer);
void it_signer_free(struct it_signer *signer);
IT_DEFINE_AUTO(struct it_signer, it_signer_free);

#endif
