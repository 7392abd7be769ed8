/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: a chain that passes, a step that it has, a digest among the products of that step. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "image/sign.h"
#include "json/where.h"
#include "layouts/grounds.h"
#include "layouts/verify.h"

enum { TEXT_MAX = 64 * 1024, NAMED_MAX = 5 };

struct it_image_permit {
	bool verified;
	char *step;
	struct it_strings digests; /* the image, then what indexes name */
	struct it_strings indexes; /* through which; "" for the image */
	const struct intoto_report *report;
	struct it_grounds grounds;
};

void it_image_judgement_done(struct it_image_judgement *judgement)
{
	intoto_report_free(judgement->report);
	it_trace_free(judgement->trace);
	free(judgement->why);
	*judgement = (struct it_image_judgement){ 0 };
}

void it_image_permit_free(struct it_image_permit *permit)
{
	if (!permit)
		return;
	free(permit->step);
	it_strings_done(&permit->digests);
	it_strings_done(&permit->indexes);
	it_grounds_done(&permit->grounds);
	free(permit);
}

/* --- the step --- */

/* Of the layout itself, not of a sublayout, and no inspection. */
static bool is_step(const struct it_traced_item *item)
{
	return !item->is_inspection && item->name == item->label;
}

static bool names_image(const char *text)
{
	static const char *const schemes[] = { "oci:", "oci-layout:", "oci-archive:",
					       "docker-archive:" };

	for (size_t i = 0; i < IT_COUNT_OF(schemes); i++)
		if (it_starts_with(text, schemes[i]))
			return true;
	return false;
}

/* A rule that forbids does not say that the step makes any. */
static bool makes_images(const struct it_traced_item *item)
{
	const struct it_traced_side *side = &item->sides[INTOTO_PRODUCTS];

	for (size_t i = 0; i < side->rule_count; i++) {
		const struct it_traced_rule *rule = &side->rules[i];

		if (!it_streq(rule->kind->keyword, "DISALLOW") &&
		    names_image(*rule->source ? rule->source : rule->pattern))
			return true;
	}
	return false;
}

static void list_steps(struct it_buf *out, const struct it_trace *trace, bool images)
{
	const char *comma = "";

	for (size_t i = 0; i < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);

		if (!is_step(item) || (images && !makes_images(item)))
			continue;
		(void)it_buf_add_text(out, comma); /* sticky */
		it_text_quote(out, it_span_text(item->name));
		comma = ", ";
	}
}

static int refuse_step(const struct it_trace *trace, const char *named, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf steps = IT_BUF(TEXT_MAX);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(named ? named : ""));

	list_steps(&steps, trace, !named);
	if (named)
		return it_err_set(err, INTOTO_E_USAGE,
				  "--step: the layout has no step '%s', want one of %s",
				  quoted ? quoted : "", it_buf_text(&steps));
	return it_err_set(err, INTOTO_E_USAGE,
			  "the layout lets several steps make images: say with --step which one "
			  "made this: %s",
			  it_buf_text(&steps));
}

static int find_step(const struct it_traced_item **out, const struct it_trace *trace,
		     const char *named, struct intoto_error **err)
{
	const struct it_traced_item *last = NULL;
	size_t makers = 0;

	*out = NULL;
	for (size_t i = 0; i < it_trace_count(trace); i++) {
		const struct it_traced_item *item = it_trace_at(trace, i);

		if (!is_step(item))
			continue;
		last = item;
		if (named ? it_streq(item->name, named) : makes_images(item)) {
			makers++;
			*out = item;
		}
	}
	if (named ? !*out : makers > 1)
		return refuse_step(trace, named, err);
	if (!*out)
		*out = last;
	return *out ? INTOTO_OK
		    : it_err_set(err, INTOTO_E_POLICY,
				 "the layout has no steps, so no image is a product of it");
}

/* --- the product --- */

/* Whether one digest is among those of a product. */
static bool has_digest(const char *digests, const char *one)
{
	for (const char *at = digests; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (it_span_is(it_span(at, strcspn(at, ",")), one))
			return true;
	}
	return false;
}

static bool is_product(const struct it_traced_item *step, const char *digest)
{
	const struct it_traced_side *side = &step->sides[INTOTO_PRODUCTS];

	for (size_t i = 0; side->artifacts && i < side->count; i++)
		if (has_digest(side->artifacts[i].digests, digest))
			return true;
	return false;
}

/* Those that are images, else all; people look for the one that they meant. */
static void list_products(struct it_buf *out, const struct it_traced_side *side, bool images)
{
	size_t named = 0;
	size_t more = 0;

	for (size_t i = 0; side->artifacts && i < side->count; i++) {
		if (images && !names_image(side->artifacts[i].name))
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		(void)it_buf_add_text(out, named++ ? ", " : "it made "); /* sticky */
		it_text_quote(out, it_span_text(side->artifacts[i].name));
		(void)it_buf_printf(out, " (%s)", side->artifacts[i].digests);
	}
	if (more)
		(void)it_buf_printf(out, " and %zu more", more);
}

