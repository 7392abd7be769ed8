/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where there is no process namespace: whatever a command started becomes a child of the subreaper
 * once its own parent has ended, so killing all children, again and again, comes to an end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/sandbox_child.h"

enum {
	LIST_SIZE = 16 * 1024,
	STAT_SIZE = 512,
	PATH_SIZE = 64,
	SETTLE_NS = 1000 * 1000,
	RUSHES = 64
};

/* The number that a text begins with, 0 when there is none. */
static pid_t number_at(const char *text)
{
	pid_t number = 0;

	for (; *text >= '0' && *text <= '9' && number < 100 * 1000 * 1000; text++)
		number = number * 10 + (*text - '0');
	return number;
}

/* "PID (name) S PPID ...", where the name may hold anything. */
static pid_t parent_of(int proc, const char *pid)
{
	char path[PATH_SIZE];
	char text[STAT_SIZE];
	size_t len = strlen(pid);
	const char *end;
	ssize_t got;
	int fd;

	if (len + sizeof "/stat" > sizeof path)
		return 0;
	memcpy(path, pid, len);
	memcpy(path + len, "/stat", sizeof "/stat");
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, text, sizeof text - 1);
	(void)close(fd); /* only read */
	text[got > 0 ? got : 0] = '\0';
	end = strrchr(text, ')');
	return end && strlen(end) > 4 ? number_at(end + 4) : 0;
}

static void kill_listed(int proc, const char *list, size_t len, pid_t self)
{
	for (size_t at = 0; at < len;) {
		const struct dirent64 *entry = (const void *)(list + at);
		pid_t pid = number_at(entry->d_name);

		if (pid > 0 && parent_of(proc, entry->d_name) == self)
			(void)kill(pid, SIGKILL); /* a child of ours: its number is still its own */
		at += entry->d_reclen;
	}
}

/*
 * Where the kernel lists them (it mostly does), no search is needed: one that only forks and ends,
 * again and again, is too fast for a search.
 */
static bool kill_children_listed(void)
{
	char text[LIST_SIZE];
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, sizeof text - 1);
	(void)close(fd); /* only read */
	text[got > 0 ? got : 0] = '\0';
	for (const char *at = text; number_at(at) > 0; at++) {
		(void)kill(number_at(at), SIGKILL); /* a child of ours, not reaped yet */
		at += strspn(at, "0123456789");
		if (*at != ' ')
			break;
	}
	return true;
}

static void kill_once(pid_t self)
{
	_Alignas(struct dirent64) char list[LIST_SIZE];
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long got;

	if (proc < 0)
		return;
	while ((got = syscall(SYS_getdents64, proc, list, sizeof list)) > 0)
		kill_listed(proc, list, (size_t)got, self);
	(void)close(proc); /* only read */
}

void it_sandbox_kill_children(void)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	pid_t self = getpid();

	for (unsigned turn = 1;; turn++) {
		pid_t pid;

		if (!kill_children_listed())
			kill_once(self);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			continue;
		if (pid < 0 && errno == ECHILD)
			return;
		if (turn % RUSHES == 0)
			(void)nanosleep(&settle, NULL); /* for those that are dying */
	}
}
