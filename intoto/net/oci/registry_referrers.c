/* SPDX-License-Identifier: Apache-2.0 */
/* What refers to a digest (distribution-spec, "Listing Referrers"), by the API and at the fallback
 * tag. */
#include "base/text.h"
#include "net/oci/registry_part.h"

enum { REFERRERS_MAX = 16 * 1024 };

struct listing {
	struct it_registry *registry;
	const char *digest;
	const char *artifact_type;
	struct it_strings seen;
	int (*visit)(void *arg, const struct it_oci_descriptor *found, struct intoto_error **err);
	void *arg;
};

/* Each once, whichever of both lists it. */
static int visit_index(struct listing *listing, const struct it_oci_manifest *index,
		       struct intoto_error **err)
{
	for (size_t i = 0; i < index->layer_count; i++) {
		const struct it_oci_descriptor *found = &index->layers[i];
		int rc;

		if (it_strings_has(&listing->seen, found->digest))
			continue;
		if (listing->seen.count == REFERRERS_MAX)
			return it_err_set(err, INTOTO_E_LIMIT,
					  "%s/%s: more than %d manifests refer to %s",
					  listing->registry->reference.host,
					  listing->registry->reference.repository, REFERRERS_MAX,
					  listing->digest);
		rc = it_strings_add(&listing->seen, found->digest, err);
		if (!rc)
			rc = listing->visit(listing->arg, found, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* Of a type that goes into a query: what is not unreserved is written %HH (RFC 3986 2.1). */
static void add_query_text(struct it_buf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			(void)it_buf_add_byte(out, *text); /* sticky: the caller looks */
		else
			(void)it_buf_printf(out, "%%%02X", (unsigned char)*text);
	}
}

static void call_referrers(struct listing *listing, struct it_registry_call *call,
			   const struct it_buf *page)
{
	it_registry_call_start(call, listing->registry, IT_HTTP_GET, IT_REGISTRY_PULL);
	it_registry_call_about(call, "referrers of", listing->digest);
	it_registry_call_header(call, "Accept", IT_OCI_INDEX);
	call->request.ceiling = IT_REGISTRY_LIST_MAX;
	if (page->len) {
		(void)it_buf_add_span(&call->url, it_buf_span(page)); /* sticky */
		return;
	}
	it_registry_call_path(call, "referrers/%s", listing->digest);
	if (!listing->artifact_type)
		return;
	(void)it_buf_add_text(&call->url, "?artifactType=");
	add_query_text(&call->url, listing->artifact_type);
}

/*
 * 404 says that there is no such API (distribution-spec, "Unavailable Referrers API").  Registries
 * that were there before it take the path for something else: they do not do that, or lead to the
 * pages of another host, which knows nothing of it (ghcr.io).  A host that is busy, or that wants
 * to know who asks, has not said so.
 */
static bool api_is_absent(const struct it_registry_call *call)
{
	int status = call->answer.status;

	return status == 404 || status == 405 || status == 406 || status == 501 ||
	       (status == 400 && it_registry_says(&call->answer, "UNSUPPORTED"));
}

static int take_page(struct listing *listing, struct it_registry_call *call,
		     struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *index = NULL;
	const char *type = it_http_header(&call->answer, "content-type");
	size_t len = type ? strcspn(type, "; \t") : 0;
	IT_AUTO(it_freep) char *quoted = NULL;
	int rc;

	if (!it_span_is(it_span(type, len), IT_OCI_INDEX)) {
		quoted = it_text_quoted(it_span(type, len < 200 ? len : 200));
		return it_err_set(err, INTOTO_E_SERVICE,
				  "%s: want an image index, but the registry sent \"%s\"",
				  it_buf_text(&call->where), quoted ? quoted : "");
	}
	rc = it_oci_manifest_take(&index, &call->answer.body, IT_OCI_INDEX, NULL, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", it_buf_text(&call->where));
	return visit_index(listing, index, err);
}

/* page: the URL of this page, then of the next. */
static int do_page(struct listing *listing, struct it_buf *page, bool *absent,
		   struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	call_referrers(listing, &call, page);
	rc = it_registry_call_do(&call, err);
	if (rc)
		return rc;
	*absent = !page->len && api_is_absent(&call);
	if (*absent)
		return INTOTO_OK;
	/* A list that breaks off in its middle is not one that has no more. */
	if (call.answer.status != 200 && page->len)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "%s: the registry answers a later page of a list with status %ld",
				  it_buf_text(&call.where), (long)call.answer.status);
	if (call.answer.status != 200)
		return it_registry_refused(&call, "such list", err);
	rc = take_page(listing, &call, err);
	return rc ? rc : it_registry_next_page(page, &call, err);
}

static int visit_api(struct listing *listing, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf page = IT_BUF(IT_REGISTRY_URL_MAX);

	for (unsigned pages = 0; pages < IT_REGISTRY_PAGES_MAX; pages++) {
		bool absent;
		int rc = do_page(listing, &page, &absent, err);

		if (rc || absent || !page.len)
			return rc;
	}
	return it_err_set(err, INTOTO_E_LIMIT, "%s/%s: more than %d pages of referrers",
			  listing->registry->reference.host,
			  listing->registry->reference.repository, IT_REGISTRY_PAGES_MAX);
}

static int visit_fallback(struct listing *listing, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *index = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(IT_IMAGE_TAG_MAX);
	int rc;

	it_registry_fallback_tag(&tag, listing->digest);
	rc = it_buf_check(&tag, "the tag of referrers", err);
	if (rc)
		return rc;
	rc = it_registry_manifest(listing->registry, &index, it_buf_text(&tag), &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc) {
		it_registry_pass_error(err, &why);
		return rc;
	}
	/* One that takes "sha256-HEX" for the digest itself has nothing at that tag (GitLab's). */
	if (it_streq(index->digest, listing->digest))
		return INTOTO_OK;
	if (!index->is_index)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s/%s:%s: want an image index of referrers, found an image",
				  listing->registry->reference.host,
				  listing->registry->reference.repository, it_buf_text(&tag));
	return visit_index(listing, index, err);
}

int it_registry_each_referrer(struct it_registry *registry, const char *digest,
			      const char *artifact_type,
			      int (*visit)(void *arg, const struct it_oci_descriptor *found,
					   struct intoto_error **err),
			      void *arg, struct intoto_error **err)
{
	struct listing listing = { .registry = registry,
				   .digest = digest,
				   .artifact_type = artifact_type,
				   .visit = visit,
				   .arg = arg };
	int rc = visit_api(&listing, err);

	if (!rc)
		rc = visit_fallback(&listing, err);
	it_strings_done(&listing.seen);
	return rc;
}
