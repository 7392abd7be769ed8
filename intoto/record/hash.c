/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing one opened file. */
#include "record/hash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "record/name.h"

/* Large enough that big files cost no more calls than they must, small enough for the cache. */
enum { BUFFER_SIZE = 256 * 1024 };

static bool has_algorithm(const struct it_hasher *hasher, const struct it_digest_alg *alg)
{
	for (size_t i = 0; i < hasher->count; i++)
		if (hasher->digests[i].alg == alg)
			return true;
	return false;
}

/* Keeps the digests sorted: the order in which a digest set is written. */
static void insert(struct it_hasher *hasher, const struct it_digest_alg *alg)
{
	size_t at = hasher->count++;

	while (at && it_span_cmp(it_span_text(hasher->digests[at - 1].alg->name),
				 it_span_text(alg->name)) > 0) {
		hasher->digests[at].alg = hasher->digests[at - 1].alg;
		at--;
	}
	hasher->digests[at].alg = alg;
}

int it_hasher_init(struct it_hasher *hasher, const struct it_digest_alg *const *algorithms,
		   struct intoto_error **err)
{
	const struct it_digest_alg *const usual[] = { it_digest_find("sha256"), NULL };

	memset(hasher, 0, sizeof *hasher);
	if (!algorithms)
		algorithms = usual;
	for (; *algorithms; algorithms++) {
		if (has_algorithm(hasher, *algorithms))
			continue;
		if (hasher->count == IT_HASH_ALGORITHMS)
			return it_err_set(err, INTOTO_E_LIMIT, "more than %d digest algorithms",
					  IT_HASH_ALGORITHMS);
		insert(hasher, *algorithms);
	}
	if (!hasher->count)
		return it_err_set(err, INTOTO_E_USAGE, "no digest algorithm");
	return INTOTO_OK;
}

void it_hasher_done(struct it_hasher *hasher)
{
	free(hasher->buffer);
	hasher->buffer = NULL;
}

static void start(struct it_hasher *hasher, uint64_t size)
{
	for (size_t i = 0; i < hasher->count; i++)
		it_digest_start_sized(&hasher->digests[i], hasher->digests[i].alg, size);
}

static void add(struct it_hasher *hasher, const void *data, size_t len)
{
	for (size_t i = 0; i < hasher->count; i++)
		it_digest_add(&hasher->digests[i], data, len);
}

static void finish(struct it_hasher *hasher, struct it_buf *out)
{
	unsigned char value[IT_DIGEST_MAX];

	for (size_t i = 0; i < hasher->count; i++) {
		const struct it_digest_alg *alg = hasher->digests[i].alg;

		it_digest_finish(&hasher->digests[i], value);
		/* out is sticky: its owner checks it. */
		(void)it_buf_add_text(out, i ? "," : "");
		(void)it_buf_add_text(out, alg->name);
		(void)it_buf_add_byte(out, ':');
		it_hex_encode(out, it_span(value, alg->size));
	}
}

void it_hash_bytes(struct it_hasher *hasher, struct it_span bytes, struct it_buf *out)
{
	start(hasher, bytes.len);
	add(hasher, bytes.data, bytes.len);
	finish(hasher, out);
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* ctime too: it moves with every change and cannot be set back by utimensat(). */
static bool is_unchanged(const struct stat *before, const struct stat *after, uint64_t bytes)
{
	return after->st_size == before->st_size && (uint64_t)after->st_size == bytes &&
	       same_time(after->st_mtim, before->st_mtim) &&
	       same_time(after->st_ctim, before->st_ctim);
}

static int refuse_changed(const struct stat *before, uint64_t bytes, struct it_span name,
			  struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(name);

	return it_err_set(err, INTOTO_E_IO,
			  "%s: changed while it was read (%jd bytes when opened, %ju read)",
			  quoted ? quoted : "", (intmax_t)before->st_size, (uintmax_t)bytes);
}

/* Stops at the size that the file had: whatever is behind it shows in the state afterwards. */
static int read_all(struct it_hasher *hasher, int fd, uint64_t size, uint64_t *bytes,
		    struct it_span name, struct intoto_error **err)
{
	*bytes = 0;
	for (;;) {
		ssize_t got = read(fd, hasher->buffer, BUFFER_SIZE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_name_errno(err, errno, name);
		add(hasher, hasher->buffer, (size_t)got);
		*bytes += (uint64_t)got;
		if (hasher->reading)
			hasher->reading(hasher->arg, (size_t)got);
		if (got == 0 || *bytes >= size)
			return INTOTO_OK;
	}
}

int it_hash_look(int fd, struct stat *about, struct it_span name, struct intoto_error **err)
{
	if (fstat(fd, about))
		return it_name_errno(err, errno, name);
	if (!S_ISREG(about->st_mode))
		return it_name_refuse(err, INTOTO_E_IO, name,
				      "was exchanged before it could be read");
	return INTOTO_OK;
}

int it_hash_check_unchanged(int fd, const struct stat *before, uint64_t bytes, struct it_span name,
			    struct intoto_error **err)
{
	struct stat after;

	if (fstat(fd, &after))
		return it_name_errno(err, errno, name);
	if (!is_unchanged(before, &after, bytes))
		return refuse_changed(before, bytes, name, err);
	return INTOTO_OK;
}

int it_hash_file(struct it_hasher *hasher, int fd, const struct stat *before, struct it_span name,
		 struct it_buf *out, struct intoto_error **err)
{
	uint64_t bytes;
	int rc;

	if (!hasher->buffer)
		hasher->buffer = malloc(BUFFER_SIZE);
	if (!hasher->buffer)
		return it_err_nomem(err);
	start(hasher, (uint64_t)before->st_size);
	rc = read_all(hasher, fd, (uint64_t)before->st_size, &bytes, name, err);
	if (!rc)
		rc = it_hash_check_unchanged(fd, before, bytes, name, err);
	if (rc)
		return rc;
	finish(hasher, out);
	return INTOTO_OK;
}
