/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the rows, with a leaf of the log for each: one transaction.  Then the objects that no row
 * names any more, under the lock of writers (sweep.h says why).
 */
#include "store/gc.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/entry.h"
#include "store/leaf.h"
#include "store/sweep.h"

enum { BATCH = 10 * 1000, TEMPORARY_AGE = 24 * 60 * 60 };

/* Its own time is over, and no archive that stays holds it. */
#define CANDIDATES                                                                                 \
	"SELECT e.number, e.id, e.size, e.kind, e.name, e.class, e.put FROM entry e "              \
	"WHERE " IT_RETENTION_IS_OVER(                                                             \
		"e", "$1") " AND NOT EXISTS (SELECT 1 FROM member m JOIN entry a ON a.number = "   \
			   "m.archive "                                                            \
			   "WHERE m.entry = e.number AND NOT " IT_RETENTION_IS_OVER(               \
				   "a", "$1") ") "                                                 \
					      "ORDER BY CASE WHEN e.kind = 'archive' THEN 0 ELSE " \
					      "1 END, e.number"

/* --- which --- */

struct passing {
	int (*candidate)(void *arg, const struct it_gc_candidate *candidate,
			 struct intoto_error **err);
	void *arg;
};

static int pass(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct passing *passing = arg;
	const struct it_sql_value *values = row->values;
	struct it_gc_candidate candidate = {
		.number = (uint64_t)values[0].number,
		.size = (uint64_t)values[2].number,
		.kind = it_sql_string(&values[3]),
		.name = it_sql_string(&values[4]),
		.class = it_sql_string(&values[5]),
		.put = values[6].number,
	};
	int rc = it_object_id_read(&candidate.id, &values[1], err);

	return rc ? rc : passing->candidate(passing->arg, &candidate, err);
}

int it_gc_each(struct it_store *store, int64_t now,
	       int (*candidate)(void *arg, const struct it_gc_candidate *candidate,
				struct intoto_error **err),
	       void *arg, struct intoto_error **err)
{
	const struct it_sql_value value = IT_SQL_N(now);
	struct passing passing = { candidate, arg };

	return it_sql_each(store->sql, CANDIDATES, &value, 1, pass, &passing, err);
}

/* --- rows --- */

struct doomed {
	int64_t number;
	struct it_object_id id;
};

struct collection {
	struct it_store *store;
	const struct it_gc_options *options;
	struct it_gc_result *result;
	struct it_log log;
	struct doomed *items; /* of this transaction: at most BATCH */
	size_t count;
	int64_t first; /* number of its first leaf */
};

static void collection_done(struct collection *collection)
{
	free(collection->items);
}

static int doom(void *arg, const struct it_gc_candidate *candidate, struct intoto_error **err)
{
	struct collection *self = arg;
	const struct it_gc_options *options = self->options;

	self->items[self->count++] = (struct doomed){ (int64_t)candidate->number, candidate->id };
	return options->removed ? options->removed(options->arg, candidate, err) : INTOTO_OK;
}

static int note_removal(struct collection *self, const struct doomed *doomed,
			struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO removal (number, entry, id, time, actor, reason) VALUES "
		"($1, $2, $3, $4, $5, $6)";
	const struct it_gc_options *options = self->options;
	const struct it_leaf leaf = { .type = IT_LEAF_REMOVAL,
				      .id = doomed->id,
				      .actor = options->actor,
				      .reason = options->reason,
				      .time = options->now };
	struct it_sql_value values[6];
	uint64_t number;
	int rc = it_leaf_append(&self->log, &leaf, &number, err);

	if (rc)
		return rc;
	values[0] = IT_SQL_N((int64_t)number);
	values[1] = IT_SQL_N(doomed->number);
	values[2] = IT_SQL_B(it_span(doomed->id.bytes, sizeof doomed->id.bytes));
	values[3] = IT_SQL_N(options->now);
	values[4] = IT_SQL_T(options->actor);
	values[5] = IT_SQL_T(options->reason);
	return it_sql_do(self->store->sql, text, values, IT_COUNT_OF(values), err);
}

