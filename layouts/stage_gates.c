/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates: what the layout demands of the evidence of its steps.  They come after the rules of steps,
 * and nothing here runs for a layout that has none.
 *
 * Attestations are the files *.json and the lines of *.intoto.jsonl beside the links, exceptions
 * the files *.exception.json there and those that the caller names.  A file that cannot be read may
 * be the one that would block, so nothing is decided then.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "layouts/certificate.h"
#include "layouts/chain.h"
#include "layouts/document.h"
#include "layouts/gates/evidence.h"
#include "layouts/gates/verdict_report.h"
#include "model/bundle.h"

#define BUNDLE ".intoto.jsonl"

enum { TOLD_MAX = 10, EXCEPTION_MAX = 1 << 20 };

/* All of one layout. */
struct gating {
	struct it_chain *chain;
	struct it_gate_keys keys;
	struct it_gate_documents documents;
	struct it_exceptions exceptions;
	struct it_excuser *excusers; /* with the ids' keys */
	size_t excuser_count;
	struct it_gate_keys excuser_keys;
	size_t broken; /* documents that are none, so far */
};

static void gating_done(struct gating *gating)
{
	it_gate_documents_done(&gating->documents);
	it_gate_keys_done(&gating->keys);
	it_exceptions_done(&gating->exceptions);
	it_gate_keys_done(&gating->excuser_keys);
	free(gating->excusers);
}

static void report(const struct gating *gating, enum intoto_outcome outcome, const char *code,
		   const char *subject, const char *text)
{
	it_report_add(gating->chain->report, outcome, code, it_chain_label(gating->chain, ""),
		      subject, "%s", text);
}

/* What the system refuses to give is open; what is broken counts as absent. */
static int report_unread(struct gating *gating, const char *code, const char *name, int rc,
			 const struct intoto_error *why)
{
	struct it_chain *chain = gating->chain;

	if (rc == INTOTO_E_IO || rc == INTOTO_E_LIMIT)
		it_report_undecided(chain->report, code, it_chain_label(chain, ""), name, why);
	else if (++gating->broken <= TOLD_MAX)
		report(gating, INTOTO_CHECK_WARNING, code, name, intoto_error_text(why));
	return INTOTO_OK;
}

/* --- attestations --- */

static bool is_wanted(const void *arg, const char *type)
{
	const struct intoto_layout *layout = arg;

	if (it_streq(type, IT_ATTESTOR_FAILURE_TYPE))
		return true;
	for (size_t i = 0; i < layout->step_count; i++)
		for (size_t j = 0; j < layout->steps[i].gates.count; j++)
			if (it_gate_wants(&layout->steps[i].gates.items[j], type))
				return true;
	return false;
}

/* A file that does not even claim to be an envelope is nobody's evidence. */
static int add_text(struct gating *gating, const char *name, const char *uri, struct it_span text,
		    struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	enum it_gate_text what;
	int rc = it_gate_documents_add(&gating->documents, name, uri, text, &what, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (!rc || (rc == INTOTO_E_FORMAT && it_document_is_foreign(text)))
		return INTOTO_OK;
	return report_unread(gating, "gate.evidence", name, rc, why);
}

struct reading {
	struct gating *gating;
	const char *name;
	const char *path;
};

static int read_line(void *arg, size_t number, struct it_span line, struct intoto_error **err)
{
	struct reading *reading = arg;
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SIZE_MAX / 2);
	IT_AUTO(it_buf_done) struct it_buf uri = IT_BUF(SIZE_MAX / 2);

	(void)it_buf_printf(&name, "%s#%zu", reading->name, number); /* looked at below */
	(void)it_buf_printf(&uri, "%s#%zu", reading->path, number);
	if (name.failed || uri.failed)
		return it_err_nomem(err);
	return add_text(reading->gating, it_buf_text(&name), it_buf_text(&uri), line, err);
}

