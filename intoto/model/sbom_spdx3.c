/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX 3.0 in JSON-LD (spdx-spec 3.0.1, "Serializations"): a flat list of elements that name each
 * other by their ids.
 */
#include "base/text.h"
#include "model/sbom_part.h"

enum {
	LICENSE_BYTES_MAX = 64 * 1024,
	LICENSE_DEPTH_MAX = 16,
	LICENSE_BYTES_ALL = 16 << 20, /* put together from parts, in one document */
	NO_COMPONENT = -1,
};

#define LISTED "https://spdx.org/licenses/"

struct element {
	const char *id;
	const char *type;
	const struct it_json *value;
	long component; /* index, or NO_COMPONENT */
	size_t at;	/* in the graph, for messages */
};

struct reader {
	struct it_sbom *sbom;
	struct element *elements; /* sorted by id */
	size_t count;
	size_t built; /* bytes of licences that were put together */
	struct intoto_error **err;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct element *)a)->id, ((const struct element *)b)->id);
}

static struct element *find(const struct reader *in, const char *id)
{
	struct element key = { .id = id };

	return in->count ? bsearch(&key, in->elements, in->count, sizeof key, compare) : NULL;
}

/* --- the elements --- */

static int list_elements(struct reader *in, const struct it_json *graph)
{
	struct it_where where = { NULL, "@graph", 0 };
	int rc = INTOTO_OK;

	in->elements = calloc(it_json_count(graph) + 1, sizeof *in->elements);
	if (!in->elements)
		return it_err_nomem(in->err);
	for (size_t i = 0; !rc && i < it_json_count(graph); i++) {
		const struct it_json *value = it_json_at(graph, i);
		struct it_where at = { &where, NULL, i };
		struct element *element = &in->elements[in->count];

		*element = (struct element){ "", "", value, NO_COMPONENT, i };
		if (it_json_kind(value) != IT_JSON_OBJECT)
			return it_where_refuse(&at, INTOTO_E_FORMAT, in->err, "want an object");
		rc = it_sbom_text(&element->type, value, "type", false, &at, in->err);
		if (!rc && !*element->type)
			rc = it_sbom_text(&element->type, value, "@type", true, &at, in->err);
		if (!rc)
			rc = it_sbom_text(&element->id, value, "spdxId", false, &at, in->err);
		if (!rc && !*element->id)
			rc = it_sbom_text(&element->id, value, "@id", true, &at, in->err);
		in->count++;
	}
	if (rc)
		return rc;
	qsort(in->elements, in->count, sizeof *in->elements, compare);
	for (size_t i = 1; i < in->count; i++)
		if (it_streq(in->elements[i - 1].id, in->elements[i].id))
			return it_err_set(in->err, INTOTO_E_FORMAT,
					  "@graph[%zu]: has the id of @graph[%zu]",
					  in->elements[i].at, in->elements[i - 1].at);
	return INTOTO_OK;
}

static bool is_package(const char *type)
{
	return it_streq(type, "software_Package") || it_streq(type, "ai_AIPackage") ||
	       it_streq(type, "dataset_DatasetPackage");
}

static int read_hashes(struct reader *in, size_t index, const struct it_json *element,
		       const struct it_where *where)
{
	struct it_where at = { where, "verifiedUsing", 0 };
	struct it_sbom_digests digests = { 0 };
	const struct it_json *list;
	int rc = it_sbom_value(&list, element, "verifiedUsing", IT_JSON_LIST, where, in->err);

	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where one = { &at, NULL, i };
		const char *algorithm;
		const char *hex = "";

		rc = it_sbom_text(&algorithm, it_json_at(list, i), "algorithm", false, &one,
				  in->err);
		if (!rc)
			rc = it_sbom_text(&hex, it_json_at(list, i), "hashValue", false, &one,
					  in->err);
		if (!rc)
			it_sbom_digest(&digests, algorithm, hex);
	}
	return rc ? rc
		  : it_sbom_digests_keep(in->sbom, &in->sbom->components[index], &digests, in->err);
}

/* A purl is a property of its own, or one of the external identifiers. */
static int read_purl(struct reader *in, const char **out, const struct it_json *element,
		     const struct it_where *where)
{
	struct it_where at = { where, "externalIdentifier", 0 };
	const struct it_json *list = NULL;
	int rc = it_sbom_text(out, element, "software_packageUrl", false, where, in->err);

	if (!rc)
		rc = it_sbom_value(&list, element, "externalIdentifier", IT_JSON_LIST, where,
				   in->err);
	for (size_t i = 0; !rc && i < it_json_count(list) && !**out; i++) {
		struct it_where one = { &at, NULL, i };
		const char *type;

		rc = it_sbom_text(&type, it_json_at(list, i), "externalIdentifierType", false, &one,
				  in->err);
		if (!rc && it_streq(type, "packageUrl"))
			rc = it_sbom_text(out, it_json_at(list, i), "identifier", true, &one,
					  in->err);
	}
	return rc;
}

