/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seccomp user notification: a filter in the step hands each call of the table to one of two
 * threads of ours, which looks at it and lets it go on.
 *
 * The first thread is there before the command is: the exec that starts it is the first call that
 * somebody has to answer.  Two, because one that has just woken its caller often has to wait for
 * the processor until that one asks again; who asks elsewhere meanwhile would wait, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "run/tracer_filter.h"
#include "run/tracer_follow.h"
#include "run/tracer_memory.h"

enum {
	/* How long we go on listening to those who are left when the command has ended. */
	GRACE_MS = 500,
	LOOK_MS = 10 * 1000,  /* only if it was lost who should look */
	PROBE_MS = 10 * 1000, /* a child that says nothing was killed, or is not heard */
	NOTE_MAX = 1024,      /* bytes of a notification, whatever kernel; it says how many */
	FIRST_FREE_FD = 10,
	CONTINUE = 1, /* SECCOMP_USER_NOTIF_FLAG_CONTINUE */
	UPPER_HALF = 32,
	WATCHERS = 2,
};

/* SECCOMP_IOCTL_NOTIF_SET_FLAGS and its flag, which older headers lack. */
#define SET_FLAGS _IOW('!', 4, uint64_t)
#define SYNC_WAKE_UP 1UL

#define NS_PER_MS INT64_C(1000000)

struct notify;

/* One thread, with the call that it looks at. */
struct watcher {
	struct notify *self;
	int64_t give_up; /* on the monotonic clock; 0: not yet */
	bool gave_up;
	pthread_t thread;
	bool has_thread;
	struct it_tracer_deed deed;
	union {
		struct seccomp_notif note;
		char bytes[NOTE_MAX]; /* the kernel may know more members */
	} note;
	union {
		struct seccomp_notif_resp answer;
		char bytes[NOTE_MAX];
	} answer;
};

struct notify {
	struct it_tracer_filter filter;
	unsigned token[2];
	struct it_tracer_follow follow;
	int ours; /* ends of the pair that the listener comes through */
	int theirs;
	int wake; /* the command has ended, or will never start */
	int listener;
	bool in_turn; /* the kernel wakes us where the caller was */
	bool shared;  /* both watch */
	pthread_mutex_t receiving;
	pthread_mutex_t answering; /* and what is remembered: answers and the log have one order */
	struct watcher watchers[WATCHERS];
};

/* --- the child --- */

/* With the token in the upper halves, so that the filter lets it pass. */
static int hand_over(const struct notify *self, int listener)
{
	char byte = 0;
	struct iovec bytes = { &byte, 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = { 0 };
	struct msghdr message = { .msg_iov = &bytes,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	unsigned long fd = (unsigned long)self->theirs | (unsigned long)self->token[0]
								 << UPPER_HALF;
	unsigned long flags = (unsigned long)self->token[1] << UPPER_HALF;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof listener);
	memcpy(CMSG_DATA(head), &listener, sizeof listener);
	return syscall(SYS_sendmsg, fd, &message, flags) == 1 ? 0 : errno;
}

static int enter_filter(struct notify *self)
{
	int listener;
	int number;

	/* A sandbox hides us from its own; nothing of it runs yet, and who watches has to see. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	listener = it_tracer_filter_enter(&self->filter, true);
	if (listener < 0)
		return errno;
	number = hand_over(self, listener);
	(void)close(listener); /* only who watches has it */
	return number;
}

/*
 * What the command was started with is in /proc only for as long as it has not gone on.  Whoever is
 * later than this says that it is not known; whoever cannot follow it at all says why.
 */
static int enter(struct it_tracer *tracer)
{
	struct notify *self = tracer->state;
	struct pollfd looked = { .fd = self->theirs, .events = POLLIN };
	int number = enter_filter(self);
	unsigned char why = 0;
	int ready;

	if (number)
		return number;
	do
		ready = poll(&looked, 1, LOOK_MS);
	while (ready < 0 && errno == EINTR);
	if (ready > 0 && recv(self->theirs, &why, 1, MSG_DONTWAIT) != 1)
		return ECONNRESET; /* who should look is gone */
	return why;
}

/* --- the listener --- */

/* What passes: whoever gave up now would leave the step waiting. */
static bool is_passing(int number)
{
	return number == EINTR || number == ENOMEM || number == EAGAIN;
}

/* The sender's number is as we see it, in whatever namespace it is. */
static int receive_listener(struct notify *self, pid_t *sender)
{
	char byte;
	struct iovec bytes = { &byte, 1 };
	union {
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr aligned;
	} control;
	struct msghdr message = { .msg_iov = &bytes,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof control };
	ssize_t got;

	do
		got = recvmsg(self->ours, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (got < 0 && errno != EAGAIN && is_passing(errno));
	if (got != 1)
		return got < 0 ? errno : ECONNRESET;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head;
	     head = CMSG_NXTHDR(&message, head)) {
		struct ucred who;

		if (head->cmsg_level != SOL_SOCKET)
			continue;
		if (head->cmsg_type == SCM_RIGHTS)
			memcpy(&self->listener, CMSG_DATA(head), sizeof self->listener);
		if (head->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&who, CMSG_DATA(head), sizeof who);
			*sender = who.pid;
		}
	}
	return self->listener < 0 ? EPROTO : 0;
}

