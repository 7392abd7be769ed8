/* SPDX-License-Identifier: Apache-2.0 */
#include "store/put_again.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/leaf.h"
#include "store/retention.h"

struct again {
	struct it_store *store;
	struct it_log *log;
	const struct it_store_put *put;
	const struct it_object_id *id;
};

int it_put_lock(struct it_store *store, const struct it_store_put *put,
		const struct it_object_id *id, struct intoto_error **err)
{
	struct it_objects *objects = store->objects;

	return objects->kind->lock && put->lock_until > it_clock_now()
		       ? objects->kind->lock(objects, id, put->lock_until, IT_OBJECT_HOLD_STAYS,
					     err)
		       : INTOTO_OK;
}

/* What is no UTF-8 is kept as it is shown. */
static char *kept_actor(const char *actor)
{
	struct it_span span = it_span_text(actor ? actor : "");

	return it_utf8_valid(span) ? strdup(span.data) : it_text_quoted(span);
}

static int note(const struct again *again, enum it_leaf_type type, struct intoto_error **err)
{
	const struct it_store_put *put = again->put;
	IT_AUTO(it_freep) char *actor = kept_actor(put->actor);
	const struct it_leaf leaf = { .type = type,
				      .id = *again->id,
				      .class = type == IT_LEAF_CLASS ? put->retention : NULL,
				      .lock_until = put->lock_until,
				      .actor = actor,
				      .time = it_clock_now() };
	uint64_t number;

	return actor ? it_leaf_append(again->log, &leaf, &number, err) : it_err_nomem(err);
}

static int lock_longer(const struct again *again, const struct it_put_there *there,
		       struct intoto_error **err)
{
	static const char text[] = "UPDATE entry SET lock_until = $1 WHERE number = $2";
	const struct it_sql_value values[] = { IT_SQL_N(again->put->lock_until),
					       IT_SQL_N(there->number) };
	int rc = it_sql_do(again->store->sql, text, values, IT_COUNT_OF(values), err);

	if (!rc)
		rc = note(again, IT_LEAF_LOCK, err);
	return rc ? rc : it_put_lock(again->store, again->put, again->id, err);
}

static int take_any(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	bool *any = arg;

	(void)row;
	(void)err;
	*any = true;
	return INTOTO_OK;
}

/* One without a class is kept for ever, unless there is a default. */
static int class_longer(const struct again *again, const struct it_put_there *there,
			struct intoto_error **err)
{
	static const char is_longer[] = "SELECT 1 FROM retention d WHERE d.class = "
					"'" IT_RETENTION_DEFAULT
					"' AND NOT EXISTS (SELECT 1 FROM retention n WHERE n.class "
					"= $1 AND n.duration < d.duration)";
	static const char text[] = "UPDATE entry SET class = $1 WHERE number = $2";
	const struct it_sql_value values[] = { IT_SQL_T(again->put->retention),
					       IT_SQL_N(there->number) };
	bool longer = false;
	int rc = it_sql_each(again->store->sql, is_longer, values, 1, take_any, &longer, err);

	if (rc || !longer)
		return rc;
	rc = it_sql_do(again->store->sql, text, values, IT_COUNT_OF(values), err);
	return rc ? rc : note(again, IT_LEAF_CLASS, err);
}

int it_put_keep_longer(struct it_store *store, struct it_log *log, const struct it_store_put *put,
		       const struct it_object_id *id, const struct it_put_there *there,
		       struct intoto_error **err)
{
	const struct again again = { store, log, put, id };
	int rc = INTOTO_OK;

	if (put->lock_until > there->lock_until)
		rc = lock_longer(&again, there, err);
	if (rc || there->has_class || !put->retention || !*put->retention)
		return rc;
	return class_longer(&again, there, err);
}
