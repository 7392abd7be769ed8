/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of artifacts, consumed by bitmap. */
#include "layouts/queue.h"

#include "model/digest_set.h"

enum { WORD_BITS = 64 };

static enum it_change change_of(const struct it_artifact *here, const struct it_artifact *there)
{
	static const enum it_change changes[] = {
		[IT_DIGESTS_DIFFER] = IT_MODIFIED,
		[IT_DIGESTS_MATCH] = IT_UNCHANGED,
		[IT_DIGESTS_NOT_COMPARABLE] = IT_UNCERTAIN,
	};

	return changes[it_artifacts_match(here, there)];
}

static enum it_change change_at(const struct it_artifact *here, const struct it_artifact *there)
{
	return there ? change_of(here, there) : IT_ONLY_HERE;
}

/* One pass over both sorted sides. */
static void compare_sides(struct it_queue *queue)
{
	const struct it_artifacts *here = queue->artifacts;
	const struct it_artifacts *there = queue->there;
	size_t other = 0;

	for (size_t i = 0; i < here->count; i++) {
		struct it_span name = it_artifact_name(&here->items[i]);
		enum it_change change;
		int order = 1;

		while (other < there->count &&
		       (order = it_span_cmp(it_artifact_name(&there->items[other]), name)) < 0)
			other++;
		change = change_at(&here->items[i],
				   other < there->count && !order ? &there->items[other] : NULL);
		queue->changed[change][i / WORD_BITS] |= UINT64_C(1) << i % WORD_BITS;
	}
	queue->compared = true;
}

/* All bitmaps are one piece of memory, that of what is gone first. */
int it_queue_init(struct it_queue *queue, const struct it_artifacts *here,
		  const struct it_artifacts *there, struct intoto_error **err)
{
	size_t words = here->count / WORD_BITS + 1;

	*queue = (struct it_queue){ .artifacts = here, .there = there, .left = here->count };
	queue->gone = calloc((1 + IT_CHANGES) * words, sizeof *queue->gone);
	if (!queue->gone)
		return it_err_nomem(err);
	for (size_t i = 0; i < IT_CHANGES; i++)
		queue->changed[i] = queue->gone + (1 + i) * words;
	return INTOTO_OK;
}

void it_queue_done(struct it_queue *queue)
{
	free(queue->gone);
	*queue = (struct it_queue){ 0 };
}

static bool has_prefix(const struct it_artifact *artifact, struct it_span prefix)
{
	struct it_span name = it_artifact_name(artifact);

	return name.len >= prefix.len && it_span_eq(it_span(name.data, prefix.len), prefix);
}

struct it_range it_artifacts_range(const struct it_artifacts *artifacts, struct it_span prefix)
{
	struct it_range range = { it_artifacts_lower_bound(artifacts, prefix), artifacts->count };
	size_t low = range.begin;

	/* From begin on, names with the prefix come before all others. */
	while (low < range.end) {
		size_t middle = low + (range.end - low) / 2;

		if (has_prefix(&artifacts->items[middle], prefix))
			low = middle + 1;
		else
			range.end = middle;
	}
	return range;
}

/* The first bit in [at, end) that is set in wanted (NULL: in all) and not gone. */
static size_t next_bit(const uint64_t *gone, const uint64_t *wanted, size_t at, size_t end)
{
	while (at < end) {
		size_t word = at / WORD_BITS;
		uint64_t found =
			(~gone[word] & (wanted ? wanted[word] : UINT64_MAX)) >> at % WORD_BITS;

		if (found) {
			at += (size_t)__builtin_ctzll(found);
			return at < end ? at : end;
		}
		at += WORD_BITS - at % WORD_BITS;
	}
	return end;
}

size_t it_queue_next(const struct it_queue *queue, size_t at, size_t end)
{
	return next_bit(queue->gone, NULL, at, end);
}

size_t it_queue_next_changed(struct it_queue *queue, enum it_change change, size_t at, size_t end)
{
	if (!queue->compared)
		compare_sides(queue);
	return next_bit(queue->gone, queue->changed[change], at, end);
}

enum it_change it_queue_change(const struct it_queue *queue, size_t position)
{
	const struct it_artifact *artifact = &queue->artifacts->items[position];

	return change_at(artifact, it_artifacts_find(queue->there, it_artifact_name(artifact)));
}

void it_queue_consume(struct it_queue *queue, size_t position)
{
	queue->gone[position / WORD_BITS] |= UINT64_C(1) << position % WORD_BITS;
	queue->left--;
}
