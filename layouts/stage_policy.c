/* SPDX-License-Identifier: Apache-2.0 */
/* What a signed layout must say before it is worth following. */
#include "base/clock.h"
#include "layouts/chain.h"

/* A layout is expired from the second that it names on (Python; Go gives it that second). */
static void check_expiry(struct it_chain *chain)
{
	char now[IT_TIME_SIZE];
	int64_t expires = 0;
	bool allowed = it_chain_allows(chain, INTOTO_ALLOW_NO_EXPIRY);

	it_time_format(now, chain->now);
	if (!intoto_layout_expires(chain->layout, &expires))
		it_report_add(chain->report, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED,
			      "layout.expiry", it_chain_label(chain, ""), "",
			      "the layout never expires (it has no \"expires\")");
	else if (expires <= chain->now)
		it_report_add(chain->report, INTOTO_CHECK_FAILED, "layout.expiry",
			      it_chain_label(chain, ""), "", "expired at %s, and now is %s",
			      chain->layout->expires_text, now);
	else
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "layout.expiry",
			      it_chain_label(chain, ""), "", "expires at %s, and now is %s",
			      chain->layout->expires_text, now);
}

static void check_empty(struct it_chain *chain)
{
	bool allowed = it_chain_allows(chain, INTOTO_ALLOW_EMPTY_LAYOUT);

	if (chain->layout->step_count + chain->layout->inspection_count)
		return;
	it_report_add(chain->report, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED,
		      "layout.empty", it_chain_label(chain, ""), "",
		      "the layout has neither steps nor inspections");
}

static void check_threshold(struct it_chain *chain, const struct it_layout_step *step)
{
	bool allowed = it_chain_allows(chain, INTOTO_ALLOW_ZERO_THRESHOLD);

	if (step->threshold >= 1)
		return;
	it_report_add(chain->report, allowed ? INTOTO_CHECK_WARNING : INTOTO_CHECK_FAILED,
		      "step.threshold-value", it_chain_label(chain, step->item.name), "",
		      "the threshold is %lld, want at least 1", (long long)step->threshold);
}

void it_stage_policy(struct it_chain *chain)
{
	const struct intoto_layout *layout = chain->layout;

	check_expiry(chain);
	check_empty(chain);
	for (size_t i = 0; i < layout->key_count; i++)
		if (!layout->keys[i].key)
			it_report_add(chain->report, INTOTO_CHECK_WARNING, "layout.key",
				      it_chain_label(chain, ""), layout->keys[i].id,
				      "this key is never used: %s", layout->keys[i].why_not);
	for (size_t i = 0; i < layout->step_count; i++)
		check_threshold(chain, &layout->steps[i]);
}
