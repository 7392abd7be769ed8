/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting: the bytes first, durably; then one transaction for their rows, their facts and their
 * leaves.  Only then are they acknowledged.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "store/leaf.h"
#include "store/put_again.h"
#include "store/put_batch.h"
#include "store/sweep.h"

enum { PIECE = 256 * 1024, TRIES = 16 };

/* One document between its bytes and its rows. */
struct item {
	const struct it_store_put *put;
	struct it_object_id id;
	unsigned char gitoid[IT_SHA256_SIZE];
	uint64_t size;
	struct it_facts *facts; /* NULL: it is too large to be read */
};

struct it_put_batch {
	struct it_store *store;
	struct item *items;
	size_t count;
	char *piece;
	int64_t now;
	struct it_log log;
	uint64_t sweep; /* as it was before the objects were put */
};

void it_put_batch_free(struct it_put_batch *batch)
{
	if (!batch)
		return;
	for (size_t i = 0; i < batch->count; i++)
		it_facts_free(batch->items[i].facts);
	free(batch->items);
	free(batch->piece);
	free(batch);
}

/* --- its bytes --- */

struct pouring {
	const struct item *item;
	char *piece;
};

static int pour_file(const struct pouring *pouring, const struct it_sink *sink,
		     struct intoto_error **err)
{
	const char *path = pouring->item->put->path;
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = 0;
	int rc = INTOTO_OK;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	while (!rc && (got = TEMP_FAILURE_RETRY(read(fd, pouring->piece, PIECE))) > 0)
		rc = it_sink_take(sink, it_span(pouring->piece, (size_t)got), err);
	return rc || got >= 0 ? rc : it_err_errno(err, errno, "%s", path);
}

static int pour(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	const struct pouring *pouring = self;

	return pouring->item->put->path ? pour_file(pouring, sink, err)
					: it_sink_take(sink, pouring->item->put->bytes, err);
}

struct hashing {
	struct it_digest sha256, gitoid;
	uint64_t size;
	struct it_buf *text; /* NULL: too large */
};

static int hash_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct hashing *hashing = arg;

	it_digest_add(&hashing->sha256, piece.data, piece.len);
	it_digest_add(&hashing->gitoid, piece.data, piece.len);
	hashing->size += piece.len;
	return hashing->text ? it_sink_into_buf(hashing->text, piece, err) : INTOTO_OK;
}

