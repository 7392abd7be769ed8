/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are at a registry: nobody until it asks, then what answers its challenge, kept until it
 * expires. */
#include "base/clock.h"
#include "base/text.h"
#include "net/oci/registry_part.h"

enum { EARLY_NS = 1000 * 1000 * 1000, EARLY_SECONDS = 5, CHALLENGE_MAX = 16 * 1024 };

static const char *const actions[IT_REGISTRY_NEEDS] = {
	[IT_REGISTRY_PULL] = "pull",
	[IT_REGISTRY_PUSH] = "pull,push",
	[IT_REGISTRY_DELETE] = "pull,push,delete",
};

static int print_scope(struct it_buf *out, const struct it_registry *registry,
		       enum it_registry_need need, struct intoto_error **err)
{
	(void)it_buf_printf(out, "repository:%s:%s", registry->reference.repository, actions[need]);
	if (registry->mounting)
		(void)it_buf_printf(out, " repository:%s:pull", registry->mounting); /* sticky */
	return it_buf_check(out, "the scope of a token", err);
}

static int find_credentials(struct it_registry *registry, struct intoto_error **err)
{
	int rc;

	if (registry->asked)
		return INTOTO_OK;
	rc = it_credentials_find(&registry->credentials, &registry->access, &registry->reference,
				 err);
	registry->asked = !rc;
	return rc;
}

/*
 * Who we are could not be found out, whatever the reason: that says nothing about what the registry
 * has.  A file of passwords that is not there must never be read as an image that is not there.
 */
static int doubt(int rc, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (rc != INTOTO_E_NOTFOUND && rc != INTOTO_E_FORMAT && rc != INTOTO_E_LIMIT &&
	    rc != INTOTO_E_UNSUPPORTED && rc != INTOTO_E_POLICY)
		return rc;
	if (!err)
		return INTOTO_E_SERVICE;
	why = *err;
	*err = NULL;
	return it_err_set(err, INTOTO_E_SERVICE, "%s", intoto_error_text(why));
}

static int get_grant(struct it_registry *registry, enum it_registry_need need,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf scope = IT_BUF(IT_REGISTRY_WHERE_MAX);
	struct it_registry_grant *grant = &registry->grants[need];
	struct it_realm_terms terms = { .host = registry->reference.host,
					.plain = registry->plain };
	int rc = print_scope(&scope, registry, need, err);

	terms.scope = it_buf_text(&scope);
	it_buf_reset(&grant->value);
	grant->expires = 0;
	if (!rc)
		rc = find_credentials(registry, err);
	if (rc)
		return rc;
	if (!registry->challenge.bearer && !registry->credentials.user)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "the registry wants a user and none is known for it: sign in, or "
				  "name a file with --registry-auth-file or REGISTRY_AUTH_FILE");
	rc = it_authorization_get(&grant->value, &grant->expires, registry->http,
				  &registry->challenge, &registry->credentials, &terms, err);
	if (rc)
		it_buf_reset(&grant->value);
	return rc;
}

static bool runs_out(const struct it_registry_grant *grant)
{
	return grant->expires &&
	       grant->expires - EARLY_SECONDS * (int64_t)EARLY_NS < it_clock_monotonic();
}

/* A stronger grant that is there will do; one that runs out is replaced before it is refused, since
 * what it stands before may be a long body. */
int it_registry_authorization(struct it_registry *registry, enum it_registry_need need,
			      const char **value, struct intoto_error **err)
{
	int rc;

	*value = NULL;
	if (!registry->challenged)
		return INTOTO_OK;
	for (size_t i = need; i < IT_REGISTRY_NEEDS; i++) {
		if (registry->grants[i].value.len && !runs_out(&registry->grants[i])) {
			*value = it_buf_text(&registry->grants[i].value);
			return INTOTO_OK;
		}
	}
	rc = doubt(get_grant(registry, need, err), err);
	if (!rc)
		*value = it_buf_text(&registry->grants[need].value);
	return rc;
}

/* RFC 9110 11.6.1: several challenges are several headers, or stand in one behind commas. */
static void join_challenges(struct it_buf *out, const struct it_http_answer *answer)
{
	static const char name[] = "www-authenticate: ";

	for (size_t i = 0; i < answer->headers.count; i++) {
		const char *header = answer->headers.items[i];

		if (!it_starts_with(header, name))
			continue;
		if (out->len)
			(void)it_buf_add_text(out, ", "); /* sticky: the caller looks */
		(void)it_buf_add_text(out, header + sizeof name - 1);
	}
}

int it_registry_challenged(struct it_registry_call *call, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf header = IT_BUF(CHALLENGE_MAX);
	struct it_registry *registry = call->registry;
	int rc;

	join_challenges(&header, &call->answer);
	rc = doubt(it_buf_check(&header, "the registry's challenge", err), err);
	if (rc)
		return rc;
	if (!header.len)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "the registry answers 401 and does not say what it wants");
	it_challenge_done(&registry->challenge);
	registry->challenge = (struct it_challenge){ 0 };
	registry->challenged = false;
	rc = doubt(it_challenge_parse(&registry->challenge, it_buf_text(&header), err), err);
	if (rc)
		return rc;
	registry->challenged = true;
	return doubt(get_grant(registry, call->need, err), err);
}
