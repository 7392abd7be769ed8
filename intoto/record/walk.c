/* SPDX-License-Identifier: Apache-2.0 */
/* The walk through folders. */
#include "record/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"
#include "record/name.h"

/* A folder that is open now, and the ones above it. */
struct folder {
	const struct folder *up;
	int fd;
	unsigned depth;
	bool through_link; /* whether a link led here, or above */
	bool is_text;	   /* whether its name is UTF-8 */
};

struct walk {
	const struct it_walk_options *options;
	const struct it_walk_visitor *visitor;
	struct it_buf name; /* of what is being looked at; "" is the folder it all started in */
	size_t followed;    /* symbolic links to folders */
};

/* What stands at a place: named by the caller, or found in a folder. */
struct entry {
	const struct folder *up; /* NULL: named */
	int at;
	const char *path;
	mode_t kind; /* S_IFMT of it, or of what a followed link leads to; 0: nowhere */
	bool is_link;
};

/* Names of a folder, as many as are sorted at a time: a folder may have millions. */
enum { LISTED = 4096 };

struct listing {
	struct it_buf texts; /* those of folders end in a slash, as they do within a path */
	struct name {
		uint32_t start, len;
		unsigned char hint; /* what the folder says of it: DT_REG and so on */
	} * names;
	size_t count, cap;
};

/* Never a wait for the other end of a FIFO, never a terminal that takes us over. */
enum { OPEN_FILE = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };
enum { OPEN_FOLDER = O_RDONLY | O_CLOEXEC | O_DIRECTORY };

static struct it_span name_of(const struct walk *walk)
{
	return walk->name.len ? it_buf_span(&walk->name) : it_span_text(".");
}

static int refuse(const struct walk *walk, enum intoto_code code, const char *text,
		  struct intoto_error **err)
{
	return it_name_refuse(err, code, name_of(walk), text);
}

static int fail_errno(const struct walk *walk, int number, struct intoto_error **err)
{
	return it_name_errno(err, number, name_of(walk));
}

static void notice(const struct walk *walk, const char *text)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(16 * IT_WALK_NAME_MAX);

	if (!walk->visitor->notice)
		return;
	it_text_quote(&line, name_of(walk));
	(void)it_buf_printf(&line, ": %s", text); /* without memory the notice is shorter */
	walk->visitor->notice(walk->visitor->arg, it_buf_text(&line));
}

/* Each part is looked at once: the ones above were, when they were entered. */
static bool is_text(const struct entry *entry)
{
	return (!entry->up || entry->up->is_text) && it_utf8_valid(it_span_text(entry->path));
}

/* Names become JSON texts; bytes that are no UTF-8 have no name there. */
static int check_name(const struct walk *walk, const struct entry *entry, struct intoto_error **err)
{
	if (is_text(entry))
		return INTOTO_OK;
	return refuse(walk, INTOTO_E_FORMAT, "the name is not UTF-8, so it cannot be recorded",
		      err);
}

/* A link that is not followed must not be followed when somebody puts it there meanwhile. */
static int follow_flag(bool is_link)
{
	return is_link ? 0 : O_NOFOLLOW;
}

static int fail_open(struct it_span name, int number, struct intoto_error **err)
{
	if (number == ENOENT)
		return it_name_refuse(err, INTOTO_E_NOTFOUND, name,
				      "vanished before it could be read");
	if (number == ELOOP || number == ENOTDIR || number == ENXIO)
		return it_name_refuse(err, INTOTO_E_IO, name,
				      "was exchanged before it could be read");
	return it_name_errno(err, number, name);
}

int it_walk_open(int *fd, struct stat *about, const struct it_walk_found *found,
		 struct intoto_error **err)
{
	*fd = openat(found->at, found->path, OPEN_FILE | follow_flag(found->is_link));
	if (*fd < 0)
		return fail_open(found->name, errno, err);
	return about ? it_hash_look(*fd, about, found->name, err) : INTOTO_OK;
}

static int visit_file(const struct walk *walk, const struct entry *entry, struct intoto_error **err)
{
	const struct it_walk_found found = { name_of(walk), entry->at, entry->path,
					     entry->is_link };
	IT_AUTO(it_fd_close) int fd = -1;
	struct stat about;
	int rc;

	if (walk->visitor->found)
		return walk->visitor->found(walk->visitor->arg, &found, err);
	rc = it_walk_open(&fd, &about, &found, err);
	return rc ? rc : walk->visitor->file(walk->visitor->arg, found.name, fd, &about, err);
}

static int visit_symlink(const struct walk *walk, const struct entry *entry,
			 struct intoto_error **err)
{
	char target[PATH_MAX]; /* the system has no longer ones */
	ssize_t len = readlinkat(entry->at, entry->path, target, sizeof target);

	if (len < 0)
		return fail_open(name_of(walk), errno, err);
	return walk->visitor->symlink(walk->visitor->arg, name_of(walk),
				      it_span(target, (size_t)len), err);
}

/* Asks the system for those above only now: few folders are reached through a link. */
static int is_open_above(const struct walk *walk, const struct folder *folder, int fd, bool *is,
			 struct intoto_error **err)
{
	struct stat about;
	struct stat above;

