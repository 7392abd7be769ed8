/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Job control: the command runs in a process group of its own, so somebody must hand it the
 * terminal and take it back, or it stops at its first read.
 */
#ifndef IT_RUN_FOREGROUND_H
#define IT_RUN_FOREGROUND_H

#include <stdbool.h>
#include <sys/types.h>

struct it_foreground {
	int terminal; /* the controlling terminal, once it was needed; -1: none, or not yet */
	pid_t ours;   /* our own process group */
	bool given;   /* whether we handed the terminal over */
};

/*
 * Whether the command is to have the terminal from its start: standard input and output are that
 * terminal, and it is ours to give.  In "intoto run ... | less" it is not: less needs it too.  Then
 * it counts as given, and foreground->terminal is its descriptor.
 */
bool it_foreground_wanted(struct it_foreground *foreground);

/*
 * The group was stopped by a signal.  When it wanted the terminal, it gets it; when the user asked
 * for the stop, we stop as well and go on with the group.  Otherwise nothing: whoever stopped it
 * will continue it.
 */
void it_foreground_stopped(struct it_foreground *foreground, pid_t group, int number);

/* Takes the terminal back. */
void it_foreground_end(struct it_foreground *foreground);

#endif
