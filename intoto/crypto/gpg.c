/* SPDX-License-Identifier: Apache-2.0 */
/* gpg as a program: given bytes on standard input, read within bounds, ended when it takes long. */
#include "crypto/gpg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/strings.h"
#include "base/text.h"
#include "crypto/openpgp.h"

enum {
	LIMIT_SECONDS = 60,
	OUTPUT_MAX = 8 * 1024 * 1024,
	COMPLAINT_MAX = 16 * 1024,
	CHUNK = 16 * 1024,
	PAUSE_MS = 100, /* between looks at a process whose pipes are quiet */
	END_PAUSE_MS = 2,
	ARGUMENTS_MAX = 64,
};

static const int64_t ns_per_second = 1000000000;

/* One pipe that gpg writes to. */
struct stream {
	int fd; /* -1: at its end */
	struct it_buf *into;
	bool keep_tail; /* too much is no failure: the end says why it failed */
};

struct run {
	pid_t pid; /* -1: none */
	struct stream streams[2];
};

static void run_done(struct run *run)
{
	for (size_t i = 0; i < IT_COUNT_OF(run->streams); i++)
		it_fd_close(&run->streams[i].fd);
	if (run->pid < 0)
		return;
	(void)kill(-run->pid, SIGKILL); /* it may have ended by itself */
	it_proc_reap(run->pid);
}

/* A file in memory: no process ever waits for us to write, and none sees a broken pipe. */
static int make_input(int *fd, struct it_span data, struct intoto_error **err)
{
	int rc;

	*fd = memfd_create("gpg", MFD_CLOEXEC);
	if (*fd < 0)
		return it_err_errno(err, errno, "a file in memory");
	rc = it_fd_write(*fd, data, err);
	if (!rc && lseek(*fd, 0, SEEK_SET) < 0)
		rc = it_err_errno(err, errno, "a file in memory");
	return rc;
}

static int start(struct run *run, char *const *argv, struct it_span input,
		 struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int given = -1;
	IT_AUTO(it_fd_close) int out = -1;
	IT_AUTO(it_fd_close) int complaints = -1;
	struct it_proc_spec spec = { .argv = argv, .close_others = true };
	int pipes[2][2];
	int rc = make_input(&given, input, err);

	if (rc)
		return rc;
	if (pipe2(pipes[0], O_CLOEXEC))
		return it_err_errno(err, errno, "gpg: a pipe");
	run->streams[0].fd = pipes[0][0];
	out = pipes[0][1];
	if (pipe2(pipes[1], O_CLOEXEC))
		return it_err_errno(err, errno, "gpg: a pipe");
	run->streams[1].fd = pipes[1][0];
	complaints = pipes[1][1];
	spec.stdin_fd = given;
	spec.stdout_fd = out;
	spec.stderr_fd = complaints;
	return it_proc_start(&run->pid, &spec, err);
}

static void add(struct stream *stream, const char *bytes, size_t len)
{
	if (stream->keep_tail && stream->into->len + len > COMPLAINT_MAX)
		it_buf_reset(stream->into);
	(void)it_buf_add(stream->into, bytes, len); /* sticky, looked at when it has ended */
}

/* Reads what is there; at the end closes. */
static void take(struct stream *stream)
{
	char bytes[CHUNK];
	ssize_t len = read(stream->fd, bytes, sizeof bytes);

	if (len < 0 && errno == EINTR)
		return;
	if (len <= 0)
		it_fd_close(&stream->fd);
	else
		add(stream, bytes, (size_t)len);
}

static void wait_for_bytes(struct run *run, int pause)
{
	struct pollfd fds[IT_COUNT_OF(run->streams)];

	for (size_t i = 0; i < IT_COUNT_OF(fds); i++)
		fds[i] = (struct pollfd){ .fd = run->streams[i].fd, .events = POLLIN };
	if (poll(fds, IT_COUNT_OF(fds), pause) <= 0)
		return;
	for (size_t i = 0; i < IT_COUNT_OF(fds); i++)
		if (fds[i].revents)
			take(&run->streams[i]);
}

