/* SPDX-License-Identifier: Apache-2.0 */
/* From descriptor to descriptor: no path is resolved twice, and no link is followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "run/scratch_tree.h"

enum { BUFFER = 64 * 1024, MODES = 0777, DEPTH = 500, PARENT_MODE = 0755, LINK_MAX_BYTES = 4096 };

struct copy {
	struct it_scratch_copy *out;
	struct it_buf name; /* for people, and for the links */
	unsigned depth;
};

/* One entry on its way. */
struct entry {
	int from;
	int to;
	const char *name;
	struct stat about;
};

static int fail(const struct copy *copy, int number, const char *what, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_buf_span(&copy->name));

	return it_err_errno(err, number, "%s: %s", quoted ? quoted : "", what);
}

static void notice(const struct copy *copy, const char *text)
{
	const struct it_scratch_options *options = copy->out->options;
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_buf_span(&copy->name));
	IT_AUTO(it_freep) char *whole = NULL;

	if (options->notice && quoted && asprintf(&whole, "%s: %s", quoted, text) >= 0)
		options->notice(options->arg, whole);
}

static int count(const struct copy *copy, uint64_t bytes, struct intoto_error **err)
{
	const struct it_scratch_options *options = copy->out->options;
	IT_AUTO(it_freep) char *quoted = NULL;
	bool large = bytes > options->most_bytes - copy->out->bytes;

	if (!large && copy->out->files < options->most_files) {
		copy->out->bytes += bytes;
		++copy->out->files;
		return INTOTO_OK;
	}
	quoted = it_text_quoted(it_buf_span(&copy->name));
	return it_err_set(
		err, INTOTO_E_LIMIT,
		"%s: with it more than %ju %s would have to be copied for the inspections; "
		"say what they need",
		quoted ? quoted : "",
		(uintmax_t)(large ? options->most_bytes : options->most_files),
		large ? "bytes" : "files");
}

static int pump(const struct copy *copy, int from, int to, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *buffer = malloc(BUFFER);
	ssize_t got;

	if (!buffer)
		return it_err_nomem(err);
	while ((got = read(from, buffer, BUFFER)) != 0) {
		int rc;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(copy, errno, "cannot be read", err);
		rc = it_fd_write(to, it_span(buffer, (size_t)got), err);
		if (rc)
			return it_err_wrap(err, rc, "the copy for the inspections");
	}
	return INTOTO_OK;
}

/* Blocks are shared where that is possible; the rest is copied inside the kernel, or else by us. */
static int copy_bytes(const struct copy *copy, int from, int to, struct intoto_error **err)
{
	ssize_t got;

	if (ioctl(to, FICLONE, from) == 0)
		return INTOTO_OK;
	do
		got = copy_file_range(from, NULL, to, NULL, SSIZE_MAX & ~(size_t)(BUFFER - 1), 0);
	while (got > 0);
	/* Whatever it did not do, and why: reading goes on where it stopped, and tells. */
	return pump(copy, from, to, err);
}

/* Owner, mode without the bits that lend rights, and time. */
static int dress(const struct copy *copy, int fd, const struct stat *about,
		 struct intoto_error **err)
{
	const struct timespec times[] = { about->st_atim, about->st_mtim };
	uid_t user = copy->out->user;

	if ((user && fchown(fd, user, user)) || fchmod(fd, about->st_mode & MODES) ||
	    futimens(fd, times))
		return fail(copy, errno, "the copy for the inspections", err);
	return INTOTO_OK;
}

