/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that traces, as ptrace(2) wants it: each thread of the step stops where the filter
 * says so and nowhere else, and once more when a call that writes has been made, to see whether it
 * worked.  What only reads is found to be there, or not, in the end.
 */
#include "run/tracer_ptrace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/call_skip.h"
#include "base/clock.h"
#include "base/file.h"

#define NS_PER_S INT64_C(1000000000)

enum {
	CALL_STOP = SIGTRAP | 0x80, /* of PTRACE_O_TRACESYSGOOD */
	EVENT_SHIFT = 16,
	RESTART_FIRST = 512, /* errors that mean: the call begins again (ERESTARTSYS …) */
	RESTART_LAST = 516,
	NS_PER_MS = 1000 * 1000,
};

struct it_ptrace_pending {
	struct it_ptrace_pending *next;
	pid_t tid;
	size_t len;
	char deed[]; /* its first len bytes */
};

/* --- to the log --- */

/* Who does not hear us any more has ended, and so do we, soon. */
static void tell(const struct it_ptrace *self, struct it_ptrace_event event, const void *bytes)
{
	if (it_fd_write(self->events[1], it_span(&event, sizeof event), NULL) ||
	    (event.len && it_fd_write(self->events[1], it_span(bytes, event.len), NULL)))
		_exit(1);
}

static size_t deed_len(const struct it_tracer_deed *deed)
{
	return offsetof(struct it_tracer_deed, text) + deed->text_len;
}

static void tell_deed(const struct it_ptrace *self, enum it_deed_end end)
{
	tell(self,
	     (struct it_ptrace_event){
		     .kind = IT_PTRACE_DEED, .end = end, .len = deed_len(&self->deed) },
	     &self->deed);
}

/* --- calls that are being made --- */

static struct it_ptrace_pending **find_pending(struct it_ptrace *self, pid_t tid)
{
	struct it_ptrace_pending **at = &self->pending[(unsigned)tid % IT_PTRACE_BUCKETS];

	while (*at && (*at)->tid != tid)
		at = &(*at)->next;
	return at;
}

static void drop_pending(struct it_ptrace *self, pid_t tid)
{
	struct it_ptrace_pending **at = find_pending(self, tid);
	struct it_ptrace_pending *found = *at;

	if (found)
		*at = found->next;
	free(found);
}

static void keep_pending(struct it_ptrace *self, pid_t tid)
{
	size_t len = deed_len(&self->deed);
	struct it_ptrace_pending **at;
	struct it_ptrace_pending *pending = malloc(sizeof *pending + len);

	drop_pending(self, tid);
	if (!pending) {
		tell_deed(self, IT_DEED_MAYBE); /* without knowing how it ends */
		return;
	}
	pending->tid = tid;
	pending->len = len;
	memcpy(pending->deed, &self->deed, len);
	at = find_pending(self, tid);
	pending->next = NULL;
	*at = pending;
}

/* An exec makes the thread the first of its process, whatever it was before. */
static void move_pending(struct it_ptrace *self, pid_t pid)
{
	unsigned long before = 0;
	struct it_ptrace_pending **at;
	struct it_ptrace_pending *moved;

	if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &before) || (pid_t)before == pid)
		return;
	drop_pending(self, pid);
	at = find_pending(self, (pid_t)before);
	moved = *at;
	if (!moved)
		return;
	*at = moved->next;
	moved->tid = pid;
	moved->next = NULL;
	*find_pending(self, pid) = moved;
}

static void resume(struct it_ptrace *self, pid_t tid, int number)
{
	bool watched = *find_pending(self, tid) != NULL;

	/* It may have been killed meanwhile. */
	(void)ptrace(watched ? PTRACE_SYSCALL : PTRACE_CONT, tid, NULL, (void *)(long)number);
}

/* --- stops --- */

static bool wants_end(const struct it_tracer_deed *deed)
{
	if (deed->unfollowed || deed->program)
		return true;
	for (size_t i = 0; i < deed->file_count; i++)
		if (!(deed->files[i].touches & IT_TOUCH_UNRESOLVED))
			return true;
	return false;
}

static void at_call(struct it_ptrace *self, pid_t tid)
{
	struct __ptrace_syscall_info info;
	struct it_tracer_asked asked = { .tid = tid };

	drop_pending(self, tid);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof info, &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_SECCOMP) {
		resume(self, tid, 0); /* killed: then nothing was made */
		return;
	}
	asked.audit = info.arch;
	asked.number = (int)info.seccomp.nr;
	for (size_t i = 0; i < IT_COUNT_OF(asked.args); i++)
		asked.args[i] = info.seccomp.args[i];
	asked.is_new = it_tracer_meet(&self->follow, tid);
	it_tracer_look(&self->follow, &asked, &self->deed);
	if (self->deed.absent && it_call_skip(tid)) {
		self->deed.absent = false; /* it goes on, and nobody sees where */
		self->deed.unfollowed = true;
	}
	if (wants_end(&self->deed))
		keep_pending(self, tid);
	else
		tell_deed(self, IT_DEED_MAYBE);
	resume(self, tid, 0);
}

