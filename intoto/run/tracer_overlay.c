/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes, by overlayfs: exact, since it is the file system itself that keeps them apart, and free
 * while the step runs.  What the step does elsewhere is not seen, unless it is forbidden.
 */
#include "run/tracer_overlay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

enum { FD_PATH_SIZE = 32 };

static int unsupported(const char *path, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *shown = it_text_quoted(it_span_text(path));

	return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s", shown ? shown : "", why);
}

/* --- which folders --- */

static bool is_covered(const struct it_overlay *overlay, const char *path)
{
	for (size_t i = 0; i < overlay->count; i++)
		if (it_mounts_within(path, overlay->folders[i].path))
			return true;
	return false;
}

/* Folders below this one are covered by it. */
static void drop_below(struct it_overlay *overlay, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < overlay->count; i++) {
		if (it_mounts_within(overlay->folders[i].path, path))
			it_overlay_folder_done(&overlay->folders[i]);
		else
			overlay->folders[kept++] = overlay->folders[i];
	}
	overlay->count = kept;
}

static int add_folder(struct it_overlay *overlay, const char *given, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = realpath(given, NULL);
	struct it_overlay_folder *folder;

	if (!path)
		return unsupported(given, strerrordesc_np(errno), err);
	if (is_covered(overlay, path))
		return INTOTO_OK;
	drop_below(overlay, path);
	folder = &overlay->folders[overlay->count++];
	*folder = (struct it_overlay_folder){ .path = path,
					      .real = -1,
					      .top = -1,
					      .upper = -1,
					      .work = -1,
					      .away = -1,
					      .about = -1 };
	path = NULL; /* now the folder's */
	folder->real = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder->real < 0 || fstat(folder->real, &folder->before))
		return unsupported(folder->path, strerrordesc_np(errno), err);
	return INTOTO_OK;
}

static int add_folders(struct it_overlay *overlay, const struct it_strings *given,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!given || !given->count)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "no folder is named");
	overlay->folders = calloc(given->count, sizeof *overlay->folders);
	if (!overlay->folders)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < given->count; i++)
		rc = add_folder(overlay, given->items[i], err);
	return rc;
}

/*
 * The kernel copies owner and group of all that is changed, and a user namespace knows only one of
 * each.  And it shows nothing of what is mounted below.
 */
static int check_folder(const struct it_overlay *overlay, const struct it_overlay_folder *folder,
			const struct it_mounts *mounts, struct intoto_error **err)
{
	const struct it_mount *below = it_mounts_below(mounts, folder->path);
	IT_AUTO(it_freep) char *shown = NULL;
	IT_AUTO(it_freep) char *point = NULL;

	if (it_streq(folder->path, "/"))
		return unsupported(folder->path, "the root folder cannot be overlaid", err);
	if (overlay->user &&
	    (folder->before.st_uid != geteuid() || folder->before.st_gid != getegid()))
		return unsupported(folder->path, "it belongs to another user or group", err);
	if (!below)
		return INTOTO_OK;
	shown = it_text_quoted(it_span_text(folder->path));
	point = it_text_quoted(it_span_text(below->point));
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: something is mounted below it: %s",
			  shown ? shown : "", point ? point : "");
}

/* --- ways around the overlay --- */

/* The folder under another name, by another mount. */
static bool has_alias(const struct it_overlay_folder *folder, const struct it_mounts *mounts,
		      struct it_touched *touched)
{
	IT_AUTO(it_freep) char *shown = NULL;
	IT_AUTO(it_freep) char *point = NULL;
	struct statx about;
	const struct it_mount *own = NULL;
	const struct it_mount *alias;

	if (statx(folder->real, "", AT_EMPTY_PATH, STATX_MNT_ID, &about) == 0)
		own = it_mounts_find(mounts, about.stx_mnt_id);
	alias = own ? it_mounts_alias(mounts, own, folder->path) : NULL;
	if (!alias)
		return false;
	shown = it_text_quoted(it_span_text(folder->path));
	point = it_text_quoted(it_span_text(alias->point));
	it_touched_note(touched, "%s: it can be written to by way of %s, too, which is not seen",
			shown ? shown : "", point ? point : "");
	return true;
}

