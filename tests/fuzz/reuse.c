/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that are taken for a cache of digests, as if their signature had been right: whatever they
 * say, looking things up in them and writing them anew stays inside them.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "record/reuse_part.h"

static const unsigned char machine[IT_REUSE_MACHINE_SIZE] = "a machine";
static const int64_t now = INT64_C(2000000000000000000);

/* So that an input does not have to guess what stands in front. */
static void repair(struct it_buf *bytes, const struct it_reuse *reuse)
{
	struct it_reuse_head head;

	if (bytes->len < sizeof head)
		return;
	memcpy(&head, bytes->data, sizeof head);
	it_reuse_cache_head(&head, reuse, machine);
	head.record_size = (uint32_t)it_reuse_record_size(reuse);
	memcpy(bytes->data, &head, sizeof head);
}

static void look_up(struct it_reuse *reuse)
{
	for (size_t i = 0; i < reuse->cache.count; i++) {
		struct it_reuse_record record;
		const unsigned char *value;

		memcpy(&record, reuse->cache.records + i * it_reuse_record_size(reuse),
		       sizeof record);
		value = it_reuse_cache_find(reuse, &record.state);
		if (value && (value < reuse->cache.records ||
			      (const char *)value + reuse->value_size >
				      reuse->cache.bytes.data + reuse->cache.bytes.len))
			abort();
	}
}

static void check(const uint8_t *data, size_t size, bool repaired)
{
	const struct it_reuse_clock clock = { .now = now };
	IT_AUTO(it_reuse_freep) struct it_reuse *reuse = NULL;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 24);
	struct it_span signature;
	bool changed;

	if (it_reuse_new(&reuse, IT_REUSE_TRUST, NULL, NULL))
		abort();
	reuse->cache.bytes.max = 1 << 24;
	if (it_buf_add(&reuse->cache.bytes, data, size))
		return;
	if (repaired)
		repair(&reuse->cache.bytes, reuse);
	if (it_reuse_cache_read(reuse, machine, now, &signature)) {
		it_reuse_cache_forget(reuse);
	} else {
		if (!signature.len)
			abort();
		reuse->cache.seen = calloc(reuse->cache.count + 1, sizeof *reuse->cache.seen);
		look_up(reuse);
	}
	if (it_reuse_cache_write(&out, &changed, reuse, machine, clock, NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(data, size, false);
	check(data, size, true);
	return 0;
}
