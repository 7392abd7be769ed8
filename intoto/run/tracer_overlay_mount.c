/* SPDX-License-Identifier: Apache-2.0 */
/* The overlays themselves, put up in a namespace before the command starts. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/tracer_overlay.h"

/* Processes that end a moment after the command are none that stay. */
enum { LEAVE_GRACE_MS = 100, EVENTS_SIZE = 4096 };

/* mount_setattr(2); the C library's header and the kernel's cannot be had together everywhere. */
enum { MOUNT_SETATTR = 442, ATTR_RDONLY = 1, WHOLE_TREE = 0x8000 };

struct attributes {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t user_ns_fd;
};

/* --- in the child that makes the namespace: system calls only --- */

/* Descriptors lead to the caller's namespace still: they are replaced by ours, number by number. */
static int reopen(int fd, const char *path)
{
	struct stat before;
	struct stat now;
	int again = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int number = 0;

	if (again < 0)
		return errno;
	if (fstat(fd, &before) || fstat(again, &now) || before.st_dev != now.st_dev ||
	    before.st_ino != now.st_ino)
		number = ESTALE;
	else if (dup3(again, fd, O_CLOEXEC) < 0)
		number = errno;
	(void)close(again); /* the copy stays */
	return number;
}

static int reopen_in(int top, int fd, const char *name)
{
	int again = openat(top, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int number = 0;

	if (again < 0)
		return errno;
	if (dup3(again, fd, O_CLOEXEC) < 0)
		number = errno;
	(void)close(again); /* the copy stays */
	return number;
}

static int put_up(const struct it_overlay_folder *folder)
{
	int number = reopen(folder->real, folder->path);

	if (!number)
		number = reopen(folder->top, folder->place);
	if (!number)
		number = reopen_in(folder->top, folder->upper, "upper");
	if (!number)
		number = reopen_in(folder->top, folder->work, "work");
	if (!number && mount("overlay", folder->path, "overlay", 0, folder->options))
		number = errno;
	return number;
}

static int set_read_only(const char *path, bool on)
{
	const struct attributes attributes = { .set = on ? ATTR_RDONLY : 0,
					       .clear = on ? 0 : ATTR_RDONLY };

	return syscall(MOUNT_SETATTR, AT_FDCWD, path, WHOLE_TREE, &attributes, sizeof attributes)
		       ? errno
		       : 0;
}

static void close_all_else(const struct it_overlay *overlay, struct it_namespace_failure *failure)
{
	const struct it_strings *open_too = &overlay->writable;

	failure->what = "read-only mounts";
	for (size_t i = 0; i < open_too->count && !failure->number; i++)
		if (mount(open_too->items[i], open_too->items[i], "", MS_BIND | MS_REC, NULL))
			failure->number = errno;
	if (!failure->number)
		failure->number = set_read_only("/", true);
	for (size_t i = 0; i < open_too->count && !failure->number; i++)
		failure->number = set_read_only(open_too->items[i], false);
	for (size_t i = 0; i < overlay->count && !failure->number; i++)
		failure->number = set_read_only(overlay->folders[i].path, false);
}

static void arrange(void *arg, struct it_namespace_failure *failure)
{
	struct it_overlay *overlay = arg;

	failure->what = "the kernel refuses an overlay";
	for (size_t i = 0; i < overlay->count && !failure->number; i++) {
		failure->item = i;
		failure->number = put_up(&overlay->folders[i]);
		if (!failure->number && overlay->watch >= 0 &&
		    inotify_add_watch(overlay->watch, overlay->folders[i].path,
				      IN_DELETE_SELF | IN_ONLYDIR) < 0) {
			failure->what = "inotify";
			failure->number = errno;
		}
	}
	if (!failure->number && overlay->read_only)
		close_all_else(overlay, failure);
}

/* --- in the caller --- */

/* "volatile": nothing waits for the disk when the overlay goes; a crash of the machine takes the
   step with it. */
static void write_options(struct it_overlay_folder *folder)
{
	/* Four numbers of ten digits fit. */
	(void)snprintf(folder->options, sizeof folder->options,
		       "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,workdir=/proc/self/"
		       "fd/%d,volatile,index=off%s",
		       folder->real, folder->upper, folder->work,
		       folder->user_notes ? ",userxattr" : ",redirect_dir=off,metacopy=off");
}

int it_overlay_mount(struct it_overlay *overlay, struct intoto_error **err)
{
	const struct it_namespace_plan plan = { overlay->user, arrange, overlay };
	struct it_namespace_failure failure;
	IT_AUTO(it_freep) char *shown = NULL;
	int rc;

	/* Without it processes are counted, where /proc shows them. */
	overlay->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; i < overlay->count; i++)
		write_options(&overlay->folders[i]);
	rc = it_namespace_make(&overlay->space, &plan, &failure, err);
	if (rc && failure.number) {
		shown = it_text_quoted(it_span_text(overlay->folders[failure.item].path));
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s: %s", shown ? shown : "",
				  failure.what, strerrordesc_np(failure.number));
	}
	if (rc)
		return rc;
	overlay->id = it_namespace_id(&overlay->space);
	overlay->watched = overlay->watch >= 0 ? overlay->count : 0;
	return INTOTO_OK;
}

/* Each overlay tells once that it is gone. */
static void hear(struct it_overlay *overlay)
{
	_Alignas(struct inotify_event) char events[EVENTS_SIZE];
	ssize_t got = read(overlay->watch, events, sizeof events);

	for (ssize_t at = 0; at < got;) {
		const struct inotify_event *event = (const void *)(events + at);

		if (event->mask & IN_UNMOUNT && overlay->watched)
			--overlay->watched;
		at += (ssize_t)(sizeof *event + event->len);
	}
}

bool it_overlay_leave(struct it_overlay *overlay)
{
	struct pollfd wait_for = { .fd = overlay->watch, .events = POLLIN };

	it_namespace_done(&overlay->space);
	if (overlay->watch < 0)
		return it_namespace_population(overlay->id) > 0;
	while (overlay->watched && poll(&wait_for, 1, LEAVE_GRACE_MS) > 0)
		hear(overlay);
	return overlay->watched > 0;
}
