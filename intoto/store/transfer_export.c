/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing an export.  Objects that are there already stay; the two lists are written anew; the
 * checkpoint, without which it is no export, goes first and comes back last.
 */
#include <stdlib.h>

#include "base/path.h"
#include "base/text.h"
#include "store/entry.h"
#include "store/transfer_part.h"

enum { PAGE = 10 * 1000, WINDOW = 1000, ID_MAX = 128 };

struct exporting {
	struct it_store *store;
	const struct it_export_options *options;
	struct it_export_result *result;
	struct it_objects *objects; /* of the folder */
	struct it_log log;
	uint64_t *numbers; /* of the entries, from the lowest */
	size_t count, cap;
	struct it_transfer_list list;
	size_t next;		  /* of the numbers, while leaves are written */
	struct it_merkle tree;	  /* of the leaves that were written */
	struct it_object_id *ids; /* of the entries, in their order */
	size_t id_count;
	int lock; /* the folder */
};

static void exporting_done(struct exporting *exporting)
{
	it_objects_close(exporting->objects);
	free(exporting->numbers);
	free(exporting->ids);
	it_fd_close(&exporting->lock);
	it_transfer_list_done(&exporting->list);
}

/* --- the folder --- */

static int in_folder(char **out, const struct exporting *exporting, const char *name,
		     struct intoto_error **err)
{
	*out = it_path_join(exporting->options->folder, name);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int open_objects(struct exporting *exporting, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	int rc = in_folder(&path, exporting, "objects", err);

	return rc ? rc : it_objects_open(&exporting->objects, path, true, NULL, err);
}

/* --- which --- */

static int add_number(struct exporting *exporting, uint64_t number, struct intoto_error **err)
{
	if (exporting->count == exporting->cap) {
		size_t cap = exporting->cap ? 2 * exporting->cap : PAGE;
		uint64_t *grown = reallocarray(exporting->numbers, cap, sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		exporting->numbers = grown;
		exporting->cap = cap;
	}
	exporting->numbers[exporting->count++] = number;
	return INTOTO_OK;
}

static int take_found(void *arg, const struct it_found *found, struct intoto_error **err)
{
	return add_number(arg, found->number, err);
}

/* Pages come from the highest number down. */
static int choose(struct exporting *exporting, struct intoto_error **err)
{
	const struct it_query every = { 0 };
	struct it_query query = exporting->options->query ? *exporting->options->query : every;
	size_t before = 0;
	int rc = INTOTO_OK;

	query.limit = PAGE;
	query.before = exporting->log.tree.count;
	do {
		before = exporting->count;
		if (query.before) /* 0 would be no bound */
			rc = it_query_run(exporting->store, &query, take_found, exporting, err);
		if (exporting->count)
			query.before = exporting->numbers[exporting->count - 1];
	} while (!rc && exporting->count - before == PAGE);
	for (size_t i = 0; i < exporting->count / 2; i++) {
		size_t other = exporting->count - 1 - i;
		uint64_t number = exporting->numbers[i];

		exporting->numbers[i] = exporting->numbers[other];
		exporting->numbers[other] = number;
	}
	if (!rc && !exporting->count && exporting->options->query)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "there is nothing to export");
	return rc;
}

/* --- entries --- */

static void write_text(struct it_writer *writer, const char *name, const char *text)
{
	it_write_name(writer, name);
	it_write_text(writer, text);
}

static void write_int(struct it_writer *writer, const char *name, int64_t number)
{
	it_write_name(writer, name);
	it_write_int(writer, number);
}

static int take_class(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_transfer_list *list = arg;
	struct it_writer writer;

	it_writer_init(&writer, &list->line, IT_WRITE_COMPACT);
	it_write_object(&writer);
	write_text(&writer, "class", it_sql_string(&row->values[0]));
	write_int(&writer, "duration", row->values[1].number);
	it_write_object_end(&writer);
	return it_transfer_list_add(list, &writer, INTOTO_OK, err);
}

static int write_classes(struct exporting *exporting, struct intoto_error **err)
{
	static const char text[] = "SELECT class, duration FROM retention ORDER BY class";

	return it_sql_each(exporting->store->sql, text, NULL, 0, take_class, &exporting->list, err);
}

struct writing {
	struct exporting *exporting;
	struct it_writer writer;
	struct it_object_id id;
	uint64_t size;
	size_t rows, holds;
};

static int take_hold(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct writing *writing = arg;

	if (writing->holds++ == IT_TRANSFER_HOLDS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "an entry is held more than %d times",
				  IT_TRANSFER_HOLDS_MAX);
	it_write_object(&writing->writer);
	write_text(&writing->writer, "by", it_sql_string(&row->values[0]));
	write_text(&writing->writer, "name", it_sql_string(&row->values[1]));
	write_text(&writing->writer, "reason", it_sql_string(&row->values[2]));
	write_int(&writing->writer, "since", row->values[3].number);
	it_write_object_end(&writing->writer);
	return INTOTO_OK;
}

static int write_holds(struct writing *writing, int64_t number, struct intoto_error **err)
{
	static const char text[] = "SELECT actor, name, reason, since FROM hold WHERE entry = $1 "
				   "ORDER BY name";
	const struct it_sql_value value = IT_SQL_N(number);
	int rc;

	it_write_name(&writing->writer, "holds");
	it_write_list(&writing->writer);
	rc = it_sql_each(writing->exporting->store->sql, text, &value, 1, take_hold, writing, err);
	it_write_list_end(&writing->writer);
	return rc;
}

struct row {
	struct it_object_id id;
	int64_t size, lock_until;
	char *class, *kind, *name, *actor;
	bool found;
};

static void row_done(struct row *row)
{
	free(row->class);
	free(row->kind);
	free(row->name);
	free(row->actor);
}

static int take_row(void *arg, const struct it_sql_row *values, struct intoto_error **err)
{
	struct row *row = arg;
	const struct it_sql_value *value = values->values;
	int rc = it_object_id_read(&row->id, &value[0], err);

	row->found = true;
	row->size = value[1].number;
	row->lock_until = value[2].number;
	row->class = strdup(it_sql_string(&value[3]));
	row->kind = strdup(it_sql_string(&value[4]));
	row->name = strdup(it_sql_string(&value[5]));
	row->actor = strdup(it_sql_string(&value[6]));
	return rc || (row->class && row->kind && row->name && row->actor) ? rc : it_err_nomem(err);
}

static int read_row(struct row *row, struct exporting *exporting, uint64_t number,
		    struct intoto_error **err)
{
	static const char text[] = "SELECT id, size, lock_until, class, kind, name, actor FROM "
				   "entry WHERE number = $1";
	const struct it_sql_value value = IT_SQL_N((int64_t)number);
	int rc = it_sql_each(exporting->store->sql, text, &value, 1, take_row, row, err);

