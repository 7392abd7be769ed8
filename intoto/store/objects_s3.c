/* SPDX-License-Identifier: Apache-2.0 */
/* Objects in an S3-compatible store: s3://BUCKET/PREFIX, where each is PREFIX/ab/cdef… . */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/s3/s3.h"
#include "store/objects_crew.h"

enum { KEY_MAX = 1024, HEX = 2 * IT_SHA256_SIZE, PREFIX_MAX = 512 };

struct bucket {
	struct it_s3 *s3;
	struct it_s3 *members[IT_CREW_MAX]; /* those of threads; NULL: not needed yet */
	struct it_s3_options options;	    /* to open them */
	char *name;
	struct it_objects_queue queue;
	char *prefix; /* "" or "…/" */
};

static void s3_close(struct it_objects *objects)
{
	struct bucket *bucket = objects->state;

	for (size_t i = 0; i < IT_CREW_MAX; i++)
		it_s3_close(bucket->members[i]);
	it_s3_close(bucket->s3);
	it_objects_queue_done(&bucket->queue);
	free(bucket->name);
	free(bucket->prefix);
	free(bucket);
	objects->state = NULL;
}

static int read_place(struct bucket *bucket, char **name, const char *rest,
		      struct intoto_error **err)
{
	const char *slash;
	const char *prefix;
	size_t len;

	if (!it_starts_with(rest, "//"))
		return it_err_set(err, INTOTO_E_USAGE, "want s3://BUCKET or s3://BUCKET/PREFIX");
	rest += 2;
	slash = strchr(rest, '/');
	*name = slash ? strndup(rest, (size_t)(slash - rest)) : strdup(rest);
	prefix = slash ? slash + 1 : "";
	len = strlen(prefix);
	while (len && prefix[len - 1] == '/')
		len--;
	if (!*name || asprintf(&bucket->prefix, "%.*s%s", (int)len, prefix, len ? "/" : "") < 0)
		return it_err_nomem(err);
	return len <= PREFIX_MAX ? INTOTO_OK
				 : it_err_set(err, INTOTO_E_USAGE, "a prefix is too long");
}

static int take_nothing(void *arg, const char *key, uint64_t size, struct intoto_error **err)
{
	(void)arg;
	(void)key;
	(void)size;
	(void)err;
	return 1; /* one page is enough to know that we are let in */
}

static int s3_open(struct it_objects *objects, const char *rest, bool create,
		   const struct it_objects_access *access, struct intoto_error **err)
{
	struct bucket *bucket = calloc(1, sizeof *bucket);
	int rc;

	if (!bucket)
		return it_err_nomem(err);
	objects->state = bucket;
	rc = read_place(bucket, &bucket->name, rest, err);
	bucket->options.bucket = bucket->name;
	if (access) {
		bucket->options.endpoint = access->endpoint;
		bucket->options.region = access->region;
		bucket->options.insecure = access->insecure;
		bucket->options.ca = access->ca;
	}
	if (!rc)
		rc = it_s3_open(&bucket->s3, &bucket->options, err);
	/* A store is not made where nothing can be put: the bucket must be there. */
	if (!rc && create)
		rc = it_s3_list(bucket->s3, bucket->prefix, take_nothing, NULL, err);
	return rc == 1 ? INTOTO_OK : rc;
}

static int print_key(struct it_buf *out, const struct bucket *bucket, const struct it_object_id *id,
		     struct intoto_error **err)
{
	(void)it_buf_add_text(out, bucket->prefix); /* sticky */
	it_hex_encode(out, it_span(id->bytes, 1));
	(void)it_buf_add_byte(out, '/'); /* sticky */
	it_hex_encode(out, it_span(id->bytes + 1, sizeof id->bytes - 1));
	return it_buf_check(out, "a key", err);
}

static int put_one(struct bucket *bucket, struct it_s3 *s3, const struct it_object_id *id,
		   const struct it_message *bytes, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	bool has = false;
	uint64_t size = 0;
	int rc = print_key(&key, bucket, id, err);

	/* Where versions are kept, putting it again would be another one. */
	if (!rc)
		rc = it_s3_head(s3, it_buf_text(&key), &has, &size, err);
	if (rc || (has && size == bytes->len))
		return rc;
	return it_s3_put(s3, it_buf_text(&key), bytes, id->bytes, err);
}

static int put_waiting(void *arg, unsigned member, size_t number, struct intoto_error **err)
{
	struct bucket *bucket = arg;
	const struct it_objects_waiting *item = &bucket->queue.items[number];
	struct it_span bytes = it_buf_span(&item->bytes);
	const struct it_message message = it_message_of(&bytes);
	struct it_s3 *s3 = bucket->s3;
	int rc = INTOTO_OK;

	if (member && !bucket->members[member])
		rc = it_s3_open(&bucket->members[member], &bucket->options, err);
	if (member)
		s3 = bucket->members[member];
	return rc ? rc : put_one(bucket, s3, &item->id, &message, err);
}

