/* SPDX-License-Identifier: Apache-2.0 */
/* What the targets for DSSE and Metablock share: an envelope says the same after it was printed. */
#ifndef INTOTO_TESTS_FUZZ_ENVELOPE_H
#define INTOTO_TESTS_FUZZ_ENVELOPE_H

#include "base/text.h"
#include "model/envelope.h"

/* RFC 8032 test 1: any key will do, it must only be the same in every run. */
static inline struct intoto_key *fuzz_key(void)
{
	static const char text[] =
		"{\"keytype\": \"ed25519\", \"scheme\": \"ed25519\", \"keyval\": {"
		"\"public\": \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\", "
		"\"private\": "
		"\"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\"}}";
	struct intoto_key *key = NULL;

	if (intoto_key_parse(&key, text, sizeof text - 1, "key", NULL, NULL, NULL))
		abort();
	return key;
}

static inline struct intoto_envelope *fuzz_reread(const struct intoto_envelope *envelope)
{
	struct intoto_envelope *again = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	if (intoto_envelope_print(envelope, &text, &len, NULL) ||
	    intoto_envelope_parse(&again, text, len, NULL))
		abort();
	return again;
}

static inline void fuzz_same_bytes(const struct intoto_envelope *a, const struct intoto_envelope *b)
{
	IT_AUTO(it_buf_done) struct it_buf left = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf right = IT_BUF(SIZE_MAX / 2);

	if (it_envelope_signed_bytes(a, &left, NULL) || it_envelope_signed_bytes(b, &right, NULL))
		abort();
	if (!it_span_eq(it_buf_span(&left), it_buf_span(&right)) ||
	    a->signature_count != b->signature_count)
		abort();
	for (size_t i = 0; i < a->signature_count; i++)
		if (!it_streq(a->signatures[i].keyid, b->signatures[i].keyid) ||
		    !it_span_eq(it_buf_span(&a->signatures[i].bytes),
				it_buf_span(&b->signatures[i].bytes)))
			abort();
}

static inline void fuzz_envelope(struct intoto_envelope *envelope)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = fuzz_reread(envelope);
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *ours = NULL;
	IT_AUTO(intoto_key_freep) struct intoto_key *key = fuzz_key();

	fuzz_same_bytes(envelope, again);
	if (intoto_envelope_verify(envelope, key, NULL) != intoto_envelope_verify(again, key, NULL))
		abort();
	if (envelope->signature_count >= IT_SIGNATURES_MAX)
		return;
	if (intoto_envelope_sign(envelope, key, INTOTO_KEYID_CURRENT, NULL))
		abort();
	ours = fuzz_reread(envelope);
	if (intoto_envelope_verify(ours, key, NULL))
		abort();
}

#endif
