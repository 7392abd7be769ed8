/* SPDX-License-Identifier: Apache-2.0 */
/* What a step does that no shell can: the test's own program is run for it, "self ACT PATH". */
#ifndef INTOTO_TESTS_UNIT_OVERLAY_ACTS_H
#define INTOTO_TESTS_UNIT_OVERLAY_ACTS_H

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "overlay_step.h"

static inline int set_attribute(const char *path)
{
	return setxattr(path, "user.a", "b", 1, 0);
}

static inline int link_unnamed(const char *path)
{
	char source[64];
	int fd = open(".", O_TMPFILE | O_WRONLY, 0644);

	if (fd < 0 || write(fd, "x", 1) != 1)
		return 1;
	(void)snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

static inline int write_by_map(const char *path)
{
	int fd = open(path, O_RDWR);
	char *map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char byte = 0;

	if (map == MAP_FAILED)
		return 1;
	*map = 'M';
	return pread(fd, &byte, 1, 0) != 1 || byte != 'M' || munmap(map, 1);
}

/* Held by one of two processes of the step, the other one does not get it. */
static inline int lock_twice(const char *path)
{
	int fd = open(path, O_RDWR);
	int status = 1;
	pid_t pid;

	if (fd < 0 || flock(fd, LOCK_EX))
		return 1;
	pid = fork();
	if (!pid)
		_exit(flock(open(path, O_RDONLY), LOCK_EX | LOCK_NB) == 0);
	return waitpid(pid, &status, 0) != pid || status;
}

static inline int talk_by_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int here = socket(AF_UNIX, SOCK_STREAM, 0);
	int there = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return bind(here, (struct sockaddr *)&address, sizeof address) || listen(here, 1) ||
	       connect(there, (struct sockaddr *)&address, sizeof address);
}

static inline int watch_it(const char *path)
{
	char events[512];
	int fd = inotify_init();

	if (inotify_add_watch(fd, ".", IN_CREATE) < 0 || close(creat(path, 0644)))
		return 1;
	return read(fd, events, sizeof events) <= 0;
}

/* Writing to a file copies it, which its number does not tell. */
static inline int keep_number(const char *path)
{
	struct stat before;
	struct stat after;
	int fd;

	if (stat(path, &before))
		return 1;
	fd = open(path, O_RDWR);
	return fd < 0 || fstat(fd, &after) || before.st_dev != after.st_dev ||
	       before.st_ino != after.st_ino;
}

static inline int rename_it(const char *path)
{
	IT_AUTO(it_freep) char *other = NULL;

	return asprintf(&other, "%s.renamed", path) < 0 || rename(path, other);
}

static inline int enter_namespace(const char *path)
{
	return setns(open(path, O_RDONLY), 0);
}

static inline int trace_process(const char *pid)
{
	return ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL) != 0;
}

/* Either it works here, too, or the next mechanism gets its turn; nothing in between. */
static inline int trace_nested(const char *path)
{
	struct it_strings folders = { 0 };
	struct it_tracer_options options = { .tier = IT_TRACE_WRITES,
					     .mechanism = "overlay",
					     .folders = &folders };
	struct it_touched touched = { 0 };
	struct it_tracer *tracer = NULL;
	char *real = realpath(path, NULL);
	int rc = it_strings_add(&folders, real, NULL);

	if (!rc)
		rc = it_tracer_new(&tracer, &options, &touched, NULL);
	it_tracer_free(tracer);
	it_touched_done(&touched);
	it_strings_done(&folders);
	free(real);
	return rc && rc != INTOTO_E_UNSUPPORTED;
}

struct act {
	const char *name;
	int (*run)(const char *path);
};

static const struct act acts[] = {
	{ "attribute", set_attribute }, { "unnamed", link_unnamed },  { "map", write_by_map },
	{ "lock", lock_twice },		{ "socket", talk_by_socket }, { "watch", watch_it },
	{ "number", keep_number },	{ "rename", rename_it },      { "enter", enter_namespace },
	{ "trace", trace_process },	{ "nested", trace_nested },
};

/* Whether the program was started for an act; *status is what it ends with. */
static inline bool overlay_act(int argc, char **argv, int *status)
{
	for (size_t i = 0; argc == 3 && i < IT_COUNT_OF(acts); i++) {
		if (!it_streq(argv[1], acts[i].name))
			continue;
		*status = acts[i].run(argv[2]) ? 1 : 0;
		return true;
	}
	return false;
}

#endif
