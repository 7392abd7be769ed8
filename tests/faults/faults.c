/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a program: makes one call of the system fail, as a full disk, an exhausted machine
 * or a signal would.
 *
 *	FAULTS=count           counts the calls of each class, and prints the sums at the end
 *	FAULTS=read:7:EIO      the 7th call of the class fails with that error
 *	FAULTS=read:7:short    it reads (or writes) one byte only
 *	FAULTS=read:7:end      it finds the end of a regular file
 *	FAULTS=read:all:EINTR  every other call of the class
 *	FAULTS=raw:each:ENOSYS every call of the class: a system that does not have it
 *	FAULTS=read:2:stop     stops itself (SIGSTOP) and goes on with it
 *	FAULTS=write:3:kill    is killed (SIGKILL) in front of it
 *	FAULTS_FILE=NAME       counts reads of files of this name alone
 *	FAULTS_LOG=FILE        where the sums go, or the name of the call that was made to fail
 *
 * The variables and LD_PRELOAD are gone before main: programs that it starts are left alone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum class {
	ALLOC,
	READ,
	WRITE,
	OPEN,
	STAT,
	FOLDER,
	NAME,
	SYNC,
	CLOSE,
	MAP,
	THREAD,
	PROCESS,
	WAIT,
	RANDOM,
	RAW,
	CLASSES
};

static const char *const class_names[CLASSES] = { "alloc",  "read",    "write", "open",	  "stat",
						  "folder", "name",    "sync",	"close",  "map",
						  "thread", "process", "wait",	"random", "raw" };

enum { SHORT = -1, END = -2, STOP = -3, KILL = -4 };
enum { LOG_FD = 900 };	/* beyond what the program counts on */
enum { PATIENCE = 30 }; /* seconds; a traced command waits 10 for its tracer */

static const struct {
	const char *name;
	int number;
} kinds[] = {
	{ "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EINTR", EINTR },	  { "EINVAL", EINVAL },
	{ "EIO", EIO },	      { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },   { "EXDEV", EXDEV },	  { "short", SHORT },
	{ "end", END },	      { "stop", STOP },	    { "kill", KILL },
};

static _Atomic unsigned long counts[CLASSES];
static _Atomic bool *struck; /* shared: a child that counts on from here does not strike again */
static bool counting;
static int chosen = -1;	  /* of enum class */
static unsigned long nth; /* 0: every other one, or each */
static bool each;
static int kind;
static char log_path[4096];
static int log_fd = -1; /* open from the start: who is traced by us could wait for us in open(2) */
static char file_name[256];
static pid_t self;

/* --- the real ones --- */

/* Each wrapper finds its own once; a race finds the same one twice. */
static void *find(_Atomic(void *) *slot, const char *name)
{
	void *found = atomic_load_explicit(slot, memory_order_relaxed);

	if (!found) {
		found = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(slot, found, memory_order_relaxed);
	}
	return found;
}

