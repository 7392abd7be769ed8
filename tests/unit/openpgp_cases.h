/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of the tests about OpenPGP, and what is done with them.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_OPENPGP_CASES_H
#define INTOTO_TESTS_UNIT_OPENPGP_CASES_H

#include "tests/unit/openpgp_maker.h"
#include "tests/unit/refused.h"

enum {
	DAY = 24 * 60 * 60,
	NOW = MADE + 1000 * DAY, /* when everything is read and verified */
	SIGNED = MADE + 500 * DAY,
	OLD = 1500000000, /* when SHA-1 was still believed */
	SIGN = 0x02,
	CERTIFY = 0x01,
	ENCRYPT = 0x0c,
};

static struct maker alice, bob, sub, other_sub;
static const char uid[] = "Alice <alice@example.org>";
static const char second_uid[] = "Alice at work";

static inline int make_keys(void **state)
{
	(void)state;
	maker_init(&alice, 1, MADE);
	maker_init(&bob, 2, MADE);
	maker_init(&sub, 3, MADE);
	maker_init(&other_sub, 4, MADE);
	return 0;
}

static inline int free_keys(void **state)
{
	(void)state;
	maker_done(&alice);
	maker_done(&bob);
	maker_done(&sub);
	maker_done(&other_sub);
	return 0;
}

static inline struct saying saying(unsigned type, uint32_t created, int flags)
{
	return (struct saying){ .type = type, .created = created, .flags = flags, .reason = NONE };
}

static inline struct saying certifies(uint32_t created, int flags)
{
	return saying(IT_PGP_CERTIFICATION + 3, created, flags);
}

/* Alice's main key with one user id that signs and certifies. */
static inline void add_alice(struct it_buf *out, int flags)
{
	struct saying self = certifies(MADE, flags);

	add_key(out, &alice, IT_PGP_PUBLIC_KEY);
	add_user_id(out, uid);
	add_signature(out, &alice, &self, &alice, uid, NULL);
}

/* A binding with a back-signature by signer; NULL for none. */
static inline void bind(struct it_buf *out, struct saying binding, const struct maker *signer)
{
	IT_AUTO(it_buf_done) struct it_buf back = IT_BUF(MAKER_ROOM);
	struct saying agrees = saying(IT_PGP_BACK, MADE, NONE);

	if (signer) {
		make_back(&back, signer, &alice, &sub, &agrees);
		binding.embedded = &back;
	}
	add_signature(out, &alice, &binding, &alice, NULL, &sub);
}

static inline void add_sub(struct it_buf *out)
{
	add_key(out, &sub, IT_PGP_PUBLIC_SUBKEY);
	bind(out, saying(IT_PGP_BINDING, MADE, SIGN), &sub);
}

static inline int read_key(struct intoto_key **out, const struct it_buf *packets, const char *id,
			   struct intoto_error **err)
{
	assert_int_equal(packets->failed, 0);
	return it_openpgp_read(out, it_buf_span(packets), id, NOW, err);
}

static inline struct intoto_key *must_read(const struct it_buf *packets, const char *id)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	if (read_key(&key, packets, id, &err))
		fail_msg("%s", intoto_error_text(err));
	return key;
}

static inline void refuse_to_read(const struct it_buf *packets, enum intoto_code code,
				  const char *text)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc = read_key(&key, packets, NULL, &err);

	assert_null(key);
	assert_refused(rc, &err, code, text);
}

/* A document signature by maker, as it stands in a document. */
struct document {
	struct it_buf headers;
	struct it_buf value;
	char keyid[IT_PGP_ID_SIZE];
};

static inline void document_done(struct document *document)
{
	it_buf_done(&document->headers);
	it_buf_done(&document->value);
}

static inline struct document sign_as(const struct maker *maker, const struct saying *how,
				      const char *data)
{
	struct document out = { .headers = IT_BUF(MAKER_ROOM), .value = IT_BUF(MAKER_ROOM) };
	IT_AUTO(it_buf_done) struct it_buf body = IT_BUF(MAKER_ROOM);
	IT_AUTO(it_buf_done) struct it_buf packet = IT_BUF(MAKER_ROOM);
	struct intoto_error *err = NULL;

	make_signature(&body, maker, how, it_span_text(data));
	add_packet(&packet, IT_PGP_SIGNATURE, it_buf_span(&body));
	if (it_openpgp_split(it_buf_span(&packet), &out.headers, &out.value, out.keyid, &err))
		fail_msg("%s", intoto_error_text(err));
	return out;
}

static inline int verify_at(const struct intoto_key *key, const struct document *document,
			    int64_t at, const char *only, struct intoto_error **err)
{
	struct it_openpgp_claim claim = { document->keyid, it_buf_span(&document->headers),
					  it_buf_span(&document->value) };

	return it_openpgp_verify(key, &claim, it_span_text("data"), at, only, err);
}

static inline struct document signed_by(const struct maker *maker)
{
	struct saying how = saying(IT_PGP_BINARY, SIGNED, NONE);

	return sign_as(maker, &how, "data");
}

static inline void assert_good(const struct it_buf *packets, const struct maker *maker)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = must_read(packets, alice.id);
	IT_AUTO(document_done) struct document document = signed_by(maker);
	struct intoto_error *err = NULL;

	if (verify_at(key, &document, NOW, NULL, &err))
		fail_msg("%s", intoto_error_text(err));
}

static inline void assert_bad_at(const struct it_buf *packets, const struct maker *maker,
				 int64_t at, const char *text)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = must_read(packets, alice.id);
	IT_AUTO(document_done) struct document document = signed_by(maker);
	struct intoto_error *err = NULL;

	assert_refused(verify_at(key, &document, at, NULL, &err), &err, INTOTO_E_UNTRUSTED, text);
}

static inline void assert_bad(const struct it_buf *packets, const struct maker *maker,
			      const char *text)
{
	assert_bad_at(packets, maker, NOW, text);
}

#define PACKETS IT_AUTO(it_buf_done) struct it_buf packets = IT_BUF(MAKER_ROOM)

#endif
