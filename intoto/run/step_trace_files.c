/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the files of a trace. */
#include "run/step_trace_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "record/ignore.h"
#include "record/walk.h"
#include "run/step_trace_digests.h"

enum {
	DEVICES_KNOWN = 32,
	FILES_MAX = 4 * 1000 * 1000, /* as in a trace */
	TICK_NS = 250 * 1000,
	TICKS_MAX = 4000, /* a second; the slowest clock has a hundred a second */
};

const char *it_traced_state_word(enum it_traced_state state)
{
	static const char *const words[] = {
		[IT_TRACED_UNCHANGED] = "unchanged", [IT_TRACED_MADE] = "made",
		[IT_TRACED_CHANGED] = "changed",     [IT_TRACED_UNPROVEN] = "unproven",
		[IT_TRACED_REMOVED] = "removed",     [IT_TRACED_ABSENT] = "absent",
		[IT_TRACED_FOLDER] = "folder",	     [IT_TRACED_SPECIAL] = "special",
		[IT_TRACED_KERNEL] = "kernel",	     [IT_TRACED_UNREADABLE] = "unreadable",
	};

	return words[state];
}

void it_traced_files_done(struct it_traced_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].real);
		free(files->items[i].owned);
	}
	free(files->items);
	it_artifacts_done(&files->digests);
	*files = (struct it_traced_files){ 0 };
}

bool it_trace_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/*
 * Change times are taken from the coarse clock, or (Linux 6.13) are at most as late as the real
 * one.  So once the coarse clock is past a moment, so is every change time from then on.
 */
int it_trace_moment(struct timespec *out, struct intoto_error **err)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return it_err_errno(err, errno, "the clock");
	for (int i = 0; i < TICKS_MAX; i++) {
		struct timespec tick = { 0, TICK_NS };

		if (clock_gettime(CLOCK_REALTIME_COARSE, out))
			return it_err_errno(err, errno, "the clock of change times");
		if (it_trace_is_before(&now, out))
			return INTOTO_OK;
		(void)nanosleep(&tick, NULL); /* a shorter one only means one more turn */
	}
	return it_err_set(err, INTOTO_E_IO, "the clock of change times stands still");
}

/* --- file systems --- */

enum system { SYSTEM_UNKNOWN, SYSTEM_HONEST, SYSTEM_KERNEL };

/*
 * Honest are local file systems whose change times come from this kernel's clock; of a network's,
 * or of a program's (FUSE), they are what somebody else says.
 */
static enum system system_of(unsigned long magic)
{
	static const unsigned long honest[] = {
		EXT4_SUPER_MAGIC,  XFS_SUPER_MAGIC,	 BTRFS_SUPER_MAGIC,
		TMPFS_MAGIC,	   RAMFS_MAGIC,		 OVERLAYFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC,  SQUASHFS_MAGIC,	 EROFS_SUPER_MAGIC_V1,
		ISOFS_SUPER_MAGIC, REISERFS_SUPER_MAGIC, NILFS_SUPER_MAGIC,
		UDF_SUPER_MAGIC,   0x2fc12fc1, /* ZFS */
		0xca451a4e,		       /* bcachefs */
		0x3153464a,		       /* JFS */
	};
	static const unsigned long kernel[] = {
		PROC_SUPER_MAGIC, SYSFS_MAGIC,	  CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
		DEBUGFS_MAGIC,	  TRACEFS_MAGIC,  SECURITYFS_MAGIC,   DEVPTS_SUPER_MAGIC,
		BPF_FS_MAGIC,	  BINFMTFS_MAGIC, SELINUX_MAGIC,      NSFS_MAGIC,
		EFIVARFS_MAGIC,	  PSTOREFS_MAGIC, SMACK_MAGIC,	      AAFS_MAGIC,
	};

	for (size_t i = 0; i < IT_COUNT_OF(honest); i++)
		if (magic == honest[i])
			return SYSTEM_HONEST;
	for (size_t i = 0; i < IT_COUNT_OF(kernel); i++)
		if (magic == kernel[i])
			return SYSTEM_KERNEL;
	return SYSTEM_UNKNOWN;
}

