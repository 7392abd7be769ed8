/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: got, looked for, put and deleted (distribution-spec, "Pulling manifests", "Pushing
 * Manifests", "Deleting Manifests"). */
#include <stdio.h>

#include "base/text.h"
#include "net/oci/registry_part.h"

/* All that we read: a registry may change one that is not asked for into another form. */
static const char accepted[] =
	IT_OCI_INDEX ", " IT_OCI_MANIFEST ", " IT_DOCKER_LIST ", " IT_DOCKER_MANIFEST;

static int check_name(const struct it_registry *registry, const char *name,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (it_image_digest_valid(it_span_text(name)) || it_image_tag_valid(it_span_text(name)))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span(name, strnlen(name, 200)));
	return it_err_set(err, INTOTO_E_FORMAT, "%s/%s: want a tag or a digest, found '%s'",
			  registry->reference.host, registry->reference.repository,
			  quoted ? quoted : "");
}

void it_registry_call_manifest(struct it_registry_call *call, struct it_registry *registry,
			       enum it_http_method method, enum it_registry_need need,
			       const char *name)
{
	it_registry_call_start(call, registry, method, need);
	it_registry_call_names(call, name);
	it_registry_call_path(call, "manifests/%s", name);
}

/* The value of Content-Type without its parameters; the caller's. */
static char *media_type_of(const struct it_http_answer *answer)
{
	const char *text = it_http_header(answer, "content-type");
	size_t len = text ? strcspn(text, "; \t") : 0;

	return strndup(text ? text : "", len);
}

/* A coding that was not asked for is not undone: the digest is of the bytes as they were sent. */
static int refuse_coding(const struct it_registry_call *call, struct intoto_error **err)
{
	const char *coding = it_http_header(&call->answer, "content-encoding");
	IT_AUTO(it_freep) char *quoted = NULL;

	if (!coding || it_streq_nocase(coding, "identity"))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span(coding, strnlen(coding, 200)));
	return it_err_set(
		err, INTOTO_E_POLICY,
		"%s: the registry sent it with the Content-Encoding \"%s\", which nobody asked for",
		it_buf_text(&call->where), quoted ? quoted : "");
}

/* What the registry calls it must be what it is, by the algorithm of that name. */
static int check_said(const struct it_registry_call *call, struct it_span bytes,
		      struct intoto_error **err)
{
	const char *said = it_http_header(&call->answer, "docker-content-digest");
	const struct it_digest_alg *alg = said ? it_registry_digest_alg(said) : NULL;
	char found[IT_OCI_DIGEST_SIZE];
	struct it_digest hash;

	if (!said)
		return INTOTO_OK;
	it_digest_start(&hash, alg ? alg : it_digest_find("sha256"));
	it_digest_add(&hash, bytes.data, bytes.len);
	(void)it_registry_digest_is(&hash, said, found); /* said again below, with words */
	return it_registry_same_digest(call, found, err);
}

static int take_manifest(struct it_oci_manifest **out, struct it_registry_call *call,
			 const char *name, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *media_type = media_type_of(&call->answer);
	int rc;

	if (!media_type)
		return it_err_nomem(err);
	rc = refuse_coding(call, err);
	if (!rc)
		rc = check_said(call, it_buf_span(&call->answer.body), err);
	if (rc)
		return rc;
	rc = it_oci_manifest_take(out, &call->answer.body, media_type,
				  strchr(name, ':') ? name : NULL, err);
	return it_err_wrap(err, rc, "%s", it_buf_text(&call->where));
}

static int keep_etag(struct it_registry_got *got, const struct it_registry_call *call,
		     struct intoto_error **err)
{
	const char *said = it_http_header(&call->answer, "etag");

	if (!got || !said)
		return INTOTO_OK;
	(void)it_buf_add_text(&got->etag, said); /* sticky */
	return it_buf_check(&got->etag, "the registry's ETag", err);
}

int it_registry_get_manifest(struct it_registry *registry, struct it_oci_manifest **out,
			     const char *name, struct it_registry_got *got,
			     struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc = check_name(registry, name, err);

	*out = NULL;
	if (rc)
		return rc;
	it_registry_call_manifest(&call, registry, IT_HTTP_GET, IT_REGISTRY_PULL, name);
	it_registry_call_header(&call, "Accept", accepted);
	call.request.ceiling = IT_OCI_MANIFEST_BYTES_MAX;
	rc = it_registry_call_do(&call, err);
	if (got)
		got->status = call.answer.status;
	if (!rc && call.answer.status != 200)
		rc = it_registry_refused(&call, "such manifest", err);
	if (!rc)
		rc = keep_etag(got, &call, err);
	return rc ? rc : take_manifest(out, &call, name, err);
}

int it_registry_manifest(struct it_registry *registry, struct it_oci_manifest **out,
			 const char *name, struct intoto_error **err)
{
	return it_registry_get_manifest(registry, out, name, NULL, err);
}

/* What HEAD said, if that is all that is wanted. */
static bool take_head(const struct it_registry_call *call, const char *name,
		      char digest[IT_OCI_DIGEST_SIZE], uint64_t *size)
{
	const char *said = it_http_header(&call->answer, "docker-content-digest");
	const char *length = it_http_header(&call->answer, "content-length");

	if (call->answer.status != 200 || !said || !it_registry_digest_alg(said) || !length ||
	    !it_http_header(&call->answer, "content-type"))
		return false;
	/* Another digest than was asked for: the bytes decide, and say what is wrong. */
	if (strchr(name, ':') && !it_streq(said, name))
		return false;
	(void)snprintf(digest, IT_OCI_DIGEST_SIZE, "%s", said); /* checked: as long as that */
	return it_parse_u64(length, IT_OCI_MANIFEST_BYTES_MAX, size) && *size > 0;
}

