/* SPDX-License-Identifier: Apache-2.0 */
/* OpenPGP keys as in-toto keys: made, named, told apart, and verifying. */
#include "crypto/openpgp.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"

enum {
	DAY = 24 * 60 * 60, /* how far clocks may differ */
	HASH_WEAKEST = 8,   /* SHA-256; then SHA-384 and SHA-512 (RFC 9580 section 9.5) */
	HASH_STRONGEST = 10,
	SIGNATURE_MAX = 8 * 1024,
};

void it_openpgp_free(struct it_openpgp *openpgp)
{
	if (!openpgp)
		return;
	for (size_t i = 0; i < openpgp->count; i++)
		it_pgp_part_done(&openpgp->parts[i]);
	free(openpgp->parts);
	free(openpgp->user_id);
	free(openpgp);
}

/* --- what every scheme has --- */

static int refuse_form(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "an OpenPGP key has no such form; want its in-toto key object (JSON)");
}

static int no_der(const struct intoto_key *key, struct it_buf *out, struct intoto_error **err)
{
	(void)key;
	(void)out;
	return refuse_form(err);
}

static int no_read(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	(void)key;
	(void)text;
	return refuse_form(err);
}

static int no_generate(struct intoto_key *key, struct intoto_error **err)
{
	(void)key;
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "gpg makes OpenPGP keys");
}

static int no_sign(const struct intoto_key *key, struct it_span data, struct it_buf *signature,
		   struct intoto_error **err)
{
	(void)key;
	(void)data;
	(void)signature;
	return it_err_set(err, INTOTO_E_KEY, "an OpenPGP key signs through gpg (gpg:KEYID)");
}

/* A signature alone is a detached signature packet, as gpg --detach-sign writes it. */
static int verify(const struct intoto_key *key, struct it_span data, struct it_span signature,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(SIGNATURE_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(SIGNATURE_MAX);
	char keyid[IT_PGP_ID_SIZE];
	struct it_openpgp_claim claim = { .keyid = keyid };
	int rc = it_openpgp_split(signature, &headers, &value, keyid, NULL);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		return it_err_set(err, INTOTO_E_UNTRUSTED, "this is no OpenPGP signature");
	claim.headers = it_buf_span(&headers);
	claim.value = it_buf_span(&value);
	return it_openpgp_verify(key, &claim, data, it_clock_now(), NULL, err);
}

static const struct it_key_form form = {
	.public_der = no_der,
	.private_der = no_der,
	.public_text = no_der,
	.secret_text = no_der,
	.read_public = no_read,
	.read_secret = no_read,
};

#define PGP(scheme_name, type_name)                                                                \
	{                                                                                          \
		.name = (scheme_name), .keytype = (type_name), .form = &form,                      \
		.generate = no_generate, .sign = no_sign, .verify = verify,                        \
	}

static const struct it_scheme schemes[] = {
	PGP("pgp+rsa-pkcsv1.5", "rsa"),
	PGP("pgp+dsa-fips-180-2", "dsa"),
	PGP("pgp+eddsa-ed25519", "eddsa"),
};

/* --- making --- */

int it_openpgp_new(struct intoto_key **out, const char *method, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = calloc(1, sizeof *key);
	IT_AUTO(it_freep) char *quoted = NULL;

	*out = NULL;
	if (!key)
		return it_err_nomem(err);
	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++)
		if (it_streq(schemes[i].name, method))
			key->scheme = &schemes[i];
	if (!key->scheme) {
		quoted = it_text_quoted(it_span_text(method ? method : ""));
		return it_err_set(
			err, INTOTO_E_UNSUPPORTED, "method: found \"%s\", want one of %s, %s, %s",
			quoted ? quoted : "", schemes[0].name, schemes[1].name, schemes[2].name);
	}
	key->scheme_name = key->scheme->name;
	key->public_text = strdup("");
	key->openpgp = calloc(1, sizeof *key->openpgp);
	if (!key->public_text || !key->openpgp)
		return it_err_nomem(err);
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_openpgp_add(struct intoto_key *key, struct it_pgp_part *part, struct intoto_error **err)
{
	struct it_openpgp *openpgp = key->openpgp;
	struct it_pgp_part *parts = NULL;
	int rc = part->material ? INTOTO_OK : it_pgp_part_settle(part, err);

	if (!rc && openpgp->count > IT_PGP_SUBKEYS_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "more than %d subkeys", IT_PGP_SUBKEYS_MAX);
	if (!rc) {
		parts = reallocarray(openpgp->parts, openpgp->count + 1, sizeof *parts);
		rc = parts ? INTOTO_OK : it_err_nomem(err);
	}
	if (rc) {
		it_pgp_part_done(part);
		return rc;
	}
	openpgp->parts = parts;
	parts[openpgp->count++] = *part;
	return INTOTO_OK;
}

static void set_id(struct intoto_key *key, const char *id)
{
	for (size_t i = 0; i < IT_COUNT_OF(key->id); i++)
		memcpy(key->id[i], id, IT_PGP_ID_SIZE);
}

int it_openpgp_settle(struct intoto_key *key, struct intoto_error **err)
{
	_Static_assert((int)IT_PGP_ID_SIZE <= (int)IT_KEYID_SIZE, "a fingerprint is a keyid");
	if (!key->openpgp->count)
		return it_err_set(err, INTOTO_E_INTERNAL, "an OpenPGP key without a main key");
	set_id(key, key->openpgp->parts[0].id);
	memcpy(key->fingerprint, key->openpgp->parts[0].material->fingerprint,
	       sizeof key->fingerprint);
	return INTOTO_OK;
}

const struct it_pgp_part *it_openpgp_part(const struct intoto_key *key, struct it_span id)
{
	for (size_t i = 0; key->openpgp && i < key->openpgp->count; i++) {
		const struct it_pgp_part *part = &key->openpgp->parts[i];
		IT_AUTO(it_freep) char *text = strndup(id.data ? id.data : "", id.len);

		if (text && id.len == IT_PGP_ID_SIZE - 1 && it_streq_nocase(part->id, text))
			return part;
	}
	return NULL;
}

int it_openpgp_choose(struct intoto_key *key, const char *id, struct intoto_error **err)
{
	const struct it_pgp_part *part = it_openpgp_part(key, it_span_text(id));

	if (!part)
		return it_err_set(err, INTOTO_E_INTERNAL, "the key has no subkey %s", id);
	set_id(key, part->id);
	return INTOTO_OK;
}

/* --- telling apart --- */

/* The material number index that may sign for a key; NULL past the end. */
static const struct intoto_key *material(const struct intoto_key *key, size_t index)
{
	const struct it_openpgp *openpgp = key->openpgp;

	if (!openpgp)
		return index ? NULL : key;
	return index < openpgp->count ? openpgp->parts[index].material : NULL;
}

/* A subkey that cannot sign, perhaps because it is somebody else's, makes nobody the same. */
static bool counts(const struct intoto_key *key, size_t index)
{
	return !key->openpgp || !index || !key->openpgp->parts[index].why_not;
}

bool it_openpgp_shares(const struct intoto_key *a, const struct intoto_key *b)
{
	const struct intoto_key *one;
	const struct intoto_key *other;

	for (size_t i = 0; (one = material(a, i)); i++)
		for (size_t j = 0; (other = material(b, j)); j++)
			if (counts(a, i) && counts(b, j) &&
			    it_streq(one->fingerprint, other->fingerprint))
				return true;
	return false;
}

/* --- verifying --- */

static int untrusted(struct intoto_error **err, const struct it_pgp_part *part, const char *what,
		     int64_t when)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, when);
	return it_err_set(err, INTOTO_E_UNTRUSTED, "the key %s %s %s", part->id, what, time);
}

