/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps before a step, verified as a layout of their own: the owners' signatures are looked at
 * first, over the document that they signed.
 */
#include "layouts/intake.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "layouts/parameters.h"
#include "layouts/throwaway.h"
#include "layouts/verify.h"
#include "model/envelope.h"

void it_intake_done(struct it_intake *intake)
{
	for (size_t i = 0; i < intake->source_count; i++) {
		it_artifacts_done(&intake->sources[i].sides[INTOTO_MATERIALS]);
		it_artifacts_done(&intake->sources[i].sides[INTOTO_PRODUCTS]);
	}
	free(intake->sources);
	intoto_layout_free(intake->layout);
	intoto_report_free(intake->report);
	*intake = (struct it_intake){ 0 };
}

/* --- the layout --- */

static int check_signatures(const struct intoto_envelope *envelope,
			    const struct it_intake_options *options, struct intoto_error **err)
{
	const struct intoto_verify_options *verify = &options->verify;
	int64_t now = verify->at_given ? verify->at : it_clock_now();
	struct it_terms terms = { .at = now };

	if (!verify->key_count)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want the public key of whoever signed the layout");
	for (size_t i = 0; i < verify->key_count; i++) {
		int rc = it_envelope_verify_under(envelope, verify->keys[i], &terms, err);

		if (rc)
			return it_err_wrap(err, rc, "%s", options->layout_path);
	}
	return INTOTO_OK;
}

static int check_expiry(const struct intoto_layout *layout, const struct it_intake_options *options,
			struct intoto_error **err)
{
	const struct intoto_verify_options *verify = &options->verify;
	int64_t now = verify->at_given ? verify->at : it_clock_now();

	if (!layout->expires_text)
		return it_err_set(err, INTOTO_E_POLICY, "%s: never expires", options->layout_path);
	if (layout->expires <= now)
		return it_err_set(err, INTOTO_E_POLICY, "%s: expired at %s", options->layout_path,
				  layout->expires_text);
	return INTOTO_OK;
}

static int apply_parameters(struct intoto_layout *layout, const struct it_intake_options *options,
			    struct intoto_error **err)
{
	size_t count = options->verify.parameter_count;
	IT_AUTO(it_freep) bool *used = calloc(count + 1, sizeof *used);
	struct it_parameters parameters = { options->verify.parameters, count, used };

	if (!used)
		return it_err_nomem(err);
	return it_err_wrap(err, it_parameters_apply(&parameters, layout, err), "%s",
			   options->layout_path);
}

static int find_step(struct it_intake *out, const struct it_intake_options *options,
		     struct intoto_error **err)
{
	const struct it_item *item = it_layout_find(out->layout, options->step);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(options->step));

	if (!item || item->index >= out->layout->step_count)
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: has no step '%s'",
				  options->layout_path, quoted ? quoted : "");
	out->step = item;
	return INTOTO_OK;
}

/* --- the steps before --- */

/* Marks the steps that rules match with, and those that these match with. */
static void mark_sources(const struct intoto_layout *layout, const struct it_rules *rules,
			 bool *wanted)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct it_item *from = rules->items[i].kind == &it_rule_match
						     ? it_layout_find(layout, rules->items[i].from)
						     : NULL;

		if (from && from->index < layout->step_count)
			wanted[from->index] = true;
	}
}

/* Until nothing is new: at most as many rounds as there are steps. */
static void mark_all(const struct it_intake *intake, bool *wanted)
{
	size_t before = 0;
	size_t now = 0;

	mark_sources(intake->layout, &intake->step->rules[INTOTO_MATERIALS], wanted);
	do {
		before = now;
		now = 0;
		for (size_t i = 0; i < intake->layout->step_count; i++) {
			const struct it_item *item = &intake->layout->steps[i].item;

			if (!wanted[i])
				continue;
			mark_sources(intake->layout, &item->rules[INTOTO_MATERIALS], wanted);
			mark_sources(intake->layout, &item->rules[INTOTO_PRODUCTS], wanted);
		}
		for (size_t i = 0; i < intake->layout->step_count; i++)
			now += wanted[i];
	} while (now != before);
}

