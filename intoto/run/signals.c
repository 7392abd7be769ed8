/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, held back and read. */
#include "run/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/file.h"

/* SIGTSTP is passed on too: where the command has no terminal, its stop key reaches only us. */
static const int passed_on[] = { SIGINT,  SIGTERM,  SIGHUP,  SIGQUIT, SIGUSR1,
				 SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT };

/* A signal that is ignored stays so: "nohup intoto run ..." means the command as well. */
static bool is_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void choose(sigset_t *read_here)
{
	(void)sigemptyset(read_here);	     /* cannot fail */
	(void)sigaddset(read_here, SIGCHLD); /* nor these: the signals exist */
	for (size_t i = 0; i < IT_COUNT_OF(passed_on); i++)
		if (!is_ignored(passed_on[i]))
			(void)sigaddset(read_here, passed_on[i]);
}

int it_signals_hold(struct it_signals *signals, struct intoto_error **err)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t read_here;
	sigset_t held;
	int number;

	choose(&read_here);
	held = read_here;
	(void)sigaddset(&held, SIGPIPE); /* of our own writes: seen as EPIPE */
	(void)sigaddset(&held, SIGTTOU); /* of taking the terminal back */
	signals->fd = signalfd(-1, &read_here, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		return it_err_errno(err, errno, "signals");
	number = pthread_sigmask(SIG_BLOCK, &held, &signals->before);
	if (number) {
		it_fd_close(&signals->fd);
		return it_err_errno(err, number, "signals");
	}
	(void)sigaction(SIGCHLD, &usual, &signals->child); /* cannot fail: a signal that exists */
	return INTOTO_OK;
}

int it_signals_next(const struct it_signals *signals)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof info) != (ssize_t)sizeof info)
		return 0;
	return (int)info.ssi_signo;
}

void it_signals_release(struct it_signals *signals)
{
	if (signals->fd < 0)
		return;
	it_fd_close(&signals->fd);
	(void)sigaction(SIGCHLD, &signals->child, NULL);	    /* what it was */
	(void)pthread_sigmask(SIG_SETMASK, &signals->before, NULL); /* what it was */
}
