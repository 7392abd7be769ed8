/* SPDX-License-Identifier: Apache-2.0 */
/* One program, three descriptors, one loop. */
#include "base/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"

enum { PIECE = 64 * 1024, REST_MS = 5, NS_PER_MS = 1000 * 1000 };

struct dialogue {
	const struct it_question *question;
	struct it_answer *answer;
	int output; /* our ends; -1 once they were read to the end */
	int errors;
	size_t said;
	int64_t deadline; /* of it_clock_monotonic(); 0: none */
};

static int fail(int number, const struct it_question *question, struct intoto_error **err)
{
	return it_err_errno(err, number, "%s", question->argv[0]);
}

/* The input as a file without a name: nobody waits for anybody, and no SIGPIPE. */
static int open_input(int *fd, const struct it_question *question, struct intoto_error **err)
{
	int rc;

	*fd = memfd_create("input", MFD_CLOEXEC);
	if (*fd < 0)
		return fail(errno, question, err);
	rc = it_fd_write(*fd, question->input, err);
	if (!rc && lseek(*fd, 0, SEEK_SET) < 0)
		return fail(errno, question, err);
	return rc;
}

static int open_pipe(int *ours, int *theirs, const struct it_question *question,
		     struct intoto_error **err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return fail(errno, question, err);
	*ours = ends[0];
	*theirs = ends[1];
	return INTOTO_OK;
}

static int start(struct dialogue *dialogue, pid_t *pid, struct intoto_error **err)
{
	const struct it_question *question = dialogue->question;
	IT_AUTO(it_fd_close) int input = -1;
	IT_AUTO(it_fd_close) int output = -1;
	IT_AUTO(it_fd_close) int errors = -1;
	struct it_proc_spec spec = { /* exec's signature is older than const */
				     .argv = (char *const *)(uintptr_t)question->argv,
				     .environment = question->environment,
				     .folder = question->folder,
				     .close_others = true,
				     .own_session = true
	};
	int rc = open_input(&input, question, err);

	if (!rc)
		rc = open_pipe(&dialogue->output, &output, question, err);
	if (!rc)
		rc = open_pipe(&dialogue->errors, &errors, question, err);
	if (rc)
		return rc;
	spec.stdin_fd = input;
	spec.stdout_fd = output;
	spec.stderr_fd = errors;
	return it_proc_start(pid, &spec, err);
}

/* Only the begin is kept; the rest is read so that the program can go on. */
static void keep_said(struct dialogue *dialogue, struct it_span piece)
{
	size_t room = IT_ANSWER_SAID_MAX - dialogue->said;
	size_t len = piece.len < room ? piece.len : room;

	memcpy(dialogue->answer->said + dialogue->said, piece.data, len);
	dialogue->said += len;
}

static int step(struct dialogue *dialogue, int *fd, struct intoto_error **err)
{
	char piece[PIECE];
	ssize_t got = read(*fd, piece, sizeof piece);

	if (got < 0)
		return errno == EINTR ? INTOTO_OK : fail(errno, dialogue->question, err);
	if (got == 0) {
		it_fd_close(fd);
		return INTOTO_OK;
	}
	if (fd == &dialogue->output)
		return dialogue->question->take(dialogue->question->arg,
						it_span(piece, (size_t)got), err);
	keep_said(dialogue, it_span(piece, (size_t)got));
	return INTOTO_OK;
}

/* For poll(): -1 without a limit. */
static int time_left(const struct dialogue *dialogue)
{
	int64_t left;

	if (!dialogue->deadline)
		return -1;
	left = (dialogue->deadline - it_clock_monotonic()) / NS_PER_MS;
	if (left <= 0)
		return 0;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

static int refuse_late(const struct dialogue *dialogue, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_HELPER, "%s: did not answer within %llu s",
			  dialogue->question->argv[0],
			  (unsigned long long)(dialogue->question->timeout_ms / 1000));
}

static int listen_to(struct dialogue *dialogue, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	while (!rc && (dialogue->output >= 0 || dialogue->errors >= 0)) {
		struct pollfd fds[] = { { dialogue->output, POLLIN, 0 },
					{ dialogue->errors, POLLIN, 0 } };
		int ready = poll(fds, IT_COUNT_OF(fds), time_left(dialogue));

		if (ready < 0 && errno != EINTR)
			return fail(errno, dialogue->question, err);
		if (ready == 0)
			return refuse_late(dialogue, err);
		if (ready > 0 && fds[0].revents)
			rc = step(dialogue, &dialogue->output, err);
		if (ready > 0 && !rc && fds[1].revents)
			rc = step(dialogue, &dialogue->errors, err);
	}
	return rc;
}

/* It has closed its outputs, which is nearly always its end. */
static int await(const struct dialogue *dialogue, pid_t pid, struct intoto_error **err)
{
	struct it_proc_state state = { 0 };
	int rc = it_proc_look(&state, pid, err);

	while (!rc && !state.ended) {
		if (time_left(dialogue) == 0)
			return refuse_late(dialogue, err);
		(void)poll(NULL, 0, REST_MS); /* an early return only looks earlier */
		rc = it_proc_look(&state, pid, err);
	}
	dialogue->answer->status = state.status;
	dialogue->answer->signal = state.signal;
	return rc;
}

int it_ask(struct it_answer *answer, const struct it_question *question, struct intoto_error **err)
{
	struct dialogue dialogue = {
		.question = question, .answer = answer, .output = -1, .errors = -1
	};
	pid_t pid = -1;
	int rc;

	*answer = (struct it_answer){ 0 };
	if (question->timeout_ms)
		dialogue.deadline =
			it_clock_monotonic() + (int64_t)question->timeout_ms * NS_PER_MS;
	rc = start(&dialogue, &pid, err);
	if (!rc)
		rc = listen_to(&dialogue, err);
	if (!rc)
		rc = await(&dialogue, pid, err);
	it_fd_close(&dialogue.output);
	it_fd_close(&dialogue.errors);
	if (pid > 0) {
		(void)kill(-pid, SIGKILL); /* children that it left, or itself after a failure */
		it_proc_reap(pid);
	}
	return rc;
}

int it_answer_check(const struct it_answer *answer, const char *program, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *line = NULL;
	char name[IT_SIGNAL_NAME_SIZE];

	if (!answer->status && !answer->signal)
		return INTOTO_OK;
	line = it_text_quoted(it_span(answer->said, strcspn(answer->said, "\n")));
	if (answer->signal) {
		it_signal_name(name, answer->signal);
		return it_err_set(err, INTOTO_E_HELPER, "%s: was ended by %s", program, name);
	}
	return it_err_set(err, INTOTO_E_HELPER, "%s: ended with status %d%s%s", program,
			  answer->status, line && *line ? ": " : "", line ? line : "");
}
