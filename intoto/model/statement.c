/* SPDX-License-Identifier: Apache-2.0 */
/* Statements read as links. */
#include "model/statement.h"

#include "base/text.h"
#include "json/field.h"
#include "model/digest_set.h"
#include "model/envelope.h"

enum { PLACE_MAX = 64 * 1024 };

/* Consumers ignore members that they do not know (attestation framework v1, "Parsing rules"). */
#define READ(target, object, table, where, err)                                                    \
	it_fields_read(target, object, table, IT_COUNT_OF(table), 0, where, err)

/* --- resources as artifacts --- */

/* A ResourceDescriptor, as far as it names an artifact; also { uri, digest } of older formats. */
struct resource {
	char *name;
	char *uri;
	const struct it_json *digest;
};

static void resource_done(struct resource *resource)
{
	free(resource->name);
	free(resource->uri);
}

static const struct it_field resource_fields[] = {
	{ "name", IT_FIELD_TEXT, false, offsetof(struct resource, name), NULL },
	{ "uri", IT_FIELD_TEXT, false, offsetof(struct resource, uri), NULL },
	{ "digest", IT_FIELD_OBJECT, true, offsetof(struct resource, digest), NULL },
};

static int wrap_place(struct intoto_error **err, int rc, const struct it_where *where)
{
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(PLACE_MAX);

	if (!rc)
		return rc;
	it_where_print(&place, where);
	return it_err_wrap(err, rc, "%s", it_buf_text(&place));
}

/* An empty text is how protobuf writes what was not set. */
static const char *name_of(const struct resource *resource)
{
	if (resource->name && *resource->name)
		return resource->name;
	return resource->uri && *resource->uri ? resource->uri : NULL;
}

static int add_resource(struct it_artifacts *out, const struct it_json *value,
			const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(resource_done) struct resource resource = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(PLACE_MAX);
	struct it_where digest = { where, "digest", 0 };
	int rc = READ(&resource, value, resource_fields, where, err);

	if (!rc && !name_of(&resource))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "neither \"name\" nor \"uri\": want one, to know the artifact "
				     "by");
	if (!rc)
		rc = it_digest_set_read_open(&digests, resource.digest, &digest, err);
	if (rc)
		return rc;
	return wrap_place(
		err,
		it_artifacts_add(out, it_span_text(name_of(&resource)), it_buf_span(&digests), err),
		where);
}

/* A list of resources into an empty table. */
static int read_resources(struct it_artifacts *out, const struct it_json *list,
			  const struct it_where *where, struct intoto_error **err)
{
	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };
		int rc = add_resource(out, it_json_at(list, i), &element, err);

		if (rc)
			return rc;
	}
	return wrap_place(err, it_artifacts_seal(out, err), where);
}

static int read_materials(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct intoto_link *link = target;

	return read_resources(&link->materials, value, where, err);
}

/* --- link v0.3, Link/v0.2, Link/v1 --- */

static const struct it_field link_fields[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct intoto_link, name), NULL },
	{ "command", IT_FIELD_TEXTS, false, offsetof(struct intoto_link, command), NULL },
	{ "materials", IT_FIELD_CUSTOM, false, 0, read_materials },
	{ "byproducts", IT_FIELD_CUSTOM, false, 0, it_link_read_byproducts },
	{ "environment", IT_FIELD_CUSTOM, false, 0, it_link_read_environment },
};

static int read_link(struct intoto_link *link, const struct it_json *predicate,
		     const struct it_where *where, struct intoto_error **err)
{
	return READ(link, predicate, link_fields, where, err);
}

/* The older ones have the materials of a classic link, and often the command as one text. */
static int read_old_materials(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct intoto_link *link = target;

	if (it_json_kind(value) == IT_JSON_LIST)
		return read_materials(target, value, where, err);
	return it_artifacts_read(&link->materials, value, where, err);
}

static const struct it_field one_text[] = {
	{ "command", IT_FIELD_TEXT, true, 0, NULL },
};

static const struct it_field many_texts[] = {
	{ "command", IT_FIELD_TEXTS, false, offsetof(struct intoto_link, command), NULL },
};

static int read_old_command(struct intoto_link *link, const struct it_json *predicate,
			    const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *command = NULL;
	int rc;

	if (!it_json_text(it_json_get(predicate, "command")).data)
		return READ(link, predicate, many_texts, where, err);
	rc = READ(&command, predicate, one_text, where, err);
	if (rc || !*command)
		return rc;
	return it_strings_add(&link->command, command, err);
}

static const struct it_field old_link_fields[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct intoto_link, name), NULL },
	{ "materials", IT_FIELD_CUSTOM, false, 0, read_old_materials },
	{ "byproducts", IT_FIELD_CUSTOM, false, 0, it_link_read_byproducts },
	{ "environment", IT_FIELD_CUSTOM, false, 0, it_link_read_environment },
};

static int read_old_link(struct intoto_link *link, const struct it_json *predicate,
			 const struct it_where *where, struct intoto_error **err)
{
	int rc = READ(link, predicate, old_link_fields, where, err);

	return rc ? rc : read_old_command(link, predicate, where, err);
}

/* --- SLSA provenance --- */

/* What a predicate must say although we only look whether it does. */
struct claims {
	char *type;
	char *builder;
	const struct it_json *object;
};

static void claims_done(struct claims *claims)
{
	free(claims->type);
	free(claims->builder);
}

static int read_builder(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	static const struct it_field fields[] = {
		{ "id", IT_FIELD_TEXT, true, offsetof(struct claims, builder), NULL },
	};

	return READ(target, value, fields, where, err);
}