	if (!rc && !row->found)
		rc = it_err_set(err, INTOTO_E_SERVICE,
				"entry %ju was removed meanwhile: export again", (uintmax_t)number);
	return rc;
}

static int write_entry(struct exporting *exporting, const struct row *row, uint64_t number,
		       struct intoto_error **err)
{
	struct it_transfer_list *list = &exporting->list;
	IT_AUTO(it_buf_done) struct it_buf id = IT_BUF(ID_MAX);
	struct writing writing = { .exporting = exporting };
	int rc;

	(void)it_buf_add_text(&id, "sha256:"); /* sticky */
	it_hex_encode(&id, it_span(row->id.bytes, sizeof row->id.bytes));
	it_writer_init(&writing.writer, &list->line, IT_WRITE_COMPACT);
	it_write_object(&writing.writer);
	write_text(&writing.writer, "by", row->actor);
	write_text(&writing.writer, "class", row->class);
	rc = write_holds(&writing, (int64_t)number, err);
	write_text(&writing.writer, "id", it_buf_text(&id));
	write_text(&writing.writer, "kind", row->kind);
	write_int(&writing.writer, "lockUntil", row->lock_until);
	write_text(&writing.writer, "name", row->name);
	write_int(&writing.writer, "number", (int64_t)number);
	write_int(&writing.writer, "size", row->size);
	it_write_object_end(&writing.writer);
	return it_transfer_list_add(list, &writing.writer, rc, err);
}

struct pouring {
	struct it_store *store;
	const struct it_object_id *id;
};

static int pour(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct pouring *pouring = self;

	return it_store_get(pouring->store, pouring->id, sink, err);
}

static int drop(void *arg, struct it_span piece, struct intoto_error **err)
{
	(void)arg;
	(void)piece;
	(void)err;
	return INTOTO_OK;
}

/* One that is there may have been damaged since: it is read, and goes when it has other bytes. */
static int check_object(struct it_objects *objects, const struct it_object_id *id,
			struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_sink sink = { drop, NULL };
	bool has = false;
	uint64_t size = 0;
	int rc = objects->kind->has(objects, id, &has, &size, err);

	if (rc || !has || !objects->kind->get(objects, id, &sink, &why))
		return rc;
	return objects->kind->remove(objects, id, err);
}

static int copy_object(struct exporting *exporting, const struct row *row,
		       struct intoto_error **err)
{
	struct it_objects *objects = exporting->objects;
	struct pouring pouring = { exporting->store, &row->id };
	const struct it_message message = { .pour = pour,
					    .self = &pouring,
					    .len = (uint64_t)row->size };
	int rc = check_object(objects, &row->id, err);

