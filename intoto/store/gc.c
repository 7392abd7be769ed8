/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the rows, with a leaf of the log for each: one transaction.  Then the objects that no row
 * names any more, under the lock of writers (sweep.h says why).
 */
#include "store/gc.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/entry.h"
#include "store/retention_log.h"
#include "store/sweep.h"

enum { BATCH = 10 * 1000, TEMPORARY_AGE = 24 * 60 * 60, WHY_MAX = 256 };

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

struct candidate {
	struct it_gc_candidate public;
	char *kind, *name, *class;
	bool stays;
};

struct collection {
	struct it_store *store;
	const struct it_gc_options *options;
	struct it_gc_result *result;
	struct it_log log;
	struct it_retention_log *said;
	struct candidate *items; /* of this transaction */
	size_t count, cap;
	void *kept;	  /* tsearch(3): numbers of those that stay */
	uint64_t removed; /* by this transaction */
	int64_t first;	  /* number of its first leaf */
};

static void drop_items(struct collection *self)
{
	for (size_t i = 0; i < self->count; i++) {
		free(self->items[i].kind);
		free(self->items[i].name);
		free(self->items[i].class);
	}
	self->count = 0;
}

static void collection_done(struct collection *self)
{
	drop_items(self);
	free(self->items);
	tdestroy(self->kept, free);
	it_retention_log_free(self->said);
}

static int take_candidate(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct collection *self = arg;
	const struct it_sql_value *values = row->values;
	struct candidate *item;
	int rc;

	if (self->count == self->cap) {
		size_t cap = self->cap ? 2 * self->cap : 256;
		struct candidate *grown = reallocarray(self->items, cap, sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		self->items = grown;
		self->cap = cap;
	}
	item = &self->items[self->count++];
	*item = (struct candidate){ .kind = strdup(it_sql_string(&values[3])),
				    .name = strdup(it_sql_string(&values[4])),
				    .class = strdup(it_sql_string(&values[5])) };
	item->public = (struct it_gc_candidate){ .number = (uint64_t)values[0].number,
						 .size = (uint64_t)values[2].number,
						 .kind = item->kind,
						 .name = item->name,
						 .class = item->class,
						 .put = values[6].number };
	rc = it_object_id_read(&item->public.id, &values[1], err);
	return rc || (item->kind && item->name && item->class) ? rc : it_err_nomem(err);
}

static int find_candidates(struct collection *self, int64_t most, struct intoto_error **err)
{
	static const char text[] = CANDIDATES " LIMIT $2";
	const struct it_sql_value values[] = { IT_SQL_N(self->options->now), IT_SQL_N(most) };

	drop_items(self);
	return it_sql_each(self->store->sql, text, values, IT_COUNT_OF(values), take_candidate,
			   self, err);
}

/* --- which stay --- */

static int compare_numbers(const void *a, const void *b)
{
	const int64_t *one = a;
	const int64_t *two = b;

	return (*one > *two) - (*one < *two);
}

static int keep(struct collection *self, struct candidate *item, const char *why,
		struct intoto_error **err)
{
	int64_t *number = malloc(sizeof *number);
	int64_t *const *found;

	item->stays = true;
	if (!number)
		return it_err_nomem(err);
	*number = (int64_t)item->public.number;
	found = tsearch(number, &self->kept, compare_numbers);
	if (!found || *found != number)
		free(number);
	if (!found)
		return it_err_nomem(err);
	if (*found != number) /* told by the transaction before */
		return INTOTO_OK;
	self->result->kept++;
	return self->options->tell(self->options->arg, &item->public, why, err);
}

static int take_archive(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	void **asking = arg; /* what stays, and whether it was found there */

	(void)err;
	if (tfind(&row->values[0].number, &asking[0], compare_numbers))
		asking[1] = arg;
	return INTOTO_OK;
}

/* Archives come first. */
static int is_member(bool *out, struct collection *self, const struct candidate *item,
		     struct intoto_error **err)
{
	static const char text[] = "SELECT archive FROM member WHERE entry = $1";
	const struct it_sql_value value = IT_SQL_N((int64_t)item->public.number);
	void *asking[] = { self->kept, NULL };
	int rc = self->kept
			 ? it_sql_each(self->store->sql, text, &value, 1, take_archive, asking, err)
			 : INTOTO_OK;

	*out = asking[1] != NULL;
	return rc;
}

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *number = arg;

	(void)err;
	*number = row->values[0].number;
	return INTOTO_OK;
}

/* As the log has it; a class of which it says nothing, as the index does.  -1: for ever. */
static int find_duration(int64_t *out, struct collection *self, const char *class,
			 struct intoto_error **err)
{
	static const char text[] = "SELECT duration FROM retention WHERE class = $1";
	const struct it_sql_value value = IT_SQL_T(class);

