/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as files of a folder: ab/cdef…, by their digest.  A file is written beside its place and
 * renamed, so that a name never stands for half of one; one call makes all of a batch durable.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "store/objects.h"

enum { NS = 1000 * 1000 * 1000 };
enum { NAME_ROOM = 2 * IT_SHA256_SIZE + 2, TEMPORARY_ROOM = 64, PIECE = 256 * 1024, FANS = 256 };

#define TEMPORARY ".new-" /* how the names of files begin that are being written */

struct folder {
	int top;
	bool made[FANS]; /* those below that are there */
};

static void folder_close(struct it_objects *objects)
{
	struct folder *folder = objects->state;

	it_fd_close(&folder->top);
	free(folder);
	objects->state = NULL;
}

static int folder_open(struct it_objects *objects, const char *rest, bool create,
		       const struct it_objects_access *access, struct intoto_error **err)
{
	struct folder *folder = calloc(1, sizeof *folder);
	int rc = INTOTO_OK;

	(void)access;
	if (!folder)
		return it_err_nomem(err);
	objects->state = folder;
	folder->top = -1;
	if (create)
		rc = it_dir_make(rest, err);
	if (rc)
		return rc;
	folder->top = open(rest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder->top < 0 ? it_err_errno(err, errno, "%s", objects->place) : INTOTO_OK;
}

/* "ab/cdef…" */
static void name_of(char out[NAME_ROOM], const struct it_object_id *id)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < IT_SHA256_SIZE; i++) {
		*out++ = digits[id->bytes[i] >> 4];
		*out++ = digits[id->bytes[i] & 15];
		if (!i)
			*out++ = '/';
	}
	*out = '\0';
}

static int make_fan(struct it_objects *objects, unsigned char first, struct intoto_error **err)
{
	struct folder *folder = objects->state;
	char name[3];

	if (folder->made[first])
		return INTOTO_OK;
	(void)snprintf(name, sizeof name, "%02x", first);
	if (mkdirat(folder->top, name, 0777) && errno != EEXIST)
		return it_err_errno(err, errno, "%s/%s", objects->place, name);
	folder->made[first] = true;
	return INTOTO_OK;
}

/* --- writing --- */

struct writing {
	int fd;
	struct it_digest digest;
	const char *place;
};

static void writing_done(struct writing *writing)
{
	it_fd_close(&writing->fd);
}

static int write_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct writing *writing = arg;

	it_digest_add(&writing->digest, piece.data, piece.len);
	return it_fd_write(writing->fd, piece, err);
}

static int check_id(struct writing *writing, const struct it_object_id *id,
		    struct intoto_error **err)
{
	unsigned char found[IT_DIGEST_MAX];

