/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Upper into the real folder, one rename for each entry, or for a whole new tree.  What was there
 * before moves into "away" instead of being removed.  Each entry leaves upper when it is done: who
 * is stopped in the middle finds the rest there, and nothing twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/tracer_overlay.h"

enum { NAME_SIZE = 24, NO_REPLACING = 1, PIECE = 64 * 1024, MODES = 07777, OWNER_WRITES = 0200 };

struct merge {
	const struct it_overlay_folder *folder;
	struct it_buf path; /* below the folder, for errors */
	uintmax_t moved_away;
};

/* A folder that is in both. */
struct pair {
	int upper;
	int real;
};

struct entry {
	const char *name;
	struct stat above;
	struct stat below;
	bool has_below;
};

static int fail(int number, const char *what, struct intoto_error **err)
{
	return it_err_errno(err, number, "%s", what);
}

/* --- moving --- */

static bool is_locked(const struct stat *about)
{
	return S_ISDIR(about->st_mode) && geteuid() != 0 && !(about->st_mode & OWNER_WRITES);
}

/* rename(2) changes the ".." of a folder, which its owner must be allowed to. */
static int move(int from, const char *name, int to, const char *as, const struct stat *about,
		unsigned flags)
{
	bool locked = is_locked(about);
	int number = 0;

	if (locked && it_overlay_set_mode(from, name, about->st_mode | OWNER_WRITES))
		return errno;
	if (syscall(SYS_renameat2, from, name, to, as, flags))
		number = errno;
	if (locked && it_overlay_set_mode(number ? from : to, number ? name : as, about->st_mode) &&
	    !number)
		number = errno;
	return number;
}

static int move_away(struct merge *merge, int at, const char *name, const struct stat *about,
		     struct intoto_error **err)
{
	char other[NAME_SIZE];
	int number;

	do {
		(void)snprintf(other, sizeof other, "%ju", merge->moved_away++); /* it fits */
		number = move(at, name, merge->folder->away, other, about, NO_REPLACING);
	} while (number == EEXIST); /* by one that was stopped */
	return number ? fail(number, "cannot be moved away", err) : INTOTO_OK;
}

/* The last look: since the list was made nobody may have come.  (A file with several names is
   changed by us under the first of them.) */
static int check_untouched(const struct merge *merge, const struct entry *entry,
			   struct intoto_error **err)
{
	if (S_ISDIR(entry->below.st_mode) || entry->below.st_nlink > 1 ||
	    !it_overlay_later(&entry->below.st_ctim, &merge->folder->started))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "somebody else is changing it");
}

static int move_in(const struct pair *pair, const struct entry *entry, bool replace,
		   struct intoto_error **err)
{
	int number = move(pair->upper, entry->name, pair->real, entry->name, &entry->above,
			  replace ? 0 : NO_REPLACING);

	/* Not every file system knows the flag. */
	if (number == EINVAL && !replace &&
	    faccessat(pair->real, entry->name, F_OK, AT_SYMLINK_NOFOLLOW))
		number = move(pair->upper, entry->name, pair->real, entry->name, &entry->above, 0);
	if (number == EEXIST)
		return it_err_set(err, INTOTO_E_IO, "somebody else made it meanwhile");
	return number ? fail(number, "cannot be moved into the folder", err) : INTOTO_OK;
}

/* --- a file with several names: all of them get the new contents --- */

static int pump(int from, int to, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *buffer = malloc(PIECE);
	ssize_t got;
	off_t end;

	if (!buffer)
		return it_err_nomem(err);
	while ((got = read(from, buffer, PIECE)) != 0) {
		int rc;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(errno, "cannot be read", err);
		rc = it_fd_write(to, it_span(buffer, (size_t)got), err);
		if (rc)
			return rc;
	}
	end = lseek(to, 0, SEEK_CUR);
	return end < 0 || ftruncate(to, end) ? fail(errno, "cannot be cut off", err) : INTOTO_OK;
}

