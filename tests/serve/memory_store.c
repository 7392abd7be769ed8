/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store in memory, behind the interface of the real one, for what the server does with any store:
 * several connections share it.  It finds documents by digests that stand in their payloads.
 * INTOTO_TEST_PUT_MS makes every put take so long; INTOTO_TEST_STORE_DOWN names a file: while it is
 * there, the store cannot be asked.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "json/json.h"
#include "store/log.h"
#include "store/release.h"
#include "store/query.h"

enum { ENTRIES_MAX = 4096, BYTES_MAX = 256 * 1024 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry {
	struct it_object_id id;
	unsigned char gitoid[IT_SHA256_SIZE];
	char *bytes, *payload, *name, *actor;
	size_t len;
} entries[ENTRIES_MAX];
static size_t entry_count;

static int ask(struct intoto_error **err)
{
	const char *down = getenv("INTOTO_TEST_STORE_DOWN");

	if (down && !access(down, F_OK))
		return it_err_set(err, INTOTO_E_SERVICE, "secret.host: no route to this store");
	return INTOTO_OK;
}

int it_store_open(struct it_store **out, const struct it_store_options *options,
		  struct intoto_error **err)
{
	(void)options;
	*out = calloc(1, sizeof **out);
	return *out ? ask(err) : it_err_nomem(err);
}

void it_store_close(struct it_store *store)
{
	free(store);
}

/* Under the lock; NULL: none. */
static struct entry *find(const unsigned char *digest, bool gitoid)
{
	for (size_t i = 0; i < entry_count; i++) {
		const unsigned char *own = gitoid ? entries[i].gitoid : entries[i].id.bytes;

		if (!memcmp(own, digest, IT_SHA256_SIZE))
			return &entries[i];
	}
	return NULL;
}

static char *payload_of(struct it_span bytes)
{
	const struct it_json_limits limits = {
		.bytes = BYTES_MAX, .depth = 64, .reals = true, .values = 1 << 20
	};
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_buf_done) struct it_buf payload = IT_BUF(BYTES_MAX);

	if (!it_json_parse(&root, bytes, &limits, NULL) &&
	    it_json_kind(it_json_get(root, "payload")) == IT_JSON_TEXT)
		(void)it_base64_decode(&payload, it_json_text(it_json_get(root, "payload")));
	return it_buf_take(&payload);
}

static void add(const struct it_store_put *put, struct it_buf *bytes, const unsigned char *id)
{
	struct entry *entry = &entries[entry_count++];
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest state;

	it_digest_start_sized(&state, it_digest_find("gitoid"), bytes->len);
	it_digest_add(&state, bytes->data, bytes->len);
	it_digest_finish(&state, digest);
	memcpy(entry->gitoid, digest, IT_SHA256_SIZE);
	memcpy(entry->id.bytes, id, IT_SHA256_SIZE);
	entry->payload = payload_of(it_buf_span(bytes));
	entry->name = strdup(put->name ? put->name : it_path_base(put->path));
	entry->actor = strdup(put->actor);
	entry->len = bytes->len;
	entry->bytes = it_buf_take(bytes);
}

static int put_one(const struct it_store_put *put, struct it_store_receipt *receipt,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(BYTES_MAX);
	unsigned char id[IT_SHA256_SIZE];
	struct entry *found;
	int rc = it_file_read(&bytes, put->path, err);

	if (rc)
		return rc;
	it_sha256(id, it_buf_span(&bytes));
	(void)pthread_mutex_lock(&lock);
	found = find(id, false);
	receipt->fresh = !found;
	if (!found && entry_count < ENTRIES_MAX) {
		add(put, &bytes, id);
		found = &entries[entry_count - 1];
	}
	if (found) {
		receipt->id = found->id;
		receipt->number = (uint64_t)(found - entries);
	}
	(void)pthread_mutex_unlock(&lock);
	return found ? INTOTO_OK : it_err_nomem(err);
}

int it_store_put(struct it_store *store, const struct it_store_put *puts, size_t count,
		 struct it_store_receipt *receipts, struct intoto_error **err)
{
	const char *wait = getenv("INTOTO_TEST_PUT_MS");
	int rc = ask(err);

	(void)store;
	if (wait)
		(void)usleep((useconds_t)strtoul(wait, NULL, 10) * 1000);
	for (size_t i = 0; !rc && i < count; i++)
		rc = put_one(&puts[i], &receipts[i], err);
	return rc;
}

/* Entries never change once they are there. */
static struct entry *locked_find(const unsigned char *digest, bool gitoid)
{
	struct entry *found;

	(void)pthread_mutex_lock(&lock);
	found = find(digest, gitoid);
	(void)pthread_mutex_unlock(&lock);
	return found;
}

