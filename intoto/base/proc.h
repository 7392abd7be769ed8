/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: started without a shell, in their own process group, waited for without losing
 * one. */
#ifndef IT_BASE_PROC_H
#define IT_BASE_PROC_H

#include <sys/types.h>

#include "base/error.h"

struct it_proc_spec {
	char *const *argv;	  /* argv[0] is looked up in PATH unless it has a slash */
	char *const *environment; /* NULL: ours */
	const char *folder;	  /* to start in; NULL: ours */
	int stdin_fd;		  /* -1: ours */
	int stdout_fd;		  /* -1: ours */
	int stderr_fd;		  /* -1: ours */
};

/*
 * Starts a command as the leader of a new process group with no descriptor but the three.  On
 * failure *err says which program and why (INTOTO_E_NOTFOUND when there is none, INTOTO_E_IO when
 * it may not be started), and *pid is -1.
 */
IT_CHECK int it_proc_start(pid_t *pid, const struct it_proc_spec *spec, struct intoto_error **err);

#endif