/* A descriptor that the command inherits leads past the overlay. */
static bool is_way_around(struct it_overlay *overlay, int fd, struct it_touched *touched)
{
	char link[FD_PATH_SIZE];
	char path[PATH_MAX];
	struct stat about;
	int flags = fcntl(fd, F_GETFD);
	ssize_t len;

	if (flags < 0 || flags & FD_CLOEXEC || fstat(fd, &about))
		return false;
	if (S_ISDIR(about.st_mode)) {
		it_touched_note(touched,
				"descriptor %d, a folder, was handed down to the step: what it "
				"wrote by way of that is not seen",
				fd);
		return true;
	}
	if (!S_ISREG(about.st_mode) || (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return false;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd); /* it fits */
	len = readlink(link, path, sizeof path - 1);
	if (len <= 0)
		return true;
	path[len] = '\0';
	return is_covered(overlay, path) && it_strings_add(&overlay->inherited, path, NULL) != 0;
}

static bool has_way_around(struct it_overlay *overlay, struct it_touched *touched)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	bool found = !dir;

	while (dir && (entry = readdir(dir))) {
		uint64_t fd;

		if (it_parse_u64(entry->d_name, INT32_MAX, &fd))
			found |= is_way_around(overlay, (int)fd, touched);
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return found;
}

/* Before anything else is noted: the first note says what all others are about. */
static void note_scope(const struct it_overlay *overlay, struct it_touched *touched)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(16 * 1024);

	for (size_t i = 0; i < overlay->count; i++) {
		it_buf_add_text(&text, i ? ", " : "");
		it_text_quote(&text, it_span_text(overlay->folders[i].path));
	}
	if (!overlay->read_only) {
		it_touched_note(touched, "only writes in %s are seen, none elsewhere",
				it_buf_text(&text));
	} else {
		it_buf_add_text(&text, " and, which is not seen, in ");
		for (size_t i = 0; i < overlay->writable.count; i++) {
			it_buf_add_text(&text, i ? ", " : "");
			it_text_quote(&text, it_span_text(overlay->writable.items[i]));
		}
		it_touched_note(touched, "the step could write only in %s", it_buf_text(&text));
	}
	it_touched_note(touched,
			"the step saw an overlay there: rename(2) of a folder that was "
			"there before fails with EXDEV, locks do not reach other programs");
}

static void judge(struct it_overlay *overlay, const struct it_mounts *mounts,
		  struct it_touched *touched)
{
	bool around = has_way_around(overlay, touched);

	for (size_t i = 0; i < overlay->count; i++)
		if (!overlay->read_only)
			around |= has_alias(&overlay->folders[i], mounts, touched);
	if (!overlay->user)
		it_touched_note(touched, "the step ran as root, which can leave the overlay: a "
					 "hostile one could have written unseen");
	touched->statement.writes_proven = overlay->user && !around;
	touched->statement.reads_proven = false;
	touched->statement.network_seen = false;
}

/* --- the mechanism --- */

static int add_writable(struct it_overlay *overlay, struct intoto_error **err)
{
	const char *const paths[] = { "/tmp", "/var/tmp", getenv("TMPDIR"), "/dev", "/proc" };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < IT_COUNT_OF(paths); i++) {
		IT_AUTO(it_freep) char *real = paths[i] ? realpath(paths[i], NULL) : NULL;

		if (real && !it_strings_has(&overlay->writable, real) && !is_covered(overlay, real))
			rc = it_strings_add(&overlay->writable, real, err);
	}
	return rc;
}

static int make_places(struct it_overlay *overlay, const struct it_mounts *mounts,
		       struct it_touched *touched, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < overlay->count; i++)
		rc = check_folder(overlay, &overlay->folders[i], mounts, err);
	for (size_t i = 0; !rc && i < overlay->count; i++)
		rc = it_overlay_place_make(overlay, i, mounts, touched, err);
	return rc;
}

static int prepare(struct it_tracer *tracer, struct intoto_error **err)
{
	struct it_overlay *overlay = calloc(1, sizeof *overlay);
	IT_AUTO(it_mounts_done) struct it_mounts mounts = { 0 };
	int rc;

	if (!overlay)
		return it_err_nomem(err);
	*overlay = (struct it_overlay){ .user = geteuid() != 0,
					.read_only = tracer->options.elsewhere_read_only,
					.watch = -1,
					.space = IT_NAMESPACE_NONE };
	tracer->state = overlay;
	rc = add_folders(overlay, tracer->options.folders, err);
	if (!rc)
		rc = it_mounts_read(&mounts, err);
	if (!rc && overlay->read_only)
		rc = add_writable(overlay, err);
	if (!rc)
		rc = make_places(overlay, &mounts, tracer->touched, err);
	if (!rc)
		rc = it_overlay_mount(overlay, err);
	if (rc)
		return rc;
	note_scope(overlay, tracer->touched);
	judge(overlay, &mounts, tracer->touched);
	return INTOTO_OK;
}

