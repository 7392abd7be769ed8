/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the system that an attestor asks something: what they print, within limits. */
#include <intoto/attestor.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

#define SECOND INT64_C(1000000000)

enum { PIECE = 16 * 1024, NO_PROGRAM = 127 };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a pipe */
}

static int start(pid_t *pid, const char *const *argv, int in, int out, struct intoto_error **err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int number = posix_spawn_file_actions_init(&actions);

	if (number)
		return it_err_errno(err, number, "%s", argv[0]);
	number = posix_spawnattr_init(&attributes);
	if (number) {
		(void)posix_spawn_file_actions_destroy(&actions); /* frees */
		return it_err_errno(err, number, "%s", argv[0]);
	}
	number = in >= 0 ? posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO)
			 : posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
							    O_RDONLY, 0);
	if (!number)
		number = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!number)
		number = posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	/* a group of its own, so that what it starts ends with it */
	if (!number)
		number = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	if (!number)
		number = posix_spawnp(pid, argv[0], &actions, &attributes,
				      (char *const *)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions); /* frees */
	(void)posix_spawnattr_destroy(&attributes);
	return number ? it_err_errno(err, number, "%s", argv[0]) : INTOTO_OK;
}

/* To the end of what it prints. */
static int gather(struct it_buf *out, int fd, int64_t until, const char *name,
		  struct intoto_error **err)
{
	for (;;) {
		struct pollfd ready = { fd, POLLIN, 0 };
		int64_t left = until - it_clock_monotonic();
		ssize_t got;

		if (left <= 0)
			return it_err_set(err, INTOTO_E_HELPER, "%s: takes too long", name);
		if (poll(&ready, 1, (int)(left / 1000000) + 1) <= 0)
			continue; /* interrupted, or time is up */
		if (it_buf_reserve(out, PIECE))
			return it_buf_check(out, name, err);
		got = read(fd, out->data + out->len, PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "%s", name);
		if (!got)
			return INTOTO_OK;
		out->len += (size_t)got;
	}
}

static int end(pid_t pid, bool stop, int *status)
{
	pid_t ended;

	if (stop)
		(void)kill(-pid, SIGKILL); /* it may be gone */
	do
		ended = waitpid(pid, status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == pid ? INTOTO_OK : INTOTO_E_HELPER;
}

int intoto_program_output(char **out, size_t *length, const char *const *argv, int in, size_t limit,
			  unsigned seconds, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = { .max = limit + PIECE + 1 };
	__attribute__((cleanup(close_fd))) int reading = -1;
	__attribute__((cleanup(close_fd))) int writing = -1;
	int pipes[2];
	int status = 0;
	pid_t pid;
	int rc;

	*out = NULL;
	*length = 0;
	if (pipe2(pipes, O_CLOEXEC))
		return it_err_errno(err, errno, "%s", argv[0]);
	reading = pipes[0];
	writing = pipes[1];
	rc = start(&pid, argv, in, writing, err);
	if (rc)
		return rc;
	close_fd(&writing);
	writing = -1;
	rc = gather(&text, reading, it_clock_monotonic() + (int64_t)seconds * SECOND, argv[0], err);
	if (end(pid, rc != 0, &status) && !rc)
		rc = it_err_set(err, INTOTO_E_HELPER, "%s: cannot be waited for", argv[0]);
	/* where a child cannot tell its parent that exec failed (posix_spawn(3)) */
	if (!rc && WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		rc = it_err_set(err, INTOTO_E_NOTFOUND, "%s: cannot be started", argv[0]);
	if (!rc && (!WIFEXITED(status) || WEXITSTATUS(status)))
		rc = it_err_set(err, INTOTO_E_HELPER, "%s: %s %d", argv[0],
				WIFEXITED(status) ? "ended with status" : "was ended by signal",
				WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	if (!rc && text.len > limit)
		rc = it_err_set(err, INTOTO_E_LIMIT, "%s: prints more than %zu bytes", argv[0],
				limit);
	if (rc)
		return rc;
	*length = text.len;
	if (it_buf_add_byte(&text, '\0'))
		return it_err_nomem(err);
	*out = it_buf_take(&text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}
