/* SPDX-License-Identifier: Apache-2.0 */
/* Statements against packages, and products with components. */
#include "layouts/gates/vex_match.h"

#include <string.h>

#include "base/text.h"
#include "model/version_order.h"

enum { TEXT_SHOWN = 200 };

/* Only the first reason is kept: the nearest is found by comparing fits. */
static void quote(struct it_buf *out, const char *text)
{
	size_t len = strlen(text);

	it_text_quote(out, it_span(text, len > TEXT_SHOWN ? TEXT_SHOWN : len));
}

bool it_vex_purl_asks_more(struct it_buf *why, const struct it_purl *asks,
			   const struct it_purl *known)
{
	for (size_t i = 0; i < asks->qualifier_count; i++) {
		const struct it_purl_qualifier *wanted = &asks->qualifiers[i];
		const char *found = it_purl_qualifier(known, wanted->name);

		if (it_streq(wanted->name, "epoch") || it_streq(found, wanted->value))
			continue; /* an epoch is part of the version */
		(void)it_buf_printf(why, "it is about %s=", wanted->name); /* sticks */
		quote(why, wanted->value);
		(void)it_buf_add_text(why, ", and the finding ");
		(void)it_buf_add_text(why, found ? "about " : "does not say which");
		if (found)
			quote(why, found);
		return true;
	}
	if (!asks->subpath[0] || it_streq(asks->subpath, known->subpath))
		return false;
	(void)it_buf_add_text(why, "it is about the part #");
	quote(why, asks->subpath);
	(void)it_buf_add_text(why, " alone");
	return true;
}

/* --- packages --- */

static void finding_version(struct it_buf *out, const struct it_united *united)
{
	if (united->purl && united->purl->version[0])
		it_purl_full_version(out, united->purl);
	else if (united->version)
		(void)it_buf_add_text(out, united->version); /* sticks */
}

static enum it_vex_fit match_range(struct it_buf *why, const char *range, const char *version)
{
	enum it_version_in in = it_version_in_range(range, version);

	if (in == IT_VERSION_IN || it_streq(range, version))
		return IT_VEX_FITS;
	if (in == IT_VERSION_OUT) {
		(void)it_buf_add_text(why, "the version ");
		quote(why, version);
		(void)it_buf_add_text(why, " is not in ");
	} else {
		(void)it_buf_add_text(why, "the version ");
		quote(why, *version ? version : "that the finding does not tell");
		(void)it_buf_add_text(why, " cannot be compared with ");
	}
	quote(why, range);
	return IT_VEX_OTHER_VERSION;
}

static enum it_vex_fit match_version(struct it_buf *why, const struct it_vex_thing *thing,
				     const struct it_purl *purl, const struct it_united *united)
{
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(4 * IT_PURL_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf wanted = IT_BUF(4 * IT_PURL_BYTES_MAX);

	finding_version(&found, united);
	if (!purl->version[0])
		return thing->range ? match_range(why, thing->range, it_buf_text(&found))
				    : IT_VEX_FITS_ANY_VERSION;
	it_purl_full_version(&wanted, purl);
	if (found.len && it_versions_equal(it_version_scheme_of(purl->type), it_buf_text(&wanted),
					   it_buf_text(&found)))
		return IT_VEX_FITS;
	(void)it_buf_add_text(why, "it is about version ");
	quote(why, it_buf_text(&wanted));
	(void)it_buf_add_text(why, found.len ? ", the finding about "
					     : ", and the finding does not tell its version");
	quote(why, it_buf_text(&found));
	return IT_VEX_OTHER_VERSION;
}

/* golang/go#68152: statements name a package, where scanners name its module. */
static bool is_inside(const struct it_purl *purl, const struct it_purl *module)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(4 * IT_PURL_BYTES_MAX);
	IT_AUTO(it_buf_done) struct it_buf root = IT_BUF(4 * IT_PURL_BYTES_MAX);

	if (!it_streq(purl->type, "golang") || !it_streq(module->type, "golang"))
		return false;
	it_purl_package_name(&path, purl);
	it_purl_package_name(&root, module);
	(void)it_buf_add_byte(&root, '/');
	return it_starts_with(it_buf_text(&path), it_buf_text(&root));
}

static enum it_vex_fit match_purl(struct it_buf *why, const struct it_vex_thing *thing,
				  const struct it_purl *purl, const struct it_united *united)
{
	if (!united->purl) {
		(void)it_buf_add_text(why, "the finding has no package URL");
		return IT_VEX_OTHER_PRODUCT;
	}
	if (!it_purl_same(purl, united->purl, 0)) {
		(void)it_buf_printf(why, "it is about %s",
				    is_inside(purl, united->purl) ? "a part of the module, " : "");
		it_purl_print(why, purl, IT_PURL_VERSION);
		return IT_VEX_OTHER_PRODUCT;
	}
	if (it_vex_purl_asks_more(why, purl, united->purl))
		return IT_VEX_OTHER_VERSION;
	return match_version(why, thing, purl, united);
}

static enum it_vex_fit match_package(struct it_buf *why, const struct it_vex_thing *thing,
				     const struct it_united *united)
{
	enum it_vex_fit best = IT_VEX_OTHER_PRODUCT;

	for (size_t i = 0; i < thing->purl_count; i++) {
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(8 * IT_PURL_BYTES_MAX);
		enum it_vex_fit fit = match_purl(&reason, thing, thing->purls[i], united);

		if (i && fit <= best)
			continue;
		best = fit;
		it_buf_reset(why);
		(void)it_buf_add_span(why, it_buf_span(&reason)); /* sticks */
	}
	if (thing->purl_count)
		return best;
	it_buf_reset(why);
	(void)it_buf_add_text(why, "it is about '");
	quote(why, thing->id);
	(void)it_buf_add_text(why, "', which has no package URL");
	return IT_VEX_OTHER_PRODUCT;
}

