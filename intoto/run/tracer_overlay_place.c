/* SPDX-License-Identifier: Apache-2.0 */
/* Where the changes are kept: on the folder's own mount, since rename(2) must reach both. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"
#include "run/scratch_tree.h"
#include "run/tracer_overlay.h"

enum { NUMBERS = 64, ABOUT_MODE = 0600, PLACE_MODE = 0700, MODES = 07777, BEING_MADE_S = 60 };

/* Looking for one. */
struct search {
	struct it_overlay_folder *folder;
	const struct it_overlay *overlay;
	struct it_touched *touched;
	uint64_t mount;
};

static char *quoted(const char *path)
{
	return it_text_quoted(it_span_text(path));
}

/* --- which folder is fit --- */

static bool mount_of(int fd, uint64_t *out)
{
	struct statx about;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &about) || !(about.stx_mask & STATX_MNT_ID))
		return false;
	*out = about.stx_mnt_id;
	return true;
}

/* Files cannot be renamed from one project of quotas, or one key of encryption, to another. */
static bool same_domain(int a, int b)
{
	struct fsxattr left = { 0 };
	struct fsxattr right = { 0 };
	int left_flags = 0;
	int right_flags = 0;

	if (ioctl(a, FS_IOC_FSGETXATTR, &left) == 0 && ioctl(b, FS_IOC_FSGETXATTR, &right) == 0 &&
	    left.fsx_projid != right.fsx_projid)
		return false;
	if (ioctl(a, FS_IOC_GETFLAGS, &left_flags) || ioctl(b, FS_IOC_GETFLAGS, &right_flags))
		return true;
	return (left_flags & FS_ENCRYPT_FL) == (right_flags & FS_ENCRYPT_FL);
}

/* No folder that is watched may hold the place. */
static bool is_outside(const struct search *search, const char *path)
{
	for (size_t i = 0; i < search->overlay->count; i++)
		if (it_mounts_within(path, search->overlay->folders[i].path))
			return false;
	return true;
}

static bool is_fit(const struct search *search, int fd)
{
	struct stat about;
	uint64_t mount;

	return fstat(fd, &about) == 0 && about.st_dev == search->folder->before.st_dev &&
	       mount_of(fd, &mount) && mount == search->mount &&
	       same_domain(fd, search->folder->real);
}

/* --- making one --- */

static const char about_text[] =
	"# intoto keeps here what a step changed in the folder named below.  While the step runs, "
	"and\n"
	"# when it was killed, nothing of it is in that folder yet:\n"
	"#   upper/    what the step made and changed; a character device 0, 0 stands for what it\n"
	"#             removed, and an attribute user.overlay.opaque or trusted.overlay.opaque for "
	"a\n"
	"#             folder that it removed and made anew\n"
	"#   merging/  when this is there, intoto was bringing the changes in and could not end "
	"it:\n"
	"#             what is in upper/ is still missing, everything else is in the folder\n"
	"#   away/     what stood in the folder in the place of something that was brought in\n"
	"# Take from upper/ what you need, then remove all of this.\n";

static int write_about(const struct it_overlay_folder *folder)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(16 * 1024);

	it_buf_add_text(&text, about_text);
	it_buf_printf(&text, "process: %jd\nfolder: ", (intmax_t)getpid());
	it_text_quote(&text, it_span_text(folder->path));
	it_buf_add_byte(&text, '\n');
	return it_fd_write(folder->about, it_buf_span(&text), NULL);
}

