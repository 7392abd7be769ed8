/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing with gpg.
 *
 * Which subkey gpg takes only gpg knows, and a link's file is named after it: so a trial signature
 * is made first, when nothing has been done yet.  It also asks for the passphrase before a long
 * step instead of behind it.
 */
#include "crypto/gpg_signer.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/gpg.h"
#include "crypto/openpgp.h"

enum { PACKET_MAX = 16 * 1024 };

static const char trial[] = "intoto: a trial signature, to see which key signs\n";
static const char home_mark[] = "?home=";

struct state {
	char *home;			  /* or NULL */
	char exactly[IT_PGP_ID_SIZE + 1]; /* the subkey that signs, and "!" */
};

static void state_free(struct state *state)
{
	if (state)
		free(state->home);
	free(state);
}

static int split_uri(struct state *state, char **id, const char *rest, struct intoto_error **err)
{
	const char *mark = strstr(rest, home_mark);

	*id = mark ? strndup(rest, (size_t)(mark - rest)) : strdup(rest);
	if (mark)
		state->home = strdup(mark + sizeof home_mark - 1);
	if (!*id || (mark && !state->home))
		return it_err_nomem(err);
	if (!**id || it_openpgp_id_valid(*id))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_USAGE,
			  "gpg: want the id of a key, 16 to 40 hex digits (gpg --list-secret-keys "
			  "--keyid-format=long prints it), or nothing for the default key");
}

/* Signs, and looks at the signature as a verifier would; key may be NULL for the first time. */
static int make(struct it_buf *packet, char signer[IT_PGP_ID_SIZE], const struct state *state,
		const char *id, struct it_span data, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(PACKET_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(PACKET_MAX);
	int rc = it_gpg_sign(packet, id, state->home, data, err);

	if (!rc)
		rc = it_err_wrap(
			err, it_openpgp_split(it_buf_span(packet), &headers, &value, signer, err),
			"what gpg wrote");
	if (!rc && !*signer)
		rc = it_err_set(
			err, INTOTO_E_HELPER,
			"gpg does not say in its signature which key made it; want gpg 2.1 or "
			"later");
	return rc;
}

static int check(const struct intoto_key *key, struct it_span data, const struct it_buf *packet,
		 struct intoto_error **err)
{
	int rc = it_key_verify(key, data, it_buf_span(packet), err);

	return it_err_wrap(err, rc, "the signature that gpg made");
}

static int find_key(struct it_signer *signer, struct state *state, const char *id,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf packet = IT_BUF(PACKET_MAX);
	char signs[IT_PGP_ID_SIZE];
	int rc = make(&packet, signs, state, id, it_span_text(trial), err);

	if (!rc)
		rc = it_gpg_key(&signer->owned, signs, state->home, err);
	if (!rc)
		rc = it_openpgp_choose(signer->owned, signs, err);
	if (!rc)
		rc = check(signer->owned, it_span_text(trial), &packet, err);
	if (rc)
		return rc;
	memcpy(state->exactly, signs, IT_PGP_ID_SIZE - 1);
	state->exactly[IT_PGP_ID_SIZE - 1] = '!';
	state->exactly[IT_PGP_ID_SIZE] = '\0';
	return INTOTO_OK;
}

static int gpg_open(struct it_signer *signer, const char *rest, intoto_passphrase_fn passphrase,
		    void *arg, struct intoto_error **err)
{
	struct state *state = calloc(1, sizeof *state);
	IT_AUTO(it_freep) char *id = NULL;
	int rc;

	(void)passphrase; /* gpg's agent asks */
	(void)arg;
	if (!state)
		return it_err_nomem(err);
	signer->state = state;
	rc = split_uri(state, &id, rest, err);
	if (!rc)
		rc = find_key(signer, state, id, err);
	signer->key = signer->owned;
	return rc;
}

static int gpg_sign(const struct it_signer *signer, struct it_span data, struct it_buf *signature,
		    struct intoto_error **err)
{
	const struct state *state = signer->state;
	IT_AUTO(it_buf_done) struct it_buf packet = IT_BUF(PACKET_MAX);
	char signs[IT_PGP_ID_SIZE];
	int rc = make(&packet, signs, state, state->exactly, data, err);

	if (!rc)
		rc = check(signer->key, data, &packet, err);
	if (rc)
		return rc;
	(void)it_buf_add_span(signature, it_buf_span(&packet)); /* sticky */
	return it_buf_check(signature, "signature", err);
}

static void gpg_close(struct it_signer *signer)
{
	state_free(signer->state);
}

const struct it_signer_kind it_gpg_signer_kind = {
	.scheme = "gpg",
	.open = gpg_open,
	.sign = gpg_sign,
	.close = gpg_close,
};
