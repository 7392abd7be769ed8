/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention_log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { WINDOW = 10 * 1000 };

struct kept {
	struct it_object_id id;
	char *class; /* NULL: as its put said */
	int64_t lock_until;
	size_t holds;
	bool is_archive;
};

struct class
{
	char *name;
	int64_t duration;
};

struct it_retention_log {
	void *entries, *classes; /* tsearch(3) */
	int64_t next;		 /* leaf that is read next */
	bool old;
};

static int compare_entries(const void *a, const void *b)
{
	const struct kept *one = a;
	const struct kept *two = b;

	return memcmp(one->id.bytes, two->id.bytes, sizeof one->id.bytes);
}

static int compare_classes(const void *a, const void *b)
{
	const struct class *one = a;
	const struct class *two = b;

	return it_span_cmp(it_span_text(one->name), it_span_text(two->name));
}

static void free_entry(void *arg)
{
	struct kept *entry = arg;

	free(entry->class);
	free(entry);
}

static void free_class(void *arg)
{
	struct class *class = arg;

	free(class->name);
	free(class);
}

int it_retention_log_new(struct it_retention_log **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

void it_retention_log_free(struct it_retention_log *log)
{
	if (!log)
		return;
	tdestroy(log->entries, free_entry);
	tdestroy(log->classes, free_class);
	free(log);
}

/* --- leaves --- */

static struct kept *find_entry(const struct it_retention_log *log, const struct it_object_id *id)
{
	const struct kept wanted = { .id = *id };
	struct kept *const *found = tfind(&wanted, &log->entries, compare_entries);

	return found ? *found : NULL;
}

static int make_entry(struct kept **out, struct it_retention_log *log,
		      const struct it_object_id *id, struct intoto_error **err)
{
	struct kept *entry = find_entry(log, id);

	*out = entry;
	if (entry)
		return INTOTO_OK;
	entry = calloc(1, sizeof *entry);
	if (!entry)
		return it_err_nomem(err);
	entry->id = *id;
	if (!tsearch(entry, &log->entries, compare_entries)) {
		free_entry(entry);
		return it_err_nomem(err);
	}
	*out = entry;
	return INTOTO_OK;
}

int it_retention_log_add(struct it_retention_log *log, const struct it_object_id *id,
			 struct intoto_error **err)
{
	struct kept *entry;

	return make_entry(&entry, log, id, err);
}

/* When it is put again, nothing of this holds any more. */
static void forget(struct it_retention_log *log, const struct it_object_id *id)
{
	struct kept *entry = find_entry(log, id);

	if (!entry)
		return;
	(void)tdelete(entry, &log->entries, compare_entries); /* it was found just now */
	free_entry(entry);
}

static int define(struct it_retention_log *log, const struct it_leaf *leaf,
		  struct intoto_error **err)
{
	struct class *class = calloc(1, sizeof *class);
	struct class **found;

	if (!class)
		return it_err_nomem(err);
	class->name = strdup(leaf->class);
	found = class->name ? tsearch(class, &log->classes, compare_classes) : NULL;
	if (found)
		(*found)->duration = leaf->duration;
	if (!found || *found != class)
		free_class(class);
	return found ? INTOTO_OK : it_err_nomem(err);
}

static int change(struct it_retention_log *log, const struct it_leaf *leaf,
		  struct intoto_error **err)
{
	struct kept *entry;
	int rc = make_entry(&entry, log, &leaf->id, err);

	if (rc)
		return rc;
	if (leaf->type == IT_LEAF_HOLD)
		entry->holds++;
	if (leaf->type == IT_LEAF_RELEASE && entry->holds)
		entry->holds--;
	if (leaf->type == IT_LEAF_ARCHIVE)
		entry->is_archive = true;
	if (leaf->type == IT_LEAF_LOCK && leaf->lock_until > entry->lock_until)
		entry->lock_until = leaf->lock_until;
	if (leaf->type != IT_LEAF_CLASS)
		return INTOTO_OK;
	free(entry->class);
	entry->class = strdup(leaf->class);
	return entry->class ? INTOTO_OK : it_err_nomem(err);
}

int it_retention_log_take(struct it_retention_log *log, const struct it_leaf *leaf,
			  struct intoto_error **err)
{
	switch (leaf->type) {
	case IT_LEAF_PUT:
		log->old = log->old || !leaf->says_keeping;
		return INTOTO_OK;
	case IT_LEAF_REMOVAL:
		forget(log, &leaf->id);
		return INTOTO_OK;
	case IT_LEAF_RETENTION:
		return define(log, leaf, err);
	case IT_LEAF_HOLD:
	case IT_LEAF_RELEASE:
	case IT_LEAF_CLASS:
	case IT_LEAF_LOCK:
	case IT_LEAF_ARCHIVE:
		break;
	}
	return change(log, leaf, err);
}

/* --- from the database --- */

/* Nearly all are puts, which are read when somebody asks for their entries. */
static bool is_put(struct it_span entry)
{
	static const char end[] = "\"type\":\"put\"}";
	size_t len = sizeof end - 1;

	return entry.len >= len &&
	       it_span_eq(it_span(entry.data + entry.len - len, len), it_span(end, len));
}

static int take_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_retention_log *log = arg;
	int64_t number = row->values[0].number;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_leaf leaf;
	int rc;

	log->next = number + 1;
	if (is_put(row->values[1].bytes))
		return INTOTO_OK;
	rc = it_leaf_read(&leaf, &root, row->values[1].bytes, err);
	if (!rc)
		rc = it_retention_log_take(log, &leaf, err);
	return rc ? it_err_wrap(err, rc, "leaf %jd of the log", (intmax_t)number) : rc;
}

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *number = arg;

	(void)err;
	*number = row->values[0].number;
	return INTOTO_OK;
}

