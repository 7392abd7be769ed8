/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what is demanded of licences, and saying it. */
#include "layouts/gates/licenses_demand.h"

#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "model/spdx_policy.h"

enum { OVERRIDES_MAX = 10 * 1000 };

/* --- reading --- */

void it_licenses_free(void *demand)
{
	struct it_licenses_demand *own = demand;

	it_strings_done(&own->allow);
	it_strings_done(&own->deny);
	it_strings_done(&own->names);
	it_strings_done(&own->meanings);
	for (size_t i = 0; i < own->override_count; i++) {
		free(own->overrides[i].package);
		free(own->overrides[i].license);
		free(own->overrides[i].reason);
		it_strings_done(&own->overrides[i].allow);
	}
	free(own->overrides);
	free(own);
}

static void free_own(struct it_licenses_demand **own)
{
	if (*own)
		it_licenses_free(*own);
}

static int read_licenses(struct it_strings *out, const struct it_json *value,
			 const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	int rc = it_gate_read_words(&words, value, where, err);

	for (size_t i = 0; !rc && i < words.count; i++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		struct it_where element = { where, NULL, i };

		rc = it_spdx_policy_add(out, it_span_text(words.items[i]), &why);
		if (rc)
			rc = it_where_refuse(&element, (enum intoto_code)rc, err, "%s",
					     intoto_error_text(why));
	}
	return rc;
}

static int read_allow(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return read_licenses(&((struct it_licenses_demand *)target)->allow, value, where, err);
}

static int read_deny(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return read_licenses(&((struct it_licenses_demand *)target)->deny, value, where, err);
}

static int read_choice(size_t *out, const struct it_json *value, const char *const *words,
		       const char *want, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_json_text(value));

	for (size_t i = 0; words[i]; i++)
		if (it_span_is(it_json_text(value), words[i])) {
			*out = i;
			return INTOTO_OK;
		}
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found '%s'", want,
			       quoted ? quoted : "");
}

static int read_permission(bool *out, const struct it_json *value, const struct it_where *where,
			   struct intoto_error **err)
{
	static const char *const words[] = { "deny", "allow", NULL };
	size_t chosen = 0;
	int rc = read_choice(&chosen, value, words, "\"deny\" or \"allow\"", where, err);

	*out = chosen == 1;
	return rc;
}

static int read_none(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return read_permission(&((struct it_licenses_demand *)target)->none, value, where, err);
}

static int read_noassertion(void *target, const struct it_json *value, const struct it_where *where,
			    struct intoto_error **err)
{
	return read_permission(&((struct it_licenses_demand *)target)->noassertion, value, where,
			       err);
}

static int read_unknown(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	return read_permission(&((struct it_licenses_demand *)target)->unlisted, value, where, err);
}

static int read_source(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	static const char *const words[] = { "concluded", "declared", "both", NULL };
	size_t chosen = 0;
	int rc = read_choice(&chosen, value, words, "\"concluded\", \"declared\" or \"both\"",
			     where, err);

	((struct it_licenses_demand *)target)->source = (enum it_licenses_source)chosen;
	return rc;
}

/* An expression that a layout says must be one, of licences that exist. */
static int check_expression(struct it_span text, const struct it_where *where,
			    struct intoto_error **err)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_spdx_expression_parse(&parsed, text, &why);

	if (rc)
		return it_where_refuse(where, (enum intoto_code)rc, err, "%s",
				       intoto_error_text(why));
	for (size_t i = 0; i < parsed.count; i++)
		if (parsed.nodes[i].op == IT_SPDX_LICENSE && !parsed.nodes[i].listed &&
		    !strstr(parsed.nodes[i].license, "LicenseRef-"))
			return it_where_refuse(where, INTOTO_E_FORMAT, err,
					       "%s is not on the SPDX License List",
					       parsed.nodes[i].license);
	return INTOTO_OK;
}

static int read_names(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	struct it_licenses_demand *own = target;
	size_t count = 0;
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT || !it_json_count(value))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an object of names and what they mean");
	rc = it_json_members(&members, &count, value, err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_span text = it_json_text(members[i].value);

		/* A NUL inside of a name is refused here, before it becomes part of a place. */
		rc = it_strings_add_span(&own->names, members[i].name, err);
		if (rc)
			break;
		struct it_where at = { where, own->names.items[i], 0 };

		if (!text.data)
			rc = it_where_refuse(&at, INTOTO_E_FORMAT, err, "want a text, found %s",
					     it_json_kind_name(members[i].value));
		if (!rc)
			rc = check_expression(text, &at, err);
		if (!rc)
			rc = it_strings_add_span(&own->meanings, text, err);
	}
	return rc;
}

