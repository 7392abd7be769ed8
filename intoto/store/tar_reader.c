/* SPDX-License-Identifier: Apache-2.0 */
/* Reading tar files through libarchive, within a bound. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "store/tar_stream.h"
#include "store/tar_walk.h"
#include "store/zstd_frame.h"

enum {
	PIECE = 256 * 1024,
	FILTERS_MAX = 2, /* of libarchive: zstd, and the file itself */
};

#define BOUND ((uint64_t)1 << 30)

struct it_tar_reader {
	struct archive *archive;
	int fd;	     /* all passes read this one: a name may stand for another file by then */
	char *path;  /* quoted */
	char *piece; /* PIECE bytes */
	uint64_t bound;
	struct it_digest members; /* names and sizes, as they were found */
	uint64_t size;		  /* of the file */
	bool packed;
};

void it_tar_reader_free(struct it_tar_reader *reader)
{
	if (!reader)
		return;
	(void)archive_read_free(reader->archive); /* NULL is fine; nothing is left to be read */
	it_fd_close(&reader->fd);
	free(reader->path);
	free(reader->piece);
	free(reader);
}

static int refuse(struct it_tar_reader *reader, struct intoto_error **err)
{
	const char *why = archive_error_string(reader->archive);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(why ? why : "no archive"));

	return it_err_set(
		err, archive_errno(reader->archive) == ENOMEM ? INTOTO_E_NOMEM : INTOTO_E_FORMAT,
		"%s: %s", reader->path, quoted ? quoted : "");
}

/* Without O_NONBLOCK a pipe would wait for its other end. */
static int open_file(struct it_tar_reader *reader, const char *path, struct intoto_error **err)
{
	struct stat about;

	reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (reader->fd < 0 || fstat(reader->fd, &about))
		return it_err_errno(err, errno, "%s", reader->path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no file", reader->path);
	reader->size = (uint64_t)about.st_size;
	return INTOTO_OK;
}

static int open_archive(struct it_tar_reader *reader, struct intoto_error **err)
{
	struct archive *archive = reader->archive;

	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
	    archive_read_open_fd(archive, reader->fd, PIECE) != ARCHIVE_OK)
		return refuse(reader, err);
	/* libarchive would unpack what is packed in what is packed, of which nothing is bounded. */
	if (archive_filter_count(archive) > FILTERS_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is compressed more than once",
				  reader->path);
	reader->packed = archive_filter_count(archive) == FILTERS_MAX;
	return INTOTO_OK;
}

int it_tar_reader_open(struct it_tar_reader **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_tar_reader_freep) struct it_tar_reader *reader = calloc(1, sizeof *reader);
	int rc;

	*out = NULL;
	if (!reader)
		return it_err_nomem(err);
	reader->fd = -1;
	reader->bound = BOUND;
	it_digest_start(&reader->members, it_digest_find("sha256"));
	reader->path = it_text_quoted(it_span_text(path));
	reader->piece = malloc(PIECE);
	reader->archive = archive_read_new();
	if (!reader->path || !reader->piece || !reader->archive)
		return it_err_nomem(err);
	rc = open_file(reader, path, err);
	if (!rc)
		rc = open_archive(reader, err);
	if (rc)
		return rc;
	*out = reader;
	reader = NULL; /* now the caller's */
	return INTOTO_OK;
}

uint64_t it_tar_reader_size(const struct it_tar_reader *reader)
{
	return reader->size;
}

/* By pread, so that the archive stands where it stood. */
int it_tar_reader_hash(struct it_tar_reader *reader, struct it_buf *hex, struct intoto_error **err)
{
	unsigned char bytes[IT_DIGEST_MAX];
	struct it_digest digest;
	off_t at = 0;
	ssize_t got;

	it_digest_start(&digest, it_digest_find("sha256"));
	while ((got = TEMP_FAILURE_RETRY(pread(reader->fd, reader->piece, PIECE, at))) > 0) {
		it_digest_add(&digest, reader->piece, (size_t)got);
		at += got;
	}
	if (got < 0)
		return it_err_errno(err, errno, "%s", reader->path);
	if ((uint64_t)at != it_tar_reader_size(reader))
		return it_err_set(err, INTOTO_E_IO, "%s: changed while it was read", reader->path);
	it_digest_finish(&digest, bytes);
	it_hex_encode(hex, it_span(bytes, IT_SHA256_SIZE));
	return it_buf_check(hex, "digest", err);
}

void it_tar_reader_bound(struct it_tar_reader *reader, uint64_t bytes)
{
	reader->bound = (uint64_t)archive_filter_bytes(reader->archive, 0) + bytes;
}

static int check_bound(struct it_tar_reader *reader, uint64_t more, struct intoto_error **err)
{
	uint64_t out = (uint64_t)archive_filter_bytes(reader->archive, 0);

	if (out <= reader->bound && more <= reader->bound - out)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_LIMIT, "%s: more comes out of it than it may hold",
			  reader->path);
}

