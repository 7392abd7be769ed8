/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the step changed: upper beside the real folder, entry by entry.  Nothing of the real folder
 * is changed here; upper loses what is no change.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/tracer_overlay.h"

enum { PATH_MOST = 1024 * 1024, PATH_LOGGED = 4096 };

struct walk {
	const struct it_overlay_folder *folder;
	struct it_touched *touched;
	struct it_buf path; /* of the entry that is looked at */
	unsigned depth;
};

/* A folder of upper and the real one; -1: there is none, everything in upper is new. */
struct pair {
	int upper;
	int real;
	bool hidden; /* the real one is replaced: what is only there is removed */
};

struct entry {
	const char *name;
	struct stat above;
	struct stat below;
	bool has_below;
};

static int look_at(struct walk *walk, const struct pair *pair, const char *name,
		   struct intoto_error **err);

static int fail(const struct walk *walk, int number, const char *what, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *shown = it_text_quoted(it_buf_span(&walk->path));

	return it_err_errno(err, number, "%s: %s", shown ? shown : "", what);
}

static void log_entry(struct walk *walk, unsigned touches, mode_t mode)
{
	if (S_ISDIR(mode))
		touches |= IT_TOUCH_FOLDER;
	it_touched_file(walk->touched, it_buf_span(&walk->path), touches);
}

/*
 * Somebody else changed, while the step ran, what the step changed, too.  Which of both is wanted
 * is not ours to say.
 */
static int check_untouched(const struct walk *walk, const struct stat *below,
			   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *shown = NULL;

	if (!it_overlay_later(&below->st_ctim, &walk->folder->started))
		return INTOTO_OK;
	shown = it_text_quoted(it_buf_span(&walk->path));
	return it_err_set(err, INTOTO_E_IO,
			  "%s: somebody else changed it while the step ran, and so did the step",
			  shown ? shown : "");
}

static int enter(struct walk *walk, const char *name, size_t *before, struct intoto_error **err)
{
	*before = walk->path.len;
	if (walk->path.len > 1)
		(void)it_buf_add_byte(&walk->path, '/'); /* checked next */
	(void)it_buf_add_text(&walk->path, name);	 /* checked next */
	if (++walk->depth > IT_OVERLAY_DEPTH_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d folders deep",
				  walk->folder->path, IT_OVERLAY_DEPTH_MAX);
	return it_buf_check(&walk->path, "a path", err);
}

static void back(struct walk *walk, size_t before)
{
	walk->path.len = before;
	walk->path.data[before] = '\0';
	--walk->depth;
}

/* Each name of a folder; a deep tree must not hold a descriptor for each level's listing. */
static int each(struct walk *walk, int fd, const struct pair *pair,
		int (*visit)(struct walk *walk, const struct pair *pair, const char *name,
			     struct intoto_error **err),
		struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_overlay_names(fd, &names, err);

	if (rc) {
		IT_AUTO(it_freep) char *shown = it_text_quoted(it_buf_span(&walk->path));

		return it_err_wrap(err, rc, "%s", shown ? shown : "");
	}
	for (size_t i = 0; !rc && i < names.count; i++)
		rc = visit(walk, pair, names.items[i], err);
	return rc;
}

/* --- what is not there any more --- */

static int remove_one(struct walk *walk, const struct pair *pair, const char *name,
		      struct intoto_error **err);

static int remove_below(struct walk *walk, int at, const char *name, const struct stat *below,
			struct intoto_error **err)
{
	struct pair pair = { .upper = -1, .real = it_overlay_open_folder(at, name, below) };
	int rc;

	if (pair.real < 0)
		return fail(walk, errno, "cannot be opened", err);
	rc = each(walk, pair.real, &pair, remove_one, err);
	it_overlay_lock_folder(pair.real, below);
	it_fd_close(&pair.real);
	return rc;
}

static int log_removed(struct walk *walk, int at, const char *name, const struct stat *below,
		       struct intoto_error **err)
{
	int rc = check_untouched(walk, below, err);

	if (!rc && S_ISDIR(below->st_mode))
		rc = remove_below(walk, at, name, below, err);
	if (!rc)
		log_entry(walk, IT_TOUCH_REMOVED, below->st_mode);
	return rc;
}

static int remove_one(struct walk *walk, const struct pair *pair, const char *name,
		      struct intoto_error **err)
{
	struct stat below;
	bool has_below = false;
	size_t before;
	int rc = enter(walk, name, &before, err);
	int number = rc ? 0 : it_overlay_look(pair->real, name, &below, &has_below);

	if (number)
		rc = fail(walk, number, "cannot be looked at", err);
	if (!rc && has_below)
		rc = log_removed(walk, pair->real, name, &below, err);
	back(walk, before);
	return rc;
}

/* Of a folder that was replaced: what is not in the new one. */
static int remove_missing(struct walk *walk, const struct pair *pair, const char *name,
			  struct intoto_error **err)
{
	struct stat above;
	bool is_there;
	int number = it_overlay_look(pair->upper, name, &above, &is_there);

