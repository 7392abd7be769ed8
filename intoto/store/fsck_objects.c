/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: that each is there with the bytes that were put, and nothing else is. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/fsck_part.h"

/* A thousand entries at a time: a database may not be asked twice at once. */
struct window {
	struct it_fsck *fsck;
	struct it_fsck_entry items[IT_FSCK_BATCH];
	size_t count;
};

static void window_done(struct window *window)
{
	for (size_t i = 0; i < window->count; i++)
		free(window->items[i].name);
	window->count = 0;
}

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct window *window = arg;
	struct it_fsck_entry *item = &window->items[window->count];
	int rc = it_object_id_read(&item->id, &row->values[1], err);

	if (rc)
		return rc;
	item->number = row->values[0].number;
	item->size = (uint64_t)row->values[2].number;
	item->is_archive = it_streq(it_sql_string(&row->values[4]), "archive");
	item->name = strdup(it_sql_string(&row->values[3]));
	if (!item->name)
		return it_err_nomem(err);
	window->count++;
	return INTOTO_OK;
}

/* --- one of them --- */

struct text {
	struct it_buf buf;
	bool wanted;
	struct it_fsck_spool spool;
};

static void text_done(struct text *text)
{
	it_buf_done(&text->buf);
	it_fsck_spool_done(&text->spool);
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct text *text = arg;
	int rc = it_fsck_spool_take(&text->spool, piece, err);

	return rc || !text->wanted ? rc : it_sink_into_buf(&text->buf, piece, err);
}

static int check_facts(struct it_fsck *fsck, const struct it_fsck_entry *item, struct text *text,
		       struct intoto_error **err)
{
	IT_AUTO(it_facts_freep) struct it_facts *facts = NULL;
	int rc = it_fsck_archive(&text->spool, err);

	if (rc || !text->wanted)
		return rc;
	rc = it_facts_read(&facts, it_buf_span(&text->buf), item->name, err);
	return rc ? rc : it_fsck_facts(fsck, item, facts, err);
}

static int check_object(struct it_fsck *fsck, const struct it_fsck_entry *item,
			struct intoto_error **err)
{
	struct it_objects *objects = fsck->store->objects;
	IT_AUTO(text_done)
	struct text text = { .buf = IT_BUF(IT_STORE_DOCUMENT_MAX),
			     .wanted = item->size < IT_STORE_DOCUMENT_MAX,
			     .spool = { .fsck = fsck, .entry = item, .fd = -1 } };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_sink sink = { take_piece, &text };
	int rc = objects->kind->get(objects, &item->id, &sink, &why);

	switch (rc) {
	case INTOTO_OK:
		fsck->result->objects++;
		fsck->result->bytes += item->size;
		return check_facts(fsck, item, &text, err);
	case INTOTO_E_NOTFOUND:
		return it_fsck_fault(fsck, "object.missing", item->number, &item->id, err,
				     "its bytes are gone");
	case INTOTO_E_POLICY:
	case INTOTO_E_LIMIT: /* grew beyond what it was */
		return it_fsck_fault(fsck, "object.changed", item->number, &item->id, err,
				     "its bytes are not those that were put");
	default: /* could not be looked at: no finding, but no end of a check, either */
		return it_err_set(err, rc, "%s", intoto_error_text(why));
	}
}

/* --- those that belong to nothing --- */

static int take_found(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	bool *found = arg;

	(void)row;
	(void)err;
	*found = true;
	return INTOTO_OK;
}

static int look_at(void *arg, const struct it_object_id *id, uint64_t size,
		   struct intoto_error **err)
{
	static const char text[] = "SELECT number FROM entry WHERE id = $1";
	struct it_fsck *fsck = arg;
	const struct it_sql_value value = IT_SQL_B(it_span(id->bytes, sizeof id->bytes));
	bool found = false;
	int rc = it_sql_each(fsck->store->sql, text, &value, 1, take_found, &found, err);

	(void)size;
	return rc || found ? rc
			   : it_fsck_note(fsck, "object.orphan", id,
					  "belongs to no entry: a put that was killed, or is "
					  "going on; gc takes it",
					  err);
}

/* --- rows that belong to nothing --- */

static int take_count(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	int64_t *count = arg;

	(void)err;
	*count = row->values[0].number;
	return INTOTO_OK;
}

static int check_strays(struct it_fsck *fsck, struct intoto_error **err)
{
#define STRAYS(TABLE, COLUMN)                                                                      \
	{                                                                                          \
		TABLE, "SELECT COUNT(*) FROM " TABLE                                               \
		       " t WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE "                         \
		       "e.number = t." COLUMN ")"                                                  \
	}
	static const struct {
		const char *table, *text;
	} tables[] = {
		STRAYS("subject", "entry"),   STRAYS("signer", "entry"),
		STRAYS("package", "entry"),   STRAYS("vulnerability", "entry"),
		STRAYS("exception", "entry"), STRAYS("release", "entry"),
		STRAYS("member", "entry"),    STRAYS("member", "archive"),
		STRAYS("hold", "entry"),      STRAYS("bundled", "entry"),
	};
#undef STRAYS
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(tables); i++) {
		int64_t count = 0;

		rc = it_sql_each(fsck->store->sql, tables[i].text, NULL, 0, take_count, &count,
				 err);
		if (!rc && count)
			rc = it_fsck_fault(fsck, "facts.stray", -1, NULL, err,
					   "the index has %jd rows of \"%s\" that belong to no "
					   "entry",
					   (intmax_t)count, tables[i].table);
	}
	return rc;
}

int it_fsck_objects(struct it_fsck *fsck, struct intoto_error **err)
{
	static const char text[] = "SELECT number, id, size, name, kind FROM entry WHERE "
				   "number >= $1 ORDER BY number LIMIT $2";
	IT_AUTO(it_freep) void *block = calloc(1, sizeof(struct window));
	struct it_objects *objects = fsck->store->objects;
	struct window *window = block;
	int64_t from = INT64_MIN;
	size_t count = IT_FSCK_BATCH;
	int rc = window ? INTOTO_OK : it_err_nomem(err);

	while (!rc && count == IT_FSCK_BATCH) {
		const struct it_sql_value values[] = { IT_SQL_N(from), IT_SQL_N(IT_FSCK_BATCH) };

		rc = it_sql_each(fsck->store->sql, text, values, IT_COUNT_OF(values), take_entry,
				 window, err);
		count = window->count;
		for (size_t i = 0; !rc && i < count; i++) {
			from = window->items[i].number + 1;
			rc = check_object(fsck, &window->items[i], err);
			if (fsck->options->progress)
				fsck->options->progress(fsck->options->arg, fsck->result->objects,
							fsck->result->bytes);
		}
		window_done(window);
	}
	if (!rc)
		rc = check_strays(fsck, err);
	if (!rc)
		rc = it_fsck_releases(fsck, err);
	return rc ? rc : objects->kind->each(objects, look_at, fsck, err);
}
