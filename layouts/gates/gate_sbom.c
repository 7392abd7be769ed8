/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "sbom": there is an SBOM that says enough about the right thing.
 *
 *   { "gate": "sbom", "formats": [FORMAT…], "leastComponents": 10, "createdWithin": "30d",
 *     "coverage": { "purl": 90, "version": 100, "supplier": 50, "license": 80, "digest": 10 },
 *     "describes": "product"|"all-products"|"material", "describesDigest": { "sha256": HEX },
 *     "contains": "products", "tools": [NAME…] }
 *
 * An SBOM of nothing is none: one package or file beside what it is about must be there.  FORMAT is
 * "spdx", "cyclonedx", or one of these with a version ("spdx-2.3").  Numbers of
 * "coverage" are percent of the packages.  "describes" compares the digest of what the SBOM says it
 * is about; "contains" wants each product's digest somewhere in it.  At least one SBOM must meet
 * all of it; what others lack is told.
 */
#include <string.h>

#include "base/text.h"
#include "layouts/gates/sbom_demand.h"
#include "model/digest_set.h"
#include "model/sbom.h"

enum {
	CLAUSE_MAX = 1 << 20,
	SHOWN = 200,
	CLOCKS_DIFFER = 600, /* seconds */
	KEY_BYTES = 7 + 64,  /* "sha256:" and its digits */
};

/* --- one SBOM --- */

/* What it lacks, a clause each. */
struct lacks {
	struct it_strings list;
	struct it_buf text; /* the next one */
};

static void lacks_done(struct lacks *lacks)
{
	it_strings_done(&lacks->list);
	it_buf_done(&lacks->text);
}

static bool is_wanted_format(const struct it_sbom_demand *own, const struct it_sbom *sbom)
{
	const char *name = sbom->format == IT_SBOM_CYCLONEDX ? "cyclonedx" : "spdx";

	for (size_t i = 0; i < own->formats.count; i++) {
		const char *word = own->formats.items[i];
		size_t length = strlen(name);

		if (!it_starts_with(word, name))
			continue;
		/* "spdx-3.0" is 3.0.1, too: three numbers are corrections of two. */
		if (!word[length] || (it_starts_with(sbom->version, word + length + 1) &&
				      strchr(".", sbom->version[strlen(word + length + 1)])))
			return true;
	}
	return !own->formats.count;
}

static bool is_wanted_tool(const struct it_sbom_demand *own, const struct it_sbom *sbom)
{
	for (size_t i = 0; i < own->tools.count; i++)
		for (size_t k = 0; k < sbom->tools.count; k++) {
			size_t length = strlen(own->tools.items[i]);

			if (it_starts_with(sbom->tools.items[k], own->tools.items[i]) &&
			    strchr("-@/ ", sbom->tools.items[k][length])) /* also its NUL */
				return true;
		}
	return !own->tools.count;
}

static int check_making(struct lacks *out, const struct it_sbom_demand *own,
			const struct it_sbom *sbom, int64_t now, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!is_wanted_format(own, sbom)) {
		(void)it_buf_printf(&out->text, "is %s %.*s, and wanted is ",
				    it_sbom_format_name(sbom->format), SHOWN, sbom->version);
		it_sbom_demand_list(&out->text, &own->formats);
		rc = it_sbom_demand_clause(&out->list, &out->text, err);
	}
	if (!rc && !is_wanted_tool(own, sbom)) {
		(void)it_buf_add_text(&out->text, "was made by ");
		it_sbom_demand_list(&out->text, &sbom->tools);
		(void)it_buf_add_text(&out->text, ", and wanted is ");
		it_sbom_demand_list(&out->text, &own->tools);
		rc = it_sbom_demand_clause(&out->list, &out->text, err);
	}
	if (rc || !own->age)
		return rc;
	if (!sbom->created)
		return it_strings_add(&out->list, "does not say when it was created", err);
	if (sbom->created > now + CLOCKS_DIFFER)
		return it_strings_add(&out->list, "says that it was created in the future", err);
	if (now - sbom->created <= own->age)
		return INTOTO_OK;
	(void)it_buf_printf(&out->text,
			    "was created %lld seconds ago, and at most %lld are allowed",
			    (long long)(now - sbom->created), (long long)own->age);
	return it_sbom_demand_clause(&out->list, &out->text, err);
}

/* Packages, and neither files nor the thing itself. */
static bool counts(const struct it_sbom_component *component)
{
	return !component->file && !component->described;
}

static int check_share(struct lacks *out, const struct it_sbom *sbom,
		       const struct it_sbom_property *property, int64_t wanted,
		       struct intoto_error **err)
{
	int64_t all = 0;
	int64_t good = 0;

