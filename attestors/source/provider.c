/* SPDX-License-Identifier: Apache-2.0 */
/* Which CI system is here, and what of its environment may be looked at. */
#include "attestors/source/provider.h"

#include <stdlib.h>

#include "attestors/source/text.h"

const char *ci_variable(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? value : NULL;
}

/* --- which one --- */

static bool all_hold(const struct ci_sign *signs)
{
	for (; signs && signs->variable; signs++) {
		const char *value = ci_variable(signs->variable);

		if (!value || (signs->value && !intoto_text_same(value, signs->value)))
			return false;
	}
	return signs;
}

bool ci_provider_is_here(const struct ci_provider *provider)
{
	return !provider->named_only && (all_hold(provider->signs) || all_hold(provider->signs_or));
}

void ci_provider_names(struct at_buf *out)
{
	for (const struct ci_provider *each = ci_providers; each->name; each++) {
		at_buf_text(out, each == ci_providers ? "" : ", ");
		at_buf_text(out, each->name);
	}
}

static int find_named(const struct ci_provider **out, const char *name, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf names = { .max = 4096 };

	for (const struct ci_provider *each = ci_providers; each->name; each++) {
		if (!intoto_text_same(each->name, name))
			continue;
		if (!each->named_only && !ci_provider_is_here(each))
			return intoto_attestor_fail(
				err, INTOTO_E_USAGE,
				"the option provider: %s is not here: its variables are not set",
				name);
		*out = each;
		return INTOTO_OK;
	}
	ci_provider_names(&names);
	return intoto_attestor_fail(err, INTOTO_E_USAGE, "the option provider: want one of %s",
				    names.data ? names.data : "");
}

int ci_provider_find(const struct ci_provider **out, const char *name, struct intoto_error **err)
{
	const struct ci_provider *inner = NULL;

	*out = NULL;
	if (name)
		return find_named(out, name, err);
	for (const struct ci_provider *each = ci_providers; each->name; each++) {
		if (!ci_provider_is_here(each))
			continue;
		if (each->yields) {
			inner = each;
			continue;
		}
		if (*out)
			return intoto_attestor_fail(
				err, INTOTO_E_POLICY,
				"the environment is that of %s and of %s; say which with the "
				"option provider",
				(*out)->name, each->name);
		*out = each;
	}
	if (!*out)
		*out = inner;
	if (*out)
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_NOTFOUND,
				    "no CI system is here: the variables of none that is known are "
				    "set (the option provider=other records a token alone)");
}

/* --- the allow-list --- */

struct name_list {
	const char **names;
	size_t count;
	size_t size;
};

static void add_name(struct name_list *list, const char *name)
{
	if (!name || list->count + 1 >= list->size)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (intoto_text_same(list->names[i], name))
			return;
	list->names[list->count++] = name;
	list->names[list->count] = NULL;
}

static void add_signs(struct name_list *list, const struct ci_sign *signs)
{
	for (; signs && signs->variable; signs++)
		add_name(list, signs->variable);
}

void ci_provider_variables(const char **out, size_t size)
{
	struct name_list list = { out, 0, size };

	out[0] = NULL;
	for (const struct ci_provider *each = ci_providers; each->name; each++) {
		add_signs(&list, each->signs);
		add_signs(&list, each->signs_or);
		for (const char *const *name = each->variables; *name; name++)
			add_name(&list, *name);
		add_name(&list, each->request_url);
	}
}
