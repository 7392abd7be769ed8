/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a story: from what was asked for, along everything that connects, until nothing is new.
 */
#include "layouts/story.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/trace_order.h"
#include "model/digest_set.h"

#define EMPTY_SHA256 "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum {
	DIGITS_LEAST = 8, /* of a digest that was cut short */
	NODES_MAX = 5000,
	DIGESTS_FOLLOWED = 64,
	NAME_LIMIT = 16 * 1024 * 1024,
};

/* An artifact of one side of one item. */
struct node {
	const struct it_traced_item *item;
	enum intoto_link_side side;
	const struct it_traced_artifact *artifact;
};

struct search {
	const struct it_trace *trace;
	struct node *nodes;
	size_t count;
	size_t cap;
	bool no_memory;
};

static void search_done(struct search *search)
{
	free(search->nodes);
}

static void add_node(struct search *search, const struct it_traced_item *item,
		     enum intoto_link_side side, const struct it_traced_artifact *artifact)
{
	if (!artifact || search->count >= NODES_MAX || search->no_memory)
		return;
	for (size_t i = 0; i < search->count; i++)
		if (search->nodes[i].artifact == artifact)
			return;
	if (search->count == search->cap) {
		size_t cap = search->cap ? search->cap * 2 : 64;
		struct node *nodes = reallocarray(search->nodes, cap, sizeof *nodes);

		if (!nodes) {
			search->no_memory = true;
			return;
		}
		search->nodes = nodes;
		search->cap = cap;
	}
	search->nodes[search->count++] = (struct node){ item, side, artifact };
}

/* Calls each with every artifact of the trace. */
static void each_artifact(struct search *search, const void *arg,
			  bool (*fits)(const struct it_traced_artifact *artifact, const void *arg))
{
	for (size_t i = 0; i < it_trace_count(search->trace); i++) {
		const struct it_traced_item *item = it_trace_at(search->trace, i);

		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
			const struct it_traced_side *artifacts = &item->sides[side];

			for (size_t j = 0; j < artifacts->count; j++)
				if (fits(&artifacts->artifacts[j], arg))
					add_node(search, item, (enum intoto_link_side)side,
						 &artifacts->artifacts[j]);
		}
	}
}

/* --- where it begins --- */

bool it_story_is_digest(const char *query)
{
	const char *colon = strchr(query, ':');
	size_t digits = colon ? strlen(colon + 1) : 0;

	if (!colon || colon == query || digits < DIGITS_LEAST)
		return false;
	for (const char *c = query; c < colon; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return false;
	return strspn(colon + 1, "0123456789abcdefABCDEF") == digits;
}

/* Whether one of "sha256:<hex>,sha512:<hex>" begins with the query, digits in either case. */
static bool has_digest(const struct it_traced_artifact *artifact, const void *arg)
{
	const char *query = arg;
	size_t len = strlen(query);

	for (const char *at = artifact->digests; at; at = strchr(at, ',')) {
		size_t i = 0;

		at += *at == ',';
		while (i < len && tolower((unsigned char)at[i]) == tolower((unsigned char)query[i]))
			i++;
		if (i == len)
			return true;
	}
	return false;
}

static bool has_digests(const struct it_traced_artifact *artifact, const void *arg)
{
	return artifact->digests == arg || it_streq(artifact->digests, arg) ||
	       (strlen(artifact->digests) != strlen(arg) &&
		it_digests_match(artifact->digests, arg) == IT_DIGESTS_MATCH);
}

/* By name in each side, which is sorted. */
static void add_name(struct search *search, const char *name)
{
	for (size_t i = 0; i < it_trace_count(search->trace); i++) {
		const struct it_traced_item *item = it_trace_at(search->trace, i);

		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++)
			add_node(search, item, (enum intoto_link_side)side,
				 it_traced_find(&item->sides[side], name));
	}
}

static void begin(struct search *search, const char *query, const char *local)
{
	add_name(search, query);
	if (!search->count && it_story_is_digest(query))
		each_artifact(search, query, has_digest);
	if (!search->count && local)
		each_artifact(search, local, has_digests);
}

/* --- how it goes on --- */

/* The bytes of a prefix and its slash; 0 for no prefix. */
static size_t folder_length(const char *prefix)
{
	size_t len = strlen(prefix);

	while (len && prefix[len - 1] == '/')
		len--;
	return len ? len + 1 : 0;
}

/* name with the folder from put in place of the folder of; owned, NULL when it is not below it. */
static char *move_name(const char *name, const char *of, const char *to)
{
	size_t cut = folder_length(of);
	size_t put = folder_length(to);
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(NAME_LIMIT);

	if (cut && (strlen(name) < cut || name[cut - 1] != '/' ||
		    !it_span_eq(it_span(name, cut - 1), it_span(of, cut - 1))))
		return NULL;
	if (put) {
		(void)it_buf_add(&out, to, put - 1); /* sticks; then there is no name */
		(void)it_buf_add_byte(&out, '/');
	}
	(void)it_buf_add_text(&out, name + cut);
	return out.failed ? NULL : it_buf_take(&out);
}

static bool is_match(const struct it_traced_rule *rule)
{
	return *rule->from;
}

static const struct it_traced_item *find_beside(const struct it_trace *trace,
						const struct it_traced_item *item, const char *name)
{
	for (size_t i = it_trace_count(trace); i-- > 0;) {
		const struct it_traced_item *other = it_trace_at(trace, i);

		if (it_traced_same_layout(item, other) && it_streq(other->name, name))
			return other;
	}
	return NULL;
}

