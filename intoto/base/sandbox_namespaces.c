/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, and the root folder that stands in the one for mounts. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sandbox_child.h"

enum { TARGET_MAX = 4096, FOLDER_MODE = 0755, FILE_MODE = 0644 };

/* mount_setattr(2); the C library's header and the kernel's cannot be had together everywhere. */
enum {
	MOUNT_SETATTR = 442, /* the same on all architectures */
	ATTR_RDONLY = 1,
	ATTR_NOSUID = 2,
	ATTR_NODEV = 4,
	ATTR_NOEXEC = 8,
	WHOLE_TREE = 0x8000, /* AT_RECURSIVE */
};

struct attributes {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t user_ns_fd;
};

/* --- leaving the caller's --- */

static bool leave(const struct it_sandbox_plan *plan, int flag, enum it_sandbox_mechanism what)
{
	if (unshare(flag))
		return false;
	plan->shared->level.mechanisms |= (unsigned)what;
	return true;
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	bool good = fd >= 0 && write(fd, text, len) == (ssize_t)len;

	if (fd >= 0)
		(void)close(fd); /* the write told */
	return good;
}

static bool map_user(const struct it_sandbox_plan *plan)
{
	/* Not there before Linux 3.19, where it is not needed. */
	(void)write_text("/proc/self/setgroups", "deny");
	return write_text("/proc/self/uid_map", plan->user_map) &&
	       write_text("/proc/self/gid_map", plan->group_map);
}

/*
 * Some systems grant the namespace and nothing in it: there is no way back out of that, so a child
 * tries it first.
 */
static bool user_namespaces_work(const struct it_sandbox_plan *plan)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(unshare(CLONE_NEWUSER) == 0 && map_user(plan) && unshare(CLONE_NEWIPC) == 0
			      ? 0
			      : 1);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * Root of the machine needs no user namespace.  Root of a container is as everybody else here, and
 * had better be somebody else from now on.
 */
static void leave_first(const struct it_sandbox_plan *plan)
{
	if (plan->user == 0 && leave(plan, CLONE_NEWIPC, IT_SANDBOX_IPC_NS))
		return;
	it_sandbox_leave_root(plan);
	/* A change of user takes away the first, and closes /proc/self to us without the second. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_USER);
	if (!user_namespaces_work(plan) || !leave(plan, CLONE_NEWUSER, IT_SANDBOX_USER_NS))
		return;
	if (!map_user(plan))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_USER);
	(void)leave(plan, CLONE_NEWIPC, IT_SANDBOX_IPC_NS); /* the level tells */
}

void it_sandbox_unshare(const struct it_sandbox_plan *plan)
{
	/* The level tells which of them worked. */
	leave_first(plan);
	(void)leave(plan, CLONE_NEWUTS, IT_SANDBOX_UTS_NS);
	if (!plan->spec->network)
		(void)leave(plan, CLONE_NEWNET, IT_SANDBOX_NET_NS);
	(void)leave(plan, CLONE_NEWPID, IT_SANDBOX_PID_NS);
}

/* --- the view --- */

/* What somebody left there could be a link to anywhere: the root is still the caller's. */
static bool make_folder(const char *path)
{
	struct stat about;

	return mkdir(path, FOLDER_MODE) == 0 ||
	       (errno == EEXIST && lstat(path, &about) == 0 && S_ISDIR(about.st_mode));
}

/* The folders above a target, in the view. */
static bool make_parents(const struct it_sandbox_plan *plan, const char *target)
{
	char path[TARGET_MAX];
	size_t len = strlen(target);
	size_t first = strlen(plan->spec->view) + 1;

	if (len >= sizeof path)
		return false;
	memcpy(path, target, len + 1);
	for (size_t i = first; i < len; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (!make_folder(path))
			return false;
		path[i] = '/';
	}
	return true;
}

static bool show_link(const char *source, const char *target)
{
	char text[TARGET_MAX];
	ssize_t len = readlink(source, text, sizeof text - 1);

	if (len < 0)
		return false;
	text[len] = '\0';
	return symlink(text, target) == 0 || errno == EEXIST || errno == EROFS;
}

static uint64_t attributes_of(const struct stat *about, unsigned rights)
{
	uint64_t set = ATTR_NOSUID;

	if (!S_ISCHR(about->st_mode))
		set |= ATTR_NODEV;
	if (!(rights & IT_SANDBOX_WRITE))
		set |= ATTR_RDONLY;
	if (!(rights & IT_SANDBOX_EXECUTE))
		set |= ATTR_NOEXEC;
	return set;
}

