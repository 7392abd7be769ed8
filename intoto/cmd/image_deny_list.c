/* SPDX-License-Identifier: Apache-2.0 */
/* Deny lists from files: signed, not expired, not older than one that was seen. */
#include "cmd/image_deny_list.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"

int it_key_list_load(struct it_key_list *out, const struct it_strings *paths,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	out->items = calloc(paths->count + 1, sizeof(struct intoto_key *));
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < paths->count; i++) {
		rc = intoto_key_load(&out->items[i], paths->items[i], NULL, NULL, err);
		out->count += !rc;
	}
	return rc;
}

void it_key_list_done(struct it_key_list *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		intoto_key_free(keys->items[i]);
	free(keys->items);
	*keys = (struct it_key_list){ 0 };
}

const struct intoto_key *const *it_key_list_keys(const struct it_key_list *keys)
{
	return (const struct intoto_key *const *)keys->items;
}

static int check_signature(const struct intoto_envelope *envelope, const struct it_key_list *keys,
			   struct intoto_error **err)
{
	for (size_t i = 0; i < keys->count; i++)
		if (intoto_envelope_verify(envelope, keys->items[i], NULL) == INTOTO_OK)
			return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNTRUSTED, "none of the %zu keys for deny lists signed it",
			  keys->count);
}

static int check_terms(const struct it_deny_list *list, const struct it_deny_terms *terms,
		       struct intoto_error **err)
{
	char time[IT_TIME_SIZE];

	it_time_format(time, list->expires);
	if (list->expires <= terms->now)
		return it_err_set(err, INTOTO_E_POLICY, "it expired on %s: fetch a newer one",
				  time);
	if (list->version < terms->least)
		return it_err_set(err, INTOTO_E_POLICY,
				  "it has version %lld, want %lld or newer: an old one was put "
				  "back",
				  (long long)list->version, (long long)terms->least);
	return INTOTO_OK;
}

static int read_list(struct it_deny_list **out, const struct it_deny_terms *terms,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	int rc = intoto_envelope_load(&envelope, terms->path, err);

	if (!rc)
		rc = check_signature(envelope, terms->keys, err);
	if (!rc)
		rc = it_deny_list_read(out, envelope, err);
	return rc ? rc : check_terms(*out, terms, err);
}

int it_deny_list_open(struct it_deny_list **out, const struct it_deny_terms *terms,
		      struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *path = it_text_quoted(it_span_text(terms->path));
	IT_AUTO(it_deny_list_freep) struct it_deny_list *list = NULL;
	int rc = read_list(&list, terms, &why);

	*out = NULL;
	if (rc)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "deny list %s: could not find out what is revoked: %s",
				  path ? path : "", intoto_error_text(why));
	*out = list;
	list = NULL; /* now the caller's */
	return INTOTO_OK;
}
