/* SPDX-License-Identifier: Apache-2.0 */
/* When all members are known: what belongs to what, in an order, each thing once. */
#include <string.h>

#include "base/text.h"
#include "report/audit.h"

/* --- layouts --- */

void it_audit_take_layout(struct it_audit *audit, const char *prefix, const char *member,
			  const struct intoto_envelope *envelope)
{
	struct intoto_layout *layout = NULL;
	struct it_audit_layout *row;

	if (intoto_layout_from_envelope(&layout, envelope, NULL))
		return; /* the checks say so */
	row = IT_AUDIT_ROW(audit, audit->layouts, audit->layout_count);
	if (audit->failed || (const unsigned char *)row == audit->spill) {
		intoto_layout_free(layout);
		return;
	}
	row->layout = layout;
	row->prefix = it_audit_keep(audit, prefix);
	row->member = it_audit_keep(audit, member);
	if (*prefix)
		return;
	audit->readme = it_audit_keep(audit, layout->readme);
	audit->layout_expires = layout->expires_text ? layout->expires : 0;
}

static struct it_audit_step *find_step(struct it_audit *audit, const char *label)
{
	for (size_t i = 0; i < audit->step_count; i++)
		if (it_streq(audit->steps[i].label, label))
			return &audit->steps[i];
	return NULL;
}

/* NULL where there are too many. */
static struct it_audit_step *add_step(struct it_audit *audit, const char *label, bool inspection)
{
	struct it_audit_step *step = find_step(audit, label);

	if (step)
		return step;
	if (audit->step_count == IT_AUDIT_STEPS_MAX) {
		audit->cut = true;
		return NULL;
	}
	step = IT_AUDIT_ROW(audit, audit->steps, audit->step_count);
	step->label = label;
	step->inspection = inspection;
	step->command = step->file = step->why = "";
	return step;
}

static void join_gates(struct it_audit *audit, struct it_audit_step *step,
		       const struct it_layout_step *demanded)
{
	for (size_t i = 0; i < demanded->gates.count; i++) {
		const struct it_gate *gate = &demanded->gates.items[i];
		IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024 * 1024);

		if (it_gate_clauses(&clauses, gate, NULL)) {
			audit->failed = INTOTO_E_NOMEM;
			return;
		}
		(void)it_buf_printf(&text, "%s: ", gate->kind->name); /* sticks, as the rest */
		for (size_t j = 0; j < clauses.count; j++) {
			(void)it_buf_add_text(&text, j ? "; " : "");
			(void)it_buf_add_text(&text, clauses.items[j]);
		}
		it_audit_list(audit, &step->gates, it_buf_text(&text));
	}
}

static void join_steps(struct it_audit *audit, const struct it_audit_layout *row)
{
	const struct intoto_layout *layout = row->layout;

	for (size_t i = 0; i < layout->step_count; i++) {
		const struct it_layout_step *demanded = &layout->steps[i];
		const char *label = it_audit_say(audit, "%s%s", row->prefix, demanded->item.name);
		struct it_audit_step *step = add_step(audit, label, false);

		if (!step)
			continue;
		if (!step->looked_at)
			step->threshold = demanded->threshold;
		if (!step->gates.count)
			join_gates(audit, step, demanded);
	}
	for (size_t i = 0; i < layout->inspection_count; i++)
		(void)add_step(
			audit,
			it_audit_say(audit, "%s%s", row->prefix, layout->inspections[i].name),
			true); /* it is in the list now */
}

static void join_keys(struct it_audit *audit, const struct intoto_layout *layout)
{
	for (size_t i = 0; i < layout->key_count; i++) {
		const struct it_layout_key *key = &layout->keys[i];
		struct it_audit_key *row = IT_AUDIT_ROW(audit, audit->keys, audit->key_count);

		row->id = it_audit_keep(audit, key->id);
		row->kind = key->key ? intoto_key_scheme(key->key) : "of a kind that is not known";
		row->fingerprint =
			it_audit_keep(audit, key->key ? intoto_key_fingerprint(key->key) : "");
		row->excuses = layout->exceptions.given &&
			       it_strings_has(&layout->exceptions.pubkeys, key->id);
		for (size_t j = 0; j < layout->step_count; j++)
			if (it_strings_has(&layout->steps[j].pubkeys, key->id))
				it_audit_list(audit, &row->steps, layout->steps[j].item.name);
	}
}

/* --- artifacts, and what went from step to step --- */

static const struct it_audit_link *find_link(const struct it_audit *audit, const char *label,
					     const char *file)
{
	const struct it_audit_link *found = NULL;

	for (size_t i = 0; i < audit->link_count; i++) {
		const struct it_audit_link *link = &audit->links[i];

		if (!it_streq(link->label, label))
			continue;
		if (!found || (*file && it_ends_with(link->member, file)))
			found = link;
	}
	return found;
}

