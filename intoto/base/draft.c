/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are seen whole or not at all. */
#include "base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/random.h"
#include "base/text.h"

/* A name in path's folder that no other process uses; as short as a long name of path needs it. */
static int temporary_name(char **out, const char *path, struct intoto_error **err)
{
	int dir_len = (int)(it_path_base(path) - path);
	unsigned long long salt;
	int rc = it_random(&salt, sizeof salt, err);

	if (rc)
		return rc;
	if (asprintf(out, "%.*s.intoto-%016llx.tmp", dir_len, path, salt) < 0) {
		*out = NULL;
		return it_err_nomem(err);
	}
	return INTOTO_OK;
}

/* Renames, but never over an existing file; link() does it where the file system cannot. */
static int rename_to_new(const char *from, const char *path)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, path))
		return -1;
	(void)unlink(from); /* the second name; path is complete without this */
	return 0;
}

static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	IT_AUTO(it_freep)
	char *dir = slash ? strndup(path, (size_t)(slash - path + 1)) : strdup(".");
	IT_AUTO(it_fd_close) int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		(void)fsync(fd); /* not every file system can; the file itself is safe */
}

/* Beside path; a reader there sees nothing of it. */
static int open_beside(struct it_draft *draft, mode_t mode, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *temporary = NULL;
	int rc = temporary_name(&temporary, draft->path, err);

	if (rc)
		return rc;
	draft->fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (draft->fd < 0)
		return it_err_errno(err, errno, "%s", draft->path);
	draft->temporary = temporary;
	temporary = NULL; /* now the draft's */
	return INTOTO_OK;
}

/* Where nothing can be put aside: what is written there is gone. */
static int open_through(struct it_draft *draft, struct intoto_error **err)
{
	draft->flags = 0;
	draft->fd = open(draft->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return draft->fd < 0 ? it_err_errno(err, errno, "%s", draft->path) : INTOTO_OK;
}

static int open_output(struct it_draft *draft, struct intoto_error **err)
{
	draft->flags = 0;
	draft->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return draft->fd < 0 ? it_err_errno(err, errno, "write") : INTOTO_OK;
}

/* The system's names for open descriptors (/dev/stdout); any other link is replaced, not followed.
 */
static bool names_descriptor(const char *path)
{
	struct stat about;

	return (it_starts_with(path, "/dev/") || it_starts_with(path, "/proc/")) &&
	       lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

int it_draft_open(struct it_draft *draft, const char *path, mode_t mode, unsigned flags,
		  struct intoto_error **err)
{
	struct stat about;

	*draft = (struct it_draft){ .fd = -1, .flags = flags, .path = strdup(path) };
	if (!draft->path)
		return it_err_nomem(err);
	if (it_streq(path, "-"))
		return open_output(draft, err);
	if (names_descriptor(path))
		return open_through(draft, err);
	if (stat(path, &about) || S_ISREG(about.st_mode))
		return open_beside(draft, mode, err);
	if (S_ISDIR(about.st_mode))
		return it_err_set(err, INTOTO_E_IO, "%s: is a folder, want a file", path);
	return open_through(draft, err); /* a rename would put a file where /dev/null was */
}

int it_draft_add(struct it_draft *draft, struct it_span piece, struct intoto_error **err)
{
	int rc = it_fd_write(draft->fd, piece, err);

	return it_streq(draft->path, "-") ? rc : it_err_wrap(err, rc, "%s", draft->path);
}

int it_draft_take(void *draft, struct it_span piece, struct intoto_error **err)
{
	return it_draft_add(draft, piece, err);
}

static int put_in_place(const struct it_draft *draft, struct intoto_error **err)
{
	if ((draft->flags & IT_FILE_NEW) ? rename_to_new(draft->temporary, draft->path)
					 : rename(draft->temporary, draft->path))
		return it_err_errno(err, errno, "%s", draft->path);
	return INTOTO_OK;
}

/* Also closes: some file systems tell only then that the disk is full. */
int it_draft_finish(struct it_draft *draft, struct intoto_error **err)
{
	int rc;

	if ((draft->flags & IT_FILE_SYNC) && fsync(draft->fd))
		return it_err_errno(err, errno, "%s", draft->path);
	rc = close(draft->fd);
	draft->fd = -1;
	if (rc)
		return it_err_errno(err, errno, "%s", draft->path);
	if (!draft->temporary)
		return INTOTO_OK;
	rc = put_in_place(draft, err);
	if (rc)
		return rc;
	free(draft->temporary);
	draft->temporary = NULL; /* there is nothing to remove any more */
	if (draft->flags & IT_FILE_SYNC)
		sync_folder_of(draft->path);
	return INTOTO_OK;
}

void it_draft_drop(struct it_draft *draft)
{
	it_fd_close(&draft->fd);
	if (draft->temporary)
		(void)unlink(draft->temporary); /* the first failure is the one to tell */
	free(draft->temporary);
	free(draft->path);
	*draft = (struct it_draft)IT_DRAFT;
}
