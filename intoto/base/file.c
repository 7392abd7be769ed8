/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: bounded reads, writes that are seen whole or not at all. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/strings.h"
#include "base/text.h"

enum { READ_STEP = 64 * 1024 };

void it_fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* written data is checked before, by fsync or by the caller */
	*fd = -1;
}

void it_fd_close_from(unsigned first, unsigned most)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	for (unsigned fd = first; fd < most; fd++)
		(void)close((int)fd); /* most are not open */
}

static int open_to_read(const char *path, struct intoto_error **err)
{
	int fd = it_streq(path, "-") ? dup(STDIN_FILENO)
				     : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat about;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	if (fstat(fd, &about) == 0 && (S_ISDIR(about.st_mode) || S_ISBLK(about.st_mode))) {
		it_fd_close(&fd);
		return it_err_set(err, INTOTO_E_IO, "%s: is a %s, want a file", path,
				  S_ISDIR(about.st_mode) ? "folder" : "block device");
	}
	return fd;
}

/* Room for a whole file and the byte that would be too much: long ones are not copied while the
 * buffer grows.  The size is only a hint. */
static void make_room(struct it_buf *out, int fd)
{
	struct stat about;

	if (!fstat(fd, &about) && S_ISREG(about.st_mode) && about.st_size > 0 &&
	    (uintmax_t)about.st_size < out->max)
		(void)it_buf_reserve(out, (size_t)about.st_size + 1); /* checked through failed */
}

int it_file_read(struct it_buf *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open_to_read(path, err);

	if (fd < 0)
		return fd;
	it_buf_reset(out);
	make_room(out, fd);
	for (;;) {
		size_t room = out->max - out->len;
		size_t spare = out->cap > out->len + 1 ? out->cap - out->len - 1 : READ_STEP;
		/* one more byte shows that there is more */
		size_t step = room < spare ? room + 1 : spare;
		ssize_t got;

		out->max++;
		(void)it_buf_reserve(out, step); /* checked through failed */
		out->max--;
		if (out->failed)
			return it_buf_check(out, path, err);
		got = read(fd, out->data + out->len, step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "%s", path);
		if ((size_t)got > room)
			return it_err_set(err, INTOTO_E_LIMIT, "%s: larger than %zu bytes", path,
					  out->max);
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		if (got == 0)
			return INTOTO_OK;
	}
}

int it_fd_write(int fd, struct it_span bytes, struct intoto_error **err)
{
	while (bytes.len) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return it_err_errno(err, errno, "write");
		bytes.data += put;
		bytes.len -= (size_t)put;
	}
	return INTOTO_OK;
}

int it_file_write(const char *path, struct it_span bytes, mode_t mode, unsigned flags,
		  struct intoto_error **err)
{
	IT_AUTO(it_draft_drop) struct it_draft draft = IT_DRAFT;
	int rc = it_draft_open(&draft, path, mode, flags, err);

	if (!rc)
		rc = it_draft_add(&draft, bytes, err);
	return rc ? rc : it_draft_finish(&draft, err);
}

int it_dir_make(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *copy = strdup(path);
	struct stat about;

	if (!copy)
		return it_err_nomem(err);
	for (char *slash = copy; *slash; slash++) {
		if (*slash != '/' || slash == copy)
			continue;
		*slash = '\0';
		(void)mkdir(copy, 0777); /* the last one tells */
		*slash = '/';
	}
	if (mkdir(copy, 0777) == 0 ||
	    (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode)))
		return INTOTO_OK;
	return it_err_errno(err, errno, "%s", path);
}

static void close_folder(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir); /* only read */
}

int it_dir_list(struct it_strings *out, const char *path, struct intoto_error **err)
{
	IT_AUTO(close_folder) DIR *dir = opendir(path);
	const struct dirent *entry;
	int rc = INTOTO_OK;

	if (!dir)
		return it_err_errno(err, errno, "%s", path);
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		if (it_streq(entry->d_name, ".") || it_streq(entry->d_name, ".."))
			continue;
		rc = it_strings_add(out, entry->d_name, err);
		if (rc)
			return rc;
	}
	if (errno)
		return it_err_errno(err, errno, "%s", path);
	it_strings_sort(out);
	return INTOTO_OK;
}
