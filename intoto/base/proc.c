/* SPDX-License-Identifier: Apache-2.0 */
/* Starting by posix_spawn, which shares our memory until exec: a large process starts one as fast.
 */
#include "base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "base/proc_fork.h"
#include "base/text.h"

enum { FIRST_OTHER_FD = 3 };

/* What posix_spawn wants, each ready to be destroyed. */
struct plan {
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t actions;
};

static int plan_init(struct plan *plan)
{
	int number = posix_spawnattr_init(&plan->attributes);

	if (number)
		return number;
	number = posix_spawn_file_actions_init(&plan->actions);
	if (number)
		(void)posix_spawnattr_destroy(&plan->attributes); /* the first failure is told */
	return number;
}

static void plan_done(struct plan *plan)
{
	(void)posix_spawn_file_actions_destroy(&plan->actions); /* only memory */
	(void)posix_spawnattr_destroy(&plan->attributes);	/* only memory */
}

/* A parent that ignores SIGPIPE must not hand that down: "yes | head" would never end. */
static int plan_signals(struct plan *plan, const struct it_proc_spec *spec)
{
	int group = spec->own_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
	short flags = (short)(group | POSIX_SPAWN_SETSIGDEF);
	sigset_t usual;
	int number;

	(void)sigemptyset(&usual);	  /* cannot fail */
	(void)sigaddset(&usual, SIGPIPE); /* a signal that exists */
	number = posix_spawnattr_setsigdefault(&plan->attributes, &usual);
	if (!number && spec->blocked) {
		flags = (short)(flags | POSIX_SPAWN_SETSIGMASK);
		number = posix_spawnattr_setsigmask(&plan->attributes, spec->blocked);
	}
	if (!number)
		number = posix_spawnattr_setpgroup(&plan->attributes, 0);
	return number ? number : posix_spawnattr_setflags(&plan->attributes, flags);
}

#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
static int plan_close_others(struct plan *plan)
{
	return posix_spawn_file_actions_addclosefrom_np(&plan->actions, FIRST_OTHER_FD);
}
#else
/* Ours are all close-on-exec; this marks those that our own parent left open. */
static int plan_close_others(struct plan *plan)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	(void)plan;
	while (dir && (entry = readdir(dir))) {
		uint64_t fd;

		if (it_parse_u64(entry->d_name, INT32_MAX, &fd) && fd >= FIRST_OTHER_FD)
			(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC); /* it may be closed by now */
	}
	if (dir)
		(void)closedir(dir); /* only read */
	return 0;
}
#endif

#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDTCSETPGRP_NP
static int plan_terminal(struct plan *plan, int terminal)
{
	return posix_spawn_file_actions_addtcsetpgrp_np(&plan->actions, terminal);
}

static void give_terminal(const struct it_proc_spec *spec, pid_t group)
{
	(void)spec; /* the child took it before it became the program */
	(void)group;
}
#else
static int plan_terminal(struct plan *plan, int terminal)
{
	(void)plan; /* done from here, a little late */
	(void)terminal;
	return 0;
}

static void give_terminal(const struct it_proc_spec *spec, pid_t group)
{
	if (spec->terminal)
		(void)tcsetpgrp(*spec->terminal, group); /* it may have hung up */
}
#endif

/* A descriptor among the first three would be overwritten before it is used: those are moved up. */
static int lift(int *fd)
{
	int moved;

	if (*fd < 0 || *fd >= FIRST_OTHER_FD)
		return 0;
	moved = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_OTHER_FD);
	if (moved < 0)
		return errno;
	*fd = moved;
	return 0;
}

static int plan_streams(struct plan *plan, const int streams[FIRST_OTHER_FD], bool close_others)
{
	int number = 0;

	for (int i = 0; !number && i < FIRST_OTHER_FD; i++)
		if (streams[i] >= 0)
			number = posix_spawn_file_actions_adddup2(&plan->actions, streams[i], i);
	return number || !close_others ? number : plan_close_others(plan);
}

static int plan_folder(struct plan *plan, const char *folder)
{
	return folder ? posix_spawn_file_actions_addchdir_np(&plan->actions, folder) : 0;
}

