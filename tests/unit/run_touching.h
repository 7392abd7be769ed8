/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that touch files in every way that the kernel has, and what a tracer that follows calls
 * has to say of them.  The test program runs itself with the name of one.  Include cmocka first.
 */
#ifndef INTOTO_TESTS_UNIT_RUN_TOUCHING_H
#define INTOTO_TESTS_UNIT_RUN_TOUCHING_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "base/attr.h"
#include "run/tracer.h"

enum {
	R = IT_TOUCH_READ,
	X = IT_TOUCH_EXECUTED | IT_TOUCH_READ,
	W = IT_TOUCH_WRITTEN,
	C = IT_TOUCH_CREATED,
	D = IT_TOUCH_REMOVED | IT_TOUCH_FOUND,
	M = IT_TOUCH_CHANGED,
	F = IT_TOUCH_FOLDER,
	A = IT_TOUCH_ASKED,
	RA = 1 << 20, /* asked for by a read: only in a full trace */
	MA = 1 << 21, /* changed, or, where the file system cannot, asked for */
};

struct touching_want {
	const char *path;
	unsigned touches;
};

struct touching {
	const char *name;
	void (*act)(void);
	const char *files; /* that are there: words, "folder/", "link>target" */
	struct touching_want want[40];
	uint64_t unfollowed, refused, escaped;
	bool loose; /* and others */
	bool fails; /* what cannot be followed does not work */
};

/* Whoever sees a call fail that must not ends with its line. */
#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			dprintf(2, "# line %d: %s: %s\n", __LINE__, #what, strerror(errno));       \
			_exit(99);                                                                 \
		}                                                                                  \
	} while (0)

static void put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	MUST(fd >= 0 && write(fd, "x\n", 2) == 2 && close(fd) == 0);
}

static void shut(int fd)
{
	MUST(fd >= 0 && close(fd) == 0);
}

/* --- opening --- */

struct how {
	uint64_t flags, mode, resolve;
};

static int open2(int at, const char *path, struct how how)
{
	return (int)syscall(437, at, path, &how, sizeof how);
}