static int enter(struct it_tracer *tracer)
{
	struct it_overlay *overlay = tracer->state;

	return it_namespace_enter(&overlay->space);
}

static void tell_escaped(const struct it_overlay *overlay, struct it_touched *touched)
{
	size_t count = it_namespace_population(overlay->id);

	touched->statement.escaped += count ? count : 1;
	it_touched_note(touched,
			"processes of the step still ran when it had ended (%zu seen): what "
			"they wrote later is not recorded, and is lost but for files that "
			"they had open",
			count);
}

/* So that nothing is removed that is nowhere else; the next run tells of it. */
static void keep_places(struct it_overlay *overlay, size_t first)
{
	for (size_t i = first; i < overlay->count; i++)
		overlay->folders[i].ours = false;
}

static int wrap_place(const struct it_overlay_folder *folder, int rc, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *shown = it_text_quoted(it_span_text(folder->place));

	return it_err_wrap(err, rc,
			   "nothing of what the step changed was brought in, it is in %s/upper "
			   "(%s/about says what to do)",
			   shown ? shown : "", shown ? shown : "");
}

static int list_all(struct it_overlay *overlay, struct it_touched *touched,
		    struct intoto_error **err)
{
	for (size_t i = 0; i < overlay->count; i++) {
		struct it_overlay_folder *folder = &overlay->folders[i];
		int rc = it_overlay_list(folder, touched, err);

		if (rc)
			return wrap_place(folder, rc, err);
	}
	for (size_t i = 0; i < overlay->inherited.count; i++)
		it_touched_file(touched, it_span_text(overlay->inherited.items[i]),
				IT_TOUCH_WRITTEN);
	return INTOTO_OK;
}

static int merge_all(struct it_overlay *overlay, struct intoto_error **err)
{
	for (size_t i = 0; i < overlay->count; i++) {
		struct it_overlay_folder *folder = &overlay->folders[i];
		int rc = it_overlay_place_mark(folder, err);

		if (!rc)
			rc = it_overlay_merge(folder, err);
		if (rc) {
			keep_places(overlay, i);
			return rc;
		}
		it_overlay_place_remove(folder);
	}
	return INTOTO_OK;
}

static int finish(struct it_tracer *tracer, struct intoto_error **err)
{
	struct it_overlay *overlay = tracer->state;
	int rc;

	if (it_overlay_leave(overlay))
		tell_escaped(overlay, tracer->touched);
	rc = list_all(overlay, tracer->touched, err);
	if (rc)
		keep_places(overlay, 0);
	return rc ? rc : merge_all(overlay, err);
}

/* Whether something is in it that is nowhere else.  What cannot be listed may be. */
static bool holds_changes(const struct it_overlay_folder *folder)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };

	return folder->ours && folder->upper >= 0 &&
	       (it_overlay_names(folder->upper, &names, NULL) || names.count);
}

static int left(struct it_tracer *tracer, int rc, struct intoto_error **err)
{
	struct it_overlay *overlay = tracer->state;

	it_namespace_done(&overlay->space);
	for (size_t i = 0; i < overlay->count; i++)
		if (holds_changes(&overlay->folders[i]))
			rc = wrap_place(&overlay->folders[i], rc, err);
	return rc;
}

/* Without finish the step may have written all the same. */
static void release_place(struct it_overlay_folder *folder)
{
	if (!holds_changes(folder))
		it_overlay_place_remove(folder);
	it_overlay_folder_done(folder);
}

static void done(struct it_tracer *tracer)
{
	struct it_overlay *overlay = tracer->state;

	if (!overlay)
		return;
	it_namespace_done(&overlay->space);
	for (size_t i = 0; i < overlay->count; i++)
		release_place(&overlay->folders[i]);
	it_fd_close(&overlay->watch);
	it_strings_done(&overlay->inherited);
	it_strings_done(&overlay->writable);
	free(overlay->folders);
	free(overlay);
}

const struct it_tracer_kind it_tracer_overlay = {
	.name = "overlay",
	.tiers = 1U << IT_TRACE_WRITES,
	.prepare = prepare,
	.enter = enter,
	.finish = finish,
	.left = left,
	.done = done,
};