int it_retention_log_read(struct it_retention_log *log, struct it_sql *sql,
			  struct intoto_error **err)
{
	static const char last[] = "SELECT COALESCE(MAX(number), -1) FROM leaf";
	static const char text[] = "SELECT number, entry FROM leaf WHERE number >= $1 AND number < "
				   "$2 ORDER BY number";
	int64_t end = -1;
	int rc = it_sql_each(sql, last, NULL, 0, take_number, &end, err);

	while (!rc && log->next <= end) {
		int64_t from = log->next;
		const struct it_sql_value values[] = { IT_SQL_N(from), IT_SQL_N(from + WINDOW) };

		rc = it_sql_each(sql, text, values, IT_COUNT_OF(values), take_row, log, err);
		log->next = from + WINDOW < end + 1 ? from + WINDOW : end + 1;
	}
	return rc;
}

/* --- what it says --- */

void it_retention_said_done(struct it_retention_said *said)
{
	free(said->class);
	*said = (struct it_retention_said){ 0 };
}

struct asking {
	struct it_retention_said *said;
	const struct it_object_id *id;
};

static int take_put(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct asking *asking = arg;
	struct it_retention_said *said = asking->said;
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_leaf leaf;

	if (it_leaf_read(&leaf, &root, row->values[0].bytes, NULL) || leaf.type != IT_LEAF_PUT ||
	    !it_span_eq(it_span(leaf.id.bytes, sizeof leaf.id.bytes),
			it_span(asking->id->bytes, sizeof asking->id->bytes)))
		return INTOTO_OK; /* is no put of it */
	said->is_put = true;
	said->put = leaf.time;
	said->lock_until = leaf.lock_until;
	said->has_class = leaf.says_keeping;
	said->class = strdup(leaf.class);
	return said->class ? INTOTO_OK : it_err_nomem(err);
}

int it_retention_log_entry(struct it_retention_said *out, const struct it_retention_log *log,
			   struct it_sql *sql, int64_t number, const struct it_object_id *id,
			   struct intoto_error **err)
{
	static const char text[] = "SELECT entry FROM leaf WHERE number = $1";
	const struct it_sql_value value = IT_SQL_N(number);
	const struct kept *entry = find_entry(log, id);
	struct asking asking = { out, id };
	int rc;

	*out = (struct it_retention_said){ 0 };
	rc = it_sql_each(sql, text, &value, 1, take_put, &asking, err);
	if (rc || !out->is_put || !entry)
		return rc;
	if (entry->lock_until > out->lock_until)
		out->lock_until = entry->lock_until;
	out->holds = entry->holds;
	out->is_archive = entry->is_archive;
	if (!entry->class)
		return INTOTO_OK;
	free(out->class);
	out->has_class = true;
	out->class = strdup(entry->class);
	return out->class ? INTOTO_OK : it_err_nomem(err);
}

bool it_retention_log_class(const struct it_retention_log *log, const char *class,
			    int64_t *duration)
{
	const struct class wanted = { .name = (char *)(uintptr_t) class }; /* is only compared */
	struct class *const *found = tfind(&wanted, &log->classes, compare_classes);

	if (found)
		*duration = (*found)->duration;
	return found != NULL;
}

/* --- all of it --- */

struct walking {
	int (*entry)(void *arg, const struct it_object_id *id, struct intoto_error **err);
	int (*class)(void *arg, const char *class, int64_t duration, struct intoto_error **err);
	void *arg;
	struct intoto_error **err;
	int rc;
};

static void walk(const void *node, VISIT visit, void *arg)
{
	struct walking *walking = arg;

	if ((visit != postorder && visit != leaf) || walking->rc)
		return;
	if (walking->entry) {
		const struct kept *entry = *(struct kept *const *)node;

		walking->rc = walking->entry(walking->arg, &entry->id, walking->err);
	} else {
		const struct class *class = *(struct class *const *)node;

		walking->rc =
			walking->class(walking->arg, class->name, class->duration, walking->err);
	}
}

int it_retention_log_each(struct it_retention_log *log,
			  int (*entry)(void *arg, const struct it_object_id *id,
				       struct intoto_error **err),
			  void *arg, struct intoto_error **err)
{
	struct walking walking = { .entry = entry, .arg = arg, .err = err };

	twalk_r(log->entries, walk, &walking);
	return walking.rc;
}

int it_retention_log_each_class(struct it_retention_log *log,
				int (*class)(void *arg, const char *class, int64_t duration,
					     struct intoto_error **err),
				void *arg, struct intoto_error **err)
{
	struct walking walking = { .class = class, .arg = arg, .err = err };

	twalk_r(log->classes, walk, &walking);
	return walking.rc;
}

bool it_retention_log_is_old(const struct it_retention_log *log)
{
	return log->old;
}
