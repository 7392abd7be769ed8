/* SPDX-License-Identifier: Apache-2.0 */
/* Substitution of parameters. */
#include "layouts/parameters.h"

#include <string.h>

#include "base/text.h"

enum { VALUE_MAX = 16 * 1024 * 1024 };

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static size_t name_length(const char *text)
{
	size_t len = 0;

	while (is_name_char(text[len]))
		len++;
	return len;
}

static bool has_control(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return true;
	return false;
}

static int check_parameter(const struct intoto_parameter *items, size_t index,
			   struct intoto_error **err)
{
	const char *name = items[index].name;
	const char *value = items[index].value;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

	if (!name || !*name || name[name_length(name)])
		return it_err_set(err, INTOTO_E_USAGE,
				  "parameter '%s': want a name of letters, digits, _ and -",
				  quoted ? quoted : "");
	if (!value || has_control(value) || !it_utf8_valid(it_span_text(value)))
		return it_err_set(
			err, INTOTO_E_USAGE,
			"parameter '%s': want a value in UTF-8 without control characters", name);
	for (size_t i = 0; i < index; i++)
		if (it_streq(items[i].name, name))
			return it_err_set(err, INTOTO_E_USAGE, "parameter '%s' is given twice",
					  name);
	return INTOTO_OK;
}

int it_parameters_check(const struct intoto_parameter *items, size_t count,
			struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		rc = check_parameter(items, i, err);
	return rc;
}

/* Appends the value for a name; false when there is none. */
static bool add_value(const struct it_parameters *parameters, struct it_span name,
		      struct it_buf *out)
{
	for (size_t i = 0; i < parameters->count; i++) {
		if (!it_span_is(name, parameters->items[i].name))
			continue;
		parameters->used[i] = true;
		(void)it_buf_add_text(out, parameters->items[i].value); /* sticks in out */
		return true;
	}
	return false;
}

/* Takes what begins with a brace; returns what follows it, NULL when it makes no sense. */
static const char *take_brace(const struct it_parameters *parameters, const char *text,
			      struct it_buf *out)
{
	size_t len;

	if (text[0] == text[1]) {		     /* doubled */
		(void)it_buf_add_byte(out, text[0]); /* sticks in out */
		return text + 2;
	}
	if (text[0] == '}')
		return NULL;
	len = name_length(text + 1);
	if (!len || text[1 + len] != '}' || !add_value(parameters, it_span(text + 1, len), out))
		return NULL;
	return text + 1 + len + 1;
}

static int refuse(const char *text, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));

	return it_where_refuse(where, INTOTO_E_POLICY, err,
			       "'%s' has a brace that is no parameter with a value (a brace "
			       "itself is written twice)",
			       quoted ? quoted : "");
}

static int substitute(const struct it_parameters *parameters, char **text,
		      const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(VALUE_MAX);
	const char *next = *text;
	char *taken;
	int rc;

	if (!strpbrk(*text, "{}"))
		return INTOTO_OK;
	while (next && *next) {
		if (*next == '{' || *next == '}')
			next = take_brace(parameters, next, &out);
		else
			(void)it_buf_add_byte(&out, *next++); /* looked at below */
	}
	if (!next)
		return refuse(*text, where, err);
	rc = it_buf_check(&out, "text with parameters", err);
	if (rc)
		return rc;
	taken = it_buf_take(&out);
	if (!taken)
		return it_err_nomem(err);
	free(*text);
	*text = taken;
	return INTOTO_OK;
}

static int substitute_rules(const struct it_parameters *parameters, struct it_rules *rules,
			    const struct it_where *where, struct intoto_error **err)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct it_rule *rule = &rules->items[i];
		struct it_where element = { where, NULL, i };
		char **texts[] = { &rule->pattern, &rule->source, &rule->destination, &rule->from };

		for (size_t j = 0; j < IT_COUNT_OF(texts); j++) {
			int rc = substitute(parameters, texts[j], &element, err);

			if (rc)
				return rc;
		}
	}
	return INTOTO_OK;
}

static int substitute_item(const struct it_parameters *parameters, struct it_item *item,
			   const char *command, const struct it_where *where,
			   struct intoto_error **err)
{
	struct it_where words = { where, command, 0 };
	struct it_where materials = { where, "expected_materials", 0 };
	struct it_where products = { where, "expected_products", 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < item->command.count; i++) {
		struct it_where word = { &words, NULL, i };

		rc = substitute(parameters, &item->command.items[i], &word, err);
	}
	if (!rc)
		rc = substitute_rules(parameters, &item->rules[INTOTO_MATERIALS], &materials, err);
	return rc ? rc
		  : substitute_rules(parameters, &item->rules[INTOTO_PRODUCTS], &products, err);
}

int it_parameters_apply(const struct it_parameters *parameters, struct intoto_layout *layout,
			struct intoto_error **err)
{
	struct it_where root = { NULL, "layout", 0 };
	struct it_where steps = { &root, "steps", 0 };
	struct it_where inspections = { &root, "inspect", 0 };
	int rc = INTOTO_OK;

	if (!parameters->count)
		return INTOTO_OK;
	for (size_t i = 0; !rc && i < layout->step_count; i++) {
		struct it_where step = { &steps, NULL, i };

		rc = substitute_item(parameters, &layout->steps[i].item, "expected_command", &step,
				     err);
	}
	for (size_t i = 0; !rc && i < layout->inspection_count; i++) {
		struct it_where inspection = { &inspections, NULL, i };

		rc = substitute_item(parameters, &layout->inspections[i], "run", &inspection, err);
	}
	return rc;
}
