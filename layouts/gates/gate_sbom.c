/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "sbom": there is an SBOM that says enough about the right thing.
 *
 *   { "gate": "sbom", "formats": [FORMAT…], "minComponents": 1, "createdWithin": "30d",
 *     "coverage": { "purl": 90, "version": 100, "supplier": 50, "license": 80, "digest": 10 },
 *     "describes": "product"|"all-products"|"material", "describesDigest": { "sha256": HEX },
 *     "contains": "products", "tools": [NAME…] }
 *
 * FORMAT is "spdx", "cyclonedx", or one of these with a version ("spdx-2.3").  Numbers of
 * "coverage" are percent of the packages.  "describes" compares the digest of what the SBOM says it
 * is about; "contains" wants each product's digest somewhere in it.  At least one SBOM must meet
 * all of it; what others lack is told.
 */
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/gate.h"
#include "model/digest_set.h"
#include "model/sbom.h"

enum {
	CLAUSE_MAX = 1 << 20,
	DIGESTS_MAX = 16 * 1024,
	SHOWN = 200,
	CLOCKS_DIFFER = 600,
	KEY_BYTES = 7 + 64 /* "sha256:" and its digits */
};

#define COMPONENTS_LIMIT (INT64_C(1024) * 1024)

enum describes { DESCRIBES_ANY, DESCRIBES_PRODUCT, DESCRIBES_ALL, DESCRIBES_MATERIAL };

static bool has_purl(const struct it_sbom_component *component)
{
	return it_sbom_purl_is_valid(component->purl);
}

static bool has_version(const struct it_sbom_component *component)
{
	return *component->version && !it_streq(component->version, "NOASSERTION");
}

static bool has_supplier(const struct it_sbom_component *component)
{
	return *component->supplier != '\0';
}

static bool says(const struct it_sbom_licenses *licenses)
{
	for (size_t i = 0; i < licenses->count; i++)
		if (!it_streq(licenses->items[i].text, "NOASSERTION"))
			return true;
	return false;
}

static bool has_license(const struct it_sbom_component *component)
{
	return says(&component->concluded) || says(&component->declared);
}

static bool has_digest(const struct it_sbom_component *component)
{
	return component->digests != NULL;
}

static const struct property {
	const char *name;
	bool (*is_there)(const struct it_sbom_component *component);
} properties[] = {
	{ "digest", has_digest },     { "license", has_license }, { "purl", has_purl },
	{ "supplier", has_supplier }, { "version", has_version },
};

struct demand {
	struct it_strings formats;
	struct it_strings tools;
	int64_t least;
	int64_t coverage[IT_COUNT_OF(properties)]; /* percent; 0: not asked for */
	int64_t age;				   /* 0: any */
	enum describes describes;
	char *digest; /* NULL: any */
	bool contains;
};

/* --- reading --- */

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->formats);
	it_strings_done(&own->tools);
	free(own->digest);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

static bool is_format(const char *word)
{
	static const char *const words[] = { "spdx",	      "spdx-2.2",      "spdx-2.3",
					     "spdx-3.0",      "cyclonedx",     "cyclonedx-1.2",
					     "cyclonedx-1.3", "cyclonedx-1.4", "cyclonedx-1.5",
					     "cyclonedx-1.6", "cyclonedx-1.7" };

	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		if (it_streq(words[i], word))
			return true;
	return false;
}

static int read_formats(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct demand *own = target;
	int rc = it_gate_read_words(&own->formats, value, where, err);

	for (size_t i = 0; !rc && i < own->formats.count; i++) {
		struct it_where element = { where, NULL, i };
		IT_AUTO(it_freep) char *quoted = NULL;

		if (is_format(own->formats.items[i]))
			continue;
		quoted = it_text_quoted(it_span_text(own->formats.items[i]));
		rc = it_where_refuse(&element, INTOTO_E_FORMAT, err,
				     "want \"spdx\" or \"cyclonedx\", alone or with a version "
				     "(\"spdx-2.3\", \"cyclonedx-1.6\"), found '%s'",
				     quoted ? quoted : "");
	}
	return rc;
}

static int read_tools(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->tools, value, where, err);
}

static int read_least(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return it_gate_read_count(&((struct demand *)target)->least, value, 1, COMPONENTS_LIMIT,
				  where, err);
}

static int read_age(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	return it_gate_read_duration(&((struct demand *)target)->age, value, where, err);
}

