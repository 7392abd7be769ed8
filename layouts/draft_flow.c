/* SPDX-License-Identifier: Apache-2.0 */
/* How files flow between the steps, and the order that follows from it. */
#include <string.h>

#include "base/text.h"
#include "layouts/draft.h"
#include "model/digest_set.h"

enum { SENTENCE_MAX = 64 * 1024, NAMESAKES_MAX = 1000 };

static const struct it_artifacts *side_of(const struct intoto_link *link,
					  enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? &link->materials : &link->products;
}

void it_flow_done(struct it_flow *flow)
{
	free(flow->trails[INTOTO_MATERIALS]);
	free(flow->trails[INTOTO_PRODUCTS]);
	free(flow->order);
	free(flow->rank);
	*flow = (struct it_flow){ 0 };
}

/* --- the trails --- */

static int compare_texts(const char *a, const char *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

/* What sets of digests are sorted by: links may have more than SHA-256, and rarely have less. */
static struct it_span main_digest(const char *digests)
{
	const char *found = strstr(digests, "sha256:");

	return found ? it_span(found, strcspn(found, ",")) : it_span_text(digests);
}

static int compare_trails(const void *a, const void *b)
{
	const struct it_trail *left = a;
	const struct it_trail *right = b;
	int order = it_span_cmp(main_digest(left->artifact->digests),
				main_digest(right->artifact->digests));

	if (!order)
		order = compare_texts(left->artifact->name, right->artifact->name);
	return order ? order : (left->step > right->step) - (left->step < right->step);
}

static bool is_made(const struct intoto_link *link, const struct it_artifact *artifact)
{
	const struct it_artifact *before =
		it_artifacts_find(&link->materials, it_span_text(artifact->name));

	return !before || it_digests_match(before->digests, artifact->digests) != IT_DIGESTS_MATCH;
}

static int find_trails(struct it_flow *flow, enum intoto_link_side side, struct intoto_error **err)
{
	size_t total = 0;
	struct it_trail *next;

	for (size_t i = 0; i < flow->count; i++)
		total += side_of(flow->links[i], side)->count;
	flow->trails[side] = next = calloc(total + 1, sizeof *next);
	flow->trail_count[side] = total;
	if (!next)
		return it_err_nomem(err);
	for (size_t i = 0; i < flow->count; i++) {
		const struct it_artifacts *artifacts = side_of(flow->links[i], side);

		for (size_t j = 0; j < artifacts->count; j++)
			*next++ =
				(struct it_trail){ &artifacts->items[j], i,
						   is_made(flow->links[i], &artifacts->items[j]) };
	}
	if (total)
		qsort(flow->trails[side], total, sizeof *next, compare_trails);
	return INTOTO_OK;
}

/* The first trail whose digests are not less. */
static size_t lower_bound(const struct it_flow *flow, enum intoto_link_side side,
			  const char *digests, bool behind)
{
	size_t low = 0;
	size_t high = flow->trail_count[side];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = it_span_cmp(main_digest(flow->trails[side][middle].artifact->digests),
					main_digest(digests));

		if (order < 0 || (behind && !order))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct it_trails it_flow_trails(const struct it_flow *flow, enum intoto_link_side side,
				const char *digests)
{
	size_t begin = lower_bound(flow, side, digests, false);
	size_t end = lower_bound(flow, side, digests, true);

	/* Thousands of empty files: the first of them must do. */
	if (end - begin > NAMESAKES_MAX)
		end = begin + NAMESAKES_MAX;
	return (struct it_trails){ flow->trails[side] + begin, end - begin };
}

size_t it_shared_end(const char *a, const char *b)
{
	size_t left = strlen(a);
	size_t right = strlen(b);
	size_t shared = 0;
	size_t whole = 0;

	while (shared < left && shared < right && a[left - shared - 1] == b[right - shared - 1]) {
		shared++;
		if (a[left - shared] == '/')
			whole = shared - 1;
	}
	if ((shared == left || a[left - shared - 1] == '/') &&
	    (shared == right || b[right - shared - 1] == '/'))
		whole = shared;
	return whole;
}

/* --- the order --- */

/* before[i * count + j]: step i makes what step j takes. */
static void find_edges(const struct it_flow *flow, bool *before)
{
	for (size_t i = 0; i < flow->trail_count[INTOTO_MATERIALS]; i++) {
		const struct it_trail *taken = &flow->trails[INTOTO_MATERIALS][i];
		struct it_trails made =
			it_flow_trails(flow, INTOTO_PRODUCTS, taken->artifact->digests);

		for (size_t j = 0; j < made.count; j++)
			if (made.items[j].made && made.items[j].step != taken->step &&
			    it_shared_end(made.items[j].artifact->name, taken->artifact->name))
				before[made.items[j].step * flow->count + taken->step] = true;
	}
}

static bool is_ready(const struct it_flow *flow, const bool *before, size_t step)
{
	for (size_t i = 0; i < flow->count; i++)
		if (before[i * flow->count + step] && flow->rank[i] == SIZE_MAX)
			return false;
	return true;
}

static int refuse_cycle(const struct it_flow *flow, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf names = IT_BUF(SENTENCE_MAX);

	for (size_t i = 0; i < flow->count; i++) {
		if (flow->rank[i] != SIZE_MAX)
			continue;
		(void)it_buf_add_text(&names, names.len ? ", " : ""); /* sticks; still a text */
		it_where_quote(&names, it_span_text(flow->links[i]->name));
	}
	return it_err_set(err, INTOTO_E_POLICY,
			  "each of these steps takes what another of them makes, so they have no "
			  "order (links of several runs?): %s",
			  it_buf_text(&names));
}

/* Of all that are ready the first by name comes next. */
static int sort_steps(struct it_flow *flow, const bool *before, struct intoto_error **err)
{
	for (size_t i = 0; i < flow->count; i++)
		flow->rank[i] = SIZE_MAX;
	for (size_t placed = 0; placed < flow->count; placed++) {
		size_t next = 0;

		while (next < flow->count &&
		       (flow->rank[next] != SIZE_MAX || !is_ready(flow, before, next)))
			next++;
		if (next == flow->count)
			return refuse_cycle(flow, err);
		flow->order[placed] = next;
		flow->rank[next] = placed;
	}
	return INTOTO_OK;
}

int it_flow_find(struct it_flow *flow, const struct intoto_link **links, size_t count,
		 struct intoto_error **err)
{
	IT_AUTO(it_freep) bool *before = calloc(count * count + 1, sizeof *before);
	int rc;

	flow->links = links;
	flow->count = count;
	flow->order = calloc(count + 1, sizeof *flow->order);
	flow->rank = calloc(count + 1, sizeof *flow->rank);
	if (!before || !flow->order || !flow->rank)
		return it_err_nomem(err);
	rc = find_trails(flow, INTOTO_MATERIALS, err);
	if (!rc)
		rc = find_trails(flow, INTOTO_PRODUCTS, err);
	if (rc)
		return rc;
	find_edges(flow, before);
	return sort_steps(flow, before, err);
}
