/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.2 to 1.7 in JSON (ECMA-424 is 1.6). */
#include <stdio.h>

#include "base/text.h"
#include "model/sbom_part.h"

static int read_version(struct it_sbom *sbom, const struct it_json *document,
			struct intoto_error **err)
{
	const char *format;
	const char *version = "";
	int rc = it_sbom_text(&format, document, "bomFormat", true, NULL, err);

	if (!rc)
		rc = it_sbom_text(&version, document, "specVersion", true, NULL, err);
	if (!rc && !it_streq(format, "CycloneDX"))
		return it_err_set(err, INTOTO_E_FORMAT, "bomFormat: want \"CycloneDX\"");
	if (rc)
		return rc;
	if (strlen(version) != 3 || version[0] != '1' || version[1] != '.' || version[2] < '2' ||
	    version[2] > '7')
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "specVersion: want 1.2 to 1.7, found something else");
	sbom->format = IT_SBOM_CYCLONEDX;
	sbom->version = version;
	return INTOTO_OK;
}

/* --- licences --- */

/* { "id" } or { "name" } or { "expression" }; since 1.6 each says who says so. */
static int read_license(struct it_sbom_component *out, const struct it_json *choice,
			const struct it_where *where, struct intoto_error **err)
{
	struct it_where inside = { where, "license", 0 };
	const struct it_json *license;
	const char *said = "";
	const char *id = "";
	const char *name = "";
	const char *expression;
	int rc = it_sbom_text(&expression, choice, "expression", false, where, err);

	if (!rc)
		rc = it_sbom_value(&license, choice, "license", IT_JSON_OBJECT, where, err);
	if (rc)
		return rc;
	if (!license == !*expression)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want either \"license\" or \"expression\"");
	rc = it_sbom_text(&said, license ? license : choice, "acknowledgement", false,
			  license ? &inside : where, err);
	if (!rc)
		rc = it_sbom_text(&id, license, "id", false, &inside, err);
	if (!rc)
		rc = it_sbom_text(&name, license, "name", false, &inside, err);
	if (!rc && license && !*id == !*name)
		rc = it_where_refuse(&inside, INTOTO_E_FORMAT, err,
				     "want either \"id\" or \"name\"");
	if (rc)
		return rc;
	return it_sbom_add_license(it_streq(said, "concluded") ? &out->concluded : &out->declared,
				   *expression ? expression
				   : *id       ? id
					       : name,
				   *name != '\0', err);
}

static int read_licenses(struct it_sbom_component *out, const struct it_json *component,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "licenses", 0 };
	const struct it_json *list;
	int rc = it_sbom_value(&list, component, "licenses", IT_JSON_LIST, where, err);

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };

		rc = read_license(out, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- components --- */

static int read_hashes(struct it_sbom *sbom, size_t index, const struct it_json *component,
		       const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "hashes", 0 };
	struct it_sbom_digests digests = { 0 };
	const struct it_json *list;
	int rc = it_sbom_value(&list, component, "hashes", IT_JSON_LIST, where, err);

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };
		const char *algorithm;
		const char *hex = "";

		rc = it_sbom_text(&algorithm, it_json_at(list, i), "alg", true, &element, err);
		if (!rc)
			rc = it_sbom_text(&hex, it_json_at(list, i), "content", true, &element,
					  err);
		if (!rc)
			it_sbom_digest(&digests, algorithm, hex);
	}
	return rc ? rc : it_sbom_digests_keep(sbom, &sbom->components[index], &digests, err);
}

/* "group/name", as the purl of most types has it. */
static int read_name(struct it_sbom *sbom, struct it_sbom_component *out,
		     const struct it_json *component, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *both = NULL;
	const char *group = "";
	int rc = it_sbom_text(&out->name, component, "name", true, where, err);

	if (!rc)
		rc = it_sbom_text(&group, component, "group", false, where, err);
	if (rc || !*group)
		return rc;
	if (asprintf(&both, "%s/%s", group, out->name) < 0) {
		both = NULL;
		return it_err_nomem(err);
	}
	out->name = it_sbom_keep(sbom, it_span_text(both), err);
	return out->name ? INTOTO_OK : INTOTO_E_NOMEM;
}

/* Since 1.2 an object with a name; "publisher" says it in older ones. */
static int read_supplier(struct it_sbom_component *out, const struct it_json *component,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_where inside = { where, "supplier", 0 };
	const struct it_json *supplier;
	int rc = it_sbom_value(&supplier, component, "supplier", IT_JSON_OBJECT, where, err);

	if (!rc)
		rc = it_sbom_text(&out->supplier, supplier, "name", false, &inside, err);
	if (!rc && !*out->supplier)
		rc = it_sbom_text(&out->supplier, component, "publisher", false, where, err);
	return rc;
}