/* The artifacts that a step shows to others: of a sublayout those of its first or last step. */
static const struct it_artifacts *artifacts_of(const struct it_audit *audit, const char *label,
					       const char *file, enum intoto_link_side side,
					       unsigned depth)
{
	const struct it_audit_link *link = find_link(audit, label, file);
	size_t len = strlen(label);

	if (link)
		return side == INTOTO_MATERIALS ? &link->link->materials : &link->link->products;
	for (size_t i = 0; depth < 8 && i < audit->layout_count; i++) {
		const struct it_audit_layout *row = &audit->layouts[i];
		IT_AUTO(it_buf_done) struct it_buf below = IT_BUF(64 * 1024);
		size_t count = row->layout->step_count;

		if (!count || !it_starts_with(row->prefix, label) ||
		    !it_streq(row->prefix + len, "/"))
			continue;
		(void)it_buf_printf(&below, "%s%s", row->prefix,
				    row->layout->steps[side == INTOTO_MATERIALS ? 0 : count - 1]
					    .item.name); /* sticks: then nothing is found */
		return artifacts_of(audit, it_buf_text(&below), "", side, depth + 1);
	}
	return NULL;
}

struct scene {
	struct it_audit *audit;
	const char *prefix;
};

static const struct it_artifacts *find_artifacts(void *arg, const char *item,
						 enum intoto_link_side side)
{
	const struct scene *scene = arg;
	IT_AUTO(it_buf_done) struct it_buf label = IT_BUF(64 * 1024);

	(void)it_buf_printf(&label, "%s%s", scene->prefix, item); /* sticks: nothing is found */
	return artifacts_of(scene->audit, it_buf_text(&label), "", side, 0);
}

static void add_edge(struct it_audit *audit, const struct scene *scene, const char *from,
		     const struct it_audit_step *to, size_t count)
{
	IT_AUTO(it_buf_done) struct it_buf label = IT_BUF(64 * 1024);
	const struct it_audit_step *source;
	size_t number = (size_t)(to - audit->steps);
	struct it_audit_edge *edge;

	(void)it_buf_printf(&label, "%s%s", scene->prefix, from); /* sticks: nothing is found */
	source = find_step(audit, it_buf_text(&label));
	if (!source || source == to)
		return;
	for (size_t i = 0; i < audit->edge_count; i++) {
		edge = &audit->edges[i];
		if (edge->to == number && edge->from == (size_t)(source - audit->steps)) {
			edge->count += count;
			return;
		}
	}
	if (audit->edge_count == IT_AUDIT_EDGES_MAX) {
		audit->cut = true;
		return;
	}
	edge = IT_AUDIT_ROW(audit, audit->edges, audit->edge_count);
	*edge = (struct it_audit_edge){ (size_t)(source - audit->steps), number, count };
}

/* Applies the rules of one side again, as the verification did, to see what came from where. */
static size_t join_side(struct it_audit *audit, struct scene *scene, struct it_audit_step *step,
			const struct it_item *item, enum intoto_link_side side)
{
	const struct it_artifacts *here = artifacts_of(audit, step->label, step->file, side, 0);
	const struct it_artifacts *there =
		artifacts_of(audit, step->label, step->file,
			     side == INTOTO_MATERIALS ? INTOTO_PRODUCTS : INTOTO_MATERIALS, 0);
	struct it_rule_scene rules = { .side = side, .find = find_artifacts, .arg = scene };
	size_t found = 0;

	if (!here || !there || it_queue_init(&rules.queue, here, there, NULL))
		return 0;
	for (size_t i = 0; i < item->rules[side].count; i++) {
		const struct it_rule *rule = &item->rules[side].items[i];
		struct it_rule_result result = { 0 };

		if (it_rule_apply(rule, &rules, &result, NULL))
			break;
		if (!rule->from || !*rule->from)
			continue;
		found += result.consumed;
		add_edge(audit, scene, rule->from, step, result.consumed);
	}
	it_queue_done(&rules.queue);
	return here->count - (found < here->count ? found : here->count);
}

static void join_flow(struct it_audit *audit, const struct it_audit_layout *row,
		      const struct it_item *item)
{
	struct scene scene = { audit, row->prefix };
	IT_AUTO(it_buf_done) struct it_buf label = IT_BUF(64 * 1024);
	struct it_audit_step *step;

	(void)it_buf_printf(&label, "%s%s", row->prefix, item->name); /* sticks: nothing is found */
	step = find_step(audit, it_buf_text(&label));
	if (!step || !step->evidence)
		return;
	step->outside = join_side(audit, &scene, step, item, INTOTO_MATERIALS);
	step->outside_known = find_link(audit, step->label, step->file);
	(void)join_side(audit, &scene, step, item, INTOTO_PRODUCTS); /* its edges are what counts */
}

