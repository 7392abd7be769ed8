/* SPDX-License-Identifier: Apache-2.0 */
#include "store/release.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/leaf.h"

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *number = arg;

	(void)err;
	*number = row->values[0].number;
	return INTOTO_OK;
}

static int number_of(int64_t *out, struct it_sql *sql, const struct it_object_id *id,
		     struct intoto_error **err)
{
	static const char text[] = "SELECT number FROM entry WHERE id = $1";
	const struct it_sql_value value = IT_SQL_B(it_span(id->bytes, sizeof id->bytes));
	int rc;

	*out = -1;
	rc = it_sql_each(sql, text, &value, 1, take_number, out, err);
	if (!rc && *out < 0)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "what belongs to a release is no entry");
	return rc;
}

static int add_release(struct it_sql *sql, const struct it_store_release *release, int64_t number,
		       struct intoto_error **err)
{
	static const char text[] =
		"INSERT INTO release (entry, product, release, verdict, time, previous) VALUES "
		"($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
	IT_AUTO(it_buf_done) struct it_buf previous = IT_BUF(IT_SHA256_SIZE);
	struct it_sql_value values[6];

	(void)it_hex_decode(&previous, it_span_text(release->previous)); /* "" has none */
	values[0] = IT_SQL_N(number);
	values[1] = IT_SQL_T(release->product);
	values[2] = IT_SQL_T(release->release);
	values[3] = IT_SQL_T(release->verdict);
	values[4] = IT_SQL_N(release->time);
	values[5] = IT_SQL_B(it_buf_span(&previous));
	return it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
}

static int add_member(struct it_sql *sql, const struct it_store_member *member, int64_t archive,
		      struct intoto_error **err)
{
	static const char text[] = "INSERT INTO member (archive, entry, role, name) VALUES "
				   "($1, $2, $3, $4) ON CONFLICT DO NOTHING";
	int64_t number;
	struct it_sql_value values[4];
	int rc = number_of(&number, sql, &member->id, err);

	if (rc)
		return rc;
	values[0] = IT_SQL_N(archive);
	values[1] = IT_SQL_N(number);
	values[2] = IT_SQL_T(member->role);
	values[3] = IT_SQL_T(member->name);
	return it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
}

struct row {
	bool is_archive, has_class;
	int64_t lock_until;
};

static int take_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct row *found = arg;

	(void)err;
	found->is_archive = it_streq(it_sql_string(&row->values[0]), "archive");
	found->has_class = *it_sql_string(&row->values[1]) != '\0';
	found->lock_until = row->values[2].number;
	return INTOTO_OK;
}

/* What was found out behind its put stands in the log, too. */
static int log_kind(struct it_log *log, const struct it_store_release *release,
		    const struct row *row, struct intoto_error **err)
{
	struct it_leaf leaf = { .type = IT_LEAF_ARCHIVE,
				.id = release->archive,
				.time = it_clock_now() };
	uint64_t number;
	int rc = row->is_archive ? INTOTO_OK : it_leaf_append(log, &leaf, &number, err);

	if (!rc && !row->has_class && *release->retention) {
		leaf.type = IT_LEAF_CLASS;
		leaf.class = release->retention;
		rc = it_leaf_append(log, &leaf, &number, err);
	}
	if (rc || row->lock_until >= release->lock_until)
		return rc;
	leaf.type = IT_LEAF_LOCK;
	leaf.class = NULL;
	leaf.lock_until = release->lock_until;
	return it_leaf_append(log, &leaf, &number, err);
}

/* It is an archive: that it is one, and how long it is to be kept, was found out behind its put. */
static int set_kind(struct it_log *log, int64_t number, const struct it_store_release *release,
		    struct intoto_error **err)
{
	static const char before[] = "SELECT kind, class, lock_until FROM entry WHERE number = $1";
	static const char text[] =
		"UPDATE entry SET kind = 'archive', media_type = $1, verdict = $2, "
		"class = CASE WHEN class = '' THEN $3 ELSE class END, "
		"lock_until = CASE WHEN lock_until < $4 THEN $4 ELSE lock_until END "
		"WHERE number = $5";
	const struct it_sql_value values[] = { IT_SQL_T(IT_STORE_ARCHIVE_TYPE),
					       IT_SQL_T(release->verdict),
					       IT_SQL_T(release->retention),
					       IT_SQL_N(release->lock_until), IT_SQL_N(number) };
	struct row row = { 0 };
	int rc = it_sql_each(log->sql, before, &values[4], 1, take_row, &row, err);

	if (!rc)
		rc = it_sql_do(log->sql, text, values, IT_COUNT_OF(values), err);
	return rc ? rc : log_kind(log, release, &row, err);
}

static int relate(struct it_sql *sql, const struct it_store_release *release,
		  struct intoto_error **err)
{
	struct it_log log;
	int64_t number;
	int rc = number_of(&number, sql, &release->archive, err);

	if (!rc)
		rc = add_release(sql, release, number, err);
	if (!rc)
		rc = it_log_begin(&log, sql, err);
	if (!rc)
		rc = set_kind(&log, number, release, err);
	if (!rc)
		rc = it_log_end(&log, err);
	for (size_t i = 0; !rc && i < release->member_count; i++)
		rc = add_member(sql, &release->members[i], number, err);
	return rc;
}

/* Its members were put with its lock; it itself was put before anybody knew that it is one. */
static int lock_archive(struct it_store *store, const struct it_store_release *release,
			struct intoto_error **err)
{
	struct it_objects *objects = store->objects;

	return objects->kind->lock && release->lock_until > it_clock_now()
		       ? objects->kind->lock(objects, &release->archive, release->lock_until,
					     IT_OBJECT_HOLD_STAYS, err)
		       : INTOTO_OK;
}

int it_store_relate(struct it_store *store, const struct it_store_release *release,
		    struct intoto_error **err)
{
	struct it_sql *sql = store->sql;
	int rc = sql->driver->begin(sql, err);

	if (rc)
		return rc;
	rc = relate(sql, release, err);
	if (!rc)
		rc = lock_archive(store, release, err);
	return it_sql_end(sql, rc, err);
}