/* The supplier is an agent of the document, with a name; an id says something, too. */
static int read_supplier(struct reader *in, const char **out, const struct it_json *element,
			 const struct it_where *where)
{
	const struct element *agent;
	int rc = it_sbom_text(out, element, "suppliedBy", false, where, in->err);

	agent = !rc && **out ? find(in, *out) : NULL;
	return agent ? it_sbom_text(out, agent->value, "name", false, where, in->err) : rc;
}

static int read_component(struct reader *in, struct element *element, const struct it_where *where)
{
	struct it_sbom_component *out = it_sbom_add(in->sbom, in->err);
	size_t index = in->sbom->count - 1;
	int rc;

	if (!out)
		return INTOTO_E_LIMIT;
	element->component = (long)index;
	out->id = element->id;
	out->file = it_streq(element->type, "software_File");
	rc = it_sbom_text(&out->name, element->value, "name", true, where, in->err);
	if (!rc)
		rc = it_sbom_text(&out->version, element->value, "software_packageVersion", false,
				  where, in->err);
	if (!rc)
		rc = it_sbom_text(&out->type, element->value, "software_primaryPurpose", false,
				  where, in->err);
	if (out->file)
		out->type = "file";
	if (!rc)
		rc = read_purl(in, &out->purl, element->value, where);
	if (!rc)
		rc = read_supplier(in, &out->supplier, element->value, where);
	return rc ? rc : read_hashes(in, index, element->value, where);
}

/* In the order of the document. */
static int read_components(struct reader *in, const struct it_json *graph)
{
	struct it_where where = { NULL, "@graph", 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < it_json_count(graph); i++) {
		const struct it_json *value = it_json_at(graph, i);
		struct it_where at = { &where, NULL, i };
		struct it_span id = it_json_text(it_json_get(value, "spdxId"));
		struct element *element;

		if (!id.data)
			id = it_json_text(it_json_get(value, "@id"));
		element = id.data ? find(in, id.data) : NULL;
		if (element &&
		    (is_package(element->type) || it_streq(element->type, "software_File")))
			rc = read_component(in, element, &at);
	}
	return rc;
}

/* --- licences --- */

static int print_license(struct reader *in, struct it_buf *out, const char *id, unsigned depth);

/* One reference of an element to another. */
static int print_part(struct reader *in, struct it_buf *out, const struct element *element,
		      const char *member, unsigned depth)
{
	const char *id;
	int rc = it_sbom_text(&id, element->value, member, true, NULL, in->err);

	return rc ? rc : print_license(in, out, id, depth + 1);
}

static int print_set(struct reader *in, struct it_buf *out, const struct element *element,
		     const char *operator, unsigned depth)
{
	const struct it_json *members;
	int rc = it_sbom_value(&members, element->value, "expandedlicensing_member", IT_JSON_LIST,
			       NULL, in->err);

	(void)it_buf_add_byte(out, '('); /* sticks in out, as what follows */
	for (size_t i = 0; !rc && !out->failed && i < it_json_count(members); i++) {
		struct it_span id = it_json_text(it_json_at(members, i));

		if (i)
			(void)it_buf_add_text(out, operator);
		rc = id.data ? print_license(in, out, id.data, depth + 1)
			     : it_err_set(in->err, INTOTO_E_FORMAT,
					  "@graph[%zu].expandedlicensing_member[%zu]: want a text",
					  element->at, i);
	}
	(void)it_buf_add_byte(out, ')');
	return rc;
}

/* A licence of the document's own; its id cannot stand in an expression as it is. */
static void print_custom(struct it_buf *out, const char *id, const char *prefix)
{
	const char *tail = strrchr(id, '/') ? strrchr(id, '/') + 1 : id;

	(void)it_buf_add_text(out, prefix); /* sticks in out, as what follows */
	for (; *tail; tail++) {
		bool plain = (*tail >= '0' && *tail <= '9') || (*tail >= 'a' && *tail <= 'z') ||
			     (*tail >= 'A' && *tail <= 'Z') || *tail == '.';

		(void)it_buf_add_byte(out, plain ? *tail : '-');
	}
}

