/* SPDX-License-Identifier: Apache-2.0 */
#include "run/namespace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { MAP_SIZE = 48, PROC_PATH_SIZE = 64 };

/* The child's two lines to us, and the texts that it cannot make itself. */
struct making {
	const struct it_namespace_plan *plan;
	int report[2]; /* from the child */
	int leave[2];  /* closed by us when it may end */
	char users[MAP_SIZE];
	char groups[MAP_SIZE];
};

static void making_done(struct making *making)
{
	for (int i = 0; i < 2; i++) {
		it_fd_close(&making->report[i]);
		it_fd_close(&making->leave[i]);
	}
}

/* --- in the child: system calls only --- */

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int number;

	if (fd < 0)
		return errno;
	done = write(fd, text, strlen(text));
	number = done < 0 ? errno : 0;
	(void)close(fd); /* the write told */
	return number;
}

static int map_self(const struct making *making)
{
	int number;

	/* A group map of one's own is granted only without setgroups(2). */
	(void)write_text("/proc/self/setgroups", "deny"); /* the map tells */
	number = write_text("/proc/self/uid_map", making->users);
	return number ? number : write_text("/proc/self/gid_map", making->groups);
}

static void build(const struct making *making, struct it_namespace_failure *failure)
{
	failure->what = "a mount namespace";
	if (making->plan->user)
		failure->what = "a user namespace";
	if (unshare(CLONE_NEWNS | (making->plan->user ? CLONE_NEWUSER : 0))) {
		failure->number = errno;
		return;
	}
	if (making->plan->user)
		failure->number = map_self(making);
	failure->what = "private mounts";
	if (!failure->number && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL))
		failure->number = errno;
}

/* Ends when we have let go of it, or are gone. */
_Noreturn static void live(struct making *making)
{
	struct it_namespace_failure failure = { 0 };
	struct it_namespace_failure own = { 0 };
	char byte;

	(void)close(making->leave[1]); /* else its end would never be seen */
	build(making, &own);
	if (!own.number)
		making->plan->arrange(making->plan->arg, &failure);
	/* Two records in one write, so that there is no half of one. */
	struct it_namespace_failure both[] = { own, failure };
	if (write(making->report[1], both, sizeof both) == (ssize_t)sizeof both)
		while (read(making->leave[0], &byte, 1) < 0 && errno == EINTR)
			continue;
	_exit(0);
}

/* --- in the caller --- */

static int open_of(pid_t pid, const char *what, int flags)
{
	char path[PROC_PATH_SIZE];

	(void)snprintf(path, sizeof path, "/proc/%jd/%s", (intmax_t)pid, what); /* it fits */
	return open(path, flags | O_CLOEXEC);
}

static int take(struct it_namespace *out, const struct making *making, pid_t pid,
		struct intoto_error **err)
{
	if (making->plan->user)
		out->user = open_of(pid, "ns/user", O_RDONLY);
	if (!making->plan->user || out->user >= 0)
		out->mount = open_of(pid, "ns/mnt", O_RDONLY);
	if (out->mount >= 0)
		out->root = open_of(pid, "root", O_PATH | O_DIRECTORY);
	if (out->root >= 0)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "/proc does not show our own child: %s",
			  strerrordesc_np(errno));
}

static int listen_to(struct making *making, struct it_namespace_failure *failure,
		     struct intoto_error **err)
{
	struct it_namespace_failure both[2] = { { 0 } };
	ssize_t got;

	it_fd_close(&making->report[1]);
	do
		got = read(making->report[0], both, sizeof both);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof both)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "the process that makes the namespace was killed");
	*failure = both[1];
	if (both[0].number)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s", both[0].what,
				  strerrordesc_np(both[0].number));
	return failure->number ? INTOTO_E_UNSUPPORTED : INTOTO_OK;
}

int it_namespace_make(struct it_namespace *out, const struct it_namespace_plan *plan,
		      struct it_namespace_failure *failure, struct intoto_error **err)
{
	IT_AUTO(making_done)
	struct making making = { .plan = plan, .report = { -1, -1 }, .leave = { -1, -1 } };
	pid_t pid;
	int rc;

	*out = (struct it_namespace)IT_NAMESPACE_NONE;
	*failure = (struct it_namespace_failure){ 0 };
	/* Two numbers of ten digits fit. */
	(void)snprintf(making.users, MAP_SIZE, "%u %u 1", geteuid(), geteuid());
	(void)snprintf(making.groups, MAP_SIZE, "%u %u 1", getegid(), getegid());
	if (pipe2(making.report, O_CLOEXEC) || pipe2(making.leave, O_CLOEXEC))
		return it_err_errno(err, errno, "a pipe");
	pid = fork();
	if (pid < 0)
		return it_err_errno(err, errno, "a process that makes a namespace");
	if (pid == 0)
		live(&making);
	rc = listen_to(&making, failure, err);
	if (!rc)
		rc = take(out, &making, pid, err);
	it_fd_close(&making.leave[1]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (rc)
		it_namespace_done(out);
	return rc;
}

int it_namespace_enter(struct it_namespace *space)
{
	long len = syscall(SYS_getcwd, space->folder, sizeof space->folder);

	if (len < 0)
		return errno;
	if (space->folder[0] != '/')
		return ENOENT; /* not below our root: it has no name in there */
	if (space->user >= 0 && setns(space->user, CLONE_NEWUSER))
		return errno;
	if (setns(space->mount, CLONE_NEWNS) || fchdir(space->root) || chroot("."))
		return errno;
	return chdir(space->folder) ? errno : 0;
}

void it_namespace_done(struct it_namespace *space)
{
	it_fd_close(&space->user);
	it_fd_close(&space->mount);
	it_fd_close(&space->root);
}

uint64_t it_namespace_id(const struct it_namespace *space)
{
	struct stat about;

	return fstat(space->mount, &about) ? 0 : about.st_ino;
}

size_t it_namespace_population(uint64_t id)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		char path[PROC_PATH_SIZE];
		struct stat about;
		uint64_t pid;

		if (!it_parse_u64(entry->d_name, INT32_MAX, &pid))
			continue;
		(void)snprintf(path, sizeof path, "/proc/%ju/ns/mnt", (uintmax_t)pid);
		count += stat(path, &about) == 0 && about.st_ino == id;
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return count;
}
