/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a tree of so many files whose sizes are spread as those of a kernel's source with packages
 * of node beside it; the same one for the same seed, anywhere.
 *
 *	tree FOLDER FILES [SEED [DIVISOR]]
 *
 * DIVISOR makes every file smaller by as much, for trees that are to stay in memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_IN_FOLDER = 14, FOLDERS_IN_FOLDER = 12, LARGEST = 24 * 1024 * 1024 };

/* So many of 10,000 files have at most so many bytes. */
static const struct {
	unsigned share;
	unsigned bytes;
} spread[] = { { 0, 0 },	 { 100, 40 },	    { 1000, 216 },     { 2500, 736 },
	       { 5000, 2660 },	 { 7500, 8971 },    { 9000, 24576 },   { 9900, 114688 },
	       { 9990, 400000 }, { 9999, 2000000 }, { 10000, LARGEST } };

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* xorshift64*; state is never 0. */
static uint64_t next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t size_of(uint64_t random)
{
	unsigned share = (unsigned)(random % 10000);
	size_t i = 1;
	uint64_t wide;

	while (share >= spread[i].share)
		i++;
	wide = spread[i].bytes - spread[i - 1].bytes;
	return (size_t)(spread[i - 1].bytes + wide * (share - spread[i - 1].share) /
						      (spread[i].share - spread[i - 1].share));
}

static void make_folder(const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		fail(path);
}

/* Folders lie in folders, as many as there must be for the number. */
static void name_folder(char *out, size_t size, const char *top, unsigned long number)
{
	size_t len = (size_t)snprintf(out, size, "%s", top);

	make_folder(out);
	do {
		len += (size_t)snprintf(out + len, size - len, "/part-%02lu",
					number % FOLDERS_IN_FOLDER);
		make_folder(out);
		number /= FOLDERS_IN_FOLDER;
	} while (number && len + 16 < size);
}

static void write_file(const char *path, const unsigned char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	while (fd >= 0 && len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0)
			fail(path);
		bytes += done;
		len -= (size_t)done;
	}
	if (fd < 0 || close(fd))
		fail(path);
}

int main(int argc, char **argv)
{
	static unsigned char bytes[LARGEST + 8];
	unsigned long files = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	size_t divisor = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
	char folder[4000];
	char path[4096];

	if (!files || !state || !divisor) {
		fputs("usage: tree FOLDER FILES [SEED [DIVISOR]]\n", stderr);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < LARGEST; i += sizeof state) {
		uint64_t word = next(&state);

		memcpy(bytes + i, &word, sizeof word);
	}
	for (unsigned long i = 0; i < files; i++) {
		size_t size = size_of(next(&state)) / divisor;

		if (i % FILES_IN_FOLDER == 0)
			name_folder(folder, sizeof folder, argv[1], i / FILES_IN_FOLDER);
		(void)snprintf(path, sizeof path, "%s/file-%08lu-of-some-length.txt", folder, i);
		write_file(path, bytes + next(&state) % (LARGEST - size + 1), size);
	}
	return EXIT_SUCCESS;
}