static int read_components(struct it_sbom *sbom, const struct it_json *object, unsigned depth,
			   const struct it_where *where, struct intoto_error **err);

static int read_component(struct it_sbom *sbom, const struct it_json *component, unsigned depth,
			  const struct it_where *where, struct intoto_error **err)
{
	struct it_sbom_component *out = it_sbom_add(sbom, err);
	size_t index = sbom->count - 1;
	int rc;

	if (!out)
		return INTOTO_E_LIMIT;
	rc = it_sbom_text(&out->type, component, "type", true, where, err);
	out->file = it_streq(out->type, "file");
	if (!rc)
		rc = read_name(sbom, out, component, where, err);
	if (!rc)
		rc = it_sbom_text(&out->id, component, "bom-ref", false, where, err);
	if (!rc)
		rc = it_sbom_text(&out->version, component, "version", false, where, err);
	if (!rc)
		rc = it_sbom_text(&out->purl, component, "purl", false, where, err);
	if (!rc)
		rc = read_supplier(out, component, where, err);
	if (!rc)
		rc = read_licenses(out, component, where, err);
	if (!rc)
		rc = read_hashes(sbom, index, component, where, err);
	return rc ? rc : read_components(sbom, component, depth, where, err);
}

static int read_components(struct it_sbom *sbom, const struct it_json *object, unsigned depth,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "components", 0 };
	const struct it_json *list;
	int rc = it_sbom_value(&list, object, "components", IT_JSON_LIST, where, err);

	if (!rc && list && depth == IT_SBOM_NESTING_MAX)
		return it_where_refuse(&at, INTOTO_E_LIMIT, err, "more than %d components deep",
				       IT_SBOM_NESTING_MAX);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };

		if (it_json_kind(it_json_at(list, i)) != IT_JSON_OBJECT)
			rc = it_where_refuse(&element, INTOTO_E_FORMAT, err, "want an object");
		else
			rc = read_component(sbom, it_json_at(list, i), depth + 1, &element, err);
	}
	return rc;
}

/* --- metadata --- */

static int read_tool(struct it_sbom *sbom, const struct it_json *tool, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *both = NULL;
	const char *name;
	const char *version = "";
	int rc = it_sbom_text(&name, tool, "name", false, where, err);

	if (!rc)
		rc = it_sbom_text(&version, tool, "version", false, where, err);
	if (rc)
		return rc;
	if (asprintf(&both, "%s%s%s", name, *version ? "-" : "", version) < 0) {
		both = NULL;
		return it_err_nomem(err);
	}
	return it_strings_add(&sbom->tools, both, err);
}

/* A list up to 1.4; since 1.5 also an object of components and services. */
static int read_tools(struct it_sbom *sbom, const struct it_json *metadata,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "tools", 0 };
	const struct it_json *tools = it_json_get(metadata, "tools");
	int rc = INTOTO_OK;

	if (it_json_kind(tools) == IT_JSON_OBJECT)
		rc = it_sbom_value(&tools, tools, "components", IT_JSON_LIST, &at, err);
	for (size_t i = 0; !rc && i < it_json_count(tools); i++) {
		struct it_where element = { &at, NULL, i };

		rc = read_tool(sbom, it_json_at(tools, i), &element, err);
	}
	return rc;
}

static int read_metadata(struct it_sbom *sbom, const struct it_json *document,
			 struct intoto_error **err)
{
	struct it_where where = { NULL, "metadata", 0 };
	struct it_where inside = { &where, "component", 0 };
	const struct it_json *metadata;
	const struct it_json *component = NULL;
	int rc = it_sbom_value(&metadata, document, "metadata", IT_JSON_OBJECT, NULL, err);

	if (!rc)
		rc = it_sbom_time(&sbom->created, metadata, "timestamp", &where, err);
	if (!rc)
		rc = read_tools(sbom, metadata, &where, err);
	if (!rc)
		rc = it_sbom_value(&component, metadata, "component", IT_JSON_OBJECT, &where, err);
	if (rc || !component)
		return rc;
	rc = read_component(sbom, component, 0, &inside, err);
	if (rc)
		return rc;
	sbom->components[0].described = true; /* the first that was read */
	sbom->name = sbom->components[0].name;
	return INTOTO_OK;
}

int it_sbom_read_cyclonedx(struct it_sbom *sbom, const struct it_json *document,
			   struct intoto_error **err)
{
	int rc = read_version(sbom, document, err);

	if (!rc)
		rc = read_metadata(sbom, document, err);
	return rc ? rc : read_components(sbom, document, 0, NULL, err);
}
