/* SPDX-License-Identifier: Apache-2.0 */
/* The trace: items in arrays, their texts in an arena that is freed at once. */
#include "layouts/trace.h"

#include <search.h>
#include <string.h>

#include "base/text.h"
#include "layouts/words.h"

enum {
	CHUNK_FIRST = 64 * 1024,
	CHUNK_LARGEST = 4 * 1024 * 1024,
	EARLY_MAX = 256 * 1024 * 1024, /* more artifacts than any document can hold */
};

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	char bytes[];
};

/* All items of one label. */
struct named {
	const char *label;
	size_t newest; /* number of the item: that is the one that is being looked at */
	size_t count;
};

struct it_trace {
	void *names; /* struct named, for tfind(3) */
	struct it_traced_item *items;
	size_t count;
	size_t cap;
	struct chunk *chunks;
	enum intoto_code broken;
	bool brief;
};

int it_trace_new(struct it_trace **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

int it_trace_new_brief(struct it_trace **out, struct intoto_error **err)
{
	int rc = it_trace_new(out, err);

	if (!rc)
		(*out)->brief = true;
	return rc;
}

bool it_trace_wants_artifacts(const struct it_trace *trace)
{
	return trace && !trace->brief && !trace->broken;
}

void it_trace_free(struct it_trace *trace)
{
	if (!trace)
		return;
	for (size_t i = 0; i < trace->count; i++) {
		struct it_traced_item *item = &trace->items[i];

		for (size_t side = 0; side < IT_COUNT_OF(item->sides); side++) {
			free(item->sides[side].artifacts);
			free(item->sides[side].rules);
		}
		free(item->signers);
	}
	tdestroy(trace->names, free);
	while (trace->chunks) {
		struct chunk *chunk = trace->chunks;

		trace->chunks = chunk->next;
		free(chunk);
	}
	free(trace->items);
	free(trace);
}

static void mark_broken(struct it_trace *trace, enum intoto_code code)
{
	if (!trace->broken)
		trace->broken = code;
}

/* --- texts --- */

static bool add_chunk(struct it_trace *trace, size_t need)
{
	size_t size = trace->chunks ? trace->chunks->size * 2 : CHUNK_FIRST;
	struct chunk *chunk;

	if (size > CHUNK_LARGEST)
		size = CHUNK_LARGEST;
	if (size < need)
		size = need;
	chunk = malloc(sizeof *chunk + size);
	if (!chunk)
		return false;
	*chunk = (struct chunk){ .next = trace->chunks, .size = size };
	trace->chunks = chunk;
	return true;
}

/* Never NULL: without memory the trace is broken, and says nothing to anybody. */
static const char *keep_text(struct it_trace *trace, const char *text)
{
	size_t need = strlen(text) + 1;
	struct chunk *chunk = trace->chunks;
	char *copy;

	if (need == 1)
		return "";
	if ((!chunk || chunk->size - chunk->used < need) && !add_chunk(trace, need)) {
		mark_broken(trace, INTOTO_E_NOMEM);
		return "";
	}
	chunk = trace->chunks;
	copy = chunk->bytes + chunk->used;
	memcpy(copy, text, need);
	chunk->used += need;
	return copy;
}

/* --- items --- */

/* The items of a side have their rules from the start, applied or not. */
static void keep_rules(struct it_trace *trace, struct it_traced_side *side,
		       const struct it_rules *rules)
{
	side->rules = calloc(rules->count + 1, sizeof *side->rules);
	if (!side->rules) {
		mark_broken(trace, INTOTO_E_NOMEM);
		return;
	}
	side->rule_count = rules->count;
	for (size_t i = 0; i < rules->count; i++) {
		const struct it_rule *rule = &rules->items[i];
		IT_AUTO(it_freep) char *text = it_rule_text(rule);

		if (!text)
			mark_broken(trace, INTOTO_E_NOMEM);
		side->rules[i] = (struct it_traced_rule){
			.kind = rule->kind,
			.text = keep_text(trace, text ? text : ""),
			.pattern = keep_text(trace, rule->pattern),
			.source = keep_text(trace, rule->source ? rule->source : ""),
			.with = rule->with,
			.destination = keep_text(trace, rule->destination ? rule->destination : ""),
			.from = keep_text(trace, rule->from ? rule->from : ""),
		};
	}
}

static struct it_traced_item *add_item(struct it_trace *trace)
{
	if (trace->count == trace->cap) {
		size_t cap = trace->cap ? trace->cap * 2 : 16;
		struct it_traced_item *items = reallocarray(trace->items, cap, sizeof *items);

		if (!items) {
			mark_broken(trace, INTOTO_E_NOMEM);
			return NULL;
		}
		trace->items = items;
		trace->cap = cap;
	}
	trace->items[trace->count] = (struct it_traced_item){ 0 };
	return &trace->items[trace->count++];
}

/* The part of a label behind its last slash: no name of an item has one. */
static const char *name_in(const char *label)
{
	const char *slash = strrchr(label, '/');

	return slash ? slash + 1 : label;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->label, ((const struct named *)b)->label);
}

