/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store, made and opened.  In a folder: PLACE/index.sqlite, PLACE/objects/, PLACE/log.key.  With
 * a database for many: its URL, and where the objects are, which the database remembers; the key of
 * its log is kept elsewhere.
 */
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/key.h"
#include "store/log.h"
#include "store/schema.h"
#include "store/sweep.h"

enum { ORIGIN_MAX = 256, ORIGIN_RANDOM = 8, PLACE_MAX = 4096, VERIFIER_MAX = 1024 };

void it_store_close(struct it_store *store)
{
	if (!store)
		return;
	it_sql_close(store->sql);
	it_objects_close(store->objects);
	intoto_key_free(store->log_key);
	free(store->log_key_path);
	free(store->origin);
	free(store->verifier);
	free(store->place);
	free(store);
}

/* --- where its parts are --- */

struct places {
	char *index;
	char *objects; /* NULL: the index says it */
	char *log_key; /* NULL: nowhere */
};

static void places_done(struct places *places)
{
	free(places->index);
	free(places->objects);
	free(places->log_key);
}

static int copy(char **out, char *made, struct intoto_error **err)
{
	*out = made;
	return made ? INTOTO_OK : it_err_nomem(err);
}

/* A folder of now is one of later, wherever the program then stands. */
static int remember_place(char **out, const char *place, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *here = NULL;

	if (*place == '/' || !it_objects_is_folder(place))
		return copy(out, strdup(place), err);
	here = realpath(".", NULL);
	if (!here)
		return it_err_errno(err, errno, "%s", place);
	return copy(out, it_path_join(here, place), err);
}

static int find_places(struct places *places, const struct it_store_options *options,
		       struct intoto_error **err)
{
	bool is_folder = !strstr(options->place, "://");
	int rc = copy(&places->index,
		      is_folder ? it_path_join(options->place, "index.sqlite")
				: strdup(options->place),
		      err);

	if (!rc && options->objects)
		rc = remember_place(&places->objects, options->objects, err);
	if (!rc && options->log_key)
		rc = copy(&places->log_key, strdup(options->log_key), err);
	else if (!rc && is_folder)
		rc = copy(&places->log_key, it_path_join(options->place, "log.key"), err);
	return rc;
}

/* Of a folder they are inside, wherever that is moved to, and the index says nothing. */
static int find_objects(struct places *places, const struct it_store_options *options,
			struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(PLACE_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_meta_get(sql, "objects", &place, &why);

	free(places->objects);
	places->objects = NULL;
	if (!rc)
		return copy(&places->objects, it_buf_take(&place), err);
	if (rc != INTOTO_E_NOTFOUND)
		return it_err_set(err, rc, "%s", intoto_error_text(why));
	return copy(&places->objects, it_path_join(options->place, "objects"), err);
}

/* --- making one --- */

static int make_key(const char *path, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_freep) char *pem = NULL;
	int rc;

	/* Of a try that did not come to its end, or one that there was before. */
	if (!access(path, F_OK))
		return INTOTO_OK;
	rc = intoto_key_generate(&key, "ed25519", err);
	if (!rc)
		rc = it_key_private_pem(key, it_span(NULL, 0), IT_KEY_ROUNDS, &pem, err);
	if (rc)
		return rc;
	(void)it_buf_add_text(&text, pem); /* sticky: a key is shorter */
	explicit_bzero(pem, strlen(pem));
	rc = it_file_write(path, it_buf_span(&text), 0600, IT_FILE_SYNC | IT_FILE_NEW, &why);
	/* Somebody else was faster: both have the same key then. */
	if (!rc || !access(path, F_OK))
		return INTOTO_OK;
	return it_err_set(err, rc, "%s", intoto_error_text(why));
}

