/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the stages. */
#include "layouts/chain.h"

#include <string.h>

#include "base/text.h"
#include "json/where.h"

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

const struct it_artifacts *it_chain_artifacts(const struct it_chain *chain, const char *item,
					      enum intoto_link_side side)
{
	const struct it_item *found = it_layout_find(chain->layout, item);
	const struct intoto_link *link = found ? chain->links[found->index] : NULL;

	if (!link)
		return NULL;
	return side == INTOTO_MATERIALS ? &link->materials : &link->products;
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

static void skip_rest(struct it_chain *chain, const char *code, const char *why)
{
	it_report_add(chain->report, INTOTO_CHECK_SKIPPED, code, it_chain_label(chain, ""), "",
		      "steps and inspections were not looked at, because %s", why);
}

/* Whether there is a link for every item: none was skipped. */
static bool is_complete(const struct it_chain *chain)
{
	for (size_t i = 0; i < chain->layout->step_count + chain->layout->inspection_count; i++)
		if (!chain->links[i])
			return false;
	return true;
}

/* Everything from the links on; the layout is trusted and complete. */
static int verify_items(struct it_chain *chain, const char *summary_name,
			struct intoto_link **summary, size_t faults_before,
			struct intoto_error **err)
{
	int rc = it_stage_evidence(chain, err);

	if (!rc)
		rc = it_stage_step_rules(chain, err);
	if (!rc)
		rc = it_stage_inspections(chain, err);
	if (!rc)
		rc = it_stage_inspection_rules(chain, err);
	if (!rc && it_report_faults(chain->report) == faults_before && is_complete(chain))
		rc = it_stage_summary(chain, summary_name, summary, err);
	return rc;
}

static void free_links(struct it_chain *chain)
{
	size_t count = chain->layout->step_count + chain->layout->inspection_count;

	for (size_t i = 0; chain->links && i < count; i++)
		intoto_link_free(chain->links[i]);
	free(chain->links);
	chain->links = NULL;
	free(chain->open);
	chain->open = NULL;
	it_strings_done(&chain->folder);
}

static int verify_layout(struct it_chain *chain, struct intoto_layout *layout,
			 const char *summary_name, struct intoto_link **summary,
			 size_t faults_before, struct intoto_error **err)
{
	size_t items = layout->step_count + layout->inspection_count;
	bool complete = false;
	int rc;

	it_stage_policy(chain);
	rc = it_stage_parameters(chain, layout, &complete, err);
	if (rc)
		return rc;
	if (!complete) {
		skip_rest(chain, "layout.parameter", "a parameter is not right");
		return INTOTO_OK;
	}
	chain->links = calloc(items + 1, sizeof(struct intoto_link *));
	chain->open = calloc(items + 1, sizeof *chain->open);
	rc = chain->links && chain->open
		     ? verify_items(chain, summary_name, summary, faults_before, err)
		     : it_err_nomem(err);
	free_links(chain);
	return rc;
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

static int verify_envelope(struct it_chain *chain, const struct intoto_envelope *envelope,
			   const struct intoto_key *const *keys, size_t key_count,
			   const char *summary_name, struct intoto_link **summary,
			   struct intoto_error **err)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	size_t faults_before = it_report_faults(chain->report);
	bool trusted = false;
	int rc = intoto_layout_from_envelope(&layout, envelope, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		report_unreadable(chain, why);
		return INTOTO_OK;
	}
	chain->layout = layout;
	rc = it_stage_signatures(chain, envelope, keys, key_count, &trusted, err);
	if (!rc && !trusted)
		skip_rest(chain, "layout.signature", "the layout is not signed as it must be");
	if (!rc && trusted)
		rc = verify_layout(chain, layout, summary_name, summary, faults_before, err);
	chain->layout = NULL;
	return rc;
}

int it_chain_verify(struct it_chain *chain, const struct intoto_envelope *envelope,
		    const struct intoto_key *const *keys, size_t key_count,
		    const char *summary_name, struct intoto_link **summary,
		    struct intoto_error **err)
{
	int rc;

	*summary = NULL;
	chain->label = (struct it_buf)IT_BUF(SIZE_MAX / 2);
	rc = verify_envelope(chain, envelope, keys, key_count, summary_name, summary, err);
	it_buf_done(&chain->label);
	return rc;
}