	exporting->ids[exporting->id_count++] = row->id;
	return rc ? rc : objects->kind->put(objects, &row->id, &message, err);
}

/* A collection that runs beside takes the row first, then the object. */
static int copy_what_is_there(struct exporting *exporting, const struct row *row, uint64_t number,
			      struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(row_done) struct row again = { 0 };
	int rc = copy_object(exporting, row, &why);
	int gone = rc ? read_row(&again, exporting, number, err) : INTOTO_OK;

	if (gone || !rc)
		return gone;
	return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
}

static int write_entries(struct exporting *exporting, struct intoto_error **err)
{
	const struct it_transfer_progress *progress = &exporting->options->progress;
	struct it_export_result *result = exporting->result;
	int rc = INTOTO_OK;

	exporting->ids = calloc(exporting->count + 1, sizeof *exporting->ids);
	if (!exporting->ids)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < exporting->count; i++) {
		IT_AUTO(row_done) struct row row = { 0 };

		rc = read_row(&row, exporting, exporting->numbers[i], err);
		if (!rc)
			rc = copy_what_is_there(exporting, &row, exporting->numbers[i], err);
		if (!rc)
			rc = write_entry(exporting, &row, exporting->numbers[i], err);
		if (rc)
			return it_err_wrap(err, rc, "entry %ju", (uintmax_t)exporting->numbers[i]);
		result->entries++;
		result->bytes += (uint64_t)row.size;
		if (progress->advance)
			progress->advance(progress->arg, result->entries, result->bytes);
	}
	return rc ? rc : exporting->objects->kind->sync(exporting->objects, err);
}

/* --- what is left of others --- */

static int compare_ids(const void *a, const void *b)
{
	const struct it_object_id *one = a;
	const struct it_object_id *two = b;

	return it_span_cmp(it_span(one->bytes, sizeof one->bytes),
			   it_span(two->bytes, sizeof two->bytes));
}

static int remove_stranger(void *arg, const struct it_object_id *id, uint64_t size,
			   struct intoto_error **err)
{
	struct exporting *exporting = arg;
	struct it_objects *objects = exporting->objects;

	(void)size;
	return bsearch(id, exporting->ids, exporting->id_count, sizeof *exporting->ids, compare_ids)
		       ? INTOTO_OK
		       : objects->kind->remove(objects, id, err);
}

/* Of an export before this one, that was of more: who gets the folder gets what it says. */
static int remove_strangers(struct exporting *exporting, struct intoto_error **err)
{
	struct it_objects *objects = exporting->objects;
	uint64_t count = 0;
	int rc;

	if (exporting->id_count)
		qsort(exporting->ids, exporting->id_count, sizeof *exporting->ids, compare_ids);
	rc = objects->kind->each(objects, remove_stranger, exporting, err);
	return rc ? rc : objects->kind->tidy(objects, -1, &count, err);
}

/* --- leaves --- */

/* Of an entry that goes along, or of anything when everything does. */
static bool is_shown(struct exporting *exporting, uint64_t number)
{
	if (!exporting->options->query)
		return true;
	while (exporting->next < exporting->count && exporting->numbers[exporting->next] < number)
		exporting->next++;
	return exporting->next < exporting->count && exporting->numbers[exporting->next] == number;
}

static int take_leaf(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct exporting *exporting = arg;
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(ID_MAX);
	struct it_merkle_hash hash;
	struct it_writer writer;

	if (row->values[0].number != (int64_t)exporting->result->leaves++)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the log has a gap: leaves are missing (see store fsck)");
	it_merkle_leaf(&hash, row->values[2].bytes);
	it_merkle_add(&exporting->tree, &hash);
	it_writer_init(&writer, &exporting->list.line, IT_WRITE_COMPACT);
	it_write_object(&writer);
	if (is_shown(exporting, (uint64_t)row->values[0].number)) {
		it_write_name(&writer, "leaf");
		it_write_text_span(&writer, row->values[2].bytes);
	} else {
		it_hex_encode(&hex, it_span(hash.bytes, sizeof hash.bytes));
		write_text(&writer, "hash", it_buf_text(&hex));
	}
	it_write_object_end(&writer);
	return it_transfer_list_add(&exporting->list, &writer, INTOTO_OK, err);
}

