/* SPDX-License-Identifier: Apache-2.0 */
/* Values that must be there, and the sentences for those that are not. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attestors/vex/vex.h"

enum { WORDS_SHOWN = 400 };

const char *const vex_justifications[] = {
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
	NULL,
};

struct vex_place vex_place(const char *format, ...)
{
	struct vex_place place;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(place.text, sizeof place.text, format, args); /* a longer one is cut */
	va_end(args);
	return place;
}

static const char *kind_name(const struct intoto_value *value)
{
	static const char *const names[] = {
		[INTOTO_VALUE_NULL] = "nothing",    [INTOTO_VALUE_BOOL] = "a truth value",
		[INTOTO_VALUE_NUMBER] = "a number", [INTOTO_VALUE_TEXT] = "a text",
		[INTOTO_VALUE_LIST] = "a list",	    [INTOTO_VALUE_OBJECT] = "an object",
	};

	return value ? names[intoto_value_kind(value)] : "nothing";
}

int vex_refuse(const char *where, const char *want, const struct intoto_value *found,
	       struct intoto_error **err)
{
	const char *text = intoto_value_text(found);
	char *quoted = text ? intoto_text_quoted(text) : NULL;
	int rc = quoted ? intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want %s, found '%.200s'",
					       where, want, quoted)
			: intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s: want %s, found %s", where,
					       want, kind_name(found));

	free(quoted);
	return rc;
}

static struct vex_place member(const char *where, const char *name)
{
	return vex_place("%s%s%s", where, *where ? "." : "", name);
}

int vex_need_text(const char **out, const struct intoto_value *object, const char *where,
		  const char *name, struct intoto_error **err)
{
	const struct intoto_value *value = intoto_value_get(object, name);
	struct vex_place place = member(where, name);

	*out = intoto_value_text(value);
	if (*out && **out)
		return 0;
	return vex_refuse(place.text, "a text that is not empty", value, err);
}

int vex_need_time(const struct intoto_value *object, const char *where, const char *name,
		  struct intoto_error **err)
{
	const char *text = NULL;
	struct vex_place place = member(where, name);
	int64_t time;
	int rc = vex_need_text(&text, object, where, name, err);

	if (rc || intoto_time_parse(&time, text))
		return rc;
	return vex_refuse(place.text, "a time as RFC 3339 has it", intoto_value_get(object, name),
			  err);
}

int vex_check_word(const struct intoto_value *object, const char *where, const char *name,
		   const char *const *words, struct intoto_error **err)
{
	const struct intoto_value *value = intoto_value_get(object, name);
	const char *text = intoto_value_text(value);
	struct vex_place place = member(where, name);
	char want[WORDS_SHOWN] = "";
	size_t len = 0;

	if (!value)
		return 0;
	for (size_t i = 0; text && words[i]; i++)
		if (intoto_text_same(words[i], text))
			return 0;
	for (size_t i = 0; words[i] && len < sizeof want; i++) {
		int more = snprintf(want + len, sizeof want - len, "%s%s",
				    !i		   ? ""
				    : words[i + 1] ? ", "
						   : " or ",
				    words[i]);

		len += more > 0 ? (size_t)more : 0;
	}
	return vex_refuse(place.text, want, value, err);
}

int vex_need_word(const char **out, const struct intoto_value *object, const char *where,
		  const char *name, const char *const *words, struct intoto_error **err)
{
	int rc = vex_need_text(out, object, where, name, err);

	return rc ? rc : vex_check_word(object, where, name, words, err);
}

int vex_need_list(const struct intoto_value **out, const struct intoto_value *object,
		  const char *where, const char *name, struct intoto_error **err)
{
	struct vex_place place = member(where, name);

	*out = intoto_value_get(object, name);
	if (*out && intoto_value_kind(*out) == INTOTO_VALUE_LIST && intoto_value_count(*out))
		return 0;
	return vex_refuse(place.text, "a list of at least one", *out, err);
}

int vex_need_object(const struct intoto_value **out, const struct intoto_value *object,
		    const char *where, const char *name, struct intoto_error **err)
{
	struct vex_place place = member(where, name);

	*out = intoto_value_get(object, name);
	if (*out && intoto_value_kind(*out) == INTOTO_VALUE_OBJECT)
		return 0;
	return vex_refuse(place.text, "an object", *out, err);
}
