/* SPDX-License-Identifier: Apache-2.0 */
/* A store, made and opened: PLACE/index.sqlite, PLACE/objects/, PLACE/log.key. */
#include "store/store.h"

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

enum { ORIGIN_MAX = 256, ORIGIN_RANDOM = 8, PLACE_MAX = 4096 };

void it_store_close(struct it_store *store)
{
	if (!store)
		return;
	it_sql_close(store->sql);
	it_objects_close(store->objects);
	intoto_key_free(store->log_key);
	free(store->origin);
	free(store->place);
	free(store);
}

/* --- making one --- */

static int make_key(const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, "log.key");
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
	IT_AUTO(it_buf_wipe) struct it_buf text = IT_BUF(IT_KEY_TEXT_MAX);
	IT_AUTO(it_freep) char *pem = NULL;
	int rc;

	if (!path)
		return it_err_nomem(err);
	/* Of a try that did not come to its end. */
	if (!access(path, F_OK))
		return INTOTO_OK;
	rc = intoto_key_generate(&key, "ed25519", err);
	if (!rc)
		rc = it_key_private_pem(key, it_span(NULL, 0), IT_KEY_ROUNDS, &pem, err);
	if (rc)
		return rc;
	(void)it_buf_add_text(&text, pem); /* sticky: a key is shorter */
	explicit_bzero(pem, strlen(pem));
	return it_file_write(path, it_buf_span(&text), 0600, IT_FILE_SYNC | IT_FILE_NEW, err);
}

/* What the log is called, unless the user says it: nobody else's is called so. */
static int name_log(struct it_sql *sql, const char *wanted, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf origin = IT_BUF(ORIGIN_MAX);
	unsigned char noise[ORIGIN_RANDOM];
	int rc = it_random(noise, sizeof noise, err);

	if (rc)
		return rc;
	if (wanted) {
		(void)it_buf_add_text(&origin, wanted); /* looked at below */
	} else {
		(void)it_buf_add_text(&origin, "intoto-store/"); /* sticky */
		it_hex_encode(&origin, it_span(noise, sizeof noise));
	}
	rc = it_buf_check(&origin, "the log's name", err);
	return rc ? rc : it_meta_set(sql, "origin", it_buf_span(&origin), err);
}

static int fill_index(struct it_sql *sql, const struct it_store_options *options,
		      struct intoto_error **err)
{
	int rc = sql->driver->begin(sql, err);

	if (rc)
		return rc;
	rc = it_schema_create(sql, err);
	if (!rc)
		rc = it_log_create(sql, err);
	if (!rc)
		rc = it_sweep_create(sql, err);
	if (!rc)
		rc = name_log(sql, options->origin, err);
	if (!rc)
		return sql->driver->commit(sql, err);
	sql->driver->rollback(sql);
	return rc;
}

/* The tables come last, all at once: without them the folder is no store, and init begins anew. */
static int create(const struct it_store_options *options, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *index = it_path_join(options->place, "index.sqlite");
	IT_AUTO(it_freep) char *objects = it_path_join(options->place, "objects");
	IT_AUTO(it_sql_closep) struct it_sql *sql = NULL;
	int rc;

	if (!index || !objects)
		return it_err_nomem(err);
	rc = it_dir_make(objects, err);
	if (!rc)
		rc = it_sql_open(&sql, index, IT_SQL_CREATE, err);
	if (!rc && it_schema_check(sql, NULL) == INTOTO_OK)
		rc = it_err_set(err, INTOTO_E_USAGE, "%s: is a store already", options->place);
	if (!rc)
		rc = make_key(options->place, err);
	return rc ? rc : fill_index(sql, options, err);
}

/* --- opening one --- */

static int read_origin(struct it_store *store, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf origin = IT_BUF(ORIGIN_MAX);
	int rc = it_meta_get(store->sql, "origin", &origin, err);

	if (rc)
		return rc;
	store->origin = it_buf_take(&origin);
	return store->origin ? INTOTO_OK : it_err_nomem(err);
}

/* Who may only read has no key. */
static int read_key(struct it_store *store, const struct it_store_options *options,
		    struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(options->place, "log.key");

	if (!path)
		return it_err_nomem(err);
	if (options->read_only)
		return INTOTO_OK;
	return intoto_key_load(&store->log_key, path, NULL, NULL, err);
}

static int open_parts(struct it_store *store, const struct it_store_options *options,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *index = it_path_join(options->place, "index.sqlite");
	IT_AUTO(it_freep) char *objects = it_path_join(options->place, "objects");
	int rc;

	if (!index || !objects)
		return it_err_nomem(err);
	rc = it_sql_open(&store->sql, index, options->read_only ? IT_SQL_READ_ONLY : 0, err);
	if (rc == INTOTO_E_NOTFOUND)
		return it_err_wrap(err, rc, "%s: is no store", store->place);
	if (!rc)
		rc = it_schema_check(store->sql, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", store->place);
	rc = it_objects_open(&store->objects, objects, false, options->access, err);
	if (!rc)
		rc = read_origin(store, err);
	return rc ? rc : read_key(store, options, err);
}

int it_store_open(struct it_store **out, const struct it_store_options *options,
		  struct intoto_error **err)
{
	IT_AUTO(it_store_closep) struct it_store *store = calloc(1, sizeof *store);
	int rc;

	*out = NULL;
	if (!store)
		return it_err_nomem(err);
	store->place = it_text_quoted(it_span_text(options->place));
	if (!store->place)
		return it_err_nomem(err);
	if (strstr(options->place, "://")) /* which may hold a password: it is not shown */
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "found a URL: this version keeps stores in folders only");
	rc = options->create ? create(options, err) : INTOTO_OK;
	if (!rc)
		rc = open_parts(store, options, err);
	if (rc)
		return rc;
	*out = store;
	store = NULL; /* now the caller's */
	return INTOTO_OK;
}