static int check_root(const struct exporting *exporting, struct intoto_error **err)
{
	struct it_merkle_hash signed_root;
	struct it_merkle_hash found;

	it_merkle_root(&signed_root, &exporting->log.tree);
	it_merkle_root(&found, &exporting->tree);
	if (exporting->tree.count == exporting->log.tree.count &&
	    it_span_eq(it_span(signed_root.bytes, sizeof signed_root.bytes),
		       it_span(found.bytes, sizeof found.bytes)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_FORMAT,
			  "the leaves of the log are not those that are signed (see store fsck)");
}

static int write_leaves(struct exporting *exporting, struct intoto_error **err)
{
	static const char text[] = "SELECT number, hash, entry FROM leaf WHERE number >= $1 AND "
				   "number < $2 ORDER BY number";
	uint64_t end = exporting->log.tree.count;
	uint64_t from = 0;
	int rc = INTOTO_OK;

	for (; !rc && from < end; from += WINDOW) {
		uint64_t to = end - from > WINDOW ? from + WINDOW : end;
		const struct it_sql_value values[] = { IT_SQL_N((int64_t)from),
						       IT_SQL_N((int64_t)to) };

		rc = it_sql_each(exporting->store->sql, text, values, IT_COUNT_OF(values),
				 take_leaf, exporting, err);
	}
	return rc ? rc : check_root(exporting, err);
}

/* --- all of it --- */

static int write_lists(struct exporting *exporting, struct it_buf *note, struct intoto_error **err)
{
	int rc = it_transfer_list_open(&exporting->list, exporting->options->folder, "log.jsonl",
				       err);

	if (!rc)
		rc = write_leaves(exporting, err);
	if (!rc)
		rc = it_transfer_folder_unseal(exporting->options->folder, err);
	if (!rc)
		rc = it_transfer_list_finish(&exporting->list, note, err);
	if (!rc)
		rc = open_objects(exporting, err);
	if (!rc)
		rc = it_transfer_list_open(&exporting->list, exporting->options->folder,
					   "entries.jsonl", err);
	/* Who gets a part is told no class that is not of it. */
	if (!rc && !exporting->options->query)
		rc = write_classes(exporting, err);
	if (!rc)
		rc = write_entries(exporting, err);
	if (!rc)
		rc = it_transfer_list_finish(&exporting->list, note, err);
	return rc ? rc : remove_strangers(exporting, err);
}

static int take_removal(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	(void)arg;
	return it_err_set(err, INTOTO_E_SERVICE, "entry %jd was removed meanwhile: export again",
			  (intmax_t)row->values[0].number);
}

/* The log as it was does not know of it, and who imports would miss it. */
static int check_removals(const struct exporting *exporting, struct intoto_error **err)
{
	static const char text[] = "SELECT entry FROM removal WHERE number >= $1 AND entry < $1 "
				   "ORDER BY number";
	const struct it_sql_value value = IT_SQL_N((int64_t)exporting->log.tree.count);

	return it_sql_each(exporting->store->sql, text, &value, 1, take_removal, NULL, err);
}

/* The checkpoint with its lines about the files, in its place: now it is an export. */
static int finish(const struct exporting *exporting, const struct it_buf *about,
		  struct intoto_error **err)
{
	struct it_store *store = exporting->store;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_NOTE_MAX);
	IT_AUTO(it_buf_done) struct it_buf note = IT_BUF(IT_NOTE_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	struct it_checkpoint checkpoint = { .origin = store->origin,
					    .size = exporting->log.tree.count };
	int rc = in_folder(&path, exporting, "checkpoint", err);

	it_merkle_root(&checkpoint.root, &exporting->log.tree);
	if (!rc)
		rc = it_checkpoint_print(&text, &checkpoint, err);
	if (rc)
		return rc;
	(void)it_buf_add_span(&text, it_buf_span(about)); /* looked at below */
	rc = it_buf_check(&text, "a checkpoint", err);
	if (!rc)
		rc = it_note_sign(&note, it_buf_span(&text), store->origin, store->log_key, err);
	return rc ? rc : it_file_write(path, it_buf_span(&note), 0666, IT_FILE_SYNC, err);
}

int it_store_export(struct it_store *store, const struct it_export_options *options,
		    struct it_export_result *result, struct intoto_error **err)
{
	IT_AUTO(exporting_done)
	struct exporting exporting = {
		.store = store,
		.options = options,
		.result = result,
		.list = { .draft = IT_DRAFT },
		.lock = -1,
	};
	IT_AUTO(it_buf_done) struct it_buf about = IT_BUF(IT_NOTE_MAX);
	int rc = it_store_log_key(store, err);

	*result = (struct it_export_result){ 0 };
	if (!rc)
		rc = it_log_begin(&exporting.log, store->sql, err);
	if (!rc)
		rc = choose(&exporting, err);
	if (!rc)
		rc = it_transfer_folder_take(&exporting.lock, options->folder, err);
	(void)it_buf_printf(&about, IT_TRANSFER_FORMAT " %s\n",
			    options->query ? "some" : "all"); /* looked at by who signs */
	if (!rc)
		rc = write_lists(&exporting, &about, err);
	if (!rc && !options->query)
		rc = check_removals(&exporting, err);
	return rc ? rc : finish(&exporting, &about, err);
}
