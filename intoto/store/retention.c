/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/entry.h"
#include "store/leaf.h"

/* --- classes --- */

static int log_class(struct it_sql *sql, const struct it_retention_rule *rule,
		     struct intoto_error **err)
{
	const struct it_leaf leaf = { .type = IT_LEAF_RETENTION,
				      .class = rule->class,
				      .duration = rule->duration,
				      .actor = rule->actor,
				      .reason = rule->reason,
				      .time = it_clock_now() };
	struct it_log log;
	uint64_t number;
	int rc = it_log_begin(&log, sql, err);

	if (!rc)
		rc = it_leaf_append(&log, &leaf, &number, err);
	return rc ? rc : it_log_end(&log, err);
}

int it_retention_set(struct it_sql *sql, const struct it_retention_rule *rule,
		     struct intoto_error **err)
{
	static const char forget[] = "DELETE FROM retention WHERE class = $1";
	static const char keep[] = "INSERT INTO retention (class, duration) VALUES ($1, $2)";
	const struct it_sql_value values[] = { IT_SQL_T(rule->class), IT_SQL_N(rule->duration) };
	int rc = it_sql_do(sql, forget, values, 1, err);

	if (!rc && rule->duration >= 0)
		rc = it_sql_do(sql, keep, values, IT_COUNT_OF(values), err);
	return rc ? rc : log_class(sql, rule, err);
}

int it_retention_define(struct it_store *store, const struct it_retention_rule *rule,
			struct intoto_error **err)
{
	int rc = store->sql->driver->begin(store->sql, err);

	if (rc)
		return rc;
	return it_sql_end(store->sql, it_retention_set(store->sql, rule, err), err);
}

struct listing {
	int (*class)(void *arg, const struct it_retention_class *class, struct intoto_error **err);
	void *arg;
};

static int list_class(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct listing *listing = arg;
	const struct it_sql_value *values = row->values;
	const struct it_retention_class class = {
		.class = it_sql_string(&values[0]),
		.duration = values[1].kind == IT_SQL_NUMBER ? values[1].number : -1,
		.count = (uint64_t)values[2].number,
		.size = (uint64_t)values[3].number,
		.over = (uint64_t)values[4].number,
	};

	return listing->class(listing->arg, &class, err);
}