static int set_pair(struct notify *self)
{
	int ends[2];
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return errno;
	self->ours = fcntl(ends[0], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	self->theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	(void)close(ends[0]); /* the copies stay */
	(void)close(ends[1]);
	if (self->ours < 0 || self->theirs < 0 ||
	    setsockopt(self->ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof on))
		return errno;
	return 0;
}

/* --- one notification --- */

static bool receive(struct watcher *watcher)
{
	memset(&watcher->note, 0, sizeof watcher->note); /* the kernel wants it so */
	return ioctl(watcher->self->listener, SECCOMP_IOCTL_NOTIF_RECV, &watcher->note) == 0;
}

/* Both are woken, and one comes too late: it must not wait where nobody can wake it. */
static bool receive_shared(struct watcher *watcher)
{
	struct notify *self = watcher->self;
	struct pollfd fd = { .fd = self->listener, .events = POLLIN };
	bool received;

	if (!self->shared)
		return receive(watcher);
	(void)pthread_mutex_lock(&self->receiving); /* cannot fail, as below */
	received = poll(&fd, 1, 0) > 0 && (fd.revents & POLLIN) && receive(watcher);
	(void)pthread_mutex_unlock(&self->receiving);
	return received;
}

/* 0 or errno; ENOENT: killed meanwhile. */
static int answer(struct watcher *watcher, bool absent)
{
	memset(&watcher->answer, 0, sizeof watcher->answer);
	watcher->answer.answer.id = watcher->note.note.id;
	watcher->answer.answer.error = absent ? -ENOSYS : 0;
	watcher->answer.answer.flags = absent ? 0 : CONTINUE;
	while (ioctl(watcher->self->listener, SECCOMP_IOCTL_NOTIF_SEND, &watcher->answer))
		if (!is_passing(errno))
			return errno;
	return 0;
}

/* The one who asks is woken where we are, and we where he is: on one processor, in turn. */
static bool wake_in_turn(const struct notify *self, bool yes)
{
	return ioctl(self->listener, SET_FLAGS, yes ? SYNC_WAKE_UP : 0UL) == 0; /* Linux 6.6 */
}

/*
 * We go where the caller is, and he stays there.  Were he to come to us, all who ask at the same
 * time would end on one processor, and nothing brings them apart again.
 */
static int answer_in_place(struct watcher *watcher, bool absent)
{
	const struct notify *self = watcher->self;
	bool away = self->in_turn && self->shared && wake_in_turn(self, false);
	int number = answer(watcher, absent);

	if (away)
		(void)wake_in_turn(self, true); /* it could before; and only speed depends on it */
	return number;
}

/*
 * Whoever was killed while it waited did not make the call, and cannot be answered.  Whoever can
 * was there all the time, so that what we read was its own and not of another process with its
 * number.
 */
static void serve(struct watcher *watcher)
{
	struct notify *self = watcher->self;
	const struct seccomp_data *data = &watcher->note.note.data;
	struct it_tracer_asked asked = { .tid = (pid_t)watcher->note.note.pid,
					 .audit = data->arch,
					 .number = data->nr };

	for (size_t i = 0; i < IT_COUNT_OF(asked.args); i++)
		asked.args[i] = data->args[i];
	(void)pthread_mutex_lock(&self->answering); /* cannot fail, as below */
	asked.is_new = it_tracer_meet(&self->follow, asked.tid);
	(void)pthread_mutex_unlock(&self->answering);
	it_tracer_look(&self->follow, &asked, &watcher->deed);
	/* What the caller does next comes behind this, whoever sees it. */
	(void)pthread_mutex_lock(&self->answering);
	if (answer_in_place(watcher, watcher->deed.absent) == 0)
		it_tracer_commit(&self->follow, &watcher->deed, IT_DEED_MAYBE);
	(void)pthread_mutex_unlock(&self->answering);
}

/* --- the threads --- */

static int patience(const struct watcher *watcher)
{
	int64_t left = watcher->give_up - it_clock_monotonic();

	if (!watcher->give_up)
		return -1;
	return left > 0 ? (int)(left / NS_PER_MS) + 1 : 0;
}

/* Until nobody is left who could ask, or we have waited long enough. */
static void *listen_to_step(void *arg)
{
	struct watcher *watcher = arg;
	const struct notify *self = watcher->self;
	struct pollfd fds[] = { { .fd = self->listener, .events = POLLIN },
				{ .fd = self->wake, .events = POLLIN } };

	for (;;) {
		int ready = poll(fds, IT_COUNT_OF(fds), patience(watcher));

		if (ready < 0 && !is_passing(errno))
			break;
		if (ready > 0 && (fds[0].revents & POLLIN) && receive_shared(watcher))
			serve(watcher);
		else if (ready > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
			return NULL;
		if (ready > 0 && fds[1].revents) {
			fds[1].fd = -1;
			watcher->give_up = it_clock_monotonic() + GRACE_MS * NS_PER_MS;
		}
		if (watcher->give_up && it_clock_monotonic() >= watcher->give_up)
			break;
	}
	watcher->gave_up = true;
	return NULL;
}

static bool has_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) || CPU_COUNT(&set) > 1;
}