	if (number)
		return fail(walk, number, "cannot be looked at", err);
	return is_there ? INTOTO_OK : remove_one(walk, pair, name, err);
}

static int look_at_whiteout(struct walk *walk, const struct pair *pair, const struct entry *entry,
			    struct intoto_error **err)
{
	if (entry->has_below && !pair->hidden)
		return log_removed(walk, pair->real, entry->name, &entry->below, err);
	/* It stands for nothing, or for what is missing in the new folder anyway. */
	return unlinkat(pair->upper, entry->name, 0) ? fail(walk, errno, "cannot be removed", err)
						     : INTOTO_OK;
}

/* --- folders --- */

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static int walk_pair(struct walk *walk, const struct pair *pair, struct intoto_error **err)
{
	int rc = each(walk, pair->upper, pair, look_at, err);

	return rc || !pair->hidden ? rc : each(walk, pair->real, pair, remove_missing, err);
}

static int open_pair(struct walk *walk, struct pair *out, const struct pair *above,
		     const struct entry *entry, struct intoto_error **err)
{
	bool has_real = entry->has_below && S_ISDIR(entry->below.st_mode);
	int number = 0;

	out->real = -1;
	out->upper = it_overlay_open_folder(above->upper, entry->name, &entry->above);
	if (out->upper < 0)
		return fail(walk, errno, "cannot be opened", err);
	if (has_real)
		out->real = it_overlay_open_folder(above->real, entry->name, &entry->below);
	if (has_real && out->real < 0)
		return fail(walk, errno, "cannot be opened", err);
	out->hidden = has_real && above->hidden;
	if (has_real && !out->hidden)
		number = it_overlay_hides(walk->folder, above->upper, above->real, entry->name,
					  &out->hidden);
	return number ? fail(walk, number, "cannot be looked at", err) : INTOTO_OK;
}

static unsigned touches_of_folder(const struct pair *above, const struct pair *pair,
				  const struct entry *entry)
{
	if (pair->real < 0)
		return entry->has_below ? IT_TOUCH_CREATED | IT_TOUCH_REMOVED : IT_TOUCH_CREATED;
	if (pair->hidden && !above->hidden)
		return IT_TOUCH_CHANGED;
	return it_overlay_same_rights(above->upper, above->real, entry->name, &entry->above,
				      &entry->below)
		       ? 0
		       : IT_TOUCH_CHANGED;
}

/* A folder that is in upper only on the way to something, and to nothing in the end. */
static int drop_if_empty(struct walk *walk, const struct pair *above, const struct entry *entry,
			 struct intoto_error **err)
{
	if (unlinkat(above->upper, entry->name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY ||
	    errno == EEXIST)
		return INTOTO_OK;
	return fail(walk, errno, "cannot be removed", err);
}

static int finish_folder(struct walk *walk, const struct pair *above, const struct pair *pair,
			 const struct entry *entry, struct intoto_error **err)
{
	unsigned touches = touches_of_folder(above, pair, entry);
	bool over_real = pair->real >= 0 && !pair->hidden;

	if (touches)
		log_entry(walk, touches, S_IFDIR);
	if (over_real && !touches && same_time(&entry->above.st_mtim, &entry->below.st_mtim))
		return drop_if_empty(walk, above, entry, err);
	return it_overlay_clean(above->upper, entry->name, pair->real < 0 || above->hidden, err);
}

/* A folder is changed by whoever puts something into it; that alone is no quarrel. */
static int check_folder(struct walk *walk, const struct pair *above, const struct pair *pair,
			const struct entry *entry, struct intoto_error **err)
{
	bool merged = pair->real >= 0 && !pair->hidden;

	if (!entry->has_below ||
	    (merged && it_overlay_same_rights(above->upper, above->real, entry->name, &entry->above,
					      &entry->below)))
		return INTOTO_OK;
	return check_untouched(walk, &entry->below, err);
}

static int look_at_folder(struct walk *walk, const struct pair *above, const struct entry *entry,
			  struct intoto_error **err)
{
	struct pair pair = { -1, -1, false };
	int rc = open_pair(walk, &pair, above, entry, err);

