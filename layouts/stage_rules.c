/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifact rules (specification 5.2, steps 9 and 11): each item's materials, then its products.  A
 * failed rule does not end the evaluation, so that every failure is in the report.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/chain.h"

enum { SENTENCE_MAX = 1024 * 1024 };

/* The artifacts behind a FROM: those asked for last stay in memory. */
struct finder {
	struct it_chain *chain;
	struct it_table table;
	int rc; /* no memory */
};

/* One rule on its way. */
struct act {
	struct it_chain *chain;
	const struct it_item *item;
	const struct it_rules *rules;
	size_t index;
	struct it_rule_scene *scene;
	struct it_rule_result result;
	const char *text; /* of the rule */
	size_t before;	  /* how much was queued */
	uint64_t *gone;	  /* for whoever traces: what was consumed before the rule */
	bool open;	  /* a rule so far needed evidence that could not be read */
	bool refused;	  /* a rule so far has refused something */
};

static const struct it_artifacts *find(void *arg, const char *name, enum intoto_link_side side)
{
	struct finder *finder = arg;
	const struct it_item *item = it_layout_find(finder->chain->layout, name);

	it_table_done(&finder->table);
	if (item && !finder->rc)
		finder->rc = it_table_get(&finder->table, finder->chain, item->index, side, NULL);
	return finder->table.artifacts;
}

static const char *side_name(const struct act *act)
{
	return act->scene->side == INTOTO_MATERIALS ? "materials" : "products";
}

static void report(const struct act *act, enum intoto_outcome outcome, const char *code,
		   const char *text)
{
	it_report_add(act->chain->report, outcome, code,
		      it_chain_label(act->chain, act->item->name), act->text, "%s: %s",
		      side_name(act), text);
}

/* "rule.allow" of ALLOW. */
static void name_code(struct it_buf *out, const struct it_rule_kind *kind)
{
	(void)it_buf_add_text(out, "rule."); /* short; sticks */
	for (const char *c = kind->keyword; *c; c++)
		(void)it_buf_add_byte(out, (char)(*c | 0x20)); /* keywords are capital letters */
}

/*
 * Why the rules before this one left the named artifacts in the queue: the last that knows.  Rule
 * by rule, because each may need another link.
 */
static void find_explanations(const struct act *act, size_t count, struct it_buf *why)
{
	for (size_t i = act->index; i-- > 0;) {
		const struct it_rule *rule = &act->rules->items[i];
		bool done = true;

		for (size_t j = 0; rule->kind->explain && j < count; j++) {
			if (!why[j].len)
				rule->kind->explain(rule, act->scene, act->result.named[j],
						    &why[j]);
			done = done && why[j].len;
		}
		if (rule->kind->explain && done)
			return;
	}
}

static void report_refused(const struct act *act, const char *code)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	const struct it_artifact *items = act->scene->queue.artifacts->items;
	struct it_buf why[IT_RULE_NAMED];
	size_t count = act->result.refused < IT_RULE_NAMED ? act->result.refused : IT_RULE_NAMED;

	for (size_t i = 0; i < count; i++)
		why[i] = (struct it_buf)IT_BUF(SENTENCE_MAX);
	find_explanations(act, count, why);
	(void)it_buf_printf(&text, "%zu %s: ", act->result.refused, /* sticks */
			    act->result.refused == 1 ? "artifact is left that it forbids"
						     : "artifacts are left that it forbids");
	for (size_t i = 0; i < count; i++) {
		it_list_name(&text, i, items[act->result.named[i]].name);
		if (why[i].len)
			(void)it_buf_printf(&text, " (%s)", it_buf_text(&why[i])); /* sticks */
		it_buf_done(&why[i]);
	}
	it_list_end(&text, act->result.refused);
	report(act, act->open ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED, code,
	       it_buf_text(&text));
}

static void report_absent(const struct act *act, const char *code)
{
	struct it_span name = it_span_text(act->rules->items[act->index].pattern);
	bool consumed = it_artifacts_find(act->scene->queue.artifacts, name);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	it_where_quote(&text, name);
	(void)it_buf_add_text(&text, consumed ? " was consumed by a rule before this one"
					      : " is not there"); /* sticks */
	report(act, INTOTO_CHECK_FAILED, code, it_buf_text(&text));
}

