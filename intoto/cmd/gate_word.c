/* SPDX-License-Identifier: Apache-2.0 */
/* From a word to the object of a gate. */
#include "cmd/gate_word.h"

#include <string.h>

#include "base/text.h"

static int copy_members(struct it_json *out, const struct it_json *members,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *all = NULL;
	size_t count = 0;
	int rc;

	if (it_json_kind(members) != IT_JSON_OBJECT)
		return it_err_set(err, INTOTO_E_USAGE, "want an object behind the colon, found %s",
				  it_json_kind_name(members));
	rc = it_json_members(&all, &count, members, err);
	for (size_t i = 0; !rc && i < count; i++) {
		if (it_span_is(all[i].name, "gate") ||
		    memchr(all[i].name.data, '\0', all[i].name.len))
			return it_err_set(err, INTOTO_E_USAGE,
					  "the name of the gate stands before the colon");
		rc = it_json_set_take(out, all[i].name.data, it_json_ref(all[i].value), err);
	}
	return rc;
}

int it_gate_word_read(struct it_json **out, const char *word, struct intoto_error **err)
{
	size_t len = strcspn(word, ":");
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	IT_AUTO(it_json_freep) struct it_json *members = NULL;
	int rc;

	*out = NULL;
	rc = it_json_set_take(object, "gate", it_json_new_text(it_span(word, len)), err);
	if (!rc && word[len])
		rc = it_json_parse(&members, it_span_text(word + len + 1), &it_json_signed_limits,
				   err);
	if (!rc && members)
		rc = copy_members(object, members, err);
	if (rc)
		return it_err_wrap(err, rc, "gate %.*s", (int)(len > 64 ? 64 : len), word);
	*out = object;
	object = NULL; /* now the caller's */
	return INTOTO_OK;
}
