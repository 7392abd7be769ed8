/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A blob goes through us piece by piece: what the source pours is what the destination takes, and
 * neither of them keeps it in memory.  Several go at once where both places can be opened again:
 * each thread has its own two.
 */
#include "image/copy_blobs.h"

#include <pthread.h>

#include "base/text.h"

/* Another connection pays from here on. */
static const uint64_t bytes_a_thread = UINT64_C(1) << 20;

/* Everybody on the threads; what stands behind the lock changes under it only. */
struct crew {
	const struct it_copy_blobs *blobs;
	const struct it_copy_options *options;
	const struct it_place *to, *from; /* to open again */
	pthread_mutex_t lock;
	size_t next;
	struct it_copy_report *report;
	int rc;
	struct intoto_error *err;
};

/* One blob on its way. */
struct pouring {
	struct crew *crew;
	struct it_place *from;
	const struct it_copy_blob *blob;
	const struct it_sink *into;
	uint64_t poured; /* this time */
	struct it_buf held;
	bool begun;
};

enum { PIECE_MAX = 16 * 1024 * 1024 };

void it_copy_blobs_done(struct it_copy_blobs *blobs)
{
	for (size_t i = 0; i < blobs->count; i++)
		free(blobs->items[i].digest);
	free(blobs->items);
	*blobs = (struct it_copy_blobs){ 0 };
}

/* image-spec layer.md, "Non-Distributable Layers"; Docker's name for them. */
static bool is_foreign(const char *media_type)
{
	return it_starts_with(media_type, "application/vnd.oci.image.layer.nondistributable.") ||
	       it_starts_with(media_type, "application/vnd.docker.image.rootfs.foreign.");
}

static int add(struct it_copy_blobs *blobs, const struct it_oci_descriptor *from,
	       struct intoto_error **err)
{
	size_t cap = blobs->cap ? blobs->cap * 2 : 16;
	struct it_copy_blob *more;
	char *digest;

	if (blobs->count == IT_COPY_BLOBS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d blobs", IT_COPY_BLOBS_MAX);
	if (blobs->count == blobs->cap) {
		more = realloc(blobs->items, cap * sizeof *more);
		if (!more)
			return it_err_nomem(err);
		blobs->items = more;
		blobs->cap = cap;
	}
	digest = strdup(from->digest);
	if (!digest)
		return it_err_nomem(err);
	blobs->items[blobs->count++] =
		(struct it_copy_blob){ digest, from->size, is_foreign(from->media_type) };
	return INTOTO_OK;
}

int it_copy_blobs_add(struct it_copy_blobs *blobs, const struct it_oci_manifest *manifest,
		      struct intoto_error **err)
{
	int rc = manifest->has_config ? add(blobs, &manifest->config, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < manifest->layer_count; i++)
		if (!manifest->is_index || !it_oci_is_manifest(manifest->layers[i].media_type))
			rc = add(blobs, &manifest->layers[i], err);
	return rc;
}

static int by_digest(const void *a, const void *b)
{
	const struct it_copy_blob *one = a;
	const struct it_copy_blob *other = b;

	return it_span_cmp(it_span_text(one->digest), it_span_text(other->digest));
}

static int by_size(const void *a, const void *b)
{
	const struct it_copy_blob *one = a;
	const struct it_copy_blob *other = b;

	if (one->size != other->size)
		return one->size < other->size ? 1 : -1;
	return by_digest(a, b);
}

int it_copy_blobs_settle(struct it_copy_blobs *blobs, struct intoto_error **err)
{
	size_t kept = 0;

	if (!blobs->count)
		return INTOTO_OK;
	qsort(blobs->items, blobs->count, sizeof *blobs->items, by_digest);
	for (size_t i = 1; i < blobs->count; i++) {
		struct it_copy_blob *last = &blobs->items[kept];
		struct it_copy_blob *next = &blobs->items[i];

		if (!it_streq(last->digest, next->digest)) {
			if (++kept != i) {
				blobs->items[kept] = *next;
				next->digest = NULL;
			}
			continue;
		}
		if (last->size != next->size)
			return it_err_set(err, INTOTO_E_POLICY,
					  "%s: one manifest says %ju bytes, another %ju",
					  last->digest, (uintmax_t)last->size,
					  (uintmax_t)next->size);
		last->foreign = last->foreign && next->foreign;
		free(next->digest);
		next->digest = NULL;
	}
	blobs->count = kept + 1;
	qsort(blobs->items, blobs->count, sizeof *blobs->items, by_size);
	return INTOTO_OK;
}

/* --- one blob --- */

/* fewer: those that are poured again. */
static void count_bytes(struct crew *crew, uint64_t more, uint64_t fewer)
{
	struct it_copy_report *report = crew->report;

	(void)pthread_mutex_lock(&crew->lock); /* fails only when misused */
	report->bytes_done += more;
	report->bytes_done -= fewer;
	if (crew->options->progress)
		crew->options->progress(crew->options->arg, report);
	(void)pthread_mutex_unlock(&crew->lock);
}

/* The last piece is held until the source is known to have given the right bytes: what is wrong is
 * never whole at the destination. */
static int pass_on(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct pouring *pouring = arg;
	int rc;

	if (pouring->poured + piece.len >= pouring->blob->size) {
		(void)it_buf_add_span(&pouring->held, piece); /* looked at next */
		rc = it_buf_check(&pouring->held, "a piece", err);
	} else {
		rc = it_sink_take(pouring->into, piece, err);
	}
	if (rc)
		return rc;
	pouring->poured += piece.len;
	count_bytes(pouring->crew, piece.len, 0);
	return INTOTO_OK;
}

static int pour(void *self, const struct it_sink *into, struct intoto_error **err)
{
	struct pouring *pouring = self;
	const struct it_sink counted = { pass_on, pouring };
	int rc;

	if (pouring->poured)
		count_bytes(pouring->crew, 0, pouring->poured);
	pouring->poured = 0;
	pouring->begun = true;
	pouring->into = into;
	it_buf_reset(&pouring->held);
	rc = it_streq(pouring->blob->digest, IT_OCI_EMPTY_DIGEST)
		     ? it_sink_take(&counted, it_span("{}", 2), err)
		     : pouring->from->kind->blob(pouring->from, pouring->blob->digest,
						 pouring->blob->size, &counted, err);
	if (rc || !pouring->held.len)
		return rc;
	return it_sink_take(into, it_buf_span(&pouring->held), err);
}

static void pouring_done(struct pouring *pouring)
{
	it_buf_done(&pouring->held);
}

static void count_blob(struct crew *crew, const struct pouring *pouring)
{
	struct it_copy_report *report = crew->report;

	(void)pthread_mutex_lock(&crew->lock); /* fails only when misused */
	report->bytes_done += pouring->blob->size - pouring->poured;
	report->blobs_done++;
	if (pouring->begun) {
		report->blobs_sent++;
		report->bytes_sent += pouring->blob->size;
	}
	if (crew->options->progress)
		crew->options->progress(crew->options->arg, report);
	(void)pthread_mutex_unlock(&crew->lock);
}

static int send_blob(struct crew *crew, struct it_place *to, struct it_place *from,
		     const struct it_copy_blob *blob, struct intoto_error **err)
{
	IT_AUTO(pouring_done)
	struct pouring pouring = {
		.crew = crew, .from = from, .blob = blob, .held = IT_BUF(PIECE_MAX)
	};
	/* Its source hashes it, and pass_on holds the last piece until then. */
	const struct it_message message = {
		.pour = pour, .self = &pouring, .len = blob->size, .sure = true
	};
	bool has = true;
	int rc = INTOTO_OK;

	if (blob->foreign)
		rc = from->kind->has_blob(from, &has, blob->digest, err);
	if (!rc && has)
		rc = to->kind->put_blob(to, blob->digest, &message, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", to->text);
	count_blob(crew, &pouring);
	return INTOTO_OK;
}

/* --- several --- */

/* The next to be sent, or NULL: none is left, or something failed. */
static const struct it_copy_blob *next_blob(struct crew *crew)
{
	const struct it_copy_blob *blob = NULL;

	(void)pthread_mutex_lock(&crew->lock); /* fails only when misused */
	if (!crew->rc && crew->next < crew->blobs->count)
		blob = &crew->blobs->items[crew->next++];
	(void)pthread_mutex_unlock(&crew->lock);
	return blob;
}

/* The first failure is the one that is told. */
static void fail(struct crew *crew, int rc, struct intoto_error **why)
{
	(void)pthread_mutex_lock(&crew->lock); /* fails only when misused */
	if (!crew->rc) {
		crew->rc = rc;
		crew->err = *why;
		*why = NULL;
	}
	(void)pthread_mutex_unlock(&crew->lock);
}

static void send_all(struct crew *crew, struct it_place *to, struct it_place *from)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_copy_blob *blob;
	int rc = INTOTO_OK;

	while (!rc && (blob = next_blob(crew)))
		rc = send_blob(crew, to, from, blob, &why);
	if (rc)
		fail(crew, rc, &why);
}

static void *thread_main(void *arg)
{
	struct crew *crew = arg;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_place_freep) struct it_place *to = NULL;
	IT_AUTO(it_place_freep) struct it_place *from = NULL;
	int rc = it_place_open(&to, crew->to->text, true, crew->options->access, &why);