/* --- what a statement names beside: versions of the same package, which an open purl must not
 * undo (docker-hardened-images/advisories#1827) --- */

static bool thing_names_version(const struct it_vex_thing *thing, const struct it_purl *package)
{
	for (size_t i = 0; i < thing->purl_count; i++)
		if (it_purl_same(thing->purls[i], package, 0) &&
		    (thing->purls[i]->version[0] || thing->range))
			return true;
	return false;
}

static bool statement_names_versions(const struct it_vex_statement *statement,
				     const struct it_purl *package)
{
	for (size_t i = 0; package && i < statement->product_count; i++) {
		const struct it_vex_product *product = &statement->products[i];

		if (thing_names_version(&product->thing, package))
			return true;
		for (size_t j = 0; j < product->component_count; j++)
			if (thing_names_version(&product->components[j], package))
				return true;
	}
	return false;
}

static void refuse_open(enum it_vex_fit *fit, struct it_buf *why,
			const struct it_vex_statement *statement, const struct it_united *united)
{
	if (*fit != IT_VEX_FITS_ANY_VERSION || !statement_names_versions(statement, united->purl))
		return;
	*fit = IT_VEX_OTHER_VERSION;
	it_buf_reset(why);
	(void)it_buf_add_text(why, "it names versions of the package, of which this is none, and "
				   "its package URL without a version does not widen that");
}

/* --- products --- */

static enum it_vex_fit match_components(struct it_buf *why, const struct it_vex_product *product,
					const struct it_vex_statement *statement,
					const struct it_united *united)
{
	enum it_vex_fit best = IT_VEX_OTHER_PRODUCT;

	for (size_t i = 0; i < product->component_count; i++) {
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(8 * IT_PURL_BYTES_MAX);
		enum it_vex_fit fit = match_package(&reason, &product->components[i], united);

		refuse_open(&fit, &reason, statement, united);
		if (i && fit <= best)
			continue;
		best = fit;
		it_buf_reset(why);
		(void)it_buf_add_text(why, "in its component, ");
		(void)it_buf_add_span(why, it_buf_span(&reason)); /* sticks */
	}
	return best == IT_VEX_OTHER_PRODUCT ? IT_VEX_OTHER_COMPONENT : best;
}

/* A component of the artifact: both must fit, and the weaker fit counts. */
static enum it_vex_fit match_inside(struct it_buf *why, const struct it_vex_product *product,
				    const struct it_vex_statement *statement,
				    const struct it_gate_evidence *carrier,
				    const struct it_vex_target *target)
{
	enum it_vex_fit outer = it_vex_match_artifact(why, &product->thing, carrier, target);
	enum it_vex_fit inner;

	if (outer < IT_VEX_FITS_ANY_VERSION)
		return outer;
	it_buf_reset(why);
	inner = match_components(why, product, statement, target->united);
	/* An artifact by its digest has every component in one version. */
	if (inner == IT_VEX_FITS_ANY_VERSION && outer == IT_VEX_FITS)
		return IT_VEX_FITS;
	return inner < outer ? inner : outer;
}

static enum it_vex_fit match_product(struct it_buf *why, const struct it_vex_product *product,
				     const struct it_vex_statement *statement,
				     const struct it_gate_evidence *carrier,
				     const struct it_vex_target *target)
{
	IT_AUTO(it_buf_done) struct it_buf other = IT_BUF(8 * IT_PURL_BYTES_MAX);
	enum it_vex_fit package;
	enum it_vex_fit artifact;

	if (product->component_count)
		return match_inside(why, product, statement, carrier, target);
	/* It names nothing: the document's envelope says what it is about. */
	if (product->thing.bound && !product->thing.id[0] && !product->thing.purl_count)
		return it_vex_match_artifact(why, &product->thing, carrier, target);
	package = match_package(why, &product->thing, target->united);
	refuse_open(&package, why, statement, target->united);
	artifact = it_vex_match_artifact(&other, &product->thing, carrier, target);
	if (artifact <= package)
		return package;
	it_buf_reset(why);
	(void)it_buf_add_span(why, it_buf_span(&other)); /* sticks */
	return artifact;
}

int it_vex_match(enum it_vex_fit *out, struct it_buf *why, const struct it_vex_statement *statement,
		 const struct it_gate_evidence *carrier, const struct it_vex_target *target,
		 struct intoto_error **err)
{
	char nothing[] = "";
	struct it_vex_product bound = { .thing = { .id = nothing, .bound = true } };
	size_t count = statement->product_count ? statement->product_count : 1;

	*out = IT_VEX_OTHER_PRODUCT;
	for (size_t i = 0; i < count && *out != IT_VEX_FITS; i++) {
		const struct it_vex_product *product =
			statement->product_count ? &statement->products[i] : &bound;
		IT_AUTO(it_buf_done) struct it_buf reason = IT_BUF(8 * IT_PURL_BYTES_MAX);
		enum it_vex_fit fit = match_product(&reason, product, statement, carrier, target);

		if (i && fit <= *out)
			continue;
		*out = fit;
		it_buf_reset(why);
		(void)it_buf_add_span(why, it_buf_span(&reason)); /* sticks */
	}
	return it_buf_check(why, "a reason", err);
}
