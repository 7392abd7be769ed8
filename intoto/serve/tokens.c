/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what with a served store. */
#include "serve/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

static const struct right_word {
	const char *word;
	unsigned right;
} right_words[] = {
	{ "read", IT_RIGHT_READ },
	{ "write", IT_RIGHT_WRITE },
	{ "admin", IT_RIGHT_ADMIN },
};

static unsigned right_named(struct it_span word)
{
	for (size_t i = 0; i < IT_COUNT_OF(right_words); i++) {
		if (it_span_is(word, right_words[i].word))
			return right_words[i].right;
	}
	return 0;
}

int it_rights_parse(unsigned *out, const char *text, struct intoto_error **err)
{
	unsigned rights = 0;

	*out = 0;
	for (const char *at = text; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		struct it_span word = it_span(at, strcspn(at, ","));
		unsigned right = right_named(word);
		IT_AUTO(it_freep) char *quoted = it_text_quoted(word);

		if (!right)
			return it_err_set(
				err, INTOTO_E_USAGE,
				"want read, write or admin with commas between, found '%s'",
				quoted ? quoted : "");
		rights |= right;
	}
	*out = rights;
	return INTOTO_OK;
}

void it_rights_print(struct it_buf *out, unsigned rights)
{
	const char *comma = "";

	for (size_t i = 0; i < IT_COUNT_OF(right_words); i++) {
		if (!(rights & right_words[i].right))
			continue;
		(void)it_buf_printf(out, "%s%s", comma, right_words[i].word); /* sticky */
		comma = ",";
	}
}

void it_tokens_done(struct it_tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++)
		free(tokens->items[i].name);
	free(tokens->items);
	*tokens = (struct it_tokens){ 0 };
}

struct it_token *it_tokens_named(const struct it_tokens *tokens, const char *name)
{
	for (size_t i = 0; i < tokens->count; i++) {
		if (it_streq(tokens->items[i].name, name))
			return &tokens->items[i];
	}
	return NULL;
}

static unsigned difference(const unsigned char *a, const unsigned char *b)
{
	unsigned found = 0;

	for (size_t i = 0; i < IT_SHA256_SIZE; i++)
		found |= (unsigned)a[i] ^ b[i];
	return found;
}

const struct it_token *it_tokens_find(const struct it_tokens *tokens, bool certificate,
				      const unsigned char digest[IT_SHA256_SIZE])
{
	const struct it_token *found = NULL;

	for (size_t i = 0; i < tokens->count; i++) {
		const struct it_token *token = &tokens->items[i];

		if (!difference(token->digest, digest) && token->certificate == certificate)
			found = token;
	}
	return found;
}

bool it_token_is_good(const struct it_token *token, int64_t now)
{
	return !token->expires || now < token->expires;
}

/* It stands in audit lines and on terminals. */
static int check_name(const char *name, struct intoto_error **err)
{
	size_t len = strlen(name);

	if (!len || len > IT_TOKEN_NAME_MAX)
		return it_err_set(err, INTOTO_E_USAGE, "want a name of 1 to %d bytes",
				  IT_TOKEN_NAME_MAX);
	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '"' || name[i] == '\\')
			return it_err_set(
				err, INTOTO_E_USAGE,
				"want a name of letters, digits and marks, without spaces, "
				"quotes and backslashes");
	}
	return INTOTO_OK;
}

int it_tokens_add(struct it_tokens *tokens, const struct it_token *token, struct intoto_error **err)
{
	struct it_token *grown;
	int rc = check_name(token->name, err);

	if (rc)
		return rc;
	if (it_tokens_named(tokens, token->name))
		return it_err_set(err, INTOTO_E_USAGE, "there is a token '%s' already",
				  token->name);
	if (it_tokens_find(tokens, token->certificate, token->digest))
		return it_err_set(err, INTOTO_E_USAGE, "'%s' has a row under another name already",
				  token->name);
	if (tokens->count == IT_TOKENS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "want at most %d tokens", IT_TOKENS_MAX);
	grown = realloc(tokens->items, (tokens->count + 1) * sizeof *grown);
	if (!grown)
		return it_err_nomem(err);
	tokens->items = grown;
	grown[tokens->count] = *token;
	grown[tokens->count].name = strdup(token->name);
	if (!grown[tokens->count].name)
		return it_err_nomem(err);
	tokens->count++;
	return INTOTO_OK;
}

void it_tokens_remove(struct it_tokens *tokens, struct it_token *token)
{
	size_t at = (size_t)(token - tokens->items);

	free(token->name);
	memmove(token, token + 1, (tokens->count - at - 1) * sizeof *token);
	tokens->count--;
}

int it_token_make(struct it_buf *out, struct intoto_error **err)
{
	unsigned char secret[IT_SHA256_SIZE];
	int rc = it_random(secret, sizeof secret, err);

	if (rc)
		return rc;
	(void)it_buf_add_text(out, "intoto_"); /* sticky; scanners for secrets can look for it */
	it_hex_encode(out, it_span(secret, sizeof secret));
	explicit_bzero(secret, sizeof secret);
	return it_buf_check(out, "the token", err);
}

void it_token_digest(unsigned char out[IT_SHA256_SIZE], struct it_span text)
{
	it_sha256(out, text);
}