static void at_end(struct it_ptrace *self, pid_t tid)
{
	struct it_ptrace_pending *pending = *find_pending(self, tid);
	struct __ptrace_syscall_info info;
	long got = ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof info, &info);
	bool known = got > 0 && info.op == PTRACE_SYSCALL_INFO_EXIT;
	bool again = known && info.exit.is_error && info.exit.rval <= -RESTART_FIRST &&
		     info.exit.rval >= -RESTART_LAST;

	if (pending && !again) {
		memcpy(&self->deed, pending->deed, pending->len);
		if (!known)
			tell_deed(self, IT_DEED_MAYBE);
		else
			tell_deed(self, info.exit.is_error ? IT_DEED_FAILED : IT_DEED_DONE);
		if (known && !info.exit.is_error && self->deed.call &&
		    self->deed.call->kind == IT_CALL_MOUNT)
			self->follow.place.blind = true;
	}
	drop_pending(self, tid);
	resume(self, tid, 0);
}

static bool stops_groups(int number)
{
	return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void at_stop(struct it_ptrace *self, pid_t tid, int status)
{
	unsigned event = (unsigned)status >> EVENT_SHIFT;
	int number = WSTOPSIG(status);

	if (event == PTRACE_EVENT_SECCOMP)
		at_call(self, tid);
	else if (!event && number == CALL_STOP)
		at_end(self, tid);
	else if (event == PTRACE_EVENT_STOP && stops_groups(number))
		(void)ptrace(PTRACE_LISTEN, tid, NULL, NULL); /* stays stopped until SIGCONT */
	else if (event) {
		if (event == PTRACE_EVENT_EXEC)
			move_pending(self, tid);
		resume(self, tid, 0);
	} else {
		resume(self, tid, number); /* a signal, for its program */
	}
}

/* --- the life of the process --- */

/* False when nobody is left. */
static bool take_stops(struct it_ptrace *self)
{
	for (;;) {
		int status;
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);

		if (tid == 0)
			return true;
		if (tid < 0 && errno != EINTR)
			return false;
		if (tid > 0 && WIFSTOPPED(status))
			at_stop(self, tid, status);
		else if (tid > 0)
			drop_pending(self, tid);
	}
}

static void listen_to_step(struct it_ptrace *self)
{
	const int64_t grace = (int64_t)IT_PTRACE_GRACE_MS * NS_PER_MS;
	int64_t give_up = 0;
	sigset_t wanted;

	(void)sigemptyset(&wanted); /* cannot fail; signals that exist */
	(void)sigaddset(&wanted, SIGCHLD);
	(void)sigaddset(&wanted, IT_PTRACE_FINISH);
	while (take_stops(self)) {
		int64_t left = give_up ? give_up - it_clock_monotonic() : NS_PER_S;
		struct timespec wait = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };

		if (left <= 0)
			break;
		if (sigtimedwait(&wanted, NULL, &wait) == IT_PTRACE_FINISH)
			give_up = it_clock_monotonic() + grace;
	}
}

/* They go on without us as soon as we end. */
static void tell_escaped(struct it_ptrace *self)
{
	const struct it_touched_statement *statement = &self->follow.touched->statement;
	size_t notes = statement->notes.count;
	uint64_t before = statement->escaped;
	int status;

	if (waitpid(-1, &status, __WALL | WNOHANG) < 0 && errno == ECHILD)
		return;
	it_tracer_follow_escaped(&self->follow, true,
				 "what it opens, changes or starts from now on fails (ENOSYS)");
	tell(self,
	     (struct it_ptrace_event){ .kind = IT_PTRACE_ESCAPED,
				       .count = statement->escaped - before },
	     NULL);
	for (size_t i = notes; i < statement->notes.count; i++)
		tell(self,
		     (struct it_ptrace_event){ .kind = IT_PTRACE_NOTE,
					       .len = strlen(statement->notes.items[i]) },
		     statement->notes.items[i]);
}

/* The command says who it is, as we see it, and waits for our answer. */
static pid_t hear_command(const struct it_ptrace *self)
{
	char byte;
	struct iovec bytes = { &byte, 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr aligned;
	} control;
	struct msghdr message = { .msg_iov = &bytes,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *head;
	struct ucred who;
	ssize_t got;

	do
		got = recvmsg(self->ours, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	head = got == 1 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_CREDENTIALS)
		return -1;
	memcpy(&who, CMSG_DATA(head), sizeof who);
	return who.pid;
}

/*
 * What the command was started with is in /proc only for as long as it has not gone on.  Whoever is
 * later than this says that it is not known.
 */
static void await_look(const struct it_ptrace *self)
{
	struct pollfd looked = { .fd = self->looked, .events = POLLIN };

	while (poll(&looked, 1, IT_PTRACE_LOOK_MS) < 0 && errno == EINTR)
		continue;
}

void it_ptrace_trace(struct it_ptrace *self)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	const unsigned long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK |
				      PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
				      PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
	int number = 0;
	pid_t pid;

	(void)sigaction(SIGCHLD, &usual, NULL); /* ignored, it would take ends away */
	/* What the terminal sends is not for us. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != self->owner || setsid() < 0)
		_exit(1);
	it_fd_close(&self->theirs);
	it_fd_close(&self->events[0]);
	pid = hear_command(self);
	if (pid <= 0)
		_exit(1); /* it was not started */
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options))
		number = errno;
	it_tracer_place_open(&self->follow.place, pid);
	tell(self, (struct it_ptrace_event){ .kind = IT_PTRACE_STARTED, .pid = pid }, NULL);
	await_look(self);
	if (it_fd_write(self->ours, it_span(&number, sizeof number), NULL) || number)
		_exit(1);
	listen_to_step(self);
	tell_escaped(self);
	tell(self, (struct it_ptrace_event){ .kind = IT_PTRACE_END }, NULL);
	_exit(0);
}