/* Whether some folder of PATH has a file of that name, to be started or not. */
static bool is_in_path(const char *program)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t len = strcspn(at, ":");
		IT_AUTO(it_freep) char *folder = strndup(at, len);
		IT_AUTO(it_freep) char *path = folder ? it_path_join(folder, program) : NULL;

		if (path && access(path, F_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

/*
 * "Permission denied" may be about a folder of PATH that has nothing to do with the program.  And
 * the system says "no such file" of a script whose interpreter is missing, too.
 */
static int refuse(const struct it_proc_spec *spec, int number, struct intoto_error **err)
{
	const char *program = spec->argv[0];
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(program));
	const char *shown = quoted ? quoted : "";
	bool has_slash = strchr(program, '/') != NULL;
	bool there = has_slash ? !spec->folder && access(program, F_OK) == 0 : is_in_path(program);

	if (spec->folder && access(spec->folder, X_OK))
		return it_err_errno(err, errno, "%s: cannot start in %s", shown, spec->folder);
	if (!has_slash && !there && (number == ENOENT || number == EACCES))
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: command not found", shown);
	if (number == ENOENT && there)
		return it_err_set(err, INTOTO_E_IO,
				  "%s: cannot be started: its interpreter is missing", shown);
	if (number == EACCES)
		return it_err_set(err, INTOTO_E_IO, "%s: cannot be started: permission denied",
				  shown);
	return it_err_errno(err, number, "%s: cannot be started", shown);
}

static int refuse_entry(const struct it_proc_spec *spec, int number, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(spec->argv[0]));

	return it_err_errno(err, number, "%s: cannot be started: %s", quoted ? quoted : "",
			    spec->entry->what);
}

static int spawn(pid_t *pid, const struct it_proc_spec *spec, const int streams[FIRST_OTHER_FD])
{
	char *const *environment = spec->environment ? spec->environment : environ;
	struct plan plan;
	int number = plan_init(&plan);

	if (number)
		return number;
	number = plan_signals(&plan, spec);
	if (!number && spec->terminal)
		number = plan_terminal(&plan, *spec->terminal);
	if (!number)
		number = plan_streams(&plan, streams, spec->close_others);
	if (!number)
		number = plan_folder(&plan, spec->folder);
	if (!number)
		number = posix_spawnp(pid, spec->argv[0], &plan.actions, &plan.attributes,
				      spec->argv, environment);
	plan_done(&plan);
	return number;
}

/* By posix_spawn unless the child has something of its own to do. */
static struct it_proc_failure start(pid_t *pid, const struct it_proc_spec *spec,
				    const int streams[FIRST_OTHER_FD])
{
	struct it_proc_failure failure = { 0 };

	if (spec->entry)
		it_proc_fork(pid, spec, streams, &failure);
	else
		failure.number = spawn(pid, spec, streams);
	return failure;
}

int it_proc_start(pid_t *pid, const struct it_proc_spec *spec, struct intoto_error **err)
{
	const int given[FIRST_OTHER_FD] = { spec->stdin_fd, spec->stdout_fd, spec->stderr_fd };
	int streams[FIRST_OTHER_FD] = { given[0], given[1], given[2] };
	struct it_proc_failure failure = { 0 };

	*pid = -1;
	if (!spec->argv[0] || !*spec->argv[0])
		return it_err_set(err, INTOTO_E_NOTFOUND, "an empty command");
	for (int i = 0; !failure.number && i < FIRST_OTHER_FD; i++)
		failure.number = lift(&streams[i]);
	if (!failure.number)
		failure = start(pid, spec, streams);
	for (int i = 0; i < FIRST_OTHER_FD; i++)
		if (streams[i] != given[i])
			(void)close(streams[i]); /* a duplicate */
	if (!failure.number) {
		give_terminal(spec, *pid);
		return INTOTO_OK;
	}
	*pid = -1;
	return failure.in_entry ? refuse_entry(spec, failure.number, err)
				: refuse(spec, failure.number, err);
}

int it_proc_look(struct it_proc_state *state, pid_t pid, struct intoto_error **err)
{
	siginfo_t info = { 0 };

	*state = (struct it_proc_state){ 0 };
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) < 0)
		if (errno != EINTR)
			return it_err_errno(err, errno, "process %jd", (intmax_t)pid);
	if (info.si_pid == 0)
		return INTOTO_OK;
	state->stopped = info.si_code == CLD_STOPPED;
	state->ended = !state->stopped;
	if (info.si_code == CLD_EXITED)
		state->status = info.si_status;
	else
		state->signal = info.si_status;
	if (state->stopped) /* told once; only an end stays to be told again */
		(void)waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG);
	return INTOTO_OK;
}

void it_proc_reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

void it_signal_name(char out[IT_SIGNAL_NAME_SIZE], int number)
{
	const char *name = sigabbrev_np(number);

	/* Both are shorter than the room. */
	if (name)
		(void)snprintf(out, IT_SIGNAL_NAME_SIZE, "SIG%s", name);
	else
		(void)snprintf(out, IT_SIGNAL_NAME_SIZE, "signal %d", number);
}