/* Whatever the mode says: it is restored with the other attributes. */
static int open_own(int at, const char *name, const struct stat *about, int flags, mode_t need)
{
	int fd = openat(at, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 || errno != EACCES || it_overlay_set_mode(at, name, about->st_mode | need))
		return fd;
	return openat(at, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int write_through(const struct pair *pair, const struct entry *entry,
			 struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int from = open_own(pair->upper, entry->name, &entry->above, O_RDONLY, S_IRUSR);
	IT_AUTO(it_fd_close)
	int to = open_own(pair->real, entry->name, &entry->below, O_WRONLY, S_IWUSR);
	int rc;

	if (from < 0 || to < 0)
		return fail(errno, "cannot be opened", err);
	rc = pump(from, to, err);
	if (!rc)
		rc = it_overlay_dress(pair->upper, pair->real, entry->name, &entry->above, err);
	if (!rc && unlinkat(pair->upper, entry->name, 0))
		rc = fail(errno, "cannot be removed from upper", err);
	return rc;
}

/* --- entries --- */

static int merge_pair(struct merge *merge, const struct pair *pair, struct intoto_error **err);

static int take_out(struct merge *merge, const struct pair *pair, const struct entry *entry,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (entry->has_below)
		rc = move_away(merge, pair->real, entry->name, &entry->below, err);
	if (!rc && unlinkat(pair->upper, entry->name, 0))
		rc = fail(errno, "its mark cannot be removed", err);
	return rc;
}

/* What is behind stays open to us until all is in it. */
static int merge_folder(struct merge *merge, const struct pair *above, const struct entry *entry,
			struct intoto_error **err)
{
	struct pair pair = { -1, -1 };
	int rc = INTOTO_OK;

	pair.upper = it_overlay_open_folder(above->upper, entry->name, &entry->above);
	pair.real = it_overlay_open_folder(above->real, entry->name, &entry->below);
	if (pair.upper < 0 || pair.real < 0)
		rc = fail(errno, "cannot be opened", err);
	if (!rc)
		rc = merge_pair(merge, &pair, err);
	it_fd_close(&pair.upper);
	it_fd_close(&pair.real);
	if (!rc)
		rc = it_overlay_dress(above->upper, above->real, entry->name, &entry->above, err);
	if (!rc && unlinkat(above->upper, entry->name, AT_REMOVEDIR))
		rc = fail(errno, "cannot be removed from upper", err);
	return rc;
}

/* Kinds differ, or a folder stands for another one of that name. */
static int replace(struct merge *merge, const struct pair *pair, const struct entry *entry,
		   struct intoto_error **err)
{
	int rc = move_away(merge, pair->real, entry->name, &entry->below, err);

	if (!rc && S_ISDIR(entry->above.st_mode))
		rc = it_overlay_clean(pair->upper, entry->name, true, err);
	return rc ? rc : move_in(pair, entry, false, err);
}

static int bring_in(struct merge *merge, const struct pair *pair, const struct entry *entry,
		    struct intoto_error **err)
{
	const struct stat *above = &entry->above;
	const struct stat *below = &entry->below;
	bool hides = false;
	int number = 0;
	int rc;

	if (!entry->has_below)
		return move_in(pair, entry, false, err);
	if (S_ISDIR(above->st_mode) && S_ISDIR(below->st_mode)) {
		number = it_overlay_hides(merge->folder, pair->upper, pair->real, entry->name,
					  &hides);
		if (number)
			return fail(number, "cannot be looked at", err);
		if (!hides)
			return merge_folder(merge, pair, entry, err);
	}
	rc = check_untouched(merge, entry, err);
	if (rc)
		return rc;
	if (S_ISDIR(above->st_mode) || S_ISDIR(below->st_mode))
		return replace(merge, pair, entry, err);
	if (S_ISREG(above->st_mode) && S_ISREG(below->st_mode) && below->st_nlink > 1)
		return write_through(pair, entry, err);
	return move_in(pair, entry, true, err);
}

static int merge_entry(struct merge *merge, const struct pair *pair, const char *name,
		       struct intoto_error **err)
{
	struct entry entry = { .name = name };
	int number;

	if (fstatat(pair->upper, name, &entry.above, AT_SYMLINK_NOFOLLOW))
		return fail(errno, "cannot be looked at", err);
	number = it_overlay_look(pair->real, name, &entry.below, &entry.has_below);
	if (number)
		return fail(number, "cannot be looked at", err);
	if (it_overlay_is_whiteout(&entry.above))
		return take_out(merge, pair, &entry, err);
	return bring_in(merge, pair, &entry, err);
}

/* The path stays as it is after a failure: it is where that happened. */
static int merge_pair(struct merge *merge, const struct pair *pair, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_overlay_names(pair->upper, &names, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		size_t before = merge->path.len;

		it_buf_printf(&merge->path, "/%s", names.items[i]);
		rc = merge_entry(merge, pair, names.items[i], err);
		if (!rc && merge->path.data) {
			merge->path.len = before;
			merge->path.data[before] = '\0';
		}
	}
	return rc;
}

static int refuse(const struct merge *merge, int rc, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *folder = it_text_quoted(it_span_text(merge->folder->path));
	IT_AUTO(it_freep) char *place = it_text_quoted(it_span_text(merge->folder->place));
	IT_AUTO(it_freep) char *path = it_text_quoted(it_buf_span(&merge->path));

	return it_err_wrap(err, rc,
			   "%s: not all of what the step changed is there, the rest is in %s/upper "
			   "(%s/about says what to do): %s",
			   folder ? folder : "", place ? place : "", place ? place : "",
			   path && *path ? path + 1 : "the folder itself");
}

/* What the step made unwritable is so again when all is there. */
static void unlock(const struct it_overlay_folder *folder)
{
	const mode_t above = folder->after.st_mode & MODES;
	const mode_t below = folder->before.st_mode & MODES;

	if (geteuid() == 0)
		return;
	if ((above & S_IRWXU) != S_IRWXU)
		(void)fchmod(folder->upper, above | S_IRWXU); /* what needs it tells */
	if ((below & S_IRWXU) != S_IRWXU)
		(void)fchmod(folder->real, below | S_IRWXU); /* what needs it tells */
}

int it_overlay_merge(const struct it_overlay_folder *folder, struct intoto_error **err)
{
	struct merge merge = { .folder = folder, .path = IT_BUF(1024 * 1024) };
	const struct pair pair = { folder->upper, folder->real };
	int rc;

	unlock(folder);
	rc = merge_pair(&merge, &pair, err);
	if (!rc)
		rc = it_overlay_dress(folder->upper, folder->real, ".", &folder->after, err);
	if (rc)
		rc = refuse(&merge, rc, err);
	it_buf_done(&merge.path);
	return rc;
}
