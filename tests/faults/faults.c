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
 *	FAULTS_LOG=FILE        where the sums go, or the name of the call that was made to fail
 *
 * Both variables and LD_PRELOAD are gone before main: programs that it starts are left alone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
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
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

enum { SHORT = -1, END = -2 };
enum { PATIENCE = 20 }; /* seconds */

static const struct {
	const char *name;
	int number;
} kinds[] = {
	{ "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EINTR", EINTR },	  { "EINVAL", EINVAL },
	{ "EIO", EIO },	      { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },   { "EXDEV", EXDEV },	  { "short", SHORT },
	{ "end", END },
};

static _Atomic unsigned long counts[CLASSES];
static bool counting;
static int chosen = -1;	  /* of enum class */
static unsigned long nth; /* 0: every other one, or each */
static bool each;
static int kind;
static char log_path[4096];
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
REAL(void, _exit, (int))

static void say(const char *text)
{
	int fd = real_open()(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

	if (fd < 0)
		return;
	(void)!real_write()(fd, text, strlen(text));
	(void)real_close()(fd);
}

/* 0, or how this call is to fail. */
static int strike(enum class class, const char *function)
{
	unsigned long n = atomic_fetch_add(&counts[class], 1) + 1;
	int before = errno;
	char line[128];

	if ((int)class != chosen || (nth ? n != nth : n % 2 == 0 && !each))
		return 0;
	if (nth || n == 1) {
		(void)snprintf(line, sizeof line, "%s %s %lu\n", function, class_names[class], n);
		say(line);
	}
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
	self = getpid();
	counting = strcmp(order, "count") == 0;
	if (!counting)
		read_order(order);
	(void)alarm(PATIENCE); /* SIGALRM ends one that waits for ever; its children have none */
	(void)unsetenv("FAULTS");
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

/* --- calls that fail with errno --- */

#define WRAP(class, type, failed, name, params, args)                                              \
	REAL(type, name, params)                                                                   \
	EXPORT type name params                                                                    \
	{                                                                                          \
		int number = strike(class, #name);                                                 \
                                                                                                   \
		if (number <= 0)                                                                   \
			return real_##name() args;                                                 \
		errno = number;                                                                    \
		return failed;                                                                     \
	}

/* --- and those that return their error --- */

#define WRAP_NUMBER(class, name, params, args)                                                     \
	REAL(int, name, params)                                                                    \
	EXPORT int name params                                                                     \
	{                                                                                          \
		int number = strike(class, #name);                                                 \
                                                                                                   \
		return number > 0 ? number : real_##name() args;                                   \
	}

/* What _FORTIFY_SOURCE makes of some. */
int __open_2(const char *path, int flags);
int __openat_2(int at, const char *path, int flags);
int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t size);

/* clang-format off */
WRAP(ALLOC, void *, NULL, malloc, (size_t n), (n))
WRAP(ALLOC, void *, NULL, realloc, (void *p, size_t n), (p, n))
WRAP(ALLOC, void *, NULL, reallocarray, (void *p, size_t n, size_t size), (p, n, size))
WRAP(ALLOC, void *, NULL, aligned_alloc, (size_t to, size_t n), (to, n))
WRAP_NUMBER(ALLOC, posix_memalign, (void **p, size_t to, size_t n), (p, to, n))

WRAP(OPEN, DIR *, NULL, opendir, (const char *path), (path))
WRAP(OPEN, DIR *, NULL, fdopendir, (int fd), (fd))
WRAP(OPEN, int, -1, dup, (int fd), (fd))
WRAP(OPEN, int, -1, dup2, (int fd, int to), (fd, to))
WRAP(OPEN, int, -1, dup3, (int fd, int to, int flags), (fd, to, flags))
WRAP(OPEN, int, -1, pipe2, (int fds[2], int flags), (fds, flags))
WRAP(OPEN, int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
WRAP(OPEN, int, -1, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))

WRAP(STAT, int, -1, stat, (const char *path, struct stat *out), (path, out))
WRAP(STAT, int, -1, lstat, (const char *path, struct stat *out), (path, out))
WRAP(STAT, int, -1, fstatat, (int at, const char *path, struct stat *out, int flags), (at, path, out, flags))
WRAP(STAT, int, -1, statx, (int at, const char *path, int flags, unsigned mask, struct statx *out), (at, path, flags, mask, out))
WRAP(STAT, int, -1, access, (const char *path, int mode), (path, mode))
WRAP(STAT, int, -1, faccessat, (int at, const char *path, int mode, int flags), (at, path, mode, flags))
WRAP(STAT, ssize_t, -1, readlink, (const char *path, char *out, size_t n), (path, out, n))
WRAP(STAT, ssize_t, -1, readlinkat, (int at, const char *path, char *out, size_t n), (at, path, out, n))
WRAP(STAT, char *, NULL, realpath, (const char *path, char *out), (path, out))
WRAP(STAT, off_t, -1, lseek, (int fd, off_t to, int from), (fd, to, from))
WRAP(STAT, int, -1, chdir, (const char *path), (path))
WRAP(STAT, int, -1, fchdir, (int fd), (fd))

WRAP(FOLDER, struct dirent *, NULL, readdir, (DIR *stream), (stream))
WRAP(FOLDER, ssize_t, -1, getdents64, (int fd, void *out, size_t n), (fd, out, n))

WRAP(NAME, int, -1, rename, (const char *from, const char *to), (from, to))
WRAP(NAME, int, -1, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(NAME, int, -1, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
WRAP(NAME, int, -1, link, (const char *from, const char *to), (from, to))
WRAP(NAME, int, -1, linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags))
WRAP(NAME, int, -1, symlink, (const char *to, const char *path), (to, path))
WRAP(NAME, int, -1, symlinkat, (const char *to, int at, const char *path), (to, at, path))
WRAP(NAME, int, -1, unlink, (const char *path), (path))
WRAP(NAME, int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags))
WRAP(NAME, int, -1, rmdir, (const char *path), (path))
WRAP(NAME, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(NAME, int, -1, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
WRAP(NAME, char *, NULL, mkdtemp, (char *path), (path))
WRAP(NAME, int, -1, chmod, (const char *path, mode_t mode), (path, mode))
WRAP(NAME, int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(NAME, int, -1, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(NAME, int, -1, fchownat, (int at, const char *path, uid_t user, gid_t group, int flags), (at, path, user, group, flags))
WRAP(NAME, int, -1, futimens, (int fd, const struct timespec times[2]), (fd, times))

WRAP(SYNC, int, -1, fsync, (int fd), (fd))
WRAP(SYNC, int, -1, fdatasync, (int fd), (fd))
WRAP(WRITE, int, EOF, fflush, (FILE *stream), (stream))
WRAP(WRITE, int, -1, ftruncate, (int fd, off_t size), (fd, size))
WRAP(WRITE, int, -1, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
WRAP(WRITE, ssize_t, -1, copy_file_range, (int a, off_t *from, int b, off_t *to, size_t n, unsigned flags), (a, from, b, to, n, flags))

WRAP(MAP, void *, MAP_FAILED, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t from), (at, n, prot, flags, fd, from))
WRAP(MAP, int, -1, mprotect, (void *at, size_t n, int prot), (at, n, prot))

WRAP_NUMBER(THREAD, pthread_create, (pthread_t *out, const pthread_attr_t *how, void *(*start)(void *), void *arg), (out, how, start, arg))
WRAP_NUMBER(THREAD, pthread_mutex_init, (pthread_mutex_t *out, const pthread_mutexattr_t *how), (out, how))
WRAP_NUMBER(THREAD, pthread_cond_init, (pthread_cond_t *out, const pthread_condattr_t *how), (out, how))
WRAP_NUMBER(THREAD, pthread_sigmask, (int how, const sigset_t *set, sigset_t *before), (how, set, before))
WRAP(THREAD, int, -1, sigprocmask, (int how, const sigset_t *set, sigset_t *before), (how, set, before))
WRAP(THREAD, int, -1, sigaction, (int sig, const struct sigaction *to, struct sigaction *before), (sig, to, before))
WRAP(THREAD, int, -1, sched_getaffinity, (pid_t pid, size_t n, cpu_set_t *set), (pid, n, set))

WRAP(PROCESS, pid_t, -1, fork, (void), ())
WRAP_NUMBER(PROCESS, posix_spawn, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *how, char *const argv[], char *const env[]), (pid, path, actions, how, argv, env))
WRAP_NUMBER(PROCESS, posix_spawnp, (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *how, char *const argv[], char *const env[]), (pid, path, actions, how, argv, env))
WRAP_NUMBER(PROCESS, posix_spawnattr_init, (posix_spawnattr_t *how), (how))
WRAP_NUMBER(PROCESS, posix_spawnattr_setflags, (posix_spawnattr_t *how, short flags), (how, flags))
WRAP_NUMBER(PROCESS, posix_spawnattr_setpgroup, (posix_spawnattr_t *how, pid_t group), (how, group))
WRAP_NUMBER(PROCESS, posix_spawnattr_setsigdefault, (posix_spawnattr_t *how, const sigset_t *set), (how, set))
WRAP_NUMBER(PROCESS, posix_spawnattr_setsigmask, (posix_spawnattr_t *how, const sigset_t *set), (how, set))
WRAP_NUMBER(PROCESS, posix_spawn_file_actions_init, (posix_spawn_file_actions_t *actions), (actions))
WRAP_NUMBER(PROCESS, posix_spawn_file_actions_adddup2, (posix_spawn_file_actions_t *actions, int fd, int to), (actions, fd, to))
WRAP_NUMBER(PROCESS, posix_spawn_file_actions_addchdir_np, (posix_spawn_file_actions_t *actions, const char *path), (actions, path))
WRAP_NUMBER(PROCESS, posix_spawn_file_actions_addclosefrom_np, (posix_spawn_file_actions_t *actions, int from), (actions, from))
WRAP_NUMBER(PROCESS, posix_spawn_file_actions_addtcsetpgrp_np, (posix_spawn_file_actions_t *actions, int fd), (actions, fd))
WRAP(PROCESS, int, -1, execve, (const char *path, char *const argv[], char *const env[]), (path, argv, env))
WRAP(PROCESS, int, -1, execv, (const char *path, char *const argv[]), (path, argv))
WRAP(PROCESS, pid_t, -1, setsid, (void), ())
WRAP(PROCESS, int, -1, unshare, (int flags), (flags))
WRAP(PROCESS, int, -1, mount, (const char *what, const char *at, const char *type, unsigned long flags, const void *data), (what, at, type, flags, data))
WRAP(PROCESS, int, -1, umount2, (const char *at, int flags), (at, flags))
WRAP(PROCESS, int, -1, getrlimit, (__rlimit_resource_t which, struct rlimit *out), (which, out))
WRAP(PROCESS, int, -1, setrlimit, (__rlimit_resource_t which, const struct rlimit *to), (which, to))
WRAP(PROCESS, int, -1, kill, (pid_t pid, int sig), (pid, sig))
/* clang-format on */

/* clang-format off */
WRAP(WAIT, int, -1, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
WRAP(WAIT, int, -1, __poll_chk, (struct pollfd *fds, nfds_t n, int ms, size_t size), (fds, n, ms, size))
WRAP(WAIT, int, -1, nanosleep, (const struct timespec *how_long, struct timespec *left), (how_long, left))
WRAP(WAIT, int, -1, sigtimedwait, (const sigset_t *set, siginfo_t *out, const struct timespec *most), (set, out, most))
/* clang-format on */

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
	if (number == SHORT && n > 1)
		return 1;
	if (number <= 0)
		return (ssize_t)n;
	errno = number;
	return -1;
}

EXPORT ssize_t read(int fd, void *out, size_t n)
{
	bool end;
	ssize_t part = part_of(READ, "read", fd, n, &end);

	if (end)
		return 0;
	return part < 0 ? -1 : real_read()(fd, out, (size_t)part);
}

EXPORT ssize_t pread(int fd, void *out, size_t n, off_t from)
{
	bool end;
	ssize_t part = part_of(READ, "pread", fd, n, &end);

	if (end)
		return 0;
	return part < 0 ? -1 : real_pread()(fd, out, (size_t)part, from);
}

EXPORT ssize_t write(int fd, const void *data, size_t n)
{
	bool end;
	ssize_t part = part_of(WRITE, "write", fd, n, &end);

	return part < 0 ? -1 : real_write()(fd, data, (size_t)part);
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t n, off_t to)
{
	bool end;
	ssize_t part = part_of(WRITE, "pwrite", fd, n, &end);

	return part < 0 ? -1 : real_pwrite()(fd, data, (size_t)part, to);
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

REAL(int, fcntl, (int, int, ...))
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

EXPORT int ioctl(int fd, unsigned long what, ...)
{
	bool failed = fails(RAW, "ioctl");
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
