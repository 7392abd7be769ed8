/* SPDX-License-Identifier: Apache-2.0 */
/* There is no call of number -1; what is answered for it stands in other registers everywhere. */
#include "base/call_skip.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined __x86_64__

int it_call_skip(pid_t tid)
{
	const size_t number = offsetof(struct user, regs.orig_rax);

	/* The answer is ENOSYS already when a call begins. */
	return ptrace(PTRACE_POKEUSER, tid, (void *)number, (void *)-1L) ? errno : 0;
}

#elif defined __aarch64__

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

int it_call_skip(pid_t tid)
{
	struct user_regs_struct registers;
	struct iovec all = { &registers, sizeof registers };
	int none = -1;
	struct iovec number = { &none, sizeof none };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &all))
		return errno;
	registers.regs[0] = (uint64_t)-ENOSYS;
	if (ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &all) ||
	    ptrace(PTRACE_SETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &number))
		return errno;
	return 0;
}

#else

int it_call_skip(pid_t tid)
{
	(void)tid;
	return ENOSYS;
}

#endif
