/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever is in a folder below the top moves up to it, until there are only leaves: no depth that
 * somebody made is deep for us, and no name is followed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run/scratch_tree.h"

enum { LIST_SIZE = 16 * 1024, NAME_SIZE = 32, OWNER_ONLY = 0700 };

struct removal {
	int top;
	unsigned long long moved; /* so many names were given */
	bool stuck;
};

/* "intoto-moved-N", by hand: this runs between fork and _exit. */
static void next_name(struct removal *removal, char out[NAME_SIZE])
{
	static const char prefix[] = "intoto-moved-";
	unsigned long long number = removal->moved++;
	size_t at = sizeof prefix - 1;

	memcpy(out, prefix, sizeof prefix);
	do
		out[at++] = (char)('a' + number % 26);
	while ((number /= 26) != 0);
	out[at] = '\0';
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/*
 * Makes a folder ours to work in.  By its descriptor: behind a name there could be a link by now,
 * where somebody still runs.
 */
static void unlock(int at, const char *name)
{
	static const char prefix[] = "/proc/self/fd/";
	char path[sizeof prefix + 10];
	int fd = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	size_t end = sizeof path - 1;
	unsigned number = (unsigned)fd;

	if (fd < 0)
		return;
	memset(path, '/', sizeof path); /* more slashes are one */
	path[end] = '\0';
	do
		path[--end] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	memcpy(path, prefix, sizeof prefix - 1);
	(void)chmod(path, OWNER_ONLY); /* unlinkat tells */
	(void)close(fd);	       /* only a name */
}

/* A name that is taken already (by a file of that name) is passed over. */
static void move_up(struct removal *removal, int from, const char *name)
{
	char other[NAME_SIZE];

	unlock(from, name); /* its ".." changes, which needs the right */
	do {
		next_name(removal, other);
		if (syscall(SYS_renameat2, from, name, removal->top, other, 1 /* no replacing */) ==
		    0)
			return;
	} while (errno == EEXIST);
	removal->stuck = true;
}

static void visit_leaf(struct removal *removal, int folder, const char *name)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return;
	if (errno == EISDIR || errno == EPERM)
		move_up(removal, folder, name);
	else
		removal->stuck = true;
}

/* A folder that cannot be listed must not be asked for ever. */
static void each(struct removal *removal, int folder,
		 void (*visit)(struct removal *removal, int folder, const char *name))
{
	_Alignas(struct dirent64) char list[LIST_SIZE];
	long got;

	while ((got = syscall(SYS_getdents64, folder, list, sizeof list)) > 0)
		for (long at = 0; at < got;) {
			const struct dirent64 *entry = (const void *)(list + at);

			if (!is_dots(entry->d_name))
				visit(removal, folder, entry->d_name);
			at += entry->d_reclen;
		}
	if (got < 0)
		removal->stuck = true;
}

static void visit_top(struct removal *removal, int top, const char *name)
{
	int folder;

	if (unlinkat(top, name, 0) == 0 || errno == ENOENT ||
	    unlinkat(top, name, AT_REMOVEDIR) == 0)
		return;
	folder = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0) {
		unlock(top, name);
		folder = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (folder < 0) {
		removal->stuck = true;
		return;
	}
	(void)fchmod(folder, OWNER_ONLY); /* unlinkat tells */
	each(removal, folder, visit_leaf);
	(void)close(folder);			 /* only read */
	(void)unlinkat(top, name, AT_REMOVEDIR); /* the next round tells */
}

static bool is_empty(int top)
{
	_Alignas(struct dirent64) char list[LIST_SIZE];
	long got;

	/* "." and ".." alone fit into 64 bytes, with some systems' padding. */
	if (lseek(top, 0, SEEK_SET) < 0)
		return false;
	got = syscall(SYS_getdents64, top, list, sizeof list);
	if (got < 0)
		return errno == ENOENT; /* somebody else removed the folder itself */
	for (long at = 0; at < got;) {
		const struct dirent64 *entry = (const void *)(list + at);

		if (!is_dots(entry->d_name))
			return false;
		at += entry->d_reclen;
	}
	return true;
}

bool it_scratch_empty(int folder)
{
	struct removal removal = { .top = folder };

	(void)fchmod(folder, OWNER_ONLY); /* unlinkat tells */
	while (!is_empty(folder)) {
		if (removal.stuck || lseek(folder, 0, SEEK_SET) < 0)
			return false;
		each(&removal, folder, visit_top);
	}
	return true;
}
