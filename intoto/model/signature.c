/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures on an envelope: what they cover, whether they are good, and new ones. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/openpgp.h"
#include "json/where.h"
#include "model/envelope_text.h"
#include "model/rust_form.h"

enum {
	PAE_HEAD_MAX = 64, /* "DSSEv1", two lengths, four spaces */
	LISTED_MAX = 8,	   /* keyids that an error text names */
};

/* "DSSEv1" SP LEN(type) SP type SP LEN(body) SP */
void it_pae_head(struct it_buf *out, const char *type, uint64_t len)
{
	(void)it_buf_printf(out, "DSSEv1 %zu %s %llu ", strlen(type), type,
			    (unsigned long long)len); /* sticky */
}

/*
 * PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in decimal (DSSE
 * protocol.md).
 */
static void add_pae(struct it_buf *out, const char *type, struct it_span body)
{
	(void)it_buf_reserve(out, PAE_HEAD_MAX + strlen(type) + body.len); /* all sticky */
	it_pae_head(out, type, body.len);
	(void)it_buf_add_span(out, body);
}

int it_envelope_signed_bytes(const struct intoto_envelope *envelope, struct it_buf *out,
			     struct intoto_error **err)
{
	if (envelope->format == INTOTO_DSSE)
		add_pae(out, envelope->payload_type, it_buf_span(&envelope->payload));
	else
		(void)it_buf_add_span(out, it_buf_span(&envelope->payload)); /* sticky */
	return it_buf_check(out, "signed bytes", err);
}

/* The same without a copy where none is needed; scratch owns the bytes where one is. */
static int cover(struct it_span *out, const struct intoto_envelope *envelope,
		 struct it_buf *scratch, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (envelope->format == INTOTO_DSSE) {
		rc = it_envelope_signed_bytes(envelope, scratch, err);
		*out = it_buf_span(scratch);
	} else {
		*out = it_buf_span(&envelope->payload);
	}
	return rc;
}

static bool is_openpgp(const struct it_signature *signature)
{
	return signature->raw && (!it_json_get(signature->raw, "sig") ||
				  it_json_get(signature->raw, "other_headers"));
}

/* "signature" of Metablock in hex; or "sig", which was decoded when the envelope was read. */
static int read_value(struct it_buf *out, const struct it_signature *signature,
		      struct intoto_error **err)
{
	const struct it_json *value = it_json_get(signature->raw, "signature");

	if (!it_json_get(signature->raw, "sig") && !it_hex_decode(out, it_json_text(value)))
		return it_err_set(err, INTOTO_E_UNTRUSTED, "signature: want hex digits, found %s",
				  it_json_text(value).data ? "another text"
							   : it_json_kind_name(value));
	if (it_json_get(signature->raw, "sig"))
		(void)it_buf_add_span(out, it_buf_span(&signature->bytes)); /* sticky */
	return it_buf_check(out, "signature", err);
}

static int verify_openpgp(const struct it_signature *signature, struct it_span covered,
			  const struct intoto_key *key, const struct it_terms *terms,
			  struct intoto_error **err)
{
	const struct it_json *given = it_json_get(signature->raw, "other_headers");
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	struct it_openpgp_claim claim = { .keyid = signature->keyid };
	int rc;

	if (!it_json_text(given).data || !it_hex_decode(&headers, it_json_text(given)))
		return it_err_set(
			err, INTOTO_E_UNTRUSTED, "other_headers: want hex digits, found %s",
			it_json_text(given).data ? "another text" : it_json_kind_name(given));
	rc = read_value(&value, signature, err);
	if (rc)
		return rc;
	claim.headers = it_buf_span(&headers);
	claim.value = it_buf_span(&value);
	return it_openpgp_verify(key, &claim, covered, terms->at, terms->only, err);
}

