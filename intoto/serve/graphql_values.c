/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a GraphQL document. */
#include "serve/graphql_values.h"

#include "base/text.h"

enum { JSON_MAX = 64 };

static int value_of_list(struct it_json **out, const struct it_graphql_value *value,
			 const struct it_json *variables, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? INTOTO_OK : it_err_nomem(err);

	for (const struct it_graphql_value *item = value->first; !rc && item; item = item->next) {
		struct it_json *one = NULL;

		rc = it_graphql_value(&one, item, variables, err);
		if (!rc && !one)
			return it_err_set(err, INTOTO_E_FORMAT,
					  "the variable '%s' in a list has no value", item->text);
		if (!rc)
			rc = it_json_append_take(list, one, err);
	}
	if (!rc)
		*out = it_json_ref(list);
	return rc;
}

/* A member whose variable has no value is one that is not there. */
static int value_of_object(struct it_json **out, const struct it_graphql_value *value,
			   const struct it_json *variables, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	int rc = object ? INTOTO_OK : it_err_nomem(err);

	for (const struct it_graphql_value *item = value->first; !rc && item; item = item->next) {
		struct it_json *one = NULL;

		rc = it_graphql_value(&one, item, variables, err);
		if (!rc && one)
			rc = it_json_set_take(object, item->name, one, err);
	}
	if (!rc)
		*out = it_json_ref(object);
	return rc;
}

/* A number or null, by the reader for JSON, whose words these are too. */
static int value_of_word(struct it_json **out, const struct it_graphql_value *value,
			 struct intoto_error **err)
{
	const struct it_json_limits limits = {
		.bytes = JSON_MAX, .depth = 2, .reals = true, .values = 4
	};
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(JSON_MAX);
	int rc;

	(void)it_buf_printf(&text, "[%s]", value->text); /* is looked at */
	rc = it_buf_check(&text, "a number", err);
	if (!rc)
		rc = it_json_parse(&list, it_buf_span(&text), &limits, err);
	if (!rc)
		*out = it_json_ref(it_json_at(list, 0));
	return rc;
}

int it_graphql_value(struct it_json **out, const struct it_graphql_value *value,
		     const struct it_json *variables, struct intoto_error **err)
{
	const struct it_json *found;

	*out = NULL;
	switch (value->kind) {
	case IT_GRAPHQL_VARIABLE:
		found = it_json_get(variables, value->text);
		*out = found ? it_json_ref(found) : NULL;
		return INTOTO_OK;
	case IT_GRAPHQL_INT:
	case IT_GRAPHQL_FLOAT:
	case IT_GRAPHQL_NULL:
		return value_of_word(out, value, err);
	case IT_GRAPHQL_STRING:
	case IT_GRAPHQL_ENUM:
		*out = it_json_new_text(it_span_text(value->text));
		break;
	case IT_GRAPHQL_BOOL:
		*out = it_json_new_bool(it_streq(value->text, "true"));
		break;
	case IT_GRAPHQL_LIST:
		return value_of_list(out, value, variables, err);
	case IT_GRAPHQL_OBJECT:
		return value_of_object(out, value, variables, err);
	}
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static const struct scalar {
	const char *type;
	enum it_json_kind kind;
	enum it_json_kind other;
} scalars[] = {
	{ "String", IT_JSON_TEXT, IT_JSON_TEXT }, { "Cursor", IT_JSON_TEXT, IT_JSON_TEXT },
	{ "ID", IT_JSON_TEXT, IT_JSON_INT },	  { "Int", IT_JSON_INT, IT_JSON_INT },
	{ "Float", IT_JSON_REAL, IT_JSON_INT },	  { "Boolean", IT_JSON_BOOL, IT_JSON_BOOL },
};

/* Whether a value is of a type, in so many lists; a single value stands for a list of it. */
static bool is_of(const struct it_json *value, const char *type, unsigned lists)
{
	enum it_json_kind kind = it_json_kind(value);

	if (kind == IT_JSON_NULL)
		return true;
	if (lists && kind == IT_JSON_LIST) {
		for (size_t i = 0; i < it_json_count(value); i++) {
			if (!is_of(it_json_at(value, i), type, lists - 1))
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < IT_COUNT_OF(scalars); i++) {
		if (it_streq(scalars[i].type, type))
			return kind == scalars[i].kind || kind == scalars[i].other;
	}
	return true;
}

/* In a list where the type wants one. */
static struct it_json *in_lists(struct it_json *value, unsigned lists)
{
	struct it_json *list;

	if (!value || !lists || it_json_kind(value) == IT_JSON_LIST ||
	    it_json_kind(value) == IT_JSON_NULL)
		return value;
	list = it_json_new_list();
	if (!list) {
		it_json_free(value);
		return NULL;
	}
	if (it_json_append_take(list, in_lists(value, lists - 1), NULL)) {
		it_json_free(list);
		return NULL;
	}
	return list;
}

static int put_variable(struct it_json *out, const struct it_graphql_variable *variable,
			const struct it_json *given, struct intoto_error **err)
{
	const struct it_json *found = it_json_get(given, variable->name);
	struct it_json *value = found ? it_json_ref(found) : NULL;
	int rc;

	if (!value && variable->fallback) {
		rc = it_graphql_value(&value, variable->fallback, NULL, err);
		if (rc)
			return rc;
	}
	if (variable->required && it_json_kind(value) == IT_JSON_NULL) {
		it_json_free(value);
		return it_err_set(err, INTOTO_E_FORMAT, "the variable '%s' wants a value",
				  variable->name);
	}
	if (!value)
		return INTOTO_OK;
	if (!is_of(value, variable->type, variable->lists)) {
		rc = it_err_set(err, INTOTO_E_FORMAT, "the variable '%s': want %s%s, found %s",
				variable->name, variable->lists ? "a list of " : "", variable->type,
				it_json_kind_name(value));
		it_json_free(value);
		return rc;
	}
	return it_json_set_take(out, variable->name, in_lists(value, variable->lists), err);
}

int it_graphql_variables(struct it_json **out, const struct it_graphql_operation *operation,
			 const struct it_json *given, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *variables = it_json_new_object();
	int rc = variables ? INTOTO_OK : it_err_nomem(err);

	*out = NULL;
	for (const struct it_graphql_variable *one = operation->variables; !rc && one;
	     one = one->next)
		rc = put_variable(variables, one, given, err);
	if (!rc)
		*out = it_json_ref(variables);
	return rc;
}

int it_graphql_included(bool *out, const struct it_graphql_directive *directives,
			const struct it_json *variables, struct intoto_error **err)
{
	*out = true;
	for (; directives; directives = directives->next) {
		IT_AUTO(it_json_freep) struct it_json *value = NULL;
		bool skip = it_streq(directives->name, "skip");
		const struct it_graphql_value *argument = directives->arguments;
		bool condition = false;
		int rc;

		if (!skip && !it_streq(directives->name, "include"))
			return it_err_set(err, INTOTO_E_FORMAT, "there is no directive '@%s'",
					  directives->name);
		if (!argument || argument->next || !it_streq(argument->name, "if"))
			return it_err_set(err, INTOTO_E_FORMAT, "@%s: want the argument 'if'",
					  directives->name);
		rc = it_graphql_value(&value, argument, variables, err);
		if (rc)
			return rc;
		if (!it_json_bool(value, &condition))
			return it_err_set(err, INTOTO_E_FORMAT, "@%s: want true or false",
					  directives->name);
		*out = *out && condition != skip;
	}
	return INTOTO_OK;
}
