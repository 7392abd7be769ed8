/* SPDX-License-Identifier: Apache-2.0 */
/* Values made by us. */
#include "base/text.h"
#include "json/tree.h"

struct it_json *it_json_new_object(void)
{
	return it_json_from_tree(json_object());
}

struct it_json *it_json_new_list(void)
{
	return it_json_from_tree(json_array());
}

struct it_json *it_json_new_text(struct it_span text)
{
	return it_json_from_tree(json_stringn(text.len ? text.data : "", text.len));
}

struct it_json *it_json_new_int(int64_t number)
{
	return it_json_from_tree(json_integer(number));
}

struct it_json *it_json_new_bool(bool value)
{
	return it_json_from_tree(json_boolean(value));
}

int it_json_set_take(struct it_json *object, const char *name, struct it_json *value,
		     struct intoto_error **err)
{
	if (!it_utf8_valid(it_span_text(name))) {
		it_json_free(value);
		return it_err_set(err, INTOTO_E_INTERNAL, "a member name that is not UTF-8");
	}
	if (json_object_set_new_nocheck(it_json_tree(object), name, it_json_tree(value)))
		return it_err_nomem(err);
	return INTOTO_OK;
}

int it_json_append_take(struct it_json *list, struct it_json *value, struct intoto_error **err)
{
	if (json_array_append_new(it_json_tree(list), it_json_tree(value)))
		return it_err_nomem(err);
	return INTOTO_OK;
}