/* The document with these steps only, and without inspections. */
static int reduce(struct it_json **out, const struct it_json *body, const bool *wanted,
		  struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *layout = it_json_new_object();
	IT_AUTO(it_json_freep) struct it_json *steps = it_json_new_list();
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	const struct it_json *all = it_json_get(body, "steps");
	size_t count = 0;
	int rc = layout && steps ? it_json_members(&members, &count, body, err) : it_err_nomem(err);

	for (size_t i = 0; !rc && i < it_json_count(all); i++)
		if (wanted[i])
			rc = it_json_append_take(steps, it_json_ref(it_json_at(all, i)), err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = it_json_set_take(layout, members[i].name.data, it_json_ref(members[i].value),
				      err);
	if (!rc)
		rc = it_json_set_take(layout, "steps", it_json_ref(steps), err);
	if (!rc)
		rc = it_json_set_take(layout, "inspect", it_json_new_list(), err);
	if (rc)
		return rc;
	*out = layout;
	layout = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- what they have --- */

static int copy_side(struct it_artifacts *out, const struct it_traced_side *side,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < side->count; i++)
		rc = it_artifacts_add(out, it_span_text(side->artifacts[i].name),
				      it_span_text(side->artifacts[i].digests), err);
	return rc ? rc : it_artifacts_seal(out, err);
}

static int keep_sources(struct it_intake *out, const struct it_trace *trace, const bool *wanted,
			struct intoto_error **err)
{
	int rc = it_trace_check(trace, err);

	out->sources = calloc(out->layout->step_count + 1, sizeof *out->sources);
	if (!rc && !out->sources)
		rc = it_err_nomem(err);
	for (size_t i = 0; !rc && i < out->layout->step_count; i++) {
		const char *name = out->layout->steps[i].item.name;
		const struct it_traced_item *item = wanted[i] ? it_trace_find(trace, name) : NULL;
		struct it_intake_source *source = &out->sources[out->source_count];

		if (!item || !item->has_link)
			continue;
		out->source_count++;
		source->item = name;
		for (int side = INTOTO_MATERIALS; !rc && side <= INTOTO_PRODUCTS; side++)
			rc = copy_side(&source->sides[side], &item->sides[side], err);
	}
	return rc;
}

static int verify_sources(struct it_intake *out, const struct intoto_envelope *envelope,
			  const struct it_intake_options *options, const bool *wanted,
			  struct intoto_error **err)
{
	IT_AUTO(it_throwaway_done) struct it_throwaway copy = { .fd = -1 };
	IT_AUTO(it_json_freep) struct it_json *body = NULL;
	IT_AUTO(it_trace_freep) struct it_trace *trace = NULL;
	struct intoto_verify_options verify = options->verify;
	const struct intoto_key *keys[1];
	int rc = reduce(&body, it_envelope_body(envelope), wanted, err);

	if (!rc)
		rc = it_throwaway_sign(&copy, body, envelope->format, err);
	if (!rc)
		rc = it_trace_new(&trace, err);
	if (rc)
		return rc;
	keys[0] = copy.key;
	verify.size = sizeof verify;
	verify.layout_path = copy.path;
	verify.keys = keys;
	verify.key_count = 1;
	rc = it_verify(&out->report, NULL, &verify, trace, err);
	return rc ? rc : keep_sources(out, trace, wanted, err);
}

static int open_sources(struct it_intake *out, const struct intoto_envelope *envelope,
			const struct it_intake_options *options, struct intoto_error **err)
{
	IT_AUTO(it_freep) bool *wanted = calloc(out->layout->step_count + 1, sizeof *wanted);
	bool any = false;

	if (!wanted)
		return it_err_nomem(err);
	mark_all(out, wanted);
	for (size_t i = 0; i < out->layout->step_count; i++)
		any |= wanted[i];
	return any ? verify_sources(out, envelope, options, wanted, err) : INTOTO_OK;
}

int it_intake_open(struct it_intake *out, const struct it_intake_options *options,
		   struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_load(&envelope, options->layout_path, err);

	if (!rc)
		rc = check_signatures(envelope, options, err);
	if (!rc)
		rc = it_err_wrap(err, intoto_layout_from_envelope(&out->layout, envelope, err),
				 "%s", options->layout_path);
	if (!rc)
		rc = check_expiry(out->layout, options, err);
	if (!rc)
		rc = apply_parameters(out->layout, options, err);
	if (!rc)
		rc = find_step(out, options, err);
	return rc ? rc : open_sources(out, envelope, options, err);
}