static bool has_ended(const struct it_pgp_part *part, int64_t at)
{
	return part->has_created && part->lifetime && part->created + part->lifetime <= at;
}

/* Whether a part is fit at all, as of a time; its main key is asked separately. */
static int check_part(const struct it_pgp_part *part, int64_t at, struct intoto_error **err)
{
	if (part->why_not)
		return it_err_set(err, INTOTO_E_UNTRUSTED, "the key %s %s", part->id,
				  part->why_not);
	if (part->revoked && (part->revoked_hard || part->revoked_at <= at))
		return untrusted(err, part, "was revoked on", part->revoked_at);
	if (has_ended(part, at))
		return untrusted(err, part, "expired on", part->created + part->lifetime);
	return INTOTO_OK;
}

/* A main key that must only certify may still have subkeys that sign. */
static int check_main(const struct it_pgp_part *main_key, int64_t at, struct intoto_error **err)
{
	struct it_pgp_part as_certifier = *main_key;

	as_certifier.why_not = NULL;
	return check_part(&as_certifier, at, err);
}

static int check_times(const struct it_pgp_part *part, const struct it_pgp_signature *signature,
		       int64_t at, struct intoto_error **err)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, signature->created);
	if (!signature->has_created)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the signature does not say when it was made");
	if (signature->created > at + DAY)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the signature says that it was made on %s, in the future", time);
	if (part->has_created && signature->created < part->created)
		return it_err_set(
			err, INTOTO_E_UNTRUSTED,
			"the signature says that it was made on %s, before the key %s was", time,
			part->id);
	if (has_ended(part, signature->created))
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the signature was made on %s, when the key %s had expired", time,
				  part->id);
	if (signature->lifetime && signature->created + signature->lifetime <= at) {
		it_time_format(time, signature->created + signature->lifetime);
		return it_err_set(err, INTOTO_E_UNTRUSTED, "the signature expired on %s", time);
	}
	return INTOTO_OK;
}