	*is = false;
	if (fstat(fd, &about))
		return fail_errno(walk, errno, err);
	for (; folder && !*is; folder = folder->up) {
		if (fstat(folder->fd, &above))
			return fail_errno(walk, errno, err);
		*is = above.st_dev == about.st_dev && above.st_ino == about.st_ino;
	}
	return INTOTO_OK;
}

static void close_stream(DIR **stream)
{
	if (*stream)
		(void)closedir(*stream); /* only read */
}

static int read_folder(struct walk *walk, const struct folder *folder, DIR *stream,
		       struct intoto_error **err);

static int visit_folder(struct walk *walk, const struct entry *entry, struct intoto_error **err)
{
	struct folder folder = { .up = entry->up,
				 .depth = entry->up ? entry->up->depth + 1 : 0,
				 .through_link =
					 entry->is_link || (entry->up && entry->up->through_link),
				 .is_text = is_text(entry) };
	IT_AUTO(close_stream) DIR *stream = NULL;
	IT_AUTO(it_fd_close) int fd = -1;
	bool again = false;
	int rc = INTOTO_OK;

	if (entry->is_link && ++walk->followed > IT_WALK_LINKS)
		return refuse(walk, INTOTO_E_LIMIT,
			      "more than 100000 symbolic links to folders were followed", err);
	if (folder.depth >= IT_WALK_DEPTH)
		return refuse(walk, INTOTO_E_LIMIT, "more than 1000 folders deep", err);
	fd = openat(entry->at, entry->path, OPEN_FOLDER | follow_flag(entry->is_link));
	if (fd < 0)
		return fail_open(name_of(walk), errno, err);
	/* Without a link there is no way back; and some file systems number their folders badly. */
	if (folder.through_link)
		rc = is_open_above(walk, entry->up, fd, &again, err);
	if (again)
		notice(walk, "skipped, it leads back to a folder above it");
	if (rc || again)
		return rc;
	folder.fd = fd;
	stream = fdopendir(fd);
	if (!stream)
		return fail_errno(walk, errno, err);
	fd = -1; /* now the stream's */
	if (walk->visitor->folder)
		walk->visitor->folder(walk->visitor->arg);
	return read_folder(walk, &folder, stream, err);
}