/* Each table once for all of them: not every one has an index by entry. */
static int delete_rows(struct collection *self, struct intoto_error **err)
{
#define REMOVED "(SELECT entry FROM removal WHERE number >= $1)"
	static const char *const texts[] = {
		"DELETE FROM subject WHERE entry IN " REMOVED,
		"DELETE FROM signer WHERE entry IN " REMOVED,
		"DELETE FROM package WHERE entry IN " REMOVED,
		"DELETE FROM vulnerability WHERE entry IN " REMOVED,
		"DELETE FROM exception WHERE entry IN " REMOVED,
		"DELETE FROM release WHERE entry IN " REMOVED,
		"DELETE FROM member WHERE archive IN " REMOVED " OR entry IN " REMOVED,
		"DELETE FROM entry WHERE number IN " REMOVED,
	};
#undef REMOVED
	const struct it_sql_value value = IT_SQL_N(self->first);
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(texts); i++)
		rc = it_sql_do(self->store->sql, texts[i], &value, 1, err);
	return rc;
}

static int remove_rows(struct collection *self, struct intoto_error **err)
{
	static const char text[] = CANDIDATES " LIMIT $2";
	const struct it_sql_value values[] = { IT_SQL_N(self->options->now), IT_SQL_N(BATCH) };
	struct it_sql *sql = self->store->sql;
	struct passing passing = { doom, self };
	int rc = it_log_begin(&self->log, sql, err);

	self->count = 0;
	self->first = (int64_t)self->log.tree.count;
	if (!rc)
		rc = it_sql_each(sql, text, values, IT_COUNT_OF(values), pass, &passing, err);
	for (size_t i = 0; !rc && i < self->count; i++)
		rc = note_removal(self, &self->items[i], err);
	if (!rc)
		rc = delete_rows(self, err);
	if (!rc)
		rc = it_sweep_begin(sql, err);
	return rc ? rc : it_log_end(&self->log, err);
}

static int remove_all_rows(struct collection *self, struct intoto_error **err)
{
	struct it_sql *sql = self->store->sql;
	int rc = INTOTO_OK;

	self->items = calloc(BATCH, sizeof *self->items);
	if (!self->items)
		return it_err_nomem(err);
	do {
		rc = sql->driver->begin(sql, err);
		if (!rc)
			rc = it_sql_end(sql, remove_rows(self, err), err);
		if (!rc)
			self->result->entries += self->count;
	} while (!rc && self->count == BATCH);
	return rc;
}

/* --- objects --- */

struct orphans {
	struct it_store *store;
	struct it_object_id *items;
	uint64_t *sizes;
	size_t count, cap;
};

static void orphans_done(struct orphans *orphans)
{
	free(orphans->items);
	free(orphans->sizes);
}

static int take_found(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	bool *found = arg;

	(void)row;
	(void)err;
	*found = true;
	return INTOTO_OK;
}

static int has_row(bool *out, struct it_store *store, const struct it_object_id *id,
		   struct intoto_error **err)
{
	static const char text[] = "SELECT number FROM entry WHERE id = $1";
	const struct it_sql_value value = IT_SQL_B(it_span(id->bytes, sizeof id->bytes));

	*out = false;
	return it_sql_each(store->sql, text, &value, 1, take_found, out, err);
}

static int grow(struct orphans *orphans, struct intoto_error **err)
{
	size_t cap = orphans->cap ? 2 * orphans->cap : 1024;
	struct it_object_id *items = reallocarray(orphans->items, cap, sizeof *items);
	uint64_t *sizes;

	if (!items)
		return it_err_nomem(err);
	orphans->items = items;
	sizes = reallocarray(orphans->sizes, cap, sizeof *sizes);
	if (!sizes)
		return it_err_nomem(err);
	orphans->sizes = sizes;
	orphans->cap = cap;
	return INTOTO_OK;
}

static int take_orphan(void *arg, const struct it_object_id *id, uint64_t size,
		       struct intoto_error **err)
{
	struct orphans *orphans = arg;
	bool wanted, there;
	int rc = has_row(&wanted, orphans->store, id, err);

