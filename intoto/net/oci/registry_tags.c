/* SPDX-License-Identifier: Apache-2.0 */
/* The tags of a repository, page by page (distribution-spec, "Listing Tags"). */
#include "json/json.h"
#include "net/oci/registry_part.h"

/* docker-registry names them all at once: two million of some 60 bytes. */
enum { LIST_MAX = 128 * 1024 * 1024, TAGS_MAX = 1 << 21 };

struct tags {
	int (*visit)(void *arg, const char *tag, struct intoto_error **err);
	void *arg;
};

static int refuse_list(const struct it_registry_call *call, const char *why,
		       struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "%s: %s", it_buf_text(&call->where), why);
}

static int visit_page(const struct it_registry_call *call, const struct tags *tags,
		      struct intoto_error **err)
{
	static const struct it_json_limits limits = { LIST_MAX, 8, false, TAGS_MAX };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	int rc = it_json_parse(&root, it_buf_span(&call->answer.body), &limits, err);
	const struct it_json *list = it_json_get(root, "tags");

	if (rc)
		return it_err_wrap(err, rc, "%s", it_buf_text(&call->where));
	/* null where there are none: a registry in Go says so */
	if (it_json_kind(root) != IT_JSON_OBJECT ||
	    (it_json_kind(list) != IT_JSON_LIST && it_json_kind(list) != IT_JSON_NULL))
		return refuse_list(call, "want an object with a list of tags", err);
	for (size_t i = 0; i < it_json_count(list); i++) {
		struct it_span tag = it_json_text(it_json_at(list, i));

		if (!it_image_tag_valid(tag))
			return refuse_list(call, "the registry names a tag that is none", err);
		rc = tags->visit(tags->arg, tag.data, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

/* next: the URL of this page, then of the next; empty at the end. */
static int do_page(struct it_registry *registry, struct it_buf *next, const struct tags *tags,
		   struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	it_registry_call_start(&call, registry, IT_HTTP_GET, IT_REGISTRY_PULL);
	it_registry_call_about(&call, "tags", "");
	if (next->len)
		(void)it_buf_add_span(&call.url, it_buf_span(next)); /* sticky */
	else
		it_registry_call_path(&call, "tags/list");
	call.request.ceiling = LIST_MAX;
	rc = it_registry_call_do(&call, err);
	if (!rc && call.answer.status != 200)
		rc = it_registry_refused(&call, "such repository", err);
	if (!rc)
		rc = visit_page(&call, tags, err);
	return rc ? rc : it_registry_next_page(next, &call, err);
}

int it_registry_each_tag(struct it_registry *registry,
			 int (*visit)(void *arg, const char *tag, struct intoto_error **err),
			 void *arg, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf next = IT_BUF(IT_REGISTRY_URL_MAX);
	const struct tags tags = { visit, arg };

	for (unsigned pages = 0; pages < IT_REGISTRY_PAGES_MAX; pages++) {
		int rc = do_page(registry, &next, &tags, err);

		if (rc || !next.len)
			return rc;
	}
	return it_err_set(err, INTOTO_E_LIMIT, "%s/%s: more than %d pages of tags",
			  registry->reference.host, registry->reference.repository,
			  IT_REGISTRY_PAGES_MAX);
}
