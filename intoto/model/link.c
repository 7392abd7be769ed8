/* SPDX-License-Identifier: Apache-2.0 */
/* Links: the record of one step. */
#include "model/link.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "model/envelope.h"
#include "model/link_stream.h"

enum { KEYID_PART = 8 }; /* of the keyid, in file names (specification 4.3.2) */

int it_link_new(struct intoto_link **out, const char *name, struct intoto_error **err)
{
	struct intoto_link *link = calloc(1, sizeof *link);

	*out = NULL;
	if (!link)
		return it_err_nomem(err);
	link->name = strdup(name);
	if (!link->name) {
		free(link);
		return it_err_nomem(err);
	}
	*out = link;
	return INTOTO_OK;
}

void intoto_link_free(struct intoto_link *link)
{
	if (!link)
		return;
	free(link->name);
	it_strings_done(&link->command);
	it_artifacts_done(&link->materials);
	it_artifacts_done(&link->products);
	it_json_free(link->byproducts);
	it_json_free(link->environment);
	free(link);
}

static int read_type(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	(void)target; /* says what the document is; nothing is kept */
	if (!it_span_is(it_json_text(value), "link"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want \"link\"");
	return INTOTO_OK;
}

static int read_materials(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	struct intoto_link *link = target;

	return it_artifacts_read(&link->materials, value, where, err);
}

static int read_products(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct intoto_link *link = target;

	return it_artifacts_read(&link->products, value, where, err);
}

/* A classic link has a canonical form, so no reals; an attestation may become one. */
static int keep_object(struct it_json **out, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(value));
	if (it_json_has_real(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a real number: a link can hold none");
	*out = it_json_ref(value);
	return INTOTO_OK;
}

int it_link_read_byproducts(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct intoto_link *link = target;

	return keep_object(&link->byproducts, value, where, err);
}

int it_link_read_environment(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	struct intoto_link *link = target;

	return keep_object(&link->environment, value, where, err);
}

/* Specification 4.3; closed, because what nobody checks should not look signed for a purpose. */
static const struct it_field fields[] = {
	{ "_type", IT_FIELD_CUSTOM, true, 0, read_type },
	{ "name", IT_FIELD_TEXT, true, offsetof(struct intoto_link, name), NULL },
	{ "command", IT_FIELD_TEXTS, true, offsetof(struct intoto_link, command), NULL },
	{ "materials", IT_FIELD_CUSTOM, true, 0, read_materials },
	{ "products", IT_FIELD_CUSTOM, true, 0, read_products },
	{ "byproducts", IT_FIELD_CUSTOM, false, 0, it_link_read_byproducts },
	{ "environment", IT_FIELD_CUSTOM, false, 0, it_link_read_environment },
};

static int read_link(struct intoto_link **out, const struct it_json *body,
		     struct intoto_error **err)
{
	static const struct it_where where = { NULL, "link", 0 };
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	int rc = it_link_new(&link, "", err);

	if (!rc)
		rc = it_fields_read(link, body, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				    &where, err);
	if (rc)
		return rc;
	*out = link;
	link = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int copy_link(struct intoto_link **out, const struct intoto_link *given,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	int rc = it_link_new(&link, given->name, err);

	for (size_t i = 0; !rc && i < given->command.count; i++)
		rc = it_strings_add(&link->command, given->command.items[i], err);
	if (!rc)
		rc = it_artifacts_copy(&link->materials, &given->materials, err);
	if (!rc)
		rc = it_artifacts_copy(&link->products, &given->products, err);
	if (rc)
		return rc;
	link->byproducts = given->byproducts ? it_json_ref(given->byproducts) : NULL;
	link->environment = given->environment ? it_json_ref(given->environment) : NULL;
	*out = link;
	link = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* The payload of DSSE that nobody has read yet, or whose link was taken. */
static int read_payload(struct intoto_link **out, struct it_span payload, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *body = NULL;
	int rc = it_link_stream_read(out, payload, err);

	if (rc || *out)
		return rc;
	rc = it_json_parse(&body, payload, &it_json_signed_limits, err);
	return rc ? rc : read_link(out, body, err);
}

int intoto_link_from_envelope(struct intoto_link **out, const struct intoto_envelope *envelope,
			      struct intoto_error **err)
{
	const char *kind = intoto_envelope_type(envelope);

	*out = NULL;
	if (!it_streq(kind, "link"))
		return it_err_set(err, INTOTO_E_FORMAT, "want a link, found %s%s",
				  kind ? "a " : "another document", kind ? kind : "");
	if (envelope->link)
		return copy_link(out, envelope->link, err);
	if (it_envelope_body(envelope))
		return read_link(out, it_envelope_body(envelope), err);
	if (envelope->format == INTOTO_METABLOCK)
		return it_err_set(err, INTOTO_E_INTERNAL, "the link was taken out of the envelope");
	return read_payload(out, it_buf_span(&envelope->payload), err);
}

int it_envelope_take_link(struct intoto_envelope *envelope, struct intoto_link **out,
			  struct intoto_error **err)
{
	if (!envelope->link)
		return intoto_link_from_envelope(out, envelope, err);
	*out = envelope->link;
	envelope->link = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void write_object(struct it_writer *writer, const char *name, const struct it_json *object,
			 bool empty)
{
	it_write_name(writer, name);
	if (object || !empty) {
		it_write_value(writer, object);
		return;
	}
	it_write_object(writer);
	it_write_object_end(writer);
}

/* Members that are NULL are written as {} or, where that is not asked for, as null. */
static void write_link(struct it_writer *writer, const struct intoto_link *link, bool empty,
		       bool has_byproducts, bool has_environment)
{
	it_write_object(writer);
	it_write_name(writer, "_type");
	it_write_text(writer, "link");
	if (has_byproducts)
		write_object(writer, "byproducts", link->byproducts, empty);
	it_write_name(writer, "command");
	it_write_list(writer);
	for (size_t i = 0; i < link->command.count; i++)
		it_write_text(writer, link->command.items[i]);
	it_write_list_end(writer);
	if (has_environment)
		write_object(writer, "environment", link->environment, empty);
	it_write_name(writer, "materials");
	it_artifacts_write(writer, &link->materials);
	it_write_name(writer, "name");
	it_write_text(writer, link->name);
	it_write_name(writer, "products");
	it_artifacts_write(writer, &link->products);
	it_write_object_end(writer);
}

void it_link_write(struct it_writer *writer, const struct intoto_link *link)
{
	write_link(writer, link, true, true, true);
}

void it_link_write_as_read(struct it_writer *writer, const struct intoto_link *link,
			   bool has_byproducts, bool has_environment)
{
	write_link(writer, link, false, has_byproducts, has_environment);
}

int it_link_to_envelope(struct intoto_envelope **out, const struct intoto_link *link,
			enum intoto_envelope_format format, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf json = IT_BUF(IT_JSON_BYTES_MAX);
	struct it_writer writer;
	int rc;

	*out = NULL;
	it_writer_init(&writer, &json, IT_WRITE_COMPACT);
	it_link_write(&writer, link);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_envelope_wrap(out, format, &json, "link", err);
	return it_err_wrap(err, rc, "link");
}

/* NULL when memory ran out. */
static char *file_name(const char *before, const char *step, const char *keyid, const char *after)
{
	char *name = NULL;

	if (asprintf(&name, "%s%s.%.*s%s", before, step, KEYID_PART, keyid, after) < 0)
		return NULL;
	return name;
}

char *it_link_file_name(const char *step, const char *keyid)
{
	return file_name("", step, keyid, ".link");
}

char *it_link_unfinished_name(const char *step, const char *keyid)
{
	return file_name(".", step, keyid, ".link-unfinished");
}

bool it_link_return_value(const struct intoto_link *link, int64_t *out)
{
	return it_json_int(it_json_get(link->byproducts, "return-value"), out);
}

bool it_link_return_accepted(const struct intoto_link *link)
{
	const struct it_json *accepted = it_json_get(link->byproducts, "accepted-return-values");
	int64_t value;
	int64_t other;

	if (it_json_kind(accepted) != IT_JSON_LIST || !it_link_return_value(link, &value))
		return false;
	for (size_t i = 0; i < it_json_count(accepted); i++)
		if (it_json_int(it_json_at(accepted, i), &other) && other == value)
			return true;
	return false;
}

enum it_link_end it_link_end(const struct intoto_link *link, int64_t *value)
{
	const struct it_json *late = it_json_get(link->byproducts, "timed-out");
	const struct it_json *status = it_json_get(link->byproducts, "return-value");
	bool is_late = false;

	if (it_json_kind(late) != IT_JSON_NULL && (!it_json_bool(late, &is_late) || is_late))
		return IT_LINK_END_LATE;
	if (it_json_kind(status) == IT_JSON_NULL)
		return IT_LINK_END_UNTOLD;
	if (!it_json_int(status, value))
		return IT_LINK_END_UNREADABLE;
	return *value == 0 || it_link_return_accepted(link) ? IT_LINK_END_GOOD : IT_LINK_END_BAD;
}

const char *intoto_link_name(const struct intoto_link *link)
{
	return link->name;
}

size_t intoto_link_command_count(const struct intoto_link *link)
{
	return link->command.count;
}

const char *intoto_link_command_at(const struct intoto_link *link, size_t index)
{
	return index < link->command.count ? link->command.items[index] : NULL;
}

static const struct it_artifacts *side_of(const struct intoto_link *link,
					  enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? &link->materials : &link->products;
}

size_t intoto_link_artifact_count(const struct intoto_link *link, enum intoto_link_side side)
{
	return side_of(link, side)->count;
}

const char *intoto_link_artifact_name(const struct intoto_link *link, enum intoto_link_side side,
				      size_t index)
{
	const struct it_artifacts *artifacts = side_of(link, side);

	return index < artifacts->count ? artifacts->items[index].name : NULL;
}

const char *intoto_link_artifact_digests(const struct intoto_link *link, enum intoto_link_side side,
					 size_t index)
{
	const struct it_artifacts *artifacts = side_of(link, side);

	return index < artifacts->count ? artifacts->items[index].digests : NULL;
}
