/* SPDX-License-Identifier: Apache-2.0 */
/* Starting another program and reading what it prints. */
#include "attestors/source/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INPUT_MAX = 60 * 1024, CHUNK = 16 * 1024 };

static void close_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing was written that could be lost */
	*fd = -1;
}

/* Both ends of two pipes; -1 is closed. */
struct pipes {
	int to_child[2];
	int from_child[2];
};

static void pipes_done(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_fdp(&pipes->to_child[i]);
		close_fdp(&pipes->from_child[i]);
	}
}

static int start(pid_t *child, const struct at_program *program, const struct pipes *pipes,
		 struct intoto_error **err)
{
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&actions, pipes->to_child[0], 0);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(&actions, pipes->from_child[1], 1);
	if (!failed && program->folder)
		failed = posix_spawn_file_actions_addchdir_np(&actions, program->folder);
	if (!failed)
		failed = posix_spawn(child, program->path, &actions, NULL,
				     (char *const *)(uintptr_t)program->arguments,
				     (char *const *)(uintptr_t)program->environment);
	(void)posix_spawn_file_actions_destroy(&actions); /* frees */
	if (!failed)
		return INTOTO_OK;
	return intoto_attestor_fail(err, failed == ENOENT ? INTOTO_E_NOTFOUND : INTOTO_E_HELPER,
				    "%s cannot be started (%s): %s", program->what, program->path,
				    strerror(failed));
}

/* What a full pipe does not take is more than INPUT_MAX; a child that reads nothing is its own
 * affair. */
static void give_input(int fd, const char *input)
{
	size_t left = strlen(input);

	while (left) {
		ssize_t sent = write(fd, input, left);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return;
		input += sent;
		left -= (size_t)sent;
	}
}

static int take_output(struct at_buf *out, int fd, const struct at_program *program,
		       struct intoto_error **err)
{
	char chunk[CHUNK];
	ssize_t got;

	do {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			at_buf_add(out, chunk, (size_t)got);
	} while ((got > 0 && !out->failed) || (got < 0 && errno == EINTR));
	explicit_bzero(chunk, sizeof chunk);
	if (out->failed)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "%s printed more than %zu bytes",
					    program->what, out->max);
	if (got < 0)
		return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", program->what,
					    strerror(errno));
	return INTOTO_OK;
}

static int wait_for(pid_t child, const struct at_program *program, struct intoto_error **err)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", program->what,
						    strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return INTOTO_OK;
	if (WIFSIGNALED(status))
		return intoto_attestor_fail(err, INTOTO_E_HELPER, "%s was ended by signal %d",
					    program->what, WTERMSIG(status));
	return intoto_attestor_fail(err, INTOTO_E_HELPER, "%s ended with status %d", program->what,
				    WEXITSTATUS(status));
}

int at_program_run(struct at_buf *out, const struct at_program *program, struct intoto_error **err)
{
	AT_AUTO(pipes_done) struct pipes pipes = { { -1, -1 }, { -1, -1 } };
	const char *input = program->input ? program->input : "";
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	pid_t child = -1;
	int rc, ended;

	if (strlen(input) > INPUT_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "too much input for %s",
					    program->what);
	if (pipe2(pipes.to_child, O_CLOEXEC) || pipe2(pipes.from_child, O_CLOEXEC))
		return intoto_attestor_fail(err, INTOTO_E_IO, "no pipe: %s", strerror(errno));
	rc = start(&child, program, &pipes, err);
	if (rc)
		return rc;
	close_fdp(&pipes.to_child[0]);
	close_fdp(&pipes.from_child[1]);
	(void)sigaction(SIGPIPE, &ignore, &before); /* known signal */
	give_input(pipes.to_child[1], input);
	(void)sigaction(SIGPIPE, &before, NULL); /* likewise */
	close_fdp(&pipes.to_child[1]);
	rc = take_output(out, pipes.from_child[0], program, err);
	close_fdp(&pipes.from_child[0]); /* it may be writing still */
	ended = wait_for(child, program, rc ? NULL : err);
	return rc ? rc : ended;
}
