/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table.  Calls that are not in it cannot touch a file that they name: tests/checks/calls.t has
 * the reason for each call of the kernel, and fails on one without.
 */
#include "run/tracer_calls.h"

enum { NO = -1, NONE = IT_CALL_NONE };

/*
 * The numbers are those of x86_64, of i386 (programs of 32 bits, and int 0x80 in others) and of
 * aarch64: literal ones, because headers know only the newest calls of their day.
 */
const struct it_tracer_call it_tracer_calls[] = {
	/* by a name that is opened */
	{ "open", { 2, 5, NONE }, IT_CALL_OPEN, NO, 0, NO, NO, 1 },
	{ "openat", { 257, 295, 56 }, IT_CALL_OPEN, 0, 1, NO, NO, 2 },
	{ "openat2", { 437, 437, 437 }, IT_CALL_OPENAT2, 0, 1, NO, NO, 2 },
	{ "creat", { 85, 8, NONE }, IT_CALL_CREAT, NO, 0, NO, NO, NO },
	/* names that come and go */
	{ "rename", { 82, 38, NONE }, IT_CALL_RENAME, NO, 0, NO, 1, NO },
	{ "renameat", { 264, 302, 38 }, IT_CALL_RENAME, 0, 1, 2, 3, NO },
	{ "renameat2", { 316, 353, 276 }, IT_CALL_RENAME, 0, 1, 2, 3, 4 },
	{ "link", { 86, 9, NONE }, IT_CALL_LINK, NO, 0, NO, 1, NO },
	{ "linkat", { 265, 303, 37 }, IT_CALL_LINK, 0, 1, 2, 3, 4 },
	{ "symlink", { 88, 83, NONE }, IT_CALL_SYMLINK, NO, NO, NO, 1, NO },
	{ "symlinkat", { 266, 304, 36 }, IT_CALL_SYMLINK, NO, NO, 1, 2, NO },
	{ "unlink", { 87, 10, NONE }, IT_CALL_UNLINK, NO, 0, NO, NO, NO },
	{ "unlinkat", { 263, 301, 35 }, IT_CALL_UNLINK, 0, 1, NO, NO, 2 },
	{ "rmdir", { 84, 40, NONE }, IT_CALL_RMDIR, NO, 0, NO, NO, NO },
	{ "mkdir", { 83, 39, NONE }, IT_CALL_MKDIR, NO, NO, NO, 0, NO },
	{ "mkdirat", { 258, 296, 34 }, IT_CALL_MKDIR, NO, NO, 0, 1, NO },
	{ "mknod", { 133, 14, NONE }, IT_CALL_MKNOD, NO, NO, NO, 0, NO },
	{ "mknodat", { 259, 297, 33 }, IT_CALL_MKNOD, NO, NO, 0, 1, NO },
	/* contents and attributes */
	{ "truncate", { 76, 92, 45 }, IT_CALL_TRUNCATE, NO, 0, NO, NO, NO },
	{ "truncate64", { NONE, 193, NONE }, IT_CALL_TRUNCATE, NO, 0, NO, NO, NO },
	{ "chmod", { 90, 15, NONE }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "fchmodat", { 268, 306, 53 }, IT_CALL_CHANGE, 0, 1, NO, NO, NO },
	{ "fchmodat2", { 452, 452, 452 }, IT_CALL_CHANGE, 0, 1, NO, NO, 3 },
	{ "chown", { 92, 182, NONE }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "chown32", { NONE, 212, NONE }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "lchown", { 94, 16, NONE }, IT_CALL_CHANGE_LINK, NO, 0, NO, NO, NO },
	{ "lchown32", { NONE, 198, NONE }, IT_CALL_CHANGE_LINK, NO, 0, NO, NO, NO },
	{ "fchownat", { 260, 298, 54 }, IT_CALL_CHANGE, 0, 1, NO, NO, 4 },
	{ "utime", { 132, 30, NONE }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "utimes", { 235, 271, NONE }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "futimesat", { 261, 299, NONE }, IT_CALL_CHANGE, 0, 1, NO, NO, NO },
	{ "utimensat", { 280, 320, 88 }, IT_CALL_CHANGE, 0, 1, NO, NO, 3 },
	{ "utimensat_time64", { NONE, 412, NONE }, IT_CALL_CHANGE, 0, 1, NO, NO, 3 },
	{ "setxattr", { 188, 226, 5 }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "lsetxattr", { 189, 227, 6 }, IT_CALL_CHANGE_LINK, NO, 0, NO, NO, NO },
	{ "removexattr", { 197, 235, 14 }, IT_CALL_CHANGE, NO, 0, NO, NO, NO },
	{ "lremovexattr", { 198, 236, 15 }, IT_CALL_CHANGE_LINK, NO, 0, NO, NO, NO },
	{ "setxattrat", { 463, 463, 463 }, IT_CALL_CHANGE, 0, 1, NO, NO, 2 },
	{ "removexattrat", { 466, 466, 466 }, IT_CALL_CHANGE, 0, 1, NO, NO, 2 },
	{ "file_setattr", { 469, 469, 469 }, IT_CALL_CHANGE, 0, 1, NO, NO, 4 },
	{ "fchmod", { 91, 94, 52 }, IT_CALL_CHANGE_FD, 0, NO, NO, NO, NO },
	{ "fchown", { 93, 95, 55 }, IT_CALL_CHANGE_FD, 0, NO, NO, NO, NO },
	{ "fchown32", { NONE, 207, NONE }, IT_CALL_CHANGE_FD, 0, NO, NO, NO, NO },
	{ "fsetxattr", { 190, 228, 7 }, IT_CALL_CHANGE_FD, 0, NO, NO, NO, NO },
	{ "fremovexattr", { 199, 237, 16 }, IT_CALL_CHANGE_FD, 0, NO, NO, NO, NO },
	{ "ioctl", { 16, 54, 29 }, IT_CALL_IOCTL, 0, NO, NO, NO, 1 },
	/* work that no filter sees: there is no such thing while somebody watches */
	{ "io_uring_setup", { 425, 425, 425 }, IT_CALL_ABSENT, NO, NO, NO, NO, NO },
	{ "io_uring_enter", { 426, 426, 426 }, IT_CALL_ABSENT, NO, NO, NO, NO, NO },
	{ "io_uring_register", { 427, 427, 427 }, IT_CALL_ABSENT, NO, NO, NO, NO, NO },
	/* files without a name, and other meanings of names */
	{ "open_by_handle_at", { 304, 342, 265 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "pidfd_getfd", { 438, 438, 438 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "chroot", { 161, 61, 51 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "pivot_root", { 155, 217, 41 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "setns", { 308, 346, 268 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "mount", { 165, 21, 40 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "umount", { NONE, 22, NONE }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "umount2", { 166, 52, 39 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "move_mount", { 429, 429, 429 }, IT_CALL_MOUNT, NO, NO, NO, NO, NO },
	{ "open_tree", { 428, 428, 428 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "open_tree_attr", { 467, 467, 467 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "fsopen", { 430, 430, 430 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "fsconfig", { 431, 431, 431 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "fsmount", { 432, 432, 432 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "fspick", { 433, 433, 433 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "mount_setattr", { 442, 442, 442 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "swapon", { 167, 87, 224 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "swapoff", { 168, 115, 225 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "acct", { 163, 51, 89 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "uselib", { 134, 86, NONE }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	{ "bpf", { 321, 357, 280 }, IT_CALL_UNFOLLOWED, NO, NO, NO, NO, NO },
	/* a local address is a file that is made */
	{ "bind", { 49, 361, 200 }, IT_CALL_BIND, 0, NO, NO, 1, 2 },
	{ "socketcall", { NONE, 102, NONE }, IT_CALL_SOCKETCALL, NO, NO, NO, 1, 0 },
	/* only in full */
	{ "execve", { 59, 11, 221 }, IT_CALL_EXEC, NO, 0, NO, NO, NO },
	{ "execveat", { 322, 358, 281 }, IT_CALL_EXEC, 0, 1, NO, NO, 4 },
	{ "connect", { 42, 362, 203 }, IT_CALL_CONNECT, 0, NO, NO, 1, 2 },
	{ "sendto", { 44, 369, 206 }, IT_CALL_SENDTO, 0, NO, NO, 4, 5 },
	{ "sendmsg", { 46, 370, 211 }, IT_CALL_SENDMSG, 0, NO, NO, 1, NO },
	{ "sendmmsg", { 307, 345, 269 }, IT_CALL_SENDMMSG, 0, NO, NO, 1, 2 },
};

const size_t it_tracer_call_count = IT_COUNT_OF(it_tracer_calls);

const struct it_tracer_call *it_tracer_call_find(enum it_architecture architecture, int number)
{
	for (size_t i = 0; i < IT_COUNT_OF(it_tracer_calls); i++)
		if (it_tracer_calls[i].numbers[architecture] == number)
			return &it_tracer_calls[i];
	return NULL;
}

bool it_tracer_call_is_in(const struct it_tracer_call *call, enum it_trace_tier tier)
{
	if (tier == IT_TRACE_BESIDE)
		return call->kind != IT_CALL_EXEC;
	return tier == IT_TRACE_FULL || call->kind < IT_CALL_EXEC;
}
