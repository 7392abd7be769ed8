/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of upper beside the real one: whether they differ, and making them alike. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/tracer_overlay.h"

enum { PIECE = 64 * 1024, MODES = 07777, OWNER_ALL = 0700, OWNER_WRITES = 0200 };

/* The longest name behind "/proc/self/fd/N/". */
enum { ENTRY_PATH_SIZE = NAME_MAX + 32 };

/* Calls for attributes take paths only; this one goes through no link. */
static bool entry_path(char out[ENTRY_PATH_SIZE], int at, const char *name)
{
	int len = snprintf(out, ENTRY_PATH_SIZE, "/proc/self/fd/%d/%s", at, name);

	return len > 0 && len < ENTRY_PATH_SIZE;
}

/* chmod(2) follows a link that somebody may have put there meanwhile; this does not. */
int it_overlay_set_mode(int at, const char *name, mode_t mode)
{
	IT_AUTO(it_fd_close) int fd = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char path[ENTRY_PATH_SIZE];
	struct stat about;

	if (fd < 0 || fstat(fd, &about))
		return -1;
	if (S_ISLNK(about.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* it fits */
	return chmod(path, mode & MODES);
}

bool it_overlay_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

bool it_overlay_is_whiteout(const struct stat *upper)
{
	return S_ISCHR(upper->st_mode) && upper->st_rdev == makedev(0, 0);
}

int it_overlay_look(int at, const char *name, struct stat *out, bool *is_there)
{
	*is_there = fstatat(at, name, out, AT_SYMLINK_NOFOLLOW) == 0;
	return *is_there || errno == ENOENT || errno == ENOTDIR ? 0 : errno;
}

/* Also what an overlay of the other kind wrote: an overlay inside an overlay. */
static int is_opaque(const struct it_overlay_folder *folder, int upper, const char *name,
		     bool *opaque)
{
	const char *note = folder->user_notes ? "user.overlay.opaque" : "trusted.overlay.opaque";
	char path[ENTRY_PATH_SIZE];
	char value = 0;
	ssize_t len;

	*opaque = false;
	if (!entry_path(path, upper, name))
		return ENAMETOOLONG;
	len = lgetxattr(path, note, &value, 1);
	*opaque = len == 1 && value == 'y';
	/* A longer value than ours is none of the kernel's. */
	return len >= 0 || errno == ENODATA || errno == ENOTSUP || errno == ERANGE ? 0 : errno;
}

/* A folder that another process made under the same name in the meantime is not what was hidden. */
static bool was_made_since(const struct it_overlay_folder *folder, int real, const char *name)
{
	struct statx about;
	struct timespec made;

	if (statx(real, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &about) ||
	    !(about.stx_mask & STATX_BTIME))
		return false;
	made.tv_sec = about.stx_btime.tv_sec;
	made.tv_nsec = about.stx_btime.tv_nsec;
	return it_overlay_later(&made, &folder->started);
}

int it_overlay_hides(const struct it_overlay_folder *folder, int upper, int real, const char *name,
		     bool *hides)
{
	int number = is_opaque(folder, upper, name, hides);

	*hides = *hides && !was_made_since(folder, real, name);
	return number;
}

/* --- what the kernel noted --- */

static bool is_note(const char *name)
{
	return it_starts_with(name, "user.overlay.") || it_starts_with(name, "trusted.overlay.");
}

/* An attribute of the user's kind is guarded by the mode. */
static int remove_note(int at, const char *name, const char *path, const char *note)
{
	struct stat about;
	int number;

	if (lremovexattr(path, note) == 0 || errno == ENODATA)
		return 0;
	if (errno != EACCES || fstatat(at, name, &about, AT_SYMLINK_NOFOLLOW) ||
	    it_overlay_set_mode(at, name, about.st_mode | OWNER_WRITES))
		return errno;
	number = lremovexattr(path, note) ? errno : 0;
	return it_overlay_set_mode(at, name, about.st_mode) ? errno : number;
}

int it_overlay_clean(int upper, const char *name, bool opaque_too, struct intoto_error **err)
{
	char names[XATTR_LIST_MAX];
	char path[ENTRY_PATH_SIZE];
	ssize_t len;

	if (!entry_path(path, upper, name))
		return it_err_set(err, INTOTO_E_LIMIT, "a name of more than 255 bytes");
	len = llistxattr(path, names, sizeof names);
	if (len < 0 && errno != EOPNOTSUPP && errno != EACCES)
		return it_err_errno(err, errno, "its attributes");
	for (const char *at = names; at < names + len; at += strlen(at) + 1) {
		int number;

		if (!is_note(at) || (!opaque_too && it_ends_with(at, ".opaque")))
			continue;
		number = remove_note(upper, name, path, at);
		if (number)
			return it_err_errno(err, number, "the attribute %s", at);
	}
	return INTOTO_OK;
}

/* --- comparing --- */

static ssize_t read_full(int fd, char *out)
{
	size_t got = 0;

	while (got < PIECE) {
		ssize_t more = read(fd, out + got, PIECE - got);

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -1;
		if (more == 0)
			break;
		got += (size_t)more;
	}
	return (ssize_t)got;
}

static bool same_streams(int a, int b)
{
	IT_AUTO(it_freep) char *left = malloc(PIECE);
	IT_AUTO(it_freep) char *right = malloc(PIECE);
	ssize_t of_left;
	ssize_t of_right;

	if (!left || !right)
		return false;
	do {
		of_left = read_full(a, left);
		of_right = read_full(b, right);
		if (of_left < 0 || of_left != of_right ||
		    !it_span_eq(it_span(left, (size_t)of_left), it_span(right, (size_t)of_right)))
			return false;
	} while (of_left);
	return true;
}

/* Ours to read in any case, once it is ours. */
static int open_upper(int upper, const char *name, const struct stat *about)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(upper, name, flags);

	if (fd >= 0 || errno != EACCES || it_overlay_set_mode(upper, name, OWNER_ALL))
		return fd;
	fd = openat(upper, name, flags);
	if (it_overlay_set_mode(upper, name, about->st_mode)) {
		it_fd_close(&fd);
		return -1;
	}
	return fd;
}

bool it_overlay_same_bytes(int upper, int real, const char *name, const struct stat *about)
{
	IT_AUTO(it_fd_close) int above = open_upper(upper, name, about);
	IT_AUTO(it_fd_close)
	int below = openat(real, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return above >= 0 && below >= 0 && same_streams(above, below);
}

bool it_overlay_same_target(int upper, int real, const char *name)
{
	char above[PATH_MAX];
	char below[PATH_MAX];
	ssize_t of_above = readlinkat(upper, name, above, sizeof above);
	ssize_t of_below = readlinkat(real, name, below, sizeof below);

	return of_above >= 0 && of_below >= 0 &&
	       it_span_eq(it_span(above, (size_t)of_above), it_span(below, (size_t)of_below));
}

/* One attribute of an entry; NULL without memory or when it went away. */
static char *attribute(const char *path, const char *name, ssize_t *size)
{
	char *value;

	*size = lgetxattr(path, name, NULL, 0);
	value = *size < 0 ? NULL : malloc((size_t)*size + 1);
	if (value)
		*size = lgetxattr(path, name, value, (size_t)*size);
	if (*size >= 0)
		return value;
	free(value);
	return NULL;
}

static bool has_same(const char *above, const char *below, const char *name)
{
	ssize_t of_above;
	ssize_t of_below;
	IT_AUTO(it_freep) char *left = attribute(above, name, &of_above);
	IT_AUTO(it_freep) char *right = attribute(below, name, &of_below);

	return left && right &&
	       it_span_eq(it_span(left, (size_t)of_above), it_span(right, (size_t)of_below));
}

static bool is_other_only(const char *name)
{
	/* Labels of a security module are the system's business. */
	return is_note(name) || it_starts_with(name, "security.selinux");
}

/* Whether below has all that above has, with the same values. */
static bool has_all(const char *above, const char *below)
{
	char names[XATTR_LIST_MAX];
	ssize_t len = llistxattr(above, names, sizeof names);

	if (len < 0)
		return errno == EOPNOTSUPP;
	for (const char *at = names; at < names + len; at += strlen(at) + 1)
		if (!is_other_only(at) && !has_same(above, below, at))
			return false;
	return true;
}

bool it_overlay_same_rights(int upper, int real, const char *name, const struct stat *above,
			    const struct stat *below)
{
	char of_upper[ENTRY_PATH_SIZE];
	char of_real[ENTRY_PATH_SIZE];

	return above->st_mode == below->st_mode && above->st_uid == below->st_uid &&
	       above->st_gid == below->st_gid && entry_path(of_upper, upper, name) &&
	       entry_path(of_real, real, name) && has_all(of_upper, of_real) &&
	       has_all(of_real, of_upper);
}

/* --- making alike --- */

static int set_like(const char *above, const char *below, const char *name)
{
	ssize_t size;
	IT_AUTO(it_freep) char *value = attribute(above, name, &size);

	if (!value)
		return errno;
	return lsetxattr(below, name, value, (size_t)size, 0) ? errno : 0;
}

static int dress_attributes(const char *above, const char *below)
{
	char names[XATTR_LIST_MAX];
	ssize_t len = llistxattr(below, names, sizeof names);
	ssize_t at;
	int number = 0;

	for (at = 0; at < len; at += (ssize_t)strlen(names + at) + 1)
		if (!is_other_only(names + at) && lgetxattr(above, names + at, NULL, 0) < 0 &&
		    errno == ENODATA && lremovexattr(below, names + at))
			number = errno;
	len = llistxattr(above, names, sizeof names);
	for (at = 0; !number && at < len; at += (ssize_t)strlen(names + at) + 1)
		if (!is_other_only(names + at) && !has_same(above, below, names + at))
			number = set_like(above, below, names + at);
	return number;
}

int it_overlay_dress(int upper, int real, const char *name, const struct stat *wanted,
		     struct intoto_error **err)
{
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, wanted->st_mtim };
	char above[ENTRY_PATH_SIZE];
	char below[ENTRY_PATH_SIZE];
	struct stat now;
	int number = 0;

	if (!entry_path(above, upper, name) || !entry_path(below, real, name))
		return it_err_set(err, INTOTO_E_LIMIT, "a name of more than 255 bytes");
	if (fstatat(real, name, &now, AT_SYMLINK_NOFOLLOW))
		return it_err_errno(err, errno, "its attributes");
	if ((now.st_uid != wanted->st_uid || now.st_gid != wanted->st_gid) &&
	    fchownat(real, name, wanted->st_uid, wanted->st_gid, AT_SYMLINK_NOFOLLOW))
		number = errno;
	if (!number)
		number = dress_attributes(above, below);
	/* After the owner, which clears bits, and the lists, which set some. */
	if (!number && fstatat(real, name, &now, AT_SYMLINK_NOFOLLOW))
		number = errno;
	if (!number && now.st_mode != wanted->st_mode &&
	    it_overlay_set_mode(real, name, wanted->st_mode))
		number = errno;
	if (!number &&
	    (now.st_mtim.tv_sec != wanted->st_mtim.tv_sec ||
	     now.st_mtim.tv_nsec != wanted->st_mtim.tv_nsec) &&
	    utimensat(real, name, times, AT_SYMLINK_NOFOLLOW))
		number = errno;
	return number ? it_err_errno(err, number, "its attributes") : INTOTO_OK;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir); /* only read */
}