/* Left by somebody who was killed: an empty one is of no interest and goes. */
static int meet_leftover(const struct search *search, int top, const char *place,
			 struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(it_freep) char *upper = it_path_join(place, "upper");
	IT_AUTO(it_freep) char *shown = quoted(place);
	IT_AUTO(it_freep) char *folder = quoted(search->folder->path);

	if (!upper || !shown || !folder)
		return it_err_nomem(err);
	if (faccessat(top, "merging", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return it_err_set(err, INTOTO_E_IO,
				  "%s: an earlier step was stopped while its changes were brought "
				  "in, and %s/upper holds the rest: %s/about says what to do",
				  folder, shown, shown);
	if (it_dir_list(&names, upper, NULL) || names.count)
		it_touched_note(search->touched,
				"%s: an earlier step was killed; what it changed is not there but "
				"in %s/upper",
				folder, shown);
	else if (it_scratch_empty(top))
		(void)rmdir(place); /* else the next run tells again */
	return INTOTO_OK;
}

/* What has that name already: ours of long ago, of a run that lives, or a stranger's. */
static int meet(const struct search *search, int at, const char *name, const char *place,
		struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int top = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	IT_AUTO(it_fd_close) int about = -1;
	struct stat owner;

	if (top < 0 || fstat(top, &owner) || owner.st_uid != geteuid())
		return INTOTO_OK;
	about = openat(top, "about", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (about < 0 && errno == ENOENT && owner.st_mtim.tv_sec < it_clock_now() - BEING_MADE_S)
		(void)rmdir(place); /* it is empty, or it stays */
	if (about < 0 || flock(about, LOCK_EX | LOCK_NB))
		return INTOTO_OK; /* being made, or somebody lives */
	return meet_leftover(search, top, place, err);
}

/* What a new folder inherits from its parent. */
static void forget_lists(int fd)
{
	(void)fremovexattr(fd, "system.posix_acl_default"); /* mostly there is none */
	(void)fremovexattr(fd, "system.posix_acl_access");  /* mostly there is none */
}

static int make_folder(int at, const char *name, int *out)
{
	if (mkdirat(at, name, PLACE_MODE))
		return -1;
	*out = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*out < 0)
		return -1;
	forget_lists(*out);
	return fchmod(*out, PLACE_MODE);
}

static int fill(struct it_overlay_folder *folder)
{
	folder->about =
		openat(folder->top, "about", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, ABOUT_MODE);
	if (folder->about < 0 || flock(folder->about, LOCK_EX | LOCK_NB) || write_about(folder))
		return -1;
	return make_folder(folder->top, "upper", &folder->upper) ||
			       make_folder(folder->top, "work", &folder->work) ||
			       make_folder(folder->top, "away", &folder->away)
		       ? -1
		       : 0;
}

/* *done: it is made.  Otherwise another folder may do. */
static int try_number(const struct search *search, int at, const char *parent, unsigned number,
		      bool *done, struct intoto_error **err)
{
	struct it_overlay_folder *folder = search->folder;
	IT_AUTO(it_freep) char *name = NULL;
	IT_AUTO(it_freep) char *place = NULL;

	if (asprintf(&name, ".intoto-overlay-%ju-%u", (uintmax_t)folder->before.st_ino, number) < 0)
		name = NULL;
	place = name ? it_path_join(parent, name) : NULL;
	if (!place)
		return it_err_nomem(err);
	if (make_folder(at, name, &folder->top)) {
		int number_of = errno;

		if (number_of == EEXIST)
			return meet(search, at, name, place, err);
		it_fd_close(&folder->top);
		return INTOTO_E_UNSUPPORTED;
	}
	folder->place = place;
	place = NULL; /* now the folder's */
	folder->ours = true;
	*done = true;
	return fill(folder) ? it_err_errno(err, errno, "%s", folder->place) : INTOTO_OK;
}

static int try_parent(const struct search *search, const char *parent, bool *done,
		      struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int at = -1;
	int rc = INTOTO_OK;

	if (!is_outside(search, parent))
		return INTOTO_OK;
	at = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 || !is_fit(search, at) || faccessat(at, ".", W_OK | X_OK, AT_EACCESS))
		return INTOTO_OK;
	for (unsigned i = 0; !rc && !*done && i < NUMBERS; i++)
		rc = try_number(search, at, parent, i, done, err);
	/* Not granted after all, or no attributes of that kind: another one may do. */
	return rc == INTOTO_E_UNSUPPORTED ? INTOTO_OK : rc;
}

/* The folders above it, then where temporary files go. */
static int try_all(const struct search *search, bool *done, struct intoto_error **err)
{
	const char *const others[] = { getenv("TMPDIR"), "/var/tmp", "/tmp", getenv("HOME") };
	IT_AUTO(it_freep) char *above = strdup(search->folder->path);
	int rc = INTOTO_OK;

	if (!above)
		return it_err_nomem(err);
	for (char *slash; !rc && !*done && (slash = strrchr(above, '/')) && slash[1];) {
		slash[slash == above] = '\0';
		rc = try_parent(search, above, done, err);
		if (slash == above)
			break;
	}
	for (size_t i = 0; !rc && !*done && i < IT_COUNT_OF(others); i++) {
		IT_AUTO(it_freep) char *real = others[i] ? realpath(others[i], NULL) : NULL;

		if (real)
			rc = try_parent(search, real, done, err);
	}
	return rc;
}

/* --- the top of upper is the folder itself, for the step --- */

static int copy_attribute(const struct it_overlay_folder *folder, const char *name)
{
	ssize_t size = fgetxattr(folder->real, name, NULL, 0);
	IT_AUTO(it_freep) char *value = size > 0 ? malloc((size_t)size) : NULL;

	if (size < 0 || (size > 0 && !value))
		return -1;
	size = fgetxattr(folder->real, name, value, (size_t)size);
	return size < 0 || fsetxattr(folder->upper, name, value ? value : "", (size_t)size, 0) ? -1
											       : 0;
}

static int copy_attributes(const struct it_overlay_folder *folder)
{
	char names[XATTR_LIST_MAX];
	ssize_t len = flistxattr(folder->real, names, sizeof names);

	if (len < 0)
		return errno == EOPNOTSUPP ? 0 : -1;
	for (const char *at = names; at < names + len; at += strlen(at) + 1)
		if ((it_starts_with(at, "user.") || it_starts_with(at, "system.posix_acl_")) &&
		    copy_attribute(folder, at))
			return -1;
	return 0;
}

static bool takes(const struct it_overlay_folder *folder, const char *name)
{
	return fsetxattr(folder->upper, name, "y", 1, 0) == 0 &&
	       fremovexattr(folder->upper, name) == 0;
}

/*
 * As an overlay needs them for what it notes; the kernel itself falls back without a word.  Root of
 * a container has none of the first kind.
 */
static bool takes_notes(struct it_overlay_folder *folder)
{
	folder->user_notes = !takes(folder, "trusted.overlay.intoto");
	return !folder->user_notes || takes(folder, "user.overlay.intoto");
}

/* The change time of what is made now is what somebody else's changes are later than. */
static int dress(struct it_overlay_folder *folder, struct intoto_error **err)
{
	const struct stat *before = &folder->before;
	const struct timespec times[] = { before->st_atim, before->st_mtim };
	struct stat now;

	if (!takes_notes(folder))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: its file system keeps no extended attributes", folder->path);
	if (copy_attributes(folder) || fchown(folder->upper, before->st_uid, before->st_gid) ||
	    fchmod(folder->upper, before->st_mode & MODES) || futimens(folder->upper, times) ||
	    fstat(folder->upper, &now))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: owner and attributes cannot be copied: %s", folder->path,
				  strerrordesc_np(errno));
	folder->started = now.st_ctim;
	return INTOTO_OK;
}