static int add_file(struct gating *gating, const char *path, bool bundle, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct reading reading = { gating, it_path_base(path), path };
	int rc = it_regular_read(&text, path, (struct it_extent){ 0 }, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return report_unread(gating, "gate.evidence", reading.name, rc, why);
	if (!bundle)
		return add_text(gating, reading.name, path, it_buf_span(&text), err);
	rc = it_bundle_each(it_buf_span(&text), read_line, &reading, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	return rc ? report_unread(gating, "gate.evidence", reading.name, rc, why) : INTOTO_OK;
}

static bool is_attestation(const char *name)
{
	return it_ends_with(name, ".json") && !it_ends_with(name, IT_EXCEPTION_SUFFIX);
}

static int read_attestations(struct gating *gating, struct intoto_error **err)
{
	const struct it_chain *chain = gating->chain;
	const struct it_folder *folder = &chain->folder;
	const char *dir = chain->link_dir && *chain->link_dir ? chain->link_dir : ".";
	int rc = INTOTO_OK;

	if (folder->is_open)
		report(gating, INTOTO_CHECK_UNDECIDED, "gate.evidence", dir,
		       "something beside the links could not be read, and might be evidence that "
		       "blocks");
	if (folder->is_bundle)
		return add_file(gating, dir, true, err);
	for (size_t i = 0; !rc && i < folder->names.count; i++) {
		const char *name = folder->names.items[i];
		bool bundle = it_ends_with(name, BUNDLE);
		IT_AUTO(it_freep) char *path = it_path_join(dir, name);

		if (!path)
			return it_err_nomem(err);
		if (bundle || is_attestation(name))
			rc = add_file(gating, path, bundle, err);
	}
	return rc;
}

/* --- exceptions --- */

static int find_excusers(struct gating *gating, struct intoto_error **err)
{
	const struct intoto_layout *layout = gating->chain->layout;
	const struct it_strings *ids = &layout->exceptions.pubkeys;
	int rc = it_gate_keys_named(&gating->excuser_keys, layout, ids, err);

	gating->exceptions.terms = &layout->exceptions;
	gating->exceptions.now = gating->chain->now;
	gating->excusers = calloc(gating->excuser_keys.count + 1, sizeof *gating->excusers);
	if (!gating->excusers)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < gating->excuser_keys.count; i++) {
		const struct it_gate_key *key = &gating->excuser_keys.items[i];

		if (key->key)
			gating->excusers[gating->excuser_count++] =
				(struct it_excuser){ key->key, key->only, key->name, i };
	}
	return rc;
}

/* named: the caller wants just this file. */
static int add_exception(struct gating *gating, const char *path, bool named,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(EXCEPTION_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_regular_read(&text, path, (struct it_extent){ 0 }, &why);

	if (!rc)
		rc = it_exceptions_add(&gating->exceptions, it_path_base(path), path,
				       it_buf_span(&text), gating->excusers, gating->excuser_count,
				       &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	/* Without an exception things can only be refused, so nothing is open. */
	if (rc)
		report(gating, INTOTO_CHECK_WARNING, "gate.exception",
		       named ? path : it_path_base(path), intoto_error_text(why));
	return INTOTO_OK;
}

static int add_exceptions_of(struct gating *gating, const char *dir, const struct it_strings *names,
			     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < names->count; i++) {
		IT_AUTO(it_freep) char *path = NULL;

		if (!it_ends_with(names->items[i], IT_EXCEPTION_SUFFIX))
			continue;
		path = it_path_join(dir, names->items[i]);
		rc = path ? add_exception(gating, path, false, err) : it_err_nomem(err);
	}
	return rc;
}

/* A file, or a folder of them. */
static int add_named(struct gating *gating, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct stat about;
	int rc;

	if (stat(path, &about) || !S_ISDIR(about.st_mode))
		return add_exception(gating, path, true, err);
	rc = it_dir_list(&names, path, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		report(gating, INTOTO_CHECK_WARNING, "gate.exception", path,
		       intoto_error_text(why));
	return add_exceptions_of(gating, path, &names, err);
}

static int read_exceptions(struct gating *gating, struct intoto_error **err)
{
	const struct it_chain *chain = gating->chain;
	const struct intoto_verify_options *options = chain->options;
	int rc = find_excusers(gating, err);

	if (!rc && !chain->folder.is_bundle)
		rc = add_exceptions_of(gating, chain->link_dir ? chain->link_dir : "",
				       &chain->folder.names, err);
	for (size_t i = 0; !rc && i < options->exception_path_count; i++)
		rc = add_named(gating, options->exception_paths[i], err);
	return rc;
}

/* --- one step --- */

struct judging {
	struct gating *gating;
	const struct it_layout_step *step;
	struct it_gate_step about;
	struct it_gate_bond *bonds;
	struct it_people *certified; /* NULL: the step takes no certificates */
};

static void free_people(struct it_people *people, size_t count)
{
	for (size_t i = 0; people && i < count; i++)
		it_people_done(&people[i]);
	free(people);
}

/* Whoever may do the step by a certificate may sign its evidence, too. */
static int certify(struct judging *judging, struct intoto_error **err)
{
	struct gating *gating = judging->gating;
	int rc = INTOTO_OK;

	if (!judging->step->constraints.count)
		return INTOTO_OK;
	judging->certified = calloc(gating->documents.count + 1, sizeof *judging->certified);
	if (!judging->certified)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < gating->documents.count; i++) {
		const struct it_gate_document *document = &gating->documents.items[i];
		IT_AUTO(it_certifieds_done) struct it_certifieds found = { 0 };

		rc = it_certificates_judge(gating->chain, judging->step, document->name,
					   document->attestation->envelope, &found, err);
		for (size_t j = 0; !rc && j < found.count; j++) {
			struct it_person person = { .fingerprint = found.items[j].fingerprint,
						    .identity = found.items[j].identity,
						    .issuer = found.items[j].issuer,
						    .name = found.items[j].name,
						    .rank = gating->keys.count };

			rc = it_people_add(&judging->certified[i], &person, err);
		}
		/* They are producers as well, whom no exception of their own can help. */
		if (!rc)
			rc = it_people_add_all(&gating->documents.items[i].signers,
					       &judging->certified[i], err);
	}
	return rc;
}

/* The verdict rests on what the gate was shown. */
static void remember(const struct judging *judging, const struct it_gate_choice *choice)
{
	const struct it_gate_documents *documents = &judging->gating->documents;
	const struct it_chain *chain = judging->gating->chain;

	for (size_t i = 0; i < choice->count; i++) {
		const struct it_gate_document *document = &documents->items[choice->fit[i]];

		it_report_add_input(chain->report, document->uri,
				    chain->options->without_input_digests ? NULL
									  : document->sha256);
	}
}

static int judge_gate(struct judging *judging, const struct it_gate *gate,
		      struct intoto_error **err)
{
	struct gating *gating = judging->gating;
	struct it_chain *chain = gating->chain;
	const char *label = it_chain_label(chain, judging->step->item.name);
	struct it_gate_rules rules = { .gate = gate,
				       .pubkeys = &judging->step->pubkeys,
				       .certified = judging->certified,
				       .pins = &chain->layout->attestors,
				       .step = judging->step->item.name,
				       .now = chain->now };
	IT_AUTO(it_gate_choice_done) struct it_gate_choice choice = { 0 };
	IT_AUTO(it_gate_verdict_done) struct it_gate_verdict verdict = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_gate_input input = { .step = label,
				       .link = judging->about.link,
				       .materials = judging->about.materials,
				       .products = judging->about.products,
				       .exceptions = &gating->exceptions,
				       .now = chain->now };
	int rc = it_gate_choose(&choice, &gating->documents, judging->bonds, &rules, err);

	if (rc)
		return rc;
	input.evidence = choice.evidence;
	input.count = choice.count;
	input.unfit = choice.unfit;
	input.unfit_why = (const char *const *)choice.why.items;
	input.unfit_count = choice.unfit_count;
	rc = gate->kind->judge(&verdict, gate->demand, &input, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		verdict.passed = false;
	it_gate_report(chain->report, label, gate, &verdict, rc ? why : NULL);
	remember(judging, &choice);
	return INTOTO_OK;
}

/* Whether somebody who reads such documents can refuse the step. */
static bool is_strict(const struct it_gates *gates, const char *type)
{
	for (size_t i = 0; i < gates->count; i++)
		if (!gates->items[i].terms.warn && it_gate_wants(&gates->items[i], type))
			return true;
	return false;
}

/* What was left out on the way could have been what blocks. */
static int report_missing(void *arg, const char *file, const char *type, struct intoto_error **err)
{
	const struct judging *judging = arg;
	struct it_chain *chain = judging->gating->chain;
	bool strict = !*type || is_strict(&judging->step->gates, type);

	(void)err; /* nothing fails here but the report, which remembers */
	it_report_add(chain->report, strict ? INTOTO_CHECK_FAILED : INTOTO_CHECK_WARNING,
		      "gate.evidence", it_chain_label(chain, judging->step->item.name), file,
		      "the step's link names this attestation (%s), and it is not there, or not "
		      "the one that the link was signed with",
		      type);
	return INTOTO_OK;
}

static int judge_all(struct judging *judging, struct intoto_error **err)
{
	const struct it_gates *gates = &judging->step->gates;
	const struct it_gate_documents *documents = &judging->gating->documents;
	int rc = it_gate_bind(&judging->bonds, documents, &judging->about, err);

	if (!rc)
		rc = certify(judging, err);
	if (!rc)
		rc = it_gate_missing(documents, &judging->about, report_missing, judging, err);
	for (size_t i = 0; !rc && i < gates->count; i++)
		rc = judge_gate(judging, &gates->items[i], err);
	it_gate_bonds_free(judging->bonds, documents->count);
	free_people(judging->certified, documents->count);
	return rc;
}

/* Without the link nobody knows what the step made, so nothing is about it.  That it is not there
 * is in the report already, as a failure or as open, and stays what it is. */
static void report_no_link(const struct gating *gating, const struct it_layout_step *step)
{
	struct it_chain *chain = gating->chain;

	it_report_add(chain->report,
		      it_report_faults(chain->report) ? INTOTO_CHECK_SKIPPED : INTOTO_CHECK_FAILED,
		      "gate.evidence", it_chain_label(chain, step->item.name), "",
		      "there is no link, so nothing is known to be about the step, and its %zu "
		      "gate%s cannot be passed",
		      step->gates.count, step->gates.count == 1 ? "" : "s");
}

static int judge_step(struct gating *gating, const struct it_layout_step *step,
		      struct intoto_error **err)
{
	struct it_chain *chain = gating->chain;
	size_t index = step->item.index;
	struct it_table materials = { 0 };
	struct it_table products = { 0 };
	struct judging judging = { .gating = gating,
				   .step = step,
				   .about = { .name = step->item.name } };
	int rc = it_table_get(&materials, chain, index, INTOTO_MATERIALS, err);

	if (!rc)
		rc = it_table_get(&products, chain, index, INTOTO_PRODUCTS, err);
	judging.about.materials = materials.artifacts;
	judging.about.products = products.artifacts;
	/* Of a sublayout no single link stands for the step. */
	if (materials.shelved && !chain->slots[index].below)
		judging.about.link = materials.shelved->link;
	if (!rc && (!materials.artifacts || !products.artifacts))
		report_no_link(gating, step);
	else if (!rc)
		rc = judge_all(&judging, err);
	it_table_done(&materials);
	it_table_done(&products);
	return rc;
}

/* --- all of them --- */

static bool has_gates(const struct intoto_layout *layout)
{
	for (size_t i = 0; i < layout->step_count; i++)
		if (layout->steps[i].gates.count)
			return true;
	return false;
}

/* An unknown id would look like one more person. */
static void remark_keys(const struct gating *gating, const struct it_gate_keys *keys,
			const char *code)
{
	for (size_t i = 0; i < keys->count; i++)
		if (!keys->items[i].key)
			report(gating, INTOTO_CHECK_WARNING, code, keys->items[i].id,
			       "the layout has no key with this id that can be used, so nobody "
			       "can sign with it");
}

int it_stage_gates(struct it_chain *chain, struct intoto_error **err)
{
	const struct intoto_layout *layout = chain->layout;
	IT_AUTO(gating_done) struct gating gating = { .chain = chain };
	int rc;

	if (!has_gates(layout))
		return INTOTO_OK;
	gating.documents.keys = &gating.keys;
	gating.documents.now = chain->now;
	gating.documents.wanted = is_wanted;
	gating.documents.arg = layout;
	rc = it_gate_keys_of(&gating.keys, layout, err);
	if (!rc)
		rc = read_exceptions(&gating, err);
	if (!rc)
		rc = read_attestations(&gating, err);
	if (rc)
		return rc;
	remark_keys(&gating, &gating.keys, "gate.evidence");
	remark_keys(&gating, &gating.excuser_keys, "gate.exception");
	for (size_t i = 0; !rc && i < layout->step_count; i++)
		if (layout->steps[i].gates.count)
			rc = judge_step(&gating, &layout->steps[i], err);
	it_exceptions_report(chain->report, it_chain_label(chain, ""), &gating.exceptions);
	return rc;
}