	if (!rc && !wanted && size == IT_OBJECT_SIZE_UNKNOWN)
		rc = orphans->store->objects->kind->has(orphans->store->objects, id, &there, &size,
							err);
	if (!rc && !wanted && orphans->count == orphans->cap)
		rc = grow(orphans, err);
	if (rc || wanted)
		return rc;
	orphans->items[orphans->count] = *id;
	orphans->sizes[orphans->count++] = size;
	return INTOTO_OK;
}

static int remove_object(struct collection *self, const struct it_object_id *id, uint64_t size,
			 struct intoto_error **err)
{
	struct it_objects *objects = self->store->objects;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	bool wanted;
	int rc = has_row(&wanted, self->store, id, err);

	if (rc || wanted) /* put meanwhile */
		return rc;
	rc = objects->kind->remove(objects, id, &why);
	if (rc == INTOTO_E_POLICY) {
		self->result->locked++;
		return INTOTO_OK;
	}
	if (rc)
		return it_err_set(err, rc, "%s", intoto_error_text(why));
	self->result->objects++;
	self->result->bytes += size;
	return INTOTO_OK;
}

static int remove_objects(struct collection *self, const struct orphans *orphans,
			  struct intoto_error **err)
{
	struct it_objects *objects = self->store->objects;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < orphans->count; i++)
		rc = remove_object(self, &orphans->items[i], orphans->sizes[i], err);
	if (!rc && objects->kind->tidy)
		rc = objects->kind->tidy(objects, TEMPORARY_AGE, &self->result->temporaries, err);
	return rc ? rc : it_sweep_finish(self->store->sql, err);
}

static int sweep(struct collection *self, struct intoto_error **err)
{
	struct it_objects *objects = self->store->objects;
	struct it_sql *sql = self->store->sql;
	IT_AUTO(orphans_done) struct orphans orphans = { .store = self->store };
	/* Looked for beside the writers, looked at again when they wait. */
	int rc = objects->kind->each(objects, take_orphan, &orphans, err);

	if (!rc)
		rc = sql->driver->begin(sql, err);
	return rc ? rc : it_sql_end(sql, remove_objects(self, &orphans, err), err);
}

int it_gc_run(struct it_store *store, const struct it_gc_options *options,
	      struct it_gc_result *result, struct intoto_error **err)
{
	IT_AUTO(collection_done)
	struct collection self = { .store = store, .options = options, .result = result };
	int rc;

	*result = (struct it_gc_result){ 0 };
	rc = remove_all_rows(&self, err);
	return rc ? rc : sweep(&self, err);
}

/* --- what was removed --- */

struct telling {
	int (*removal)(void *arg, const struct it_removal *removal, struct intoto_error **err);
	void *arg;
};

static int tell(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct telling *telling = arg;
	const struct it_sql_value *values = row->values;
	struct it_removal removal = { .time = values[1].number,
				      .actor = it_sql_string(&values[2]),
				      .reason = it_sql_string(&values[3]) };
	int rc = it_object_id_read(&removal.id, &values[0], err);

	return rc ? rc : telling->removal(telling->arg, &removal, err);
}

int it_gc_removal(struct it_store *store, const struct it_object_id *low,
		  const struct it_object_id *high,
		  int (*removal)(void *arg, const struct it_removal *removal,
				 struct intoto_error **err),
		  void *arg, struct intoto_error **err)
{
	static const char text[] = "SELECT id, time, actor, reason FROM removal WHERE id >= $1 AND "
				   "id <= $2 ORDER BY number DESC LIMIT 1";
	const struct it_sql_value values[] = {
		IT_SQL_B(it_span(low->bytes, sizeof low->bytes)),
		IT_SQL_B(it_span(high->bytes, sizeof high->bytes)),
	};
	struct telling telling = { removal, arg };

	return it_sql_each(store->sql, text, values, IT_COUNT_OF(values), tell, &telling, err);
}
