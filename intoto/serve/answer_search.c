/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/search and /v1/affected. */
#include "base/clock.h"
#include "base/text.h"
#include "json/writer.h"
#include "serve/answers.h"
#include "store/query.h"

static void put_digest(struct it_writer *writer, const char *name, const struct it_object_id *id)
{
	static const struct it_object_id none;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(128);

	if (it_span_eq(it_span(id->bytes, sizeof id->bytes),
		       it_span(none.bytes, sizeof none.bytes)))
		return;
	(void)it_buf_add_text(&text, "sha256:"); /* short, as below */
	it_hex_encode(&text, it_span(id->bytes, sizeof id->bytes));
	it_write_name(writer, name);
	it_write_text(writer, it_buf_text(&text));
}

/* What documents say may be any bytes. */
static void put_text(struct it_writer *writer, const char *name, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf safe = IT_BUF(64 * 1024);

	if (!text || !*text)
		return;
	(void)it_utf8_replace(&safe, it_span_text(text)); /* it is UTF-8 either way */
	it_write_name(writer, name);
	it_write_text_span(writer, it_buf_span(&safe));
}

static void put_time(struct it_writer *writer, const char *name, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	if (!seconds)
		return;
	it_time_format(text, seconds);
	put_text(writer, name, text);
}

struct listing {
	struct it_writer writer;
	uint64_t last;
	unsigned count;
};

static int list_found(void *arg, const struct it_found *found, struct intoto_error **err)
{
	struct listing *listing = arg;
	struct it_writer *writer = &listing->writer;

	(void)err; /* the writer's failures stick */
	listing->last = found->number;
	listing->count++;
	it_write_object(writer);
	put_text(writer, "actor", found->actor);
	put_digest(writer, "digest", &found->id);
	it_write_name(writer, "held");
	it_write_bool(writer, found->held);
	put_text(writer, "kind", found->kind);
	put_time(writer, "lockUntil", found->lock_until);
	put_text(writer, "mediaType", found->media_type);
	put_text(writer, "name", found->name);
	it_write_name(writer, "number");
	it_write_int(writer, (int64_t)found->number);
	put_text(writer, "predicateType", found->predicate_type);
	put_time(writer, "put", found->put);
	put_text(writer, "retention", found->retention);
	put_time(writer, "said", found->said);
	it_write_name(writer, "size");
	it_write_int(writer, (int64_t)found->size);
	put_text(writer, "step", found->step);
	put_text(writer, "verdict", found->verdict);
	it_write_object_end(writer);
	return INTOTO_OK;
}

static const struct word {
	const char *name;
	size_t offset;
} words[] = {
	{ "digest", offsetof(struct it_query, digest) },
	{ "name", offsetof(struct it_query, name) },
	{ "step", offsetof(struct it_query, step) },
	{ "signer", offsetof(struct it_query, signer) },
	{ "predicate-type", offsetof(struct it_query, predicate_type) },
	{ "kind", offsetof(struct it_query, kind) },
	{ "vulnerability", offsetof(struct it_query, vulnerability) },
	{ "package", offsetof(struct it_query, package) },
	{ "verdict", offsetof(struct it_query, verdict) },
	{ "exception", offsetof(struct it_query, exception) },
	{ "product", offsetof(struct it_query, product) },
	{ "role", offsetof(struct it_query, role) },
};

static const char *const names[] = {
	"digest",  "name",    "step",	   "signer",  "predicate-type", "kind",	 "vulnerability",
	"package", "verdict", "exception", "product", "role",		"since", "until",
	"before",  "limit",   NULL
};

static int read_time(int64_t *out, const struct it_exchange *exchange, const char *name,
		     struct intoto_error **err)
{
	const char *text = it_target_get(&exchange->target, name);

	if (text && !it_time_parse_any(out, it_span_text(text)))
		return it_err_set(err, INTOTO_E_USAGE, "%s: want a time as 2030-01-31T23:59:59Z",
				  name);
	return INTOTO_OK;
}

