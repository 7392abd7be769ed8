/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the process that stops the step's calls and the one that keeps the log.
 *
 * It is a process of its own: the command's parent waits for it as for any command, and stops, for
 * a terminal, are told to it and not to who traces.  (Both in one process would take each other's
 * stops.)
 */
#ifndef IT_RUN_TRACER_PTRACE_H
#define IT_RUN_TRACER_PTRACE_H

#include "run/tracer_filter.h"
#include "run/tracer_follow.h"

struct it_ptrace_pending;

enum {
	IT_PTRACE_FINISH = 10, /* SIGUSR1: the command has ended */
	IT_PTRACE_GRACE_MS = 500,
	IT_PTRACE_LOOK_MS = 10 * 1000, /* only if it was lost who should look */
	IT_PTRACE_BUCKETS = 1024,
};

struct it_ptrace {
	struct it_tracer_filter filter;
	struct it_tracer_follow follow;
	/* At the same address in both: what points into it does so on either side. */
	struct it_tracer_deed deed;
	int ours; /* ends of the pair by which the command is introduced */
	int theirs;
	int events[2]; /* the pipe */
	int looked;    /* an eventfd: who keeps the log has looked at the command */
	pid_t tracer;
	pid_t owner;
	struct it_ptrace_pending *pending[IT_PTRACE_BUCKETS]; /* calls that are being made */
};

enum it_ptrace_kind {
	IT_PTRACE_STARTED, /* pid */
	IT_PTRACE_DEED,	   /* end; the first len bytes of the deed follow */
	IT_PTRACE_ESCAPED, /* how many */
	IT_PTRACE_NOTE,	   /* a text of len bytes follows */
	IT_PTRACE_END,
};

struct it_ptrace_event {
	enum it_ptrace_kind kind;
	enum it_deed_end end;
	pid_t pid;
	uint64_t count;
	size_t len;
};

/* The whole life of the process that traces. */
_Noreturn void it_ptrace_trace(struct it_ptrace *self);

#endif