static int print_element(struct reader *in, struct it_buf *out, const struct element *element,
			 unsigned depth)
{
	const char *text = "";
	int rc = INTOTO_OK;

	if (it_streq(element->type, "simplelicensing_LicenseExpression")) {
		rc = it_sbom_text(&text, element->value, "simplelicensing_licenseExpression", true,
				  NULL, in->err);
		(void)it_buf_printf(out, depth ? "(%s)" : "%s", text); /* sticks */
	} else if (it_streq(element->type, "expandedlicensing_ConjunctiveLicenseSet")) {
		rc = print_set(in, out, element, " AND ", depth);
	} else if (it_streq(element->type, "expandedlicensing_DisjunctiveLicenseSet")) {
		rc = print_set(in, out, element, " OR ", depth);
	} else if (it_streq(element->type, "expandedlicensing_OrLaterOperator")) {
		rc = print_part(in, out, element, "expandedlicensing_subjectLicense", depth);
		(void)it_buf_add_byte(out, '+'); /* sticks */
	} else if (it_streq(element->type, "expandedlicensing_WithAdditionOperator")) {
		rc = print_part(in, out, element, "expandedlicensing_subjectExtendableLicense",
				depth);
		(void)it_buf_add_text(out, " WITH "); /* sticks */
		if (!rc)
			rc = print_part(in, out, element, "expandedlicensing_subjectAddition",
					depth);
	} else {
		print_custom(out, element->id,
			     it_streq(element->type, "expandedlicensing_CustomLicenseAddition")
				     ? "AdditionRef-"
				     : "LicenseRef-");
	}
	return rc;
}

static int print_license(struct reader *in, struct it_buf *out, const char *id, unsigned depth)
{
	const struct element *element = find(in, id);

	if (depth > LICENSE_DEPTH_MAX)
		return it_err_set(in->err, INTOTO_E_LIMIT, "licences more than %d sets deep",
				  LICENSE_DEPTH_MAX);
	if (it_starts_with(id, LISTED))
		(void)it_buf_add_text(out, id + strlen(LISTED)); /* sticks in out, as below */
	else if (it_ends_with(id, "NoAssertionLicense") || it_ends_with(id, "/NoAssertion"))
		(void)it_buf_add_text(out, "NOASSERTION");
	else if (it_ends_with(id, "NoneLicense") || it_ends_with(id, "Licensing/None"))
		(void)it_buf_add_text(out, "NONE");
	else if (element)
		return print_element(in, out, element, depth);
	else
		print_custom(out, id, "LicenseRef-"); /* of another document: nobody knows it */
	return INTOTO_OK;
}

static int add_license(struct reader *in, struct it_sbom_licenses *out, const char *id)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LICENSE_BYTES_MAX);
	const char *kept;
	int rc = print_license(in, &text, id, 0);

	if (!rc)
		rc = it_buf_check(&text, "a licence", in->err);
	if (rc)
		return rc;
	in->built += text.len;
	if (in->built > LICENSE_BYTES_ALL)
		return it_err_set(in->err, INTOTO_E_LIMIT, "more than %d bytes of licences",
				  LICENSE_BYTES_ALL);
	kept = it_sbom_keep(in->sbom, it_buf_span(&text), in->err);
	return kept ? it_sbom_add_license(out, kept, false, in->err) : INTOTO_E_NOMEM;
}

/* --- relationships and roots --- */

/* The document, and what it is about, are also put together by a relationship, as SPDX 2 did. */
static int read_describes(struct reader *in, const struct element *element,
			  const struct it_where *where)
{
	const struct it_json *to;
	const char *id = "";
	const struct element *from;
	int rc = it_sbom_text(&id, element->value, "from", true, where, in->err);

	if (!rc)
		rc = it_sbom_value(&to, element->value, "to", IT_JSON_LIST, where, in->err);
	from = rc ? NULL : find(in, id);
	if (!from || !it_streq(from->type, "SpdxDocument"))
		return rc;
	for (size_t i = 0; i < it_json_count(to); i++) {
		struct it_span about = it_json_text(it_json_at(to, i));
		const struct element *root = about.data ? find(in, about.data) : NULL;

		if (root && root->component != NO_COMPONENT)
			in->sbom->components[root->component].described = true;
	}
	return INTOTO_OK;
}

static int read_relationship(struct reader *in, const struct element *element)
{
	struct it_where graph = { NULL, "@graph", 0 };
	struct it_where where = { &graph, NULL, element->at };
	const struct it_json *to = NULL;
	const struct element *from;
	const char *type;
	const char *id = "";
	bool concluded;
	int rc = it_sbom_text(&type, element->value, "relationshipType", true, &where, in->err);

	if (!rc && it_streq(type, "describes"))
		return read_describes(in, element, &where);
	concluded = !rc && it_streq(type, "hasConcludedLicense");
	if (rc || (!concluded && !it_streq(type, "hasDeclaredLicense")))
		return rc;
	rc = it_sbom_text(&id, element->value, "from", true, &where, in->err);
	if (!rc)
		rc = it_sbom_value(&to, element->value, "to", IT_JSON_LIST, &where, in->err);
	from = rc ? NULL : find(in, id);
	if (!from || from->component == NO_COMPONENT)
		return rc;
	for (size_t i = 0; !rc && i < it_json_count(to); i++) {
		struct it_sbom_component *component = &in->sbom->components[from->component];
		struct it_span license = it_json_text(it_json_at(to, i));

		rc = license.data
			     ? add_license(in,
					   concluded ? &component->concluded : &component->declared,
					   license.data)
			     : it_where_refuse(&where, INTOTO_E_FORMAT, in->err,
					       "to[%zu]: want a text", i);
	}
	return rc;
}

