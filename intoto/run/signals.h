/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as something to poll: blocked while a command runs, read from a descriptor, never
 * handled by interrupting code.
 */
#ifndef IT_RUN_SIGNALS_H
#define IT_RUN_SIGNALS_H

#include <signal.h>

#include "base/error.h"

struct it_signals {
	int fd;			/* readable when a signal came; -1: not held */
	sigset_t before;	/* the caller's mask, for the child and for later */
	struct sigaction child; /* what SIGCHLD did before; ignored, it would eat exit statuses */
};

/* Holds back the signals that are passed on, SIGCHLD and what the terminal sends. */
IT_CHECK int it_signals_hold(struct it_signals *signals, struct intoto_error **err);
/* The next one that came; 0 when there is none. */
int it_signals_next(const struct it_signals *signals);
/* Everything as before. */
void it_signals_release(struct it_signals *signals);

#endif