/* How many items had the label before the newest one. */
static size_t note_name(struct it_trace *trace, const char *label)
{
	struct named *fresh = calloc(1, sizeof *fresh);
	struct named **found = NULL;

	if (fresh) {
		fresh->label = label;
		found = tsearch(fresh, &trace->names, compare_names);
	}
	if (!found) {
		free(fresh);
		mark_broken(trace, INTOTO_E_NOMEM);
		return 0;
	}
	if (*found != fresh)
		free(fresh);
	(*found)->newest = trace->count - 1;
	return (*found)->count++;
}

void it_trace_item(struct it_trace *trace, const char *label, const struct it_item *item,
		   bool is_inspection, int64_t threshold)
{
	struct it_traced_item *traced;

	if (!trace || trace->broken)
		return;
	traced = add_item(trace);
	if (!traced)
		return;
	traced->label = keep_text(trace, label);
	traced->instance = note_name(trace, traced->label);
	traced->name = name_in(traced->label);
	traced->file = "";
	traced->command = "";
	traced->is_inspection = is_inspection;
	traced->threshold = threshold;
	if (!is_inspection) {
		const struct it_layout_step *step =
			(const void *)((const char *)item - offsetof(struct it_layout_step, item));

		traced->authorised = step->pubkeys.count;
		traced->by_certificate = step->constraints.count > 0;
	}
	for (size_t side = 0; side < IT_COUNT_OF(traced->sides); side++)
		keep_rules(trace, &traced->sides[side], &item->rules[side]);
}

static struct it_traced_item *find(const struct it_trace *trace, const char *label)
{
	const struct named key = { .label = label };
	struct named *const *found = tfind(&key, &trace->names, compare_names);

	return found ? &trace->items[(*found)->newest] : NULL;
}

/* The item that something is told about; an unknown one is a mistake of the teller. */
static struct it_traced_item *find_told(struct it_trace *trace, const char *label)
{
	struct it_traced_item *item = find(trace, label);

	if (!item)
		mark_broken(trace, INTOTO_E_INTERNAL);
	return item;
}

/* --- signers --- */

void it_trace_signer(struct it_trace *trace, const char *label, const char *file,
		     const char *identity, const char *name)
{
	struct it_traced_item *item;
	struct it_traced_signer *signers;

	if (!trace || trace->broken)
		return;
	item = find_told(trace, label);
	if (!item)
		return;
	signers = reallocarray(item->signers, item->signer_count + 1, sizeof *signers);
	if (!signers) {
		mark_broken(trace, INTOTO_E_NOMEM);
		return;
	}
	item->signers = signers;
	signers[item->signer_count++] =
		(struct it_traced_signer){ keep_text(trace, file), keep_text(trace, identity),
					   keep_text(trace, name) };
}