	for (size_t i = 0; i < sbom->count; i++) {
		if (!counts(&sbom->components[i]))
			continue;
		all++;
		good += property->is_there(&sbom->components[i]);
	}
	if (all && good * 100 >= wanted * all) /* at most a million times a hundred */
		return INTOTO_OK;
	(void)it_buf_printf(
		&out->text,
		"has a %s for %lld of %lld packages (%lld %%), and at least %lld %% are "
		"wanted",
		property->name, (long long)good, (long long)all,
		(long long)(all ? good * 100 / all : 0), (long long)wanted);
	return it_sbom_demand_clause(&out->list, &out->text, err);
}

static int check_components(struct lacks *out, const struct it_sbom_demand *own,
			    const struct it_sbom *sbom, struct intoto_error **err)
{
	int64_t least = own->least ? own->least : 1;
	int64_t count = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; i < sbom->count; i++)
		count += counts(&sbom->components[i]) || (!own->least && sbom->components[i].file);
	if (count < least) {
		(void)it_buf_printf(&out->text, "has %lld components, and at least %lld are wanted",
				    (long long)count, (long long)least);
		rc = it_sbom_demand_clause(&out->list, &out->text, err);
	}
	for (size_t i = 0; !rc && i < IT_SBOM_PROPERTIES; i++)
		if (own->coverage[i])
			rc = check_share(out, sbom, &it_sbom_properties[i], own->coverage[i], err);
	return rc;
}

/* --- what it is about --- */

static bool is_about(const struct it_sbom *sbom, const char *digests)
{
	for (size_t i = 0; i < sbom->subjects.count; i++)
		if (it_digests_match(sbom->subjects.items[i], digests) == IT_DIGESTS_MATCH)
			return true;
	return false;
}

static size_t count_about(const struct it_sbom *sbom, const struct it_artifacts *artifacts)
{
	size_t count = 0;

	for (size_t i = 0; artifacts && i < artifacts->count; i++)
		count += is_about(sbom, artifacts->items[i].digests);
	return count;
}

static int check_subject(struct lacks *out, const struct it_sbom_demand *own,
			 const struct it_sbom *sbom, const struct it_gate_input *input,
			 struct intoto_error **err)
{
	const struct it_artifacts *artifacts =
		own->describes == IT_SBOM_DESCRIBES_MATERIAL ? input->materials : input->products;
	size_t count = own->describes ? count_about(sbom, artifacts) : 0;
	int rc = INTOTO_OK;

	if ((own->describes || own->digest) && !sbom->subjects.count)
		return it_strings_add(&out->list,
				      "does not say by a digest what it is about, so it may be "
				      "about anything",
				      err);
	if (own->describes && !count)
		rc = it_strings_add(&out->list,
				    own->describes == IT_SBOM_DESCRIBES_MATERIAL
					    ? "is about something that is no material of the step"
					    : "is about something that is no product of the step",
				    err);
	else if (own->describes == IT_SBOM_DESCRIBES_ALL && count < artifacts->count)
		rc = it_strings_add(&out->list, "is not about every product of the step", err);
	if (!rc && own->digest && !is_about(sbom, own->digest)) {
		(void)it_buf_printf(&out->text, "is not about %s", own->digest);
		rc = it_sbom_demand_clause(&out->list, &out->text, err);
	}
	return rc;
}

/* --- what is in it --- */

/* From where sets are compared: most have a SHA-256, and others beside it. */
static const char *key_of(const char *digests)
{
	const char *sha256 = strstr(digests, "sha256:");

	return sha256 ? sha256 : digests;
}

static int compare(const void *a, const void *b)
{
	return strncmp(key_of(*(const char *const *)a), key_of(*(const char *const *)b), KEY_BYTES);
}

/* Digest sets of all components and of what it is about, sorted; *out is the caller's. */
static int sort_digests(const char ***out, size_t *count, const struct it_sbom *sbom,
			struct intoto_error **err)
{
	*count = 0;
	*out = calloc(sbom->count + sbom->subjects.count + 1, sizeof **out);
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; i < sbom->count; i++)
		if (sbom->components[i].digests)
			(*out)[(*count)++] = sbom->components[i].digests;
	for (size_t i = 0; i < sbom->subjects.count; i++)
		(*out)[(*count)++] = sbom->subjects.items[i];
	qsort(*out, *count, sizeof **out, compare);
	return INTOTO_OK;
}

