/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an object by a table. */
#include "json/field.h"

#include <string.h>

static int refuse_kind(const struct it_where *where, const char *want, const struct it_json *value,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

static int check_text(struct it_span *out, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	*out = it_json_text(value);
	if (!out->data)
		return refuse_kind(where, "a text", value, err);
	if (memchr(out->data, '\0', out->len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a text");
	return INTOTO_OK;
}

static int read_text(void *slot, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	char **out = slot;
	struct it_span text;
	char *copy;
	int rc = check_text(&text, value, where, err);

	if (rc)
		return rc;
	copy = strndup(text.data, text.len);
	if (!copy)
		return it_err_nomem(err);
	free(*out);
	*out = copy;
	return INTOTO_OK;
}

static int read_texts(void *slot, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct it_strings *out = slot;

	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind(where, "a list", value, err);
	it_strings_done(out);
	for (size_t i = 0; i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		struct it_span text;
		int rc = check_text(&text, it_json_at(value, i), &element, err);

		if (rc == INTOTO_OK)
			rc = it_strings_add_span(out, text, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

static int read_int(void *slot, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	int64_t *out = slot;

	if (!it_json_int(value, out))
		return refuse_kind(where, "a whole number", value, err);
	return INTOTO_OK;
}

static int read_bool(void *slot, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	bool *out = slot;

	if (!it_json_bool(value, out))
		return refuse_kind(where, "a boolean", value, err);
	return INTOTO_OK;
}

static int read_value(void *slot, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	const struct it_json **out = slot;

	(void)where; /* any value will do, so there is nothing to refuse */
	(void)err;
	*out = value;
	return INTOTO_OK;
}

static int read_object(void *slot, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind(where, "an object", value, err);
	return read_value(slot, value, where, err);
}

static int read_list(void *slot, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind(where, "a list", value, err);
	return read_value(slot, value, where, err);
}

static int read_member(void *target, const struct it_field *field, const struct it_json *value,
		       const struct it_where *where, struct intoto_error **err)
{
	static int (*const readers[])(void *, const struct it_json *, const struct it_where *,
				      struct intoto_error **) = {
		[IT_FIELD_TEXT] = read_text,   [IT_FIELD_TEXTS] = read_texts,
		[IT_FIELD_INT] = read_int,     [IT_FIELD_BOOL] = read_bool,
		[IT_FIELD_VALUE] = read_value, [IT_FIELD_OBJECT] = read_object,
		[IT_FIELD_LIST] = read_list,
	};

	if (field->kind == IT_FIELD_CUSTOM)
		return field->read(target, value, where, err);
	return readers[field->kind]((char *)target + field->offset, value, where, err);
}

static int read_field(void *target, const struct it_field *field, const struct it_json *object,
		      const struct it_where *where, struct intoto_error **err)
{
	const struct it_json *value = it_json_get(object, field->name);
	struct it_where member = { where, field->name, 0 };

	if (!value && field->required)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "member \"%s\" is missing",
				       field->name);
	if (!field->required && it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	return read_member(target, field, value, &member, err);
}

static bool is_named(struct it_span name, const struct it_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (it_span_is(name, fields[i].name))
			return true;
	return false;
}

static int refuse_unknown(const struct it_json *object, const struct it_field *fields, size_t count,
			  const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t size;
	int rc = it_json_members(&members, &size, object, err);

	for (size_t i = 0; rc == INTOTO_OK && i < size; i++) {
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SIZE_MAX / 2);

		if (is_named(members[i].name, fields, count))
			continue;
		it_where_quote(&name, members[i].name);
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err, "unknown member %s",
				     it_buf_text(&name));
	}
	return rc;
}

int it_fields_read(void *target, const struct it_json *object, const struct it_field *fields,
		   size_t count, unsigned flags, const struct it_where *where,
		   struct intoto_error **err)
{
	if (it_json_kind(object) != IT_JSON_OBJECT)
		return refuse_kind(where, "an object", object, err);
	for (size_t i = 0; i < count; i++) {
		int rc = read_field(target, &fields[i], object, where, err);

		if (rc)
			return rc;
	}
	if (flags & IT_FIELDS_CLOSED)
		return refuse_unknown(object, fields, count, where, err);
	return INTOTO_OK;
}