/* To the end of the process and of its pipes; an agent that it left behind may keep those open. */
static int finish(struct run *run, struct it_proc_state *state, struct intoto_error **err)
{
	int64_t end = it_clock_monotonic() + LIMIT_SECONDS * ns_per_second;

	for (;;) {
		bool quiet = run->streams[0].fd < 0 && run->streams[1].fd < 0;
		int rc = it_proc_look(state, run->pid, err);

		if (rc)
			return rc;
		if (state->ended && quiet)
			break;
		if (it_clock_monotonic() >= end)
			return it_err_set(err, INTOTO_E_HELPER,
					  "gpg took longer than %d seconds and was ended",
					  LIMIT_SECONDS);
		if (state->ended) { /* what is still in the pipes, and no more */
			size_t before = run->streams[0].into->len + run->streams[1].into->len;

			wait_for_bytes(run, 0);
			if (run->streams[0].into->len + run->streams[1].into->len == before)
				break;
			continue;
		}
		wait_for_bytes(run, quiet ? END_PAUSE_MS : PAUSE_MS);
	}
	it_proc_reap(run->pid);
	run->pid = -1;
	return INTOTO_OK;
}

/* The last line that gpg wrote, as one line of ours. */
static char *last_words(const struct it_buf *complaints)
{
	struct it_span text = it_buf_span(complaints);
	const char *line;

	while (text.len && strchr("\r\n ", text.data[text.len - 1]) && text.data[text.len - 1])
		text.len--;
	line = text.len ? memrchr(text.data, '\n', text.len) : NULL;
	if (line)
		text = it_span(line + 1, text.len - (size_t)(line + 1 - text.data));
	if (text.len > 5 && it_span_is(it_span(text.data, 5), "gpg: "))
		text = it_span(text.data + 5, text.len - 5);
	return it_text_quoted(text);
}

static int check_end(const struct it_proc_state *state, const struct it_buf *complaints,
		     const char *program, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *words = last_words(complaints);
	char name[IT_SIGNAL_NAME_SIZE];

	if (!words)
		return it_err_nomem(err);
	if (state->signal) {
		it_signal_name(name, state->signal);
		return it_err_set(err, INTOTO_E_HELPER, "%s was ended by %s", program, name);
	}
	if (state->status)
		return it_err_set(err, INTOTO_E_HELPER, "%s ended with status %d: %s", program,
				  state->status, *words ? words : "it did not say why");
	return INTOTO_OK;
}

static int run_program(char **argv, struct it_span input, struct it_buf *out, char **complaint,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf complaints = IT_BUF(COMPLAINT_MAX);
	IT_AUTO(run_done)
	struct run run = {
		.pid = -1,
		.streams = { { -1, out, false }, { -1, &complaints, true } },
	};
	struct it_proc_state state;
	int rc = start(&run, argv, input, err);

	if (!rc)
		rc = finish(&run, &state, err);
	if (!rc)
		rc = check_end(&state, &complaints, argv[0], err);
	if (!rc)
		rc = it_buf_check(out, "what gpg wrote", err);
	if (!rc) {
		*complaint = last_words(&complaints);
		rc = *complaint ? INTOTO_OK : it_err_nomem(err);
	}
	return rc;
}

/* $GNUPG, else gpg, else gpg2.  argv[0] is filled in. */
static int run_gpg(char **argv, struct it_span input, struct it_buf *out, char **complaint,
		   struct intoto_error **err)
{
	char gpg[] = "gpg";
	char gpg2[] = "gpg2";
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char *chosen = getenv("GNUPG");
	int rc;

	*complaint = NULL;
	argv[0] = chosen && *chosen ? chosen : gpg;
	rc = run_program(argv, input, out, complaint, &why);
	if (rc == INTOTO_E_NOTFOUND && argv[0] == gpg) {
		argv[0] = gpg2;
		rc = run_program(argv, input, out, complaint, NULL);
	}
	if (rc == INTOTO_E_NOTFOUND)
		return it_err_set(err, INTOTO_E_HELPER,
				  "%s; OpenPGP keys are kept by gpg, which must be installed (or "
				  "named by $GNUPG)",
				  intoto_error_text(why));
	return rc ? it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why)) : INTOTO_OK;
}

/* --- its two uses --- */

struct command {
	char *argv[ARGUMENTS_MAX + 1];
	size_t count;
	struct it_strings owned;
};

static void command_done(struct command *command)
{
	it_strings_done(&command->owned);
}

/* Sets rc on the first failure and then does nothing. */
static void say(struct command *command, const char *word, int *rc, struct intoto_error **err)
{
	if (!*rc && command->owned.count >= ARGUMENTS_MAX - 1)
		*rc = it_err_set(err, INTOTO_E_LIMIT, "gpg: more than %d arguments", ARGUMENTS_MAX);
	if (!*rc)
		*rc = it_strings_add(&command->owned, word, err);
}

