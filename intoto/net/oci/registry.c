/* SPDX-License-Identifier: Apache-2.0 */
/* A registry that was opened: its host's address, and what it shares with others. */
#include "base/text.h"
#include "net/oci/registry_part.h"

/* The name of Docker Hub in references is not that of its registry. */
static const char *api_host(const char *host)
{
	return it_streq(host, "docker.io") ? "registry-1.docker.io" : host;
}

static bool may_be_plain(const struct it_registry_access *access, const char *host)
{
	return access->insecure &&
	       (it_strings_has(access->insecure, "") || it_strings_has(access->insecure, host));
}

static int make_client(struct it_registry *registry, struct intoto_error **err)
{
	const struct it_registry_access *access = &registry->access;
	const struct it_http_options options = {
		.ca = access->ca,
		.cert = access->cert,
		.key = access->key,
		.insecure_tls = access->insecure_tls,
		.stall_seconds = access->stall_seconds,
		.attempts = access->attempts,
		.retry_seconds = access->retry_seconds,
		.on_retry = access->on_retry,
		.arg = access->arg,
	};

	return it_http_new(&registry->http, &options, err);
}

static int prepare(struct it_registry *registry, const struct it_image_reference *reference,
		   const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf base = IT_BUF(IT_REGISTRY_URL_MAX);
	int rc = it_image_reference_copy(&registry->reference, reference, err);

	if (rc)
		return rc;
	registry->access = *access;
	registry->plain = may_be_plain(access, reference->host);
	for (size_t i = 0; i < IT_REGISTRY_NEEDS; i++)
		registry->grants[i].value.max = 64 * 1024;
	(void)it_buf_printf(&base, "http%s://%s", registry->plain ? "" : "s",
			    api_host(reference->host)); /* sticky */
	rc = it_buf_check(&base, "the registry's address", err);
	registry->base = rc ? NULL : it_buf_take(&base);
	return rc || registry->base ? rc : it_err_nomem(err);
}

int it_registry_open(struct it_registry **out, const struct it_image_reference *reference,
		     const struct it_registry_access *access, struct intoto_error **err)
{
	IT_AUTO(it_registry_freep) struct it_registry *registry = calloc(1, sizeof *registry);
	int rc;

	*out = NULL;
	if (!registry)
		return it_err_nomem(err);
	rc = prepare(registry, reference, access, err);
	if (!rc)
		rc = make_client(registry, err);
	if (rc)
		return rc;
	*out = registry;
	registry = NULL;
	return INTOTO_OK;
}

int it_registry_open_beside(struct it_registry **out, struct it_registry *registry,
			    const struct it_image_reference *reference, struct intoto_error **err)
{
	IT_AUTO(it_registry_freep) struct it_registry *beside = calloc(1, sizeof *beside);
	int rc;

	*out = NULL;
	if (!beside)
		return it_err_nomem(err);
	rc = prepare(beside, reference, &registry->access, err);
	if (rc)
		return rc;
	beside->first = registry;
	beside->http = registry->http;
	*out = beside;
	beside = NULL;
	return INTOTO_OK;
}

void it_registry_free(struct it_registry *registry)
{
	if (!registry)
		return;
	for (size_t i = 0; i < IT_REGISTRY_NEEDS; i++)
		it_buf_wipe(&registry->grants[i].value);
	it_credentials_done(&registry->credentials);
	it_challenge_done(&registry->challenge);
	it_image_reference_done(&registry->reference);
	free(registry->base);
	if (!registry->first)
		it_http_free(registry->http);
	free(registry);
}

uint64_t it_registry_round_trips(const struct it_registry *registry)
{
	return it_http_round_trips(registry->http);
}
