/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: bounded reads, writes that are seen whole or not at all. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"
#include "base/random.h"
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

/* A name in path's folder that no other process uses; as short as a long name of path needs it. */
static int temporary_name(char **out, const char *path, struct intoto_error **err)
{
	int dir_len = (int)(it_path_base(path) - path);
	unsigned long long salt;
	int rc = it_random(&salt, sizeof salt, err);

	if (rc)
		return rc;
	if (asprintf(out, "%.*s.intoto-%016llx.tmp", dir_len, path, salt) < 0) {
		*out = NULL;
		return it_err_nomem(err);
	}
	return INTOTO_OK;
}

/* Also closes: some file systems tell only then that the disk is full. */
static int fill_file(int *fd, const char *path, struct it_span bytes, unsigned flags,
		     struct intoto_error **err)
{
	int rc = it_fd_write(*fd, bytes, err);
	int closed;

	if (rc)
		return it_err_wrap(err, rc, "%s", path);
	if ((flags & IT_FILE_SYNC) && fsync(*fd))
		return it_err_errno(err, errno, "%s", path);
	closed = close(*fd);
	*fd = -1;
	return closed ? it_err_errno(err, errno, "%s", path) : INTOTO_OK;
}

/* Renames, but never over an existing file; link() does it where the file system cannot. */
static int rename_to_new(const char *from, const char *path)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, path))
		return -1;
	(void)unlink(from); /* the second name; path is complete without this */
	return 0;
}

static int put_in_place(const char *from, const char *path, unsigned flags,
			struct intoto_error **err)
{
	if ((flags & IT_FILE_NEW) ? rename_to_new(from, path) : rename(from, path))
		return it_err_errno(err, errno, "%s", path);
	return INTOTO_OK;
}

static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	IT_AUTO(it_freep)
	char *dir = slash ? strndup(path, (size_t)(slash - path + 1)) : strdup(".");
	IT_AUTO(it_fd_close) int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		(void)fsync(fd); /* not every file system can; the file itself is safe */
}

/* Beside path first, then in its place: a reader sees all of it or nothing. */
static int replace_file(const char *path, struct it_span bytes, mode_t mode, unsigned flags,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *temporary = NULL;
	IT_AUTO(it_fd_close) int fd = -1;
	int rc = temporary_name(&temporary, path, err);

	if (rc)
		return rc;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	rc = fill_file(&fd, path, bytes, flags, err);
	if (!rc)
		rc = put_in_place(temporary, path, flags, err);
	if (rc) {
		(void)unlink(temporary); /* the first failure is the one to tell */
		return rc;
	}
	if (flags & IT_FILE_SYNC)
		sync_folder_of(path);
	return INTOTO_OK;
}

static int write_through(const char *path, struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	return fill_file(&fd, path, bytes, 0, err);
}

/* The system's names for open descriptors (/dev/stdout); any other link is replaced, not followed.
 */
static bool names_descriptor(const char *path)
{
	struct stat about;

	return (it_starts_with(path, "/dev/") || it_starts_with(path, "/proc/")) &&
	       lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

int it_file_write(const char *path, struct it_span bytes, mode_t mode, unsigned flags,
		  struct intoto_error **err)
{
	struct stat about;

	if (it_streq(path, "-"))
		return it_fd_write(STDOUT_FILENO, bytes, err);
	if (names_descriptor(path))
		return write_through(path, bytes, err);
	if (stat(path, &about) || S_ISREG(about.st_mode))
		return replace_file(path, bytes, mode, flags, err);
	if (S_ISDIR(about.st_mode))
		return it_err_set(err, INTOTO_E_IO, "%s: is a folder, want a file", path);
	return write_through(path, bytes, err); /* a rename would put a file where /dev/null was */
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
