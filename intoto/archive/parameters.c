/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/parameters.h"

#include <stdlib.h>

#include "base/text.h"
#include "json/field.h"
#include "json/json.h"

enum { PARAMETERS_MAX = 1024 };

struct raw_parameters {
	int64_t allow;
	bool pass;
	const struct it_json *list;
};

static const struct it_field parameters_fields[] = {
	{ "allow", IT_FIELD_INT, true, offsetof(struct raw_parameters, allow), NULL },
	{ "parameters", IT_FIELD_LIST, true, offsetof(struct raw_parameters, list), NULL },
	{ "passParameters", IT_FIELD_BOOL, true, offsetof(struct raw_parameters, pass), NULL },
};

struct raw_parameter {
	char *name, *value;
};

static void raw_parameter_done(struct raw_parameter *raw)
{
	free(raw->name);
	free(raw->value);
}

static const struct it_field parameter_fields[] = {
	{ "name", IT_FIELD_TEXT, true, offsetof(struct raw_parameter, name), NULL },
	{ "value", IT_FIELD_TEXT, true, offsetof(struct raw_parameter, value), NULL },
};

static int keep(struct it_archive_parameters *out, const char **text, const char *value,
		struct intoto_error **err)
{
	int rc = it_strings_add(&out->texts, value, err);

	if (!rc)
		*text = out->texts.items[out->texts.count - 1];
	return rc;
}

static int take_parameter(struct it_archive_parameters *out, const struct it_json *value,
			  const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(raw_parameter_done) struct raw_parameter raw = { 0 };
	struct intoto_parameter *one = &out->items[out->count];
	int rc = it_fields_read(&raw, value, parameter_fields, IT_COUNT_OF(parameter_fields), 0,
				where, err);

	if (!rc)
		rc = keep(out, &one->name, raw.name, err);
	if (!rc)
		rc = keep(out, &one->value, raw.value, err);
	out->count += rc == INTOTO_OK;
	return rc;
}

static int take_all(struct it_archive_parameters *out, const struct it_json *root,
		    struct intoto_error **err)
{
	static const struct it_where where = { NULL, "parameters", 0 };
	struct raw_parameters raw = { 0 };
	size_t count;
	int rc = it_fields_read(&raw, root, parameters_fields, IT_COUNT_OF(parameters_fields), 0,
				NULL, err);

	count = rc ? 0 : it_json_count(raw.list);
	if (!rc && (raw.allow < 0 || raw.allow > UINT16_MAX || count > PARAMETERS_MAX))
		rc = it_where_refuse(&where, INTOTO_E_LIMIT, err, "a number without sense");
	if (rc)
		return rc;
	out->items = calloc(count + 1, sizeof *out->items);
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where element = { &where, NULL, i };

		rc = take_parameter(out, it_json_at(raw.list, i), &element, err);
	}
	out->allow = (unsigned)raw.allow;
	out->pass = raw.pass;
	return rc;
}

int it_archive_parameters_read(struct it_archive_parameters *out, struct it_span bytes,
			       struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	int rc = it_json_parse(&root, bytes, &it_json_signed_limits, err);

	if (!rc)
		rc = take_all(out, root, err);
	return rc ? it_err_wrap(err, rc, "%s", IT_ARCHIVE_PARAMETERS_NAME) : rc;
}

void it_archive_parameters_done(struct it_archive_parameters *parameters)
{
	free(parameters->items);
	it_strings_done(&parameters->texts);
	*parameters = (struct it_archive_parameters){ 0 };
}
