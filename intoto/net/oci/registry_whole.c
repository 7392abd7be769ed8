/* SPDX-License-Identifier: Apache-2.0 */
/* A blob in one PUT, hashed on the way (distribution-spec, "POST then PUT"). */
#include <stdio.h>

#include "base/text.h"
#include "net/oci/registry_part.h"

/* Passes a message on, hashes it unless that was done already, and tells how far it is. */
struct passing {
	struct it_registry_upload *upload;
	struct it_digest hash;
	uint64_t passed;
	const struct it_sink *next;
	bool wrong;
};

/* Before the last piece goes out, so that what is wrong is never whole there. */
static int check_digest(struct passing *passing, struct intoto_error **err)
{
	char found[IT_OCI_DIGEST_SIZE];

	passing->wrong = !it_registry_digest_is(&passing->hash, passing->upload->digest, found);
	return passing->wrong ? it_err_set(err, INTOTO_E_POLICY,
					   "what is to be sent has the digest %s", found)
			      : INTOTO_OK;
}

static int pass_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct passing *passing = arg;
	const struct it_upload_options *options = passing->upload->options;
	bool sure = passing->upload->blob->sure;
	int rc = INTOTO_OK;

	passing->passed += piece.len;
	if (!sure)
		it_digest_add(&passing->hash, piece.data, piece.len);
	if (!sure && passing->passed == passing->upload->blob->len)
		rc = check_digest(passing, err);
	if (!rc)
		rc = it_sink_take(passing->next, piece, err);
	if (!rc && options->progress)
		options->progress(options->arg, passing->passed);
	return rc;
}

static int pass_all(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct passing *passing = self;
	const struct it_sink through = { pass_piece, passing };
	struct it_registry_upload *upload = passing->upload;

	passing->next = sink;
	passing->passed = 0;
	it_digest_start(&passing->hash, it_registry_digest_alg(upload->digest));
	return it_message_pour(upload->blob, &through, err);
}

static void add_range(struct it_registry_call *call, uint64_t from, uint64_t len)
{
	char range[64];

	(void)snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)from,
		       (unsigned long long)(len - 1)); /* two numbers' room */
	it_registry_call_header(call, "Content-Range", range);
}

/* *again: that it failed may be mended by asking the registry where it stands. */
static int put_rest(struct it_registry_upload *upload, bool *again, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	struct passing passing = { .upload = upload };
	const struct it_message message = { .pour = pass_all,
					    .self = &passing,
					    .len = upload->blob->len };
	int rc;

	it_registry_upload_call(upload, &call, IT_HTTP_PUT, true);
	it_registry_call_header(&call, "Content-Type", "application/octet-stream");
	if (upload->held < upload->blob->len) {
		call.request.body = &message;
		call.request.body_offset = upload->held;
		/* What is sent twice is appended twice: whether to is decided below. */
		call.request.once = true;
		if (upload->held)
			add_range(&call, upload->held, upload->blob->len);
	}
	rc = it_registry_call_do(&call, err);
	if (!rc && call.answer.status != 201)
		rc = it_registry_refused(&call, "such upload", err);
	upload->patience.asked_ms = it_registry_retry_after(&call);
	*again = rc && !passing.wrong && it_registry_upload_may_retry(rc, &call);
	if (!rc)
		rc = it_registry_same_digest(&call, upload->digest, err);
	upload->there = !rc;
	return rc;
}

int it_registry_upload_whole(struct it_registry_upload *upload, struct intoto_error **err)
{
	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		bool again;
		bool first = !upload->held;
		int rc = put_rest(upload, &again, &why);

		if (!rc)
			return INTOTO_OK;
		if (!again || !it_registry_patience_more(&upload->patience, upload->registry,
							 upload->held, upload->digest)) {
			it_registry_pass_error(err, &why);
			return rc;
		}
		/* Taken up already, and that came to nothing: from the beginning. */
		if (!first)
			it_buf_reset(&upload->location);
		rc = it_registry_upload_ask(upload, err);
		if (rc || upload->there)
			return rc;
	}
}
