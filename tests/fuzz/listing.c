/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings and proofs from anywhere.  A listing that is read under the root of its own lines is
 * written again as the same bytes; a proof is judged against a link that the bytes cannot choose.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "model/listing.h"
#include "model/listing_proof.h"
#include "model/link.h"

static struct it_listing own_root(struct it_span text)
{
	struct it_listing listing = { 0 };
	struct it_merkle tree = { 0 };

	while (text.len) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;
		struct it_merkle_hash leaf;

		it_merkle_leaf(&leaf, it_span(text.data, len));
		it_merkle_add(&tree, &leaf);
		len += end != NULL;
		text = it_span(text.data + len, text.len - len);
	}
	listing.count = tree.count;
	it_merkle_root(&listing.root, &tree);
	return listing;
}

static void check_listing(struct it_span text)
{
	IT_AUTO(it_artifacts_done) struct it_artifacts table = { 0 };
	IT_AUTO(it_buf_done) struct it_buf again = IT_BUF(SIZE_MAX / 2);
	struct it_listing listing = own_root(text);

	if (it_listing_read(&table, text, &listing, NULL))
		return;
	for (size_t i = 0; i < table.count; i++) {
		if (it_listing_line(&again, &table.items[i], NULL))
			abort();
		(void)it_buf_add_byte(&again, '\n'); /* seen below */
	}
	if (!it_span_eq(it_buf_span(&again), text))
		abort();
	it_artifacts_done(&table);
	listing.root.bytes[0] ^= 1;
	if (it_listing_read(&table, text, &listing, NULL) == INTOTO_OK)
		abort();
}

static void check_proof(struct it_span text)
{
	static const char environment[] =
		"{\"intoto\":{\"listing\":{\"products\":{\"artifacts\":2,\"file\":\"x\",\"root\":"
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}}}";
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_listing_proof_done) struct it_listing_proof proof = { 0 };
	struct it_listing listing = { .count = 2 };

	memset(listing.root.bytes, 0xaa, sizeof listing.root.bytes);
	if (it_link_new(&link, "x", NULL) ||
	    it_json_parse(&link->environment, it_span_text(environment), &it_json_signed_limits,
			  NULL) ||
	    it_listing_stand_in(&link->products, &listing, NULL))
		return; /* no memory */
	if (it_listing_proof_read(&proof, text, link, NULL) == INTOTO_OK)
		abort(); /* it would have found what hashes to that root */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_listing(it_span(data, size));
	check_proof(it_span(data, size));
	return 0;
}
