/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob in pieces (distribution-spec, "Pushing a blob in chunks").  The message is poured once;
 * the piece that is under way stays in memory until the registry has it, so that a cut costs no
 * more than what was cut.
 */
#include <stdio.h>

#include "net/oci/registry_part.h"

enum { CHUNK_MAX = 64 * 1024 * 1024 };

struct chunking {
	struct it_registry_upload *upload;
	struct it_digest hash;
	struct it_buf piece;
	uint64_t from; /* where in the blob it begins */
	bool lost;     /* the registry has less than stands before this piece: all again */
};

static uint64_t end_of(const struct chunking *chunking)
{
	return chunking->from + chunking->piece.len;
}

/* What the registry has not of this piece. */
static struct it_span left_of(const struct chunking *chunking)
{
	size_t held = (size_t)(chunking->upload->held - chunking->from);

	return it_span(chunking->piece.data + held, chunking->piece.len - held);
}

/* Where the registry says it stands after it took everything. */
static int take_answer(struct chunking *chunking, const struct it_registry_call *call,
		       struct intoto_error **err)
{
	struct it_registry_upload *upload = chunking->upload;
	uint64_t before = upload->held;
	uint64_t end = end_of(chunking);
	int rc = it_registry_upload_answered(upload, call, err);

	if (rc)
		return rc;
	/* "0-0" is one byte, too; and a registry that does not say has taken it. */
	if (upload->held == UINT64_MAX || (!upload->held && end == 1))
		upload->held = end;
	if (upload->held <= before || upload->held > end)
		return it_err_set(err, INTOTO_E_SERVICE,
				  "%s: the registry says it has %llu bytes after %llu were sent",
				  it_buf_text(&call->where), (unsigned long long)upload->held,
				  (unsigned long long)end);
	return INTOTO_OK;
}

static int patch(struct chunking *chunking, bool *again, struct intoto_error **err)
{
	IT_AUTO(it_registry_call_done) struct it_registry_call call = { 0 };
	struct it_registry_upload *upload = chunking->upload;
	struct it_span left = left_of(chunking);
	struct it_message message = it_message_of(&left);
	char range[64];
	int rc;

	it_registry_upload_call(upload, &call, IT_HTTP_PATCH, false);
	it_registry_call_header(&call, "Content-Type", "application/octet-stream");
	(void)snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)upload->held,
		       (unsigned long long)(end_of(chunking) - 1)); /* two numbers' room */
	it_registry_call_header(&call, "Content-Range", range);
	call.request.body = &message;
	rc = it_registry_call_do(&call, err);
	if (!rc && call.answer.status / 100 != 2)
		rc = it_registry_refused(&call, "such upload", err);
	if (!rc)
		rc = take_answer(chunking, &call, err);
	*again = rc && it_registry_upload_may_retry(rc, &call);
	return rc;
}

/* Asks where the registry stands after a failure; lost when that is not within this piece. */
static int ask(struct chunking *chunking, struct intoto_error **err)
{
	struct it_registry_upload *upload = chunking->upload;
	int rc = it_registry_upload_ask(upload, err);

	if (rc || upload->there)
		return rc;
	chunking->lost = upload->held < chunking->from || upload->held > end_of(chunking);
	return chunking->lost ? it_err_set(err, INTOTO_E_SERVICE,
					   "the registry lost the upload of %s", upload->digest)
			      : INTOTO_OK;
}

static int send_piece(struct chunking *chunking, struct intoto_error **err)
{
	struct it_registry_upload *upload = chunking->upload;

	while (!upload->there && upload->held < end_of(chunking)) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		bool again;
		int rc = patch(chunking, &again, &why);

		if (!rc)
			continue;
		if (!again || !it_registry_patience_more(&upload->patience, upload->registry,
							 upload->held, upload->digest)) {
			it_registry_pass_error(err, &why);
			return rc;
		}
		rc = ask(chunking, err);
		if (rc)
			return rc;
	}
	chunking->from = end_of(chunking);
	it_buf_reset(&chunking->piece);
	if (upload->options->progress)
		upload->options->progress(upload->options->arg, chunking->from);
	return INTOTO_OK;
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct chunking *chunking = arg;

	if (!chunking->upload->blob->sure)
		it_digest_add(&chunking->hash, piece.data, piece.len);
	while (piece.len) {
		size_t room = chunking->piece.max - chunking->piece.len;
		size_t len = piece.len < room ? piece.len : room;
		int rc;

		if (it_buf_add(&chunking->piece, piece.data, len))
			return it_buf_check(&chunking->piece, "a piece of a blob", err);
		piece = it_span(piece.data + len, piece.len - len);
		if (chunking->piece.len < chunking->piece.max)
			return INTOTO_OK;
		rc = send_piece(chunking, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}

static int pour_once(struct chunking *chunking, struct intoto_error **err)
{
	const struct it_sink sink = { take_piece, chunking };
	struct it_registry_upload *upload = chunking->upload;
	char found[IT_OCI_DIGEST_SIZE];
	int rc;

	it_digest_start(&chunking->hash, it_registry_digest_alg(upload->digest));
	it_buf_reset(&chunking->piece);
	chunking->from = 0;
	chunking->lost = false;
	rc = it_message_pour(upload->blob, &sink, err);
	if (!rc && !upload->blob->sure &&
	    !it_registry_digest_is(&chunking->hash, upload->digest, found))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s/%s: want the digest %s, but what is to be sent has %s",
				  upload->registry->reference.host,
				  upload->registry->reference.repository, upload->digest, found);
	return !rc && chunking->piece.len ? send_piece(chunking, err) : rc;
}

static int pour_all(struct chunking *chunking, struct intoto_error **err)
{
	struct it_registry_upload *upload = chunking->upload;

	for (;;) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int rc = pour_once(chunking, &why);

		if (!chunking->lost) {
			it_registry_pass_error(err, &why);
			return rc;
		}
		/* A session that holds something else than nothing is no beginning. */
		if (upload->held)
			rc = it_registry_upload_begin(upload, err);
		else
			rc = INTOTO_OK;
		if (rc)
			return rc;
	}
}

static int close_upload(struct chunking *chunking, struct intoto_error **err)
{
	struct it_registry_upload *upload = chunking->upload;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_registry_upload_close(upload, &why);

	if (rc == INTOTO_E_SERVICE && it_registry_patience_more(&upload->patience, upload->registry,
								upload->held, upload->digest)) {
		rc = it_registry_upload_ask(upload, err);
		if (rc || upload->there)
			return rc;
		/* still there, and whole: what was lost is only the answer that it is open */
		if (upload->held == upload->blob->len)
			return it_registry_upload_close(upload, err);
		rc = INTOTO_E_SERVICE;
	}
	it_registry_pass_error(err, &why);
	return rc;
}

int it_registry_upload_chunks(struct it_registry_upload *upload, uint64_t chunk,
			      struct intoto_error **err)
{
	struct chunking chunking = { .upload = upload };
	int rc;

	if (chunk < upload->min_chunk)
		chunk = upload->min_chunk;
	if (chunk > CHUNK_MAX)
		return it_err_set(
			err, INTOTO_E_LIMIT,
			"%s/%s: the registry wants pieces of at least %llu bytes, which is "
			"more than are held at a time: send it in one",
			upload->registry->reference.host, upload->registry->reference.repository,
			(unsigned long long)chunk);
	chunking.piece = (struct it_buf)IT_BUF((size_t)chunk);
	rc = pour_all(&chunking, err);
	it_buf_done(&chunking.piece);
	return rc || upload->there ? rc : close_upload(&chunking, err);
}
