/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sublayouts (specification 4.5): a layout where a link is expected, signed by the functionary,
 * whose own links are in a folder beside it that is called like the file.
 */
#include <stdio.h>
#include <string.h>

#include "layouts/evidence.h"

/* "dir/step.12345678" of "dir/step.12345678.link" */
static char *folder_of(const char *path)
{
	return strndup(path, strlen(path) - strlen(".link"));
}

static bool may_go_on(struct it_chain *chain, const char *step, const char *path)
{
	unsigned max = chain->options->max_depth ? chain->options->max_depth : IT_SUBLAYOUT_DEPTH;

	if (chain->depth < max && *chain->sublayouts < IT_SUBLAYOUTS_MAX)
		return true;
	it_report_add(chain->report, INTOTO_CHECK_FAILED, "sublayout.depth",
		      it_chain_label(chain, step), path,
		      chain->depth < max ? "more than %u sublayouts in all"
					 : "sublayouts are nested deeper than %u",
		      chain->depth < max ? (unsigned)IT_SUBLAYOUTS_MAX : max);
	return false;
}

static void report_verdict(struct it_chain *chain, struct it_evidence *evidence, const char *path,
			   enum intoto_outcome outcome)
{
	static const char *const texts[] = {
		[INTOTO_CHECK_PASSED] = "the sublayout passed",
		[INTOTO_CHECK_FAILED] = "the sublayout did not pass",
		[INTOTO_CHECK_UNDECIDED] = "nothing was decided about the sublayout",
	};

	if (outcome == INTOTO_CHECK_UNDECIDED)
		evidence->unreadable++;
	it_report_add(chain->report, outcome, "sublayout.verdict",
		      it_chain_label(chain, evidence->step->item.name), path, "%s", texts[outcome]);
}

int it_sublayout_verify(struct it_chain *chain, struct it_evidence *evidence, const char *path,
			const struct intoto_envelope *envelope, const struct intoto_key *key,
			struct intoto_link **summary, struct intoto_error **err)
{
	const char *step = evidence->step->item.name;
	IT_AUTO(it_freep) char *folder = folder_of(path);
	IT_AUTO(it_freep) char *prefix = NULL;
	struct it_chain below = *chain;
	size_t failed;
	int rc;

	*summary = NULL;
	if (!may_go_on(chain, step, path))
		return INTOTO_OK;
	++*chain->sublayouts;
	if (asprintf(&prefix, "%s/", it_chain_label(chain, step)) < 0)
		prefix = NULL;
	if (!folder || !prefix)
		return it_err_nomem(err);
	below.layout_path = path;
	below.link_dir = folder;
	below.prefix = prefix;
	below.depth++;
	below.layout = NULL;
	below.links = NULL;
	below.open = NULL;
	below.folder = (struct it_strings){ 0 };
	failed = it_report_tally(chain->report, INTOTO_CHECK_FAILED);
	rc = it_chain_verify(&below, envelope, &key, 1, step, summary, err);
	failed = it_report_tally(chain->report, INTOTO_CHECK_FAILED) - failed;
	if (!rc)
		report_verdict(chain, evidence, path,
			       *summary ? INTOTO_CHECK_PASSED
			       : failed ? INTOTO_CHECK_FAILED
					: INTOTO_CHECK_UNDECIDED);
	return rc;
}