int it_overlay_names(int fd, struct it_strings *out, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	IT_AUTO(close_dir) DIR *dir = own < 0 ? NULL : fdopendir(own);
	const struct dirent *entry;
	int rc = INTOTO_OK;

	if (!dir)
		return it_err_errno(err, errno, "cannot be listed");
	own = -1; /* now the stream's */
	errno = 0;
	while (!rc && (entry = readdir(dir))) {
		if (!it_streq(entry->d_name, ".") && !it_streq(entry->d_name, ".."))
			rc = it_strings_add(out, entry->d_name, err);
		errno = 0;
	}
	return rc || !errno ? rc : it_err_errno(err, errno, "cannot be listed");
}

int it_overlay_open_folder(int at, const char *name, const struct stat *about)
{
	bool locked = geteuid() != 0 && (about->st_mode & OWNER_ALL) != OWNER_ALL;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (!locked || (fd < 0 && errno != EACCES))
		return fd;
	it_fd_close(&fd);
	if (it_overlay_set_mode(at, name, about->st_mode | OWNER_ALL))
		return -1;
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

void it_overlay_lock_folder(int fd, const struct stat *about)
{
	if (geteuid() != 0 && (about->st_mode & OWNER_ALL) != OWNER_ALL)
		(void)fchmod(fd, about->st_mode & MODES); /* it was ours to unlock */
}
