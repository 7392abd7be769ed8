/* SPDX-License-Identifier: Apache-2.0 */
/* Keeper, init and the command, each up to where it becomes something else. */
#include "base/sandbox_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

enum { STATUS_FAILED = 125, MOST_CAPABILITIES = 64, OWNER_GONE = SIGUSR1 };

void it_sandbox_fail(const struct it_sandbox_plan *plan, enum it_sandbox_step step)
{
	plan->shared->number = errno;
	plan->shared->failed = step;
	_exit(STATUS_FAILED);
}

static void reach(const struct it_sandbox_plan *plan, enum it_sandbox_mechanism what)
{
	plan->shared->level.mechanisms |= (unsigned)what;
}

static bool has(const struct it_sandbox_plan *plan, enum it_sandbox_mechanism what)
{
	return plan->shared->level.mechanisms & (unsigned)what;
}

static int report_of(const struct it_sandbox_plan *plan)
{
	return plan->spec->own ? plan->report : IT_SANDBOX_REPORT_FD;
}

/* What only the command needs, closed in those that stand behind it. */
static void close_commands(const struct it_sandbox_plan *plan)
{
	(void)close(report_of(plan));
	if (plan->entry >= 0)
		(void)close(*plan->proc->entry->fd);
	if (plan->entry >= 0 && plan->spec->own)
		(void)close(plan->entry); /* which nobody moved */
}

/* --- the command --- */

static void set_limits(const struct it_sandbox_plan *plan)
{
	if (!plan->limit_count)
		return;
	for (size_t i = 0; i < plan->limit_count; i++)
		if (setrlimit((__rlimit_resource_t)plan->limits[i].what, &plan->limits[i].value))
			it_sandbox_fail(plan, IT_SANDBOX_STEP_LIMITS);
	reach(plan, IT_SANDBOX_RLIMITS);
}

/* Root's files, processes and limits are not those of another user. */
void it_sandbox_leave_root(const struct it_sandbox_plan *plan)
{
	uid_t user = plan->spec->user;

	if (plan->user != 0 || user == 0 || has(plan, IT_SANDBOX_OTHER_USER))
		return;
	/* System calls, not the C library's, which would wake threads that are not here. */
	if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, user, user, user) ||
	    syscall(SYS_setresuid, user, user, user))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_USER);
	reach(plan, IT_SANDBOX_OTHER_USER);
}

/* Neither now nor after exec, whoever we are. */
static void drop_capabilities(const struct it_sandbox_plan *plan)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	bool bounded = true;

	for (int i = 0; i < MOST_CAPABILITIES; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			bounded = false;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* none on old kernels */
	/* Only root gains some by exec. */
	if (syscall(SYS_capset, &header, none) == 0 && (bounded || geteuid() != 0))
		reach(plan, IT_SANDBOX_NO_CAPABILITIES);
}

/* A handler ends with exec, and what the caller ignores may not be ignored for its sake. */
static void reset_signals(const struct it_sandbox_plan *plan)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };

	(void)sigaction(SIGPIPE, &usual, NULL); /* signals that exist */
	(void)sigaction(SIGCHLD, &usual, NULL);
	(void)sigprocmask(SIG_SETMASK, plan->blocked, NULL);
}

static void try_programs(const struct it_sandbox_plan *plan)
{
	char *const *environment = plan->proc->environment ? plan->proc->environment : environ;
	int number = ENOENT;

	for (char *const *program = plan->programs; program && *program; program++) {
		(void)execve(*program, plan->proc->argv, environment); /* comes back on failure */
		if (errno != ENOENT && errno != ENOTDIR)
			number = errno;
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			break;
	}
	errno = number;
}

/* A tracer's filter or namespace; behind our own filter, which it cannot widen. */
static void enter(const struct it_sandbox_plan *plan)
{
	const struct it_proc_entry *entry = plan->proc->entry;

	errno = entry ? entry->enter(entry->arg) : 0;
	if (errno)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_ENTRY);
}

/* Of a session of our own, or, with the terminal, of the caller's. */
static void lead_group(const struct it_sandbox_plan *plan)
{
	const int *terminal = plan->proc->terminal;

	if (!plan->spec->own ? setsid() < 0 : setpgid(0, 0) != 0)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	if (plan->spec->own && terminal)
		(void)tcsetpgrp(*terminal, getpgrp()); /* it may have hung up */
}

