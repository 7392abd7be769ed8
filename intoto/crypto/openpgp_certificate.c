/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate of OpenPGP says about itself (RFC 9580 sections 5.2.1 and 10.1).
 *
 * Only signatures that verify count.  Of the self-signatures of a user id, and of the bindings of a
 * subkey, the newest decides; of user ids the primary one, then the newest.  Whatever could make a
 * key worse is believed in any form (a revocation with SHA-1); what makes it better must not rest
 * on SHA-1 since 2019-01-19, the day from which gpg refuses that too.
 */
#include <string.h>

#include "base/strings.h"
#include "base/text.h"
#include "crypto/openpgp.h"
#include "crypto/openpgp_ring.h"

enum {
	DAY = 24 * 60 * 60,
	KEY_FRAME = 0x99, /* section 5.2.4 */
	USER_ID_FRAME = 0xb4,
	HEAD_MAX = 5,
	SHA1 = 2,
	SHA1_UNTIL = 1547856000, /* 2019-01-19T00:00:00Z */
	SIGNATURE_MAX = 4096,
	USER_ID_SHOWN = 200,
	/* Reasons for a revocation after which older signatures stay good (section 5.2.3.31). */
	SUPERSEDED = 1,
	RETIRED = 3,
	REVOKERS_MAX = 16,
};

/* One certificate on its way to a key. */
struct reader {
	struct it_pgp_ring *ring;
	struct it_pgp_certificate certificate;
	int64_t at;
	struct it_pgp_part main;
	unsigned char fingerprint[IT_PGP_FINGERPRINT_SIZE];
	struct it_span revokers[REVOKERS_MAX];
	size_t revoker_count;
	bool exhausted; /* there were too many signatures to look at */
};

/* The newest good signature of some kind. */
struct newest {
	bool found;
	struct it_pgp_signature signature;
};

/* --- one signature --- */

/* A key or user id as it is hashed: a head, then its body. */
struct framed {
	unsigned char head[HEAD_MAX];
	size_t head_len;
	struct it_span body;
};

static struct framed frame_key(struct it_span body)
{
	struct framed out = {
		{ KEY_FRAME, (unsigned char)(body.len >> 8), (unsigned char)body.len }, 3, body
	};

	return out;
}

static struct framed frame_user_id(struct it_span body)
{
	struct framed out = { { USER_ID_FRAME, (unsigned char)(body.len >> 24),
				(unsigned char)(body.len >> 16), (unsigned char)(body.len >> 8),
				(unsigned char)body.len },
			      HEAD_MAX,
			      body };

	return out;
}

/* Whether signer made the signature over one or two framed things. */
static bool verifies(struct reader *reader, const struct it_pgp_part *signer,
		     const struct it_pgp_signature *signature, const struct framed *things,
		     size_t count)
{
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(SIGNATURE_MAX);
	struct it_span items[4];
	struct it_pgp_content content = { items, 2 * count };

	for (size_t i = 0; i < count; i++) {
		items[2 * i] = it_span(things[i].head, things[i].head_len);
		items[2 * i + 1] = things[i].body;
	}
	if (!reader->ring->verifications) {
		reader->exhausted = true;
		return false;
	}
	reader->ring->verifications--;
	return it_pgp_value(&value, signature, NULL) == INTOTO_OK &&
	       it_pgp_part_verify(signer, signature, it_buf_span(&value), content, NULL) ==
		       INTOTO_OK;
}

static bool is_by_main(const struct reader *reader, const struct it_pgp_signature *signature)
{
	return it_pgp_signature_may_be_by(signature,
					  it_span(reader->fingerprint, sizeof reader->fingerprint));
}

/* A signature of the main key that says something good: not from the future, nothing strange. */
static bool is_self_signature(struct reader *reader, const struct it_pgp_signature *signature,
			      const struct framed *things, size_t count)
{
	return signature->has_created && signature->created <= reader->at + DAY &&
	       !signature->is_strange && is_by_main(reader, signature) &&
	       verifies(reader, &reader->main, signature, things, count);
}

/* By a key that the certificate names for it, if that is in the same file. */
static bool is_by_revoker(struct reader *reader, const struct it_pgp_signature *signature,
			  const struct framed *things, size_t count)
{
	for (size_t i = 0; i < reader->revoker_count; i++) {
		struct it_span body = it_pgp_ring_key(reader->ring, reader->revokers[i]);
		struct it_pgp_part signer = { 0 };
		bool good = body.len &&
			    it_pgp_signature_may_be_by(signature, reader->revokers[i]) &&
			    it_pgp_part_read(&signer, body, NULL) == INTOTO_OK &&
			    verifies(reader, &signer, signature, things, count);

		it_pgp_part_done(&signer);
		if (good)
			return true;
	}
	return false;
}