static int refuse_product(char **why, const struct it_traced_item *step, const char *digest,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX * 16);
	IT_AUTO(it_buf_done) struct it_buf products = IT_BUF(TEXT_MAX * 16);
	const struct it_traced_side *side = &step->sides[INTOTO_PRODUCTS];

	list_products(&products, side, true);
	if (!products.len)
		list_products(&products, side, false);
	(void)it_buf_printf(&text, "%s is none of the products of step '", digest);
	it_text_quote(&text, it_span_text(step->name));
	(void)it_buf_printf(&text, "': %s", products.len ? it_buf_text(&products) : "it has none");
	if (products.failed || it_buf_check(&text, "products", err))
		return it_err_nomem(err);
	*why = it_buf_take(&text);
	return INTOTO_OK;
}

/* --- the gate --- */

static int allow(struct it_image_permit *permit, const char *digest, const char *index,
		 struct intoto_error **err)
{
	int rc = it_strings_add(&permit->digests, digest, err);

	return rc ? rc : it_strings_add(&permit->indexes, index, err);
}

static int judge(struct it_image_permit **out, struct it_image_judgement *judgement,
		 const struct it_oci_manifest *image, const struct it_image_gate *gate,
		 struct intoto_error **err)
{
	IT_AUTO(it_image_permit_freep) struct it_image_permit *permit = calloc(1, sizeof *permit);
	const struct it_traced_item *step;
	int rc = it_trace_check(judgement->trace, err);

	if (!permit)
		return it_err_nomem(err);
	if (!rc)
		rc = find_step(&step, judgement->trace, gate->step, err);
	if (rc)
		return rc;
	if (!step->has_link || !is_product(step, image->digest))
		return refuse_product(&judgement->why, step, image->digest, err);
	permit->verified = true;
	permit->report = judgement->report;
	permit->step = strdup(step->name);
	if (!permit->step)
		return it_err_nomem(err);
	rc = it_grounds_find(&permit->grounds, judgement->report, gate->policy_uri, err);
	if (!rc)
		rc = allow(permit, image->digest, "", err);
	if (rc)
		return rc;
	*out = permit;
	permit = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int do_without(struct it_image_permit **out, const struct it_oci_manifest *image,
		      struct intoto_error **err)
{
	IT_AUTO(it_image_permit_freep) struct it_image_permit *permit = calloc(1, sizeof *permit);
	int rc = permit ? allow(permit, image->digest, "", err) : it_err_nomem(err);

	if (rc)
		return rc;
	*out = permit;
	permit = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_image_gate(struct it_image_permit **out, struct it_image_judgement *judgement,
		  const struct it_oci_manifest *image, const struct it_image_gate *gate,
		  struct intoto_error **err)
{
	struct intoto_verify_options options;
	int rc;

	*out = NULL;
	if (!gate->verify)
		return do_without(out, image, err);
	options = *gate->verify;
	options.without_input_digests = false; /* the VSA tells them */
	rc = it_trace_new(&judgement->trace, err);
	if (!rc)
		rc = it_verify(&judgement->report, NULL, &options, judgement->trace, err);
	if (rc || intoto_report_verdict(judgement->report) != INTOTO_PASSED)
		return rc;
	return judge(out, judgement, image, gate, err);
}

/* --- the permit --- */

static size_t position(const struct it_image_permit *permit, const char *digest)
{
	for (size_t i = 0; i < permit->digests.count; i++)
		if (it_streq(permit->digests.items[i], digest))
			return i;
	return SIZE_MAX;
}

bool it_image_permit_allows(const struct it_image_permit *permit, const char *digest)
{
	return position(permit, digest) != SIZE_MAX;
}

int it_image_permit_widen(struct it_image_permit *permit, const struct it_oci_manifest *index,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!it_image_permit_allows(permit, index->digest))
		return it_err_set(err, INTOTO_E_POLICY, "%s: the gate has not let it pass",
				  index->digest);
	for (size_t i = 0; !rc && index->is_index && i < index->layer_count; i++)
		if (!it_image_permit_allows(permit, index->layers[i].digest))
			rc = allow(permit, index->layers[i].digest, index->digest, err);
	return rc;
}

bool it_image_permit_is_verified(const struct it_image_permit *permit)
{
	return permit->verified;
}

const char *it_image_permit_step(const struct it_image_permit *permit)
{
	return permit->step ? permit->step : "";
}

const char *it_image_permit_layout(const struct it_image_permit *permit)
{
	return permit->verified ? permit->grounds.policy.digests : "";
}

const char *it_image_permit_index(const struct it_image_permit *permit, const char *digest)
{
	size_t at = position(permit, digest);

	return at == SIZE_MAX ? "" : permit->indexes.items[at];
}

int it_image_permit_vsa(struct intoto_envelope **out, const struct it_image_permit *permit,
			const char *digest, const struct it_image_vsa *about, int64_t time,
			struct intoto_error **err)
{
	const struct it_resource subject = { .digests = digest };
	struct it_verification done = {
		.subjects = &subject,
		.subject_count = 1,
		.verifier_id = about->verifier_id,
		.verifier_version = intoto_version(),
		.time = time,
		.resource_uri = about->resource_uri,
		.policy = permit->grounds.policy,
		.inputs = permit->grounds.inputs,
		.input_count = permit->grounds.input_count,
		.passed = true,
		.levels = about->levels,
		.level_count = about->level_count,
		.excuses = permit->grounds.excuses,
		.excuse_count = permit->grounds.excuse_count,
	};

	*out = NULL;
	if (!permit->verified || !it_image_permit_allows(permit, digest))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: was not verified, so there is no verdict to sign", digest);
	if (!time)
		done.time = it_report_time(permit->report);
	return it_vsa_to_envelope(out, &done, err);
}
