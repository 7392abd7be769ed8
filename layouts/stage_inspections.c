/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspections (specification 5.2, step 10): the layout's commands.  They are run only when nothing
 * has failed so far, without a shell, between two snapshots: in a sandbox on a copy of the current
 * folder, or in the folder itself.  No link file is written (the Python tool leaves one there).
 */
#include "layouts/chain.h"
#include "run/inspect.h"

static void report(struct it_chain *chain, const struct it_item *item, enum intoto_outcome outcome,
		   const char *code, const char *text)
{
	it_report_add(chain->report, outcome, code, it_chain_label(chain, item->name),
		      item->command.count ? item->command.items[0] : "", "%s", text);
}

/* What stands in the report for files that an inspection does not see, or that stay behind. */
static void remark(void *arg, const char *text)
{
	struct it_chain *chain = arg;

	it_report_add(chain->report, INTOTO_CHECK_WARNING, "inspection.files",
		      it_chain_label(chain, ""), ".", "%s", text);
}

static int make_inspector(struct it_chain *chain, struct intoto_error **err)
{
	const struct intoto_verify_options *options = chain->options;
	const struct it_inspector_options wanted = {
		.sandbox = options->inspections != INTOTO_INSPECTIONS_HOST,
		.paths = options->inspection_paths,
		.path_count = options->inspection_path_count,
		.registry = options->registry_options,
		.registry_count = options->registry_option_count,
		.timeout_ms = options->inspection_timeout_ms,
		.memory = options->inspection_memory,
		.processes = options->inspection_processes,
		.scratch_bytes = options->inspection_scratch_bytes,
		.scratch_files = options->inspection_scratch_files,
		.show = options->inspection_output,
	};

	return chain->run->inspector ? INTOTO_OK
				     : it_inspector_new(&chain->run->inspector, &wanted, err);
}

/* With the first inspection of the run; *ready says whether all is well. */
static int prepare(struct it_chain *chain, const struct it_item *item, bool *ready,
		   struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = make_inspector(chain, &why);

	if (!rc)
		rc = it_inspector_prepare(chain->run->inspector, remark, chain, &why);
	*ready = rc == INTOTO_OK;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_report_undecided(chain->report, "inspection.files",
				    it_chain_label(chain, item->name), ".", why);
	return INTOTO_OK;
}

/* What goes wrong is a check; *taken says whether all is well. */
static int record(struct it_chain *chain, const struct it_item *item, struct it_artifacts *out,
		  bool *taken, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_inspector_record(chain->run->inspector, out, &why);

	*taken = rc == INTOTO_OK;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_report_undecided(chain->report, "inspection.files",
				    it_chain_label(chain, item->name), ".", why);
	return INTOTO_OK;
}

/* "landlock-7 seccomp ...": the words are for programs, and stable. */
static void list_words(struct it_buf *out, const struct it_strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		(void)it_buf_add_text(out, i ? " " : ""); /* a short list */
		(void)it_buf_add_text(out, words->items[i]);
	}
}

/* What the command was confined by. */
static int report_level(struct it_chain *chain, const struct it_item *item,
			const struct it_command_result *result, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	IT_AUTO(it_buf_done) struct it_buf list = IT_BUF(4096);
	int rc = it_sandbox_words(&words, &result->level, err);

	if (rc)
		return rc;
	list_words(&list, &words);
	it_report_add(chain->report, INTOTO_CHECK_PASSED, "inspection.sandbox",
		      it_chain_label(chain, item->name), words.count ? it_buf_text(&list) : "none",
		      words.count
			      ? "the command was kept from the network and from all files but "
				"a copy"
			      : "the command was run here with all rights of the caller, as was "
				"asked");
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

/* Nothing was decided: on another machine, or unconfined, the command might pass. */
static void report_unstarted(struct it_chain *chain, const struct it_item *item, int rc,
			     const struct intoto_error *why)
{
	if (rc == INTOTO_E_UNSUPPORTED)
		it_report_add(chain->report, INTOTO_CHECK_UNDECIDED, "inspection.sandbox",
			      it_chain_label(chain, item->name), "",
			      "%s; --inspections=host runs it unconfined", intoto_error_text(why));
	else
		report(chain, item, INTOTO_CHECK_UNDECIDED, "inspection.command",
		       intoto_error_text(why));
}

static int run(struct it_chain *chain, const struct it_item *item, struct intoto_link *link,
	       bool *succeeded, struct intoto_error **err)
{
	IT_AUTO(it_command_result_done) struct it_command_result result = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_inspector_run(chain->run->inspector, item->command.items, &result, &why);

	*succeeded = false;
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		report_unstarted(chain, item, rc, why);
		return INTOTO_OK;
	}
	link->byproducts = it_json_ref(result.byproducts);
	*succeeded = judge(chain, item, &result);
	return report_level(chain, item, &result, err);
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
		rc = prepare(chain, item, &good, err);
	if (!rc && good)
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

void it_stage_inspections_end(struct it_chain *chain)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (it_inspector_free(chain->run->inspector, &why))
		remark(chain, intoto_error_text(why));
	chain->run->inspector = NULL;
}
