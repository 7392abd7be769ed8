/* SPDX-License-Identifier: Apache-2.0 */
/* A part of faults.c: the calls that need no more than their arguments handed on. */
#ifndef FAULTS_CALLS_H
#define FAULTS_CALLS_H

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

WRAP(OPEN, int, -1, eventfd, (unsigned value, int flags), (value, flags))
WRAP(OPEN, int, -1, timerfd_create, (int clock, int flags), (clock, flags))
WRAP(OPEN, int, -1, inotify_init1, (int flags), (flags))
WRAP(OPEN, int, -1, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))
WRAP(OPEN, int, -1, fanotify_init, (unsigned flags, unsigned how), (flags, how))
WRAP(OPEN, int, -1, fanotify_mark, (int fd, unsigned flags, uint64_t mask, int at, const char *path), (fd, flags, mask, at, path))
WRAP(OPEN, int, -1, socketpair, (int family, int type, int protocol, int fds[2]), (family, type, protocol, fds))
WRAP(OPEN, int, -1, flock, (int fd, int how), (fd, how))

WRAP(WRITE, ssize_t, -1, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags))
WRAP(READ, ssize_t, -1, recvmsg, (int fd, struct msghdr *out, int flags), (fd, out, flags))
WRAP(READ, ssize_t, -1, recv, (int fd, void *out, size_t n, int flags), (fd, out, n, flags))
WRAP(READ, ssize_t, -1, process_vm_readv, (pid_t pid, const struct iovec *to, unsigned long n, const struct iovec *from, unsigned long m, unsigned long flags), (pid, to, n, from, m, flags))

WRAP(STAT, int, -1, fstatfs, (int fd, struct statfs *out), (fd, out))
WRAP(STAT, char *, NULL, getcwd, (char *out, size_t n), (out, n))
WRAP(STAT, ssize_t, -1, llistxattr, (const char *path, char *out, size_t n), (path, out, n))
WRAP(STAT, ssize_t, -1, flistxattr, (int fd, char *out, size_t n), (fd, out, n))
WRAP(STAT, ssize_t, -1, lgetxattr, (const char *path, const char *name, void *out, size_t n), (path, name, out, n))
WRAP(STAT, ssize_t, -1, fgetxattr, (int fd, const char *name, void *out, size_t n), (fd, name, out, n))
WRAP(NAME, int, -1, lsetxattr, (const char *path, const char *name, const void *to, size_t n, int flags), (path, name, to, n, flags))
WRAP(NAME, int, -1, fsetxattr, (int fd, const char *name, const void *to, size_t n, int flags), (fd, name, to, n, flags))
WRAP(NAME, int, -1, lremovexattr, (const char *path, const char *name), (path, name))
WRAP(NAME, int, -1, fremovexattr, (int fd, const char *name), (fd, name))
WRAP(NAME, int, -1, mknod, (const char *path, mode_t mode, dev_t device), (path, mode, device))
WRAP(NAME, int, -1, utimensat, (int at, const char *path, const struct timespec times[2], int flags), (at, path, times, flags))
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
WRAP(NAME, int, -1, chown, (const char *path, uid_t user, gid_t group), (path, user, group))
WRAP(NAME, int, -1, fchmodat, (int at, const char *path, mode_t mode, int flags), (at, path, mode, flags))
WRAP(NAME, int, -1, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(NAME, int, -1, fchownat, (int at, const char *path, uid_t user, gid_t group, int flags), (at, path, user, group, flags))
WRAP(NAME, int, -1, futimens, (int fd, const struct timespec times[2]), (fd, times))

WRAP(SYNC, int, -1, fsync, (int fd), (fd))
WRAP(SYNC, int, -1, fdatasync, (int fd), (fd))
WRAP(SYNC, int, -1, syncfs, (int fd), (fd))
WRAP(WRITE, int, EOF, fflush, (FILE *stream), (stream))
WRAP(WRITE, int, -1, ftruncate, (int fd, off_t size), (fd, size))
WRAP(WRITE, int, -1, ftruncate64, (int fd, off64_t size), (fd, size))
WRAP(WRITE, int, -1, fallocate, (int fd, int mode, off_t at, off_t n), (fd, mode, at, n))
WRAP(WRITE, ssize_t, -1, copy_file_range, (int a, off_t *from, int b, off_t *to, size_t n, unsigned flags), (a, from, b, to, n, flags))

WRAP(MAP, int, -1, mprotect, (void *at, size_t n, int prot), (at, n, prot))

WRAP_NUMBER(THREAD, pthread_create, (pthread_t *out, const pthread_attr_t *how, void *(*start)(void *), void *arg), (out, how, start, arg))
WRAP_NUMBER(THREAD, pthread_mutex_init, (pthread_mutex_t *out, const pthread_mutexattr_t *how), (out, how))
WRAP_NUMBER(THREAD, pthread_cond_init, (pthread_cond_t *out, const pthread_condattr_t *how), (out, how))
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
WRAP(PROCESS, int, -1, setns, (int fd, int which), (fd, which))
WRAP(PROCESS, int, -1, setpgid, (pid_t pid, pid_t group), (pid, group))
WRAP(PROCESS, int, -1, chroot, (const char *path), (path))
WRAP(PROCESS, pid_t, -1, setsid, (void), ())
WRAP(PROCESS, int, -1, unshare, (int flags), (flags))
WRAP(PROCESS, int, -1, mount, (const char *what, const char *at, const char *type, unsigned long flags, const void *data), (what, at, type, flags, data))
WRAP(PROCESS, int, -1, umount2, (const char *at, int flags), (at, flags))
WRAP(PROCESS, int, -1, getrlimit, (__rlimit_resource_t which, struct rlimit *out), (which, out))
WRAP(PROCESS, int, -1, setrlimit, (__rlimit_resource_t which, const struct rlimit *to), (which, to))
/* clang-format on */

/* clang-format off */
WRAP(WAIT, int, -1, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
WRAP(WAIT, int, -1, __poll_chk, (struct pollfd *fds, nfds_t n, int ms, size_t size), (fds, n, ms, size))
WRAP(WAIT, int, -1, nanosleep, (const struct timespec *how_long, struct timespec *left), (how_long, left))
WRAP(WAIT, int, -1, sigtimedwait, (const sigset_t *set, siginfo_t *out, const struct timespec *most), (set, out, most))
/* clang-format on */

#endif