static int read_share(struct demand *own, const struct it_json_member *member,
		      const struct it_where *up, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(properties); i++) {
		struct it_where where = { up, properties[i].name, 0 };

		if (it_span_is(member->name, properties[i].name))
			return it_gate_read_count(&own->coverage[i], member->value, 1, 100, &where,
						  err);
	}
	return it_where_refuse(up, INTOTO_E_FORMAT, err,
			       "want \"digest\", \"license\", \"purl\", \"supplier\" or "
			       "\"version\", found another member");
}

static int read_coverage(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT || !it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an object of numbers, { \"purl\": 90 }");
	rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = read_share(target, &members[i], where, err);
	return rc;
}

static int read_describes(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct demand *own = target;
	struct it_span text = it_json_text(value);

	own->describes = it_span_is(text, "product")	    ? DESCRIBES_PRODUCT
			 : it_span_is(text, "all-products") ? DESCRIBES_ALL
			 : it_span_is(text, "material")	    ? DESCRIBES_MATERIAL
							    : DESCRIBES_ANY;
	if (own->describes != DESCRIBES_ANY)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want \"product\", \"all-products\" or \"material\"");
}

static int read_digest(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct demand *own = target;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DIGESTS_MAX);
	int rc = it_digest_set_read(&text, value, where, err);

	if (rc)
		return rc;
	if (it_digests_match(it_buf_text(&text), it_buf_text(&text)) != IT_DIGESTS_MATCH)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a digest that is worth trusting, as sha256");
	own->digest = it_buf_take(&text);
	return own->digest ? INTOTO_OK : it_err_nomem(err);
}

static int read_contains(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	if (!it_span_is(it_json_text(value), "products"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want \"products\"");
	((struct demand *)target)->contains = true;
	return INTOTO_OK;
}

static const struct it_field fields[] = {
	{ "contains", IT_FIELD_CUSTOM, false, 0, read_contains },
	{ "coverage", IT_FIELD_CUSTOM, false, 0, read_coverage },
	{ "createdWithin", IT_FIELD_CUSTOM, false, 0, read_age },
	{ "describes", IT_FIELD_CUSTOM, false, 0, read_describes },
	{ "describesDigest", IT_FIELD_CUSTOM, false, 0, read_digest },
	{ "formats", IT_FIELD_CUSTOM, false, 0, read_formats },
	{ "minComponents", IT_FIELD_CUSTOM, false, 0, read_least },
	{ "tools", IT_FIELD_CUSTOM, false, 0, read_tools },
};

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	own->least = 1; /* an SBOM of nothing is none */
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for people --- */

static int add_clause(struct it_strings *out, struct it_buf *text, struct intoto_error **err)
{
	int rc = it_buf_check(text, "a clause", err);

	if (!rc)
		rc = it_strings_add(out, it_buf_text(text), err);
	it_buf_reset(text);
	return rc;
}

static void list(struct it_buf *out, const struct it_strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		(void)it_buf_add_text(out, i ? " or " : ""); /* sticks in out */
		it_text_quote(out, it_span_text(words->items[i]));
	}
}

static int clauses_of_subjects(struct it_strings *out, const struct demand *own,
			       struct it_buf *text, struct intoto_error **err)
{
	static const char *const words[] = { NULL, "about a product by its digest",
					     "about every product by its digest",
					     "about a material by its digest" };
	int rc = INTOTO_OK;

	if (words[own->describes])
		rc = it_strings_add(out, words[own->describes], err);
	if (!rc && own->digest) {
		(void)it_buf_printf(text, "about %s", own->digest); /* sticks in text */
		rc = add_clause(out, text, err);
	}
	if (!rc && own->contains)
		rc = it_strings_add(out, "each product is in it by its digest", err);
	return rc;
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CLAUSE_MAX);
	int rc;

	(void)it_buf_add_text(&text, "an SBOM"); /* sticks in text, as below */
	if (own->formats.count) {
		(void)it_buf_add_text(&text, " in ");
		list(&text, &own->formats);
	}
	(void)it_buf_printf(&text, " of at least %lld components", (long long)own->least);
	rc = add_clause(out, &text, err);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(properties); i++) {
		if (!own->coverage[i])
			continue;
		(void)it_buf_printf(&text, "at least %lld %% with a %s",
				    (long long)own->coverage[i], properties[i].name);
		rc = add_clause(out, &text, err);
	}
	if (!rc && own->age) {
		(void)it_buf_printf(&text, "created at most %lld seconds ago", (long long)own->age);
		rc = add_clause(out, &text, err);
	}
	if (!rc && own->tools.count) {
		(void)it_buf_add_text(&text, "made by ");
		list(&text, &own->tools);
		rc = add_clause(out, &text, err);
	}
	return rc ? rc : clauses_of_subjects(out, own, &text, err);
}

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

