/* SPDX-License-Identifier: Apache-2.0 */
/* Looked up by the kernel below the step's root, never through /proc's links to open files. */
#include "run/tracer_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { PROC_NAME_SIZE = 64 };

/* <linux/openat2.h>, which older systems lack. */
enum { OPENAT2 = 437, NO_MAGIC_LINKS = 0x02, IN_ROOT = 0x10 };

struct how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool is_ours(const struct it_tracer_place *place)
{
	struct stat ours;
	struct stat theirs;

	return stat("/proc/self/ns/mnt", &ours) == 0 && fstat(place->mounts, &theirs) == 0 &&
	       is_same(&ours, &theirs) && stat("/", &ours) == 0 &&
	       fstat(place->root, &theirs) == 0 && is_same(&ours, &theirs);
}

void it_tracer_place_open(struct it_tracer_place *place, pid_t pid)
{
	char name[PROC_NAME_SIZE];

	(void)snprintf(name, sizeof name, "/proc/%jd/root", (intmax_t)pid); /* there is room */
	place->root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(name, sizeof name, "/proc/%jd/ns/mnt", (intmax_t)pid); /* likewise */
	place->mounts = open(name, O_RDONLY | O_CLOEXEC);
	if (place->root < 0 || place->mounts < 0)
		place->blind = true;
	else if (is_ours(place))
		it_tracer_place_done(place);
}

void it_tracer_place_done(struct it_tracer_place *place)
{
	it_fd_close(&place->root);
	it_fd_close(&place->mounts);
}

static int open_at(const struct it_tracer_place *place, const char *path, int flags)
{
	bool ours = place->root < 0;
	struct how how = { .flags = (unsigned)(flags | O_PATH | O_CLOEXEC),
			   .resolve = NO_MAGIC_LINKS | (ours ? 0 : IN_ROOT) };
	int fd = (int)syscall(OPENAT2, ours ? AT_FDCWD : place->root, path, &how, sizeof how);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && ours)
		fd = open(path, flags | O_PATH | O_CLOEXEC);
	return fd;
}

static bool name_of(int fd, char out[PATH_MAX])
{
	char name[PROC_NAME_SIZE];
	ssize_t len;

	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd); /* there is room */
	len = readlink(name, out, PATH_MAX);
	if (len <= 0 || len >= PATH_MAX || out[0] != '/')
		return false;
	out[len] = '\0';
	return true;
}

void it_tracer_place_clean(char *path)
{
	char *to = path;
	const char *from = path;

	while (*from) {
		size_t len;

		from += strspn(from, "/");
		len = strcspn(from, "/");
		if (len == 2 && from[0] == '.' && from[1] == '.') {
			while (to > path && *--to != '/')
				continue;
		} else if (len && !(len == 1 && from[0] == '.')) {
			*to++ = '/';
			memmove(to, from, len);
			to += len;
		}
		from += len;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

static void take_text(const char *path, char out[PATH_MAX])
{
	size_t len = strnlen(path, PATH_MAX - 1);

	memcpy(out, path, len);
	out[len] = '\0';
	it_tracer_place_clean(out);
}

/* The folder of a path, with all its links and "..", and the name behind it. */
static const char *split(const char *path, char folder[PATH_MAX])
{
	size_t len = strnlen(path, PATH_MAX - 1);
	char *name;

	memcpy(folder, path, len);
	while (len > 1 && folder[len - 1] == '/') /* of a folder that is to be made */
		len--;
	folder[len] = '\0';
	name = strrchr(folder, '/'); /* an absolute path has one */
	*name++ = '\0';
	return name;
}

/* What is not there has a place all the same: its folder, and its name. */
static enum it_place find_missing(const struct it_tracer_place *place, const char *path,
				  char out[PATH_MAX])
{
	IT_AUTO(it_fd_close) int fd = -1;
	char folder[PATH_MAX];
	const char *name = split(path, folder);
	size_t len;

	fd = open_at(place, *folder ? folder : "/", O_DIRECTORY);
	if (fd < 0 || !name_of(fd, out) || it_streq(name, ".") || it_streq(name, "..")) {
		take_text(path, out);
		return IT_PLACE_NOWHERE;
	}
	len = it_streq(out, "/") ? 0 : strlen(out);
	if (len + 1 + strlen(name) >= PATH_MAX)
		return IT_PLACE_NOWHERE;
	out[len] = '/';
	memcpy(out + len + 1, name, strlen(name) + 1);
	return IT_PLACE_MISSING;
}

enum it_place it_tracer_place_find(const struct it_tracer_place *place, const char *path,
				   bool follow, char out[PATH_MAX], struct stat *about)
{
	IT_AUTO(it_fd_close) int fd = -1;

	*about = (struct stat){ 0 };
	if (place->blind) {
		take_text(path, out);
		return IT_PLACE_THERE;
	}
	fd = open_at(place, path, follow ? 0 : O_NOFOLLOW);
	if (fd >= 0 && fstat(fd, about) == 0 && name_of(fd, out))
		return IT_PLACE_THERE;
	if (fd < 0 && errno == ENOENT)
		return find_missing(place, path, out);
	take_text(path, out);
	return IT_PLACE_NOWHERE;
}

ssize_t it_tracer_place_read(const struct it_tracer_place *place, const char *path, char *out,
			     size_t size)
{
	IT_AUTO(it_fd_close) int at = open_at(place, path, 0);
	IT_AUTO(it_fd_close) int fd = -1;
	char name[PROC_NAME_SIZE];
	struct stat about;

	/* Not a pipe or a device, which would make us wait. */
	if (at < 0 || fstat(at, &about) || !S_ISREG(about.st_mode))
		return -1;
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", at); /* there is room */
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -1 : pread(fd, out, size, 0);
}