int it_retention_each(struct it_store *store, int64_t now,
		      int (*class)(void *arg, const struct it_retention_class *class,
				   struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	static const char text[] =
		"SELECT n.class, (SELECT duration FROM retention r WHERE r.class = n.class), "
		"CAST(SUM(n.count) AS BIGINT), CAST(SUM(n.size) AS BIGINT), CAST(SUM(n.over) AS "
		"BIGINT) "
		"FROM (SELECT e.class AS class, 1 AS count, e.size AS size, CASE WHEN " //
		IT_RETENTION_IS_OVER("e", "$1") " THEN 1 ELSE 0 END AS over FROM entry e UNION ALL "
						"SELECT class, 0, 0, 0 FROM retention) n GROUP BY "
						"n.class ORDER BY n.class";
	const struct it_sql_value value = IT_SQL_N(now);
	struct listing listing = { class, arg };

	return it_sql_each(store->sql, text, &value, 1, list_class, &listing, err);
}

/* --- entries --- */

/* What is said again is logged again: so do stores whose log did not tell of it before. */
static int log_change(struct it_log *log, const struct it_entry *entry,
		      const struct it_retention_change *change, struct intoto_error **err)
{
	struct it_leaf leaf = { .id = entry->id, .actor = change->actor, .time = it_clock_now() };
	uint64_t number;
	int rc = INTOTO_OK;

	if (change->class) {
		leaf.type = IT_LEAF_CLASS;
		leaf.class = change->class;
		rc = it_leaf_append(log, &leaf, &number, err);
	}
	if (rc || !change->lock_until)
		return rc;
	leaf.type = IT_LEAF_LOCK;
	leaf.class = NULL;
	leaf.lock_until = change->lock_until;
	return it_leaf_append(log, &leaf, &number, err);
}

static int change_one(struct it_log *log, const struct it_entry *entry,
		      const struct it_retention_change *change, struct intoto_error **err)
{
	static const char text[] = "UPDATE entry SET class = $1, lock_until = $2 WHERE number = $3";
	const struct it_sql_value values[] = {
		IT_SQL_T(change->class ? change->class : entry->class),
		IT_SQL_N(change->lock_until ? change->lock_until : entry->lock_until),
		IT_SQL_N(entry->number),
	};
	int rc;

	/* What was promised stays promised: this is what the lock is for. */
	if (change->lock_until && change->lock_until < entry->lock_until) {
		char until[IT_TIME_SIZE];

		it_time_format(until, entry->lock_until);
		return it_err_set(err, INTOTO_E_USAGE,
				  "entry %jd is locked until %s, which can only be lengthened",
				  (intmax_t)entry->number, until);
	}
	rc = it_sql_do(log->sql, text, values, IT_COUNT_OF(values), err);
	return rc ? rc : log_change(log, entry, change, err);
}

static int change_all(struct it_sql *sql, const struct it_entries *entries,
		      const struct it_retention_change *change, struct intoto_error **err)
{
	struct it_log log;
	int rc = it_log_begin(&log, sql, err);

	for (size_t i = 0; !rc && i < entries->count; i++)
		rc = change_one(&log, &entries->items[i], change, err);
	return rc ? rc : it_log_end(&log, err);
}

/* The service that keeps the objects, if it can lock, is told too. */
static int lock_object(struct it_store *store, const struct it_entry *entry, int64_t until,
		       enum it_object_hold held, struct intoto_error **err)
{
	struct it_objects *objects = store->objects;

	return objects->kind->lock ? objects->kind->lock(objects, &entry->id, until, held, err)
				   : INTOTO_OK;
}

int it_retention_change(struct it_store *store, const struct it_object_id *ids, size_t count,
			const struct it_retention_change *change, struct intoto_error **err)
{
	IT_AUTO(it_entries_done) struct it_entries entries = { 0 };
	int rc = store->sql->driver->begin(store->sql, err);

	if (rc)
		return rc;
	rc = it_entries_read(&entries, store->sql, ids, count, err);
	if (!rc)
		rc = change_all(store->sql, &entries, change, err);
	/* Before the commit: what is said to be locked is. */
	for (size_t i = 0; !rc && change->lock_until && i < entries.count; i++)
		rc = lock_object(store, &entries.items[i], change->lock_until, IT_OBJECT_HOLD_STAYS,
				 err);
	return it_sql_end(store->sql, rc, err);
}

/* --- holds --- */

struct changing {
	struct it_store *store;
	struct it_log log;
	struct it_entries entries;
	const struct it_hold *hold;
	const struct it_object_id *ids; /* that were named */
	size_t id_count;
	size_t changed;
};

static void changing_done(struct changing *changing)
{
	it_entries_done(&changing->entries);
}

static int note(struct changing *changing, const struct it_entry *entry, enum it_leaf_type type,
		struct intoto_error **err)
{
	const struct it_leaf leaf = { .type = type,
				      .id = entry->id,
				      .name = changing->hold->name,
				      .actor = changing->hold->actor,
				      .reason = changing->hold->reason,
				      .time = changing->hold->since };
	uint64_t number;

	changing->changed++;
	return it_leaf_append(&changing->log, &leaf, &number, err);
}

static int count_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	size_t *count = arg;

	(void)err;
	*count += (size_t)row->values[0].number;
	return INTOTO_OK;
}

/* Under this name, or any other than it. */
static int count_holds(size_t *out, struct it_sql *sql, int64_t entry, const char *name,
		       bool others, struct intoto_error **err)
{
	static const char these[] = "SELECT COUNT(*) FROM hold WHERE entry = $1 AND name = $2";
	static const char those[] = "SELECT COUNT(*) FROM hold WHERE entry = $1 AND name <> $2";
	const struct it_sql_value values[] = { IT_SQL_N(entry), IT_SQL_T(name) };

	*out = 0;
	return it_sql_each(sql, others ? those : these, values, IT_COUNT_OF(values), count_row, out,
			   err);
}

static int hold_one(struct changing *changing, const struct it_entry *entry,
		    struct intoto_error **err)
{
	static const char text[] = "INSERT INTO hold (entry, name, reason, actor, since) "
				   "VALUES ($1, $2, $3, $4, $5)";
	const struct it_hold *hold = changing->hold;
	const struct it_sql_value values[] = { IT_SQL_N(entry->number), IT_SQL_T(hold->name),
					       IT_SQL_T(hold->reason), IT_SQL_T(hold->actor),
					       IT_SQL_N(hold->since) };
	struct it_sql *sql = changing->store->sql;
	size_t there;
	int rc = count_holds(&there, sql, entry->number, hold->name, false, err);