/* To where its own MATCH rule found it. */
static void follow_back(struct search *search, const struct node *node)
{
	const struct it_traced_rule *rule =
		it_traced_rule(&node->item->sides[node->side], node->artifact->consumed_by);
	const struct it_traced_item *from;
	IT_AUTO(it_freep) char *name = NULL;

	if (!rule || !is_match(rule))
		return;
	from = find_beside(search->trace, node->item, rule->from);
	name = move_name(node->artifact->name, rule->source, rule->destination);
	if (from && name)
		add_node(search, from, rule->with, it_traced_find(&from->sides[rule->with], name));
}

/* To what MATCH rules of one side of another item took from here. */
static void follow_rules(struct search *search, const struct node *node,
			 const struct it_traced_item *other, enum intoto_link_side side)
{
	const struct it_traced_side *theirs = &other->sides[side];

	for (size_t i = 0; i < theirs->rule_count; i++) {
		const struct it_traced_rule *rule = &theirs->rules[i];
		const struct it_traced_artifact *found;
		IT_AUTO(it_freep) char *name = NULL;

		if (!is_match(rule) || rule->with != node->side ||
		    !it_streq(rule->from, node->item->name))
			continue;
		name = move_name(node->artifact->name, rule->destination, rule->source);
		found = name ? it_traced_find(theirs, name) : NULL;
		if (found && found->consumed_by == i + 1)
			add_node(search, other, side, found);
	}
}

static void follow_forward(struct search *search, const struct node *node)
{
	for (size_t i = 0; i < it_trace_count(search->trace); i++) {
		const struct it_traced_item *other = it_trace_at(search->trace, i);

		if (!it_traced_same_layout(node->item, other))
			continue;
		follow_rules(search, node, other, INTOTO_MATERIALS);
		follow_rules(search, node, other, INTOTO_PRODUCTS);
	}
}

/* Every empty file has the same digest, which says nothing about where it comes from. */
static bool tells_something(const char *digests)
{
	return !it_streq(digests, EMPTY_SHA256);
}

static bool digests_seen(const struct search *search, size_t before)
{
	const char *digests = search->nodes[before].artifact->digests;

	for (size_t i = 0; i < before; i++)
		if (it_streq(search->nodes[i].artifact->digests, digests))
			return true;
	return false;
}

static void follow(struct search *search)
{
	size_t followed = 0;

	for (size_t i = 0; i < search->count && !search->no_memory; i++) {
		struct node node = search->nodes[i];

		add_node(search, node.item, !node.side,
			 it_traced_find(&node.item->sides[!node.side], node.artifact->name));
		follow_back(search, &node);
		follow_forward(search, &node);
		if (tells_something(node.artifact->digests) && followed < DIGESTS_FOLLOWED &&
		    !digests_seen(search, i)) {
			followed++;
			each_artifact(search, node.artifact->digests, has_digests);
		}
	}
}

/* --- as it is told --- */

static const char *name_of(const struct it_story_event *event)
{
	return event->material ? event->material->name : event->product->name;
}

/* What goes in comes before what is made. */
static int compare_events(const void *a, const void *b)
{
	const struct it_story_event *x = a;
	const struct it_story_event *y = b;

	if (!x->material != !y->material)
		return x->material ? -1 : 1;
	return it_span_cmp(it_span_text(name_of(x)), it_span_text(name_of(y)));
}

/* The events of one item: each name once. */
static void add_events(struct it_story *story, const struct search *search,
		       const struct it_traced_item *item)
{
	size_t first = story->count;

	for (size_t i = 0; i < search->count; i++) {
		const struct node *node = &search->nodes[i];
		struct it_story_event *event = NULL;

		if (node->item != item)
			continue;
		for (size_t j = first; j < story->count && !event; j++) {
			if (it_streq(name_of(&story->events[j]), node->artifact->name))
				event = &story->events[j];
		}
		if (!event) {
			event = &story->events[story->count++];
			*event = (struct it_story_event){ .item = item };
		}
		if (node->side == INTOTO_MATERIALS)
			event->material = node->artifact;
		else
			event->product = node->artifact;
	}
	qsort(story->events + first, story->count - first, sizeof *story->events, compare_events);
}

int it_story_find(struct it_story *story, const struct it_trace *trace, const char *query,
		  const char *local, struct intoto_error **err)
{
	IT_AUTO(search_done) struct search search = { .trace = trace };
	IT_AUTO(it_trace_order_done) struct it_trace_order order = { 0 };
	int rc = it_trace_order_make(&order, trace, err);

	if (rc)
		return rc;
	begin(&search, query, local);
	follow(&search);
	story->query = strdup(query);
	story->local = local ? strdup(local) : NULL;
	story->events = calloc(search.count + 1, sizeof *story->events);
	if (search.no_memory || !story->query || (local && !story->local) || !story->events)
		return it_err_nomem(err);
	for (size_t i = 0; i < order.count; i++)
		add_events(story, &search, order.items[i].item);
	return INTOTO_OK;
}

void it_story_done(struct it_story *story)
{
	free(story->query);
	free(story->local);
	free(story->events);
	it_strings_done(&story->near);
	*story = (struct it_story){ 0 };
}
