/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step that takes ways around a tracer: usage: hostile_acts ACT FILE.  Exits 0 when the system
 *let it, 2 when the system does not have such a call (or says so), 1 otherwise.
 *
 *	uring     makes FILE by io_uring         openat2   makes FILE
 *	int80     makes FILE by a 32-bit call    execveat  runs FILE, opened before
 *	thread    makes FILE in a second thread, while the first exchanges the name in memory
 *	inherit   writes through descriptor 9, which it was handed
 *	map       changes FILE through a mapping
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static int verdict(long rc)
{
	if (rc >= 0)
		return 0;
	return errno == ENOSYS || errno == EPERM ? 2 : 1;
}

/* One request by hand: no library is needed for it. */
static int uring(const char *path)
{
	struct io_uring_params how = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 1, &how);
	struct io_uring_sqe *request;
	unsigned *rings;
	size_t len;

	if (fd < 0)
		return verdict(-1);
	len = how.cq_off.cqes + how.cq_entries * sizeof(struct io_uring_cqe);
	if (how.sq_off.array + sizeof(unsigned) > len)
		len = how.sq_off.array + sizeof(unsigned);
	rings = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	request = mmap(NULL, sizeof *request, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       IORING_OFF_SQES);
	if (rings == MAP_FAILED || request == MAP_FAILED ||
	    !(how.features & IORING_FEAT_SINGLE_MMAP))
		return 1;
	memset(request, 0, sizeof *request);
	request->opcode = IORING_OP_OPENAT;
	request->fd = AT_FDCWD;
	request->addr = (unsigned long)path;
	request->open_flags = O_WRONLY | O_CREAT;
	request->len = 0644;
	rings[how.sq_off.array / sizeof *rings] = 0;
	rings[how.sq_off.tail / sizeof *rings] = 1;
	return syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1 ? 0 : 1;
}

static int openat_2(const char *path)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = 0644 };

	return verdict(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how));
}

#ifdef __x86_64__
/* The kernel's 32-bit table: creat is 8 there, and the name must lie below 4 GiB. */
static int int80(const char *path)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long rc;

	if (low == MAP_FAILED)
		return 1;
	(void)snprintf(low, 4096, "%s", path);
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(8L), "b"(low), "c"(0644L) : "memory");
	errno = (int)(rc < 0 ? -rc : 0);
	return verdict(rc);
}
#else
static int int80(const char *path)
{
	(void)path;
	return 2;
}
#endif

static int exec_at(const char *path)
{
	char name[] = "program";
	char *const argv[] = { name, NULL };
	int fd = open(path, O_PATH);

	return verdict(syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH));
}

static char shared[4096];
static atomic_bool done;

static void *flicker(void *arg)
{
	const char *path = arg;
	size_t last = strlen(path) - 1;

	while (!atomic_load(&done)) {
		*(volatile char *)&shared[last] = 'X';
		*(volatile char *)&shared[last] = path[last];
	}
	return NULL;
}

/* What the tracer reads and what the kernel reads later need not be the same. */
static int exchange(char *path)
{
	pthread_t thread;
	int made = 0;

	(void)snprintf(shared, sizeof shared, "%s", path);
	if (pthread_create(&thread, NULL, flicker, path))
		return 1;
	for (int i = 0; i < 2000 && !made; i++) {
		int fd = open(shared, O_WRONLY | O_CREAT, 0644);

		if (fd >= 0)
			(void)close(fd);
		made = access(path, F_OK) == 0;
	}
	atomic_store(&done, true);
	(void)pthread_join(thread, NULL);
	return made ? 0 : 1;
}

static int map(const char *path)
{
	int fd = open(path, O_RDWR);
	char *bytes = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (bytes == MAP_FAILED)
		return 1;
	(void)close(fd);
	bytes[0] = '!';
	return 0;
}

int main(int argc, char **argv)
{
	const char *act = argc == 3 ? argv[1] : "";

	if (strcmp(act, "uring") == 0)
		return uring(argv[2]);
	if (strcmp(act, "openat2") == 0)
		return openat_2(argv[2]);
	if (strcmp(act, "int80") == 0)
		return int80(argv[2]);
	if (strcmp(act, "execveat") == 0)
		return exec_at(argv[2]);
	if (strcmp(act, "thread") == 0)
		return exchange(argv[2]);
	if (strcmp(act, "map") == 0)
		return map(argv[2]);
	if (strcmp(act, "inherit") == 0)
		return verdict(write(9, "x", 1));
	return 64;
}