/* By its SHA-256; what has none is compared with every one. */
static bool is_among(const char *const *sorted, size_t count, const char *digests)
{
	const char *const *found =
		count ? bsearch(&digests, sorted, count, sizeof *sorted, compare) : NULL;

	if (found && it_digests_match(*found, digests) == IT_DIGESTS_MATCH)
		return true;
	for (size_t i = 0; i < count && !strstr(digests, "sha256:"); i++)
		if (it_digests_match(sorted[i], digests) == IT_DIGESTS_MATCH)
			return true;
	return false;
}

static int check_contents(struct lacks *out, const struct it_sbom *sbom,
			  const struct it_artifacts *products, struct intoto_error **err)
{
	IT_AUTO(it_freep) const char **sorted = NULL;
	size_t count = 0;
	int rc = sort_digests(&sorted, &count, sbom, err);

	if (rc)
		return rc;
	if (!products || !products->count)
		return it_strings_add(&out->list, "can hold no product: the step has none", err);
	for (size_t i = 0; i < products->count; i++) {
		if (is_among(sorted, count, products->items[i].digests))
			continue;
		(void)it_buf_add_text(&out->text, "does not contain the product '");
		it_text_quote(&out->text, it_span(products->items[i].name,
						  strnlen(products->items[i].name, SHOWN)));
		(void)it_buf_add_text(&out->text, "' by its digest");
		return it_sbom_demand_clause(&out->list, &out->text, err);
	}
	return INTOTO_OK;
}

/* --- all of them --- */

static int check(struct lacks *out, const struct it_sbom_demand *own,
		 const struct it_gate_input *input, const struct it_gate_evidence *evidence,
		 struct intoto_error **err)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_sbom_read(&sbom, evidence->attestation->predicate, evidence->attestation->type,
			      &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		(void)it_buf_printf(&out->text, "cannot be read as an SBOM: %s",
				    intoto_error_text(why));
		return it_sbom_demand_clause(&out->list, &out->text, err);
	}
	rc = check_making(out, own, sbom, input->now, err);
	if (!rc)
		rc = check_components(out, own, sbom, err);
	if (!rc)
		rc = check_subject(out, own, sbom, input, err);
	if (!rc && own->contains)
		rc = check_contents(out, sbom, input->products, err);
	return rc;
}

static int decide(struct it_gate_verdict *out, const struct it_gate_evidence *evidence,
		  const struct lacks *lacks, bool one_fits, struct intoto_error **err)
{
	enum it_decision_kind kind = one_fits ? IT_DECISION_REMARK : IT_DECISION_BLOCKED;
	int rc = INTOTO_OK;

	if (!lacks->list.count)
		return it_gate_decide(out, IT_DECISION_FINE, evidence->name, NULL, NULL, err,
				      "is an SBOM with all that is wanted");
	for (size_t i = 0; !rc && i < lacks->list.count; i++)
		rc = it_gate_decide(out, kind, evidence->name, NULL, NULL, err, "%s",
				    lacks->list.items[i]);
	return rc;
}

static int judge_all(struct it_gate_verdict *out, const struct it_sbom_demand *own,
		     const struct it_gate_input *input, struct lacks *lacks,
		     struct intoto_error **err)
{
	size_t fitting = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < input->count; i++) {
		lacks[i] = (struct lacks){ { 0 }, IT_BUF(CLAUSE_MAX) };
		rc = check(&lacks[i], own, input, &input->evidence[i], err);
		fitting += !rc && !lacks[i].list.count;
	}
	for (size_t i = 0; !rc && i < input->count; i++)
		rc = decide(out, &input->evidence[i], &lacks[i], fitting > 0, err);
	return rc ? rc
		  : it_gate_conclude(out, err, "%zu of %zu SBOMs have all that is wanted", fitting,
				     input->count);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	IT_AUTO(it_freep) struct lacks *lacks = calloc(input->count + 1, sizeof *lacks);
	int rc;

	if (!lacks)
		return it_err_nomem(err);
	if (input->count) {
		rc = judge_all(out, demand, input, lacks, err);
		for (size_t i = 0; i < input->count; i++)
			lacks_done(&lacks[i]);
		return rc;
	}
	rc = it_gate_block_for_nothing(out, &it_gate_sbom, input, "SBOM", err);
	return rc ? rc : it_gate_conclude(out, err, "no SBOM was found");
}

static const char *const predicates[] = { "sbom", NULL };

const struct it_gate_kind it_gate_sbom = {
	.name = "sbom",
	.summary = "an SBOM is there and says enough about the right thing",
	.read = it_sbom_demand_read,
	.free = it_sbom_demand_free,
	.clauses = it_sbom_demand_clauses,
	.predicates = predicates,
	.judge = judge,
};