static bool is_weak(const struct it_pgp_signature *signature)
{
	return signature->hash == SHA1 && signature->created >= SHA1_UNTIL;
}

static bool has_ended(const struct it_pgp_signature *signature, int64_t at)
{
	return signature->lifetime && signature->created + signature->lifetime <= at;
}

/* Of two of one second, the later one in the file. */
static void keep_newest(struct newest *newest, const struct it_pgp_signature *signature)
{
	if (newest->found && newest->signature.created > signature->created)
		return;
	newest->found = true;
	newest->signature = *signature;
}

/* Without a reason, or with an unknown one, the key may be in wrong hands: nothing by it counts. */
static void revoke(struct it_pgp_part *part, const struct it_pgp_signature *signature)
{
	bool hard = !signature->has_reason ||
		    (signature->reason != SUPERSEDED && signature->reason != RETIRED) ||
		    !signature->has_created;

	if (!part->revoked || signature->created < part->revoked_at)
		part->revoked_at = signature->created;
	part->revoked_hard |= hard;
	part->revoked = true;
}

static bool is_revoked_by(struct reader *reader, const struct it_pgp_signature *signature,
			  const struct framed *things, size_t count)
{
	return (is_by_main(reader, signature) &&
		verifies(reader, &reader->main, signature, things, count)) ||
	       is_by_revoker(reader, signature, things, count);
}

/* --- the main key --- */

static void add_revokers(struct reader *reader, const struct it_pgp_signature *signature)
{
	for (size_t i = 0; i < signature->revoker_count; i++)
		if (reader->revoker_count < REVOKERS_MAX)
			reader->revokers[reader->revoker_count++] = signature->revokers[i];
}

/* The newest signature of the main key on itself alone; also gathers who may revoke it. */
static void find_direct(struct reader *reader, struct newest *out)
{
	struct framed key = frame_key(reader->certificate.packets[0].body);
	struct it_pgp_signature signature;

	for (size_t i = 1; i < reader->certificate.count; i++) {
		const struct it_pgp_packet *packet = &reader->certificate.packets[i];

		if (packet->tag != IT_PGP_SIGNATURE ||
		    it_pgp_signature_read(&signature, packet->body, NULL) ||
		    signature.type != IT_PGP_DIRECT ||
		    !is_self_signature(reader, &signature, &key, 1))
			continue;
		add_revokers(reader, &signature);
		keep_newest(out, &signature);
	}
}

/* Wherever they stand. */
static void find_revocations(struct reader *reader)
{
	struct framed key = frame_key(reader->certificate.packets[0].body);
	struct it_pgp_signature signature;

	for (size_t i = 1; i < reader->certificate.count; i++) {
		const struct it_pgp_packet *packet = &reader->certificate.packets[i];

		if (packet->tag == IT_PGP_SIGNATURE &&
		    it_pgp_signature_read(&signature, packet->body, NULL) == INTOTO_OK &&
		    signature.type == IT_PGP_REVOKED_KEY &&
		    is_revoked_by(reader, &signature, &key, 1))
			revoke(&reader->main, &signature);
	}
}

static bool is_about_user_id(const struct it_pgp_signature *signature)
{
	return (signature->type >= IT_PGP_CERTIFICATION &&
		signature->type <= IT_PGP_CERTIFICATION_LAST) ||
	       signature->type == IT_PGP_REVOKED_CERTIFICATION;
}

/* The newest of one user id; a revocation wins over what is as old. */
static void find_certification(struct reader *reader, size_t index, struct newest *out)
{
	const struct it_pgp_packet *packets = reader->certificate.packets;
	const struct framed things[2] = { frame_key(packets[0].body),
					  frame_user_id(packets[index].body) };
	struct newest revoked = { 0 };
	struct it_pgp_signature signature;

	for (size_t i = index + 1;
	     i < reader->certificate.count && packets[i].tag == IT_PGP_SIGNATURE; i++) {
		if (it_pgp_signature_read(&signature, packets[i].body, NULL) ||
		    !is_about_user_id(&signature) ||
		    !is_self_signature(reader, &signature, things, 2))
			continue;
		add_revokers(reader, &signature);
		keep_newest(signature.type == IT_PGP_REVOKED_CERTIFICATION ? &revoked : out,
			    &signature);
	}
	if (revoked.found && revoked.signature.created >= out->signature.created)
		out->found = false;
	if (out->found && has_ended(&out->signature, reader->at))
		out->found = false;
}

