/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter of system calls: what nobody needs who looks at files is answered with EPERM, and a call
 * by another architecture's number ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sandbox_child.h"

#if defined __x86_64__ && !defined __ILP32__
enum { FOREIGN_BIT = 0x40000000 }; /* x32: other numbers under the same architecture */
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__ && !defined __ILP32__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { FOREIGN_BIT = 0 };
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

enum { PROGRAM_MAX = 800, PERSONALITY_ASK = -1 };

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP)
#define TIOCLINUX_ 0x541c /* TIOCLINUX; the C library has no name for it */

/* The numbers from 424 on are the same on all architectures, and older headers lack some. */
static const unsigned denied[] = {
	/* mounts and roots */
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	428 /* open_tree */,
	429 /* move_mount */,
	430 /* fsopen */,
	431 /* fsconfig */,
	432 /* fsmount */,
	433 /* fspick */,
	442 /* mount_setattr */,
	467 /* open_tree_attr */,
	SYS_swapon,
	SYS_swapoff,
	SYS_quotactl,
	443 /* quotactl_fd */,
	SYS_acct,
	/* other processes */
	440 /* process_madvise */,
	SYS_migrate_pages,
	SYS_move_pages,
	SYS_setns,
	SYS_unshare,
	/* the machine */
	SYS_reboot,
	SYS_kexec_load,
	SYS_kexec_file_load,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_syslog,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_clock_adjtime,
	SYS_adjtimex,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_vhangup,
	/* wide doors into the kernel */
	SYS_bpf,
	SYS_perf_event_open,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_userfaultfd,
	425 /* io_uring_setup */,
	426 /* io_uring_enter */,
	427 /* io_uring_register */,
	SYS_open_by_handle_at,
	SYS_fanotify_init,
	SYS_lookup_dcookie,
	SYS_nfsservctl,
#ifdef SYS_iopl
	SYS_iopl,
	SYS_ioperm,
	SYS_uselib,
	SYS_ustat,
	SYS_sysfs,
	SYS__sysctl,
	SYS_modify_ldt,
#endif
};

/* Between processes of one user, or of one process namespace. */
static const unsigned prying[] = { SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
				   SYS_kcmp, 438 /* pidfd_getfd */ };

/* Answered as by a kernel without them: a program then uses the older call, which can be looked
   into. */
static const unsigned absent[] = { 435 /* clone3 */, 437 /* openat2 */ };

#ifdef SYS_chown
static const unsigned owners[] = { SYS_chown, SYS_lchown, SYS_fchown, SYS_fchownat };
#else
static const unsigned owners[] = { SYS_fchown, SYS_fchownat };
#endif

/* Of all processes of one user, or of all users. */
static const unsigned shared_memory[] = { SYS_shmget, SYS_shmat,  SYS_semget, SYS_semop,
					  SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_mq_open };

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short len; /* PROGRAM_MAX + 1: it did not fit */
};

static void add(struct program *program, unsigned code, unsigned k, unsigned yes, unsigned no)
{
	if (program->len >= PROGRAM_MAX) {
		program->len = PROGRAM_MAX + 1;
		return;
	}
	program->code[program->len++] =
		(struct sock_filter){ (unsigned short)code, (unsigned char)yes, (unsigned char)no,
				      k };
}