static bool set_attributes(const char *target, unsigned flags, uint64_t set)
{
	const struct attributes attributes = { .set = set };

	return syscall(MOUNT_SETATTR, AT_FDCWD, target, flags, &attributes, sizeof attributes) == 0;
}

static bool make_place(const char *target, const struct stat *about)
{
	struct stat there;

	if (S_ISDIR(about->st_mode))
		return make_folder(target);
	return mknod(target, S_IFREG | FILE_MODE, 0) == 0 ||
	       (lstat(target, &there) == 0 && !S_ISDIR(there.st_mode) && !S_ISLNK(there.st_mode));
}

/* Links are shown as they are; what they lead to is shown when the spec says so. */
static bool show(const struct it_sandbox_plan *plan, const char *source, const char *target,
		 const char *layer, unsigned rights)
{
	struct stat about;

	if (lstat(source, &about))
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	if (!make_parents(plan, target))
		return false;
	if (S_ISLNK(about.st_mode))
		return show_link(source, target);
	if (!rights)
		return !S_ISDIR(about.st_mode) || make_folder(target);
	if (!make_place(target, &about))
		return false;
	if (layer[0] && mount("intoto", target, "overlay", MS_NOSUID | MS_NODEV, layer) == 0)
		return true;
	return mount(source, target, NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       set_attributes(target, WHOLE_TREE, attributes_of(&about, rights));
}

static bool show_all(const struct it_sandbox_plan *plan)
{
	for (size_t i = 0; i < plan->spec->path_count; i++)
		if (!plan->spec->paths[i].no_view &&
		    !show(plan, plan->sources[i], plan->targets[i],
			  plan->shared->fuse ? plan->layers[i] : "", plan->spec->paths[i].rights))
			return false;
	return true;
}

/* With the current folder in the view.  /proc may be refused, and much works without it. */
static bool add_own_folders(const struct it_sandbox_plan *plan)
{
	static const char *const links[][2] = {
		{ "/proc/self/fd", "dev/fd" },
		{ "/proc/self/fd/0", "dev/stdin" },
		{ "/proc/self/fd/1", "dev/stdout" },
		{ "/proc/self/fd/2", "dev/stderr" },
	};
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if ((mkdir("proc", FOLDER_MODE) || mkdir("dev", FOLDER_MODE)) && errno != EEXIST)
		return false;
	for (size_t i = 0; i < IT_COUNT_OF(links); i++)
		if (symlink(links[i][0], links[i][1]) && errno != EEXIST)
			return false;
	plan->shared->proc = (plan->shared->level.mechanisms & IT_SANDBOX_PID_NS) &&
			     mount("proc", "proc", "proc", flags, NULL) == 0;
	return true;
}

/* The one that tells, or else one that only is there. */
static bool mount_root(const struct it_sandbox_plan *plan)
{
	const char *view = plan->spec->view;
	struct it_sandbox_denied *denied = plan->spec->denied;
	const unsigned char mounted = IT_SANDBOX_MOUNTED;

	if (plan->shared->fuse) {
		if (mount("intoto", view, "fuse", MS_NOSUID | MS_NODEV, plan->fuse_options) == 0) {
			(void)close(plan->fuse); /* the keeper's is the one that is read */
			denied->named = true;
			return write(plan->stops[1], &mounted, 1) == 1;
		}
		denied->number = errno;
		plan->shared->fuse = false;
		(void)close(plan->fuse); /* nothing is mounted */
	}
	return mount("intoto", view, "tmpfs", MS_NOSUID | MS_NODEV,
		     "mode=0755,size=4m,nr_inodes=32768") == 0;
}

void it_sandbox_build_view(const struct it_sandbox_plan *plan)
{
	const char *view = plan->spec->view;

	if (!view || unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	if (!mount_root(plan))
		return;
	if (!show_all(plan) || chdir(view) || !add_own_folders(plan))
		return;
	/* The old root comes to lie on the new one, and is taken off. */
	if (syscall(SYS_pivot_root, ".", "."))
		return;
	if (umount2(".", MNT_DETACH) || chdir("/") ||
	    !set_attributes("/", 0,
			    (plan->shared->fuse ? 0 : ATTR_RDONLY) | ATTR_NOSUID | ATTR_NODEV))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_FOLDER);
	plan->shared->level.mechanisms |= IT_SANDBOX_MOUNT_NS;
}