static int verify_one(const struct it_signature *signature, struct it_span covered,
		      const struct intoto_key *key, const struct it_terms *terms,
		      struct intoto_error **err)
{
	if (is_openpgp(signature) && !key->openpgp)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "an OpenPGP signature");
	if (key->openpgp && !is_openpgp(signature))
		return it_err_set(err, INTOTO_E_UNTRUSTED, "is no OpenPGP signature");
	if (key->openpgp)
		return verify_openpgp(signature, covered, key, terms, err);
	return it_key_verify(key, covered, it_buf_span(&signature->bytes), err);
}

static struct it_terms terms_now(void)
{
	return (struct it_terms){ .at = it_clock_now() };
}

int it_envelope_verify_one(const struct intoto_envelope *envelope, size_t index,
			   const struct intoto_key *key, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf scratch = IT_BUF(SIZE_MAX / 2);
	const struct it_terms terms = terms_now();
	struct it_span covered;
	int rc;

	if (index >= envelope->signature_count)
		return it_err_set(err, INTOTO_E_INTERNAL, "no signature number %zu", index);
	rc = cover(&covered, envelope, &scratch, err);
	if (rc)
		return rc;
	return verify_one(&envelope->signatures[index], covered, key, &terms, err);
}

/* The number of the first signature whose keyid names the key; the count when there is none. */
static size_t find_claim(const struct intoto_envelope *envelope, const struct intoto_key *key)
{
	size_t i = 0;

	while (i < envelope->signature_count &&
	       !it_key_answers_to(key, it_span_text(envelope->signatures[i].keyid)))
		i++;
	return i;
}

static void list_keyids(struct it_buf *out, const struct intoto_envelope *envelope)
{
	size_t count = envelope->signature_count;

	(void)it_buf_printf(out, "%zu signature%s", count, count == 1 ? "" : "s"); /* all sticky */
	for (size_t i = 0; i < count && i < LISTED_MAX; i++) {
		(void)it_buf_add_text(out, i ? ", " : ", by ");
		it_where_quote(out, it_span_text(envelope->signatures[i].keyid));
		if (is_openpgp(&envelope->signatures[i]))
			(void)it_buf_add_text(out, " (OpenPGP)");
	}
	if (count > LISTED_MAX)
		(void)it_buf_printf(out, " and %zu more", count - LISTED_MAX);
}

/* why is about the first signature that claims the key, or NULL. */
static int refuse_all(const struct intoto_envelope *envelope, const struct intoto_key *key,
		      const struct intoto_error *why, struct intoto_error **err)
{
	size_t claim = find_claim(envelope, key);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);

	if (claim < envelope->signature_count) {
		it_where_quote(&text, it_span_text(envelope->signatures[claim].keyid));
		if (key->openpgp && why)
			return it_err_set(err, INTOTO_E_UNTRUSTED,
					  "signature %zu of %zu, by %s, does not count: %s",
					  claim + 1, envelope->signature_count, it_buf_text(&text),
					  intoto_error_text(why));
		return it_err_set(err, INTOTO_E_UNTRUSTED,
				  "signature %zu of %zu, by %s, does not verify with that key",
				  claim + 1, envelope->signature_count, it_buf_text(&text));
	}
	it_where_quote(&text, it_span_text(key->declared_id[0] ? key->declared_id
							       : key->id[INTOTO_KEYID_LEGACY]));
	(void)it_buf_add_text(&text, ": "); /* sticky */
	list_keyids(&text, envelope);
	return it_err_set(err, INTOTO_E_UNTRUSTED, "no signature by key %s", it_buf_text(&text));
}

/* What is tried, and against what. */
struct trial {
	const struct intoto_envelope *envelope;
	struct it_span covered;
	const struct intoto_key *key;
	const struct it_terms *terms;
};

/*
 * Tries the signatures whose keyid names the key, or all others; UNTRUSTED when none is good, *why
 * is then about the first.
 */
