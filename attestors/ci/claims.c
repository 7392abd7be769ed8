/* SPDX-License-Identifier: Apache-2.0 */
/* The claims of a verified token. */
#include "attestors/ci/claims.h"

#include <string.h>

#include "attestors/source/text.h"

/* --- with the environment --- */

/* A text, or a number as it stands: providers write run numbers both ways. */
static const char *said(const struct intoto_value *value)
{
	const char *text = intoto_value_text(value);

	return text || intoto_value_kind(value) != INTOTO_VALUE_NUMBER ? text
								       : intoto_value_number(value);
}

int ci_claims_agree(const struct intoto_value *claims, const struct ci_provider *provider,
		    struct intoto_error **err)
{
	for (const struct ci_agreement *each = provider->agreements; each && each->claim; each++) {
		const char *claim = said(intoto_value_get(claims, each->claim));
		const char *value = ci_variable(each->variable);

		if (!claim || !value || intoto_text_same(claim, value))
			continue;
		return intoto_attestor_fail(
			err, INTOTO_E_POLICY,
			"the token is of another job: its %s is '%s', and %s is "
			"'%s'",
			each->claim, claim, each->variable, value);
	}
	return INTOTO_OK;
}

/* --- without secrets --- */

/* Words that name a secret, in whatever case. */
static const char *const secret_words[] = { "token",	  "secret",  "password", "passwd",
					    "credential", "private", "cookie",	 NULL };

static bool name_is_secret(const char *name)
{
	for (const char *const *word = secret_words; *word; word++)
		if (strcasestr(name, *word))
			return true;
	return false;
}

/* Another token inside of this one. */
static bool text_is_token(const char *text)
{
	const char *dot = text && at_text_begins(text, "eyJ") ? strchr(text, '.') : NULL;

	return dot && strchr(dot + 1, '.');
}

static bool is_secret(const char *name, const struct intoto_value *value)
{
	return (name && name_is_secret(name)) || text_is_token(intoto_value_text(value));
}

static void write_clean(struct intoto_json_out *out, const struct intoto_value *value)
{
	bool object = intoto_value_kind(value) == INTOTO_VALUE_OBJECT;

	if (!object && intoto_value_kind(value) != INTOTO_VALUE_LIST) {
		intoto_out_value(out, value);
		return;
	}
	object ? intoto_out_object(out) : intoto_out_list(out);
	for (size_t i = 0; i < intoto_value_count(value); i++) {
		const char *name = intoto_value_name(value, i);
		const struct intoto_value *each =
			object ? intoto_value_get(value, name) : intoto_value_at(value, i);

		if (is_secret(name, each))
			continue;
		if (object)
			intoto_out_name(out, name);
		write_clean(out, each);
	}
	object ? intoto_out_object_end(out) : intoto_out_list_end(out);
}

static size_t list_secrets(struct intoto_json_out *out, const struct intoto_value *value)
{
	bool object = intoto_value_kind(value) == INTOTO_VALUE_OBJECT;
	size_t found = 0;

	if (!object && intoto_value_kind(value) != INTOTO_VALUE_LIST)
		return 0;
	for (size_t i = 0; i < intoto_value_count(value); i++) {
		const char *name = intoto_value_name(value, i);
		const struct intoto_value *each =
			object ? intoto_value_get(value, name) : intoto_value_at(value, i);

		if (!is_secret(name, each)) {
			found += list_secrets(out, each);
			continue;
		}
		found++;
		if (out)
			intoto_out_text(out, name ? name : "[]");
	}
	return found;
}

void ci_claims_write(struct intoto_json_out *out, const struct intoto_value *claims)
{
	intoto_out_name(out, "claims");
	write_clean(out, claims);
	if (!list_secrets(NULL, claims))
		return;
	intoto_out_name(out, "claimsLeftOut");
	intoto_out_list(out);
	(void)list_secrets(out, claims); /* counted above */
	intoto_out_list_end(out);
}
