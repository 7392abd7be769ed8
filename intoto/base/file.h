/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read within a bound and written so that a reader never sees half of one. */
#ifndef IT_BASE_FILE_H
#define IT_BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"

/*
 * Reads a whole file into out (which is emptied first), up to out->max bytes; more is
 * INTOTO_E_LIMIT.
 * "-" is standard input.  Only regular files, pipes and character devices; a folder is an error.
 * Errors begin with the path.
 */
IT_CHECK int it_file_read(struct it_buf *out, const char *path, struct intoto_error **err);

enum it_file_flags {
	IT_FILE_SYNC = 1, /* on the disk before the call returns */
	IT_FILE_NEW = 2,  /* refuse to replace an existing file */
};

/*
 * Writes beside path and renames over it: afterwards path holds either all of the old or all of the
 * new bytes, whatever happens, and a temporary file is removed on failure.  "-" is standard output;
 * a pipe, a device and /dev/stdout are written to as they are; a folder is an error.  A symbolic link
 * is replaced, never followed.
 */
IT_CHECK int it_file_write(const char *path, struct it_span bytes, mode_t mode, unsigned flags,
			   struct intoto_error **err);

/* Writes everything to a descriptor, through short writes and EINTR. */
IT_CHECK int it_fd_write(int fd, struct it_span bytes, struct intoto_error **err);

/* Closes *fd if it is not negative and makes it -1: IT_AUTO(it_fd_close) int fd = -1; */
void it_fd_close(int *fd);

/*
 * Closes every descriptor from first on, for a forked child: only system calls.  Where the kernel
 * has no call for it, those below most.
 */
void it_fd_close_from(unsigned first, unsigned most);

/* Makes the folder and its parents (0777 and umask); existing ones are fine. */
IT_CHECK int it_dir_make(const char *path, struct intoto_error **err);

/* The names in a folder, sorted bytewise, without "." and "..". */
struct it_strings;
IT_CHECK int it_dir_list(struct it_strings *out, const char *path, struct intoto_error **err);

#endif