static int try_signatures(const struct trial *trial, bool claimed, struct intoto_error **why)
{
	for (size_t i = 0; i < trial->envelope->signature_count; i++) {
		const struct it_signature *signature = &trial->envelope->signatures[i];
		bool names = it_key_answers_to(trial->key, it_span_text(signature->keyid));
		int rc;

		if (names != claimed)
			continue;
		rc = verify_one(signature, trial->covered, trial->key, trial->terms,
				claimed && !*why ? why : NULL);
		if (rc == INTOTO_E_NOMEM || rc == INTOTO_OK)
			return rc;
	}
	return INTOTO_E_UNTRUSTED;
}

/* A Metablock by the Rust implementation, whose texts need another form. */
static int try_rust_form(const struct trial *given)
{
	IT_AUTO(it_buf_done) struct it_buf form = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct trial trial = *given;

	if (given->envelope->format != INTOTO_METABLOCK || !it_rust_form(&form, given->covered))
		return INTOTO_E_UNTRUSTED;
	if (form.failed)
		return INTOTO_E_NOMEM;
	trial.covered = it_buf_span(&form);
	return try_signatures(&trial, true, &why);
}

int it_envelope_verify_under(const struct intoto_envelope *envelope, const struct intoto_key *key,
			     const struct it_terms *terms, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf scratch = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct trial trial = { .envelope = envelope, .key = key, .terms = terms };
	int rc = cover(&trial.covered, envelope, &scratch, err);

	if (rc)
		return rc;
	rc = try_signatures(&trial, true, &why);
	if (rc == INTOTO_E_UNTRUSTED)
		rc = try_signatures(&trial, false, &why);
	if (rc == INTOTO_E_UNTRUSTED)
		rc = try_rust_form(&trial);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc == INTOTO_E_UNTRUSTED ? refuse_all(envelope, key, why, err) : rc;
}

int intoto_envelope_verify(const struct intoto_envelope *envelope, const struct intoto_key *key,
			   struct intoto_error **err)
{
	const struct it_terms terms = terms_now();

	return it_envelope_verify_under(envelope, key, &terms, err);
}

/*
 * A signature by the same key is good for it.  One that only claims its keyid is stale: the
 * document was changed after it was made, and readers that stop at the first matching keyid
 * (reference 1.3) would refuse the good one behind it.
 */
static bool is_replaced(const struct it_signature *old, struct it_span covered,
			const struct intoto_key *key)
{
	const struct it_terms terms = terms_now();

	return it_key_answers_to(key, it_span_text(old->keyid)) ||
	       verify_one(old, covered, key, &terms, NULL) == INTOTO_OK;
}

/* Puts fresh where the first replaced one stood, or at the end; takes it on success only. */
static int put_signature(struct intoto_envelope *envelope, struct it_signature *fresh,
			 struct it_span covered, const struct intoto_key *key,
			 struct intoto_error **err)
{
	struct it_signature *list = reallocarray(
		envelope->signatures, envelope->signature_count + 1, sizeof *envelope->signatures);
	bool placed = false;
	size_t kept = 0;

	if (!list)
		return it_err_nomem(err);
	envelope->signatures = list;
	for (size_t i = 0; i < envelope->signature_count; i++) {
		struct it_signature old = list[i];

		if (!is_replaced(&old, covered, key)) {
			list[kept++] = old;
			continue;
		}
		it_signature_done(&old);
		if (!placed)
			list[kept++] = *fresh;
		placed = true;
	}
	if (!placed)
		list[kept++] = *fresh;
	envelope->signature_count = kept;
	*fresh = (struct it_signature){ 0 };
	return INTOTO_OK;
}

/*
 * As securesystemslib writes them: { keyid, other_headers, signature } in Metablock, and in DSSE
 * "sig" for the last.  Those members are what is printed.
 */
