/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command in a folder and says what it took: "CPU WALL MEMORY", microseconds of CPU time
 * (user and system) and of wall time, and the peak of its memory in KiB.  Its output is dropped.
 *
 * usage: rusage FOLDER PROGRAM [ARGUMENT...]
 *
 * Fails when the command does.  This program is small, so that the peak is the command's own: what
 * a process was before exec counts too.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static void die(const char *what)
{
	(void)fprintf(stderr, "rusage: %s\n", what);
	exit(1);
}

static int64_t now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		die("no clock");
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t us_of(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct rusage used;
	int64_t start;
	int status;
	pid_t pid;

	if (argc < 3)
		die("usage: rusage FOLDER PROGRAM [ARGUMENT...]");
	if (posix_spawn_file_actions_init(&actions) ||
	    posix_spawn_file_actions_addchdir_np(&actions, argv[1]) ||
	    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) ||
	    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0))
		die("cannot prepare a child");
	start = now_us();
	if (posix_spawn(&pid, argv[2], &actions, NULL, argv + 2, environ))
		die("cannot start the command");
	if (wait4(pid, &status, 0, &used) != pid)
		die("lost the child");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("the command failed");
	(void)printf("%lld %lld %ld\n", (long long)(us_of(used.ru_utime) + us_of(used.ru_stime)),
		     (long long)(now_us() - start), used.ru_maxrss);
	return 0;
}