static int work_off(struct bucket *bucket, struct intoto_error **err)
{
	int rc = it_crew_do(bucket->queue.count, put_waiting, bucket, err);

	it_objects_queue_done(&bucket->queue);
	return rc;
}

static int s3_put(struct it_objects *objects, const struct it_object_id *id,
		  const struct it_message *bytes, struct intoto_error **err)
{
	struct bucket *bucket = objects->state;
	bool waits = false;
	int rc = it_objects_queue_is_full(&bucket->queue) ? work_off(bucket, err) : INTOTO_OK;

	if (!rc)
		rc = it_objects_queue_add(&waits, &bucket->queue, id, bytes, err);
	return rc || waits ? rc : put_one(bucket, bucket->s3, id, bytes, err);
}

/* Every put is durable when it is answered. */
static int s3_sync(struct it_objects *objects, struct intoto_error **err)
{
	return work_off(objects->state, err);
}

struct receiving {
	struct it_digest digest;
	const struct it_sink *sink;
};

static int receive(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct receiving *receiving = arg;

	it_digest_add(&receiving->digest, piece.data, piece.len);
	return it_sink_take(receiving->sink, piece, err);
}

static int s3_get(struct it_objects *objects, const struct it_object_id *id,
		  const struct it_sink *sink, struct intoto_error **err)
{
	struct bucket *bucket = objects->state;
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	struct receiving receiving = { .sink = sink };
	const struct it_sink through = { receive, &receiving };
	unsigned char found[IT_DIGEST_MAX];
	int rc = print_key(&key, bucket, id, err);

	it_digest_start(&receiving.digest, it_digest_find("sha256"));
	if (!rc)
		rc = it_s3_get(bucket->s3, it_buf_text(&key), &through, err);
	it_digest_finish(&receiving.digest, found);
	if (rc || it_span_eq(it_span(found, IT_SHA256_SIZE), it_span(id->bytes, IT_SHA256_SIZE)))
		return rc;
	return it_err_set(err, INTOTO_E_POLICY, "%s: an object has other bytes than its name says",
			  objects->place);
}

static int s3_has(struct it_objects *objects, const struct it_object_id *id, bool *has,
		  uint64_t *size, struct intoto_error **err)
{
	struct bucket *bucket = objects->state;
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	int rc = print_key(&key, bucket, id, err);

	return rc ? rc : it_s3_head(bucket->s3, it_buf_text(&key), has, size, err);
}

static int s3_remove(struct it_objects *objects, const struct it_object_id *id,
		     struct intoto_error **err)
{
	struct bucket *bucket = objects->state;
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	int rc = print_key(&key, bucket, id, err);

	return rc ? rc : it_s3_remove(bucket->s3, it_buf_text(&key), err);
}

static int s3_lock(struct it_objects *objects, const struct it_object_id *id, int64_t until,
		   enum it_object_hold hold, struct intoto_error **err)
{
	struct bucket *bucket = objects->state;
	IT_AUTO(it_buf_done) struct it_buf key = IT_BUF(KEY_MAX);
	int rc = print_key(&key, bucket, id, err);

	if (!rc && until)
		rc = it_s3_retain(bucket->s3, it_buf_text(&key), until, err);
	if (rc || hold == IT_OBJECT_HOLD_STAYS)
		return rc;
	return it_s3_hold(bucket->s3, it_buf_text(&key), hold == IT_OBJECT_HOLD_ON, err);
}

/* --- all of them --- */

struct listing {
	const struct bucket *bucket;
	int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
		      struct intoto_error **err);
	void *arg;
};

/* What is no object of ours is passed over. */
static int take_key(void *arg, const char *key, uint64_t size, struct intoto_error **err)
{
	const struct listing *listing = arg;
	size_t prefix = strlen(listing->bucket->prefix);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);
	char hex[HEX + 1];
	struct it_object_id id;

	if (!it_starts_with(key, listing->bucket->prefix) || strlen(key) != prefix + HEX + 1 ||
	    key[prefix + 2] != '/')
		return INTOTO_OK;
	(void)snprintf(hex, sizeof hex, "%.2s%s", key + prefix, key + prefix + 3);
	if (!it_hex_decode(&bytes, it_span_text(hex)))
		return INTOTO_OK;
	memcpy(id.bytes, bytes.data, sizeof id.bytes);
	return listing->object(listing->arg, &id, size, err);
}

static int s3_each(struct it_objects *objects,
		   int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
				 struct intoto_error **err),
		   void *arg, struct intoto_error **err)
{
	const struct bucket *bucket = objects->state;
	struct listing listing = { bucket, object, arg };

	return it_s3_list(bucket->s3, bucket->prefix, take_key, &listing, err);
}

const struct it_objects_kind it_objects_s3 = {
	.scheme = "s3",
	.open = s3_open,
	.close = s3_close,
	.put = s3_put,
	.sync = s3_sync,
	.get = s3_get,
	.has = s3_has,
	.remove = s3_remove,
	.each = s3_each,
	.lock = s3_lock,
};
