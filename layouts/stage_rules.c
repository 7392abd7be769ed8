/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Artifact rules (specification 5.2, steps 9 and 11): each item's materials, then its products.  A
 * failed rule does not end the evaluation, so that every failure is in the report.
 */
#include "base/text.h"
#include "layouts/chain.h"

enum { SENTENCE_MAX = 1024 * 1024 };

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
	bool open;	  /* a rule so far needed evidence that could not be read */
};

static const struct it_artifacts *find(void *arg, const char *item, enum intoto_link_side side)
{
	return it_chain_artifacts(arg, item, side);
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

/* Why the rules before this one left an artifact in the queue: the last that knows. */
static void add_explanation(const struct act *act, size_t position, struct it_buf *out)
{
	for (size_t i = act->index; i-- > 0;) {
		const struct it_rule *rule = &act->rules->items[i];
		IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(SENTENCE_MAX);

		if (rule->kind->explain)
			rule->kind->explain(rule, act->scene, position, &why);
		if (!why.len)
			continue;
		(void)it_buf_printf(out, " (%s)", it_buf_text(&why)); /* sticks in out */
		return;
	}
}

static void report_refused(const struct act *act, const char *code)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	const struct it_artifact *items = act->scene->queue.artifacts->items;

	(void)it_buf_printf(&text, "%zu %s: ", act->result.refused, /* sticks */
			    act->result.refused == 1 ? "artifact is left that it forbids"
						     : "artifacts are left that it forbids");
	for (size_t i = 0; i < act->result.refused && i < IT_RULE_NAMED; i++) {
		it_list_name(&text, i, items[act->result.named[i]].name);
		add_explanation(act, act->result.named[i], &text);
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

static bool is_open(const struct it_chain *chain, const char *name)
{
	const struct it_item *item = it_layout_find(chain->layout, name);

	return item && chain->open[item->index];
}

static int apply(struct act *act, struct intoto_error **err)
{
	const struct it_rule *rule = &act->rules->items[act->index];
	IT_AUTO(it_freep) char *text = it_rule_text(rule);
	int rc;

	if (!text)
		return it_err_nomem(err);
	act->text = text;
	act->before = act->scene->queue.left;
	rc = it_rule_apply(rule, act->scene, &act->result, err);
	if (!rc && act->result.unknown_item)
		act->open |= is_open(act->chain, rule->from);
	if (!rc)
		report_act(act);
	act->text = NULL;
	return rc;
}

static int apply_all(struct it_chain *chain, const struct it_item *item,
		     struct it_rule_scene *scene, struct intoto_error **err)
{
	struct act act = {
		.chain = chain, .item = item, .rules = &item->rules[scene->side], .scene = scene
	};

	for (act.index = 0; act.index < act.rules->count; act.index++) {
		int rc = apply(&act, err);

		if (rc)
			return rc;
	}
	if (scene->queue.left)
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "rule.rest",
			      it_chain_label(chain, item->name), "",
			      "%s: %zu that no rule consumed are allowed", side_name(&act),
			      scene->queue.left);
	return INTOTO_OK;
}

int it_item_judge(struct it_chain *chain, const struct it_item *item, enum intoto_link_side side,
		  struct intoto_error **err)
{
	const struct intoto_link *link = chain->links[item->index];
	const struct it_artifacts *sides[] = { &link->materials, &link->products };
	struct it_rule_scene scene = { .side = side, .find = find, .arg = chain };
	int rc = it_queue_init(&scene.queue, sides[side], sides[!side], err);

	if (rc)
		return rc;
	rc = apply_all(chain, item, &scene, err);
	it_queue_done(&scene.queue);
	return rc;
}

static int apply_item(struct it_chain *chain, const struct it_item *item, struct intoto_error **err)
{
	int rc;

	if (!chain->links[item->index]) {
		it_report_add(chain->report, INTOTO_CHECK_SKIPPED, "rule.evidence",
			      it_chain_label(chain, item->name), "",
			      "there is no link to apply the rules to");
		return INTOTO_OK;
	}
	rc = it_item_judge(chain, item, INTOTO_MATERIALS, err);
	return rc ? rc : it_item_judge(chain, item, INTOTO_PRODUCTS, err);
}

int it_stage_step_rules(struct it_chain *chain, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < chain->layout->step_count; i++)
		rc = apply_item(chain, &chain->layout->steps[i].item, err);
	return rc;
}

int it_stage_inspection_rules(struct it_chain *chain, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < chain->layout->inspection_count; i++)
		rc = apply_item(chain, &chain->layout->inspections[i], err);
	return rc;
}