/* What the log is called, unless the user says it: nobody else's is called so. */
static int name_log(struct it_buf *origin, const char *wanted, struct intoto_error **err)
{
	unsigned char noise[ORIGIN_RANDOM];
	int rc = it_random(noise, sizeof noise, err);

	if (rc)
		return rc;
	if (wanted) {
		(void)it_buf_add_text(origin, wanted); /* looked at below */
	} else {
		(void)it_buf_add_text(origin, "intoto-store/"); /* sticky */
		it_hex_encode(origin, it_span(noise, sizeof noise));
	}
	return it_buf_check(origin, "the log's name", err);
}

/* Its name, and the key that it is checked with: who has the private one may sign. */
static int introduce_log(struct it_sql *sql, const struct places *places, const char *wanted,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_buf_done) struct it_buf origin = IT_BUF(ORIGIN_MAX);
	IT_AUTO(it_buf_done) struct it_buf verifier = IT_BUF(VERIFIER_MAX);
	int rc = name_log(&origin, wanted, err);

	if (!rc)
		rc = intoto_key_load(&key, places->log_key, NULL, NULL, err);
	if (!rc)
		rc = it_note_verifier_print(&verifier, it_buf_text(&origin), key, err);
	if (!rc)
		rc = it_meta_set(sql, "origin", it_buf_span(&origin), err);
	return rc ? rc : it_meta_set(sql, "log-key", it_buf_span(&verifier), err);
}

static int fill_index(struct it_sql *sql, const struct places *places,
		      const struct it_store_options *options, struct intoto_error **err)
{
	int rc = sql->driver->begin(sql, err);

	if (rc)
		return rc;
	rc = it_schema_create(sql, err);
	if (!rc)
		rc = it_log_create(sql, err);
	if (!rc)
		rc = it_sweep_create(sql, err);
	if (!rc && places->objects)
		rc = it_meta_set(sql, "objects", it_span_text(places->objects), err);
	if (!rc)
		rc = introduce_log(sql, places, options->origin, err);
	return it_sql_end(sql, rc, err);
}

static int check_places(const struct places *places, const struct it_store_options *options,
			struct intoto_error **err)
{
	bool is_folder = !strstr(options->place, "://");

	if (!is_folder && !places->objects)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want a place for the objects beside a database: a folder, "
				  "s3://BUCKET/PREFIX or oci:REGISTRY/REPOSITORY");
	if (!places->log_key)
		return it_err_set(err, INTOTO_E_USAGE,
				  "want a file for the key of the log, which no database holds");
	if (it_starts_with(places->log_key, "pkcs11:"))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "want a file for the key of the log: no tokens are read so far");
	return INTOTO_OK;
}

static int take_name(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_buf *name = arg;

	(void)it_buf_add_span(name, row->values[0].bytes); /* shown as far as it goes */
	(void)err;
	return INTOTO_OK;
}

/* Nothing of somebody else's, who would find tables of ours among his. */
static int check_empty(struct it_sql *sql, const char *shown, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(PLACE_MAX);
	IT_AUTO(it_freep) char *quoted = NULL;
	int rc;

	if (it_schema_check(sql, NULL) == INTOTO_OK)
		return it_err_set(err, INTOTO_E_USAGE, "%s: is a store already", shown);
	rc = it_sql_each(sql, sql->driver->a_table, NULL, 0, take_name, &name, err);
	if (rc || !name.len)
		return rc;
	quoted = it_text_quoted(it_buf_span(&name));
	return it_err_set(err, INTOTO_E_USAGE,
			  "%s: holds tables of something else (%s): want an empty one", shown,
			  quoted ? quoted : "");
}