	*out = -1;
	return it_retention_log_class(self->said, class, out)
		       ? INTOTO_OK
		       : it_sql_each(self->store->sql, text, &value, 1, take_number, out, err);
}

/* Appends why it stays; nothing when it may go. */
static int find_reason(struct it_buf *why, struct collection *self, const struct candidate *item,
		       struct intoto_error **err)
{
	IT_AUTO(it_retention_said_done) struct it_retention_said said = { 0 };
	int64_t now = self->options->now;
	int64_t duration = -1;
	int64_t end = INT64_MAX;
	char until[IT_TIME_SIZE];
	const char *class = item->class;
	int rc = it_retention_log_entry(&said, self->said, self->store->sql,
					(int64_t)item->public.number, &item->public.id, err);

	if (!rc && said.has_class)
		class = said.class;
	if (!rc)
		rc = find_duration(&duration, self, *class ? class : IT_RETENTION_DEFAULT, err);
	if (rc)
		return rc;
	if (!said.is_put)
		return it_sink_into_buf(why, it_span_text("the log does not say that it was put"),
					err);
	if (said.holds)
		return it_sink_into_buf(why, it_span_text("the log says that it is held"), err);
	if (said.lock_until > now) {
		it_time_format(until, said.lock_until);
		(void)it_buf_printf(why, "the log says that it is locked until %s",
				    until); /* looked at below */
	} else if (duration < 0 || __builtin_add_overflow(said.put, duration, &end)) {
		(void)it_buf_add_text(
			why, "the log says that it is kept for ever"); /* looked at below */
	} else if (end > now) {
		it_time_format(until, end);
		(void)it_buf_printf(why, "the log says that it is kept until %s",
				    until); /* looked at below */
	}
	return it_buf_check(why, "a reason", err);
}

static int judge(struct collection *self, struct candidate *item, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(WHY_MAX);
	bool member;
	int rc = is_member(&member, self, item, err);

	if (!rc && member)
		return keep(self, item, "an archive that stays holds it", err);
	if (!rc)
		rc = find_reason(&why, self, item, err);
	if (rc)
		return rc;
	if (why.len)
		return keep(self, item, it_buf_text(&why), err);
	return self->options->tell(self->options->arg, &item->public, NULL, err);
}

/* --- rows --- */

static int note_removal(struct collection *self, const struct it_gc_candidate *doomed,
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
	values[1] = IT_SQL_N((int64_t)doomed->number);
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
		"DELETE FROM bundled WHERE entry IN " REMOVED,
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

static int judge_all(struct collection *self, int64_t most, struct intoto_error **err)
{
	int rc = find_candidates(self, most, err);

	if (!rc && self->count)
		rc = it_retention_log_read(self->said, self->store->sql, err);
	for (size_t i = 0; !rc && i < self->count; i++)
		rc = judge(self, &self->items[i], err);
	return rc;
}

static int remove_rows(struct collection *self, int64_t most, struct intoto_error **err)
{
	struct it_sql *sql = self->store->sql;
	uint64_t removed = 0;
	int rc = it_log_begin(&self->log, sql, err);

	self->first = (int64_t)self->log.tree.count;
	if (!rc)
		rc = judge_all(self, most, err);
	for (size_t i = 0; !rc && i < self->count; i++) {
		if (self->items[i].stays)
			continue;
		rc = note_removal(self, &self->items[i].public, err);
		removed++;
	}
	if (!rc)
		rc = delete_rows(self, err);
	if (!rc)
		rc = it_sweep_begin(sql, err);
	if (!rc)
		rc = it_log_end(&self->log, err);
	self->removed = removed;
	return rc;
}

/* The log is read before the writers wait, what came since then when they do. */
static int open_log(struct collection *self, struct intoto_error **err)
{
	int rc = it_retention_log_new(&self->said, err);

	if (!rc)
		rc = find_candidates(self, 1, err);
	return rc || !self->count ? rc : it_retention_log_read(self->said, self->store->sql, err);
}

static int remove_all_rows(struct collection *self, struct intoto_error **err)
{
	struct it_sql *sql = self->store->sql;
	int64_t most = 0;
	int rc = open_log(self, err);

	if (rc)
		return rc;
	do {
		/* Those that stay are found again. */
		most = BATCH + (int64_t)self->result->kept;
		rc = sql->driver->begin(sql, err);
		if (!rc)
			rc = it_sql_end(sql, remove_rows(self, most, err), err);
		if (!rc)
			self->result->entries += self->removed;
	} while (!rc && (int64_t)self->count == most);
	return rc;
}

int it_gc_preview(struct it_store *store, const struct it_gc_options *options,
		  struct it_gc_result *result, struct intoto_error **err)
{
	IT_AUTO(collection_done)
	struct collection self = { .store = store, .options = options, .result = result };
	int rc;

	*result = (struct it_gc_result){ 0 };
	rc = open_log(&self, err);
	return rc ? rc : judge_all(&self, INT64_MAX, err);
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