static bool is_wanted_format(const struct demand *own, const struct it_sbom *sbom)
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

static bool is_wanted_tool(const struct demand *own, const struct it_sbom *sbom)
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

static int check_making(struct lacks *out, const struct demand *own, const struct it_sbom *sbom,
			int64_t now, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!is_wanted_format(own, sbom)) {
		(void)it_buf_printf(&out->text, "is %s %.*s, and wanted is ",
				    it_sbom_format_name(sbom->format), SHOWN, sbom->version);
		list(&out->text, &own->formats);
		rc = add_clause(&out->list, &out->text, err);
	}
	if (!rc && !is_wanted_tool(own, sbom)) {
		(void)it_buf_add_text(&out->text, "was made by ");
		list(&out->text, &sbom->tools);
		(void)it_buf_add_text(&out->text, ", and wanted is ");
		list(&out->text, &own->tools);
		rc = add_clause(&out->list, &out->text, err);
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
	return add_clause(&out->list, &out->text, err);
}

/* Packages, and neither files nor the thing itself. */
static bool counts(const struct it_sbom_component *component)
{
	return !component->file && !component->described;
}

static int check_share(struct lacks *out, const struct it_sbom *sbom,
		       const struct property *property, int64_t wanted, struct intoto_error **err)
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
	return add_clause(&out->list, &out->text, err);
}

static int check_components(struct lacks *out, const struct demand *own, const struct it_sbom *sbom,
			    struct intoto_error **err)
{
	int64_t count = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; i < sbom->count; i++)
		count += counts(&sbom->components[i]);
	if (count < own->least) {
		(void)it_buf_printf(&out->text, "has %lld components, and at least %lld are wanted",
				    (long long)count, (long long)own->least);
		rc = add_clause(&out->list, &out->text, err);
	}
	for (size_t i = 0; !rc && i < IT_COUNT_OF(properties); i++)
		if (own->coverage[i])
			rc = check_share(out, sbom, &properties[i], own->coverage[i], err);
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

static int check_subject(struct lacks *out, const struct demand *own, const struct it_sbom *sbom,
			 const struct it_gate_input *input, struct intoto_error **err)
{
	const struct it_artifacts *artifacts =
		own->describes == DESCRIBES_MATERIAL ? input->materials : input->products;
	size_t count = own->describes ? count_about(sbom, artifacts) : 0;
	int rc = INTOTO_OK;

	if ((own->describes || own->digest) && !sbom->subjects.count)
		return it_strings_add(&out->list,
				      "does not say by a digest what it is about, so it may be "
				      "about anything",
				      err);
	if (own->describes && !count)
		rc = it_strings_add(&out->list,
				    own->describes == DESCRIBES_MATERIAL
					    ? "is about something that is no material of the step"
					    : "is about something that is no product of the step",
				    err);
	else if (own->describes == DESCRIBES_ALL && count < artifacts->count)
		rc = it_strings_add(&out->list, "is not about every product of the step", err);
	if (!rc && own->digest && !is_about(sbom, own->digest)) {
		(void)it_buf_printf(&out->text, "is not about %s", own->digest);
		rc = add_clause(&out->list, &out->text, err);
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
		return add_clause(&out->list, &out->text, err);
	}
	return INTOTO_OK;
}

/* --- all of them --- */

static int check(struct lacks *out, const struct demand *own, const struct it_gate_input *input,
		 const struct it_gate_evidence *evidence, struct intoto_error **err)
{
	IT_AUTO(it_sbom_freep) struct it_sbom *sbom = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_sbom_read(&sbom, evidence->attestation->predicate, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		(void)it_buf_printf(&out->text, "cannot be read as an SBOM: %s",
				    intoto_error_text(why));
		return add_clause(&out->list, &out->text, err);
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

static int judge_all(struct it_gate_verdict *out, const struct demand *own,
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
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.predicates = predicates,
	.judge = judge,
};