/* What is in memory has no releases. */
int it_store_relate(struct it_store *store, const struct it_store_release *release,
		    struct intoto_error **err)
{
	(void)store;
	(void)release;
	(void)err;
	return INTOTO_OK;
}

int it_store_get(struct it_store *store, const struct it_object_id *id, const struct it_sink *sink,
		 struct intoto_error **err)
{
	struct entry *found = locked_find(id->bytes, false);
	int rc = ask(err);

	(void)store;
	if (!rc && !found)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such entry");
	for (size_t at = 0; !rc && at < found->len; at += 10000) {
		size_t len = found->len - at < 10000 ? found->len - at : 10000;

		rc = it_sink_take(sink, it_span(found->bytes + at, len), err);
	}
	return rc;
}

int it_store_resolve(struct it_store *store, const char *text, struct it_object_id *out,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_SHA256_SIZE);
	bool gitoid = it_starts_with(text, "gitoid:blob:sha256:");
	const char *hex = strrchr(text, ':') ? strrchr(text, ':') + 1 : text;
	struct entry *found = NULL;
	int rc = ask(err);

	(void)store;
	if (!rc && it_hex_decode(&digest, it_span_text(hex)) && digest.len == IT_SHA256_SIZE)
		found = locked_find((const unsigned char *)digest.data, gitoid);
	if (!rc && !found)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such entry");
	if (!rc)
		*out = found->id;
	return rc;
}

static bool has(const struct entry *entry, const char *digest)
{
	const char *colon = digest ? strrchr(digest, ':') : NULL;
	const char *hex = colon ? colon + 1 : digest;

	return !hex || (entry->payload && strstr(entry->payload, hex));
}

int it_query_run(struct it_store *store, const struct it_query *query,
		 int (*found)(void *arg, const struct it_found *found, struct intoto_error **err),
		 void *arg, struct intoto_error **err)
{
	unsigned limit = query->limit ? query->limit : 100;
	size_t count;
	int rc = ask(err);

	(void)store;
	(void)pthread_mutex_lock(&lock);
	count = entry_count;
	(void)pthread_mutex_unlock(&lock);
	for (size_t i = count; !rc && limit && i-- > 0;) {
		const struct entry *entry = &entries[i];
		struct it_found row = { .number = i,
					.id = entry->id,
					.size = entry->len,
					.kind = "attestation",
					.name = entry->name,
					.actor = entry->actor };

		if ((query->before && i >= query->before) || !has(entry, query->digest))
			continue;
		limit--;
		rc = found(arg, &row, err);
	}
	return rc;
}

int it_query_affected(struct it_store *store, const char *what,
		      int (*found)(void *arg, const struct it_affected *affected,
				   struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	struct it_affected row = {
		.product = "app", .release = "1.0", .vulnerability = what, .state = "found"
	};

	(void)store;
	return found(arg, &row, err);
}

int it_sql_each(struct it_sql *sql, const char *text, const struct it_sql_value *values,
		size_t count,
		int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
		void *arg, struct intoto_error **err)
{
	struct entry *found = NULL;
	struct it_sql_value made[2];
	const struct it_sql_row one = { made, 2 };

	(void)sql;
	if (it_starts_with(text, "SELECT number") && count && values->kind == IT_SQL_BYTES)
		found = locked_find((const unsigned char *)values->bytes.data, false);
	if (!found)
		return INTOTO_OK;
	made[0] = IT_SQL_N(found - entries);
	made[1] = IT_SQL_N((int64_t)found->len);
	return row(arg, &one, err);
}

int it_log_checkpoint(struct it_store *store, struct it_buf *out, struct intoto_error **err)
{
	(void)store;
	(void)it_buf_add_text(out, "a checkpoint\n");
	return it_buf_check(out, "a checkpoint", err);
}

int it_log_prove(struct it_store *store, uint64_t number, struct it_buf *out,
		 struct intoto_error **err)
{
	(void)store;
	(void)it_buf_printf(out, "c2sp.org/tlog-proof@v1\nindex %ju\n", (uintmax_t)number);
	return it_buf_check(out, "a proof", err);
}

int it_log_consistency(struct it_store *store, uint64_t first, struct it_merkle_hash *hashes,
		       size_t *count, struct intoto_error **err)
{
	(void)store;
	if (first > entry_count)
		return it_err_set(err, INTOTO_E_NOTFOUND, "the log is not as long yet");
	*hashes = (struct it_merkle_hash){ { 0 } };
	*count = first ? 1 : 0;
	return INTOTO_OK;
}

int it_log_tile(struct it_store *store, const char *path, struct it_buf *out,
		struct intoto_error **err)
{
	(void)store;
	if (!it_streq(path, "tile/0/x001/067"))
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such tile");
	(void)it_buf_add_text(out, "a tile");
	return it_buf_check(out, "a tile", err);
}
