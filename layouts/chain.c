/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the stages. */
#include "layouts/chain.h"

#include <string.h>

#include "base/text.h"
#include "json/where.h"
#include "layouts/sublayout.h"

const char *it_chain_label(struct it_chain *chain, const char *item)
{
	it_buf_reset(&chain->label);
	(void)it_buf_add_text(&chain->label, chain->prefix); /* a short label is still a label */
	(void)it_buf_add_text(&chain->label, item);
	if (!*item && chain->label.len)
		chain->label.data[chain->label.len - 1] = '\0'; /* the slash of "step/" */
	return it_buf_text(&chain->label);
}

bool it_chain_allows(const struct it_chain *chain, enum intoto_allow what)
{
	return chain->options->allow & (unsigned)what;
}

void it_list_name(struct it_buf *out, size_t index, const char *name)
{
	if (index >= IT_LISTED_MAX)
		return;
	if (index)
		(void)it_buf_add_text(out, ", "); /* sticks in out */
	it_where_quote(out, it_span_text(name));
}

void it_list_end(struct it_buf *out, size_t count)
{
	if (count > IT_LISTED_MAX)
		(void)it_buf_printf(out, " and %zu more", count - IT_LISTED_MAX); /* sticks */
}

void it_chain_skip(struct it_chain *chain, const char *code, const char *why)
{
	it_report_add(chain->report, INTOTO_CHECK_SKIPPED, code, it_chain_label(chain, ""), "",
		      "steps and inspections were not looked at, because %s", why);
}

bool it_chain_is_complete(const struct it_chain *chain)
{
	size_t items =
		chain->layout ? chain->layout->step_count + chain->layout->inspection_count : 0;

	for (size_t i = 0; i < items; i++)
		if (!chain->slots ||
		    !(chain->links[i] || chain->slots[i].source || chain->slots[i].below))
			return false;
	return chain->layout;
}

/* A layout that cannot be read decides nothing; a sublayout like that is no evidence. */
static void report_unreadable(struct it_chain *chain, const struct intoto_error *why)
{
	if (chain->depth)
		it_report_add(chain->report, INTOTO_CHECK_FAILED, "link.format",
			      it_chain_label(chain, ""), chain->layout_path, "%s",
			      intoto_error_text(why));
	else
		it_report_undecided(chain->report, "layout.format", "", chain->layout_path, why);
}

int it_chain_read(struct it_chain *chain, const struct intoto_envelope *envelope,
		  struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = intoto_layout_from_envelope(&chain->layout, envelope, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		report_unreadable(chain, why);
	return INTOTO_OK;
}

static int make_slots(struct it_chain *chain, struct intoto_error **err)
{
	/* One more than there are, so that none is not NULL. */
	size_t items = chain->layout->step_count + chain->layout->inspection_count + 1;

	chain->links = calloc(items, sizeof(struct intoto_link *));
	chain->slots = calloc(items, sizeof *chain->slots);
	chain->later = calloc(items, sizeof *chain->later);
	return chain->links && chain->slots && chain->later ? INTOTO_OK : it_err_nomem(err);
}

static void trace_items(struct it_chain *chain)
{
	const struct intoto_layout *layout = chain->layout;

	for (size_t i = 0; chain->trace && i < layout->step_count; i++)
		it_trace_item(chain->trace, it_chain_label(chain, layout->steps[i].item.name),
			      &layout->steps[i].item, false, layout->steps[i].threshold);
	for (size_t i = 0; chain->trace && i < layout->inspection_count; i++)
		it_trace_item(chain->trace, it_chain_label(chain, layout->inspections[i].name),
			      &layout->inspections[i], true, 1);
}

int it_chain_verify(struct it_chain *chain, struct intoto_error **err)
{
	bool complete = false;
	int rc;

	it_stage_policy(chain);
	rc = it_stage_parameters(chain, &complete, err);
	if (!rc && !complete)
		it_chain_skip(chain, "layout.parameter", "a parameter is not right");
	if (rc || !complete)
		return rc;
	rc = make_slots(chain, err);
	if (rc)
		return rc;
	trace_items(chain);
	rc = it_stage_steps(chain, err);
	if (!rc)
		rc = it_stage_gates(chain, err);
	return rc ? rc : it_stage_standins(chain, err);
}

/* Inspections tell whoever asked what they recorded. */
static void trace_links(struct it_chain *chain)
{
	const struct intoto_layout *layout = chain->layout;

	for (size_t i = 0; chain->trace && i < layout->inspection_count; i++) {
		const struct it_item *item = &layout->inspections[i];

		if (chain->links[item->index])
			it_trace_link(chain->trace, it_chain_label(chain, item->name), "",
				      chain->links[item->index]);
	}
}

int it_chain_inspect(struct it_chain *chain, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (struct it_sublayout *below = chain->sublayouts; !rc && below; below = below->next)
		rc = it_sublayout_inspect(below, err);
	if (rc || !chain->slots)
		return rc;
	rc = it_stage_inspections(chain, err);
	if (rc)
		return rc;
	trace_links(chain);
	return it_stage_inspection_rules(chain, err);
}

static void free_slots(struct it_chain *chain)
{
	size_t items =
		chain->layout ? chain->layout->step_count + chain->layout->inspection_count : 0;

	for (size_t i = 0; i < items; i++) {
		if (chain->links)
			intoto_link_free(chain->links[i]);
		if (chain->slots && chain->slots[i].source) {
			it_shelf_drop(&chain->run->shelf, chain->slots[i].source);
			it_source_free(chain->slots[i].source);
		}
	}
	free(chain->links);
	free(chain->slots);
	free(chain->later);
}

void it_chain_done(struct it_chain *chain)
{
	while (chain->sublayouts) {
		struct it_sublayout *next = chain->sublayouts->next;

		it_sublayout_free(chain->sublayouts);
		chain->sublayouts = next;
	}
	free_slots(chain);
	it_folder_done(&chain->folder);
	intoto_layout_free(chain->layout);
	it_buf_done(&chain->label);
	*chain = (struct it_chain){ 0 };
}
