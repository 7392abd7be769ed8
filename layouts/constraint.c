/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate constraints: read, written, applied. */
#include "layouts/constraint.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"

enum { LISTED_MAX = 4 }; /* values that a sentence names */

void it_constraint_done(struct it_constraint *constraint)
{
	for (size_t i = 0; i < IT_WANTS; i++)
		it_strings_done(&constraint->want[i]);
}

void it_constraints_done(struct it_constraints *constraints)
{
	for (size_t i = 0; i < constraints->count; i++)
		it_constraint_done(&constraints->items[i]);
	free(constraints->items);
	*constraints = (struct it_constraints){ 0 };
}

int it_constraints_take(struct it_constraints *out, struct it_constraint *constraint,
			struct intoto_error **err)
{
	struct it_constraint *items = NULL;
	int rc = INTOTO_OK;

	if (out->count >= IT_CONSTRAINTS_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "more than %d constraints",
				IT_CONSTRAINTS_MAX);
	if (!rc)
		items = reallocarray(out->items, out->count + 1, sizeof *items);
	if (!rc && !items)
		rc = it_err_nomem(err);
	if (rc) {
		it_constraint_done(constraint);
		return rc;
	}
	out->items = items;
	items[out->count++] = *constraint;
	return INTOTO_OK;
}

/* --- reading --- */

/* One value of a member; "" stands for none, as Go writes it. */
static int read_value(struct it_constraint *out, enum it_want want, const struct it_json *value,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_span text = it_json_text(value);

	if (!text.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a text, found %s",
				       it_json_kind_name(value));
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "a NUL character inside a text");
	return it_strings_add_span(&out->want[want], text, err);
}

static void drop_empty(struct it_strings *values)
{
	if (values->count == 1 && !*values->items[0])
		it_strings_done(values);
}

static int read_list(struct it_constraint *out, enum it_want want, const struct it_json *list,
		     const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_value(out, want, it_json_at(list, i), &element, err);
	}
	out->given[want] = true;
	drop_empty(&out->want[want]);
	return rc;
}

static int read_common_name(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	struct it_constraint *out = target;

	out->given[IT_WANT_COMMON_NAME] = true;
	if (read_value(out, IT_WANT_COMMON_NAME, value, where, err))
		return INTOTO_E_FORMAT;
	drop_empty(&out->want[IT_WANT_COMMON_NAME]);
	return INTOTO_OK;
}

static int read_dns_names(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return read_list(target, IT_WANT_DNS_NAMES, value, where, err);
}

static int read_emails(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return read_list(target, IT_WANT_EMAILS, value, where, err);
}

static int read_organizations(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	return read_list(target, IT_WANT_ORGANIZATIONS, value, where, err);
}

static int read_roots(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return read_list(target, IT_WANT_ROOTS, value, where, err);
}

static int read_bundles(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	return read_list(target, IT_WANT_BUNDLES, value, where, err);
}

static int read_uris(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return read_list(target, IT_WANT_URIS, value, where, err);
}

/* By enum it_want, and sorted. */
static const struct it_field fields[IT_WANTS] = {
	{ "common_name", IT_FIELD_CUSTOM, false, 0, read_common_name },
	{ "dns_names", IT_FIELD_CUSTOM, false, 0, read_dns_names },
	{ "emails", IT_FIELD_CUSTOM, false, 0, read_emails },
	{ "organizations", IT_FIELD_CUSTOM, false, 0, read_organizations },
	{ "roots", IT_FIELD_CUSTOM, false, 0, read_roots },
	{ "trustBundleIds", IT_FIELD_CUSTOM, false, 0, read_bundles },
	{ "uris", IT_FIELD_CUSTOM, false, 0, read_uris },
};

const char *it_want_name(enum it_want want)
{
	return fields[want].name;
}

static int read_constraint(struct it_constraints *out, const struct it_json *object,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_constraint constraint = { 0 };
	int rc = it_fields_read(&constraint, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				where, err);

	if (rc) {
		it_constraint_done(&constraint);
		return rc;
	}
	return it_constraints_take(out, &constraint, err);
}