static void load(struct program *program, size_t offset)
{
	add(program, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

/* The lower half: where we look, the kernel takes 32 bits too. */
static void load_argument(struct program *program, unsigned index)
{
	load(program, offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

static void answer(struct program *program, unsigned action)
{
	add(program, BPF_RET | BPF_K, action, 0, 0);
}

static void answer_call(struct program *program, unsigned call, unsigned action)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
	answer(program, action);
}

static void answer_calls(struct program *program, const unsigned *calls, size_t count,
			 unsigned action)
{
	for (size_t i = 0; i < count; i++)
		answer_call(program, calls[i], action);
}

enum { REFUSED = SECCOMP_RET_ERRNO | EPERM };

/* For one call: EPERM when an argument, under a mask, has the value. */
static void refuse_argument(struct program *program, unsigned call, unsigned index, unsigned mask,
			    unsigned value)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 5);
	load_argument(program, index);
	add(program, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
	answer(program, REFUSED);
	load(program, offsetof(struct seccomp_data, nr));
}

/* The same when a flag of a mask is set. */
static void refuse_flags(struct program *program, unsigned call, unsigned index, unsigned mask)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
	load_argument(program, index);
	add(program, BPF_JMP | BPF_JSET | BPF_K, mask, 0, 1);
	answer(program, REFUSED);
	load(program, offsetof(struct seccomp_data, nr));
}

/* The same unless it has the one value. */
static void allow_only(struct program *program, unsigned call, unsigned index, unsigned value)
{
	add(program, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
	load_argument(program, index);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
	answer(program, REFUSED);
	load(program, offsetof(struct seccomp_data, nr));
}

static bool has(const struct it_sandbox_plan *plan, unsigned what)
{
	return (plan->shared->level.mechanisms & what) == what;
}

/*
 * Sockets of the local kind reach services outside by a path that is seen, or an abstract name of
 * the same network namespace; only where there is neither are they harmless.
 */
static void refuse_sockets(struct program *program, const struct it_sandbox_plan *plan)
{
	if (plan->spec->network)
		return;
	if (has(plan, IT_SANDBOX_MOUNT_NS | IT_SANDBOX_NET_NS))
		allow_only(program, SYS_socket, 0, AF_UNIX);
	else
		answer_call(program, SYS_socket, REFUSED);
	allow_only(program, SYS_socketpair, 0, AF_UNIX);
}

/* Who ends the command must not be ended by it, though the user may be the same. */
static void protect(struct program *program, pid_t pid)
{
	static const unsigned calls[] = { SYS_kill,
					  SYS_tkill,
					  SYS_tgkill,
					  SYS_rt_sigqueueinfo,
					  SYS_rt_tgsigqueueinfo,
					  434 /* pidfd_open */ };

	for (size_t i = 0; i < IT_COUNT_OF(calls); i++) {
		refuse_argument(program, calls[i], 0, UINT32_MAX, (unsigned)pid);
		refuse_argument(program, calls[i], 0, UINT32_MAX, (unsigned)-pid);
	}
}

/* What other mechanisms would have prevented, had they been there. */
static void make_up(struct program *program, const struct it_sandbox_plan *plan)
{
	enum { ABI_TRUNCATE = 3 };

	if (!has(plan, IT_SANDBOX_IPC_NS))
		answer_calls(program, shared_memory, IT_COUNT_OF(shared_memory), REFUSED);
	if (!has(plan, IT_SANDBOX_PID_NS)) {
		refuse_argument(program, SYS_kill, 0, UINT32_MAX, (unsigned)-1); /* everybody */
		allow_only(program, SYS_prlimit64, 0, 0);
		protect(program, plan->shared->init);
		protect(program, plan->shared->keeper);
		protect(program, plan->caller);
	}
	if (!has(plan, IT_SANDBOX_MOUNT_NS) && plan->shared->level.landlock_abi < ABI_TRUNCATE) {
		answer_call(program, SYS_truncate, REFUSED);
		refuse_argument(program, SYS_openat, 2, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY);
#ifdef SYS_open
		refuse_argument(program, SYS_open, 1, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY);
#endif
	}
	/* Root unpacks archives with their owners, and cannot give files away any more; owners are
	   never recorded. */
	if (geteuid() == 0)
		answer_calls(program, owners, IT_COUNT_OF(owners), SECCOMP_RET_ERRNO);
}

static void write_program(struct program *program, const struct it_sandbox_plan *plan)
{
	load(program, offsetof(struct seccomp_data, arch));
	add(program, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	answer(program, SECCOMP_RET_KILL_PROCESS);
	load(program, offsetof(struct seccomp_data, nr));
	if (FOREIGN_BIT) {
		add(program, BPF_JMP | BPF_JSET | BPF_K, FOREIGN_BIT, 0, 1);
		answer(program, SECCOMP_RET_KILL_PROCESS);
	}
	answer_calls(program, denied, IT_COUNT_OF(denied), REFUSED);
	/* A debugger or a leak checker of an own command finds nobody but what that started. */
	if (!plan->spec->own || !has(plan, IT_SANDBOX_PID_NS))
		answer_calls(program, prying, IT_COUNT_OF(prying), REFUSED);
	answer_calls(program, absent, IT_COUNT_OF(absent), SECCOMP_RET_ERRNO | ENOSYS);
	refuse_flags(program, SYS_clone, 0, NAMESPACES);
	refuse_argument(program, SYS_ioctl, 1, UINT32_MAX, TIOCSTI);
	refuse_argument(program, SYS_ioctl, 1, UINT32_MAX, TIOCLINUX_);
	allow_only(program, SYS_personality, 0, (unsigned)PERSONALITY_ASK);
	refuse_sockets(program, plan);
	make_up(program, plan);
	answer(program, SECCOMP_RET_ALLOW);
}

void it_sandbox_filter(const struct it_sandbox_plan *plan)
{
	struct program program = { .len = 0 };
	struct sock_fprog filter = { .filter = program.code };

	write_program(&program, plan);
	if (program.len > PROGRAM_MAX)
		return;
	filter.len = program.len;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0)
		plan->shared->level.mechanisms |= IT_SANDBOX_SECCOMP;
}

#else

void it_sandbox_filter(const struct it_sandbox_plan *plan)
{
	(void)plan; /* the numbers of this architecture are not known here: the level says so */
}

#endif