int it_overlay_place_make(struct it_overlay *overlay, size_t item, const struct it_mounts *mounts,
			  struct it_touched *touched, struct intoto_error **err)
{
	struct it_overlay_folder *folder = &overlay->folders[item];
	struct search search = { .folder = folder, .overlay = overlay, .touched = touched };
	IT_AUTO(it_freep) char *shown = quoted(folder->path);
	bool done = false;
	int rc;

	if (!shown)
		return it_err_nomem(err);
	if (!mount_of(folder->real, &search.mount) || !it_mounts_find(mounts, search.mount))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: the kernel does not tell its mount", shown);
	rc = try_all(&search, &done, err);
	if (rc)
		return rc;
	if (!done)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: no folder outside it on the same mount may be written to",
				  shown);
	return dress(folder, err);
}

int it_overlay_place_mark(const struct it_overlay_folder *folder, struct intoto_error **err)
{
	if (mkdirat(folder->top, "merging", PLACE_MODE) == 0)
		return INTOTO_OK;
	return it_err_errno(err, errno, "%s/merging", folder->place);
}

/* What is left of it is empty of anything that was not brought in; its name goes last. */
void it_overlay_place_remove(struct it_overlay_folder *folder)
{
	if (!folder->place || !folder->ours)
		return;
	/* First: what is without it and has nothing in upper is of no interest to the next run. */
	(void)unlinkat(folder->top, "merging", AT_REMOVEDIR); /* it may never have been made */
	if (it_scratch_empty(folder->top))
		(void)rmdir(folder->place); /* nothing more can be done */
	folder->ours = false;
}

void it_overlay_folder_done(struct it_overlay_folder *folder)
{
	it_fd_close(&folder->real);
	it_fd_close(&folder->top);
	it_fd_close(&folder->upper);
	it_fd_close(&folder->work);
	it_fd_close(&folder->away);
	it_fd_close(&folder->about);
	free(folder->path);
	free(folder->place);
}
