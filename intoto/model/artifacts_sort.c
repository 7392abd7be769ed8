/* SPDX-License-Identifier: Apache-2.0 */
/* A merge sort of the runs that are there; of two runs only the part where they overlap is moved.
 */
#include "model/artifacts_sort.h"

#include <string.h>

enum { SHORT = 16 }; /* runs below are made longer by insertion */

struct sorter {
	struct it_artifact *items;
	size_t *starts; /* of runs; one more: the end of the last */
	size_t runs;
	size_t cap;
	struct it_artifact *spare;
	size_t spare_cap;
};

static void sorter_done(struct sorter *sorter)
{
	free(sorter->starts);
	free(sorter->spare);
}

static int compare(const struct it_artifact *a, const struct it_artifact *b)
{
	return it_span_cmp(it_artifact_name(a), it_artifact_name(b));
}

static int add_start(struct sorter *sorter, size_t at)
{
	if (sorter->runs == sorter->cap) {
		size_t cap = sorter->cap ? sorter->cap * 2 : 64;
		size_t *starts = reallocarray(sorter->starts, cap, sizeof *starts);

		if (!starts)
			return INTOTO_E_NOMEM;
		sorter->starts = starts;
		sorter->cap = cap;
	}
	sorter->starts[sorter->runs++] = at;
	return INTOTO_OK;
}

/* Puts the items from sorted on into the run before them. */
static void insert(struct it_artifact *run, size_t sorted, size_t count)
{
	for (; sorted < count; sorted++) {
		struct it_artifact item = run[sorted];
		size_t at = sorted;

		for (; at && compare(&run[at - 1], &item) > 0; at--)
			run[at] = run[at - 1];
		run[at] = item;
	}
}

static int find_runs(struct sorter *sorter, size_t count)
{
	for (size_t start = 0; start < count;) {
		size_t end = start + 1;
		size_t least = count - start < SHORT ? count : start + SHORT;

		if (add_start(sorter, start))
			return INTOTO_E_NOMEM;
		while (end < count && compare(&sorter->items[end - 1], &sorter->items[end]) <= 0)
			end++;
		if (end < least) {
			insert(sorter->items + start, end - start, least - start);
			end = least;
		}
		start = end;
	}
	return add_start(sorter, count);
}

/* How many of a run stand before item; an equal one does where equal is said. */
static size_t count_before(const struct it_artifact *run, size_t count,
			   const struct it_artifact *item, bool equal)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;
		int order = compare(&run[middle], item);

		if (order < 0 || (equal && order == 0))
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

static int reserve(struct sorter *sorter, size_t count)
{
	size_t cap = count > 1024 ? count : 1024;
	struct it_artifact *spare;

	if (count <= sorter->spare_cap)
		return INTOTO_OK;
	spare = reallocarray(sorter->spare, cap, sizeof *spare);
	if (!spare)
		return INTOTO_E_NOMEM;
	sorter->spare = spare;
	sorter->spare_cap = cap;
	return INTOTO_OK;
}

/* The first run is the shorter one: it moves out, and back from its front. */
static void merge_up(struct sorter *sorter, struct it_artifact *a, size_t a_count, size_t b_count)
{
	const struct it_artifact *left = sorter->spare;
	const struct it_artifact *const left_end = left + a_count;
	const struct it_artifact *right = a + a_count;
	const struct it_artifact *const right_end = right + b_count;
	struct it_artifact *to = a;

	memcpy(sorter->spare, a, a_count * sizeof *a);
	while (left < left_end && right < right_end)
		*to++ = compare(left, right) <= 0 ? *left++ : *right++;
	memcpy(to, left, (size_t)(left_end - left) * sizeof *to);
}

/* The second run is: it moves out, and back from its end. */
static void merge_down(struct sorter *sorter, struct it_artifact *a, size_t a_count, size_t b_count)
{
	size_t left = a_count;
	size_t right = b_count;
	size_t to = a_count + b_count;

	memcpy(sorter->spare, a + a_count, b_count * sizeof *a);
	while (left && right)
		a[--to] = compare(&a[left - 1], &sorter->spare[right - 1]) > 0
				  ? a[--left]
				  : sorter->spare[--right];
	memcpy(a, sorter->spare, right * sizeof *a);
}

static int merge(struct sorter *sorter, size_t start, size_t middle, size_t end)
{
	struct it_artifact *items = sorter->items;

	if (compare(&items[middle - 1], &items[middle]) <= 0)
		return INTOTO_OK;
	start += count_before(items + start, middle - start, &items[middle], true);
	end = middle + count_before(items + middle, end - middle, &items[middle - 1], false);
	if (reserve(sorter, middle - start < end - middle ? middle - start : end - middle))
		return INTOTO_E_NOMEM;
	if (middle - start < end - middle)
		merge_up(sorter, items + start, middle - start, end - middle);
	else
		merge_down(sorter, items + start, middle - start, end - middle);
	return INTOTO_OK;
}

/* Each run with the one behind it. */
static int merge_pairs(struct sorter *sorter)
{
	size_t *starts = sorter->starts;
	size_t kept = 0;
	size_t runs = sorter->runs - 1;

	for (size_t i = 0; i < runs; i += 2) {
		if (i + 1 < runs && merge(sorter, starts[i], starts[i + 1], starts[i + 2]))
			return INTOTO_E_NOMEM;
		starts[kept++] = starts[i];
	}
	starts[kept++] = starts[runs];
	sorter->runs = kept;
	return INTOTO_OK;
}

int it_artifacts_sort(struct it_artifact *items, size_t count)
{
	IT_AUTO(sorter_done) struct sorter sorter = { .items = items };
	size_t sorted = 1;
	int rc;

	while (sorted < count && compare(&items[sorted - 1], &items[sorted]) <= 0)
		sorted++;
	if (sorted >= count)
		return INTOTO_OK;
	rc = find_runs(&sorter, count);
	while (!rc && sorter.runs > 2)
		rc = merge_pairs(&sorter);
	return rc;
}