static void close_others(const struct it_sandbox_plan *plan)
{
	for (size_t i = 0; i < plan->closed_count; i++)
		(void)close(plan->closed[i]); /* handed down, but it leads out */
}

void it_sandbox_become(const struct it_sandbox_plan *plan)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	if (!has(plan, IT_SANDBOX_PID_NS)) {
		lead_group(plan);
		plan->shared->group = getpid();
		plan->shared->init = getppid();
	}
	if (plan->spec->own)
		close_others(plan);
	set_limits(plan);
	it_sandbox_leave_root(plan);
	if (plan->proc->folder && chdir(plan->proc->folder))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_FOLDER);
	drop_capabilities(plan);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		reach(plan, IT_SANDBOX_NO_NEW_PRIVILEGES);
	it_sandbox_landlock(plan);
	it_sandbox_filter(plan);
	errno = 0;
	if (plan->spec->required & ~it_sandbox_promises(&plan->shared->level))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROMISE);
	/* A change of user takes this away again. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* it worked before */
	reset_signals(plan);
	enter(plan);
	plan->shared->ready = true;
	try_programs(plan);
	it_sandbox_fail(plan, IT_SANDBOX_STEP_EXEC);
}

/* --- init --- */

/* In a process namespace the kernel kills what is left as soon as we end. */
static void clean_up(const struct it_sandbox_plan *plan)
{
	if (!has(plan, IT_SANDBOX_PID_NS))
		it_sandbox_kill_children();
}

/* A byte with the signal's number, for the keeper. */
static void tell_stop(const struct it_sandbox_plan *plan, int number)
{
	const unsigned char byte = (unsigned char)number;
	ssize_t put = write(plan->stops[1], &byte, 1);

	(void)put; /* a pipe full of stops says enough */
}

/* Takes away whoever has ended; true when it was the command. */
static bool reap(const struct it_sandbox_plan *plan, pid_t command)
{
	int flags = WNOHANG | (plan->spec->own ? WUNTRACED : 0);
	bool ended = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, flags)) > 0) {
		if (pid != command)
			continue;
		if (WIFSTOPPED(status)) {
			tell_stop(plan, WSTOPSIG(status));
			continue;
		}
		plan->shared->status = status;
		ended = true;
	}
	return ended || (pid < 0 && errno == ECHILD);
}

static _Noreturn void watch(const struct it_sandbox_plan *plan, pid_t command)
{
	const struct timespec look = { .tv_sec = 1 };
	sigset_t wanted;

	(void)sigemptyset(&wanted); /* cannot fail; signals that exist */
	(void)sigaddset(&wanted, SIGCHLD);
	(void)sigaddset(&wanted, OWNER_GONE);
	while (!reap(plan, command))
		if (sigtimedwait(&wanted, NULL, &look) == OWNER_GONE)
			break;
	clean_up(plan);
	_exit(0);
}

static void become_reaper(const struct it_sandbox_plan *plan)
{
	bool namespaced = has(plan, IT_SANDBOX_PID_NS);

	/* Our memory is the caller's, keys and all. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_PDEATHSIG, namespaced ? SIGKILL : OWNER_GONE, 0, 0, 0))
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	if (namespaced || !plan->spec->own)
		lead_group(plan);
	if (!namespaced && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
		reach(plan, IT_SANDBOX_SUBREAPER);
}

static _Noreturn void init(const struct it_sandbox_plan *plan)
{
	pid_t command;

	become_reaper(plan);
	it_sandbox_build_view(plan);
	command = fork();
	if (command < 0)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	if (command == 0)
		it_sandbox_become(plan);
	close_commands(plan); /* ours; only read ends are left elsewhere */
	watch(plan, command);
}

/* --- keeper --- */

static void arrange_descriptors(const struct it_sandbox_plan *plan)
{
	for (int i = 0; i < 3; i++)
		if (dup2(plan->streams[i], i) < 0)
			it_sandbox_fail(plan, IT_SANDBOX_STEP_STREAMS);
	if (plan->spec->own)
		return; /* what we inherited keeps its numbers, and our own are close-on-exec */
	if (dup3(plan->report, IT_SANDBOX_REPORT_FD, O_CLOEXEC) < 0)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_STREAMS);
	if (plan->entry >= 0) {
		if (dup3(plan->entry, IT_SANDBOX_ENTRY_FD, O_CLOEXEC) < 0)
			it_sandbox_fail(plan, IT_SANDBOX_STEP_STREAMS);
		*plan->proc->entry->fd = IT_SANDBOX_ENTRY_FD; /* our copy of it */
	}
	it_fd_close_from(plan->entry >= 0 ? IT_SANDBOX_ENTRY_FD + 1 : IT_SANDBOX_ENTRY_FD,
			 plan->most_fds);
}

