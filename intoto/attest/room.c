/* SPDX-License-Identifier: Apache-2.0 */
/* Made, and removed from the inside without following a link. */
#include "attest/room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"

enum { MODE_FOR_ALL = 0755, MODE_FOR_ONE = 0700, DEPTH_MAX = 256 };

static int make(char **out, const char *top, const char *name, mode_t mode,
		struct intoto_error **err)
{
	*out = it_path_join(top, name);
	if (!*out)
		return it_err_nomem(err);
	return mkdir(*out, mode) ? it_err_errno(err, errno, "%s", *out) : INTOTO_OK;
}

int it_room_open(struct it_room *room, bool home, uid_t user, struct intoto_error **err)
{
	const char *folder = getenv("TMPDIR");
	IT_AUTO(it_freep) char *top = NULL;
	int rc;

	*room = (struct it_room){ 0 };
	if (!folder || folder[0] != '/')
		folder = "/tmp";
	if (asprintf(&top, "%s/intoto-attest-XXXXXX", folder) < 0) {
		top = NULL;
		return it_err_nomem(err);
	}
	if (!mkdtemp(top))
		return it_err_errno(err, errno, "%s: a folder for a sandbox", folder);
	room->top = top;
	top = NULL; /* now the room's */
	rc = make(&room->view, room->top, "view", MODE_FOR_ALL, err);
	if (!rc && home)
		rc = make(&room->home, room->top, "home", MODE_FOR_ONE, err);
	if (!rc && user && room->home && chown(room->home, user, user))
		rc = it_err_errno(err, errno, "%s", room->home);
	/* Whoever is no longer root when the view is put together must get there. */
	if (!rc && user && chmod(room->top, MODE_FOR_ALL))
		rc = it_err_errno(err, errno, "%s", room->top);
	return rc;
}

/* Also what its owner may not read any more: we are the owner, or root. */
static void empty(int folder, unsigned depth)
{
	DIR *list = fdopendir(folder);
	const struct dirent *entry;

	if (!list) {
		(void)close(folder); /* only read */
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		struct stat about;
		int inner;

		if (it_streq(entry->d_name, ".") || it_streq(entry->d_name, ".."))
			continue;
		if (unlinkat(dirfd(list), entry->d_name, 0) == 0 || depth == DEPTH_MAX)
			continue;
		if (fstatat(dirfd(list), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISDIR(about.st_mode))
			continue;
		(void)!fchmodat(dirfd(list), entry->d_name, MODE_FOR_ONE, 0); /* helps, or not */
		inner = openat(dirfd(list), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			empty(inner, depth + 1);
		(void)!unlinkat(dirfd(list), entry->d_name, AT_REMOVEDIR); /* or it stays */
	}
	(void)closedir(list); /* only read */
}

void it_room_done(struct it_room *room)
{
	int fd =
		room->home ? open(room->home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd >= 0)
		empty(fd, 0);
	/* Nothing is left to tell whom. */
	if (room->home)
		(void)rmdir(room->home);
	if (room->view)
		(void)rmdir(room->view);
	if (room->top)
		(void)rmdir(room->top);
	free(room->home);
	free(room->view);
	free(room->top);
	*room = (struct it_room){ 0 };
}
