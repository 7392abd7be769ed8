/* SPDX-License-Identifier: Apache-2.0 */
/* The table of signer kinds, and the two that are always there: a file, and a key in memory. */
#include "crypto/signer.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/gpg_signer.h"

static int refuse_public(const char *what, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_KEY, "%s: this key is public, want the private one", what);
}

static int file_open(struct it_signer *signer, const char *rest, intoto_passphrase_fn passphrase,
		     void *arg, struct intoto_error **err)
{
	int rc = intoto_key_load(&signer->owned, rest, passphrase, arg, err);

	if (rc)
		return rc;
	signer->key = signer->owned;
	return intoto_key_is_private(signer->key) ? INTOTO_OK : refuse_public(rest, err);
}

static int key_sign(const struct it_signer *signer, struct it_span data, struct it_buf *signature,
		    struct intoto_error **err)
{
	return it_key_sign(signer->key, data, signature, err);
}

static int key_sign_stream(const struct it_signer *signer, const struct it_message *message,
			   struct it_buf *signature, struct intoto_error **err)
{
	return it_key_sign_stream(signer->key, message, signature, err);
}

static const struct it_signer_kind file_kind = {
	.scheme = "file",
	.open = file_open,
	.sign = key_sign,
	.sign_stream = key_sign_stream,
};

/* Has no name: nobody can ask for it by a URI. */
static const struct it_signer_kind borrowed_kind = {
	.sign = key_sign,
	.sign_stream = key_sign_stream,
};

static const struct it_signer_kind *const kinds[] = { &file_kind, &it_gpg_signer_kind };

/* The length of the scheme of a URI (RFC 3986 section 3.1, lower case, at least two letters), or 0.
 */
static size_t scheme_length(const char *uri)
{
	size_t len = strspn(uri, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	return len > 1 && uri[len] == ':' && uri[0] >= 'a' && uri[0] <= 'z' ? len : 0;
}

static int refuse_kind(const char *uri, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(uri));
	IT_AUTO(it_buf_done) struct it_buf known = IT_BUF(4096);

	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++)
		(void)it_buf_printf(&known, "%s%s:", i ? ", " : "", kinds[i]->scheme); /* sticky */
	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "%s: no such file and no known kind of signer, want a path or one of %s",
			  quoted ? quoted : "", it_buf_text(&known));
}

/* A file may have a colon in its name, so an unknown scheme is a path when such a file is there. */
static int find_kind(const struct it_signer_kind **out, const char **rest, const char *uri,
		     struct intoto_error **err)
{
	size_t len = scheme_length(uri);

	*out = &file_kind;
	*rest = uri;
	if (!len)
		return INTOTO_OK;
	for (size_t i = 0; i < IT_COUNT_OF(kinds); i++) {
		if (it_span_is(it_span(uri, len), kinds[i]->scheme)) {
			*out = kinds[i];
			*rest = uri + len + 1;
			return INTOTO_OK;
		}
	}
	return access(uri, F_OK) == 0 ? INTOTO_OK : refuse_kind(uri, err);
}

int it_signer_open(struct it_signer **out, const char *uri, intoto_passphrase_fn passphrase,
		   void *arg, struct intoto_error **err)
{
	IT_AUTO(it_signer_freep) struct it_signer *signer = calloc(1, sizeof *signer);
	const char *rest = NULL;
	int rc;

	*out = NULL;
	if (!signer)
		return it_err_nomem(err);
	rc = find_kind(&signer->kind, &rest, uri, err);
	if (!rc)
		rc = signer->kind->open(signer, rest, passphrase, arg, err);
	if (rc)
		return rc;
	*out = signer;
	signer = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_signer_borrow(struct it_signer **out, const struct intoto_key *key,
		     struct intoto_error **err)
{
	struct it_signer *signer;

	*out = NULL;
	if (!intoto_key_is_private(key))
		return refuse_public("signer", err);
	signer = calloc(1, sizeof *signer);
	if (!signer)
		return it_err_nomem(err);
	signer->kind = &borrowed_kind;
	signer->key = key;
	*out = signer;
	return INTOTO_OK;
}

int it_signer_sign(const struct it_signer *signer, struct it_span data, struct it_buf *signature,
		   struct intoto_error **err)
{
	return signer->kind->sign(signer, data, signature, err);
}

int it_signer_sign_stream(const struct it_signer *signer, const struct it_message *message,
			  struct it_buf *signature, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf held = IT_BUF(IT_SIGNER_HELD_MAX);
	int rc;

	if (signer->kind->sign_stream)
		return signer->kind->sign_stream(signer, message, signature, err);
	rc = it_message_read(&held, message, "what this signer must hold in memory", err);
	return rc ? rc : it_signer_sign(signer, it_buf_span(&held), signature, err);
}

unsigned it_signer_passes(const struct it_signer *signer)
{
	return signer->kind->sign_stream ? signer->key->scheme->passes : 1;
}

void it_signer_free(struct it_signer *signer)
{
	if (!signer)
		return;
	if (signer->kind && signer->kind->close)
		signer->kind->close(signer);
	intoto_key_free(signer->owned);
	free(signer->certificate);
	free(signer);
}