static void report_unused(const struct act *act)
{
	const struct it_rule *rule = &act->rules->items[act->index];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	if (!act->result.unknown_item) {
		report(act, INTOTO_CHECK_WARNING, "rule.unused", "the rule consumed nothing");
		return;
	}
	(void)it_buf_add_text(&text, "the rule consumed nothing: "); /* sticks */
	it_where_quote(&text, it_span_text(rule->from));
	(void)it_buf_add_text(&text, it_layout_find(act->chain->layout, rule->from)
					     ? " has no link (yet)"
					     : " is no step or inspection of this layout");
	report(act, INTOTO_CHECK_WARNING, "rule.unknown-step", it_buf_text(&text));
}

static void report_act(const struct act *act)
{
	const struct it_rule_kind *kind = act->rules->items[act->index].kind;
	IT_AUTO(it_buf_done) struct it_buf code = IT_BUF(SENTENCE_MAX);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	name_code(&code, kind);
	if (act->result.refused && kind->literal) {
		report_absent(act, it_buf_text(&code));
	} else if (act->result.refused) {
		report_refused(act, it_buf_text(&code));
	} else if (!kind->consumes) {
		report(act, INTOTO_CHECK_PASSED, it_buf_text(&code), "nothing speaks against it");
	} else if (!act->result.consumed) {
		report_unused(act);
	} else {
		(void)it_buf_printf(&text, "consumed %zu of %zu", act->result.consumed,
				    act->before); /* short */
		report(act, INTOTO_CHECK_PASSED, it_buf_text(&code), it_buf_text(&text));
	}
}

/* --- for whoever traces --- */

static size_t bitmap_words(const struct act *act)
{
	return act->scene->queue.artifacts->count / 64 + 1;
}

static void remember_queue(const struct act *act)
{
	if (act->gone)
		memcpy(act->gone, act->scene->queue.gone, bitmap_words(act) * sizeof *act->gone);
}

/* What the rule consumed, 64 at a time: there may be thousands of rules. */
static size_t list_consumed(const struct act *act, size_t *out)
{
	size_t count = 0;

	for (size_t word = 0; word < bitmap_words(act); word++) {
		uint64_t fresh = act->scene->queue.gone[word] & ~act->gone[word];

		for (; fresh && count < act->result.consumed; fresh &= fresh - 1)
			out[count++] = word * 64 + (size_t)__builtin_ctzll(fresh);
	}
	return count;
}

/* What the rule refused is still queued. */
static size_t list_refused(const struct act *act, size_t *out)
{
	const struct it_rule *rule = &act->rules->items[act->index];
	const struct it_queue *queue = &act->scene->queue;
	size_t total = queue->artifacts->count;
	size_t count = 0;

	if (rule->kind->literal)
		return 0;
	for (size_t i = it_queue_next(queue, 0, total); count < act->result.refused && i < total;
	     i = it_queue_next(queue, i + 1, total))
		if (it_rule_matches(rule, act->scene, i))
			out[count++] = i;
	return count;
}

static void tell_trace(const struct act *act, struct it_trace_act *told)
{
	told->side = act->scene->side;
	told->index = act->index;
	told->rule = &act->rules->items[act->index];
	told->failed = act->result.refused > 0;
	it_trace_rule(act->chain->trace, it_chain_label(act->chain, act->item->name), told);
}

static int trace_act(const struct act *act, struct intoto_error **err)
{
	struct it_trace_act told = { .consumed_count = act->result.consumed,
				     .refused_count = act->result.refused };
	IT_AUTO(it_freep) size_t *consumed = NULL;
	IT_AUTO(it_freep) size_t *refused = NULL;

	if (act->gone) {
		consumed = calloc(act->result.consumed + 1, sizeof *consumed);
		refused = calloc(act->result.refused + 1, sizeof *refused);
		if (!consumed || !refused)
			return it_err_nomem(err);
		told.consumed = consumed;
		told.refused = refused;
		told.consumed_count = list_consumed(act, consumed);
		told.refused_count = list_refused(act, refused);
	}
	tell_trace(act, &told);
	return INTOTO_OK;
}

/* --- */