static void act_open(void)
{
	int at = open(".", O_PATH | O_DIRECTORY);

	shut((int)syscall(SYS_openat, AT_FDCWD, "in", O_RDONLY));
#ifdef SYS_open
	shut((int)syscall(SYS_open, "in2", O_RDONLY));
	shut((int)syscall(SYS_creat, "made", 0644));
#else
	shut(open("in2", O_RDONLY));
	shut(creat("made", 0644));
#endif
	shut(open2(at, "in3", (struct how){ .flags = O_RDONLY }));
	shut(open2(at, "/in4", (struct how){ .flags = O_RDONLY, .resolve = 0x10 }));
	shut(open2(AT_FDCWD, "made2", (struct how){ O_WRONLY | O_CREAT, 0600, 0 }));
	shut(openat(at, "out", O_WRONLY));
	shut(openat(at, "both", O_RDWR));
	shut(openat(at, "emptied", O_RDONLY | O_TRUNC));
	shut(openat(at, "kept", O_RDONLY | O_CREAT, 0600));
	shut(openat(at, "looked", O_PATH));
	MUST(open("missing", O_RDONLY) < 0);
	MUST(open("nowhere/x", O_WRONLY | O_CREAT, 0600) < 0);
	MUST(open("old", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0);
	MUST(open("sub2", O_WRONLY) < 0);
	shut(open("sub", O_RDONLY | O_DIRECTORY));
	(void)!open("sub", O_RDWR | O_TMPFILE, 0600); /* not on every file system */
	MUST(open((const char *)8, O_RDONLY) < 0 && errno == EFAULT);
	MUST(openat(99, "in", O_RDONLY) < 0 && errno == EBADF);
}

/* --- names that come and go --- */

static void act_names(void)
{
	int at = open(".", O_PATH | O_DIRECTORY);

	MUST(rename("a1", "b1") == 0);
	MUST(renameat(at, "a2", AT_FDCWD, "b2") == 0);
	MUST(syscall(SYS_renameat2, at, "a3", at, "b3", 1) == 0);
	MUST(syscall(SYS_renameat2, at, "x1", at, "x2", 2) == 0 || errno == EINVAL);
	MUST(rename("a4", "there") == 0);
	MUST(rename("missing", "never") < 0);
	MUST(link("in", "l1") == 0);
	MUST(linkat(at, "in", at, "l2", 0) == 0);
	MUST(symlink("in", "s1") == 0);
	MUST(symlinkat("in", at, "s2") == 0);
	MUST(symlink("in", "there") < 0);
	MUST(unlink("gone1") == 0);
	MUST(unlinkat(at, "gone2", 0) == 0);
	MUST(unlink("missing2") < 0);
	MUST(rmdir("d1") == 0);
	MUST(unlinkat(at, "d2", AT_REMOVEDIR) == 0);
	MUST(rmdir("full") < 0);
	MUST(mkdir("n1", 0755) == 0);
	MUST(mkdirat(at, "n2", 0755) == 0);
	MUST(mkdir("full", 0755) < 0);
	MUST(mkfifo("p1", 0600) == 0);
	MUST(mknodat(at, "p2", S_IFIFO | 0600, 0) == 0);
	put("brief");
	MUST(unlink("brief") == 0);
	MUST(unlink("again") == 0);
	put("again");
}

/* --- contents and attributes --- */

static void act_changes(void)
{
	const struct timespec now[2] = { { 1, 0 }, { 1, 0 } };
	const struct timeval then[2] = { { 1, 0 }, { 1, 0 } };
	int at = open(".", O_PATH | O_DIRECTORY);
	int fd = open("c8", O_RDONLY);
	int flags = 0;

	MUST(truncate("t1", 0) == 0);
	MUST(chmod("c1", 0600) == 0);
	MUST(fchmodat(at, "c2", 0600, 0) == 0);
	(void)syscall(452, at, "c3", 0600, 0); /* since Linux 6.6 */
	MUST(chown("c4", getuid(), getgid()) == 0);
	MUST(lchown("link", getuid(), getgid()) == 0);
	MUST(fchownat(at, "c5", getuid(), getgid(), 0) == 0);
	MUST(utimensat(at, "c6", now, 0) == 0);
	MUST(utimes("c7", then) == 0);
	MUST(fchmod(fd, 0600) == 0);
	shut(fd);
	MUST((fd = open("c9", O_RDONLY)) >= 0 && fchown(fd, getuid(), getgid()) == 0);
	shut(fd);
	MUST((fd = open("c10", O_RDONLY)) >= 0 && futimens(fd, now) == 0);
	shut(fd);
	(void)syscall(SYS_setxattr, "c11", "user.x", "1", 1, 0); /* not on every file system */
	(void)syscall(SYS_lsetxattr, "c12", "user.x", "1", 1, 0);
	(void)syscall(SYS_removexattr, "c13", "user.x");
	(void)syscall(SYS_lremovexattr, "c14", "user.x");
	MUST((fd = open("c15", O_RDONLY)) >= 0);
	(void)syscall(SYS_fsetxattr, fd, "user.x", "1", 1, 0);
	shut(fd);
	MUST((fd = open("c16", O_RDONLY)) >= 0);
	(void)syscall(SYS_fremovexattr, fd, "user.x");
	shut(fd);
	MUST((fd = open("c17", O_RDONLY)) >= 0);
	(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
	shut(fd);
	(void)ioctl(0, FIONREAD, &flags); /* changes nothing */
	MUST(chmod("missing", 0600) < 0);
}

/* --- where names begin --- */

static void act_places(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *last = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char name[64];
	int fd;

	MUST(page != MAP_FAILED && last != MAP_FAILED);
	memcpy(page + 4096 - 7, "over/page", 10); /* on two pages */
	shut(open(page + 4096 - 7, O_RDONLY));
	MUST(munmap(last + 4096, 4096) == 0);
	memcpy(last + 4096 - 5, "last", 5); /* nothing behind it */
	shut(open(last + 4096 - 5, O_RDONLY));
	shut(open(".//sub/./in", O_RDONLY));
	shut(open("through/../up", O_RDONLY)); /* through leads to deep/er */
	shut(open("through/new", O_WRONLY | O_CREAT, 0600));
	MUST(mkdir("through/../made", 0755) == 0);
	shut(open("new\nline", O_RDONLY));
	shut(open("\xff\xfe", O_RDONLY));
	MUST((fd = open("self", O_RDONLY)) >= 0);
	MUST(snprintf(name, sizeof name, "/proc/self/fd/%d", fd) > 0);
	shut(open(name, O_RDONLY));
	MUST(snprintf(name, sizeof name, "/dev/fd/%d", fd) > 0);
	shut(open(name, O_WRONLY));
	shut(fd);
	MUST(chdir("deep") == 0);
	shut(open("in", O_RDONLY));
	shut(open("../in", O_RDONLY));
	MUST((fd = open("er", O_RDONLY | O_DIRECTORY | O_PATH)) >= 0 && fchdir(fd) == 0);
	shut(open("in", O_RDONLY));
	shut(openat(fd, "../../top", O_RDONLY));
}

/* A path as long as the kernel takes it, and one byte more. */
static void act_long(void)
{
	char path[4097];
	size_t len = 0;

	while (len < 4095 - 2) {
		memcpy(path + len, "./", 2);
		len += 2;
	}
	memcpy(path + 4095 - 2, "in", 3);
	if (path[4095 - 3] != '/')
		path[4095 - 3] = '/';
	shut(open(path, O_RDONLY));
	memcpy(path + 4095, "x", 2);
	MUST(open(path, O_RDONLY) < 0 && errno == ENAMETOOLONG);
}

/* --- programs --- */

static void act_exec(void)
{
	char *const argv[] = { (char[]){ "x" }, NULL };
	char *const none[] = { NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		(void)execve("missing", argv, none);
		(void)execve("plain", argv, none);
		(void)execve("./script", argv, none);
		_exit(98);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 3);
	pid = fork();
	if (pid == 0) {
		int fd = open("copy", O_PATH);

		(void)syscall(SYS_execveat, fd, "", argv, none, AT_EMPTY_PATH);
		_exit(98);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	pid = fork();
	if (pid == 0) {
		int fd = open("sub", O_PATH);

		(void)syscall(SYS_execveat, fd, "copy2", argv, none, 0);
		_exit(98);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- addresses --- */

static void act_talk(void)
{
	struct sockaddr_in host = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 host6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct sockaddr_un hidden = { .sun_family = AF_UNIX, .sun_path = "\0intoto-no-such" };
	struct iovec bytes = { (char[]){ "x" }, 1 };
	struct msghdr message = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_name = &host, .msg_namelen = sizeof host
	};
	struct mmsghdr messages[2] = { { .msg_hdr = message }, { .msg_hdr = message } };
	struct sockaddr_in other = host;
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int unix_socket = socket(AF_UNIX, SOCK_STREAM, 0);
	int pair[2];

	host.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	other.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	other.sin_port = htons(10);
	messages[1].msg_hdr.msg_name = &other;
	host6.sin6_addr = in6addr_loopback;
	(void)connect(tcp, (struct sockaddr *)&host, sizeof host); /* whether anybody is there */
	(void)sendto(udp, "x", 1, 0, (struct sockaddr *)&host, sizeof host);
	(void)sendmsg(udp, &message, 0);
	(void)sendmmsg(udp, messages, 2, 0);
	(void)connect(socket(AF_INET6, SOCK_DGRAM, 0), (struct sockaddr *)&host6, sizeof host6);
	MUST(bind(unix_socket, (struct sockaddr *)&local, sizeof local) == 0);
	MUST(connect(unix_socket, (struct sockaddr *)&hidden,
		     offsetof(struct sockaddr_un, sun_path) + 15) < 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	MUST(send(pair[0], "x", 1, 0) == 1); /* to no address */
}

/* --- what cannot be followed --- */

static void act_uring(void)
{
	char room[256] = { 0 };

	MUST(syscall(425, 4, room) < 0 && errno == ENOSYS);
	MUST(syscall(426, 0, 1, 0, 0, NULL, 0) < 0 && errno == ENOSYS);
	put("after");
}

static void act_handle(void)
{
	char handle[64] = { 8, 0, 0, 0 };

	MUST(syscall(SYS_open_by_handle_at, AT_FDCWD, handle, O_RDONLY) < 0);
	MUST(syscall(438, -1, 0, 0) < 0); /* pidfd_getfd */
}

static void act_mount(void)
{
	MUST(syscall(SYS_mount, "none", "/nowhere/at/all", "tmpfs", 0, NULL) < 0);
	put("after");
}

/* --- other numbers --- */

#ifdef __x86_64__
static long call32(long number, const char *path, long flags, long mode)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(path), "c"(flags), "d"(mode)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static void act_narrow(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sockaddr_in host = { .sin_family = AF_INET, .sin_port = htons(11) };
	uint32_t args[3];
	long fd;

	MUST(low != MAP_FAILED);
	memcpy(low, "in", 3);
	fd = call32(5, low, O_RDONLY, 0);
	if (fd == -ENOSYS) { /* a kernel without them; then nothing can be missed */
		put("made");
		shut(open("in", O_RDONLY));
		return;
	}
	MUST(fd >= 0);
	memcpy(low, "made", 5);
	MUST(call32(8, low, 0644, 0) >= 0);
	host.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(low + 64, &host, sizeof host);
	args[0] = (uint32_t)socket(AF_INET, SOCK_DGRAM, 0);
	args[1] = (uint32_t)(uintptr_t)(low + 64);
	args[2] = sizeof host;
	memcpy(low + 128, args, sizeof args);
	(void)call32(102, (const char *)3, (long)(low + 128), 0); /* socketcall: connect */
}

static void act_x32(void)
{
	MUST(syscall(0x40000000 | SYS_open, "in", O_RDONLY) < 0 && errno == ENOSYS);
}
#endif

/* --- many --- */

static void *open_one(void *arg)
{
	shut(open(arg, O_RDONLY));
	return NULL;
}

static void act_threads(void)
{
	static char names[][4] = { "t1", "t2", "t3", "t4" };
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++)
		MUST(pthread_create(&threads[i], NULL, open_one, names[i]) == 0);
	for (size_t i = 0; i < 4; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
}

enum { MANY = 10000 };

static void act_many(void)
{
	for (int i = 0; i < MANY; i++) {
		pid_t pid = fork();
		int status;

		MUST(pid >= 0);
		if (pid == 0) {
			syscall(SYS_openat, AT_FDCWD, "in", O_RDWR);
			_exit(0);
		}
		MUST(waitpid(pid, &status, 0) == pid && status == 0);
	}
}

/* Goes on behind the back of the step, and says what it is answered then. */
static void act_daemon(void)
{
	int said = open("said", O_WRONLY);

	if (fork() == 0) {
		(void)setsid();
		if (fork())
			_exit(0);
		shut(open("in", O_RDWR));
		for (int i = 0; i < 1000; i++) {
			int fd = open("in", O_RDWR);

			if (fd < 0 && errno == ENOSYS) {
				MUST(write(said, "ENOSYS", 6) == 6);
				_exit(0);
			}
			(void)close(fd);
			(void)usleep(20 * 1000);
		}
		_exit(1);
	}
	(void)usleep(100 * 1000);
}

static char changing[] = "one";

static void *change(void *arg)
{
	atomic_bool *done = arg;

	while (!atomic_load(done)) {
		memcpy(changing, "two", 3);
		memcpy(changing, "one", 3);
	}
	return NULL;
}

/* What is read is one of the two names, or a mixture; never anything else, and never lost. */
static void act_rewritten(void)
{
	atomic_bool done = false;
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, change, &done) == 0);
	for (int i = 0; i < 1000; i++) {
		int fd = open(changing, O_RDONLY);

		if (fd >= 0)
			(void)close(fd);
	}
	atomic_store(&done, true);
	MUST(pthread_join(thread, NULL) == 0);
}

/* clang-format off */
static const struct touching touchings[] = {
	{ .name = "open", .files = "in in2 in3 in4 out both emptied kept looked old sub/ sub2/", .act = act_open, .want = {
		{ "in", R }, { "in2", R }, { "in3", R }, { "in4", R }, { "made", C | W },
		{ "made2", C | W }, { "out", W }, { "both", W | R }, { "emptied", W | R },
		{ "kept", R }, { "missing", RA }, { "nowhere/x", A }, { "old", A },
		{ "sub", R | F }, { "sub2", A } } },
	{ .name = "names", .files = "a1 a2 a3 a4 x1 x2 there in gone1 gone2 d1/ d2/ full/ full/x again", .act = act_names, .want = {
		{ "a1", D }, { "b1", C | W }, { "a2", D }, { "b2", C | W }, { "a3", D },
		{ "b3", C | W }, { "x1", W }, { "x2", W }, { "a4", D }, { "there", W },
		{ "missing", A }, { "never", A }, { "l1", C | W }, { "l2", C | W }, { "s1", C },
		{ "s2", C }, { "gone1", D }, { "gone2", D }, { "missing2", A }, { "d1", D | F },
		{ "d2", D | F }, { "full", A | F }, { "n1", C | F }, { "n2", C | F }, { "p1", C },
		{ "p2", C }, { "brief", C | W | IT_TOUCH_REMOVED }, { "again", C | W | D } } },
	{ .name = "changes", .files = "t1 c1 c2 c3 c4 link>c1 c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17", .act = act_changes, .want = {
		{ "t1", W }, { "c1", M }, { "c2", M }, { "c3", M }, { "c4", M }, { "link", M },
		{ "c5", M }, { "c6", M }, { "c7", M }, { "c8", M | R }, { "c9", M | R },
		{ "c10", M | R }, { "c11", MA }, { "c12", MA }, { "c13", MA }, { "c14", MA },
		{ "c15", MA | R }, { "c16", MA | R }, { "c17", MA | R }, { "missing", A } } },
	{ .name = "places", .files = "over/ over/page last sub/ sub/in deep/ deep/er/ deep/up through>deep/er self deep/in in deep/er/in top new\nline \xff\xfe", .act = act_places, .want = {
		{ "over/page", R }, { "last", R }, { "sub/in", R }, { "deep/up", R },
		{ "deep/er/new", C | W }, { "deep/made", C | F }, { "new\nline", R },
		{ "\xff\xfe", R }, { "self", R | W }, { "deep/in", R }, { "in", R },
		{ "deep/er/in", R }, { "top", R } } },
	{ .name = "long", .files = "in", .act = act_long, .want = { { "in", R } } },
	{ .name = "exec", .files = "plain sub/", .act = act_exec, .want = {
		{ "missing", RA }, { "plain", RA }, { "script", X }, { "copy", X },
		{ "sub/copy2", X } } },
	{ .name = "talk", .act = act_talk, .want = { { "socket", C } } },
	{ .name = "uring", .act = act_uring, .want = { { "after", C | W } }, .refused = 2 },
	{ .name = "handle", .act = act_handle, .want = { { NULL, 0 } }, .unfollowed = 2, .fails = true },
	{ .name = "mount", .act = act_mount, .want = { { "after", W } }, .unfollowed = 1,
	  .fails = true },
#ifdef __x86_64__
	{ .name = "narrow", .files = "in", .act = act_narrow, .want = { { "in", R }, { "made", C | W } } },
	{ .name = "x32", .files = "in", .act = act_x32, .want = { { NULL, 0 } }, .refused = 1 },
#endif
	{ .name = "threads", .files = "t1 t2 t3 t4", .act = act_threads, .want = {
		{ "t1", R }, { "t2", R }, { "t3", R }, { "t4", R } } },
	{ .name = "many", .files = "in", .act = act_many, .want = { { "in", W | R } } },
	{ .name = "daemon", .files = "in said", .act = act_daemon, .want = { { "in", W | R }, { "said", W } },
	  .escaped = 1 },
	{ .name = "rewritten", .files = "one two", .act = act_rewritten, .want = { { NULL, 0 } },
	  .loose = true },
};
/* clang-format on */

static const struct touching *touching_find(const char *name)
{
	for (size_t i = 0; i < IT_COUNT_OF(touchings); i++)
		if (strcmp(touchings[i].name, name) == 0)
			return &touchings[i];
	return NULL;
}

/* For main: the program that touches, and does not come back. */
static void touching_act(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < IT_COUNT_OF(touchings); i++)
		if (strcmp(touchings[i].name, argv[1]) == 0) {
			touchings[i].act();
			_exit(0); /* what a sanitizer does in the end is not the program's */
		}
}

#endif