/* One look at all files. */
struct look {
	struct it_traced_files *out;
	const struct it_touched *touched;
	const struct it_trace_terms *terms;
	struct {
		dev_t device;
		enum system system;
	} devices[DEVICES_KNOWN];
	size_t device_count;
};

static enum system ask_system(struct look *look, int fd, dev_t device)
{
	struct statfs about;
	enum system system;

	for (size_t i = 0; i < look->device_count; i++)
		if (look->devices[i].device == device)
			return look->devices[i].system;
	if (fstatfs(fd, &about))
		return SYSTEM_UNKNOWN;
	system = system_of((unsigned long)about.f_type & UINT32_MAX);
	if (look->device_count < DEVICES_KNOWN) {
		look->devices[look->device_count].device = device;
		look->devices[look->device_count++].system = system;
	}
	return system;
}

/* --- one file --- */

enum it_traced_state it_traced_state_of(const struct timespec *changed,
					const struct timespec *begin, unsigned touches, bool honest)
{
	bool read = touches & (IT_TOUCH_READ | IT_TOUCH_EXECUTED | IT_TOUCH_ASKED);
	bool written = touches & (IT_TOUCH_WRITTEN | IT_TOUCH_CREATED);
	bool own = (touches & IT_TOUCH_CREATED) && !(touches & IT_TOUCH_FOUND);

	if (honest && it_trace_is_before(changed, begin))
		return IT_TRACED_UNCHANGED;
	if (own || (written && !read))
		return IT_TRACED_MADE;
	return honest ? IT_TRACED_CHANGED : IT_TRACED_UNPROVEN;
}

/* A failed look for a header leaves nothing; what was there, or was made, has gone. */
static enum it_traced_state state_of_absent(const struct it_traced_file *file)
{
	struct stat about;

	if (lstat(file->path, &about) == 0)
		return S_ISLNK(about.st_mode) ? IT_TRACED_SPECIAL : IT_TRACED_UNREADABLE;
	return file->touches & ~(unsigned)(IT_TOUCH_ASKED | IT_TOUCH_DENIED | IT_TOUCH_FOLDER)
		       ? IT_TRACED_REMOVED
		       : IT_TRACED_ABSENT;
}

/* Where the descriptor really leads; without /proc the path stays what it is. */
static int find_real(struct it_traced_file *file, int fd, struct intoto_error **err)
{
	char link[sizeof "/proc/self/fd/" + 3 * sizeof fd];
	char real[PATH_MAX];
	ssize_t len;

	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd); /* fits */
	len = readlink(link, real, sizeof real);
	if (len <= 0 || (size_t)len == sizeof real || real[0] != '/' ||
	    it_span_is(it_span(real, (size_t)len), file->path))
		return INTOTO_OK;
	file->real = strndup(real, (size_t)len);
	return file->real ? INTOTO_OK : it_err_nomem(err);
}

/* Moving a file changes its change time, but not when it was born. */
static bool is_older(int fd, const struct timespec *begin)
{
	struct statx about;
	struct timespec born;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &about) || !(about.stx_mask & STATX_BTIME))
		return false;
	born = (struct timespec){ about.stx_btime.tv_sec, (long)about.stx_btime.tv_nsec };
	return it_trace_is_before(&born, begin);
}

static int look_at(struct look *look, struct it_traced_file *file, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(file->path, O_PATH | O_CLOEXEC);
	struct stat about;
	enum system system;

	if (fd < 0 || fstat(fd, &about)) {
		file->state = errno == EACCES || errno == EPERM ? IT_TRACED_UNREADABLE
								: state_of_absent(file);
		return INTOTO_OK;
	}
	file->device = about.st_dev;
	file->inode = about.st_ino;
	file->size = about.st_size;
	file->changed = about.st_ctim;
	file->older = (file->touches & IT_TOUCH_CREATED) && is_older(fd, &look->terms->begin);
	system = ask_system(look, fd, about.st_dev);
	if (S_ISDIR(about.st_mode))
		file->state = IT_TRACED_FOLDER;
	else if (!S_ISREG(about.st_mode))
		file->state = IT_TRACED_SPECIAL;
	else if (system == SYSTEM_KERNEL)
		file->state = IT_TRACED_KERNEL;
	else
		file->state = it_traced_state_of(&about.st_ctim, &look->terms->begin, file->touches,
						 system == SYSTEM_HONEST);
	return find_real(file, fd, err);
}