/* What a signature on a document must be, whoever made it. */
static int check_kind(const struct it_pgp_signature *signature, struct intoto_error **err)
{
	const char *hash = it_pgp_hash_name(signature->hash);

	if (signature->type != IT_PGP_BINARY)
		return it_err_set(
			err, INTOTO_E_UNTRUSTED,
			"a signature of type 0x%02x, want one on a binary document (0x00)",
			signature->type);
	if (signature->hash < HASH_WEAKEST || signature->hash > HASH_STRONGEST)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "signed with digest algorithm %u (%s), want SHA-256, SHA-384 or "
				  "SHA-512",
				  signature->hash, hash ? hash : "unknown");
	if (signature->is_strange)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the signature has a critical subpacket that is not known here");
	return INTOTO_OK;
}

/* Names in the part that is signed count; the document's keyid is a hint for those without. */
static const struct it_pgp_part *find_signer(const struct intoto_key *key,
					     const struct it_pgp_signature *signature,
					     const char *keyid)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_PGP_ID_SIZE);
	const struct it_pgp_part *part;

	if (signature->issuer.len) {
		it_hex_encode(&hex, signature->issuer);
		return it_openpgp_part(key, it_buf_span(&hex));
	}
	part = it_openpgp_part(key, it_span_text(keyid));
	return part ? part : &key->openpgp->parts[0];
}

static int check_signer(const struct intoto_key *key, const struct it_pgp_part *part,
			const struct it_pgp_signature *signature, int64_t at,
			struct intoto_error **err)
{
	const struct it_pgp_part *main_key = &key->openpgp->parts[0];
	int rc = check_part(part, at, err);

	if (!rc && part != main_key)
		rc = check_main(main_key, at, err);
	if (!rc)
		rc = check_times(part, signature, at, err);
	if (!rc && part != main_key)
		rc = check_times(main_key, signature, at, err);
	return rc;
}

int it_openpgp_verify(const struct intoto_key *key, const struct it_openpgp_claim *claim,
		      struct it_span data, int64_t at, const char *only, struct intoto_error **err)
{
	struct it_pgp_signature signature;
	struct it_pgp_content content = { &data, 1 };
	const struct it_pgp_part *part;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int verdict = INTOTO_E_UNTRUSTED;
	int rc = it_pgp_signature_read_hashed(&signature, claim->headers, &why);

	if (rc)
		return it_err_set(err, rc == INTOTO_E_NOMEM ? INTOTO_E_NOMEM : INTOTO_E_UNTRUSTED,
				  "other_headers: the OpenPGP signature is malformed: %s",
				  intoto_error_text(why));
	rc = check_kind(&signature, err);
	if (rc)
		return rc;
	part = find_signer(key, &signature, claim->keyid);
	if (!part)
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "the signature names another key as its maker");
	if (only && !it_streq_nocase(only, part->id))
		return it_err_set(err, INTOTO_E_UNTRUSTED, "the key %s signed, and only %s may",
				  part->id, only);
	verdict = it_pgp_part_verify(part, &signature, claim->value, content, err);
	return verdict ? verdict : check_signer(key, part, &signature, at, err);
}

int it_openpgp_split(struct it_span bytes, struct it_buf *headers, struct it_buf *value,
		     char keyid[IT_PGP_ID_SIZE], struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_PGP_ID_SIZE);
	struct it_pgp_signature signature = { 0 };
	struct it_pgp_packet packet;
	int rc;

	keyid[0] = '\0';
	if (!it_pgp_take_packet(&bytes, &packet) || packet.tag != IT_PGP_SIGNATURE || bytes.len)
		return it_err_set(err, INTOTO_E_FORMAT, "this is not one signature packet");
	rc = it_pgp_signature_read(&signature, packet.body, err);
	if (!rc)
		rc = it_pgp_value(value, &signature, err);
	if (rc)
		return it_err_wrap(err, rc, "OpenPGP signature");
	it_hex_encode(&hex, signature.issuer.len ? signature.issuer : signature.issuer_hint);
	if (hex.len == IT_PGP_ID_SIZE - 1)
		memcpy(keyid, it_buf_text(&hex), IT_PGP_ID_SIZE);
	(void)it_buf_add_span(headers, signature.hashed); /* sticky */
	return it_buf_check(headers, "signature", err);
}

int it_openpgp_check_fresh(const struct intoto_key *key, int64_t at, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool fit = false;

	if (!key->openpgp)
		return INTOTO_OK;
	if (check_main(&key->openpgp->parts[0], at, &why))
		return it_err_set(err, INTOTO_E_KEY, "%s", intoto_error_text(why));
	for (size_t i = 0; i < key->openpgp->count; i++)
		fit |= check_part(&key->openpgp->parts[i], at, NULL) == INTOTO_OK;
	if (fit)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_KEY, "neither the key %s nor a subkey of it is fit to sign",
			  key->openpgp->parts[0].id);
}
