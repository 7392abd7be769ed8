/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ptrace with a filter: for kernels and containers without user notification, and inside of another
 * trace.  The step's own programs cannot trace each other then.
 */
#include "run/tracer_ptrace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

enum { FIRST_FREE_FD = 10 };

/* The state, and a thread that keeps the log: the pipe would be full one day. */
struct owner {
	struct it_ptrace shared;
	bool has_thread;
	bool ended; /* it said so */
	pthread_t thread;
};

/* --- the child --- */

/* Yama wants to hear from us who may trace. */
static int enter(struct it_tracer *tracer)
{
	struct owner *self = tracer->state;
	int fd = self->shared.theirs;
	char byte = 0;
	int number = EIO;
	ssize_t got;

	(void)prctl(PR_SET_PTRACER, (unsigned long)self->shared.tracer, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* a sandbox hides us from its own */
	if (write(fd, &byte, 1) != 1)
		return errno;
	do
		got = read(fd, &number, sizeof number);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof number || number)
		return number ? number : EIO;
	return it_tracer_filter_enter(&self->shared.filter, false) < 0 ? errno : 0;
}

/* --- the log --- */

static bool read_all(int fd, void *out, size_t len)
{
	char *at = out;

	while (len) {
		ssize_t got = read(fd, at, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

static bool take_note(struct owner *self, size_t len)
{
	IT_AUTO(it_freep) char *text = calloc(1, len + 1);

	if (!text || !read_all(self->shared.events[0], text, len))
		return false;
	it_touched_note(self->shared.follow.touched, "%s", text);
	return true;
}

static bool take_event(struct owner *self)
{
	struct it_tracer_follow *follow = &self->shared.follow;
	const uint64_t one = 1;
	struct it_ptrace_event event;

	if (!read_all(self->shared.events[0], &event, sizeof event))
		return false;
	if (event.kind == IT_PTRACE_STARTED) {
		it_tracer_follow_start(follow, event.pid);
		while (write(self->shared.looked, &one, sizeof one) < 0 && errno == EINTR)
			continue; /* a counter takes it */
	} else if (event.kind == IT_PTRACE_ESCAPED) {
		follow->touched->statement.escaped += event.count;
	} else if (event.kind == IT_PTRACE_NOTE) {
		return take_note(self, event.len);
	} else if (event.kind == IT_PTRACE_DEED) {
		if (!read_all(self->shared.events[0], &self->shared.deed, event.len))
			return false;
		it_tracer_commit(follow, &self->shared.deed, event.end);
	}
	self->ended = event.kind == IT_PTRACE_END;
	return !self->ended;
}

/* Who traces ends when nobody hears him any more, instead of waiting for room in the pipe. */
static void *run(void *arg)
{
	struct owner *self = arg;

	while (take_event(self))
		continue;
	it_fd_close(&self->shared.events[0]);
	return NULL;
}

/* Signals are for the thread that everything began in. */
static int start_thread(struct owner *self, struct intoto_error **err)
{
	sigset_t all;
	sigset_t before;
	int number;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	number = pthread_create(&self->thread, NULL, run, self);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	self->has_thread = !number;
	return number ? it_err_errno(err, number, "a thread that keeps the log") : INTOTO_OK;
}

/* --- whether it works here --- */

static _Noreturn void try_in_child(struct owner *self)
{
	char byte;

	it_fd_close(&self->shared.ours);
	(void)prctl(PR_SET_PTRACER, (unsigned long)self->shared.owner, 0, 0, 0);
	if (read(self->shared.theirs, &byte, 1) != 1)
		_exit(EIO);
	if (it_tracer_filter_enter(&self->shared.filter, false) < 0)
		_exit(errno);
	_exit(unlink("") ? errno : 0);
}

/* It is stopped at its call, and we learn which. */
static int trace_child(const struct owner *self, pid_t pid)
{
	struct __ptrace_syscall_info info;
	unsigned long options = PTRACE_O_TRACESECCOMP; /* it alone, and not what it starts */
	char byte = 0;
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options))
		return errno;
	if (write(self->shared.ours, &byte, 1) != 1)
		return errno;
	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return errno;
	if (WIFEXITED(status))
		return WEXITSTATUS(status) ? WEXITSTATUS(status) : EIO;
	if (!WIFSTOPPED(status) || status >> 16 != PTRACE_EVENT_SECCOMP)
		return EIO;
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 ? 0 : errno;
}

static int set_pair(struct owner *self)
{
	int ends[2];
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return errno;
	self->shared.ours = fcntl(ends[0], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	self->shared.theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	(void)close(ends[0]); /* the copies stay */
	(void)close(ends[1]);
	if (self->shared.ours < 0 || self->shared.theirs < 0 ||
	    setsockopt(self->shared.ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof on))
		return errno;
	return 0;
}

static int probe(struct owner *self, struct intoto_error **err)
{
	pid_t pid = fork();
	int number;

	if (pid < 0)
		return it_err_errno(err, errno, "a process");
	if (pid == 0)
		try_in_child(self);
	number = trace_child(self, pid);
	(void)kill(pid, SIGKILL); /* it may have ended */
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		continue;
	if (number)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s", strerrordesc_np(number));
	return INTOTO_OK;
}

/* --- the mechanism --- */

/* Every signal is blocked in it, from before it is there. */
static int start_tracer(struct owner *self, struct intoto_error **err)
{
	sigset_t all;
	sigset_t before;
	int number = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	self->shared.tracer = fork();
	if (self->shared.tracer == 0)
		it_ptrace_trace(&self->shared);
	if (self->shared.tracer < 0)
		number = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (number)
		return it_err_errno(err, number, "the process that traces");
	it_fd_close(&self->shared.ours);
	it_fd_close(&self->shared.events[1]);
	return start_thread(self, err);
}

static int prepare(struct it_tracer *tracer, struct intoto_error **err)
{
	struct it_tracer_filter_options options = { .tier = tracer->options.tier,
						    .action = SECCOMP_RET_TRACE };
	struct owner *self = calloc(1, sizeof *self);
	int number;
	int rc;

	if (!self)
		return it_err_nomem(err);
	tracer->state = self;
	self->shared.ours = self->shared.theirs = -1;
	self->shared.events[0] = self->shared.events[1] = self->shared.looked = -1;
	self->shared.owner = getpid();
	rc = it_tracer_follow_open(&self->shared.follow, tracer, err);
	if (!rc)
		rc = it_tracer_filter_write(&self->shared.filter, &options, err);
	if (rc)
		return rc;
	number = set_pair(self);
	self->shared.looked = eventfd(0, EFD_CLOEXEC);
	if (!number && (self->shared.looked < 0 || pipe2(self->shared.events, O_CLOEXEC)))
		number = errno;
	if (number)
		return it_err_errno(err, number, "watching the command");
	rc = probe(self, err);
	if (!rc)
		rc = start_tracer(self, err);
	tracer->entry.fd = &self->shared.theirs;
	tracer->touched->statement.network_seen = tracer->options.tier == IT_TRACE_FULL;
	return rc;
}

static int started(struct it_tracer *tracer, pid_t pid, struct intoto_error **err)
{
	struct owner *self = tracer->state;

	(void)pid; /* of a sandbox, perhaps; who introduced itself is the command */
	(void)err;
	it_fd_close(&self->shared.theirs);
	return INTOTO_OK;
}

/* Waits for who traces, which waits a little for who is left. */
static void end(struct owner *self)
{
	it_fd_close(&self->shared.theirs); /* without a command it ends by this */
	if (self->shared.tracer > 0)
		(void)kill(self->shared.tracer, IT_PTRACE_FINISH); /* it may have ended */
	if (self->has_thread)
		(void)pthread_join(self->thread, NULL); /* it ends with the pipe */
	self->has_thread = false;
	while (self->shared.tracer > 0 && waitpid(self->shared.tracer, NULL, 0) < 0 &&
	       errno == EINTR)
		continue;
	self->shared.tracer = 0;
}

static int finish(struct it_tracer *tracer, struct intoto_error **err)
{
	struct owner *self = tracer->state;

	end(self);
	if (!self->ended) {
		tracer->touched->statement.lost++;
		it_touched_note(tracer->touched, "who traced the step ended before it did");
	}
	return it_tracer_follow_finish(&self->shared.follow, err);
}

static void done(struct it_tracer *tracer)
{
	struct owner *self = tracer->state;

	if (!self)
		return;
	end(self);
	it_fd_close(&self->shared.ours);
	it_fd_close(&self->shared.events[0]);
	it_fd_close(&self->shared.events[1]);
	it_fd_close(&self->shared.looked);
	it_tracer_follow_done(&self->shared.follow);
	free(self);
}

const struct it_tracer_kind it_tracer_ptrace = {
	.name = "ptrace",
	.tiers = 1U << IT_TRACE_WRITES | 1U << IT_TRACE_FULL,
	.prepare = prepare,
	.enter = enter,
	.started = started,
	.finish = finish,
	.done = done,
};