static int describe_openpgp(struct it_signature *fresh, enum intoto_envelope_format format,
			    struct intoto_error **err)
{
	bool dsse = format == INTOTO_DSSE;
	IT_AUTO(it_buf_done) struct it_buf headers = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf value = IT_BUF(IT_SIGNATURE_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf headers_text = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf value_text = IT_BUF(SIZE_MAX / 2);
	char keyid[IT_PGP_ID_SIZE];
	int rc = it_openpgp_split(it_buf_span(&fresh->bytes), &headers, &value, keyid, err);

	if (rc)
		return rc;
	it_hex_encode(&headers_text, it_buf_span(&headers));
	(dsse ? it_base64_encode : it_hex_encode)(&value_text, it_buf_span(&value));
	fresh->raw = it_json_new_object();
	if (!fresh->raw)
		return it_err_nomem(err);
	rc = it_json_set_take(fresh->raw, "keyid", it_json_new_text(it_span_text(fresh->keyid)),
			      err);
	if (!rc)
		rc = it_json_set_take(fresh->raw, "other_headers",
				      it_json_new_text(it_buf_span(&headers_text)), err);
	if (!rc)
		rc = it_json_set_take(fresh->raw, dsse ? "sig" : "signature",
				      it_json_new_text(it_buf_span(&value_text)), err);
	it_buf_reset(&fresh->bytes);
	(void)it_buf_add_span(&fresh->bytes, it_buf_span(&value)); /* sticky */
	return rc ? rc : it_buf_check(&fresh->bytes, "signature", err);
}

/* Everything about a fresh signature but its bytes, which are there. */
static int describe(struct it_signature *fresh, const struct it_signer *signer,
		    enum intoto_keyid_style style, enum intoto_envelope_format format,
		    struct intoto_error **err)
{
	fresh->keyid = strdup(intoto_key_id(signer->key, style));
	if (!fresh->keyid)
		return it_err_nomem(err);
	if (signer->certificate)
		return it_signature_certify(fresh, signer->certificate, format, err);
	return signer->key->openpgp ? describe_openpgp(fresh, format, err) : INTOTO_OK;
}

int it_envelope_sign_message(struct intoto_envelope *envelope, const struct it_message *covered,
			     const struct it_signer *signer, enum intoto_keyid_style style,
			     struct intoto_error **err)
{
	IT_AUTO(it_signature_done)
	struct it_signature fresh = { .bytes = IT_BUF(IT_SIGNATURE_BYTES_MAX) };
	int rc;

	if (envelope->signature_count)
		return it_err_set(err, INTOTO_E_INTERNAL, "is signed already");
	rc = it_signer_sign_stream(signer, covered, &fresh.bytes, err);
	if (!rc)
		rc = describe(&fresh, signer, style, envelope->format, err);
	if (rc)
		return rc;
	return put_signature(envelope, &fresh, it_span(NULL, 0), signer->key, err);
}

int it_envelope_sign(struct intoto_envelope *envelope, const struct it_signer *signer,
		     enum intoto_keyid_style style, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf scratch = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_signature_done)
	struct it_signature fresh = { .bytes = IT_BUF(IT_SIGNATURE_BYTES_MAX) };
	struct it_span covered;
	int rc;

	if (envelope->signature_count >= IT_SIGNATURES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d signatures",
				  IT_SIGNATURES_MAX);
	rc = cover(&covered, envelope, &scratch, err);
	if (!rc)
		rc = it_signer_sign(signer, covered, &fresh.bytes, err);
	if (!rc)
		rc = describe(&fresh, signer, style, envelope->format, err);
	if (rc)
		return rc;
	return put_signature(envelope, &fresh, covered, signer->key, err);
}

int intoto_envelope_sign(struct intoto_envelope *envelope, const struct intoto_key *key,
			 enum intoto_keyid_style style, struct intoto_error **err)
{
	IT_AUTO(it_signer_freep) struct it_signer *signer = NULL;
	int rc = it_signer_borrow(&signer, key, err);

	return rc ? rc : it_envelope_sign(envelope, signer, style, err);
}
