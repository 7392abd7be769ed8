/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tar files (pax) member by member, alone or compressed with zstd: written the same every time, and
 * read with a bound on what comes out.  <store/tar.h> is for those of images.
 */
#ifndef IT_STORE_TAR_STREAM_H
#define IT_STORE_TAR_STREAM_H

#include "base/sink.h"

enum it_tar_filter { IT_TAR_ZSTD, IT_TAR_PLAIN };

/* --- writing --- */

struct it_tar_writer;

struct it_tar_style {
	enum it_tar_filter filter;
	int level;  /* of zstd; 0: 3 */
	bool bytes; /* some name is not ASCII: then all are marked as bytes, which GNU tar remarks
		       on */
};

/* Nothing is seen at path before the finish. */
IT_CHECK int it_tar_writer_open(struct it_tar_writer **out, const char *path,
				const struct it_tar_style *style, struct intoto_error **err);
/* A file of mode 0644 without an owner.  content gives content->len bytes. */
IT_CHECK int it_tar_writer_add(struct it_tar_writer *writer, const char *name, int64_t time,
			       const struct it_message *content, struct intoto_error **err);
/* Complete, but not in its place yet; *size is that of the file. */
IT_CHECK int it_tar_writer_close(struct it_tar_writer *writer, uint64_t *size,
				 struct intoto_error **err);
/* On the disk, and in its place. */
IT_CHECK int it_tar_writer_finish(struct it_tar_writer *writer, struct intoto_error **err);
/* Frees, and removes what was not finished. */
void it_tar_writer_free(struct it_tar_writer *writer);
IT_DEFINE_AUTO(struct it_tar_writer, it_tar_writer_free);

/* --- reading --- */

struct it_tar_reader;

struct it_tar_entry {
	const char *name; /* as it stands; until the next one */
	uint64_t size;
	bool file; /* else a folder, a link, a device … */
};

/* One descriptor for all that follows: what stands at path later does not matter. */
IT_CHECK int it_tar_reader_open(struct it_tar_reader **out, const char *path,
				struct intoto_error **err);
uint64_t it_tar_reader_size(const struct it_tar_reader *reader); /* of the file */
/* Appends the SHA-256 of the file, in hex digits. */
IT_CHECK int it_tar_reader_hash(struct it_tar_reader *reader, struct it_buf *hex,
				struct intoto_error **err);
/* All that may come out of it from now on, headers and fillings too; at first 1 GiB.  More is
 * LIMIT. */
void it_tar_reader_bound(struct it_tar_reader *reader, uint64_t bytes);
/* *more is false at the end.  What is not read of a member is passed over. */
IT_CHECK int it_tar_reader_next(struct it_tar_reader *reader, struct it_tar_entry *entry,
				bool *more, struct intoto_error **err);
IT_CHECK int it_tar_reader_content(struct it_tar_reader *reader, const struct it_sink *sink,
				   struct intoto_error **err);
/* Behind the last member, when all were read: whether the mark of the end stands there and nothing
 * but zeros behind it, in a compressed file that is whole itself, and whether every reader finds
 * the same members.  *fault is one sentence; NULL: all is well. */
IT_CHECK int it_tar_reader_end(struct it_tar_reader *reader, const char **fault,
			       struct intoto_error **err);
void it_tar_reader_free(struct it_tar_reader *reader);
IT_DEFINE_AUTO(struct it_tar_reader, it_tar_reader_free);

#endif
