/* SPDX-License-Identifier: Apache-2.0 */
/* Members into a folder, through descriptors: no name can lead out of it, no link is followed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/text.h"

struct extracting {
	const struct it_strings *names; /* NULL: all */
	const char *folder;		/* for messages */
	int top;
	int parent; /* of the member that is being written */
	int fd;
};

static void extracting_done(struct extracting *extracting)
{
	it_fd_close(&extracting->fd);
	it_fd_close(&extracting->parent);
	it_fd_close(&extracting->top);
}

/* The folder that the last part of name stands in; made where it is missing. */
static int open_parent(struct extracting *extracting, const char *name, const char **last,
		       struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int at = fcntl(extracting->top, F_DUPFD_CLOEXEC, 3);
	const char *slash;

	if (at < 0)
		return it_err_errno(err, errno, "%s", extracting->folder);
	while ((slash = strchr(name, '/'))) {
		IT_AUTO(it_freep) char *part = strndup(name, (size_t)(slash - name));
		int next;

		if (!part)
			return it_err_nomem(err);
		if (mkdirat(at, part, 0777) && errno != EEXIST)
			return it_err_errno(err, errno, "%s/%s", extracting->folder, part);
		next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return it_err_errno(err, errno, "%s/%s", extracting->folder, part);
		it_fd_close(&at);
		at = next;
		name = slash + 1;
	}
	it_fd_close(&extracting->parent);
	extracting->parent = at;
	at = -1; /* now the extraction's */
	*last = name;
	return INTOTO_OK;
}

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	const struct extracting *extracting = arg;

	return it_fd_write(extracting->fd, piece, err);
}

static int begin(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct extracting *extracting = arg;
	const char *last = NULL;
	int rc;

	if (extracting->names && !it_strings_has(extracting->names, member->name))
		return INTOTO_OK;
	rc = open_parent(extracting, member->name, &last, err);
	if (rc)
		return rc;
	extracting->fd = openat(extracting->parent, last,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (extracting->fd < 0)
		return it_err_errno(err, errno, "%s/%s", extracting->folder, member->name);
	*sink = (struct it_sink){ take, extracting };
	return INTOTO_OK;
}

static int end(void *arg, const struct it_archive_member *member, bool good,
	       struct intoto_error **err)
{
	struct extracting *extracting = arg;
	const char *last = strrchr(member->name, '/');
	int failed = close(extracting->fd);

	extracting->fd = -1;
	last = last ? last + 1 : member->name;
	if (!good && unlinkat(extracting->parent, last, 0))
		return it_err_errno(err, errno, "%s/%s", extracting->folder, member->name);
	if (failed)
		return it_err_errno(err, errno, "%s/%s", extracting->folder, member->name);
	return INTOTO_OK;
}

static int open_folder(struct extracting *extracting, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings found = { 0 };
	int rc = it_dir_make(folder, err);

	if (!rc)
		rc = it_dir_list(&found, folder, err);
	if (rc)
		return rc;
	if (found.count)
		return it_err_set(err, INTOTO_E_USAGE, "%s: want an empty folder, or a new one",
				  extracting->folder);
	extracting->top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return extracting->top < 0 ? it_err_errno(err, errno, "%s", extracting->folder) : INTOTO_OK;
}

int it_archive_extract(struct it_archive **out, const char *path, const char *folder,
		       const struct it_strings *names, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(folder));
	IT_AUTO(extracting_done)
	struct extracting extracting = {
		.names = names, .folder = quoted, .top = -1, .parent = -1, .fd = -1
	};
	const struct it_archive_visitor visitor = { begin, end, &extracting };
	int rc;

	*out = NULL;
	if (!quoted)
		return it_err_nomem(err);
	rc = open_folder(&extracting, folder, err);
	return rc ? rc : it_archive_read(out, path, &visitor, err);
}