static int append(struct look *look, const struct it_traced_file *file, struct intoto_error **err)
{
	struct it_traced_files *out = look->out;

	if (out->count == FILES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a trace of more than %d files", FILES_MAX);
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 64;
		struct it_traced_file *items = reallocarray(out->items, cap, sizeof *items);

		if (!items)
			return it_err_nomem(err);
		out->items = items;
		out->cap = cap;
	}
	out->items[out->count++] = *file;
	return look_at(look, &out->items[out->count - 1], err);
}

static int look_at_touched(struct look *look, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < look->touched->file_count; i++) {
		const struct it_touched_file *touched = &look->touched->files[i];
		struct it_traced_file file = { .path = touched->path,
					       .touches = touched->touches,
					       .events = touched->events };

		rc = append(look, &file, err);
	}
	return rc;
}

/* --- folders that the step made, or gave another name --- */

/* A rename of a folder is one event, and everything below it has another name. */
static int add_found(void *arg, const struct it_walk_found *found, struct intoto_error **err)
{
	struct look *look = arg;
	struct it_traced_file file = { .touches = IT_TOUCH_CREATED };
	int rc;

	if (it_touched_find(look->touched, found->name))
		return INTOTO_OK;
	file.owned = strndup(found->name.data, found->name.len);
	file.path = file.owned;
	if (!file.owned)
		return it_err_nomem(err);
	rc = append(look, &file, err);
	if (rc && (!look->out->count || look->out->items[look->out->count - 1].owned != file.owned))
		free(file.owned);
	return rc;
}

static int pass_symlink(void *arg, struct it_span name, struct it_span target,
			struct intoto_error **err)
{
	(void)arg;
	(void)name;
	(void)target;
	(void)err;
	return INTOTO_OK;
}

static int walk_below(struct look *look, const char *folder, const struct it_ignore *none,
		      size_t *unlisted, struct intoto_error **err)
{
	const struct it_walk_options options = { .base_fd = AT_FDCWD,
						 .ignore = none,
						 .symlinks = IT_SYMLINKS_RECORD,
						 .optional = true };
	const struct it_walk_visitor visitor = { .found = add_found,
						 .symlink = pass_symlink,
						 .arg = look };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_walk(folder, &options, &visitor, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc == INTOTO_E_LIMIT)
		return it_err_set(err, INTOTO_E_LIMIT, "%s", intoto_error_text(why));
	*unlisted += rc != INTOTO_OK;
	return INTOTO_OK;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return it_starts_with(path, folder) &&
	       (path[len] == '/' || (len && folder[len - 1] == '/'));
}

/* Sorted by path, a folder comes before what is below it, though not right before. */
static int look_below(struct look *look, size_t *unlisted, struct intoto_error **err)
{
	IT_AUTO(it_ignore_freep) struct it_ignore *none = NULL;
	struct it_strings nothing = { 0 };
	size_t count = look->out->count;
	const char *last = NULL;
	int rc = it_ignore_new(&none, &nothing, err);

	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_traced_file *file = &look->out->items[i];
		const char *path = file->path;

		if (file->state != IT_TRACED_FOLDER || !(file->touches & IT_TOUCH_CREATED) ||
		    file->real || (last && is_below(path, last)))
			continue;
		last = path;
		rc = walk_below(look, path, none, unlisted, err);
	}
	return rc;
}

int it_traced_files_settle(struct it_traced_files *out, const struct it_touched *touched,
			   const struct it_trace_terms *terms, size_t *unlisted,
			   struct intoto_error **err)
{
	struct look look = { .out = out, .touched = touched, .terms = terms };
	int rc = look_at_touched(&look, err);

	*unlisted = 0;
	if (!rc)
		rc = look_below(&look, unlisted, err);
	return rc ? rc : it_traced_files_digest(out, terms, err);
}
