/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock: the kernel's own list of what may be read, written and executed, for everyone.  Numbers
 * and layouts are the kernel's (landlock(7)); an older header would not know all of them.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox_child.h"

enum { FOLDER_MODE = 0777, FILE_MODE = 0666 };

enum {
	CREATE_RULESET = 444, /* the same on all architectures */
	ADD_RULE = 445,
	RESTRICT_SELF = 446,
	RULE_PATH_BENEATH = 1,
	ASK_VERSION = 1,
};

enum {
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
	ABI_NET = 4,
	ABI_IOCTL = 5,
	ABI_SCOPE = 6,
};

enum {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE = 1 << 4 | 1 << 5,
	MAKE_DEVICES = 1 << 6 | 1 << 11,
	MAKE = 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	IOCTL_DEVICE = 1 << 15,
	OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE,
	NET_BIND_AND_CONNECT = 1 << 0 | 1 << 1,
	SCOPE_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1,
};

struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scoped;
};

struct beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

static uint64_t files_handled(int abi)
{
	uint64_t rights =
		EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | REMOVE | MAKE_DEVICES | MAKE;

	if (abi >= ABI_REFER)
		rights |= REFER;
	if (abi >= ABI_TRUNCATE)
		rights |= TRUNCATE;
	if (abi >= ABI_IOCTL)
		rights |= IOCTL_DEVICE;
	return rights;
}

static uint64_t files_allowed(unsigned rights, bool is_folder)
{
	uint64_t allowed = 0;

	if (rights & IT_SANDBOX_READ)
		allowed |= READ_FILE | READ_DIR;
	if (rights & IT_SANDBOX_EXECUTE)
		allowed |= EXECUTE;
	if (rights & IT_SANDBOX_WRITE)
		allowed |= WRITE_FILE | REMOVE | MAKE | REFER | TRUNCATE;
	return is_folder ? allowed : allowed & OF_A_FILE;
}

/* What is not there needs no rule; anything else would only make the sandbox tighter. */
static void add_rule(int ruleset, const char *path, uint64_t of_a_folder, uint64_t of_a_file)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct beneath rule = { .parent_fd = fd };
	struct stat about;

	if (fd < 0)
		return;
	if (fstat(fd, &about) == 0) {
		rule.allowed = S_ISDIR(about.st_mode) ? of_a_folder : of_a_file;
		(void)syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0); /* see above */
	}
	(void)close(fd); /* only a name */
}

static void allow(int ruleset, const char *path, unsigned rights, uint64_t handled)
{
	add_rule(ruleset, path, files_allowed(rights, true) & handled,
		 files_allowed(rights, false) & handled);
}

static bool has_view(const struct it_sandbox_plan *plan)
{
	return plan->shared->level.mechanisms & IT_SANDBOX_MOUNT_NS;
}

static bool is_shown(const struct it_sandbox_plan *plan, const struct it_sandbox_path *path)
{
	return path->rights && (has_view(plan) ? !path->no_view : !path->from);
}

/* What is to be written and is not there cannot be named: so it comes to be there. */
static void make_place(const struct it_sandbox_plan *plan, const char *path)
{
	const struct timespec then[] = { { 0 }, { 0 } }; /* whoever ran the command looks for it */
	size_t len = strlen(path);
	struct stat about;
	int made;

	if (lstat(path, &about) == 0)
		return;
	made = path[len - 1] == '/' ? mkdir(path, FOLDER_MODE)
				    : mknod(path, S_IFREG | FILE_MODE, 0);
	if (made || utimensat(AT_FDCWD, path, then, AT_SYMLINK_NOFOLLOW))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_MAKE);
}

void it_sandbox_landlock(const struct it_sandbox_plan *plan)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);
	struct ruleset wanted = { 0 };
	size_t size = offsetof(struct ruleset, net);
	int fd;

	if (abi < 1)
		return;
	wanted.files = files_handled((int)abi);
	if (abi >= ABI_NET) {
		size = offsetof(struct ruleset, scoped);
		wanted.net = plan->spec->network ? 0 : NET_BIND_AND_CONNECT;
	}
	if (abi >= ABI_SCOPE) {
		size = sizeof wanted;
		wanted.scoped = SCOPE_SOCKETS_AND_SIGNALS;
	}
	fd = (int)syscall(CREATE_RULESET, &wanted, size, 0);
	if (fd < 0)
		return;
	for (size_t i = 0; i < plan->spec->path_count; i++)
		if (plan->spec->paths[i].no_view && !has_view(plan))
			make_place(plan, plan->spec->paths[i].path);
	for (size_t i = 0; i < plan->spec->path_count; i++)
		if (is_shown(plan, &plan->spec->paths[i]))
			allow(fd, plan->spec->paths[i].path, plan->spec->paths[i].rights,
			      wanted.files);
	/* Of folders that only lead to what is shown: in a view there are no others. */
	if (plan->spec->own && has_view(plan))
		add_rule(fd, "/", (READ_DIR | MAKE) & wanted.files, 0);
	if (plan->shared->proc)
		allow(fd, "/proc", IT_SANDBOX_READ, wanted.files);
	if (syscall(RESTRICT_SELF, fd, 0) == 0) {
		plan->shared->level.mechanisms |= IT_SANDBOX_LANDLOCK;
		plan->shared->level.landlock_abi = (int)abi;
	}
	(void)close(fd); /* it is in force */
}
