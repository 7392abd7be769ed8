/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blobs, as they go: not at all when they are there, mounted from another repository, else sent;
 * after a cut the registry is asked what came over (distribution-spec, "Pushing Blobs").
 */
#include "base/text.h"
#include "net/oci/registry_part.h"

static const char *parameter_mark(const struct it_buf *url)
{
	return memchr(it_buf_text(url), '?', url->len) ? "&" : "?";
}

void it_registry_upload_call(struct it_registry_upload *upload, struct it_registry_call *call,
			     enum it_http_method method, bool closing)
{
	struct it_registry *registry = upload->registry;
	size_t base = strlen(registry->base);
	const char *url = it_buf_text(&upload->location);

	it_registry_call_start(call, registry, method, IT_REGISTRY_PUSH);
	it_registry_call_about(call, "upload of", upload->digest);
	(void)it_buf_add_text(&call->url, url); /* sticky: looked at when it is done */
	if (closing)
		(void)it_buf_printf(&call->url, "%sdigest=%s", parameter_mark(&call->url),
				    upload->digest);
	call->foreign = !it_starts_with(url, registry->base) || !strchr("/?", url[base]);
}

/* "0-99": the registry has 100 bytes (distribution-spec, "Pushing a blob in chunks").  An upload
 * that holds nothing says "0-0", as one that holds one byte does: who asks knows which can be. */
static bool parse_held(const char *text, uint64_t *held)
{
	const char *dash;
	uint64_t last;

	if (text && it_starts_with(text, "bytes="))
		text += sizeof "bytes=" - 1;
	dash = text ? strchr(text, '-') : NULL;

	if (!dash || !it_span_is(it_span(text, (size_t)(dash - text)), "0") ||
	    !it_parse_u64(dash + 1, UINT64_MAX - 1, &last))
		return false;
	*held = last ? last + 1 : 0;
	return true;
}

int it_registry_upload_answered(struct it_registry_upload *upload,
				const struct it_registry_call *call, struct intoto_error **err)
{
	const char *location = it_http_header(&call->answer, "location");
	const char *least = it_http_header(&call->answer, "oci-chunk-min-length");
	bool ours;
	int rc;

	/* Of a pulled session it may be left out: it stays where it was. */
	if (!location)
		return upload->location.len
			       ? INTOTO_OK
			       : it_err_set(err, INTOTO_E_SERVICE,
					    "%s: the registry does not say where to send it",
					    it_buf_text(&call->where));
	rc = it_registry_resolve_url(&upload->location, &ours, call, location, err);
	if (rc)
		return rc;
	if (least && !it_parse_u64(least, UINT64_MAX, &upload->min_chunk))
		upload->min_chunk = 0;
	if (!parse_held(it_http_header(&call->answer, "range"), &upload->held))
		upload->held = UINT64_MAX; /* it does not say */
	return INTOTO_OK;
}

static void call_uploads(struct it_registry_upload *upload, struct it_registry_call *call)
{
	const char *from = upload->options->mount_from;

	it_registry_call_start(call, upload->registry, IT_HTTP_POST, IT_REGISTRY_PUSH);
	it_registry_call_about(call, "upload of", upload->digest);
	if (from)
		it_registry_call_path(call, "blobs/uploads/?mount=%s&from=%s", upload->digest,
				      from);
	else
		it_registry_call_path(call, "blobs/uploads/");
}

static int begin_once(struct it_registry_upload *upload, bool *again, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	it_buf_reset(&upload->location);
	call_uploads(upload, &call);
	rc = it_registry_call_do(&call, err);
	*again = rc == INTOTO_E_SERVICE && (!call.answer.status || call.answer.status / 100 == 2);
	if (rc)
		return rc;
	if (call.answer.status == 201 && upload->options->mount_from) {
		upload->there = true;
		return it_registry_same_digest(&call, upload->digest, err);
	}
	if (call.answer.status != 202)
		return it_registry_refused(&call, "such repository", err);
	rc = it_registry_upload_answered(upload, &call, err);
	upload->held = 0;
	return rc;
}