/* --- links --- */

/* Sorted artifacts that may share texts with those that are added, walked along with them. */
struct donor {
	const struct it_traced_artifact *items;
	size_t count;
	size_t at;
};

static const struct it_traced_artifact *donor_find(struct donor *donor, const char *name)
{
	while (donor->at < donor->count) {
		int order =
			it_span_cmp(it_span_text(donor->items[donor->at].name), it_span_text(name));

		if (order >= 0)
			return order ? NULL : &donor->items[donor->at];
		donor->at++;
	}
	return NULL;
}

/* The texts of one artifact, those of a donor where they are the same. */
static void keep_artifact(struct it_trace *trace, struct it_traced_artifact *out,
			  const struct it_artifact *artifact, struct donor *donors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct it_traced_artifact *found = donor_find(&donors[i], artifact->name);

		if (!found)
			continue;
		out->name = found->name;
		if (it_streq(found->digests, artifact->digests))
			out->digests = found->digests;
	}
	if (!out->name)
		out->name = keep_text(trace, artifact->name);
	if (!out->digests)
		out->digests = keep_text(trace, artifact->digests);
}

/* Zeroed ones behind those that are there. */
static bool grow_artifacts(struct it_traced_side *side, size_t from, size_t to)
{
	struct it_traced_artifact *artifacts =
		reallocarray(side->artifacts, to + 1, sizeof *artifacts);

	if (!artifacts)
		return false;
	side->artifacts = artifacts;
	memset(artifacts + from, 0, (to + 1 - from) * sizeof *artifacts);
	return true;
}

/* Most of what goes into a step came out of one before it, and much goes through unchanged. */
static void keep_side(struct it_trace *trace, struct it_traced_item *item,
		      enum intoto_link_side side, const struct it_artifacts *artifacts)
{
	size_t index = (size_t)(item - trace->items);
	const struct it_traced_side *other = &item->sides[!side];
	struct donor donors[2] = { { other->artifacts, trace->brief ? 0 : other->count, 0 } };
	struct it_traced_side *own = &item->sides[side];

	own->count = artifacts->count;
	if (trace->brief)
		return;
	if (own->early > artifacts->count) {
		mark_broken(trace, INTOTO_E_INTERNAL);
		return;
	}
	if (!grow_artifacts(own, own->early, artifacts->count)) {
		mark_broken(trace, INTOTO_E_NOMEM);
		return;
	}
	if (index) {
		const struct it_traced_side *before =
			&trace->items[index - 1].sides[INTOTO_PRODUCTS];

		if (!trace->brief)
			donors[1] = (struct donor){ before->artifacts, before->count, 0 };
	}
	for (size_t i = 0; i < artifacts->count; i++)
		keep_artifact(trace, &own->artifacts[i], &artifacts->items[i], donors,
			      IT_COUNT_OF(donors));
}

void it_trace_link(struct it_trace *trace, const char *label, const char *file,
		   const struct intoto_link *link)
{
	IT_AUTO(it_buf_done) struct it_buf command = IT_BUF(SIZE_MAX / 2);
	struct it_traced_item *item;

	if (!trace || trace->broken)
		return;
	item = find_told(trace, label);
	if (!item)
		return;
	if (item->has_link) {
		mark_broken(trace, INTOTO_E_INTERNAL);
		return;
	}
	it_words_join(&command, &link->command);
	if (command.failed)
		mark_broken(trace, INTOTO_E_NOMEM);
	item->has_link = true;
	item->file = keep_text(trace, file);
	item->command = keep_text(trace, it_buf_text(&command));
	keep_side(trace, item, INTOTO_MATERIALS, &link->materials);
	keep_side(trace, item, INTOTO_PRODUCTS, &link->products);
}

/* --- rules --- */

/* One more than the largest. */
static size_t end_of(const size_t *positions, size_t count)
{
	size_t end = 0;

	for (size_t i = 0; i < count; i++)
		if (positions[i] >= end)
			end = positions[i] == SIZE_MAX ? SIZE_MAX : positions[i] + 1;
	return end;
}