static int resolve_by_get(struct it_registry *registry, char digest[IT_OCI_DIGEST_SIZE],
			  uint64_t *size, char **media_type, const char *name,
			  struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	int rc = it_registry_manifest(registry, &manifest, name, err);

	if (rc)
		return rc;
	(void)snprintf(digest, IT_OCI_DIGEST_SIZE, "%s", manifest->digest); /* the same size */
	*size = manifest->bytes.len;
	*media_type = strdup(manifest->media_type);
	return *media_type ? INTOTO_OK : it_err_nomem(err);
}

int it_registry_resolve(struct it_registry *registry, char digest[IT_OCI_DIGEST_SIZE],
			uint64_t *size, char **media_type, const char *name,
			struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc = check_name(registry, name, err);

	*media_type = NULL;
	if (rc)
		return rc;
	it_registry_call_manifest(&call, registry, IT_HTTP_HEAD, IT_REGISTRY_PULL, name);
	it_registry_call_header(&call, "Accept", accepted);
	rc = it_registry_call_do(&call, err);
	if (rc)
		return rc;
	if (!take_head(&call, name, digest, size))
		return resolve_by_get(registry, digest, size, media_type, name, err);
	*media_type = media_type_of(&call.answer);
	return *media_type ? INTOTO_OK : it_err_nomem(err);
}

/* The digest that bytes are put under when no tag is named, and that the registry must find. */
static bool subject_is(struct it_span bytes, const char *said)
{
	static const struct it_json_limits limits = { IT_OCI_MANIFEST_BYTES_MAX, 64, true,
						      1 << 20 };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	/* a manifest that cannot be read has no subject that could have been processed */
	if (!said || it_json_parse(&root, bytes, &limits, NULL))
		return false;
	return it_span_is(it_json_text(it_json_get(it_json_get(root, "subject"), "digest")), said);
}

/* What one attempt came to. */
struct put {
	struct it_registry *registry;
	struct it_span bytes;
	const char *media_type;
	const char *name; /* a tag, or the digest */
	char digest[IT_OCI_DIGEST_SIZE];
	bool subject_done;
	bool again;
};

/*
 * docker-registry reads the links of blobs while somebody else writes them, finds an empty file,
 * and says that a digest is invalid: of bytes that have just been hashed here it cannot be meant.
 */
static int put_once(struct put *put, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	struct it_message message = it_message_of(&put->bytes);
	int rc;

	it_registry_call_manifest(&call, put->registry, IT_HTTP_PUT, IT_REGISTRY_PUSH, put->name);
	it_registry_call_header(&call, "Content-Type", put->media_type);
	call.request.body = &message;
	rc = it_registry_call_do(&call, err);
	put->again = !rc && call.answer.status == 400 &&
		     it_registry_says(&call.answer, "DIGEST_INVALID");
	if (!rc && call.answer.status != 201)
		rc = it_registry_refused(&call, "such repository", err);
	if (!rc)
		rc = it_registry_same_digest(&call, put->digest, err);
	if (!rc)
		put->subject_done =
			subject_is(put->bytes, it_http_header(&call.answer, "oci-subject"));
	return rc;
}

int it_registry_put_manifest(struct it_registry *registry, struct it_span bytes,
			     const char *media_type, const char *tag, bool *subject_done,
			     struct intoto_error **err)
{
	struct put put = { .registry = registry, .bytes = bytes, .media_type = media_type };
	struct it_registry_patience patience;
	int rc;

	if (subject_done)
		*subject_done = false;
	it_oci_digest(put.digest, bytes);
	put.name = tag ? tag : put.digest;
	rc = check_name(registry, put.name, err);
	if (rc)
		return rc;
	it_registry_patience_start(&patience, registry);
	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

		rc = put_once(&put, &why);
		if (rc && put.again &&
		    it_registry_patience_more(&patience, registry, 0, put.digest))
			continue;
		it_registry_pass_error(err, &why);
		break;
	}
	if (!rc && subject_done)
		*subject_done = put.subject_done;
	return rc;
}

/* *again: docker-registry answers 500 while somebody else writes a tag of that repository. */
static int delete_once(struct it_registry *registry, const char *name, bool *again,
		       struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	it_registry_call_manifest(&call, registry, IT_HTTP_DELETE, IT_REGISTRY_DELETE, name);
	rc = it_registry_call_do(&call, err);
	*again = !rc && call.answer.status == 500;
	if (rc || call.answer.status / 100 == 2)
		return rc;
	/* distribution-spec, "Deleting tags": 400 or 405 where that is not to be had */
	if (!strchr(name, ':') && (call.answer.status == 400 || call.answer.status == 405))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: the registry deletes by digest, not by tag (%d)",
				  it_buf_text(&call.where), call.answer.status);
	return it_registry_refused(&call, "such manifest", err);
}

int it_registry_delete_manifest(struct it_registry *registry, const char *name,
				struct intoto_error **err)
{
	struct it_registry_patience patience;
	int rc = check_name(registry, name, err);

	if (rc)
		return rc;
	it_registry_patience_start(&patience, registry);
	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		bool again;

		rc = delete_once(registry, name, &again, &why);
		if (!again || !it_registry_patience_more(&patience, registry, 0, name)) {
			it_registry_pass_error(err, &why);
			return rc;
		}
	}
}