/* The first word is the program's place. */
static int ready(struct command *command, const char *home, int rc, struct intoto_error **err)
{
	if (home) {
		say(command, "--homedir", &rc, err);
		say(command, home, &rc, err);
	}
	for (size_t i = 0; !rc && i < command->owned.count; i++)
		command->argv[i + 1] = command->owned.items[i];
	return rc;
}

static int export_keys(struct it_buf *out, const struct it_strings *ids, const char *home,
		       char **complaint, struct intoto_error **err)
{
	IT_AUTO(command_done) struct command command = { 0 };
	int rc = INTOTO_OK;

	say(&command, "--batch", &rc, err);
	say(&command, "--no-armor", &rc, err);
	rc = ready(&command, home, rc, err);
	say(&command, "--export", &rc, err);
	say(&command, "--", &rc, err);
	for (size_t i = 0; i < ids->count; i++)
		say(&command, ids->items[i], &rc, err);
	rc = ready(&command, NULL, rc, err);
	return rc ? rc : run_gpg(command.argv, it_span(NULL, 0), out, complaint, err);
}

/* Once more with who may have revoked it, when somebody may. */
static int export_with_revokers(struct it_buf *out, const char *id, const char *home,
				struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings ids = { 0 };
	IT_AUTO(it_freep) char *complaint = NULL;
	IT_AUTO(it_freep) char *again = NULL;
	int rc = it_strings_add(&ids, id, err);

	if (!rc)
		rc = export_keys(out, &ids, home, &complaint, err);
	if (!rc && !out->len)
		return it_err_set(err, INTOTO_E_NOTFOUND, "gpg has no public key %s%s%s", id,
				  *complaint ? ": " : "", complaint);
	if (!rc)
		rc = it_openpgp_revokers(&ids, it_buf_span(out), err);
	if (rc || ids.count == 1)
		return rc;
	it_buf_reset(out);
	return export_keys(out, &ids, home, &again, err);
}

int it_gpg_key(struct intoto_key **out, const char *id, const char *home, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf packets = IT_BUF(OUTPUT_MAX);
	int rc;

	*out = NULL;
	if (!it_openpgp_id_valid(id)) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(id));

		return it_err_set(err, INTOTO_E_USAGE,
				  "'%s' is no id of an OpenPGP key: want its 40 hex digits, or the "
				  "last 16 (gpg --list-keys --keyid-format=long prints them)",
				  quoted ? quoted : "");
	}
	rc = export_with_revokers(&packets, id, home, err);
	if (!rc)
		rc = it_openpgp_read(out, it_buf_span(&packets), id, it_clock_now(), err);
	return it_err_wrap(err, rc, "gpg key %s", id);
}

int it_gpg_sign(struct it_buf *out, const char *id, const char *home, struct it_span data,
		struct intoto_error **err)
{
	static const char *const usual[] = { "--batch",	      "--quiet",       "--no-armor",
					     "--detach-sign", "--digest-algo", "SHA256" };
	IT_AUTO(command_done) struct command command = { 0 };
	IT_AUTO(it_freep) char *complaint = NULL;
	int rc = INTOTO_OK;

	for (size_t i = 0; i < IT_COUNT_OF(usual); i++)
		say(&command, usual[i], &rc, err);
	if (*id) {
		say(&command, "--local-user", &rc, err);
		say(&command, id, &rc, err);
	}
	rc = ready(&command, home, rc, err);
	return rc ? rc : run_gpg(command.argv, data, out, &complaint, err);
}

int it_gpg_uri_key(struct intoto_key **out, const char *uri, struct intoto_error **err)
{
	static const char mark[] = "?home=";
	const char *id = uri + sizeof "gpg:" - 1;
	const char *home = strstr(uri, mark);
	IT_AUTO(it_freep) char *alone = home ? strndup(id, (size_t)(home - id)) : strdup(id);

	*out = NULL;
	return alone ? it_gpg_key(out, alone, home ? home + sizeof mark - 1 : NULL, err)
		     : it_err_nomem(err);
}

char *it_gpg_uri(const char *id, const char *home)
{
	char *uri = NULL;

	if (asprintf(&uri, "gpg:%s%s%s", id, home ? "?home=" : "", home ? home : "") < 0)
		return NULL;
	return uri;
}
