/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal, given and taken back.  The caller blocks SIGTTOU: taking it back is done from the
 * background. */
#include "run/foreground.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"

static bool is_ours(const struct it_foreground *foreground)
{
	return foreground->terminal >= 0 && tcgetpgrp(foreground->terminal) == foreground->ours;
}

static void give(struct it_foreground *foreground, pid_t group)
{
	if (is_ours(foreground) && tcsetpgrp(foreground->terminal, group) == 0)
		foreground->given = true;
}

static void take(struct it_foreground *foreground)
{
	if (foreground->given)
		(void)tcsetpgrp(foreground->terminal, foreground->ours); /* it may have hung up */
	foreground->given = false;
}

static void find_terminal(struct it_foreground *foreground)
{
	if (foreground->terminal < 0)
		foreground->terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

bool it_foreground_wanted(struct it_foreground *foreground)
{
	*foreground = (struct it_foreground){ .terminal = -1, .ours = getpgrp() };
	if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1)
		return false;
	find_terminal(foreground);
	foreground->given = is_ours(foreground);
	return foreground->given;
}

/* The shell sees a stopped job, and continues us one day, perhaps with the terminal. */
static void stop_too(struct it_foreground *foreground, pid_t group)
{
	take(foreground);
	(void)raise(SIGSTOP); /* cannot fail */
	give(foreground, group);
}

void it_foreground_stopped(struct it_foreground *foreground, pid_t group, int number)
{
	bool wants_terminal = number == SIGTTIN || number == SIGTTOU;

	if (number == SIGSTOP)
		return;
	find_terminal(foreground);
	if (foreground->terminal < 0)
		return;
	if (wants_terminal)
		give(foreground, group);
	/* It has the terminal also when it was faster than we were in giving it. */
	if (!wants_terminal || tcgetpgrp(foreground->terminal) != group)
		stop_too(foreground, group);
	(void)kill(-group, SIGCONT); /* it may be gone */
}

void it_foreground_end(struct it_foreground *foreground)
{
	take(foreground);
	it_fd_close(&foreground->terminal);
}