/* A session that was begun twice, because the first answer was lost, does no harm. */
int it_registry_upload_begin(struct it_registry_upload *upload, struct intoto_error **err)
{
	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		bool again;
		int rc = begin_once(upload, &again, &why);

		if (!again || !it_registry_patience_more(&upload->patience, upload->registry, 0,
							 upload->digest)) {
			it_registry_pass_error(err, &why);
			return rc;
		}
	}
}

/* GET of the upload: 204 and how much of it there is.  One that is lost is begun anew, and so is
 * one that was taken up already and came to nothing. */
int it_registry_upload_ask(struct it_registry_upload *upload, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc = it_registry_has_blob(upload->registry, &upload->there, upload->digest, err);

	if (rc || upload->there)
		return rc;
	if (!upload->location.len)
		return it_registry_upload_begin(upload, err);
	it_registry_upload_call(upload, &call, IT_HTTP_GET, false);
	rc = it_registry_call_do(&call, err);
	if (rc)
		return rc;
	if (call.answer.status / 100 != 2)
		return it_registry_upload_begin(upload, err);
	rc = it_registry_upload_answered(upload, &call, err);
	if (!rc && upload->held > upload->blob->len)
		rc = it_registry_upload_begin(upload, err);
	return rc;
}

int it_registry_upload_close(struct it_registry_upload *upload, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	int rc;

	it_registry_upload_call(upload, &call, IT_HTTP_PUT, true);
	rc = it_registry_call_do(&call, err);
	if (!rc && call.answer.status != 201)
		rc = it_registry_refused(&call, "such upload", err);
	if (!rc)
		rc = it_registry_same_digest(&call, upload->digest, err);
	upload->there = !rc;
	return rc;
}

/* The session may be taken up, or another begun: after a cut, when the registry was out of order,
 * when it forgot the session or did not agree where it stands. */
bool it_registry_upload_may_retry(int rc, const struct it_registry_call *call)
{
	int status = call->answer.status;

	if (rc == INTOTO_E_SERVICE)
		return status == 0 || status / 100 == 2 || status == 404 || status == 416 ||
		       status == 429 || status >= 500;
	return it_registry_says(&call->answer, "BLOB_UPLOAD_INVALID");
}

static int send_blob(struct it_registry_upload *upload, struct intoto_error **err)
{
	uint64_t chunk = upload->options->chunk;

	return chunk ? it_registry_upload_chunks(upload, chunk, err)
		     : it_registry_upload_whole(upload, err);
}

/* Best effort: what is not closed is swept away by the registry itself. */
static void cancel(struct it_registry_upload *upload)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };

	if (!upload->location.len)
		return;
	it_registry_upload_call(upload, &call, IT_HTTP_DELETE, false);
	call.request.once = true;
	if (it_registry_call_do(&call, NULL))
		return; /* there is an error already, and it says more */
}

static void upload_done(struct it_registry_upload *upload)
{
	it_buf_done(&upload->location);
}

int it_registry_put_blob(struct it_registry *registry, const char *digest,
			 const struct it_message *blob, const struct it_upload_options *options,
			 struct intoto_error **err)
{
	static const struct it_upload_options plainly = { 0 };
	IT_AUTO(upload_done)
	struct it_registry_upload upload = {
		.registry = registry,
		.digest = digest,
		.blob = blob,
		.options = options ? options : &plainly,
		.location = IT_BUF(IT_REGISTRY_URL_MAX),
	};
	int rc;

	if (!it_registry_digest_alg(digest))
		return it_err_set(err, INTOTO_E_FORMAT, "%s/%s: a blob without a digest",
				  registry->reference.host, registry->reference.repository);
	it_registry_patience_start(&upload.patience, registry);
	registry->mounting = upload.options->mount_from;
	rc = it_registry_has_blob(registry, &upload.there, digest, err);
	if (!rc && !upload.there)
		rc = it_registry_upload_begin(&upload, err);
	registry->mounting = NULL;
	if (!rc && !upload.there)
		rc = send_blob(&upload, err);
	if (rc)
		cancel(&upload);
	return rc;
}