static bool is_open(const struct it_chain *chain, const char *name)
{
	const struct it_item *item = it_layout_find(chain->layout, name);

	return item && chain->slots[item->index].open;
}

static int apply(struct act *act, struct intoto_error **err)
{
	const struct it_rule *rule = &act->rules->items[act->index];
	const struct finder *finder = act->scene->arg;
	IT_AUTO(it_freep) char *text = it_rule_text(rule);
	int rc;

	if (!text)
		return it_err_nomem(err);
	act->text = text;
	act->before = act->scene->queue.left;
	remember_queue(act);
	rc = it_rule_apply(rule, act->scene, &act->result, err);
	if (!rc && act->result.unknown_item)
		act->open |= is_open(act->chain, rule->from);
	act->refused |= act->result.refused > 0;
	if (!rc)
		report_act(act);
	if (!rc && act->chain->trace)
		rc = trace_act(act, err);
	if (!rc && finder->rc)
		rc = it_err_nomem(err);
	act->text = NULL;
	return rc;
}

static int apply_all(struct it_chain *chain, const struct it_item *item,
		     struct it_rule_scene *scene, struct intoto_error **err)
{
	struct act act = {
		.chain = chain, .item = item, .rules = &item->rules[scene->side], .scene = scene
	};
	bool wanted = it_trace_wants_artifacts(chain->trace);
	IT_AUTO(it_freep)
	uint64_t *gone = wanted ? calloc(bitmap_words(&act), sizeof *gone) : NULL;

	if (wanted && !gone)
		return it_err_nomem(err);
	act.gone = gone;
	for (act.index = 0; act.index < act.rules->count; act.index++) {
		int rc = apply(&act, err);

		if (rc)
			return rc;
	}
	if (scene->queue.left && !act.refused)
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "rule.rest",
			      it_chain_label(chain, item->name), "",
			      "%s: %zu that no rule consumed are allowed", side_name(&act),
			      scene->queue.left);
	return INTOTO_OK;
}

/* Both sides are in memory here. */
static int judge(struct it_chain *chain, const struct it_item *item, enum intoto_link_side side,
		 const struct it_table sides[2], struct intoto_error **err)
{
	struct finder finder = { .chain = chain };
	struct it_rule_scene scene = { .side = side, .find = find, .arg = &finder };
	int rc = it_queue_init(&scene.queue, sides[side].artifacts, sides[!side].artifacts, err);

	if (rc)
		return rc;
	rc = apply_all(chain, item, &scene, err);
	it_table_done(&finder.table);
	it_queue_done(&scene.queue);
	return rc;
}

int it_item_judge(struct it_chain *chain, const struct it_item *item, enum intoto_link_side side,
		  struct intoto_error **err)
{
	struct it_table sides[2] = { 0 };
	int rc = it_table_get(&sides[INTOTO_MATERIALS], chain, item->index, INTOTO_MATERIALS, err);

	if (!rc)
		rc = it_table_get(&sides[INTOTO_PRODUCTS], chain, item->index, INTOTO_PRODUCTS,
				  err);
	/* What could not be read again is in the report. */
	if (!rc && sides[INTOTO_MATERIALS].artifacts && sides[INTOTO_PRODUCTS].artifacts)
		rc = judge(chain, item, side, sides, err);
	it_table_done(&sides[INTOTO_MATERIALS]);
	it_table_done(&sides[INTOTO_PRODUCTS]);
	return rc;
}

int it_item_judge_all(struct it_chain *chain, const struct it_item *item, struct intoto_error **err)
{
	const struct it_slot *slot = &chain->slots[item->index];
	int rc;

	if (!chain->links[item->index] && !slot->source && !slot->below) {
		it_report_add(chain->report, INTOTO_CHECK_SKIPPED, "rule.evidence",
			      it_chain_label(chain, item->name), "",
			      "there is no link to apply the rules to");
		return INTOTO_OK;
	}
	rc = it_item_judge(chain, item, INTOTO_MATERIALS, err);
	return rc ? rc : it_item_judge(chain, item, INTOTO_PRODUCTS, err);
}

int it_stage_inspection_rules(struct it_chain *chain, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < chain->layout->inspection_count; i++)
		rc = it_item_judge_all(chain, &chain->layout->inspections[i], err);
	return rc;
}