static int read_number(uint64_t *out, const struct it_exchange *exchange, const char *name,
		       uint64_t max, struct intoto_error **err)
{
	const char *text = it_target_get(&exchange->target, name);

	if (text && (!it_parse_u64(text, max, out) || !*out))
		return it_err_set(err, INTOTO_E_USAGE, "%s: want a number from 1 to %ju", name,
				  (uintmax_t)max);
	return INTOTO_OK;
}

static int read_query(struct it_query *query, const struct it_exchange *exchange,
		      struct intoto_error **err)
{
	uint64_t limit = 100;
	int rc = it_target_only(&exchange->target, names, err);

	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		*(const char **)((char *)query + words[i].offset) =
			it_target_get(&exchange->target, words[i].name);
	if (!rc)
		rc = read_time(&query->since, exchange, "since", err);
	if (!rc)
		rc = read_time(&query->until, exchange, "until", err);
	if (!rc)
		rc = read_number(&query->before, exchange, "before", INT64_MAX, err);
	if (!rc)
		rc = read_number(&limit, exchange, "limit", 10 * 1000, err);
	query->limit = (unsigned)limit;
	/* Alone it would be passed over: the answer would be everything. */
	if (!rc && query->role && !query->digest && !query->name)
		rc = it_err_set(err, INTOTO_E_USAGE, "role: wants digest or name");
	return rc;
}

int it_answer_search(struct it_exchange *exchange, struct it_worker *worker,
		     struct intoto_error **err)
{
	struct it_query query = { 0 };
	struct listing listing = { .last = 0 };
	int finished;
	int rc = read_query(&query, exchange, err);

	if (rc)
		return rc;
	it_writer_init(&listing.writer, &exchange->answer, IT_WRITE_COMPACT);
	it_write_object(&listing.writer);
	it_write_name(&listing.writer, "entries");
	it_write_list(&listing.writer);
	rc = it_query_run(worker->store, &query, list_found, &listing, err);
	it_write_list_end(&listing.writer);
	if (listing.count == query.limit && listing.last) {
		it_write_name(&listing.writer, "next"); /* the value for "before" */
		it_write_int(&listing.writer, (int64_t)listing.last);
	}
	it_write_object_end(&listing.writer);
	finished = it_writer_finish(&listing.writer, rc ? NULL : err);
	(void)it_buf_add_byte(&exchange->answer, '\n'); /* sticky */
	return rc ? rc : finished;
}

static int list_affected(void *arg, const struct it_affected *row, struct intoto_error **err)
{
	struct it_writer *writer = arg;

	(void)err; /* the writer's failures stick */
	it_write_object(writer);
	put_digest(writer, "archive", &row->archive);
	put_text(writer, "digest", row->digest);
	put_digest(writer, "evidence", &row->evidence);
	put_text(writer, "image", row->image);
	put_text(writer, "package", row->package);
	put_text(writer, "product", row->product);
	put_text(writer, "release", row->release);
	put_text(writer, "saidBy", row->said_by);
	put_digest(writer, "speaks", &row->speaks);
	put_text(writer, "state", row->state);
	put_text(writer, "version", row->version);
	put_text(writer, "vulnerability", row->vulnerability);
	it_write_object_end(writer);
	return INTOTO_OK;
}

int it_answer_affected(struct it_exchange *exchange, struct it_worker *worker,
		       struct intoto_error **err)
{
	static const char *const only[] = { "what", NULL };
	const char *what = it_target_get(&exchange->target, "what");
	struct it_writer writer;
	int finished;
	int rc = it_target_only(&exchange->target, only, err);

	if (rc)
		return rc;
	if (!what || !*what)
		return it_err_set(err, INTOTO_E_USAGE,
				  "what: want the id of a vulnerability or a purl");
	it_writer_init(&writer, &exchange->answer, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "affected");
	it_write_list(&writer);
	rc = it_query_affected(worker->store, what, list_affected, &writer, err);
	it_write_list_end(&writer);
	it_write_object_end(&writer);
	finished = it_writer_finish(&writer, rc ? NULL : err);
	(void)it_buf_add_byte(&exchange->answer, '\n'); /* sticky */
	return rc ? rc : finished;
}