static const char *word_for(mode_t kind)
{
	switch (kind) {
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

static int visit_other(const struct walk *walk, const struct entry *entry,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *text = NULL;
	bool named = !entry->up;

	if (!entry->kind && named && !walk->options->optional)
		return refuse(walk, INTOTO_E_NOTFOUND, "the symbolic link leads nowhere", err);
	if (!entry->kind) {
		notice(walk, "skipped, the symbolic link leads nowhere");
		return INTOTO_OK;
	}
	if (asprintf(&text, named ? "is %s, want a file or a folder" : "skipped, it is %s",
		     word_for(entry->kind)) < 0)
		return it_err_nomem(err);
	if (named)
		return refuse(walk, INTOTO_E_IO, text, err);
	notice(walk, text);
	return INTOTO_OK;
}

static int visit(struct walk *walk, const struct entry *entry, struct intoto_error **err)
{
	int rc = entry->kind == S_IFDIR ? INTOTO_OK : check_name(walk, entry, err);

	if (rc)
		return rc;
	switch (entry->kind) {
	case S_IFREG:
		return visit_file(walk, entry, err);
	case S_IFDIR:
		return visit_folder(walk, entry, err);
	case S_IFLNK:
		return visit_symlink(walk, entry, err);
	default:
		return visit_other(walk, entry, err);
	}
}

/* Sets kind and is_link; hint is what the folder says, DT_UNKNOWN when it says nothing. */
static int classify(const struct walk *walk, struct entry *entry, unsigned char hint)
{
	struct stat about;

	entry->kind = (mode_t)DTTOIF(hint);
	if (hint == DT_UNKNOWN) {
		if (fstatat(entry->at, entry->path, &about, AT_SYMLINK_NOFOLLOW))
			return errno;
		entry->kind = about.st_mode & S_IFMT;
	}
	if (entry->kind != S_IFLNK || walk->options->symlinks == IT_SYMLINKS_RECORD)
		return 0;
	entry->is_link = true;
	if (fstatat(entry->at, entry->path, &about, 0) == 0)
		entry->kind = about.st_mode & S_IFMT;
	else if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		entry->kind = 0;
	else
		return errno;
	return 0;
}

static int visit_entry(struct walk *walk, const struct folder *folder, const char *name,
		       unsigned char hint, struct intoto_error **err)
{
	struct entry entry = { .up = folder, .at = folder->fd, .path = name };
	int number = classify(walk, &entry, hint);

	if (it_ignore_match(walk->options->ignore, it_buf_text(&walk->name), entry.kind == S_IFDIR))
		return INTOTO_OK;
	return number ? fail_open(name_of(walk), number, err) : visit(walk, &entry, err);
}

/* walk->name becomes "folder/name"; len is that of "folder". */
static int enter_name(struct walk *walk, size_t len, const char *name, struct intoto_error **err)
{
	walk->name.len = len;
	if (len && walk->name.data[len - 1] != '/')
		(void)it_buf_add_byte(&walk->name, '/'); /* sticky */
	(void)it_buf_add_text(&walk->name, name);	 /* sticky */
	return it_buf_check(&walk->name, "the name of a file", err);
}

static void leave_name(struct walk *walk, size_t len)
{
	walk->name.len = len;
	if (walk->name.data)
		walk->name.data[len] = '\0';
}

static bool is_dots(const char *name)
{
	return it_streq(name, ".") || it_streq(name, "..");
}

static int add_name(struct listing *listing, const struct dirent *found, struct intoto_error **err)
{
	struct name *name;

	if (listing->count == listing->cap) {
		size_t cap = listing->cap ? listing->cap * 2 : 32;
		struct name *names = reallocarray(listing->names, cap, sizeof *names);

		if (!names)
			return it_err_nomem(err);
		listing->names = names;
		listing->cap = cap;
	}
	name = &listing->names[listing->count++];
	name->hint = found->d_type;
	name->start = (uint32_t)listing->texts.len;
	(void)it_buf_add_text(&listing->texts, found->d_name); /* sticky */
	if (found->d_type == DT_DIR)
		(void)it_buf_add_byte(&listing->texts, '/'); /* sticky */
	name->len = (uint32_t)(listing->texts.len - name->start);
	(void)it_buf_add_byte(&listing->texts, '\0'); /* sticky */
	return it_buf_check(&listing->texts, "the names in a folder", err);
}

static struct it_span text_of(const struct listing *listing, const struct name *name)
{
	return it_span(listing->texts.data + name->start, name->len);
}

static int compare_names(const void *a, const void *b, void *listing)
{
	return it_span_cmp(text_of(listing, a), text_of(listing, b));
}

/* The next names, sorted; none at the end. */
static int list(struct walk *walk, struct listing *listing, DIR *stream, struct intoto_error **err)
{
	const struct dirent *found;
	int rc = INTOTO_OK;

	it_buf_reset(&listing->texts);
	listing->count = 0;
	for (errno = 0; !rc && listing->count < LISTED && (found = readdir(stream)); errno = 0)
		if (!is_dots(found->d_name))
			rc = add_name(listing, found, err);
	if (!rc && errno)
		return fail_errno(walk, errno, err);
	if (listing->count)
		qsort_r(listing->names, listing->count, sizeof *listing->names, compare_names,
			listing);
	return rc;
}

static void listing_done(struct listing *listing)
{
	it_buf_done(&listing->texts);
	free(listing->names);
}

/*
 * Sorted as whole paths are: then the table of what was found is sorted almost without work, and
 * files are read in the order in which they were often written.
 */
static int read_folder(struct walk *walk, const struct folder *folder, DIR *stream,
		       struct intoto_error **err)
{
	IT_AUTO(listing_done) struct listing listing = { .texts = IT_BUF(LISTED * (NAME_MAX + 2)) };
	size_t len = walk->name.len;
	int rc = list(walk, &listing, stream, err);

	while (!rc && listing.count) {
		for (size_t i = 0; !rc && i < listing.count; i++) {
			const struct name *name = &listing.names[i];
			char *text = listing.texts.data + name->start;

			if (name->hint == DT_DIR)
				text[name->len - 1] = '\0';
			rc = enter_name(walk, len, text, err);
			if (!rc)
				rc = visit_entry(walk, folder, text, name->hint, err);
			leave_name(walk, len);
		}
		if (!rc)
			rc = list(walk, &listing, stream, err);
	}
	return rc;
}

static int fail_named(const struct walk *walk, int number, struct intoto_error **err)
{
	if (number != ENOENT && number != ENOTDIR)
		return fail_errno(walk, number, err);
	if (!walk->options->optional)
		return refuse(walk, INTOTO_E_NOTFOUND, "no such file or folder", err);
	notice(walk, "skipped, there is no such file or folder");
	return INTOTO_OK;
}

static int walk_named(struct walk *walk, const char *path, struct intoto_error **err)
{
	struct entry entry = { .at = walk->options->base_fd, .path = path };
	int number = classify(walk, &entry, DT_UNKNOWN);

	if (it_ignore_match_named(walk->options->ignore, path, entry.kind == S_IFDIR)) {
		notice(walk, "left out by an exclude pattern");
		return INTOTO_OK;
	}
	return number ? fail_named(walk, number, err) : visit(walk, &entry, err);
}

int it_walk(const char *path, const struct it_walk_options *options,
	    const struct it_walk_visitor *visitor, struct intoto_error **err)
{
	struct walk walk = { options, visitor, IT_BUF(IT_WALK_NAME_MAX), 0 };
	int rc;

	(void)it_buf_add_text(&walk.name, it_streq(path, ".") ? "" : path); /* checked below */
	rc = it_buf_check(&walk.name, "the name of a file", err);
	if (!rc)
		rc = walk_named(&walk, path, err);
	it_buf_done(&walk.name);
	return rc;
}
