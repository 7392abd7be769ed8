/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what is demanded of SBOMs, and saying it. */
#include "layouts/gates/sbom_demand.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "model/digest_set.h"

enum { CLAUSE_MAX = 1 << 20, DIGESTS_MAX = 16 * 1024 };

#define COMPONENTS_LIMIT (INT64_C(1024) * 1024)

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

const struct it_sbom_property it_sbom_properties[IT_SBOM_PROPERTIES] = {
	{ "digest", has_digest },     { "license", has_license }, { "purl", has_purl },
	{ "supplier", has_supplier }, { "version", has_version },
};

/* --- reading --- */

void it_sbom_demand_free(void *demand)
{
	struct it_sbom_demand *own = demand;

	it_strings_done(&own->formats);
	it_strings_done(&own->tools);
	free(own->digest);
	free(own);
}

static void free_own(struct it_sbom_demand **own)
{
	if (*own)
		it_sbom_demand_free(*own);
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
	struct it_sbom_demand *own = target;
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
	return it_gate_read_words(&((struct it_sbom_demand *)target)->tools, value, where, err);
}

static int read_least(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return it_gate_read_count(&((struct it_sbom_demand *)target)->least, value, 1,
				  COMPONENTS_LIMIT, where, err);
}

static int read_age(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	return it_gate_read_duration(&((struct it_sbom_demand *)target)->age, value, where, err);
}

static int read_share(struct it_sbom_demand *own, const struct it_json_member *member,
		      const struct it_where *up, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_SBOM_PROPERTIES; i++) {
		struct it_where where = { up, it_sbom_properties[i].name, 0 };

		if (it_span_is(member->name, it_sbom_properties[i].name))
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
	struct it_sbom_demand *own = target;
	struct it_span text = it_json_text(value);

	own->describes = it_span_is(text, "product")	    ? IT_SBOM_DESCRIBES_PRODUCT
			 : it_span_is(text, "all-products") ? IT_SBOM_DESCRIBES_ALL
			 : it_span_is(text, "material")	    ? IT_SBOM_DESCRIBES_MATERIAL
							    : IT_SBOM_DESCRIBES_ANY;
	if (own->describes != IT_SBOM_DESCRIBES_ANY)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want \"product\", \"all-products\" or \"material\"");
}

static int read_digest(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_sbom_demand *own = target;
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
	((struct it_sbom_demand *)target)->contains = true;
	return INTOTO_OK;
}

static const struct it_field fields[] = {
	{ "contains", IT_FIELD_CUSTOM, false, 0, read_contains },
	{ "coverage", IT_FIELD_CUSTOM, false, 0, read_coverage },
	{ "createdWithin", IT_FIELD_CUSTOM, false, 0, read_age },
	{ "describes", IT_FIELD_CUSTOM, false, 0, read_describes },
	{ "describesDigest", IT_FIELD_CUSTOM, false, 0, read_digest },
	{ "formats", IT_FIELD_CUSTOM, false, 0, read_formats },
	{ "leastComponents", IT_FIELD_CUSTOM, false, 0, read_least },
	{ "tools", IT_FIELD_CUSTOM, false, 0, read_tools },
};

int it_sbom_demand_read(void **out, const struct it_json *object, const struct it_where *where,
			struct intoto_error **err)
{
	IT_AUTO(free_own) struct it_sbom_demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for people --- */

int it_sbom_demand_clause(struct it_strings *out, struct it_buf *text, struct intoto_error **err)
{
	int rc = it_buf_check(text, "a clause", err);

	if (!rc)
		rc = it_strings_add(out, it_buf_text(text), err);
	it_buf_reset(text);
	return rc;
}

void it_sbom_demand_list(struct it_buf *out, const struct it_strings *words)
{
	for (size_t i = 0; i < words->count; i++) {
		(void)it_buf_add_text(out, i ? " or " : ""); /* sticks in out */
		it_text_quote(out, it_span_text(words->items[i]));
	}
}

static int clauses_of_subjects(struct it_strings *out, const struct it_sbom_demand *own,
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
		rc = it_sbom_demand_clause(out, text, err);
	}
	if (!rc && own->contains)
		rc = it_strings_add(out, "each product is in it by its digest", err);
	return rc;
}

int it_sbom_demand_clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct it_sbom_demand *own = demand;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CLAUSE_MAX);
	int rc;

	(void)it_buf_add_text(&text, "an SBOM"); /* sticks in text, as below */
	if (own->formats.count) {
		(void)it_buf_add_text(&text, " in ");
		it_sbom_demand_list(&text, &own->formats);
	}
	(void)it_buf_printf(&text, " of at least %lld components",
			    (long long)(own->least ? own->least : 1));
	rc = it_sbom_demand_clause(out, &text, err);
	for (size_t i = 0; !rc && i < IT_SBOM_PROPERTIES; i++) {
		if (!own->coverage[i])
			continue;
		(void)it_buf_printf(&text, "at least %lld %% with a %s",
				    (long long)own->coverage[i], it_sbom_properties[i].name);
		rc = it_sbom_demand_clause(out, &text, err);
	}
	if (!rc && own->age) {
		(void)it_buf_printf(&text, "created at most %lld seconds ago", (long long)own->age);
		rc = it_sbom_demand_clause(out, &text, err);
	}
	if (!rc && own->tools.count) {
		(void)it_buf_add_text(&text, "made by ");
		it_sbom_demand_list(&text, &own->tools);
		rc = it_sbom_demand_clause(out, &text, err);
	}
	return rc ? rc : clauses_of_subjects(out, own, &text, err);
}
