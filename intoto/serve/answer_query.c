/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/query: what clients of Archivista ask, answered from the store. */
#include <stdlib.h>

#include "base/text.h"
#include "serve/answers.h"
#include "serve/archivista.h"
#include "store/query.h"

enum {
	DOCUMENT_MAX = 64 * 1024 * 1024,
	CANDIDATES_MAX = IT_ARCHIVISTA_ROWS_MAX,
};

/* Of all that are looked into for one query. */
static const uint64_t read_max = UINT64_C(512) * 1024 * 1024;

struct candidate {
	uint64_t number;
	uint64_t size;
	struct it_object_id id;
};

struct candidates {
	struct candidate *items;
	size_t count, cap;
	uint64_t last;	/* number of the row that came last */
	unsigned fresh; /* rows of this page */
};

static int too_many(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_LIMIT,
			  "too many documents would have to be read: narrow the query down by a "
			  "digest");
}

static int add(struct candidates *candidates, const struct candidate *one,
	       struct intoto_error **err)
{
	if (candidates->count == CANDIDATES_MAX)
		return too_many(err);
	if (candidates->count == candidates->cap) {
		size_t cap = candidates->cap ? 2 * candidates->cap : 64;
		struct candidate *grown = realloc(candidates->items, cap * sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		candidates->items = grown;
		candidates->cap = cap;
	}
	candidates->items[candidates->count++] = *one;
	return INTOTO_OK;
}

/* Kinds that are never in an envelope. */
static bool is_other(const char *kind)
{
	return it_streq(kind, "archive") || it_streq(kind, "key") || it_streq(kind, "file");
}

static int take_found(void *arg, const struct it_found *found, struct intoto_error **err)
{
	struct candidates *candidates = arg;
	const struct candidate one = { found->number, found->size, found->id };

	candidates->last = found->number;
	candidates->fresh++;
	return is_other(found->kind) ? INTOTO_OK : add(candidates, &one, err);
}

/* All pages of a query. */
static int collect(struct candidates *candidates, struct it_store *store, const char *digest,
		   struct intoto_error **err)
{
	struct it_query query = { .digest = digest, .limit = 1000 };
	int rc;

	do {
		candidates->fresh = 0;
		rc = it_query_run(store, &query, take_found, candidates, err);
		query.before = candidates->last;
	} while (!rc && candidates->fresh == query.limit && query.before);
	return rc;
}

static int take_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct candidate *one = arg;

	(void)err; /* nothing can fail */
	one->number = (uint64_t)row->values[0].number;
	one->size = (uint64_t)row->values[1].number;
	return INTOTO_OK;
}

/* One that is not there is no error: it is not in the answer. */
static int collect_gitoid(struct candidates *candidates, struct it_store *store, const char *gitoid,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(128);
	struct candidate one = { .number = UINT64_MAX };
	struct it_sql_value value;
	int rc;

	if (strlen(gitoid) != 2 * IT_SHA256_SIZE || !it_hex_valid(it_span_text(gitoid)))
		return INTOTO_OK;
	(void)it_buf_printf(&text, "gitoid:blob:sha256:%s", gitoid); /* short */
	rc = it_store_resolve(store, it_buf_text(&text), &one.id, NULL);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_store_resolve(store, it_buf_text(&text), &one.id, err);
	value = IT_SQL_B(it_span(one.id.bytes, sizeof one.id.bytes));
	rc = it_sql_each(store->sql, "SELECT number, size FROM entry WHERE id = $1", &value, 1,
			 take_row, &one, err);
	return rc || one.number == UINT64_MAX ? rc : add(candidates, &one, err);
}

static int by_number(const void *left, const void *right)
{
	const struct candidate *a = left;
	const struct candidate *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

static int collect_all(struct candidates *candidates, struct it_store *store,
		       const struct it_archivista_hint *hint, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < hint->gitoids.count; i++)
		rc = collect_gitoid(candidates, store, hint->gitoids.items[i], err);
	if (rc || hint->gitoids.count)
		return rc;
	for (size_t i = 0; !rc && i < hint->digests.count; i++)
		rc = *hint->digests.items[i]
			     ? collect(candidates, store, hint->digests.items[i], err)
			     : INTOTO_OK;
	return rc || hint->digests.count ? rc : collect(candidates, store, NULL, err);
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct it_buf *bytes = arg;

	(void)it_buf_add_span(bytes, piece); /* is looked at */
	return it_buf_check(bytes, "a document", err);
}

struct reading {
	struct it_store *store;
	int (*document)(void *arg, uint64_t number, struct it_span bytes,
			struct intoto_error **err);
	void *arg;
};

static int read_one(const struct reading *reading, const struct candidate *one,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(DOCUMENT_MAX);
	const struct it_sink sink = { take_piece, &bytes };
	int rc = it_store_get(reading->store, &one->id, &sink, err);

	return rc ? rc : reading->document(reading->arg, one->number, it_buf_span(&bytes), err);
}

static int read_all(const struct reading *reading, const struct candidates *candidates,
		    struct intoto_error **err)
{
	uint64_t size = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < candidates->count; i++) {
		const struct candidate *one = &candidates->items[i];

		if (i && one->number == candidates->items[i - 1].number)
			continue; /* found by two digests */
		size += one->size;
		if (size > read_max || one->size > DOCUMENT_MAX)
			return too_many(err);
		rc = read_one(reading, one, err);
	}
	return rc;
}

static int each(void *arg, const struct it_archivista_hint *hint,
		int (*document)(void *document_arg, uint64_t number, struct it_span bytes,
				struct intoto_error **err),
		void *document_arg, struct intoto_error **err)
{
	const struct reading reading = { arg, document, document_arg };
	struct candidates candidates = { 0 };
	int rc = collect_all(&candidates, arg, hint, err);

	if (!rc && candidates.count)
		qsort(candidates.items, candidates.count, sizeof *candidates.items, by_number);
	if (!rc)
		rc = read_all(&reading, &candidates, err);
	free(candidates.items);
	return rc;
}

int it_answer_query(struct it_exchange *exchange, struct it_worker *worker,
		    struct intoto_error **err)
{
	const struct it_archivista_source source = { each, worker->store };

	exchange->graphql = true;
	return it_archivista_query(&exchange->answer, it_buf_span(&exchange->body), &source, err);
}
