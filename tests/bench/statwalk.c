/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What looking at every file of a tree costs at least: folders read by descriptor, one fstatat() for
 * each file, and nothing else.  One thread.
 *
 * usage: statwalk FOLDER
 *
 * Prints how many files there are.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t walk(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *found;
	uint64_t files = 0;
	struct stat about;

	if (!folder)
		die(name);
	while ((found = readdir(folder))) {
		if (!strcmp(found->d_name, ".") || !strcmp(found->d_name, ".."))
			continue;
		if (found->d_type == DT_DIR) {
			files += walk(fd, found->d_name);
			continue;
		}
		if (fstatat(fd, found->d_name, &about, AT_SYMLINK_NOFOLLOW))
			die(found->d_name);
		files += S_ISREG(about.st_mode);
	}
	(void)closedir(folder); /* only read */
	return files;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 64;
	(void)printf("%ju\n", (uintmax_t)walk(AT_FDCWD, argv[1]));
	return 0;
}