	it_digest_finish(&writing->digest, found);
	if (it_span_eq(it_span(found, IT_SHA256_SIZE), it_span(id->bytes, IT_SHA256_SIZE)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: what was put changed meanwhile", writing->place);
}

static int write_new(struct it_objects *objects, const char *temporary,
		     const struct it_object_id *id, const struct it_message *bytes,
		     struct intoto_error **err)
{
	struct folder *folder = objects->state;
	IT_AUTO(writing_done)
	struct writing writing = {
		.fd = openat(folder->top, temporary,
			     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444),
		.place = objects->place,
	};
	const struct it_sink sink = { write_piece, &writing };
	int rc;

	if (writing.fd < 0)
		return it_err_errno(err, errno, "%s/%s", objects->place, temporary);
	it_digest_start(&writing.digest, it_digest_find("sha256"));
	rc = it_message_pour(bytes, &sink, err);
	return rc ? rc : check_id(&writing, id, err);
}

/* A name of chance: process ids are those of a container, and a process may have the store open
 * more than once. */
static int name_temporary(char out[TEMPORARY_ROOM], struct intoto_error **err)
{
	uint64_t noise[2];
	int rc = it_random(noise, sizeof noise, err);

	out[0] = '\0';
	if (!rc)
		(void)snprintf(out, TEMPORARY_ROOM, TEMPORARY "%016" PRIx64 "%016" PRIx64, noise[0],
			       noise[1]);
	return rc;
}

static int folder_put(struct it_objects *objects, const struct it_object_id *id,
		      const struct it_message *bytes, struct intoto_error **err)
{
	struct folder *folder = objects->state;
	char temporary[TEMPORARY_ROOM];
	char name[NAME_ROOM];
	struct stat about;
	int rc;

	name_of(name, id);
	/* A machine that went down before the sync may have kept the name and lost the bytes. */
	if (!fstatat(folder->top, name, &about, AT_SYMLINK_NOFOLLOW) && S_ISREG(about.st_mode) &&
	    (uint64_t)about.st_size == bytes->len)
		return INTOTO_OK;
	rc = make_fan(objects, id->bytes[0], err);
	if (rc)
		return rc;
	rc = name_temporary(temporary, err);
	if (!rc)
		rc = write_new(objects, temporary, id, bytes, err);
	if (!rc && renameat(folder->top, temporary, folder->top, name))
		rc = it_err_errno(err, errno, "%s/%s", objects->place, name);
	if (rc && temporary[0])
		(void)unlinkat(folder->top, temporary, 0); /* the failure before is what counts */
	return rc;
}

static int folder_sync(struct it_objects *objects, struct intoto_error **err)
{
	const struct folder *folder = objects->state;

	return syncfs(folder->top) ? it_err_errno(err, errno, "%s", objects->place) : INTOTO_OK;
}

/* --- reading --- */

static int open_object(int *fd, struct it_objects *objects, const struct it_object_id *id,
		       struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	char name[NAME_ROOM];

	name_of(name, id);
	*fd = openat(folder->top, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	return *fd < 0 ? it_err_errno(err, errno, "%s/%s", objects->place, name) : INTOTO_OK;
}

static int folder_get(struct it_objects *objects, const struct it_object_id *id,
		      const struct it_sink *sink, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	unsigned char found[IT_DIGEST_MAX];
	struct it_digest digest;
	ssize_t got = 1;
	int rc = piece ? open_object(&fd, objects, id, err) : it_err_nomem(err);

	it_digest_start(&digest, it_digest_find("sha256"));
	while (!rc && (got = TEMP_FAILURE_RETRY(read(fd, piece, PIECE))) > 0) {
		it_digest_add(&digest, piece, (size_t)got);
		rc = it_sink_take(sink, it_span(piece, (size_t)got), err);
	}
	if (!rc && got < 0)
		rc = it_err_errno(err, errno, "%s", objects->place);
	it_digest_finish(&digest, found);
	if (rc || it_span_eq(it_span(found, IT_SHA256_SIZE), it_span(id->bytes, IT_SHA256_SIZE)))
		return rc;
	return it_err_set(err, INTOTO_E_POLICY, "%s: an object has other bytes than its name says",
			  objects->place);
}

static int folder_has(struct it_objects *objects, const struct it_object_id *id, bool *has,
		      uint64_t *size, struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	char name[NAME_ROOM];
	struct stat about;

	name_of(name, id);
	*has = !fstatat(folder->top, name, &about, AT_SYMLINK_NOFOLLOW);
	if (!*has && errno != ENOENT && errno != ENOTDIR)
		return it_err_errno(err, errno, "%s/%s", objects->place, name);
	*size = *has ? (uint64_t)about.st_size : 0;
	return INTOTO_OK;
}

static int folder_remove(struct it_objects *objects, const struct it_object_id *id,
			 struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	char name[NAME_ROOM];

	name_of(name, id);
	if (unlinkat(folder->top, name, 0) && errno != ENOENT)
		return it_err_errno(err, errno, "%s/%s", objects->place, name);
	return INTOTO_OK;
}

static bool read_name(struct it_object_id *id, const char *fan, const char *rest)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(NAME_ROOM);
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(NAME_ROOM);

	(void)it_buf_printf(&hex, "%s%s", fan, rest); /* a longer one is none */
	if (hex.failed || hex.len != NAME_ROOM - 2 || !it_hex_decode(&bytes, it_buf_span(&hex)))
		return false;
	memcpy(id->bytes, bytes.data, sizeof id->bytes);
	return true;
}

static int each_in(struct it_objects *objects, const char *fan,
		   int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
				 struct intoto_error **err),
		   void *arg, struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	int fd = openat(folder->top, fan, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = INTOTO_OK;

	if (fd < 0)
		return errno == ENOENT ? INTOTO_OK
				       : it_err_errno(err, errno, "%s/%s", objects->place, fan);
	if (!list) {
		it_fd_close(&fd);
		return it_err_nomem(err);
	}
	while (!rc && (entry = readdir(list))) {
		struct it_object_id id;
		bool has = false;
		uint64_t size = 0;

		if (!read_name(&id, fan, entry->d_name))
			continue;
		rc = folder_has(objects, &id, &has, &size, err);
		if (!rc && has)
			rc = object(arg, &id, size, err);
	}
	(void)closedir(list); /* was only read */
	return rc;
}

static int folder_each(struct it_objects *objects,
		       int (*object)(void *arg, const struct it_object_id *id, uint64_t size,
				     struct intoto_error **err),
		       void *arg, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (unsigned i = 0; !rc && i < FANS; i++) {
		char fan[3];

		(void)snprintf(fan, sizeof fan, "%02x", i);
		rc = each_in(objects, fan, object, arg, err);
	}
	return rc;
}

/* --- what killed puts left --- */

static int is_old(bool *out, struct it_objects *objects, const char *name, int64_t age,
		  struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	struct stat about;

	*out = false;
	if (fstatat(folder->top, name, &about, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? INTOTO_OK
				       : it_err_errno(err, errno, "%s/%s", objects->place, name);
	*out = it_clock_files() / NS - about.st_mtim.tv_sec > age;
	return INTOTO_OK;
}

static int tidy_one(struct it_objects *objects, const char *name, int64_t age, uint64_t *count,
		    struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	bool old;
	int rc = is_old(&old, objects, name, age, err);

	if (rc || !old)
		return rc;
	if (unlinkat(folder->top, name, 0) && errno != ENOENT)
		return it_err_errno(err, errno, "%s/%s", objects->place, name);
	*count += 1;
	return INTOTO_OK;
}

static int folder_tidy(struct it_objects *objects, int64_t age, uint64_t *count,
		       struct intoto_error **err)
{
	const struct folder *folder = objects->state;
	int fd = openat(folder->top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = INTOTO_OK;

	if (!list) {
		rc = it_err_errno(err, errno, "%s", objects->place);
		it_fd_close(&fd);
		return rc;
	}
	while (!rc && (entry = readdir(list)))
		if (it_starts_with(entry->d_name, TEMPORARY))
			rc = tidy_one(objects, entry->d_name, age, count, err);
	(void)closedir(list); /* was only read */
	return rc;
}

const struct it_objects_kind it_objects_folder = {
	.open = folder_open,
	.close = folder_close,
	.put = folder_put,
	.sync = folder_sync,
	.get = folder_get,
	.has = folder_has,
	.remove = folder_remove,
	.each = folder_each,
	.tidy = folder_tidy,
};