/* Signals are blocked in the one that makes another.  Where there can be no second, one does. */
static void listen_together(struct notify *self)
{
	struct watcher *second = &self->watchers[1];

	self->shared = has_processors();
	if (self->shared && pthread_create(&second->thread, NULL, listen_to_step, second))
		self->shared = false;
	(void)listen_to_step(&self->watchers[0]);
	if (self->shared)
		(void)pthread_join(second->thread, NULL); /* it ends as we did */
	for (size_t i = 0; i < WATCHERS; i++)
		if (self->watchers[i].gave_up) {
			it_tracer_follow_escaped(
				&self->follow, true,
				"what it opens, changes or starts from now on fails (ENOSYS)");
			return;
		}
}

/* 0: it was looked at; else the error because of which it must not start. */
static void tell_looked(const struct notify *self, int number)
{
	const unsigned char why = number >= 0 && number <= UCHAR_MAX ? (unsigned char)number : EIO;

	while (send(self->ours, &why, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
		continue; /* or the command has been killed */
}

static void *run(void *arg)
{
	struct notify *self = arg;
	struct pollfd fds[] = { { .fd = self->ours, .events = POLLIN },
				{ .fd = self->wake, .events = POLLIN } };
	pid_t sender = 0;
	int number;

	while (poll(fds, IT_COUNT_OF(fds), -1) < 0 && is_passing(errno))
		continue;
	if (!fds[0].revents)
		return NULL; /* the command did not start */
	number = receive_listener(self, &sender);
	if (number) {
		char byte;

		/* What is on the way is dropped: nobody must wait for our answer. */
		(void)!read(self->ours, &byte, 1);
		tell_looked(self, number);
		return NULL;
	}
	self->in_turn = wake_in_turn(self, true);
	it_tracer_follow_start(&self->follow, sender);
	tell_looked(self, 0);
	listen_together(self);
	it_fd_close(&self->listener); /* who is left is answered by the kernel */
	return NULL;
}

/* Signals are for the thread that everything began in. */
static int start_thread(struct notify *self, struct intoto_error **err)
{
	sigset_t all;
	sigset_t before;
	struct watcher *first = &self->watchers[0];
	int number;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* cannot fail, as below */
	number = pthread_create(&first->thread, NULL, run, self);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	first->has_thread = !number;
	return number ? it_err_errno(err, number, "a thread that watches the command") : INTOTO_OK;
}

static void end_thread(struct notify *self)
{
	struct watcher *first = &self->watchers[0];
	uint64_t one = 1;

	if (!first->has_thread)
		return;
	while (write(self->wake, &one, sizeof one) < 0 && errno == EINTR)
		continue;			 /* a counter that is 0 takes it */
	(void)pthread_join(first->thread, NULL); /* it ends by itself now */
	first->has_thread = false;
}

/* --- whether it works here --- */

/* A child that does what the command will do, and one call that is in every filter. */
static _Noreturn void try_in_child(struct notify *self)
{
	int number = enter_filter(self);

	if (!number && unlink("") == 0)
		number = EIO; /* cannot be */
	_exit(number ? number : errno == ENOENT ? 0 : errno);
}

static int answer_child(struct notify *self)
{
	struct pollfd fd = { .fd = self->ours, .events = POLLIN };
	struct watcher *asked = &self->watchers[0];
	char memory[2];
	pid_t sender;
	int number;

	it_fd_close(&self->theirs);
	while (poll(&fd, 1, -1) < 0 && errno == EINTR)
		continue;
	number = receive_listener(self, &sender);
	if (number)
		return number;
	fd.fd = self->listener;
	if (poll(&fd, 1, PROBE_MS) != 1 || !(fd.revents & POLLIN))
		return ETIMEDOUT;
	if (!receive(asked))
		return errno;
	number = it_tracer_read((pid_t)asked->note.note.pid, asked->note.note.data.args[0], memory,
				1);
	return number ? (void)answer(asked, false), number : answer(asked, false);
}

static void close_all(struct notify *self)
{
	it_fd_close(&self->ours);
	it_fd_close(&self->theirs);
	it_fd_close(&self->listener);
}

/* All of it once: a kernel, a container or a filter around us may refuse any part. */
static int probe(struct notify *self, struct intoto_error **err)
{
	int number = set_pair(self);
	int status = 0;
	pid_t pid;

	if (number)
		return it_err_errno(err, number, "a pair of sockets");
	pid = fork();
	if (pid < 0)
		return it_err_errno(err, errno, "a process");
	if (pid == 0)
		try_in_child(self);
	number = answer_child(self);
	close_all(
		self); /* a child that still waits goes on now, unless it has copies of both ends */
	if (number)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		number = WEXITSTATUS(status);
	if (number == EBUSY)
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "somebody else is notified of our own system calls already");
	if (number)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s", strerrordesc_np(number));
	return INTOTO_OK;
}

/* --- the mechanism --- */

static int write_filter(struct notify *self, enum it_trace_tier tier, struct intoto_error **err)
{
	struct it_tracer_filter_options options = { .tier = tier,
						    .action = SECCOMP_RET_USER_NOTIF };
	int rc = it_random(self->token, sizeof self->token, err);

	self->token[0] |= 1; /* 0 would be none */
	memcpy(options.token, self->token, sizeof options.token);
	return rc ? rc : it_tracer_filter_write(&self->filter, &options, err);
}

static int prepare(struct it_tracer *tracer, struct intoto_error **err)
{
	struct notify *self = calloc(1, sizeof *self);
	int number = 0;
	int rc;

	if (!self)
		return it_err_nomem(err);
	tracer->state = self;
	self->ours = self->theirs = self->wake = self->listener = -1;
	(void)pthread_mutex_init(&self->receiving, NULL); /* cannot fail, as below */
	(void)pthread_mutex_init(&self->answering, NULL);
	for (size_t i = 0; i < WATCHERS; i++)
		self->watchers[i].self = self;
	rc = it_tracer_follow_open(&self->follow, tracer, err);
	if (!rc)
		rc = write_filter(self, tracer->options.tier, err);
	if (!rc)
		rc = probe(self, err);
	if (rc)
		return rc;
	number = set_pair(self);
	self->wake = eventfd(0, EFD_CLOEXEC);
	if (number || self->wake < 0)
		return it_err_errno(err, number ? number : errno, "watching the command");
	tracer->entry.fd = &self->theirs;
	tracer->touched->statement.network_seen = tracer->options.tier != IT_TRACE_WRITES;
	return start_thread(self, err);
}

static int started(struct it_tracer *tracer, pid_t pid, struct intoto_error **err)
{
	struct notify *self = tracer->state;

	(void)pid; /* of a sandbox, perhaps; the listener's sender is the command */
	(void)err;
	it_fd_close(&self->theirs);
	return INTOTO_OK;
}

static int finish(struct it_tracer *tracer, struct intoto_error **err)
{
	struct notify *self = tracer->state;

	end_thread(self);
	return it_tracer_follow_finish(&self->follow, err);
}

static void done(struct it_tracer *tracer)
{
	struct notify *self = tracer->state;

	if (!self)
		return;
	end_thread(self);
	close_all(self);
	it_fd_close(&self->wake);
	it_tracer_follow_done(&self->follow);
	(void)pthread_mutex_destroy(&self->receiving); /* nobody has it */
	(void)pthread_mutex_destroy(&self->answering);
	free(self);
}

const struct it_tracer_kind it_tracer_notify = {
	.name = "user-notification",
	.tiers = 1U << IT_TRACE_WRITES | 1U << IT_TRACE_FULL | 1U << IT_TRACE_BESIDE,
	.prepare = prepare,
	.enter = enter,
	.started = started,
	.finish = finish,
	.done = done,
};