/* The signature that speaks for the key, and the number of its user id's packet. */
static size_t find_best(struct reader *reader, struct newest *best)
{
	size_t user_id = 0;

	for (size_t i = 1; i < reader->certificate.count; i++) {
		struct newest own = { 0 };

		if (reader->certificate.packets[i].tag != IT_PGP_USER_ID)
			continue;
		find_certification(reader, i, &own);
		if (!own.found ||
		    (best->found && best->signature.is_primary && !own.signature.is_primary) ||
		    (best->found && best->signature.is_primary == own.signature.is_primary &&
		     best->signature.created >= own.signature.created))
			continue;
		*best = own;
		user_id = i;
	}
	return user_id;
}

static const char must_not_sign[] = "must not sign: its key flags say so";

/* Lifetime and flags: the user id's, then those of the key itself; of two ends the earlier one. */
static int describe_main(struct reader *reader, const struct newest *best,
			 const struct newest *direct, struct intoto_error **err)
{
	const struct newest *speaker = best->found ? best : direct;
	struct it_pgp_part *part = &reader->main;

	if (!speaker->found)
		return it_err_set(err, INTOTO_E_KEY,
				  "the OpenPGP key %s: no self-signature of it is valid", part->id);
	if (is_weak(&speaker->signature))
		return it_err_set(
			err, INTOTO_E_KEY,
			"the OpenPGP key %s: its newest self-signature is made with SHA-1; "
			"its owner should renew it",
			part->id);
	part->lifetime = speaker->signature.key_lifetime;
	if (direct->found && direct->signature.key_lifetime &&
	    (!part->lifetime || direct->signature.key_lifetime < part->lifetime))
		part->lifetime = direct->signature.key_lifetime;
	if (!speaker->signature.has_flags && direct->found)
		speaker = direct;
	if (speaker->signature.has_flags && !(speaker->signature.flags & IT_PGP_MAY_SIGN))
		part->why_not = must_not_sign;
	return INTOTO_OK;
}

/* --- subkeys --- */

/* A subkey that signs agrees to it: else one could claim somebody else's (section 5.2.3.34). */
static bool has_back_signature(struct reader *reader, const struct it_pgp_part *part,
			       const struct it_pgp_signature *binding, const struct framed *things)
{
	struct it_pgp_signature back;

	return binding->embedded.len &&
	       it_pgp_signature_read(&back, binding->embedded, NULL) == INTOTO_OK &&
	       back.type == IT_PGP_BACK && back.has_created && !back.is_strange &&
	       back.created <= reader->at + DAY && !has_ended(&back, reader->at) &&
	       !is_weak(&back) && verifies(reader, part, &back, things, 2);
}

static const char *why_not(struct reader *reader, const struct it_pgp_part *part,
			   const struct it_pgp_signature *binding, const struct framed *things)
{
	if (binding->has_flags && !(binding->flags & IT_PGP_MAY_SIGN))
		return must_not_sign;
	if (is_weak(binding))
		return "is bound to its main key with SHA-1 only";
	if (has_ended(binding, reader->at))
		return "is bound to its main key no longer";
	if (!has_back_signature(reader, part, binding, things))
		return "must not sign: it has no valid back-signature";
	return NULL;
}

/* Reads one subkey; found stays false for one that is not bound, or of a kind that cannot sign. */
static void read_subkey(struct reader *reader, size_t index, struct it_pgp_part *part, bool *found)
{
	const struct it_pgp_packet *packets = reader->certificate.packets;
	const struct framed things[2] = { frame_key(packets[0].body),
					  frame_key(packets[index].body) };
	struct it_pgp_signature signature;
	struct newest binding = { 0 };

	*found = false;
	if (it_pgp_part_read(part, packets[index].body, NULL))
		return;
	for (size_t i = index + 1;
	     i < reader->certificate.count && packets[i].tag == IT_PGP_SIGNATURE; i++) {
		if (it_pgp_signature_read(&signature, packets[i].body, NULL))
			continue;
		if (signature.type == IT_PGP_BINDING &&
		    is_self_signature(reader, &signature, things, 2))
			keep_newest(&binding, &signature);
		if (signature.type == IT_PGP_REVOKED_SUBKEY &&
		    is_revoked_by(reader, &signature, things, 2))
			revoke(part, &signature);
	}
	if (!binding.found)
		return;
	*found = true;
	part->lifetime = binding.signature.key_lifetime;
	part->why_not = why_not(reader, part, &binding.signature, things);
}