static int find_size(struct item *item, struct intoto_error **err)
{
	struct stat about;

	item->size = item->put->bytes.len;
	if (!item->put->path)
		return INTOTO_OK;
	if (stat(item->put->path, &about))
		return it_err_errno(err, errno, "%s", item->put->path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no file", item->put->path);
	item->size = (uint64_t)about.st_size;
	return INTOTO_OK;
}

static const char *name_of(const struct it_store_put *put)
{
	if (put->name)
		return put->name;
	return put->path ? it_path_base(put->path) : "";
}

static int check_expected(const struct item *item, struct intoto_error **err)
{
	const struct it_object_id *expected = item->put->expected;

	if (!expected || it_span_eq(it_span(expected->bytes, sizeof expected->bytes),
				    it_span(item->id.bytes, sizeof item->id.bytes)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_POLICY, "%s: is not what it was said to be",
			  name_of(item->put));
}

static int look(struct it_put_batch *batch, struct item *item, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_STORE_DOCUMENT_MAX);
	struct hashing hashing = { 0 };
	const struct it_sink sink = { hash_piece, &hashing };
	struct pouring pouring = { item, batch->piece };
	unsigned char digest[IT_DIGEST_MAX];
	int rc = find_size(item, err);

	if (rc)
		return rc;
	if (item->size < IT_STORE_DOCUMENT_MAX)
		hashing.text = &text;
	it_digest_start(&hashing.sha256, it_digest_find("sha256"));
	it_digest_start_sized(&hashing.gitoid, it_digest_find("gitoid"), item->size);
	rc = pour(&pouring, &sink, err);
	if (rc)
		return rc;
	if (hashing.size != item->size)
		return it_err_set(err, INTOTO_E_IO, "%s: changed while it was read",
				  name_of(item->put));
	it_digest_finish(&hashing.sha256, digest);
	memcpy(item->id.bytes, digest, sizeof item->id.bytes);
	it_digest_finish(&hashing.gitoid, digest);
	memcpy(item->gitoid, digest, sizeof item->gitoid);
	rc = check_expected(item, err);
	if (rc)
		return rc;
	return hashing.text
		       ? it_facts_read(&item->facts, it_buf_span(&text), name_of(item->put), err)
		       : INTOTO_OK;
}

static int put_object(struct it_put_batch *batch, const struct item *item,
		      struct intoto_error **err)
{
	struct it_objects *objects = batch->store->objects;
	struct pouring pouring = { item, batch->piece };
	const struct it_message message = { .pour = pour, .self = &pouring, .len = item->size };

	return objects->kind->put(objects, &item->id, &message, err);
}

/* --- its rows --- */

static int add_leaf(struct it_put_batch *batch, const struct item *item, uint64_t *number,
		    struct intoto_error **err)
{
	const struct it_leaf leaf = { .type = IT_LEAF_PUT,
				      .id = item->id,
				      .size = item->size,
				      .kind = item->facts ? item->facts->kind : "file",
				      .class = item->put->retention,
				      .lock_until = item->put->lock_until,
				      .time = batch->now };

	return it_leaf_append(&batch->log, &leaf, number, err);
}

/* What is no UTF-8 is kept as it is shown: JSON has no other way to say it. */
static char *kept_text(const char *text)
{
	struct it_span span = it_span_text(text);

	return it_utf8_valid(span) ? strdup(text ? text : "") : it_text_quoted(span);
}

static int add_entry(struct it_put_batch *batch, const struct item *item,
		     const struct it_facts *facts, uint64_t number, struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO entry (number, id, gitoid, size, kind, media_type, predicate_type, "
		"step, name, verdict, said, put, actor, class, lock_until) VALUES ($1, $2, "
		"$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
	const struct it_store_put *put = item->put;
	IT_AUTO(it_freep) char *name = kept_text(name_of(put));
	IT_AUTO(it_freep) char *actor = kept_text(put->actor);
	const struct it_sql_value values[] = {
		IT_SQL_N((int64_t)number),
		IT_SQL_B(it_span(item->id.bytes, sizeof item->id.bytes)),
		IT_SQL_B(it_span(item->gitoid, sizeof item->gitoid)),
		IT_SQL_N((int64_t)item->size),
		IT_SQL_T(facts ? facts->kind : "file"),
		IT_SQL_T(facts ? facts->media_type : "application/octet-stream"),
		IT_SQL_T(facts ? facts->predicate_type : ""),
		IT_SQL_T(facts ? facts->step : ""),
		IT_SQL_T(name),
		IT_SQL_T(facts ? facts->verdict : ""),
		IT_SQL_N(facts ? facts->time : 0),
		IT_SQL_N(batch->now),
		IT_SQL_T(actor),
		IT_SQL_T(put->retention ? put->retention : ""),
		IT_SQL_N(put->lock_until),
	};

	if (!name || !actor)
		return it_err_nomem(err);
	return it_sql_do(batch->store->sql, text, values, IT_COUNT_OF(values), err);
}

/* The digits as bytes, where it is a number in hex; else the text itself. */
static struct it_span key_of(struct it_buf *bytes, const char *value)
{
	it_buf_reset(bytes);
	return it_hex_valid(it_span_text(value)) && it_hex_decode(bytes, it_span_text(value))
		       ? it_buf_span(bytes)
		       : it_span_text(value);
}

static int add_subjects(struct it_sql *sql, const struct it_facts *facts, int64_t number,
			struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO subject (value, algorithm, entry, role, name, place, line) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7)";
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_FACT_TEXT_MAX);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->subject_count; i++) {
		const struct it_fact_subject *one = &facts->subjects[i];
		const struct it_sql_value values[] = {
			IT_SQL_B(key_of(&bytes, one->value)),
			IT_SQL_T(one->algorithm),
			IT_SQL_N(number),
			IT_SQL_T(one->role),
			IT_SQL_T(one->name),
			IT_SQL_N((int64_t)i),
			IT_SQL_N(one->line),
		};

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_signers(struct it_sql *sql, const struct it_facts *facts, int64_t number,
		       struct intoto_error **err)
{
	static const char text[] = "INSERT INTO signer (keyid, identity, entry, place) VALUES "
				   "($1, $2, $3, $4)";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->signer_count; i++) {
		const struct it_sql_value values[] = { IT_SQL_T(facts->signers[i].keyid),
						       IT_SQL_T(facts->signers[i].identity),
						       IT_SQL_N(number), IT_SQL_N((int64_t)i) };

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_packages(struct it_sql *sql, const struct it_facts *facts, int64_t number,
			struct intoto_error **err)
{
	static const char text[] = "INSERT INTO package (base, version, entry, purl, name, "
				   "license, place, line) VALUES ($1, $2, $3, $4, $5, $6, $7, "
				   "$8)";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->package_count; i++) {
		const struct it_fact_package *one = &facts->packages[i];
		const struct it_sql_value values[] = { IT_SQL_T(one->base),  IT_SQL_T(one->version),
						       IT_SQL_N(number),     IT_SQL_T(one->purl),
						       IT_SQL_T(one->name),  IT_SQL_T(one->license),
						       IT_SQL_N((int64_t)i), IT_SQL_N(one->line) };

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_vulnerabilities(struct it_sql *sql, const struct it_facts *facts, int64_t number,
			       struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO vulnerability (id, package, state, severity, entry, place, base, "
		"version, finding, line) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->vulnerability_count; i++) {
		const struct it_fact_vulnerability *one = &facts->vulnerabilities[i];
		const struct it_sql_value values[] = {
			IT_SQL_T(one->id),	 IT_SQL_T(one->package), IT_SQL_T(one->state),
			IT_SQL_T(one->severity), IT_SQL_N(number),	 IT_SQL_N((int64_t)i),
			IT_SQL_T(one->base),	 IT_SQL_T(one->version), IT_SQL_N(one->finding),
			IT_SQL_N(one->line),
		};

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_exceptions(struct it_sql *sql, const struct it_facts *facts, int64_t number,
			  struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO exception (id, owner, reason, expires, entry, place) VALUES "
		"($1, $2, $3, $4, $5, $6)";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->exception_count; i++) {
		const struct it_fact_exception *one = &facts->exceptions[i];
		const struct it_sql_value values[] = {
			IT_SQL_T(one->id),	IT_SQL_T(one->owner), IT_SQL_T(one->reason),
			IT_SQL_N(one->expires), IT_SQL_N(number),     IT_SQL_N((int64_t)i)
		};

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_lines(struct it_sql *sql, const struct it_facts *facts, int64_t number,
		     struct intoto_error **err)
{
	static const char text[] = "INSERT INTO bundled (line, kind, predicate_type, step, "
				   "verdict, entry) VALUES ($1, $2, $3, $4, $5, $6)";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->line_count; i++) {
		const struct it_fact_line *one = &facts->lines[i];
		const struct it_sql_value values[] = {
			IT_SQL_N(one->line), IT_SQL_T(one->kind),    IT_SQL_T(one->predicate_type),
			IT_SQL_T(one->step), IT_SQL_T(one->verdict), IT_SQL_N(number)
		};

		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	}
	return rc;
}

static int add_facts(struct it_sql *sql, const struct it_facts *facts, int64_t number,
		     struct intoto_error **err)
{
	int rc = add_subjects(sql, facts, number, err);

	if (!rc)
		rc = add_signers(sql, facts, number, err);
	if (!rc)
		rc = add_packages(sql, facts, number, err);
	if (!rc)
		rc = add_vulnerabilities(sql, facts, number, err);
	if (!rc)
		rc = add_lines(sql, facts, number, err);
	return rc ? rc : add_exceptions(sql, facts, number, err);
}

static int take_there(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_put_there *there = arg;

	(void)err;
	there->number = row->values[0].number;
	there->lock_until = row->values[1].number;
	there->has_class = *it_sql_string(&row->values[2]) != '\0';
	there->found = true;
	return INTOTO_OK;
}

/* What is there already stays as it is: the same bytes say the same. */
static int add(struct it_put_batch *batch, const struct item *item,
	       struct it_store_receipt *receipt, struct intoto_error **err)
{
	static const char text[] = "SELECT number, lock_until, class FROM entry WHERE id = $1";
	const struct it_sql_value id = IT_SQL_B(it_span(item->id.bytes, sizeof item->id.bytes));
	struct it_sql *sql = batch->store->sql;
	struct it_put_there there = { 0 };
	int rc = it_sql_each(sql, text, &id, 1, take_there, &there, err);

	receipt->id = item->id;
	receipt->fresh = !there.found;
	receipt->number = (uint64_t)there.number;
	if (rc)
		return rc;
	if (there.found)
		return it_put_keep_longer(batch->store, &batch->log, item->put, &item->id, &there,
					  err);
	rc = add_leaf(batch, item, &receipt->number, err);
	if (!rc)
		rc = add_entry(batch, item, item->facts, receipt->number, err);
	if (!rc && item->facts)
		rc = add_facts(sql, item->facts, (int64_t)receipt->number, err);
	return rc ? rc : it_put_lock(batch->store, item->put, &item->id, err);
}

static int add_all(struct it_put_batch *batch, struct it_store_receipt *receipts,
		   struct intoto_error **err)
{
	int rc = it_log_begin(&batch->log, batch->store->sql, err);

	for (size_t i = 0; !rc && i < batch->count; i++)
		rc = add(batch, &batch->items[i], &receipts[i], err);
	return rc ? rc : it_log_end(&batch->log, err);
}

/* --- all of it --- */

static int look_at_all(struct it_put_batch *batch, const struct it_store_put *puts, size_t count,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	batch->now = it_clock_now();
	batch->piece = malloc(PIECE);
	batch->items = calloc(count + 1, sizeof *batch->items);
	if (!batch->piece || !batch->items)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		batch->items[i].put = &puts[i];
		batch->count = i + 1;
		rc = look(batch, &batch->items[i], err);
	}
	return rc;
}

static int put_objects(struct it_put_batch *batch, struct intoto_error **err)
{
	struct it_objects *objects = batch->store->objects;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < batch->count; i++)
		rc = put_object(batch, &batch->items[i], err);
	return rc ? rc : objects->kind->sync(objects, err);
}

int it_put_batch_prepare(struct it_put_batch **out, struct it_store *store, uint64_t sweep,
			 const struct it_store_put *puts, size_t count, struct intoto_error **err)
{
	IT_AUTO(it_put_batch_freep) struct it_put_batch *batch = calloc(1, sizeof *batch);
	int rc;

	*out = NULL;
	if (!batch)
		return it_err_nomem(err);
	batch->store = store;
	batch->sweep = sweep;
	rc = look_at_all(batch, puts, count, err);
	if (!rc)
		rc = put_objects(batch, err);
	if (rc)
		return rc;
	*out = batch;
	batch = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int are_there(bool *out, struct it_put_batch *batch, struct intoto_error **err)
{
	struct it_objects *objects = batch->store->objects;
	uint64_t size;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && *out && i < batch->count; i++)
		rc = objects->kind->has(objects, &batch->items[i].id, out, &size, err);
	return rc;
}

/* Whether no sweep took any of them since they were put (sweep.h); inside the transaction. */
static int check(bool *out, struct it_put_batch *batch, bool alone, struct intoto_error **err)
{
	uint64_t now;
	int rc = it_sweep_count(&now, batch->store->sql, err);

	*out = !rc && (alone || !it_sweep_may_have_taken(batch->sweep, now));
	return rc || !*out || !it_sweep_may_have_taken(batch->sweep, now)
		       ? rc
		       : are_there(out, batch, err);
}

int it_put_batch_rows(bool *done, struct it_put_batch *batch, bool alone,
		      struct it_store_receipt *receipts, struct intoto_error **err)
{
	struct it_sql *sql = batch->store->sql;
	int rc = sql->driver->begin(sql, err);

	*done = false;
	if (rc)
		return rc;
	rc = check(done, batch, alone, err);
	if (!rc && *done)
		rc = add_all(batch, receipts, err);
	if (!rc && *done)
		return it_sql_end(sql, rc, err);
	sql->driver->rollback(sql);
	return rc;
}

int it_put_batch_finish(struct it_put_batch *batch, struct it_store_receipt *receipts,
			struct intoto_error **err)
{
	bool done = false;
	int rc = it_put_batch_rows(&done, batch, true, receipts, err);

	for (int i = 1; !rc && !done && i < TRIES; i++) {
		rc = it_sweep_count(&batch->sweep, batch->store->sql, err);
		if (!rc)
			rc = put_objects(batch, err);
		if (!rc)
			rc = it_put_batch_rows(&done, batch, true, receipts, err);
	}
	return rc || done ? rc
			  : it_err_set(err, INTOTO_E_SERVICE,
				       "collections of garbage get in the way of this put: try "
				       "again later");
}

int it_store_put(struct it_store *store, const struct it_store_put *puts, size_t count,
		 struct it_store_receipt *receipts, struct intoto_error **err)
{
	IT_AUTO(it_put_batch_freep) struct it_put_batch *batch = NULL;
	uint64_t sweep;
	int rc = it_sweep_count(&sweep, store->sql, err);

	if (!rc)
		rc = it_put_batch_prepare(&batch, store, sweep, puts, count, err);
	return rc ? rc : it_put_batch_finish(batch, receipts, err);
}
