/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspections (specification 5.2, step 10): the layout's commands, run here.  They are run only
 * when nothing has failed so far, without a shell, in the current folder, between two snapshots of
 * it. No link file is written into the folder (the Python tool leaves one there).
 */
#include "layouts/chain.h"
#include "record/snapshot.h"
#include "run/command.h"

static void report(struct it_chain *chain, const struct it_item *item, enum intoto_outcome outcome,
		   const char *code, const char *text)
{
	it_report_add(chain->report, outcome, code, it_chain_label(chain, item->name),
		      item->command.count ? item->command.items[0] : "", "%s", text);
}

/* Everything below the current folder, without the names that are left out by default. */
static int take_snapshot(struct it_artifacts *out, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	struct it_snapshot_options options = { .symlinks = IT_SYMLINKS_FOLLOW };
	int rc = it_strings_add(&paths, ".", err);

	return rc ? rc : it_snapshot(out, &paths, &options, err);
}

/* Like take_snapshot, but what went wrong is a check; *taken says whether all is well. */
static int record(struct it_chain *chain, const struct it_item *item, struct it_artifacts *out,
		  bool *taken, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = take_snapshot(out, &why);

	*taken = rc == INTOTO_OK;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_report_undecided(chain->report, "inspection.files",
				    it_chain_label(chain, item->name), ".", why);
	return INTOTO_OK;
}

/* Says how the command ended; true when it succeeded. */
static bool judge(struct it_chain *chain, const struct it_item *item,
		  const struct it_command_result *result)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1024);

	if (result->timed_out) {
		(void)it_buf_printf(&text, "the command took longer than %llu s",
				    (unsigned long long)(chain->options->inspection_timeout_ms /
							 1000)); /* short */
		report(chain, item, INTOTO_CHECK_FAILED, "inspection.timeout", it_buf_text(&text));
		return false;
	}
	if (result->signal)
		(void)it_buf_printf(&text, "the command was ended by signal %d", result->signal);
	else
		(void)it_buf_printf(&text, "the command ended with status %d", result->status);
	report(chain, item, result->accepted ? INTOTO_CHECK_PASSED : INTOTO_CHECK_FAILED,
	       "inspection.command", it_buf_text(&text));
	return result->accepted;
}

static int run(struct it_chain *chain, const struct it_item *item, struct intoto_link *link,
	       bool *succeeded, struct intoto_error **err)
{
	struct it_command_options options = {
		.argv = item->command.items,
		.quiet = !chain->options->inspection_output,
		.foreign = true,
		.timeout_ms = chain->options->inspection_timeout_ms,
	};
	IT_AUTO(it_command_result_done) struct it_command_result result = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_command_run(&result, &options, &why);

	*succeeded = false;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		/* Nothing was decided: on a machine that has the command it might pass. */
		report(chain, item, INTOTO_CHECK_UNDECIDED, "inspection.command",
		       intoto_error_text(why));
		return INTOTO_OK;
	}
	link->byproducts = it_json_ref(result.byproducts);
	*succeeded = judge(chain, item, &result);
	return INTOTO_OK;
}

static int copy_words(struct it_strings *out, const struct it_strings *words,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < words->count; i++)
		rc = it_strings_add(out, words->items[i], err);
	return rc;
}

/*
 * What a command was given is the likeliest reason why it failed, so its rules for materials are
 * judged all the same.  The link lends itself to that, and is not kept.
 */
static int judge_materials(struct it_chain *chain, const struct it_item *item,
			   struct intoto_link *link, struct intoto_error **err)
{
	int rc;

	chain->links[item->index] = link;
	rc = it_item_judge(chain, item, INTOTO_MATERIALS, err);
	chain->links[item->index] = NULL;
	return rc;
}

/* The link of an inspection is kept only when everything about it went well. */
static int inspect(struct it_chain *chain, const struct it_item *item, struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	bool good = false;
	int rc = it_link_new(&link, item->name, err);

	if (!rc)
		rc = copy_words(&link->command, &item->command, err);
	if (!rc)
		rc = record(chain, item, &link->materials, &good, err);
	if (!rc && good)
		rc = run(chain, item, link, &good, err);
	if (!rc && !good && link->byproducts)
		rc = judge_materials(chain, item, link, err);
	if (!rc && good)
		rc = record(chain, item, &link->products, &good, err);
	if (rc || !good)
		return rc;
	chain->links[item->index] = link;
	link = NULL; /* now the chain's */
	return INTOTO_OK;
}

/* Whether an inspection may run at all; says why not. */
static bool may_run(struct it_chain *chain, const struct it_item *item)
{
	if (chain->options->inspections == INTOTO_INSPECTIONS_REFUSE)
		report(chain, item, INTOTO_CHECK_FAILED, "inspection.refused",
		       "the layout wants to run this command, and that was not allowed");
	else if (!item->command.count)
		report(chain, item, INTOTO_CHECK_FAILED, "inspection.command",
		       "the inspection has no command");
	else if (it_report_faults(chain->report))
		report(chain, item, INTOTO_CHECK_SKIPPED, "inspection.command",
		       "was not run, because of what is wrong before it");
	else
		return true;
	return false;
}

int it_stage_inspections(struct it_chain *chain, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < chain->layout->inspection_count; i++) {
		const struct it_item *item = &chain->layout->inspections[i];

		if (chain->slots[item->index].source)
			continue; /* a signed link stands in for it (specification 4.5.3) */
		if (may_run(chain, item))
			rc = inspect(chain, item, err);
	}
	return rc;
}
