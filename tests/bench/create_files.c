/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file system takes for many small files, each of the same size: written beside its place,
 * renamed into one of 256 folders, and made durable by the thousand.
 *
 * usage: create_files FOLDER COUNT BYTES
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 1000, FANS = 256 };

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec time;

	(void)clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void create(unsigned number, const char *bytes, size_t len)
{
	char name[64];
	int fd = open(".new", O_WRONLY | O_CREAT | O_EXCL, 0444);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd))
		die("a file");
	(void)snprintf(name, sizeof name, "%02x/%062u", (number * 2654435761U) >> 24, number);
	if (rename(".new", name))
		die(name);
}

int main(int argc, char **argv)
{
	unsigned count = argc == 4 ? (unsigned)atoi(argv[2]) : 0;
	size_t len = argc == 4 ? (size_t)atoi(argv[3]) : 0;
	char *bytes = calloc(1, len + 1);
	double wall, cpu;
	char fan[8];
	int top;

	if (!count || !len || !bytes || mkdir(argv[1], 0777) || chdir(argv[1]))
		die("want FOLDER COUNT BYTES");
	top = open(".", O_RDONLY | O_DIRECTORY);
	for (unsigned i = 0; i < FANS; i++) {
		(void)snprintf(fan, sizeof fan, "%02x", i);
		if (mkdir(fan, 0777))
			die(fan);
	}
	wall = now(CLOCK_MONOTONIC);
	cpu = now(CLOCK_PROCESS_CPUTIME_ID);
	for (unsigned i = 0; i < count; i++) {
		memcpy(bytes, &i, len < sizeof i ? len : sizeof i);
		create(i, bytes, len);
		if (i % BATCH == BATCH - 1 && syncfs(top))
			die("syncfs");
	}
	wall = now(CLOCK_MONOTONIC) - wall;
	cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	(void)printf("%u files of %zu bytes: %.0f a second, %.0f us of CPU each\n", count, len,
		     count / wall, cpu * 1e6 / count);
	return 0;
}
