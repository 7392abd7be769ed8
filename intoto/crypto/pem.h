/* SPDX-License-Identifier: Apache-2.0 */
/* PEM text (RFC 7468, and the header lines of RFC 1421 that OpenSSL's old encryption uses). */
#ifndef IT_CRYPTO_PEM_H
#define IT_CRYPTO_PEM_H

#include "base/buf.h"

enum { IT_PEM_LABEL_MAX = 64 };

struct it_pem {
	char label[IT_PEM_LABEL_MAX + 1]; /* "PUBLIC KEY" */
	struct it_span headers;		  /* "Proc-Type: ..." lines, borrowed from the text */
	struct it_buf bytes;		  /* what the base64 holds; wiped by it_pem_done */
	bool alone;			  /* nothing but white space around the block */
};

/*
 * Reads the one block in a text.  Other text around it is allowed (RFC 7468 section 2), and so is
 * an EC PARAMETERS block in front, as `openssl ecparam` writes it; a second block is refused.
 * Errors begin with the line ("line 3: ...") or say what was found instead.
 */
IT_CHECK int it_pem_read(struct it_pem *out, struct it_span text, struct intoto_error **err);
void it_pem_done(struct it_pem *pem);

/* Appends a block, lines of 64, as OpenSSL prints it.  Wipes what it used on the way. */
IT_CHECK int it_pem_write(struct it_buf *out, const char *label, struct it_span bytes,
			  struct intoto_error **err);

#endif
