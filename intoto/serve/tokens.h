/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what with a served store: a file with a row for each token or client certificate.  A
 * token is 256 random bits, so that its SHA-256 is all that needs to be kept; whoever reads the
 * file can use none of them.
 */
#ifndef IT_SERVE_TOKENS_H
#define IT_SERVE_TOKENS_H

#include "base/buf.h"
#include "crypto/digest.h"

enum it_right {
	IT_RIGHT_READ = 1,
	IT_RIGHT_WRITE = 2,
	IT_RIGHT_ADMIN = 4, /* all others, and so far no more */
};

enum {
	IT_TOKENS_MAX = 10 * 1000,
	IT_TOKENS_BYTES_MAX = 8 * 1024 * 1024,
	IT_TOKEN_NAME_MAX = 128,
	IT_TOKEN_TEXT_MAX = 64,
};

struct it_token {
	char *name;
	unsigned rights;  /* enum it_right */
	bool certificate; /* digest is of a certificate (DER), not of a token */
	unsigned char digest[IT_SHA256_SIZE];
	int64_t made;
	int64_t expires; /* 0: never */
};

struct it_tokens {
	struct it_token *items;
	size_t count;
};

/* "read,write" and back; USAGE. */
IT_CHECK int it_rights_parse(unsigned *out, const char *text, struct intoto_error **err);
void it_rights_print(struct it_buf *out, unsigned rights);

/*
 * Strict: what is not understood is refused, a name or digest twice, too.  POLICY when others than
 * its owner may write the file.
 */
IT_CHECK int it_tokens_load(struct it_tokens *out, const char *path, struct intoto_error **err);
IT_CHECK int it_tokens_parse(struct it_tokens *out, struct it_span text, struct intoto_error **err);
/* Puts the file in its place, mode 0600. */
IT_CHECK int it_tokens_save(const struct it_tokens *tokens, const char *path,
			    struct intoto_error **err);
void it_tokens_done(struct it_tokens *tokens);

/* A row of that name; NULL. */
struct it_token *it_tokens_named(const struct it_tokens *tokens, const char *name);
/* USAGE when the name is taken or none; the digest too. */
IT_CHECK int it_tokens_add(struct it_tokens *tokens, const struct it_token *token,
			   struct intoto_error **err);
void it_tokens_remove(struct it_tokens *tokens, struct it_token *token);

/* A new token as text; the caller wipes it. */
IT_CHECK int it_token_make(struct it_buf *out, struct intoto_error **err);
void it_token_digest(unsigned char out[IT_SHA256_SIZE], struct it_span text);

/* The row with that digest; looks at all rows, in a time that does not tell which one it was. */
const struct it_token *it_tokens_find(const struct it_tokens *tokens, bool certificate,
				      const unsigned char digest[IT_SHA256_SIZE]);
bool it_token_is_good(const struct it_token *token, int64_t now);

#endif