	if (rc || there)
		return rc;
	rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	if (!rc)
		rc = note(changing, entry, IT_LEAF_HOLD, err);
	return rc ? rc : lock_object(changing->store, entry, 0, IT_OBJECT_HOLD_ON, err);
}

static int release_one(struct changing *changing, const struct it_entry *entry,
		       struct intoto_error **err)
{
	static const char text[] = "DELETE FROM hold WHERE entry = $1 AND name = $2";
	const struct it_sql_value values[] = { IT_SQL_N(entry->number),
					       IT_SQL_T(changing->hold->name) };
	struct it_sql *sql = changing->store->sql;
	size_t there;
	size_t others;
	int rc = count_holds(&there, sql, entry->number, changing->hold->name, false, err);

	if (rc || !there)
		return rc;
	rc = count_holds(&others, sql, entry->number, changing->hold->name, true, err);
	if (!rc)
		rc = it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
	if (!rc)
		rc = note(changing, entry, IT_LEAF_RELEASE, err);
	return rc || others ? rc : lock_object(changing->store, entry, 0, IT_OBJECT_HOLD_OFF, err);
}

static bool is_meant(const struct changing *changing, const struct it_object_id *id)
{
	for (size_t i = 0; changing->hold->alone && i < changing->id_count; i++)
		if (it_span_eq(it_span(id->bytes, sizeof id->bytes),
			       it_span(changing->ids[i].bytes, sizeof id->bytes)))
			return true;
	return !changing->hold->alone;
}

static int change_holds(struct changing *changing,
			int (*change)(struct changing *changing, const struct it_entry *entry,
				      struct intoto_error **err),
			struct intoto_error **err)
{
	int rc = it_log_begin(&changing->log, changing->store->sql, err);

	for (size_t i = 0; !rc && i < changing->entries.count; i++)
		if (is_meant(changing, &changing->entries.items[i].id))
			rc = change(changing, &changing->entries.items[i], err);
	return rc ? rc : it_log_end(&changing->log, err);
}

int it_hold_add(struct it_store *store, const struct it_object_id *ids, size_t count,
		const struct it_hold *hold, struct intoto_error **err)
{
	IT_AUTO(changing_done)
	struct changing changing = { .store = store, .hold = hold, .ids = ids, .id_count = count };
	int rc = store->sql->driver->begin(store->sql, err);

	if (rc)
		return rc;
	rc = it_entries_read(&changing.entries, store->sql, ids, count, err);
	if (!rc)
		rc = change_holds(&changing, hold_one, err);
	return it_sql_end(store->sql, rc, err);
}

int it_hold_release(struct it_store *store, const struct it_object_id *ids, size_t count,
		    const struct it_hold *hold, size_t *released, struct intoto_error **err)
{
	IT_AUTO(changing_done) struct changing changing = { .store = store, .hold = hold };
	int rc = store->sql->driver->begin(store->sql, err);

	if (rc)
		return rc;
	rc = count ? it_entries_read(&changing.entries, store->sql, ids, count, err)
		   : it_entries_held(&changing.entries, store->sql, hold->name, err);
	if (!rc)
		rc = change_holds(&changing, release_one, err);
	if (!rc && !changing.changed)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "nothing of it is held under that name");
	*released = changing.changed;
	return it_sql_end(store->sql, rc, err);
}

struct showing {
	int (*hold)(void *arg, const struct it_hold *hold, struct intoto_error **err);
	void *arg;
};

static int show(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct showing *showing = arg;
	const struct it_sql_value *values = row->values;
	struct it_hold hold = {
		.name = it_sql_string(&values[0]),
		.reason = it_sql_string(&values[1]),
		.actor = it_sql_string(&values[2]),
		.since = values[3].number,
		.entry = it_sql_string(&values[5]),
	};
	int rc = it_object_id_read(&hold.id, &values[4], err);

	return rc ? rc : showing->hold(showing->arg, &hold, err);
}

int it_hold_each(struct it_store *store, const char *name,
		 int (*hold)(void *arg, const struct it_hold *hold, struct intoto_error **err),
		 void *arg, struct intoto_error **err)
{
	static const char text[] =
		"SELECT h.name, h.reason, h.actor, h.since, e.id, e.name FROM hold h JOIN entry e "
		"ON e.number = h.entry WHERE $1 = '' OR h.name = $1 ORDER BY h.name, e.number";
	const struct it_sql_value value = IT_SQL_T(name ? name : "");
	struct showing showing = { hold, arg };

	return it_sql_each(store->sql, text, &value, 1, show, &showing, err);
}