static int read_own_allow(void *target, const struct it_json *value, const struct it_where *where,
			  struct intoto_error **err)
{
	return read_licenses(&((struct it_licenses_override *)target)->allow, value, where, err);
}

static const struct it_field override_fields[] = {
	{ "allow", IT_FIELD_CUSTOM, false, 0, read_own_allow },
	{ "license", IT_FIELD_TEXT, false, offsetof(struct it_licenses_override, license), NULL },
	{ "package", IT_FIELD_TEXT, true, offsetof(struct it_licenses_override, package), NULL },
	{ "reason", IT_FIELD_TEXT, true, offsetof(struct it_licenses_override, reason), NULL },
};

static int read_override(struct it_licenses_override *out, const struct it_json *value,
			 const struct it_where *where, struct intoto_error **err)
{
	struct it_where license = { where, "license", 0 };
	int rc = it_fields_read(out, value, override_fields, IT_COUNT_OF(override_fields),
				IT_FIELDS_CLOSED, where, err);

	if (rc)
		return rc;
	if (!*out->package || it_streq(out->package, "*"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "\"package\" must name some packages, not all");
	if (!*out->reason)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "\"reason\" is empty");
	if (!out->license == !out->allow.count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want either \"license\" (what it really is) or \"allow\"");
	return out->license ? check_expression(it_span_text(out->license), &license, err)
			    : INTOTO_OK;
}

static int read_packages(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_licenses_demand *own = target;
	size_t count = it_json_count(value);
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || !count)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of at least one object");
	if (count > OVERRIDES_MAX)
		return it_where_refuse(where, INTOTO_E_LIMIT, err, "more than %d packages",
				       OVERRIDES_MAX);
	own->overrides = calloc(count, sizeof *own->overrides);
	if (!own->overrides)
		return it_err_nomem(err);
	own->override_count = count;
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where element = { where, NULL, i };

		if (it_json_kind(it_json_at(value, i)) != IT_JSON_OBJECT)
			return it_where_refuse(&element, INTOTO_E_FORMAT, err, "want an object");
		rc = read_override(&own->overrides[i], it_json_at(value, i), &element, err);
	}
	return rc;
}

static const struct it_field fields[] = {
	{ "allow", IT_FIELD_CUSTOM, false, 0, read_allow },
	{ "deny", IT_FIELD_CUSTOM, false, 0, read_deny },
	{ "names", IT_FIELD_CUSTOM, false, 0, read_names },
	{ "noassertion", IT_FIELD_CUSTOM, false, 0, read_noassertion },
	{ "none", IT_FIELD_CUSTOM, false, 0, read_none },
	{ "packages", IT_FIELD_CUSTOM, false, 0, read_packages },
	{ "source", IT_FIELD_CUSTOM, false, 0, read_source },
	{ "unknown", IT_FIELD_CUSTOM, false, 0, read_unknown },
};

int it_licenses_read(void **out, const struct it_json *object, const struct it_where *where,
		     struct intoto_error **err)
{
	IT_AUTO(free_own) struct it_licenses_demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc && !own->allow.count && !own->deny.count)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "want \"allow\", \"deny\" or both: else nothing is demanded");
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for people --- */

static int add_list(struct it_strings *out, const char *head, const struct it_strings *words,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	int rc;

	if (!words->count)
		return INTOTO_OK;
	(void)it_buf_add_text(&text, head); /* sticks in text */
	for (size_t i = 0; i < words->count; i++)
		(void)it_buf_printf(&text, "%s %s", i ? "," : "", words->items[i]);
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static int add_override(struct it_strings *out, const struct it_licenses_override *override,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	int rc;

	it_text_quote(&text, it_span_text(override->package));
	if (!override->license) {
		(void)it_buf_add_text(&text, " may also have"); /* sticks in text */
		return add_list(out, it_buf_text(&text), &override->allow, err);
	}
	(void)it_buf_printf(&text, " is taken to have %s", override->license); /* sticks */
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

int it_licenses_clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct it_licenses_demand *own = demand;
	int rc = add_list(out, "only the licences", &own->allow, err);

	if (!rc)
		rc = add_list(out, "none of the licences", &own->deny, err);
	if (!rc && !own->noassertion)
		rc = it_strings_add(out, "a licence for each package", err);
	if (!rc && !own->unlisted)
		rc = it_strings_add(out, "no licence that nobody knows", err);
	for (size_t i = 0; !rc && i < own->override_count; i++)
		rc = add_override(out, &own->overrides[i], err);
	return rc;
}
