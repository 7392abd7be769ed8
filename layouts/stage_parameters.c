/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters (specification 5.2, step 3), and then the patterns as they stand.  Sublayouts get no
 * parameters, as in every other implementation, unless the caller asks for that.
 */
#include "layouts/chain.h"
#include "layouts/parameters.h"

/* One that a sublayout does not need is none of its business. */
static void report_unused(struct it_chain *chain, const struct it_parameters *parameters)
{
	bool passed_on = chain->options->pass_parameters;

	for (size_t i = 0; i < parameters->count; i++)
		if (parameters->used[i])
			it_report_add(chain->report, INTOTO_CHECK_PASSED, "layout.parameter",
				      it_chain_label(chain, ""), parameters->items[i].name,
				      "was put into the layout");
		else if (!chain->depth)
			it_report_add(chain->report,
				      passed_on ? INTOTO_CHECK_SKIPPED : INTOTO_CHECK_WARNING,
				      "layout.parameter", "", parameters->items[i].name,
				      passed_on ? "nothing in this layout asks for it; sublayouts "
						  "get it too"
						: "nothing in the layout asks for it");
}

static int substitute(struct it_chain *chain, bool *complete, struct intoto_error **err)
{
	bool given = !chain->depth || chain->options->pass_parameters;
	struct it_parameters parameters = { chain->options->parameters,
					    given ? chain->options->parameter_count : 0, NULL };
	IT_AUTO(it_freep) bool *used = calloc(parameters.count + 1, sizeof *used);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc;

	if (!used)
		return it_err_nomem(err);
	parameters.used = used;
	rc = it_parameters_apply(&parameters, chain->layout, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	*complete = rc == INTOTO_OK;
	if (*complete)
		report_unused(chain, &parameters);
	else
		it_report_add(chain->report, INTOTO_CHECK_FAILED, "layout.parameter",
			      it_chain_label(chain, ""), "", "%s", intoto_error_text(why));
	return INTOTO_OK;
}

static int check_patterns(struct it_chain *chain, const struct it_item *item,
			  struct intoto_error **err)
{
	bool allowed = it_chain_allows(chain, INTOTO_ALLOW_BAD_GLOB);

	for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
		for (size_t i = 0; i < item->rules[side].count; i++) {
			const struct it_rule *rule = &item->rules[side].items[i];
			IT_AUTO(it_freep) char *text = NULL;

			if (!it_rule_has_open_bracket(rule))
				continue;
			text = it_rule_text(rule);
			if (!text)
				return it_err_nomem(err);
			it_report_add(chain->report,
				      allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED,
				      "layout.pattern", it_chain_label(chain, item->name), text,
				      "the pattern has a [ without its ]: here it stands for "
				      "itself, in other tools the rule matches nothing");
		}
	}
	return INTOTO_OK;
}

int it_stage_parameters(struct it_chain *chain, bool *complete, struct intoto_error **err)
{
	const struct intoto_layout *layout = chain->layout;
	int rc = substitute(chain, complete, err);

	for (size_t i = 0; !rc && i < layout->step_count; i++)
		rc = check_patterns(chain, &layout->steps[i].item, err);
	for (size_t i = 0; !rc && i < layout->inspection_count; i++)
		rc = check_patterns(chain, &layout->inspections[i], err);
	return rc;
}
