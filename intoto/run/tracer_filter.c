/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No argument is looked at before the number is known: the kernel then remembers which calls always
 * pass, and does not run the filter for them at all.
 */
#include "run/tracer_filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run/tracer_calls.h"

/* Older headers lack some. */
enum {
	NEW_LISTENER = 1U << 3,
	/* The filter is no sandbox: nothing has to be slowed down against guessed branches. */
	SPEC_ALLOW = 1U << 2,
	/* A signal does not make the call, and us, start again. */
	WAIT_KILLABLE = 1U << 5,
};

static void add(struct it_tracer_filter *filter, unsigned code, unsigned k, unsigned yes,
		unsigned no)
{
	if (filter->len < IT_FILTER_MAX)
		filter->code[filter->len++] =
			(struct sock_filter){ (unsigned short)code, (unsigned char)yes,
					      (unsigned char)no, k };
}

static void load(struct it_tracer_filter *filter, size_t offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

/* Little-endian, as all architectures that we know: the lower half comes first. */
static size_t half_of(int argument, bool upper)
{
	return offsetof(struct seccomp_data, args) + (size_t)argument * sizeof(uint64_t) +
	       (upper ? sizeof(uint32_t) : 0);
}

static void answer(struct it_tracer_filter *filter, unsigned action)
{
	add(filter, BPF_RET | BPF_K, action, 0, 0);
}

/* --- one call; the number is loaded, and only looked at again in the next one --- */

static void watch(struct it_tracer_filter *filter, unsigned number, unsigned action)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	answer(filter, action);
}

static void watch_flags(struct it_tracer_filter *filter, unsigned number, int argument,
			unsigned mask, unsigned action)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
	load(filter, half_of(argument, false));
	add(filter, BPF_JMP | BPF_JSET | BPF_K, mask, 0, 1);
	answer(filter, action);
	answer(filter, SECCOMP_RET_ALLOW);
}

static void watch_ioctl(struct it_tracer_filter *filter, unsigned number, unsigned action)
{
	static const unsigned changes[] = IT_IOCTL_CHANGES;
	unsigned left = IT_COUNT_OF(changes);

	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, left + 3);
	load(filter, half_of(1, false));
	for (size_t i = 0; i < IT_COUNT_OF(changes); i++, left--)
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, changes[i], left, 0);
	answer(filter, SECCOMP_RET_ALLOW);
	answer(filter, action);
}

/* Without an address it goes where the socket is connected to. */
static void watch_sendto(struct it_tracer_filter *filter, unsigned number, int argument,
			 unsigned action)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 6);
	load(filter, half_of(argument, false));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
	load(filter, half_of(argument, true));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	answer(filter, SECCOMP_RET_ALLOW);
	answer(filter, action);
}

static void watch_sendmsg(struct it_tracer_filter *filter, unsigned number,
			  const struct it_tracer_filter_options *options)
{
	if (!options->token[0]) {
		watch(filter, number, options->action);
		return;
	}
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 6);
	load(filter, half_of(0, true));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, options->token[0], 0, 3);
	load(filter, half_of(2, true));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, options->token[1], 0, 1);
	answer(filter, SECCOMP_RET_ALLOW);
	answer(filter, options->action);
}

static void watch_call(struct it_tracer_filter *filter, const struct it_tracer_call *call,
		       enum it_architecture architecture,
		       const struct it_tracer_filter_options *options)
{
	unsigned number = (unsigned)call->numbers[architecture];

	if (call->kind == IT_CALL_IOCTL)
		watch_ioctl(filter, number, options->action);
	else if (call->kind == IT_CALL_SENDTO)
		watch_sendto(filter, number, call->new_path, options->action);
	else if (call->kind == IT_CALL_SENDMSG && architecture == IT_NATIVE)
		watch_sendmsg(filter, number, options);
	else if (call->kind == IT_CALL_OPEN && options->tier != IT_TRACE_FULL)
		watch_flags(filter, number, call->flags, IT_OPEN_WRITES, options->action);
	else
		watch(filter, number, options->action);
}

/* --- all of them --- */

static void watch_all(struct it_tracer_filter *filter, enum it_architecture architecture,
		      const struct it_tracer_filter_options *options)
{
	load(filter, offsetof(struct seccomp_data, nr));
	if (architecture == IT_NATIVE && IT_X32_BIT != 0) {
		add(filter, BPF_JMP | BPF_JSET | BPF_K, IT_X32_BIT, 0, 1);
		answer(filter, options->action);
	}
	for (size_t i = 0; i < it_tracer_call_count; i++)
		if (it_tracer_calls[i].numbers[architecture] != IT_CALL_NONE &&
		    it_tracer_call_is_in(&it_tracer_calls[i], options->tier))
			watch_call(filter, &it_tracer_calls[i], architecture, options);
	answer(filter, SECCOMP_RET_ALLOW);
}

int it_tracer_filter_write(struct it_tracer_filter *filter,
			   const struct it_tracer_filter_options *options,
			   struct intoto_error **err)
{
	unsigned short jump;

	*filter = (struct it_tracer_filter){ 0 };
	if (IT_NATIVE == IT_ARCHITECTURES)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "the numbers of this architecture's system calls are not known");
	load(filter, offsetof(struct seccomp_data, arch));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, it_architecture_audit(IT_NATIVE), 1, 0);
	jump = filter->len;
	add(filter, BPF_JMP | BPF_JA, 0, 0, 0);
	watch_all(filter, IT_NATIVE, options);
	filter->code[jump].k = (unsigned)(filter->len - jump - 1);
	if (IT_SECOND != IT_ARCHITECTURES) {
		load(filter, offsetof(struct seccomp_data, arch));
		add(filter, BPF_JMP | BPF_JEQ | BPF_K, it_architecture_audit(IT_SECOND), 1, 0);
		answer(filter, options->action);
		watch_all(filter, IT_SECOND, options);
	}
	answer(filter, options->action); /* all that an unknown architecture asks for */
	if (filter->len == IT_FILTER_MAX)
		return it_err_set(err, INTOTO_E_INTERNAL, "the filter of system calls is full");
	return INTOTO_OK;
}

static long load_filter(struct it_tracer_filter *filter, unsigned flags)
{
	struct sock_fprog program = { filter->len, filter->code };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* With as many of the flags as this kernel knows. */
static long try_flags(struct it_tracer_filter *filter, bool listen)
{
	unsigned flags = SPEC_ALLOW | (listen ? NEW_LISTENER | WAIT_KILLABLE : 0U);
	long fd = load_filter(filter, flags);

	if (fd < 0 && errno == EINVAL && listen)
		fd = load_filter(filter, flags & ~(unsigned)WAIT_KILLABLE);
	return fd;
}

int it_tracer_filter_enter(struct it_tracer_filter *filter, bool listen)
{
	long fd = try_flags(filter, listen);

	if (fd < 0 && errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		fd = try_flags(filter, listen);
	return (int)fd;
}