static int copy_file(const struct copy *copy, const struct entry *entry, struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int from = openat(entry->from, entry->name,
			  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	IT_AUTO(it_fd_close) int to = -1;
	struct stat about;
	int rc;

	if (from < 0 || fstat(from, &about))
		return fail(copy, errno, "cannot be opened", err);
	if (!S_ISREG(about.st_mode))
		return fail(copy, EINVAL, "changed its kind while it was looked at", err);
	rc = count(copy, (uint64_t)about.st_size, err);
	if (rc)
		return rc;
	to = openat(entry->to, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0 && errno == EEXIST)
		return INTOTO_OK; /* two of the paths hold it */
	if (to < 0)
		return fail(copy, errno, "the copy for the inspections", err);
	rc = copy_bytes(copy, from, to, err);
	return rc ? rc : dress(copy, to, &about, err);
}

static int copy_link(const struct copy *copy, const struct entry *entry, struct intoto_error **err)
{
	char text[LINK_MAX_BYTES + 1];
	ssize_t len = readlinkat(entry->from, entry->name, text, sizeof text);
	uid_t user = copy->out->user;
	int rc = count(copy, 0, err);

	if (rc)
		return rc;
	if (len < 0 || len > LINK_MAX_BYTES)
		return fail(copy, len < 0 ? errno : ENAMETOOLONG, "the symbolic link", err);
	text[len] = '\0';
	if (symlinkat(text, entry->to, entry->name)) {
		if (errno == EEXIST)
			return INTOTO_OK;
		return fail(copy, errno, "the copy for the inspections", err);
	}
	if (user && fchownat(entry->to, entry->name, user, user, AT_SYMLINK_NOFOLLOW))
		return fail(copy, errno, "the copy for the inspections", err);
	return it_strings_add(&copy->out->links, it_buf_text(&copy->name), err);
}

static void close_stream(DIR **stream)
{
	if (*stream)
		(void)closedir(*stream); /* only read */
}

static int copy_entry(struct copy *copy, struct entry *entry, struct intoto_error **err);

static int copy_entries(struct copy *copy, DIR *from, int to, struct intoto_error **err)
{
	size_t len = copy->name.len;
	const struct dirent *found;
	int rc = INTOTO_OK;

	for (errno = 0; !rc && (found = readdir(from)); errno = 0) {
		struct entry entry = { .from = dirfd(from), .to = to, .name = found->d_name };

		if (it_streq(found->d_name, ".") || it_streq(found->d_name, ".."))
			continue;
		if (len)
			(void)it_buf_add_byte(&copy->name, '/');   /* sticky */
		(void)it_buf_add_text(&copy->name, found->d_name); /* sticky */
		rc = it_buf_check(&copy->name, "the name of a file", err);
		if (!rc)
			rc = copy_entry(copy, &entry, err);
		copy->name.len = len;
		if (copy->name.data)
			copy->name.data[len] = '\0';
	}
	return !rc && errno ? fail(copy, errno, "cannot be listed", err) : rc;
}

static bool is_scratch(const struct copy *copy, const struct stat *about)
{
	return copy->out->scratch->st_dev == about->st_dev &&
	       copy->out->scratch->st_ino == about->st_ino;
}

static int fill_folder(struct copy *copy, int *from, int to, struct intoto_error **err)
{
	IT_AUTO(close_stream) DIR *stream = NULL;
	struct stat about;
	int rc;

	if (fstat(*from, &about))
		return fail(copy, errno, "cannot be opened", err);
	if (is_scratch(copy, &about))
		return INTOTO_OK;
	stream = fdopendir(*from);
	if (!stream)
		return fail(copy, errno, "cannot be opened", err);
	*from = -1; /* now the stream's */
	rc = copy_entries(copy, stream, to, err);
	return rc ? rc : dress(copy, to, &about, err);
}

static int copy_folder(struct copy *copy, const struct entry *entry, struct intoto_error **err)
{
	IT_AUTO(it_fd_close)
	int from =
		openat(entry->from, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	IT_AUTO(it_fd_close) int to = -1;
	int rc = count(copy, 0, err);

	if (rc)
		return rc;
	if (from < 0)
		return fail(copy, errno, "cannot be opened", err);
	if (mkdirat(entry->to, entry->name, 0700) && errno != EEXIST)
		return fail(copy, errno, "the copy for the inspections", err);
	to = openat(entry->to, entry->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return fail(copy, errno, "the copy for the inspections", err);
	if (++copy->depth > DEPTH)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d folders deep",
				  it_buf_text(&copy->name), (int)DEPTH);
	rc = fill_folder(copy, &from, to, err);
	copy->depth--;
	return rc;
}

static int copy_entry(struct copy *copy, struct entry *entry, struct intoto_error **err)
{
	if (fstatat(entry->from, entry->name, &entry->about, AT_SYMLINK_NOFOLLOW))
		return fail(copy, errno, "cannot be copied for the inspections", err);
	if (S_ISDIR(entry->about.st_mode))
		return is_scratch(copy, &entry->about) ? INTOTO_OK : copy_folder(copy, entry, err);
	if (S_ISREG(entry->about.st_mode))
		return copy_file(copy, entry, err);
	if (S_ISLNK(entry->about.st_mode))
		return copy_link(copy, entry, err);
	notice(copy, "is neither a file nor a folder, and inspections do not see it");
	return INTOTO_OK;
}

/* Goes down one part of a path on both sides; the folder above a named file is only made. */
static int descend(const struct copy *copy, int *from, int *to, const char *part,
		   struct intoto_error **err)
{
	int below = openat(*from, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uid_t user = copy->out->user;

	if (below < 0)
		return fail(copy, errno, "cannot be opened without following a link", err);
	it_fd_close(from);
	*from = below;
	if (mkdirat(*to, part, PARENT_MODE) == 0) {
		if (user && fchownat(*to, part, user, user, AT_SYMLINK_NOFOLLOW))
			return fail(copy, errno, "the copy for the inspections", err);
	} else if (errno != EEXIST) {
		return fail(copy, errno, "the copy for the inspections", err);
	}
	below = openat(*to, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below < 0)
		return fail(copy, errno, "the copy for the inspections", err);
	it_fd_close(to);
	*to = below;
	return INTOTO_OK;
}

static int copy_named(struct copy *copy, char *path, int *from, int *to, struct intoto_error **err)
{
	struct entry entry = { 0 };
	char *slash;
	int rc = INTOTO_OK;

	while (!rc && (slash = strchr(path, '/'))) {
		*slash = '\0';
		rc = descend(copy, from, to, path, err);
		path = slash + 1;
	}
	entry = (struct entry){ .from = *from, .to = *to, .name = path };
	return rc ? rc : copy_entry(copy, &entry, err);
}

int it_scratch_copy_path(struct it_scratch_copy *out, const char *path, int to,
			 struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int from = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	IT_AUTO(it_fd_close) int work = fcntl(to, F_DUPFD_CLOEXEC, 0);
	IT_AUTO(it_freep) char *parts = strdup(path);
	struct copy copy = { .out = out, .name = IT_BUF(1 << 20) };
	int rc;

	if (!parts)
		return it_err_nomem(err);
	if (from < 0 || work < 0)
		return it_err_errno(err, errno, "the current folder");
	if (it_streq(path, ".")) {
		rc = fill_folder(&copy, &from, work, err);
	} else {
		(void)it_buf_add_text(&copy.name, path); /* a path is shorter than the room */
		rc = copy_named(&copy, parts, &from, &work, err);
	}
	it_buf_done(&copy.name);
	return rc;
}
