/* SPDX-License-Identifier: Apache-2.0 */
/* Two readers of links, and whether they agree: for the fuzz target and the unit test. */
#ifndef INTOTO_TESTS_FUZZ_SAME_LINK_H
#define INTOTO_TESTS_FUZZ_SAME_LINK_H

#include "base/text.h"
#include "model/envelope_text.h"
#include "model/link.h"
#include "model/link_stream.h"

static inline bool same_tables(const struct it_artifacts *a, const struct it_artifacts *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (!it_streq(a->items[i].name, b->items[i].name) ||
		    !it_streq(a->items[i].digests, b->items[i].digests))
			return false;
	return a->count == b->count;
}

static inline bool same_links(const struct intoto_link *a, const struct intoto_link *b)
{
	for (size_t i = 0; i < a->command.count && i < b->command.count; i++)
		if (!it_streq(a->command.items[i], b->command.items[i]))
			return false;
	return a->command.count == b->command.count && it_streq(a->name, b->name) &&
	       same_tables(&a->materials, &b->materials) &&
	       same_tables(&a->products, &b->products) &&
	       it_json_equal(a->byproducts, b->byproducts) &&
	       it_json_equal(a->environment, b->environment);
}

static inline bool same_signatures(const struct intoto_envelope *a, const struct intoto_envelope *b)
{
	for (size_t i = 0; i < a->signature_count && i < b->signature_count; i++)
		if (!it_streq(a->signatures[i].keyid, b->signatures[i].keyid) ||
		    !it_span_eq(it_buf_span(&a->signatures[i].bytes),
				it_buf_span(&b->signatures[i].bytes)) ||
		    !it_json_equal(a->signatures[i].raw, b->signatures[i].raw))
			return false;
	return a->signature_count == b->signature_count;
}

static inline bool same_envelopes(const struct intoto_envelope *a, const struct intoto_envelope *b)
{
	return a->format == b->format && it_streq(a->kind, b->kind) &&
	       it_streq(a->payload_type, b->payload_type) &&
	       it_span_eq(it_buf_span(&a->payload), it_buf_span(&b->payload)) &&
	       same_signatures(a, b);
}

/* What an envelope prints is one that covers the same bytes. */
static inline bool prints_the_same(const struct intoto_envelope *envelope)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	size_t len = 0;

	return !intoto_envelope_print(envelope, &text, &len, NULL) &&
	       !it_envelope_parse_document(&again, it_span(text, len), NULL) &&
	       same_envelopes(envelope, again);
}

enum same_verdict {
	SAME_DECLINED, /* the stream reader left it to the other, all of it or its payload */
	SAME_TAKEN,
	SAME_NOT, /* they disagree */
};

/* DSSE of which the document reader read the payload, in both: they are, or are not, the same link. */
static inline enum same_verdict same_document(const struct intoto_envelope *fast,
					      const struct intoto_envelope *slow)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *want = NULL;
	int rc = intoto_link_from_envelope(&link, fast, NULL);

	if (rc != intoto_link_from_envelope(&want, slow, NULL) || !same_envelopes(fast, slow) ||
	    (!rc && !same_links(link, want)))
		return SAME_NOT;
	return SAME_DECLINED;
}

static inline enum same_verdict same_link(struct it_span text)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *fast = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *slow = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *want = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *copy = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *taken = NULL;

	if (it_link_stream_envelope(&fast, text, NULL))
		return SAME_NOT;
	if (!fast)
		return SAME_DECLINED;
	if (it_envelope_parse_document(&slow, text, NULL))
		return SAME_NOT;
	if (!fast->link)
		return same_document(fast, slow);
	if (intoto_link_from_envelope(&want, slow, NULL) || !same_envelopes(fast, slow) ||
	    !prints_the_same(fast) || intoto_link_from_envelope(&copy, fast, NULL) ||
	    !same_links(copy, want) || it_envelope_take_link(fast, &taken, NULL) ||
	    !same_links(taken, want))
		return SAME_NOT;
	return SAME_TAKEN;
}

#endif