/* The tables come last, all at once: without them it is no store, and init begins anew. */
static int create(const struct places *places, const struct it_store_options *options,
		  const char *shown, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_sql_closep) struct it_sql *sql = NULL;
	IT_AUTO(it_objects_closep) struct it_objects *objects = NULL;
	IT_AUTO(it_freep) char *inside = it_path_join(options->place, "objects");
	int again;
	int rc = inside ? check_places(places, options, err) : it_err_nomem(err);

	if (!rc && !strstr(options->place, "://"))
		rc = it_dir_make(options->place, err);
	if (!rc)
		rc = it_objects_open(&objects, places->objects ? places->objects : inside, true,
				     options->access, err);
	if (!rc)
		rc = it_sql_open(&sql, places->index, IT_SQL_CREATE, err);
	if (!rc)
		rc = check_empty(sql, shown, err);
	if (!rc)
		rc = make_key(places->log_key, err);
	if (rc)
		return rc;
	rc = fill_index(sql, places, options, &why);
	if (!rc)
		return INTOTO_OK;
	/* Somebody else may have made it at the same time: then that is what is to be said. */
	again = check_empty(sql, shown, err);
	return again ? again : it_err_set(err, rc, "%s", intoto_error_text(why));
}

/* --- opening one --- */

static int read_text(char **out, struct it_sql *sql, const char *name, size_t max,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(max);
	int rc = it_meta_get(sql, name, &text, err);

	return rc ? rc : copy(out, it_buf_take(&text), err);
}

static int open_parts(struct it_store *store, struct places *places,
		      const struct it_store_options *options, struct intoto_error **err)
{
	int rc = it_sql_open(&store->sql, places->index, options->read_only ? IT_SQL_READ_ONLY : 0,
			     err);

	if (rc)
		return rc == INTOTO_E_NOTFOUND
			       ? it_err_wrap(err, rc, "%s: is no store", store->place)
			       : rc;
	rc = it_schema_check(store->sql, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", store->place);
	rc = find_objects(places, options, store->sql, err);
	if (!rc)
		rc = it_objects_open(&store->objects, places->objects, false, options->access, err);
	if (!rc)
		rc = read_text(&store->origin, store->sql, "origin", ORIGIN_MAX, err);
	if (!rc)
		rc = read_text(&store->verifier, store->sql, "log-key", VERIFIER_MAX, err);
	store->log_key_path = places->log_key;
	places->log_key = NULL; /* now the store's */
	return rc;
}

int it_store_open(struct it_store **out, const struct it_store_options *options,
		  struct intoto_error **err)
{
	IT_AUTO(it_store_closep) struct it_store *store = calloc(1, sizeof *store);
	IT_AUTO(places_done) struct places places = { 0 };
	int rc;

	*out = NULL;
	if (!store)
		return it_err_nomem(err);
	store->place = it_sql_place(options->place);
	if (!store->place)
		return it_err_nomem(err);
	rc = find_places(&places, options, err);
	if (!rc && options->create)
		rc = create(&places, options, store->place, err);
	if (!rc)
		rc = open_parts(store, &places, options, err);
	if (rc)
		return rc;
	*out = store;
	store = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* Another one would sign what nobody can check. */
static int check_key(const struct it_store *store, const struct intoto_key *key,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf verifier = IT_BUF(VERIFIER_MAX);
	int rc = it_note_verifier_print(&verifier, store->origin, key, err);

	if (!rc && !it_streq(it_buf_text(&verifier), store->verifier))
		rc = it_err_set(err, INTOTO_E_KEY, "%s: is not the key of this store's log",
				store->log_key_path);
	return rc;
}

int it_store_log_key(struct it_store *store, struct intoto_error **err)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	int rc;

	if (store->log_key)
		return INTOTO_OK;
	if (!store->log_key_path)
		return it_err_set(
			err, INTOTO_E_KEY,
			"this program has not the key of the log: want --log-key FILE, or "
			"INTOTO_STORE_LOG_KEY in the environment");
	rc = intoto_key_load(&key, store->log_key_path, NULL, NULL, err);
	if (!rc)
		rc = check_key(store, key, err);
	if (rc)
		return rc;
	store->log_key = key;
	key = NULL; /* now the store's */
	return INTOTO_OK;
}