	if (!rc)
		rc = check_folder(walk, above, &pair, entry, err);
	if (!rc)
		rc = walk_pair(walk, &pair, err);
	if (!rc)
		rc = finish_folder(walk, above, &pair, entry, err);
	if (pair.upper >= 0)
		it_overlay_lock_folder(pair.upper, &entry->above);
	if (pair.real >= 0)
		it_overlay_lock_folder(pair.real, &entry->below);
	it_fd_close(&pair.upper);
	it_fd_close(&pair.real);
	return rc;
}

/* --- everything else --- */

static bool same_content(const struct pair *pair, const struct entry *entry)
{
	const struct stat *above = &entry->above;

	if (S_ISREG(above->st_mode))
		return above->st_size == entry->below.st_size &&
		       it_overlay_same_bytes(pair->upper, pair->real, entry->name, above);
	if (S_ISLNK(above->st_mode))
		return it_overlay_same_target(pair->upper, pair->real, entry->name);
	return above->st_rdev == entry->below.st_rdev;
}

static unsigned touches_of_leaf(const struct pair *pair, const struct entry *entry)
{
	unsigned made = IT_TOUCH_CREATED | (S_ISREG(entry->above.st_mode) ? IT_TOUCH_WRITTEN : 0U);
	unsigned touches = 0;

	if (!entry->has_below)
		return made;
	if ((entry->above.st_mode & S_IFMT) != (entry->below.st_mode & S_IFMT))
		return made | IT_TOUCH_REMOVED;
	if (!same_content(pair, entry))
		touches |= IT_TOUCH_WRITTEN;
	if (!same_time(&entry->above.st_mtim, &entry->below.st_mtim) ||
	    !it_overlay_same_rights(pair->upper, pair->real, entry->name, &entry->above,
				    &entry->below))
		touches |= IT_TOUCH_CHANGED;
	return touches;
}

static void note_links(struct walk *walk, const struct entry *entry)
{
	IT_AUTO(it_freep) char *shown = NULL;

	if (!entry->has_below || !S_ISREG(entry->below.st_mode) || entry->below.st_nlink < 2)
		return;
	shown = it_text_quoted(it_buf_span(&walk->path));
	it_touched_note(
		walk->touched,
		"%s: it has other names, under which the step saw the file as it was before",
		shown ? shown : "");
}

static int look_at_leaf(struct walk *walk, const struct pair *pair, const struct entry *entry,
			struct intoto_error **err)
{
	unsigned touches = touches_of_leaf(pair, entry);
	int rc = INTOTO_OK;

	if (!touches && !pair->hidden)
		return unlinkat(pair->upper, entry->name, 0)
			       ? fail(walk, errno, "cannot be removed", err)
			       : INTOTO_OK;
	if (entry->has_below)
		rc = check_untouched(walk, &entry->below, err);
	if (!rc && touches & IT_TOUCH_REMOVED && S_ISDIR(entry->below.st_mode))
		rc = remove_below(walk, pair->real, entry->name, &entry->below, err);
	if (rc)
		return rc;
	if (touches & IT_TOUCH_WRITTEN && !(touches & IT_TOUCH_CREATED))
		note_links(walk, entry);
	if (touches)
		log_entry(walk, touches, entry->above.st_mode);
	return it_overlay_clean(pair->upper, entry->name, true, err);
}

static int look_at(struct walk *walk, const struct pair *pair, const char *name,
		   struct intoto_error **err)
{
	struct entry entry = { .name = name };
	size_t before;
	int rc = enter(walk, name, &before, err);
	int number = 0;

	if (!rc && fstatat(pair->upper, name, &entry.above, AT_SYMLINK_NOFOLLOW))
		rc = fail(walk, errno, "cannot be looked at", err);
	if (!rc && pair->real >= 0)
		number = it_overlay_look(pair->real, name, &entry.below, &entry.has_below);
	if (number)
		rc = fail(walk, number, "cannot be looked at", err);
	if (rc)
		;
	else if (it_overlay_is_whiteout(&entry.above))
		rc = look_at_whiteout(walk, pair, &entry, err);
	else if (S_ISDIR(entry.above.st_mode))
		rc = look_at_folder(walk, pair, &entry, err);
	else
		rc = look_at_leaf(walk, pair, &entry, err);
	back(walk, before);
	return rc;
}

/* The folder itself: what was done to it, not in it. */
static void look_at_top(struct walk *walk)
{
	const struct it_overlay_folder *folder = walk->folder;

	if (!it_overlay_same_rights(folder->upper, folder->real, ".", &folder->after,
				    &folder->before))
		log_entry(walk, IT_TOUCH_CHANGED, S_IFDIR);
}

int it_overlay_list(struct it_overlay_folder *folder, struct it_touched *touched,
		    struct intoto_error **err)
{
	struct walk walk = { .folder = folder, .touched = touched, .path = IT_BUF(PATH_MOST) };
	const struct pair top = { folder->upper, folder->real, false };
	int rc;

	(void)it_buf_add_text(&walk.path, folder->path); /* checked next */
	rc = it_buf_check(&walk.path, "a path", err);
	if (rc)
		return rc;
	if (fstat(folder->upper, &folder->after) ||
	    (geteuid() != 0 && (folder->after.st_mode & S_IRWXU) != S_IRWXU &&
	     fchmod(folder->upper, S_IRWXU)))
		rc = fail(&walk, errno, "cannot be looked at", err);
	if (!rc)
		rc = walk_pair(&walk, &top, err);
	if (!rc)
		rc = it_overlay_clean(folder->upper, ".", true, err);
	if (!rc)
		look_at_top(&walk);
	it_overlay_lock_folder(folder->upper, &folder->after);
	it_buf_done(&walk.path);
	return rc;
}