int it_tar_reader_next(struct it_tar_reader *reader, struct it_tar_entry *entry, bool *more,
		       struct intoto_error **err)
{
	struct archive_entry *found = NULL;
	int got = archive_read_next_header(reader->archive, &found);
	const char *name;

	*more = false;
	*entry = (struct it_tar_entry){ 0 };
	if (got == ARCHIVE_EOF)
		return INTOTO_OK;
	if (got != ARCHIVE_OK)
		return refuse(reader, err);
	name = archive_entry_pathname(found);
	if (!name)
		name = archive_entry_pathname_utf8(found); /* of another tool, in the C locale */
	if (!name || archive_entry_sparse_count(found) || archive_entry_size(found) < 0)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: a member without a name, or with holes", reader->path);
	*more = true;
	entry->name = name;
	entry->size = (uint64_t)archive_entry_size(found);
	entry->file = archive_entry_filetype(found) == AE_IFREG && !archive_entry_hardlink(found) &&
		      !archive_entry_symlink(found);
	if (check_bound(reader, entry->size, err))
		return INTOTO_E_LIMIT;
	it_tar_walk_note(&reader->members, it_span_text(name), entry->size);
	return INTOTO_OK;
}

int it_tar_reader_content(struct it_tar_reader *reader, const struct it_sink *sink,
			  struct intoto_error **err)
{
	int rc = INTOTO_OK;

	while (!rc) {
		la_ssize_t got = archive_read_data(reader->archive, reader->piece, PIECE);

		if (got < 0)
			return refuse(reader, err);
		if (!got)
			break;
		rc = check_bound(reader, 0, err);
		if (!rc)
			rc = it_sink_take(sink, it_span(reader->piece, (size_t)got), err);
	}
	return rc;
}

/* --- the end --- */

static void raw_done(struct archive **archive)
{
	(void)archive_read_free(*archive); /* NULL is fine; nothing is left to be read */
}

static int open_raw(struct archive *raw, struct it_tar_reader *reader, bool *good,
		    struct intoto_error **err)
{
	struct archive_entry *entry = NULL;

	*good = false;
	if (!raw)
		return it_err_nomem(err);
	if (lseek(reader->fd, 0, SEEK_SET) != 0)
		return it_err_errno(err, errno, "%s", reader->path);
	*good = archive_read_support_format_raw(raw) == ARCHIVE_OK &&
		(!reader->packed || archive_read_support_filter_zstd(raw) == ARCHIVE_OK) &&
		archive_read_open_fd(raw, reader->fd, PIECE) == ARCHIVE_OK &&
		archive_read_next_header(raw, &entry) == ARCHIVE_OK;
	return INTOTO_OK;
}

static const char *judge_walk(struct it_tar_reader *reader, struct it_tar_walk *walk, bool whole)
{
	unsigned char ours[IT_DIGEST_MAX];
	unsigned char theirs[IT_DIGEST_MAX];

	it_digest_finish(&reader->members, ours);
	it_digest_finish(&walk->members, theirs);
	if (walk->bad && !walk->zeros)
		return "it has headers that other programs read in another way";
	if (!whole || walk->bad || !it_tar_walk_ended(walk))
		return "it ends early, or goes on behind its end";
	if (walk->hides)
		return "it hides bytes in the filling behind a member";
	return it_span_eq(it_span(ours, IT_SHA256_SIZE), it_span(theirs, IT_SHA256_SIZE))
		       ? NULL
		       : "other programs find other members in it";
}

/*
 * libarchive takes a missing mark for the end, and looks at nothing behind one.  So all is read
 * once more, by the letter, which also shows whether the compressed file is whole.
 */
int it_tar_reader_end(struct it_tar_reader *reader, const char **fault, struct intoto_error **err)
{
	IT_AUTO(raw_done) struct archive *raw = archive_read_new();
	IT_AUTO(it_tar_walk_done) struct it_tar_walk walk;
	uint64_t size = 0;
	la_ssize_t got = 0;
	bool good = false;
	int rc;

	it_tar_walk_start(&walk);
	*fault = "it ends early, or goes on behind its end";
	/* Frames that hold nothing, and others, would be passed over in silence. */
	if (reader->packed && !it_zstd_is_one_frame(reader->fd, reader->size))
		return INTOTO_OK;
	rc = open_raw(raw, reader, &good, err);
	if (rc || !good)
		return rc;
	while (!walk.bad && size <= reader->bound &&
	       (got = archive_read_data(raw, reader->piece, PIECE)) > 0) {
		it_tar_walk_take(&walk, it_span(reader->piece, (size_t)got));
		size += (uint64_t)got;
	}
	*fault = judge_walk(reader, &walk, !got);
	return INTOTO_OK;
}
