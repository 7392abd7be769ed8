/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sublayouts (specification 4.5): a layout where a link is expected, signed by the functionary,
 * whose own links are in a folder beside it that is called like the file.
 *
 * All but the inspections is verified where the sublayout is found; those wait until nothing has
 * failed in the whole tree.
 */
#include "layouts/sublayout.h"

#include <stdio.h>
#include <string.h>

void it_sublayout_free(struct it_sublayout *sublayout)
{
	if (!sublayout)
		return;
	it_chain_done(&sublayout->chain);
	it_source_free(sublayout->source);
	it_people_done(&sublayout->signers);
	free(sublayout->prefix);
	free(sublayout->folder);
	free(sublayout);
}

IT_DEFINE_AUTO(struct it_sublayout, it_sublayout_free);

/* "dir/step.12345678" of "dir/step.12345678.link" */
static char *folder_of(const char *path)
{
	return strndup(path, strlen(path) - strlen(".link"));
}

static bool may_go_on(const struct it_document *document)
{
	struct it_chain *chain = document->chain;
	unsigned max = chain->options->max_depth ? chain->options->max_depth : IT_SUBLAYOUT_DEPTH;
	bool deep = chain->depth >= max;

	if (!deep && chain->run->sublayout_count < IT_SUBLAYOUTS_MAX)
		return true;
	it_report_add(chain->report, INTOTO_CHECK_FAILED, "sublayout.depth",
		      it_chain_label(chain, document->item->name), document->source->path,
		      deep ? "sublayouts are nested deeper than %u"
			   : "more than %u sublayouts in all",
		      deep ? max : (unsigned)IT_SUBLAYOUTS_MAX);
	return false;
}

/* Takes source and signers out of the document. */
static int make(struct it_sublayout **out, const struct it_layout_step *step,
		struct it_document *document, struct intoto_error **err)
{
	struct it_chain *up = document->chain;
	struct it_sublayout *made = calloc(1, sizeof *made);

	*out = made;
	if (!made)
		return it_err_nomem(err);
	made->up = up;
	made->step = step;
	made->source = document->source;
	made->signers = document->signers;
	document->source = NULL;
	document->signers = (struct it_people){ 0 };
	made->folder = folder_of(made->source->path);
	if (asprintf(&made->prefix, "%s/", it_chain_label(up, step->item.name)) < 0)
		made->prefix = NULL;
	if (!made->folder || !made->prefix)
		return it_err_nomem(err);
	made->chain = (struct it_chain){ .options = up->options,
					 .report = up->report,
					 .trace = up->trace,
					 .trust = up->trust,
					 .run = up->run,
					 .layout_path = made->source->path,
					 .link_dir = made->folder,
					 .prefix = made->prefix,
					 .depth = up->depth + 1,
					 .now = up->now,
					 .origin = made,
					 .label = IT_BUF(SIZE_MAX / 2) };
	return INTOTO_OK;
}

static void report_signers(struct it_sublayout *sublayout)
{
	for (size_t i = 0; i < sublayout->signers.count; i++)
		it_report_add(sublayout->chain.report, INTOTO_CHECK_PASSED, "layout.signature",
			      it_chain_label(&sublayout->chain, ""),
			      sublayout->signers.items[i].name,
			      "the layout is signed by a functionary of the step");
}

static void report_verdict(struct it_sublayout *sublayout, enum intoto_outcome outcome)
{
	static const char *const texts[] = {
		[INTOTO_CHECK_PASSED] = "the sublayout passed",
		[INTOTO_CHECK_FAILED] = "the sublayout did not pass",
		[INTOTO_CHECK_UNDECIDED] = "nothing was decided about the sublayout",
		[INTOTO_CHECK_SKIPPED] = "the inspections of the sublayout were not run",
	};

	it_report_add(sublayout->up->report, outcome, "sublayout.verdict",
		      it_chain_label(sublayout->up, sublayout->step->item.name),
		      sublayout->source->path, "%s", texts[outcome]);
}

/* Whether everything about its steps is well. */
static bool has_all_steps(const struct it_chain *chain)
{
	for (size_t i = 0; chain->layout && i < chain->layout->step_count; i++)
		if (!chain->slots || !(chain->slots[i].source || chain->slots[i].below))
			return false;
	return chain->layout && chain->slots;
}

static bool has_inspections(const struct it_chain *chain)
{
	for (const struct it_sublayout *below = chain->sublayouts; below; below = below->next)
		if (below->inspects)
			return true;
	return chain->layout->inspection_count > 0;
}

/* The envelope is gone before the steps are looked at: it may be large, and they may be many. */
static int verify(struct it_sublayout *sublayout, struct intoto_envelope **envelope,
		  struct intoto_error **err)
{
	int rc = it_chain_read(&sublayout->chain, *envelope, err);

	intoto_envelope_free(*envelope);
	*envelope = NULL;
	if (rc || !sublayout->chain.layout)
		return rc;
	report_signers(sublayout);
	return it_chain_verify(&sublayout->chain, err);
}

/* Inspections run in the order of the steps. */
static void append(struct it_chain *up, struct it_sublayout *sublayout)
{
	struct it_sublayout **end = &up->sublayouts;

	while (*end)
		end = &(*end)->next;
	*end = sublayout;
}

int it_sublayout_verify(struct it_sublayout **out, bool *open, const struct it_layout_step *step,
			struct it_document *document, struct intoto_error **err)
{
	IT_AUTO(it_sublayout_freep) struct it_sublayout *made = NULL;
	struct it_chain *up = document->chain;
	size_t faults = it_report_faults(up->report);
	size_t failed = it_report_tally(up->report, INTOTO_CHECK_FAILED);
	bool refused;
	int rc;

	*out = NULL;
	*open = false;
	if (!may_go_on(document))
		return INTOTO_OK;
	up->run->sublayout_count++;
	rc = make(&made, step, document, err);
	if (!rc)
		rc = verify(made, &document->envelope, err);
	if (rc)
		return rc;
	if (it_report_faults(up->report) == faults && has_all_steps(&made->chain)) {
		made->inspects = has_inspections(&made->chain);
		if (!made->inspects)
			report_verdict(made, INTOTO_CHECK_PASSED);
		*out = made;
		append(up, made);
		made = NULL; /* now the chain's */
		return INTOTO_OK;
	}
	refused = it_report_tally(up->report, INTOTO_CHECK_FAILED) > failed;
	*open = !refused;
	report_verdict(made, refused ? INTOTO_CHECK_FAILED : INTOTO_CHECK_UNDECIDED);
	return INTOTO_OK;
}

int it_sublayout_inspect(struct it_sublayout *sublayout, struct intoto_error **err)
{
	const struct intoto_report *report = sublayout->up->report;
	size_t faults = it_report_faults(report);
	size_t failed = it_report_tally(report, INTOTO_CHECK_FAILED);
	int rc;

	if (!sublayout->inspects)
		return INTOTO_OK;
	rc = it_chain_inspect(&sublayout->chain, err);
	if (rc)
		return rc;
	if (it_report_faults(report) == faults && it_chain_is_complete(&sublayout->chain))
		report_verdict(sublayout, INTOTO_CHECK_PASSED);
	else if (it_report_faults(report) == faults)
		report_verdict(sublayout, INTOTO_CHECK_SKIPPED);
	else
		report_verdict(sublayout, it_report_tally(report, INTOTO_CHECK_FAILED) > failed
						  ? INTOTO_CHECK_FAILED
						  : INTOTO_CHECK_UNDECIDED);
	return INTOTO_OK;
}
