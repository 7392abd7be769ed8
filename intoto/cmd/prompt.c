/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal without its echo. */
#include "cmd/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

/* A terminal while it does not echo, and what it was before. */
struct silence {
	int tty;
	int signals; /* readable when one of ours is pending */
	struct termios before;
	sigset_t ours;
	sigset_t mask_before;
};

/* Signals that end or stop a program by default: they wait until the echo is back. */
static void fill_set(sigset_t *set)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP, SIGALRM };

	(void)sigemptyset(set); /* cannot fail */
	for (size_t i = 0; i < IT_COUNT_OF(numbers); i++)
		(void)sigaddset(set, numbers[i]); /* these exist */
}

/*
 * Before the signals are let in again: whoever they stop leaves a terminal that echoes.  Half a
 * passphrase is forgotten, or the shell would get it and show it.
 */
static void speak(struct silence *silence, bool forget)
{
	/* Nothing else can be done when this fails. */
	(void)tcsetattr(silence->tty, forget ? TCSAFLUSH : TCSADRAIN, &silence->before);
	(void)sigprocmask(SIG_SETMASK, &silence->mask_before, NULL); /* was in force before */
}

static int hush(struct silence *silence, struct intoto_error **err)
{
	struct termios quiet;

	/* In the background this waits (SIGTTOU) until the user looks. */
	if (tcsetattr(silence->tty, TCSANOW, &silence->before))
		return it_err_errno(err, errno, "terminal");
	quiet = silence->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	if (sigprocmask(SIG_BLOCK, &silence->ours, &silence->mask_before))
		return it_err_errno(err, errno, "terminal");
	if (tcsetattr(silence->tty, TCSAFLUSH, &quiet)) {
		int number = errno;

		speak(silence, true);
		return it_err_errno(err, number, "terminal");
	}
	return INTOTO_OK;
}

enum answer { ANSWERED, INTERRUPTED, BROKEN };

static enum answer wait_for_line(const struct silence *silence)
{
	struct pollfd watched[] = { { silence->signals, POLLIN, 0 }, { silence->tty, POLLIN, 0 } };

	while (poll(watched, IT_COUNT_OF(watched), -1) < 0) {
		if (errno != EINTR)
			return BROKEN;
	}
	return watched[0].revents ? INTERRUPTED : ANSWERED;
}

/* One line into out, with its newline; a line in canonical mode comes in one piece. */
static int take_line(const struct silence *silence, char *out, size_t size, size_t *len,
		     struct intoto_error **err)
{
	ssize_t got = read(silence->tty, out, size);

	if (got < 0)
		return it_err_errno(err, errno, "terminal");
	if (got == 0)
		return it_err_set(err, INTOTO_E_KEY, "no passphrase was given");
	if (out[got - 1] != '\n')
		return it_err_set(err, INTOTO_E_KEY, "the passphrase is longer than %zu bytes",
				  size - 1);
	*len = (size_t)got - 1;
	return INTOTO_OK;
}

/* Asks again after a signal that the program survived (it was stopped and continued). */
static int ask(struct silence *silence, const char *question, char *out, size_t size, size_t *len,
	       struct intoto_error **err)
{
	for (;;) {
		enum answer answer;
		int rc = hush(silence, err);

		if (rc)
			return rc;
		rc = it_fd_write(silence->tty, it_span_text(question), err);
		answer = rc ? BROKEN : wait_for_line(silence);
		if (answer == ANSWERED)
			rc = take_line(silence, out, size, len, err);
		else if (answer == BROKEN && !rc)
			rc = it_err_errno(err, errno, "terminal");
		if (!rc)
			rc = it_fd_write(silence->tty, it_span_text("\n"), err);
		speak(silence, rc || answer != ANSWERED);
		if (rc || answer == ANSWERED)
			return rc;
	}
}

int it_prompt(const char *question, char *out, size_t size, size_t *len, bool *asked,
	      struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	IT_AUTO(it_fd_close) int signals = -1;
	struct silence silence = { .tty = tty };

	*asked = tty >= 0 && tcgetattr(tty, &silence.before) == 0;
	if (!*asked)
		return it_err_set(err, INTOTO_E_KEY, "there is no terminal to ask on");
	fill_set(&silence.ours);
	signals = signalfd(-1, &silence.ours, SFD_CLOEXEC);
	if (signals < 0)
		return it_err_errno(err, errno, "terminal");
	silence.signals = signals;
	return ask(&silence, question, out, size, len, err);
}
