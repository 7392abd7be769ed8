/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX (openvex/spec, OPENVEX-SPEC.md, v0.2.0); v0.0.x, whose products are texts, is read too.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/vex_part.h"

static struct it_span text_of(const struct it_json *object, const char *name)
{
	return it_json_text(it_json_get(object, name));
}

static int read_identifiers(struct it_vex_thing *thing, const struct it_json *object,
			    struct intoto_error **err)
{
	static const char *const cpes[] = { "cpe22", "cpe23" };
	const struct it_json *hashes = it_json_get(object, "hashes");
	const struct it_json *identifiers = it_json_get(object, "identifiers");
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = it_vex_thing_add_purl(thing, text_of(identifiers, "purl"), err);

	for (size_t i = 0; !rc && i < IT_COUNT_OF(cpes); i++)
		rc = it_vex_add_text(&thing->cpes, text_of(identifiers, cpes[i]), err);
	if (!rc && it_json_kind(hashes) == IT_JSON_OBJECT)
		rc = it_json_members(&members, &count, hashes, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = it_vex_thing_add_digest(thing, members[i].name, it_json_text(members[i].value),
					     err);
	return rc;
}

/* A product or component: an object with "@id" and identifiers, or a text (v0.0.x). */
static struct it_span id_of(const struct it_json *value)
{
	struct it_span text = it_json_text(value);
	struct it_span id = text_of(value, "@id");

	if (text.data)
		return text;
	return id.len ? id : text_of(it_json_get(value, "identifiers"), "purl");
}

static int read_components(struct it_vex_product *product, const struct it_json *list,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "subcomponents", 0 };
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(list) != IT_JSON_LIST)
		return it_vex_refuse("a list", list, &at, err);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		const struct it_json *value = it_json_at(list, i);
		struct it_vex_thing *thing = NULL;

		rc = it_vex_add_component(product, &thing, id_of(value), err);
		if (!rc)
			rc = read_identifiers(thing, value, err);
	}
	return rc;
}

static int read_products(struct it_vex_statement *statement, const struct it_json *list,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "products", 0 };
	int rc = INTOTO_OK;

	if (it_json_kind(list) == IT_JSON_NULL)
		return INTOTO_OK; /* what the envelope is about (OpenVEX, "Products") */
	if (it_json_kind(list) != IT_JSON_LIST)
		return it_vex_refuse("a list", list, &at, err);
	if (!it_json_count(list))
		return it_where_refuse(&at, INTOTO_E_FORMAT, err, "is empty");
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { &at, NULL, i };
		const struct it_json *value = it_json_at(list, i);
		struct it_vex_product *product = NULL;

		rc = it_vex_add_product(statement, &product, id_of(value), err);
		if (!rc)
			rc = read_identifiers(&product->thing, value, err);
		if (!rc)
			rc = read_components(product, it_json_get(value, "subcomponents"), &element,
					     err);
	}
	return rc;
}

static int read_vulnerability(struct it_vex_statement *statement, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "vulnerability", 0 };
	struct it_where name_at = { &at, "name", 0 };
	const struct it_json *aliases = it_json_get(value, "aliases");
	struct it_span name =
		it_json_text(value).data ? it_json_text(value) : text_of(value, "name");
	int rc;

	if (!name.len)
		return it_vex_refuse("the name of a vulnerability", it_json_get(value, "name"),
				     &name_at, err);
	rc = it_vex_add_text(&statement->ids, name, err);
	for (size_t i = 0;
	     !rc && it_json_kind(aliases) == IT_JSON_LIST && i < it_json_count(aliases); i++)
		rc = it_vex_add_text(&statement->ids, it_json_text(it_json_at(aliases, i)), err);
	return rc;
}

static int read_status(struct it_vex_statement *statement, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	struct it_where at = { where, "status", 0 };
	struct it_span text = it_json_text(value);

	for (unsigned i = 0; i <= IT_VEX_UNDER_INVESTIGATION; i++)
		if (it_span_is(text, it_vex_status_word((enum it_vex_status)i))) {
			statement->status = (enum it_vex_status)i;
			return INTOTO_OK;
		}
	return it_vex_refuse("not_affected, affected, fixed or under_investigation", value, &at,
			     err);
}

/* OpenVEX, "Status Labels": what a status needs beside it. */
static int read_reasons(struct it_vex_statement *statement, const struct it_json *object,
			struct intoto_error **err)
{
	const char *lacks = NULL;
	int rc = it_vex_set_text(&statement->justification, text_of(object, "justification"), err);

	if (!rc)
		rc = it_vex_set_text(&statement->impact,
				     text_of(object, statement->status == IT_VEX_AFFECTED
							     ? "action_statement"
							     : "impact_statement"),
				     err);
	if (statement->status == IT_VEX_NOT_AFFECTED && !statement->justification &&
	    !statement->impact)
		lacks = "it gives neither a justification nor an impact statement";
	if (statement->status == IT_VEX_AFFECTED && !statement->impact)
		lacks = "it gives no action statement";
	return rc || !lacks ? rc : it_vex_set_text(&statement->lacks, it_span_text(lacks), err);
}

static int read_statement(struct it_vex *vex, const struct it_json *document, size_t index,
			  const struct it_where *list, struct intoto_error **err)
{
	struct it_where where = { list, NULL, index };
	const struct it_json *object = it_json_at(it_json_get(document, "statements"), index);
	struct it_vex_statement *statement = NULL;
	char place[64];
	int rc;

	(void)snprintf(place, sizeof place, "statements[%zu]", index); /* fits */
	if (it_json_kind(object) != IT_JSON_OBJECT)
		return it_vex_refuse("an object", object, &where, err);
	rc = it_vex_add(vex, &statement, place, err);
	if (!rc)
		rc = read_vulnerability(statement, it_json_get(object, "vulnerability"), &where,
					err);
	if (!rc)
		rc = read_products(statement, it_json_get(object, "products"), &where, err);
	if (!rc)
		rc = read_status(statement, it_json_get(object, "status"), &where, err);
	if (!rc)
		rc = read_reasons(statement, object, err);
	if (rc)
		return rc;
	/* "Data Inheritance": a statement's own time goes before the document's. */
	statement->time = it_vex_time(text_of(object, "last_updated"));
	if (!statement->time)
		statement->time = it_vex_time(text_of(object, "timestamp"));
	if (!statement->time)
		statement->time = it_vex_time(text_of(document, "timestamp"));
	return INTOTO_OK;
}

int it_vex_read_openvex(struct it_vex *vex, const struct it_json *document,
			const struct it_where *where, struct intoto_error **err)
{
	struct it_where list = { where, "statements", 0 };
	struct it_where author = { where, "author", 0 };
	const struct it_json *statements = it_json_get(document, "statements");
	int rc = it_vex_add_text(&vex->authors, text_of(document, "author"), err);

	if (!rc && !vex->authors.count)
		rc = it_vex_refuse("the name of an author", it_json_get(document, "author"),
				   &author, err);
	if (!rc)
		rc = it_vex_set_text(&vex->id, text_of(document, "@id"), err);
	if (!rc && it_json_kind(statements) != IT_JSON_LIST)
		rc = it_vex_refuse("a list", statements, &list, err);
	for (size_t i = 0; !rc && i < it_json_count(statements); i++)
		rc = read_statement(vex, document, i, &list, err);
	return rc;
}
