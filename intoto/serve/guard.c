/* SPDX-License-Identifier: Apache-2.0 */
/* Who a client is and what it may do. */
#include "serve/guard.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "serve/credential.h"

struct it_guard {
	pthread_mutex_t lock;
	char *path; /* NULL: no tokens */
	unsigned anonymous;
	struct it_tokens tokens;
	struct stat about; /* of the file that they were read from */
	bool good;
};

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Under the lock.  A file that cannot be read gives nobody a right. */
static int refresh(struct it_guard *guard, struct intoto_error **err)
{
	struct it_tokens fresh = { 0 };
	struct stat about;
	int rc;

	if (!guard->path)
		return INTOTO_OK;
	if (stat(guard->path, &about)) {
		guard->good = false;
		return it_err_errno(err, errno, "%s", guard->path);
	}
	if (guard->good && is_same_file(&about, &guard->about))
		return INTOTO_OK;
	rc = it_tokens_load(&fresh, guard->path, err);
	it_tokens_done(&guard->tokens);
	guard->tokens = fresh;
	guard->about = about;
	guard->good = !rc;
	return rc;
}

int it_guard_new(struct it_guard **out, const char *tokens, unsigned anonymous,
		 struct intoto_error **err)
{
	IT_AUTO(it_guard_freep) struct it_guard *guard = calloc(1, sizeof *guard);
	int rc;

	*out = NULL;
	if (!guard || pthread_mutex_init(&guard->lock, NULL))
		return it_err_nomem(err);
	guard->anonymous = anonymous;
	guard->path = tokens ? strdup(tokens) : NULL;
	if (tokens && !guard->path)
		return it_err_nomem(err);
	rc = refresh(guard, err);
	if (rc)
		return rc;
	*out = guard;
	guard = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_guard_free(struct it_guard *guard)
{
	if (!guard)
		return;
	(void)pthread_mutex_destroy(&guard->lock); /* nobody holds it */
	it_tokens_done(&guard->tokens);
	free(guard->path);
	free(guard);
}

static int admit(struct it_exchange *exchange, const struct it_token *token,
		 struct intoto_error **err)
{
	exchange->who = strdup(token->name);
	if (!exchange->who)
		return it_err_nomem(err);
	if (!it_token_is_good(token, it_clock_now()))
		return it_err_set(err, INTOTO_E_UNTRUSTED, "the %s has expired",
				  token->certificate ? "right of this certificate" : "token");
	exchange->rights = token->rights;
	if (token->rights & IT_RIGHT_ADMIN)
		exchange->rights |= IT_RIGHT_READ | IT_RIGHT_WRITE;
	return INTOTO_OK;
}

/* A browser sends a password along with whatever any page makes it ask: it may look, no more. */
static int ask_token(struct it_guard *guard, struct it_exchange *exchange, const char *header,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(IT_CREDENTIAL_MAX);
	unsigned char digest[IT_SHA256_SIZE];
	enum it_credential_kind kind;
	const struct it_token *token;
	int rc = it_credential_read(&text, &kind, it_span_text(header), err);

	if (rc)
		return rc;
	it_token_digest(digest, it_buf_span(&text));
	token = it_tokens_find(&guard->tokens, false, digest);
	if (!token)
		return it_err_set(err, INTOTO_E_UNTRUSTED, "there is no such token");
	rc = admit(exchange, token, err);
	if (!rc && kind == IT_CREDENTIAL_BASIC)
		exchange->rights &= IT_RIGHT_READ;
	return rc;
}

static int ask(struct it_guard *guard, struct it_exchange *exchange, const char *header,
	       const unsigned char *certificate, struct intoto_error **err)
{
	const struct it_token *token =
		certificate ? it_tokens_find(&guard->tokens, true, certificate) : NULL;

	if (header)
		return ask_token(guard, exchange, header, err);
	if (token)
		return admit(exchange, token, err);
	exchange->rights = guard->anonymous;
	return INTOTO_OK;
}

int it_guard_ask(struct it_guard *guard, struct it_exchange *exchange, const char *header,
		 const unsigned char *certificate, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	exchange->rights = 0;
	(void)pthread_mutex_lock(&guard->lock); /* a plain mutex: cannot fail */
	rc = refresh(guard, &why);
	if (rc)
		rc = it_err_set(err, INTOTO_E_SERVICE, "the tokens cannot be read: %s",
				intoto_error_text(why));
	else
		rc = ask(guard, exchange, header, certificate, err);
	(void)pthread_mutex_unlock(&guard->lock); /* the same */
	if (rc)
		exchange->rights = 0;
	return rc;
}
