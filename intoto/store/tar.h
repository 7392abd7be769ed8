/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tar files, member by member, read without trust and written the same every time.  The only user
 * of libarchive.  Nothing is ever unpacked by its name: the caller gets names and bytes.
 */
#ifndef IT_STORE_TAR_H
#define IT_STORE_TAR_H

#include "base/sink.h"

enum { IT_TAR_MEMBERS_MAX = 100 * 1000, IT_TAR_NAME_MAX = 4096 };

struct it_tar_member {
	const char *name; /* without "./" in front */
	const char *link; /* where a hard or symbolic link leads, as it is written; NULL: a file */
	uint64_t size;
};

struct it_tar_visitor {
	/* *sink: where the content goes; what it leaves as it is (take NULL) is passed over. */
	int (*begin)(void *arg, const struct it_tar_member *member, struct it_sink *sink,
		     struct intoto_error **err);
	int (*end)(void *arg, const struct it_tar_member *member, struct intoto_error **err);
	void *arg;
};

/*
 * Reads a tar file that is not compressed.  Folders and devices are passed over.  All contents
 * together are at most as long as the file: sparse members, which a few bytes make endless, are
 * refused.  Errors begin with the path.
 */
IT_CHECK int it_tar_read(const char *path, const struct it_tar_visitor *visitor,
			 struct intoto_error **err);

struct it_tar_file {
	const char *name; /* in the tar file */
	const char *path; /* of the bytes */
	bool spent; /* is removed once it is written, so that there need not be room for both */
};

/* Writes files in their order, without times, owners or anything else of this machine; path holds
 * all of it or what it held before. */
IT_CHECK int it_tar_write(const char *path, const struct it_tar_file *files, size_t count,
			  struct intoto_error **err);

#endif