	if (!rc)
		rc = it_place_open(&from, crew->from->text, false, crew->options->access, &why);
	if (rc) {
		fail(crew, rc, &why);
		return NULL;
	}
	to->mount_from = crew->to->mount_from;
	send_all(crew, to, from);
	return NULL;
}

static size_t threads_for(const struct crew *crew)
{
	unsigned at_once = crew->options->at_once ? crew->options->at_once : IT_COPY_AT_ONCE;
	uint64_t worth = 1 + crew->report->bytes / bytes_a_thread;
	size_t most = crew->blobs->count < at_once ? crew->blobs->count : at_once;

	if (!(crew->to->kind->abilities & crew->from->kind->abilities & IT_PLACE_AGAIN))
		return 1;
	return worth < most ? (size_t)worth : most;
}

int it_copy_blobs_send(const struct it_copy_blobs *blobs, struct it_copy_report *report,
		       struct it_place *to, struct it_place *from,
		       const struct it_copy_options *options, struct intoto_error **err)
{
	struct crew crew = {
		.blobs = blobs,
		.options = options,
		.to = to,
		.from = from,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.report = report,
	};
	pthread_t threads[IT_COPY_AT_ONCE_MAX];
	size_t started = 0;
	size_t wanted;

	report->blobs = blobs->count;
	for (size_t i = 0; i < blobs->count; i++)
		report->bytes = blobs->items[i].size > UINT64_MAX - report->bytes
					? UINT64_MAX
					: report->bytes + blobs->items[i].size;
	wanted = threads_for(&crew);
	/* This one works too, and alone where no thread can be had. */
	while (started + 1 < wanted && started < IT_COUNT_OF(threads) &&
	       !pthread_create(&threads[started], NULL, thread_main, &crew))
		started++;
	send_all(&crew, to, from);
	while (started)
		(void)pthread_join(threads[--started], NULL); /* it was started above */
	(void)pthread_mutex_destroy(&crew.lock);	      /* nobody has it any more */
	if (crew.rc && err && !*err)
		*err = crew.err;
	else
		intoto_error_free(crew.err);
	return crew.rc;
}