static void show_artifacts(struct it_audit *audit, struct it_audit_step *step,
			   enum intoto_link_side side)
{
	const struct it_artifacts *artifacts =
		artifacts_of(audit, step->label, step->file, side, 0);
	struct it_audit_side *out = &step->sides[side];

	if (!artifacts)
		return;
	out->count = artifacts->count;
	for (size_t i = 0; i < artifacts->count && i < IT_AUDIT_ARTIFACTS_SHOWN; i++) {
		struct it_audit_artifact *shown = IT_AUDIT_ROW(audit, out->shown, out->shown_count);

		shown->name = it_audit_keep(audit, artifacts->items[i].name);
		shown->digests = it_audit_keep(audit, artifacts->items[i].digests);
	}
}

static void join_layouts(struct it_audit *audit)
{
	for (size_t i = 0; i < audit->layout_count; i++)
		if (!*audit->layouts[i].prefix) { /* the layout's own steps in front */
			join_steps(audit, &audit->layouts[i]);
			join_keys(audit, audit->layouts[i].layout);
		}
	for (size_t i = 0; i < audit->layout_count; i++)
		if (*audit->layouts[i].prefix)
			join_steps(audit, &audit->layouts[i]);
}

/* When it is known which steps have evidence. */
static void join_flows(struct it_audit *audit)
{
	for (size_t i = 0; !audit->failed && i < audit->layout_count; i++) {
		const struct intoto_layout *layout = audit->layouts[i].layout;

		for (size_t j = 0; j < layout->step_count; j++)
			join_flow(audit, &audit->layouts[i], &layout->steps[j].item);
		for (size_t j = 0; j < layout->inspection_count; j++)
			join_flow(audit, &audit->layouts[i], &layout->inspections[j]);
	}
	for (size_t i = 0; !audit->failed && i < audit->step_count; i++) {
		show_artifacts(audit, &audit->steps[i], INTOTO_MATERIALS);
		show_artifacts(audit, &audit->steps[i], INTOTO_PRODUCTS);
	}
}

/* --- everything --- */

/* What is worst of a step's checks is said first. */
static bool is_worse(enum intoto_outcome outcome, enum intoto_outcome than)
{
	static const int weight[] = { [INTOTO_CHECK_FAILED] = 4,
				      [INTOTO_CHECK_UNDECIDED] = 3,
				      [INTOTO_CHECK_WARNING] = 2,
				      [INTOTO_CHECK_SKIPPED] = 1,
				      [INTOTO_CHECK_PASSED] = 0 };

	return weight[outcome] > weight[than];
}

/* A report without items says by its checks alone what became of a step. */
static void look_at(struct it_audit_step *step, const struct it_audit_check *check)
{
	if (!step->looked_at && check->outcome != INTOTO_CHECK_SKIPPED) {
		step->looked_at = true;
		step->told_by_checks = true;
	}
	if (step->told_by_checks && it_streq(check->code, "step.threshold") &&
	    check->outcome == INTOTO_CHECK_PASSED) {
		step->evidence = true;
		step->people = step->threshold;
	}
}

static void join_checks(struct it_audit *audit)
{
	struct it_audit_step *step = NULL;
	enum intoto_outcome *worst = calloc(audit->step_count + 1, sizeof *worst);

	if (!worst) {
		audit->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < audit->step_count; i++)
		worst[i] = INTOTO_CHECK_PASSED;
	for (size_t i = 0; i < audit->check_count; i++) {
		const struct it_audit_check *check = &audit->checks[i];

		if (!step || !it_streq(step->label, check->item))
			step = find_step(audit, check->item);
		if (!step)
			continue;
		step->tally[check->outcome]++;
		look_at(step, check);
		if (!is_worse(check->outcome, worst[step - audit->steps]))
			continue;
		worst[step - audit->steps] = check->outcome;
		step->why = *check->subject
				    ? it_audit_say(audit, "%s: %s", check->subject, check->text)
				    : check->text;
	}
	free(worst);
}

/* Names of evidence as the manifest says, which whoever packed has signed. */
static void join_members(struct it_audit *audit)
{
	const struct it_archive_manifest *manifest = audit->archive->manifest;

	for (size_t i = 0; i < manifest->step_count; i++) {
		struct it_audit_step *step = find_step(audit, manifest->steps[i].name);

		for (size_t j = 0; step && j < manifest->steps[i].evidence.count; j++)
			it_audit_list(audit, &step->members, manifest->steps[i].evidence.items[j]);
	}
}

void it_audit_join(struct it_audit *audit)
{
	if (!audit->verdict)
		audit->verdict = "";
	audit->readme = audit->readme ? audit->readme : "";
	audit->parameters = audit->parameters ? audit->parameters : "";
	join_layouts(audit);
	join_checks(audit);
	join_flows(audit);
	join_members(audit);
	it_audit_join_evidence(audit);
	it_audit_find_gaps(audit);
}
