/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: started without a shell, in their own process group, waited for without losing
 * one. */
#ifndef IT_BASE_PROC_H
#define IT_BASE_PROC_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Something that the child does last before it becomes the program: a filter that its supervisor
 * answers, namespaces of its own.  The child is forked then; no memory may be allocated in it and
 * no lock taken, only system calls are made.
 */
struct it_proc_entry {
	int (*enter)(void *arg); /* 0, or the errno of what failed: then nothing is started */
	void *arg;
	int *fd; /* of a descriptor above 2, close-on-exec, that enter needs; NULL: none.  In the
		    child, whose memory is a copy, the number may change */
	const char *what; /* stands in the error: "tracing" */
};

struct it_proc_spec {
	char *const *argv;	  /* argv[0] is looked up in PATH unless it has a slash */
	char *const *environment; /* NULL: ours */
	const char *folder;	  /* to start in; NULL: ours */
	int stdin_fd;		  /* -1: ours */
	int stdout_fd;		  /* -1: ours */
	int stderr_fd;		  /* -1: ours */
	const sigset_t *blocked;  /* signals blocked in the child; NULL: as in the caller */
	bool close_others;	  /* inherit nothing but the three */
	bool own_session;	  /* and have no controlling terminal */
	const int *terminal;	  /* descriptor of a terminal that the new group gets; NULL: none.
				     The caller blocks SIGTTOU and takes it back, also after a
				     failure */
	const struct it_proc_entry *entry; /* NULL: none */
};

/*
 * Starts a command as the leader of a new process group with SIGPIPE as usual.  Descriptors that we
 * inherited are handed down (a jobserver's, a shell's <(…)) unless close_others says no; our own
 * never are.  On failure *err says which program and why (INTOTO_E_NOTFOUND when there is none,
 * INTOTO_E_IO when it may not be started), and *pid is -1.
 */
IT_CHECK int it_proc_start(pid_t *pid, const struct it_proc_spec *spec, struct intoto_error **err);

/* How a process is; waiting again is fine until it has ended. */
struct it_proc_state {
	bool ended;
	bool stopped;
	int status; /* 0..255 when it exited by itself */
	int signal; /* that ended or stopped it, else 0 */
};

/* Looks without waiting and without taking the process away: its group cannot be reused yet. */
IT_CHECK int it_proc_look(struct it_proc_state *state, pid_t pid, struct intoto_error **err);
/* Takes away a process that has ended. */
void it_proc_reap(pid_t pid);

enum { IT_SIGNAL_NAME_SIZE = 32 };

/* "SIGTERM", or "signal 70" for one without a name. */
void it_signal_name(char out[IT_SIGNAL_NAME_SIZE], int number);

#endif