static int add_subkeys(struct reader *reader, struct intoto_key *key, struct intoto_error **err)
{
	for (size_t i = 1; i < reader->certificate.count; i++) {
		struct it_pgp_part part = { 0 };
		bool found = false;
		int rc;

		if (reader->certificate.packets[i].tag != IT_PGP_PUBLIC_SUBKEY)
			continue;
		read_subkey(reader, i, &part, &found);
		if (!found) {
			it_pgp_part_done(&part);
			continue;
		}
		rc = it_openpgp_add(key, &part, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* --- all together --- */

static void reader_done(struct reader *reader)
{
	it_pgp_part_done(&reader->main);
}

static int start(struct reader *reader, struct intoto_error **err)
{
	struct it_span body = reader->certificate.packets[0].body;
	int rc = it_pgp_part_read(&reader->main, body, err);

	if (!rc && !it_pgp_fingerprint(reader->fingerprint, body))
		rc = it_err_set(err, INTOTO_E_INTERNAL, "libcrypto cannot hash");
	return rc;
}

static int set_user_id(struct intoto_key *key, struct it_span text, struct intoto_error **err)
{
	if (text.len > USER_ID_SHOWN)
		text.len = USER_ID_SHOWN;
	key->openpgp->user_id = it_text_quoted(text);
	return key->openpgp->user_id ? INTOTO_OK : it_err_nomem(err);
}

static int refuse_exhausted(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_LIMIT, "more self-signatures than are looked at");
}

static int fill(struct intoto_key *key, struct reader *reader, size_t user_id,
		struct intoto_error **err)
{
	struct it_pgp_part part = reader->main;
	int rc;

	key->openpgp->certified = true;
	/* Borrowed while the subkeys are verified; the key's from the start. */
	rc = it_openpgp_add(key, &part, err);
	if (!rc)
		rc = add_subkeys(reader, key, err);
	reader->main = (struct it_pgp_part){ 0 };
	if (!rc && reader->exhausted)
		rc = refuse_exhausted(err);
	if (!rc && user_id)
		rc = set_user_id(key, reader->certificate.packets[user_id].body, err);
	return rc ? rc : it_openpgp_settle(key, err);
}

int it_pgp_certificate_read(struct intoto_key **out, struct it_pgp_ring *ring,
			    struct it_pgp_certificate certificate, int64_t at,
			    struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(reader_done)
	struct reader reader = { .ring = ring, .certificate = certificate, .at = at };
	struct newest direct = { 0 };
	struct newest best = { 0 };
	size_t user_id = 0;
	int rc = start(&reader, err);

	*out = NULL;
	if (rc)
		return rc;
	find_direct(&reader, &direct);
	user_id = find_best(&reader, &best);
	find_revocations(&reader);
	rc = reader.exhausted ? refuse_exhausted(err) : describe_main(&reader, &best, &direct, err);
	if (!rc)
		rc = it_openpgp_new(&key, reader.main.kind->method, err);
	if (!rc)
		rc = fill(key, &reader, user_id, err);
	if (rc)
		return rc;
	*out = key;
	key = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_pgp_certificate_revokers(struct it_strings *out, struct it_pgp_ring *ring,
				struct it_pgp_certificate certificate, struct intoto_error **err)
{
	IT_AUTO(reader_done) struct reader reader = { .ring = ring, .certificate = certificate };
	struct newest ignored = { 0 };
	int rc = start(&reader, NULL);

	if (rc)
		return rc == INTOTO_E_NOMEM ? it_err_nomem(err)
					    : INTOTO_OK; /* told when it is read */
	reader.at = INT64_MAX / 2;
	find_direct(&reader, &ignored);
	(void)find_best(&reader, &ignored); /* gathers them, too */
	for (size_t i = 0; !rc && i < reader.revoker_count; i++) {
		IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(IT_PGP_ID_SIZE);

		it_hex_encode(&hex, reader.revokers[i]);
		rc = it_strings_add(out, it_buf_text(&hex), err);
	}
	return rc;
}