/* Whether the positions are artifacts; those of an inspection are known only later. */
static bool has_positions(struct it_trace *trace, const struct it_traced_item *item,
			  struct it_traced_side *side, const struct it_trace_act *act)
{
	size_t consumed = trace->brief ? 0 : end_of(act->consumed, act->consumed_count);
	size_t refused = trace->brief ? 0 : end_of(act->refused, act->refused_count);
	size_t end = consumed > refused ? consumed : refused;

	if (item->has_link || trace->brief)
		return end <= side->count;
	if (end <= side->early)
		return true;
	if (end > EARLY_MAX || !grow_artifacts(side, side->early, end))
		return false;
	side->early = end;
	return true;
}

static bool fits(const struct it_traced_side *side, const struct it_trace_act *act)
{
	return act->index < side->rule_count && act->index < UINT32_MAX &&
	       side->rules[act->index].kind == act->rule->kind && !side->rules[act->index].applied;
}

void it_trace_rule(struct it_trace *trace, const char *label, const struct it_trace_act *act)
{
	struct it_traced_item *item;
	struct it_traced_side *side;
	struct it_traced_rule *rule;

	if (!trace || trace->broken)
		return;
	item = find_told(trace, label);
	if (!item)
		return;
	side = &item->sides[act->side];
	if (!fits(side, act) || !has_positions(trace, item, side, act)) {
		mark_broken(trace, INTOTO_E_INTERNAL);
		return;
	}
	for (size_t i = 0; !trace->brief && i < act->consumed_count; i++)
		side->artifacts[act->consumed[i]].consumed_by = (uint32_t)act->index + 1;
	for (size_t i = 0; !trace->brief && i < act->refused_count; i++)
		if (!side->artifacts[act->refused[i]].refused_by)
			side->artifacts[act->refused[i]].refused_by = (uint32_t)act->index + 1;
	rule = &side->rules[act->index];
	rule->applied = true;
	rule->failed = act->failed;
	rule->consumed = act->consumed_count;
	rule->refused = act->refused_count;
}

/* --- reading --- */

int it_trace_check(const struct it_trace *trace, struct intoto_error **err)
{
	if (trace->broken == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (trace->broken)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "the trace of the verification does not fit together");
	return INTOTO_OK;
}

size_t it_trace_count(const struct it_trace *trace)
{
	return trace->broken ? 0 : trace->count;
}

const struct it_traced_item *it_trace_at(const struct it_trace *trace, size_t index)
{
	return index < it_trace_count(trace) ? &trace->items[index] : NULL;
}

const struct it_traced_item *it_trace_find(const struct it_trace *trace, const char *label)
{
	return trace->broken ? NULL : find(trace, label);
}

const struct it_traced_artifact *it_traced_find(const struct it_traced_side *side, const char *name)
{
	size_t low = 0;
	size_t high = side->artifacts ? side->count : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
			it_span_cmp(it_span_text(side->artifacts[middle].name), it_span_text(name));

		if (!order)
			return &side->artifacts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct it_traced_rule *it_traced_rule(const struct it_traced_side *side, uint32_t number)
{
	return number && number <= side->rule_count ? &side->rules[number - 1] : NULL;
}

size_t it_traced_people(const struct it_traced_item *item)
{
	size_t people = 0;

	for (size_t i = 0; i < item->signer_count; i++) {
		size_t j = 0;

		while (j < i && !it_streq(item->signers[j].identity, item->signers[i].identity))
			j++;
		people += j == i;
	}
	return people;
}

bool it_traced_same_layout(const struct it_traced_item *item, const struct it_traced_item *other)
{
	size_t len = (size_t)(item->name - item->label);

	return item->instance == other->instance && len == (size_t)(other->name - other->label) &&
	       it_span_eq(it_span(item->label, len), it_span(other->label, len));
}