static int check_run(const struct it_json *predicate, const struct it_where *up,
		     struct intoto_error **err)
{
	static const struct it_field fields[] = {
		{ "builder", IT_FIELD_CUSTOM, true, 0, read_builder },
	};
	IT_AUTO(claims_done) struct claims claims = { 0 };
	struct it_where where = { up, "runDetails", 0 };

	return READ(&claims, it_json_get(predicate, "runDetails"), fields, &where, err);
}

static int read_provenance(struct intoto_link *link, const struct it_json *predicate,
			   const struct it_where *up, struct intoto_error **err)
{
	static const struct it_field claimed[] = {
		{ "buildType", IT_FIELD_TEXT, true, offsetof(struct claims, type), NULL },
		/* SLSA v1 wants it; public samples lack it, and nothing here rests on it. */
		{ "externalParameters", IT_FIELD_OBJECT, false, offsetof(struct claims, object),
		  NULL },
	};
	static const struct it_field wanted[] = {
		{ "resolvedDependencies", IT_FIELD_CUSTOM, false, 0, read_materials },
	};
	IT_AUTO(claims_done) struct claims claims = { 0 };
	struct it_where where = { up, "buildDefinition", 0 };
	const struct it_json *definition = it_json_get(predicate, "buildDefinition");
	int rc = READ(&claims, definition, claimed, &where, err);

	if (!rc)
		rc = READ(link, definition, wanted, &where, err);
	return rc ? rc : check_run(predicate, up, err);
}

/* v0.2 and v0.1 differ in how they tell the build; builder and materials are the same. */
static int read_old_provenance(struct intoto_link *link, const struct it_json *predicate,
			       const struct it_where *where, struct intoto_error **err)
{
	static const struct it_field claimed[] = {
		{ "builder", IT_FIELD_CUSTOM, true, 0, read_builder },
	};
	static const struct it_field wanted[] = {
		{ "materials", IT_FIELD_CUSTOM, false, 0, read_materials },
	};
	IT_AUTO(claims_done) struct claims claims = { 0 };
	int rc = READ(&claims, predicate, claimed, where, err);

	return rc ? rc : READ(link, predicate, wanted, where, err);
}

static int read_provenance_v02(struct intoto_link *link, const struct it_json *predicate,
			       const struct it_where *where, struct intoto_error **err)
{
	static const struct it_field claimed[] = {
		{ "buildType", IT_FIELD_TEXT, true, offsetof(struct claims, type), NULL },
	};
	IT_AUTO(claims_done) struct claims claims = { 0 };
	int rc = READ(&claims, predicate, claimed, where, err);

	return rc ? rc : read_old_provenance(link, predicate, where, err);
}

/* --- the statement --- */

struct predicate {
	const char *type;
	bool named; /* it names the step */
	int (*read)(struct intoto_link *link, const struct it_json *predicate,
		    const struct it_where *where, struct intoto_error **err);
};

static const struct predicate predicates[] = {
	{ "https://in-toto.io/attestation/link/v0.3", true, read_link },
	{ "https://in-toto.io/Link/v0.2", true, read_old_link },
	{ "https://in-toto.io/Link/v1", true, read_old_link },
	{ "https://slsa.dev/provenance/v1", false, read_provenance },
	{ "https://slsa.dev/provenance/v0.2", false, read_provenance_v02 },
	{ "https://slsa.dev/provenance/v0.1", false, read_old_provenance },
	{ "https://in-toto.io/Provenance/v0.1", false, read_old_provenance },
};

struct statement {
	struct intoto_link *link;
	const struct predicate *predicate;
};

static int read_predicate_type(void *target, const struct it_json *value,
			       const struct it_where *where, struct intoto_error **err)
{
	struct statement *statement = target;
	struct it_span type = it_json_text(value);
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(PLACE_MAX);

	if (!type.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	for (size_t i = 0; i < IT_COUNT_OF(predicates); i++)
		if (it_span_is(type, predicates[i].type))
			statement->predicate = &predicates[i];
	if (statement->predicate)
		return INTOTO_OK;
	it_where_quote(&shown, type);
	return it_where_refuse(where, INTOTO_E_UNSUPPORTED, err,
			       "%s does not say what went in and what came out: want a link or "
			       "SLSA provenance",
			       it_buf_text(&shown));
}

static int read_predicate(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct statement *statement = target;

	return statement->predicate->read(statement->link, value, where, err);
}

static int read_subject(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct statement *statement = target;

	if (it_json_kind(value) == IT_JSON_LIST && it_json_count(value) == 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "no subject");
	return read_resources(&statement->link->products, value, where, err);
}

/* In this order: the type of the predicate says how to read it. */
static const struct it_field statement_fields[] = {
	{ "predicateType", IT_FIELD_CUSTOM, true, 0, read_predicate_type },
	{ "subject", IT_FIELD_CUSTOM, true, 0, read_subject },
	{ "predicate", IT_FIELD_CUSTOM, true, 0, read_predicate },
};

int it_statement_to_link(struct intoto_link **out, bool *named,
			 const struct intoto_envelope *envelope, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "statement", 0 };
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	struct statement statement = { 0 };
	const char *kind = intoto_envelope_type(envelope);
	int rc;

	*out = NULL;
	*named = false;
	if (!it_streq(kind, "statement"))
		return it_err_set(err, INTOTO_E_FORMAT, "want a statement, found %s%s",
				  kind ? "a " : "another document", kind ? kind : "");
	rc = it_link_new(&link, "", err);
	statement.link = link;
	if (!rc)
		rc = READ(&statement, it_envelope_body(envelope), statement_fields, &where, err);
	if (rc)
		return rc;
	*named = statement.predicate->named;
	*out = link;
	link = NULL; /* now the caller's */
	return INTOTO_OK;
}
