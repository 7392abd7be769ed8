/* SPDX-License-Identifier: Apache-2.0 */
#include "store/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void it_entries_done(struct it_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		free(entries->items[i].class);
	free(entries->items);
}

int it_object_id_read(struct it_object_id *out, const struct it_sql_value *value,
		      struct intoto_error **err)
{
	if (value->kind != IT_SQL_BYTES || value->bytes.len != sizeof out->bytes)
		return it_err_set(err, INTOTO_E_FORMAT, "the store holds an id that is none");
	memcpy(out->bytes, value->bytes.data, sizeof out->bytes);
	return INTOTO_OK;
}

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_entries *entries = arg;
	const struct it_sql_value *values = row->values;
	struct it_entry entry = { .number = values[0].number, .lock_until = values[3].number };
	int rc = it_object_id_read(&entry.id, &values[1], err);

	if (rc)
		return rc;
	if (entries->count == entries->cap) {
		size_t cap = entries->cap ? 2 * entries->cap : 64;
		struct it_entry *items = reallocarray(entries->items, cap, sizeof *items);

		if (!items)
			return it_err_nomem(err);
		entries->items = items;
		entries->cap = cap;
	}
	entry.class = strdup(it_sql_string(&values[2]));
	if (!entry.class)
		return it_err_nomem(err);
	entries->items[entries->count++] = entry;
	return INTOTO_OK;
}

#define COLUMNS "SELECT e.number, e.id, e.class, e.lock_until "

static int compare(const void *a, const void *b)
{
	const struct it_entry *one = a;
	const struct it_entry *two = b;

	return (one->number > two->number) - (one->number < two->number);
}

/* Members of several archives, or named themselves, too. */
static void keep_one_of_each(struct it_entries *entries)
{
	size_t kept = 0;

	if (entries->count)
		qsort(entries->items, entries->count, sizeof *entries->items, compare);
	for (size_t i = 0; i < entries->count; i++) {
		if (kept && entries->items[kept - 1].number == entries->items[i].number)
			free(entries->items[i].class);
		else
			entries->items[kept++] = entries->items[i];
	}
	entries->count = kept;
}

int it_entries_read(struct it_entries *out, struct it_sql *sql, const struct it_object_id *ids,
		    size_t count, struct intoto_error **err)
{
	static const char itself[] = COLUMNS "FROM entry e WHERE e.id = $1";
	static const char members[] =
		COLUMNS "FROM member m JOIN entry a ON a.number = m.archive JOIN entry e ON "
			"e.number = m.entry WHERE a.id = $1";
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_sql_value id = IT_SQL_B(it_span(ids[i].bytes, sizeof ids[i].bytes));
		size_t before = out->count;

		rc = it_sql_each(sql, itself, &id, 1, take_entry, out, err);
		if (!rc && out->count == before)
			rc = it_err_set(err, INTOTO_E_NOTFOUND, "an entry is gone meanwhile");
		if (!rc)
			rc = it_sql_each(sql, members, &id, 1, take_entry, out, err);
	}
	keep_one_of_each(out);
	return rc;
}

int it_entries_held(struct it_entries *out, struct it_sql *sql, const char *name,
		    struct intoto_error **err)
{
	static const char text[] =
		COLUMNS "FROM hold x JOIN entry e ON e.number = x.entry WHERE x.name = $1 "
			"ORDER BY e.number";
	const struct it_sql_value value = IT_SQL_T(name);

	return it_sql_each(sql, text, &value, 1, take_entry, out, err);
}