/* The document's root is often an Sbom, which has the real one. */
static void describe(struct reader *in, const struct it_json *holder, unsigned depth)
{
	const struct it_json *roots = it_json_get(holder, "rootElement");

	for (size_t i = 0; depth < 4 && i < it_json_count(roots); i++) {
		struct it_span id = it_json_text(it_json_at(roots, i));
		struct element *element = id.data ? find(in, id.data) : NULL;

		if (element && element->component != NO_COMPONENT)
			in->sbom->components[element->component].described = true;
		else if (element &&
			 (it_streq(element->type, "software_Sbom") ||
			  it_streq(element->type, "Bom") || it_streq(element->type, "Bundle")))
			describe(in, element->value, depth + 1);
	}
}

static int read_creation(struct reader *in, const struct it_json *document,
			 const struct it_where *where)
{
	const struct it_json *info = it_json_get(document, "creationInfo");
	const struct element *element = NULL;
	const struct it_json *tools = NULL;
	int rc;

	if (it_json_text(info).data) {
		element = find(in, it_json_text(info).data);
		info = element ? element->value : NULL;
	}
	rc = it_sbom_text(&in->sbom->version, info, "specVersion", true, where, in->err);
	if (!rc && !it_starts_with(in->sbom->version, "3.0"))
		return it_where_refuse(where, INTOTO_E_UNSUPPORTED, in->err,
				       "want the specVersion 3.0 or 3.0.1, found another one");
	if (!rc)
		rc = it_sbom_time(&in->sbom->created, info, "created", where, in->err);
	if (!rc)
		rc = it_sbom_value(&tools, info, "createdUsing", IT_JSON_LIST, where, in->err);
	for (size_t i = 0; !rc && i < it_json_count(tools); i++) {
		struct it_span id = it_json_text(it_json_at(tools, i));
		const struct element *tool = id.data ? find(in, id.data) : NULL;
		const char *name = id.data ? id.data : "";

		if (tool)
			rc = it_sbom_text(&name, tool->value, "name", false, where, in->err);
		if (!rc)
			rc = it_strings_add(&in->sbom->tools, name, in->err);
	}
	return rc;
}

static int read_document(struct reader *in)
{
	const struct element *document = NULL;
	int rc;

	for (size_t i = 0; i < in->count; i++) {
		if (!it_streq(in->elements[i].type, "SpdxDocument"))
			continue;
		if (document)
			return it_err_set(in->err, INTOTO_E_FORMAT,
					  "@graph: want one SpdxDocument, found two");
		document = &in->elements[i];
	}
	if (!document)
		return it_err_set(in->err, INTOTO_E_FORMAT,
				  "@graph: want one SpdxDocument, found none");
	struct it_where graph = { NULL, "@graph", 0 };
	struct it_where where = { &graph, NULL, document->at };

	rc = it_sbom_text(&in->sbom->name, document->value, "name", false, &where, in->err);
	if (!rc)
		rc = read_creation(in, document->value, &where);
	if (!rc)
		describe(in, document->value, 0);
	return rc;
}

static void reader_done(struct reader *in)
{
	free(in->elements);
}

int it_sbom_read_spdx3(struct it_sbom *sbom, const struct it_json *document,
		       struct intoto_error **err)
{
	IT_AUTO(reader_done) struct reader in = { .sbom = sbom, .err = err };
	const struct it_json *graph;
	int rc = it_sbom_value(&graph, document, "@graph", IT_JSON_LIST, NULL, err);

	sbom->format = IT_SBOM_SPDX3;
	if (!rc && !graph)
		rc = it_err_set(err, INTOTO_E_FORMAT, "want the member \"@graph\"");
	if (!rc)
		rc = list_elements(&in, graph);
	if (!rc)
		rc = read_components(&in, graph);
	for (size_t i = 0; !rc && i < in.count; i++)
		if (it_streq(in.elements[i].type, "Relationship") ||
		    it_streq(in.elements[i].type, "LifecycleScopedRelationship"))
			rc = read_relationship(&in, &in.elements[i]);
	return rc ? rc : read_document(&in);
}
