/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a command whose child has something to do before it becomes the program. */
#ifndef IT_BASE_PROC_FORK_H
#define IT_BASE_PROC_FORK_H

#include "base/proc.h"

/* What failed on the way: the number of errno, and whether it was the entry that did. */
struct it_proc_failure {
	int number; /* 0: nothing */
	int in_entry;
};

/* As posix_spawn would do it, with spec->entry last.  streams are above 2, or -1. */
void it_proc_fork(pid_t *pid, const struct it_proc_spec *spec, const int streams[3],
		  struct it_proc_failure *failure);

#endif
