/* SPDX-License-Identifier: Apache-2.0 */
/* The draft: one link for each step, then the steps in their order. */
#include "layouts/draft.h"

#include "base/path.h"
#include "base/text.h"

static int compare_runs(const void *a, const void *b)
{
	const struct it_draft_run *left = a;
	const struct it_draft_run *right = b;
	int order = it_span_cmp(it_span_text(left->link->name), it_span_text(right->link->name));

	return order ? order : it_span_cmp(it_span_text(left->file), it_span_text(right->file));
}

static int refuse(const struct it_draft_run *run, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *file = it_text_quoted(it_span_text(run->file));

	return it_err_set(err, INTOTO_E_POLICY, "%s: %s", file ? file : "", text);
}

static int check_run(const struct it_draft_run *run, struct intoto_error **err)
{
	int64_t value = 0;
	enum it_link_end end = it_link_end(run->link, &value);

	if (!it_name_is_safe(it_span_text(run->link->name)))
		return refuse(run, "the step's name cannot be part of a file name", err);
	if (end != IT_LINK_END_GOOD && end != IT_LINK_END_UNTOLD)
		return refuse(run, "the command of this step did not end well", err);
	return INTOTO_OK;
}

/* The sorted runs, one link for each name. */
static int choose_links(const struct intoto_link **links, size_t *count,
			const struct it_draft_run *runs, size_t run_count,
			struct intoto_error **err)
{
	*count = 0;
	for (size_t i = 0; i < run_count; i++) {
		const struct intoto_link *link = runs[i].link;
		const struct intoto_link *last = *count ? links[*count - 1] : NULL;
		int rc = check_run(&runs[i], err);

		if (rc)
			return rc;
		if (!last || !it_streq(last->name, link->name))
			links[(*count)++] = link;
		else if (!it_artifacts_equal(&last->materials, &link->materials) ||
			 !it_artifacts_equal(&last->products, &link->products))
			return refuse(&runs[i], "does not agree with another link of the same step",
				      err);
	}
	if (*count > IT_DRAFT_STEPS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d steps",
				  (int)IT_DRAFT_STEPS_MAX);
	return INTOTO_OK;
}

static int draft_step(struct intoto_layout *layout, const struct it_flow *flow, size_t step,
		      const struct it_draft_options *options, struct intoto_error **err)
{
	const struct intoto_link *link = flow->links[step];
	struct it_layout_step *out = NULL;
	int rc = it_layout_add_step(layout, link->name, &out, err);

	for (size_t i = 0; !rc && i < link->command.count; i++)
		rc = it_strings_add(&out->item.command, link->command.items[i], err);
	if (!rc)
		rc = it_draft_rules(&out->item.rules[INTOTO_MATERIALS], flow, step,
				    INTOTO_MATERIALS, options, err);
	return rc ? rc
		  : it_draft_rules(&out->item.rules[INTOTO_PRODUCTS], flow, step, INTOTO_PRODUCTS,
				   options, err);
}

/* What the last steps make is compared with nothing yet. */
static int note_ends(const struct it_flow *flow, struct it_strings *notes,
		     struct intoto_error **err)
{
	size_t loose = 0;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	for (size_t i = 0; i < flow->trail_count[INTOTO_PRODUCTS]; i++) {
		const struct it_trail *trail = &flow->trails[INTOTO_PRODUCTS][i];
		struct it_trails taken =
			it_flow_trails(flow, INTOTO_MATERIALS, trail->artifact->digests);

		loose += trail->made && !taken.count;
	}
	if (!loose)
		return INTOTO_OK;
	(void)it_buf_printf(&out,
			    "%zu products go into no other step: an inspection with MATCH compares "
			    "them with what was delivered",
			    loose); /* short */
	return it_strings_add(notes, it_buf_text(&out), err);
}

static int draft_all(struct intoto_layout *layout, const struct intoto_link **links, size_t count,
		     const struct it_draft_options *options, struct it_strings *notes,
		     struct intoto_error **err)
{
	IT_AUTO(it_flow_done) struct it_flow flow = { 0 };
	int rc = it_flow_find(&flow, links, count, err);

	for (size_t i = 0; !rc && i < count; i++)
		rc = draft_step(layout, &flow, flow.order[i], options, err);
	return rc ? rc : note_ends(&flow, notes, err);
}

int it_draft(struct intoto_layout *layout, const struct it_draft_run *runs, size_t count,
	     const struct it_draft_options *options, struct it_strings *notes,
	     struct intoto_error **err)
{
	IT_AUTO(it_freep) const struct intoto_link **links = calloc(count + 1, sizeof *links);
	IT_AUTO(it_freep) struct it_draft_run *sorted = calloc(count + 1, sizeof *sorted);
	size_t steps = 0;
	int rc;

	if (!links || !sorted)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++)
		sorted[i] = runs[i];
	if (count)
		qsort(sorted, count, sizeof *sorted, compare_runs);
	rc = choose_links(links, &steps, sorted, count, err);
	return rc ? rc : draft_all(layout, links, steps, options, notes, err);
}