/* As the command did: by the same signal, or with its status. */
static _Noreturn void end_like(int status)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	const struct rlimit none = { 0, 0 };
	sigset_t set;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	(void)setrlimit(RLIMIT_CORE, &none); /* a core of ours would say nothing */
	(void)sigaction(WTERMSIG(status), &usual, NULL);
	(void)sigemptyset(&set); /* cannot fail */
	(void)kill(getpid(), WTERMSIG(status));
	(void)sigprocmask(SIG_SETMASK, &set, NULL); /* now it comes */
	_exit(STATUS_FAILED);
}

/* As the command stopped, so that the caller sees it; we go on when the caller says so. */
static void stop_like(int number)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t set;

	if (number != SIGTSTP && number != SIGTTIN && number != SIGTTOU)
		return; /* by somebody inside, who may go on only because we do */
	(void)sigaction(number, &usual, NULL);
	(void)sigemptyset(&set); /* cannot fail; a signal that exists */
	(void)sigaddset(&set, number);
	(void)kill(getpid(), number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL); /* here we stop */
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool read_byte(int fd, unsigned char *out)
{
	ssize_t got;

	do
		got = read(fd, out, 1);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

/* Until init has ended: then all of its end of the pipe is closed. */
static void attend(const struct it_sandbox_plan *plan)
{
	const struct it_sandbox_server server = { .fd = plan->fuse,
						  .tree = plan->tree,
						  .denied = plan->spec->denied,
						  .user = plan->user,
						  .group = getegid() };
	struct pollfd fds[] = {
		{ .fd = plan->stops[0], .events = POLLIN },
		{ .fd = -1, .events = POLLIN }, /* before it is mounted, there is nothing to read */
	};
	unsigned char number;

	for (;;) {
		if (poll(fds, IT_COUNT_OF(fds), -1) < 0) {
			if (errno == EINTR || errno == ENOMEM)
				continue; /* it passes; meanwhile nobody would be answered */
			return;
		}
		if (fds[1].revents && !it_sandbox_serve(&server)) {
			fds[1].fd = -1;
			(void)close(plan->fuse); /* nobody must wait for our answers */
		}
		if ((fds[0].revents & POLLIN) && read_byte(fds[0].fd, &number)) {
			if (number == IT_SANDBOX_MOUNTED)
				fds[1].fd = plan->fuse;
			else
				stop_like(number);
		} else if (fds[0].revents)
			return;
	}
}

static void begin_keeping(const struct it_sandbox_plan *plan)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	int moved;

	(void)sigaction(SIGCHLD, &usual, NULL); /* ignored, it would eat the status */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != plan->caller)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	/* What the terminal sends to the caller's group is for the caller to pass on. */
	moved = plan->spec->own ? setpgid(0, 0) : setsid();
	if (moved < 0)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
}

/* By one who is in the user namespace that mounts it: the kernel insists. */
static void open_fuse(const struct it_sandbox_plan *plan)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && dup3(fd, plan->fuse, O_CLOEXEC) >= 0)
		plan->shared->fuse = true;
	else
		plan->spec->denied->number = errno;
	if (fd >= 0)
		(void)close(fd); /* the other one stays */
}

void it_sandbox_keep(const struct it_sandbox_plan *plan)
{
	pid_t child;

	begin_keeping(plan);
	arrange_descriptors(plan);
	plan->shared->keeper = getpid();
	it_sandbox_unshare(plan);
	if (plan->tree)
		open_fuse(plan);
	/* If we die before init does, nobody must think that the command exited with 0. */
	plan->shared->status = SIGKILL;
	child = fork();
	if (child < 0)
		it_sandbox_fail(plan, IT_SANDBOX_STEP_PROCESS);
	if (child == 0)
		init(plan);
	if (has(plan, IT_SANDBOX_PID_NS))
		plan->shared->group = child;
	close_commands(plan); /* its own are the ones that count */
	if (plan->spec->own) {
		(void)close(plan->stops[1]); /* init's */
		attend(plan);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	end_like(plan->shared->status);
}