int it_constraints_read(struct it_constraints *out, const struct it_json *list,
			const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a list, found %s",
				       it_json_kind_name(list));
	if (it_json_count(list) > IT_CONSTRAINTS_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d constraints",
				       IT_CONSTRAINTS_MAX);
	for (size_t i = 0; !rc && i < it_json_count(list); i++) {
		struct it_where element = { where, NULL, i };

		rc = read_constraint(out, it_json_at(list, i), &element, err);
	}
	return rc;
}

/* --- writing --- */

static void write_values(struct it_writer *writer, const struct it_strings *values)
{
	it_write_list(writer);
	for (size_t i = 0; i < values->count; i++)
		it_write_text(writer, values->items[i]);
	it_write_list_end(writer);
}

void it_constraints_write(struct it_writer *writer, const struct it_constraints *constraints)
{
	it_write_list(writer);
	for (size_t i = 0; i < constraints->count; i++) {
		const struct it_constraint *constraint = &constraints->items[i];

		it_write_object(writer);
		for (size_t want = 0; want < IT_WANTS; want++) {
			const struct it_strings *values = &constraint->want[want];

			if (!constraint->given[want])
				continue;
			it_write_name(writer, fields[want].name);
			if (want == IT_WANT_COMMON_NAME)
				it_write_text(writer, values->count ? values->items[0] : "");
			else
				write_values(writer, values);
		}
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
}

/* --- applying --- */

/* The attributes that are names, and how a sentence calls one and several. */
static const struct {
	enum it_want want;
	enum it_certificate_name name;
	const char *one;
	const char *many;
} attributes[] = {
	{ IT_WANT_COMMON_NAME, IT_NAME_COMMON, "common name", "common names" },
	{ IT_WANT_DNS_NAMES, IT_NAME_DNS, "DNS name", "DNS names" },
	{ IT_WANT_EMAILS, IT_NAME_EMAIL, "mail address", "mail addresses" },
	{ IT_WANT_ORGANIZATIONS, IT_NAME_ORGANIZATION, "organization", "organizations" },
	{ IT_WANT_URIS, IT_NAME_URI, "URI", "URIs" },
};

bool it_constraint_is_any(const struct it_constraint *constraint, enum it_want want)
{
	const struct it_strings *values = &constraint->want[want];

	return values->count == 1 && it_streq(values->items[0], "*");
}

bool it_constraint_is_open(const struct it_constraint *constraint)
{
	for (size_t i = 0; i < IT_COUNT_OF(attributes); i++)
		if (!it_constraint_is_any(constraint, attributes[i].want))
			return false;
	return true;
}

static bool holds_all(const struct it_strings *a, const struct it_strings *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (!it_strings_has(a, b->items[i]))
			return false;
	return true;
}

/* As sets: how often a value stands there says nothing. */
static bool same_values(const struct it_strings *a, const struct it_strings *b)
{
	return holds_all(a, b) && holds_all(b, a);
}

static void list_values(struct it_buf *out, const struct it_strings *values)
{
	for (size_t i = 0; i < values->count && i < LISTED_MAX; i++) {
		(void)it_buf_add_text(out, i ? ", " : ""); /* sticky, as below */
		it_where_quote(out, it_span_text(values->items[i]));
	}
	if (values->count > LISTED_MAX)
		(void)it_buf_printf(out, " and %zu more", values->count - LISTED_MAX);
}

/* "has the URI "a", want "b"" */
static void explain(struct it_buf *out, size_t attribute, const struct it_strings *want,
		    const struct it_strings *found)
{
	const char *one = attributes[attribute].one;

	if (found->count) {
		(void)it_buf_printf(out, "has the %s ", /* sticky, as below */
				    found->count == 1 ? one : attributes[attribute].many);
		list_values(out, found);
	} else {
		(void)it_buf_printf(out, "has no %s", one);
	}
	(void)it_buf_add_text(out, ", want ");
	if (want->count)
		list_values(out, want);
	else
		(void)it_buf_add_text(out, "none");
}

bool it_constraint_takes_names(const struct it_constraint *constraint,
			       const struct it_certificate_names *names, struct it_buf *why)
{
	for (size_t i = 0; i < IT_COUNT_OF(attributes); i++) {
		const struct it_strings *want = &constraint->want[attributes[i].want];
		const struct it_strings *found = &names->of[attributes[i].name];

		if (it_constraint_is_any(constraint, attributes[i].want) ||
		    same_values(want, found))
			continue;
		explain(why, i, want, found);
		return false;
	}
	return true;
}
