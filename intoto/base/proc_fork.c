/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By fork: posix_spawn leaves no place for a call of ours between its own and exec.  The child does
 * nothing but system calls; what it needs is made before, and what fails there comes back through
 * a pipe that exec closes.
 */
#include "base/proc_fork.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/strings.h"

enum {
	FIRST_OTHER_FD = 3,
	STATUS_FAILED = 127,
	MOST_FDS = 1024 * 1024,
	/* The same on all architectures; older headers lack them. */
	CLOSE_RANGE = 436,
	CLOSE_CLOEXEC = 4,
};

/* Also what posix_spawnp takes without a PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

struct plan {
	const struct it_proc_spec *spec;
	const int *streams;
	struct it_strings programs; /* to try in turn */
	int report;
	unsigned most_fds;
	sigset_t before;
};

static void plan_done(struct plan *plan)
{
	it_strings_done(&plan->programs);
	it_fd_close(&plan->report);
}

static int add_joined(struct it_strings *list, struct it_span folder, const char *name)
{
	IT_AUTO(it_freep) char *copy = strndup(folder.data, folder.len);
	IT_AUTO(it_freep) char *path = copy && *copy ? it_path_join(copy, name) : NULL;

	if (!copy || (*copy && !path))
		return ENOMEM;
	return it_strings_add(list, path ? path : name, NULL) ? ENOMEM : 0;
}

/* An empty part of PATH is the current folder. */
static int find_programs(struct plan *plan)
{
	const char *program = plan->spec->argv[0];
	const char *at = getenv("PATH");
	int number = 0;

	if (strchr(program, '/'))
		return it_strings_add(&plan->programs, program, NULL) ? ENOMEM : 0;
	if (!at)
		at = DEFAULT_PATH;
	for (bool more = true; !number && more;) {
		size_t len = strcspn(at, ":");

		number = add_joined(&plan->programs, it_span(at, len), program);
		more = at[len] == ':';
		at += len + more;
	}
	return number;
}

/* --- the child --- */

static _Noreturn void fail(const struct plan *plan, int number, bool in_entry)
{
	struct it_proc_failure failure = { number, in_entry };

	(void)!write(plan->report, &failure, sizeof failure); /* who reads it sees the end too */
	_exit(STATUS_FAILED);
}

/* A handler of the caller's must not run here; what is ignored stays so, but for SIGPIPE. */
static void reset_signals(void)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction now;

	for (int number = 1; number < NSIG; number++)
		if (number == SIGPIPE || (sigaction(number, NULL, &now) == 0 &&
					  now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL))
			(void)sigaction(number, &usual, NULL); /* not all can be set */
}

/* They close with exec: the report, and what the entry needs, are among them. */
static void mark_others(unsigned most)
{
	if (syscall(CLOSE_RANGE, FIRST_OTHER_FD, ~0U, CLOSE_CLOEXEC) == 0)
		return;
	for (unsigned fd = FIRST_OTHER_FD; fd < most; fd++)
		(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC); /* most are closed */
}

static void arrange(const struct plan *plan)
{
	const struct it_proc_spec *spec = plan->spec;

	if (spec->own_session ? setsid() < 0 : setpgid(0, 0) < 0)
		fail(plan, errno, false);
	if (spec->terminal && tcsetpgrp(*spec->terminal, getpgrp()))
		fail(plan, errno, false);
	for (int i = 0; i < FIRST_OTHER_FD; i++)
		if (plan->streams[i] >= 0 && dup2(plan->streams[i], i) < 0)
			fail(plan, errno, false);
	if (spec->close_others)
		mark_others(plan->most_fds);
	if (spec->folder && chdir(spec->folder))
		fail(plan, errno, false);
}

/* What is missing is looked for further on; what may not be started is remembered. */
static int try_programs(const struct plan *plan, char *const *environment)
{
	bool forbidden = false;
	int number = ENOENT;

	for (size_t i = 0; i < plan->programs.count; i++) {
		(void)execve(plan->programs.items[i], plan->spec->argv, environment);
		number = errno;
		forbidden |= number == EACCES;
		if (number != EACCES && number != ENOENT && number != ESTALE && number != ENOTDIR &&
		    number != ENODEV && number != ETIMEDOUT)
			return number;
	}
	return forbidden ? EACCES : number;
}

static _Noreturn void become(const struct plan *plan)
{
	const struct it_proc_spec *spec = plan->spec;
	int number;

	reset_signals();
	arrange(plan);
	number = spec->entry->enter(spec->entry->arg);
	if (number)
		fail(plan, number, true);
	(void)sigprocmask(SIG_SETMASK, spec->blocked ? spec->blocked : &plan->before, NULL);
	fail(plan, try_programs(plan, spec->environment ? spec->environment : environ), false);
}

/* --- the caller --- */

static int open_report(struct plan *plan, int *read_end)
{
	int ends[2];
	int number = 0;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	*read_end = ends[0];
	plan->report = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
	if (plan->report < 0)
		number = errno;
	(void)close(ends[1]); /* the copy stays */
	return number;
}

static unsigned most_fds(void)
{
	long most = sysconf(_SC_OPEN_MAX);

	return most > 0 && most < MOST_FDS ? (unsigned)most : MOST_FDS;
}

/*
 * Until the command has started, or has not.  Whether it has is not known when that cannot be read:
 * then it ends here, with all that it started.
 */
static void hear(int fd, pid_t pid, struct it_proc_failure *failure)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, (char *)failure + len, sizeof *failure - len);
		len += got > 0 ? (size_t)got : 0;
	} while ((got > 0 && len < sizeof *failure) || (got < 0 && errno == EINTR));
	/* Half a report is one of a failure, too. */
	if (len < sizeof *failure)
		*failure = (struct it_proc_failure){ got < 0 ? errno : len ? EIO : 0, false };
	if (len < sizeof *failure && failure->number) {
		(void)kill(-pid, SIGKILL); /* it may have no group of its own yet */
		(void)kill(pid, SIGKILL);  /* ours to reap, so there it is */
	}
}

/* No handler of ours may run in the child: everything is blocked from before fork. */
static pid_t fork_child(struct plan *plan)
{
	sigset_t all;
	pid_t pid;

	(void)sigfillset(&all);					 /* cannot fail */
	(void)pthread_sigmask(SIG_SETMASK, &all, &plan->before); /* valid arguments */
	pid = fork();
	if (pid == 0)
		become(plan);
	(void)pthread_sigmask(SIG_SETMASK, &plan->before, NULL); /* what it was */
	return pid;
}

void it_proc_fork(pid_t *pid, const struct it_proc_spec *spec, const int streams[3],
		  struct it_proc_failure *failure)
{
	IT_AUTO(plan_done)
	struct plan plan = {
		.spec = spec, .streams = streams, .report = -1, .most_fds = most_fds()
	};
	IT_AUTO(it_fd_close) int read_end = -1;

	*pid = -1;
	failure->number = find_programs(&plan);
	if (!failure->number)
		failure->number = open_report(&plan, &read_end);
	if (failure->number)
		return;
	*pid = fork_child(&plan);
	if (*pid < 0) {
		failure->number = errno;
		return;
	}
	it_fd_close(&plan.report);
	hear(read_end, *pid, failure);
	if (!failure->number)
		return;
	it_proc_reap(*pid);
	*pid = -1;
}
