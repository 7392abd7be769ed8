/* SPDX-License-Identifier: Apache-2.0 */
/* An empty folder to work in, for tests that need real files.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_WORKSPACE_H
#define INTOTO_TESTS_UNIT_WORKSPACE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int workspace_remove_one(const char *path, const struct stat *about, int kind,
				struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

/* For cmocka's setup and teardown: *state is the path of a new folder, and the process is in it. */
static inline int workspace_enter(void **state)
{
	const char *parent = getenv("TMPDIR");
	char *path = NULL;

	if (asprintf(&path, "%s/intoto-unit.XXXXXX", parent ? parent : "/tmp") < 0 ||
	    !mkdtemp(path) || chdir(path))
		return -1;
	*state = realpath(path, NULL);
	free(path);
	return *state ? 0 : -1;
}

static inline int workspace_leave(void **state)
{
	int rc = chdir("/");

	if (!rc)
		rc = nftw(*state, workspace_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return rc;
}

/* Makes the folders above path, too. */
static inline void workspace_write_bytes(const char *path, const void *bytes, size_t len)
{
	char *copy = strdup(path);
	int fd;

	assert_non_null(copy);
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(copy, 0777); /* the open below tells */
		*slash = '/';
	}
	free(copy);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static inline void workspace_write(const char *path, const char *text)
{
	workspace_write_bytes(path, text, strlen(text));
}

/*
 * Under valgrind: there posix_spawn() cannot see that its child failed to exec, so a test of that
 * has nothing to look at and returns.  (cmocka's skip() counts as a failure in TAP.)
 */
static inline bool workspace_vfork_is_fork(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded && strstr(preloaded, "vgpreload");
}

/* Runs check as somebody whom permissions hold, in a process of its own; not if that cannot be. */
static inline void workspace_as_user(void (*check)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		if (geteuid() == 0 && (setegid(65534) || seteuid(65534)))
			_exit(77);
		check();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		return;
	assert_int_equal(status, 0);
}

#endif
