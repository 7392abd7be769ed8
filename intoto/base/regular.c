/* SPDX-License-Identifier: Apache-2.0 */
/* Reading regular files: opened without waiting, looked at after that, so that nobody can put
 * something else there in between. */
#include "base/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { READ_STEP = 1024 * 1024 };

/* *size is how much there is to read. */
static int open_extent(const char *path, struct it_extent extent, uint64_t *size,
		       struct intoto_error **err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat about;

	if (fd < 0 && errno == ENXIO) /* a socket */
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no regular file", path);
	if (fd < 0)
		return it_err_errno(err, errno, "%s", path);
	if (fstat(fd, &about) || !S_ISREG(about.st_mode)) {
		it_fd_close(&fd);
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no regular file", path);
	}
	*size = about.st_size > 0 ? (uint64_t)about.st_size : 0;
	if (extent.length)
		*size = extent.length;
	if (lseek(fd, (off_t)extent.offset, SEEK_SET) < 0) {
		it_fd_close(&fd);
		return it_err_errno(err, errno, "%s", path);
	}
	return fd;
}

/* Up to wanted bytes; fewer at the end of the file. */
static int read_some(struct it_buf *out, int fd, size_t wanted, const char *path,
		     struct intoto_error **err)
{
	while (out->len < wanted) {
		size_t step = wanted - out->len < READ_STEP ? wanted - out->len : READ_STEP;
		ssize_t got;

		if (it_buf_reserve(out, step))
			return it_buf_check(out, path, err);
		got = read(fd, out->data + out->len, step);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "%s", path);
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		if (!got)
			return INTOTO_OK;
	}
	return INTOTO_OK;
}

/* A file that grew since it was opened is seen by one byte more. */
static int read_all(struct it_buf *out, int fd, uint64_t size, const char *path,
		    struct intoto_error **err)
{
	size_t max = out->max;
	int rc;

	if (size > max)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: larger than %zu bytes", path, max);
	out->max = max + 1;
	rc = read_some(out, fd, (size_t)size + 1, path, err);
	if (!rc && out->len > size)
		rc = read_some(out, fd, max + 1, path, err);
	out->max = max;
	if (!rc && out->len > max)
		rc = it_err_set(err, INTOTO_E_LIMIT, "%s: larger than %zu bytes", path, max);
	return rc;
}

int it_regular_read(struct it_buf *out, const char *path, struct it_extent extent,
		    struct intoto_error **err)
{
	uint64_t size = 0;
	IT_AUTO(it_fd_close) int fd = open_extent(path, extent, &size, err);
	int rc;

	it_buf_reset(out);
	if (fd < 0)
		return fd;
	if (!extent.length)
		return read_all(out, fd, size, path, err);
	if (extent.length > out->max)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: larger than %zu bytes", path, out->max);
	rc = read_some(out, fd, extent.length, path, err);
	if (!rc && out->len < extent.length)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%s: has become shorter", path);
	return rc;
}
