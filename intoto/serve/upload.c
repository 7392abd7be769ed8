/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/upload: checked, put, and acknowledged when it is durable. */
#include "serve/upload.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/keep.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "serve/workers.h"

enum { PIECE = 64 * 1024, NAME_MAX_BYTES = 255, TEXT_MAX = 256 };

/* The id that git gives a file, by SHA-256: what Archivista's clients know it by. */
static int gitoid_of(struct it_buf *hex, int fd, uint64_t size, struct intoto_error **err)
{
	const struct it_digest_alg *alg = it_digest_find("gitoid");
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest state;
	char piece[PIECE];
	uint64_t at = 0;

	it_digest_start_sized(&state, alg, size);
	while (at < size) {
		ssize_t got = pread(fd, piece, sizeof piece, (off_t)at);

		if (got <= 0)
			return it_err_errno(err, got ? errno : EIO, "an upload");
		it_digest_add(&state, piece, (size_t)got);
		at += (uint64_t)got;
	}
	it_digest_finish(&state, digest);
	it_hex_encode(hex, it_span(digest, alg->size));
	return it_buf_check(hex, "a digest", err);
}

static int read_words(struct it_store_put *put, const struct it_exchange *exchange,
		      struct intoto_error **err)
{
	static const char *const names[] = { "name", "retention", "lock-until", NULL };
	const char *until = it_target_get(&exchange->target, "lock-until");
	int rc = it_target_only(&exchange->target, names, err);

	if (rc)
		return rc;
	put->name = it_target_get(&exchange->target, "name");
	put->retention = it_target_get(&exchange->target, "retention");
	if ((put->name && strlen(put->name) > NAME_MAX_BYTES) ||
	    (put->retention && strlen(put->retention) > TEXT_MAX))
		return it_err_set(err, INTOTO_E_USAGE, "want a name of at most %d bytes",
				  NAME_MAX_BYTES);
	if (until && !it_time_parse_any(&put->lock_until, it_span_text(until)))
		return it_err_set(err, INTOTO_E_USAGE,
				  "lock-until: want a time as 2030-01-31T23:59:59Z");
	return INTOTO_OK;
}

static void digest_text(struct it_buf *out, const struct it_object_id *id)
{
	(void)it_buf_add_text(out, "sha256:"); /* short, as below */
	it_hex_encode(out, it_span(id->bytes, sizeof id->bytes));
}

static int acknowledge(struct it_exchange *exchange, const struct it_store_receipt *receipt,
		       const char *gitoid, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(128);
	struct it_writer writer;
	int rc;

	digest_text(&digest, &receipt->id);
	exchange->object = strdup(it_buf_text(&digest)); /* NULL: the line has none */
	it_writer_init(&writer, &exchange->answer, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "digest");
	it_write_text(&writer, it_buf_text(&digest));
	it_write_name(&writer, "fresh");
	it_write_bool(&writer, receipt->fresh);
	it_write_name(&writer, "gitoid");
	it_write_text(&writer, gitoid);
	it_write_name(&writer, "number");
	it_write_int(&writer, (int64_t)receipt->number);
	it_write_object_end(&writer);
	rc = it_writer_finish(&writer, err);
	(void)it_buf_add_byte(&exchange->answer, '\n'); /* sticky */
	return rc;
}

/* Of an archive: each of its members is an entry, too, and the release is noted. */
static int keep_members(const struct it_exchange *exchange, struct it_worker *worker,
			const struct it_store_receipt *receipt, const char *actor,
			struct intoto_error **err)
{
	bool document = true;
	bool kept = false;
	int rc = it_upload_is_document(&document, exchange->body_path, err);

	if (rc || document)
		return rc;
	return it_archive_keep(worker->store, exchange->body_path, &receipt->id, actor, &kept, err);
}

int it_upload_answer(struct it_exchange *exchange, struct it_worker *worker,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf gitoid = IT_BUF(128);
	struct it_store_put put = { .path = exchange->body_path,
				    .actor = exchange->who ? exchange->who : "" };
	struct it_store_receipt receipt;
	int rc = read_words(&put, exchange, err);

	if (!rc)
		rc = it_upload_check(&worker->service->policy, worker->store, exchange->body_path,
				     err);
	if (!rc)
		rc = gitoid_of(&gitoid, exchange->body_fd, exchange->received, err);
	if (!rc && !put.name)
		put.name = it_buf_text(&gitoid);
	if (!rc)
		rc = it_commits_put(worker->commits, worker->store, &put, &receipt, err);
	if (!rc)
		rc = keep_members(exchange, worker, &receipt, put.actor, err);
	return rc ? rc : acknowledge(exchange, &receipt, it_buf_text(&gitoid), err);
}