#define REAL(type, name, params)                                                                   \
	static type(*real_##name(void)) params                                                     \
	{                                                                                          \
		static _Atomic(void *) slot;                                                       \
		union {                                                                            \
			void *object;                                                              \
			type(*function) params;                                                    \
		} found = { find(&slot, #name) };                                                  \
                                                                                                   \
		return found.function;                                                             \
	}

REAL(int, open, (const char *, int, ...))
REAL(int, openat, (int, const char *, int, ...))
REAL(ssize_t, write, (int, const void *, size_t))
REAL(ssize_t, read, (int, void *, size_t))
REAL(ssize_t, pread, (int, void *, size_t, off_t))
REAL(ssize_t, pwrite, (int, const void *, size_t, off_t))
REAL(int, close, (int))
REAL(int, closedir, (DIR *))
REAL(int, fstat, (int, struct stat *))
REAL(void *, mmap, (void *, size_t, int, int, int, off_t))
REAL(void, _exit, (int))
REAL(int, fcntl, (int, int, ...))

static void say(const char *text)
{
	(void)!real_write()(log_fd, text, strlen(text));
}

/* 0, or how this call is to fail. */
static int strike(enum class class, const char *function)
{
	unsigned long n = atomic_fetch_add(&counts[class], 1) + 1;
	int before = errno;
	char line[128];

	if ((int)class != chosen || (nth ? n != nth : n % 2 == 0 && !each))
		return 0;
	if (nth && atomic_exchange(struck, true))
		return 0;
	if (nth || n == 1) {
		(void)snprintf(line, sizeof line, "%s %s %lu\n", function, class_names[class], n);
		say(line);
	}
	if (kind == KILL)
		(void)raise(SIGKILL);
	errno = before;
	return kind;
}

/* Whether it is to fail with an error, and errno then. */
static bool fails(enum class class, const char *function)
{
	int number = strike(class, function);

	errno = number > 0 ? number : errno;
	return number > 0;
}

static void print_counts(void)
{
	char line[64];

	for (int i = 0; counting && getpid() == self && i < CLASSES; i++) {
		(void)snprintf(line, sizeof line, "%s %lu\n", class_names[i],
			       atomic_load(&counts[i]));
		say(line);
	}
	counting = false;
}

static int find_word(const char *word, size_t len)
{
	for (int i = 0; i < CLASSES; i++)
		if (strlen(class_names[i]) == len && strncmp(class_names[i], word, len) == 0)
			return i;
	return -1;
}

static void read_order(const char *order)
{
	const char *first = strchr(order, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	bool known = false;

	if (second) {
		chosen = find_word(order, (size_t)(first - order));
		nth = strtoul(first + 1, NULL, 10); /* a word is 0 */
		each = strncmp(first + 1, "each:", 5) == 0;
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			if (strcmp(second + 1, kinds[i].name) == 0) {
				kind = kinds[i].number;
				known = true;
			}
	}
	if (chosen >= 0 && known)
		return;
	(void)fprintf(stderr, "faults: no order: %s\n", order);
	real__exit()(99);
}

__attribute__((constructor)) static void begin(void)
{
	const char *order = getenv("FAULTS");
	const char *path = getenv("FAULTS_LOG");

	if (!order || !path || strlen(path) >= sizeof log_path)
		return;
	(void)snprintf(log_path, sizeof log_path, "%s", path);
	if (getenv("FAULTS_FILE"))
		(void)snprintf(file_name, sizeof file_name, "%s", getenv("FAULTS_FILE"));
	self = getpid();
	log_fd = real_open()(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (log_fd >= 0)
		log_fd = real_fcntl()(log_fd, F_DUPFD_CLOEXEC, LOG_FD);
	struck = (_Atomic bool *)real_mmap()(NULL, sizeof *struck, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (struck == MAP_FAILED)
		return;
	counting = strcmp(order, "count") == 0;
	if (!counting)
		read_order(order);
	(void)alarm(PATIENCE); /* SIGALRM ends one that waits for ever; its children have none */
	(void)unsetenv("FAULTS");
	(void)unsetenv("FAULTS_FILE");
	(void)unsetenv("FAULTS_LOG");
	(void)unsetenv("LD_PRELOAD");
	for (int i = 0; i < CLASSES; i++)
		atomic_store(&counts[i], 0);
}

__attribute__((destructor)) static void end(void)
{
	print_counts();
}

EXPORT void _exit(int status)
{
	print_counts();
	real__exit()(status);
	__builtin_unreachable();
}

#include "faults_calls.h"

/* --- calls that need a hand --- */

REAL(void *, calloc, (size_t, size_t))

/* dlsym itself may ask for memory while it looks for calloc. */
EXPORT void *calloc(size_t count, size_t size)
{
	static _Thread_local bool looking;
	static char first[4096];
	static _Atomic size_t used;
	void *(*real)(size_t, size_t);
	int number;

	if (looking) {
		size_t at = atomic_fetch_add(&used, (count * size + 15) / 16 * 16);

		return at + count * size <= sizeof first ? first + at : NULL;
	}
	looking = true;
	real = real_calloc();
	looking = false;
	number = strike(ALLOC, "calloc");
	if (number <= 0)
		return real(count, size);
	errno = number;
	return NULL;
}

static mode_t mode_of(int flags, va_list rest)
{
	return flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(rest, unsigned) : 0;
}

static int open_or_fail(int at, const char *path, int flags, mode_t mode, const char *function)
{
	return fails(OPEN, function) ? -1 : real_openat()(at, path, flags, mode);
}

EXPORT int open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list rest;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return open_or_fail(AT_FDCWD, path, flags, mode, "open");
}

EXPORT int openat(int at, const char *path, int flags, ...)
{
	mode_t mode;
	va_list rest;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return open_or_fail(at, path, flags, mode, "openat");
}

EXPORT int __open_2(const char *path, int flags)
{
	return open_or_fail(AT_FDCWD, path, flags, 0, "open");
}

EXPORT int __openat_2(int at, const char *path, int flags)
{
	return open_or_fail(at, path, flags, 0, "openat");
}

REAL(int, glob, (const char *, int, int (*)(const char *, int), glob_t *))

EXPORT int glob(const char *pattern, int flags, int (*failed)(const char *, int), glob_t *out)
{
	return fails(ALLOC, "glob") ? GLOB_NOSPACE : real_glob()(pattern, flags, failed, out);
}

EXPORT void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
	return fails(MAP, "mmap") ? MAP_FAILED : real_mmap()(at, n, prot, flags, fd, from);
}

EXPORT int fstat(int fd, struct stat *out)
{
	bool failed = fails(STAT, "fstat");

	return failed ? -1 : real_fstat()(fd, out);
}

/* How many bytes of n are to be moved; -1: none, with errno; *end: say that there are no more. */
static ssize_t part_of(enum class class, const char *function, int fd, size_t n, bool *end)
{
	int number = strike(class, function);
	struct stat about;

	*end = number == END && real_fstat()(fd, &about) == 0 && S_ISREG(about.st_mode);
	if (number == STOP)
		(void)raise(SIGSTOP);
	if (number == SHORT && n > 1)
		return 1;
	if (number <= 0)
		return (ssize_t)n;
	errno = number;
	return -1;
}

/* Whether reads of it are counted. */
static bool concerns(int fd)
{
	char place[32];
	char path[4096];
	ssize_t len;
	const char *base;

	if (!*file_name)
		return true;
	(void)snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
	len = real_readlink()(place, path, sizeof path - 1);
	path[len < 0 ? 0 : len] = '\0';
	base = strrchr(path, '/');
	return base && strcmp(base + 1, file_name) == 0;
}

EXPORT ssize_t read(int fd, void *out, size_t n)
{
	bool end = false;
	ssize_t part = concerns(fd) ? part_of(READ, "read", fd, n, &end) : (ssize_t)n;

	if (end)
		return 0;
	return part < 0 ? -1 : real_read()(fd, out, (size_t)part);
}

EXPORT ssize_t pread(int fd, void *out, size_t n, off_t from)
{
	bool end = false;
	ssize_t part = concerns(fd) ? part_of(READ, "pread", fd, n, &end) : (ssize_t)n;

	if (end)
		return 0;
	return part < 0 ? -1 : real_pread()(fd, out, (size_t)part, from);
}

/* A disk is full for files alone; a counter (eventfd) takes all of its 8 bytes. */
EXPORT ssize_t write(int fd, const void *data, size_t n)
{
	bool end;
	struct stat about;
	bool is_file = real_fstat()(fd, &about) == 0 && S_ISREG(about.st_mode);
	ssize_t part =
		counting || is_file || kind == EINTR || (kind == SHORT && n > sizeof(uint64_t))
			? part_of(WRITE, "write", fd, n, &end)
			: (ssize_t)n;

	return part < 0 ? -1 : real_write()(fd, data, (size_t)part);
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t n, off_t to)
{
	bool end;
	ssize_t part = part_of(WRITE, "pwrite", fd, n, &end);

	return part < 0 ? -1 : real_pwrite()(fd, data, (size_t)part, to);
}

/* The same by the name that libraries use which were built for large files. */
EXPORT ssize_t pwrite64(int fd, const void *data, size_t n, off64_t to)
{
	return pwrite(fd, data, n, to);
}

REAL(ssize_t, getrandom, (void *, size_t, unsigned))

EXPORT ssize_t getrandom(void *out, size_t n, unsigned flags)
{
	bool end;
	ssize_t part = part_of(RANDOM, "getrandom", -1, n, &end);

	return part < 0 ? -1 : real_getrandom()(out, (size_t)part, flags);
}

/* The descriptor is closed also when the system says that something went wrong. */
EXPORT int close(int fd)
{
	bool failed = fails(CLOSE, "close");
	int rc = real_close()(fd);

	return failed ? -1 : rc;
}

EXPORT int closedir(DIR *stream)
{
	bool failed = fails(CLOSE, "closedir");
	int rc = real_closedir()(stream);

	return failed ? -1 : rc;
}

REAL(pid_t, waitpid, (pid_t, int *, int))
REAL(int, waitid, (idtype_t, id_t, siginfo_t *, int))

/* One that does not wait is not interrupted. */
EXPORT pid_t waitpid(pid_t pid, int *status, int flags)
{
	bool failed = !(flags & WNOHANG) && fails(WAIT, "waitpid");

	return failed ? -1 : real_waitpid()(pid, status, flags);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *out, int flags)
{
	bool failed = !(flags & WNOHANG) && fails(WAIT, "waitid");

	return failed ? -1 : real_waitid()(type, id, out, flags);
}

REAL(int, ioctl, (int, unsigned long, ...))
REAL(int, prctl, (int, ...))
REAL(long, syscall, (long, ...))

/* The last argument is a number or an address: both fit. */
EXPORT int fcntl(int fd, int what, ...)
{
	bool failed = fails(OPEN, "fcntl");
	va_list rest;
	void *arg;

	va_start(rest, what);
	arg = va_arg(rest, void *);
	va_end(rest);
	return failed ? -1 : real_fcntl()(fd, what, arg);
}

/* Answers to a filter of system calls (type '!') have nothing that could be lacking. */
EXPORT int ioctl(int fd, unsigned long what, ...)
{
	bool failed = _IOC_TYPE(what) != '!' && fails(RAW, "ioctl");
	va_list rest;
	void *arg;

	va_start(rest, what);
	arg = va_arg(rest, void *);
	va_end(rest);
	return failed ? -1 : real_ioctl()(fd, what, arg);
}

EXPORT int prctl(int what, ...)
{
	bool failed = fails(PROCESS, "prctl");
	unsigned long args[4];
	va_list rest;

	va_start(rest, what);
	for (int i = 0; i < 4; i++)
		args[i] = va_arg(rest, unsigned long);
	va_end(rest);
	return failed ? -1 : real_prctl()(what, args[0], args[1], args[2], args[3]);
}

EXPORT long syscall(long which, ...)
{
	bool failed = fails(RAW, "syscall");
	long args[6];
	va_list rest;

	va_start(rest, which);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(rest, long);
	va_end(rest);
	return failed ? -1
		      : real_syscall()(which, args[0], args[1], args[2], args[3], args[4], args[5]);
}
