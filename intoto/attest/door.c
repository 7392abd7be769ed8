/* SPDX-License-Identifier: Apache-2.0 */
/* One program between a pipe on each side and a clock. */
#include "attest/door.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/room.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "json/where.h"

enum {
	CHUNK = 64 * 1024,
	LOOK_MS = 200,	     /* while its output is open, a look whether it ended all the same */
	END_MS = 20,	     /* likewise when it closed its output */
	GRACE_SECONDS = 10,  /* for the kernel, behind SIGKILL */
	SAID_SHOWN = 400,    /* bytes of its standard error in our own sentence */
	SECONDS_MAX = 86400, /* so that a point in time can be added */
};

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

struct watch {
	struct it_sandbox_run run;
	int output;
	int said;
	struct it_proc_state state;
	int64_t end_at;
	int64_t give_up_at; /* 0: it was not killed yet */
	struct it_door_result *result;
	size_t most;
};

static void watch_done(struct watch *watch)
{
	it_fd_close(&watch->output);
	it_fd_close(&watch->said);
	if (watch->run.pid <= 0)
		return;
	if (!watch->state.ended && watch->run.group > 0)
		(void)kill(-watch->run.group, SIGKILL); /* all of it may be gone */
	it_proc_reap(watch->run.pid);
}

/* --- reading --- */

static void end_it(struct watch *watch, int64_t now)
{
	if (watch->give_up_at)
		return;
	watch->give_up_at = now + GRACE_SECONDS * NS_PER_SECOND;
	(void)kill(-watch->run.group, SIGKILL); /* it may have ended just now */
}

/* Returns whether there is more to come. */
static bool take(int fd, struct it_buf *into, size_t most, bool *over)
{
	char bytes[CHUNK];
	ssize_t got = read(fd, bytes, sizeof bytes);
	size_t room = most - into->len;

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if ((size_t)got > room)
		*over = true;
	(void)it_buf_add(into, bytes, (size_t)got < room ? (size_t)got : room); /* sticky */
	return got > 0;
}

static void read_streams(struct watch *watch, const struct pollfd fds[2])
{
	struct it_door_result *result = watch->result;
	bool over = false;

	if (fds[0].revents && !take(watch->output, &result->output, watch->most, &result->too_long))
		it_fd_close(&watch->output);
	if (fds[1].revents && !take(watch->said, &result->said, IT_DOOR_SAID_MAX, &over))
		it_fd_close(&watch->said);
	if (result->too_long)
		end_it(watch, it_clock_monotonic());
}

static int turn(struct watch *watch, struct intoto_error **err)
{
	struct pollfd fds[2] = { { .fd = watch->output, .events = POLLIN },
				 { .fd = watch->said, .events = POLLIN } };
	bool open = watch->output >= 0 || watch->said >= 0;
	int64_t now = it_clock_monotonic();
	int64_t left = (watch->end_at - now) / NS_PER_MS + 1;
	int wait = open ? LOOK_MS : END_MS;

	if (now >= watch->end_at && !watch->give_up_at) {
		watch->result->timed_out = true;
		end_it(watch, now);
	}
	if (watch->give_up_at && now >= watch->give_up_at)
		return it_err_set(err, INTOTO_E_HELPER, "cannot be ended");
	if (!watch->give_up_at && left < wait)
		wait = left > 0 ? (int)left : 0;
	if (poll(fds, 2, watch->state.ended ? 0 : wait) < 0 && errno != EINTR)
		return it_err_errno(err, errno, "poll");
	read_streams(watch, fds);
	if (watch->state.ended) {
		/* What it printed is in the pipe by now; nobody is left who could print more. */
		if (!fds[0].revents)
			it_fd_close(&watch->output);
		if (!fds[1].revents)
			it_fd_close(&watch->said);
		return INTOTO_OK;
	}
	return it_proc_look(&watch->state, watch->run.pid, err);
}

/* --- starting --- */

/* In memory: whoever does not read it to its end makes nobody wait. */
static int open_input(int *fd, struct it_span input, struct intoto_error **err)
{
	int rc;

	*fd = memfd_create("request", MFD_CLOEXEC);
	if (*fd < 0)
		return it_err_errno(err, errno, "a file in memory for the request");
	rc = it_fd_write(*fd, input, err);
	if (!rc && lseek(*fd, 0, SEEK_SET) < 0)
		rc = it_err_errno(err, errno, "a file in memory for the request");
	return rc;
}

static int open_pipe(int *ours, int *theirs, struct intoto_error **err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return it_err_errno(err, errno, "pipe");
	*ours = ends[0];
	*theirs = ends[1];
	if (fcntl(*ours, F_SETFL, O_NONBLOCK))
		return it_err_errno(err, errno, "pipe");
	return INTOTO_OK;
}

static int start(struct watch *watch, const struct it_door_spec *spec,
		 const struct it_sandbox_spec *sandbox, char *const *environment,
		 struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int input = -1;
	IT_AUTO(it_fd_close) int output = -1;
	IT_AUTO(it_fd_close) int said = -1;
	/* Not written to, though exec wants it so. */
	char *argv[] = { (char *)(uintptr_t)spec->program, (char *)(uintptr_t)spec->word, NULL };
	struct it_proc_spec proc = { .argv = argv,
				     .environment = environment,
				     .folder = spec->folder,
				     .close_others = true,
				     .own_session = true };
	int rc = open_input(&input, spec->input, err);

	if (!rc)
		rc = open_pipe(&watch->output, &output, err);
	if (!rc)
		rc = open_pipe(&watch->said, &said, err);
	if (rc)
		return rc;
	proc.stdin_fd = input;
	proc.stdout_fd = output;
	proc.stderr_fd = said;
	rc = it_sandbox_start(&watch->run, &proc, sandbox, err);
	watch->result->level = watch->run.level;
	return rc;
}

static int watch_it(struct it_door_result *result, const struct it_door_spec *spec,
		    const struct it_sandbox_spec *sandbox, char *const *environment,
		    struct intoto_error **err)
{
	IT_AUTO(watch_done)
	struct watch watch = {
		.run = { .pid = -1, .group = -1 },
		.output = -1,
		.said = -1,
		.result = result,
		.most = spec->output,
	};
	unsigned seconds = spec->seconds < SECONDS_MAX ? spec->seconds : SECONDS_MAX;
	int rc = start(&watch, spec, sandbox, environment, err);

	watch.end_at = it_clock_monotonic() + seconds * NS_PER_SECOND;
	while (!rc && (!watch.state.ended || watch.output >= 0 || watch.said >= 0))
		rc = turn(&watch, err);
	if (rc)
		return rc;
	result->status = watch.state.status;
	result->signal = watch.state.signal;
	return it_buf_check(&result->output, "its answer", err);
}

static int fill_places(struct it_sandbox_path **out, size_t *count, const struct it_door_spec *spec,
		       const struct it_room *room, struct intoto_error **err)
{
	const unsigned all = IT_SANDBOX_READ | IT_SANDBOX_WRITE | IT_SANDBOX_EXECUTE;
	struct it_sandbox_path *places =
		calloc(it_sandbox_system_count + spec->shown_count + 2, sizeof *places);
	size_t used = it_sandbox_system_count;

	if (!places)
		return it_err_nomem(err);
	memcpy(places, it_sandbox_system, used * sizeof *places);
	if (spec->shown_count)
		memcpy(places + used, spec->shown, spec->shown_count * sizeof *places);
	used += spec->shown_count;
	places[used++] = (struct it_sandbox_path){ .path = spec->program,
						   .rights = IT_SANDBOX_READ | IT_SANDBOX_EXECUTE };
	if (spec->writes)
		places[used++] = (struct it_sandbox_path){ .path = room->home, .rights = all };
	*out = places;
	*count = used;
	return INTOTO_OK;
}

static int fill_environment(struct it_strings *out, const struct it_door_spec *spec,
			    const struct it_room *room, struct intoto_error **err)
{
	static const char *const names[] = { "HOME", "TMPDIR" };
	const char *ours = it_sandbox_variable_of_ours();
	int rc = ours ? it_strings_add(out, ours, err) : INTOTO_OK;

	for (char *const *entry = spec->environment; !rc && entry && *entry; entry++)
		rc = it_strings_add(out, *entry, err);
	for (size_t i = 0; !rc && spec->writes && i < IT_COUNT_OF(names); i++) {
		IT_AUTO(it_freep) char *entry = NULL;

		if (asprintf(&entry, "%s=%s", names[i], room->home) < 0) {
			entry = NULL;
			return it_err_nomem(err);
		}
		rc = it_strings_add(out, entry, err);
	}
	return rc;
}

static int run_as(struct it_door_result *result, const struct it_door_spec *spec, uid_t user,
		  struct intoto_error **err)
{
	IT_AUTO(it_room_done) struct it_room room = { 0 };
	IT_AUTO(it_strings_done) struct it_strings environment = { 0 };
	IT_AUTO(it_freep) struct it_sandbox_path *places = NULL;
	struct it_sandbox_spec sandbox = {
		.network = spec->network,
		.user = user,
		.limits = { .memory = it_sandbox_memory_of_ours(spec->memory),
			    .file_size = spec->output,
			    .open_files = IT_DOOR_OPEN_FILES,
			    .processes = spec->processes ? spec->processes : IT_DOOR_PROCESSES },
		.required = IT_SANDBOX_FILES | IT_SANDBOX_NOTHING_LEFT |
			    (spec->network ? 0U : IT_SANDBOX_NO_NETWORK),
	};
	int rc = it_room_open(&room, spec->writes, sandbox.user, err);

	*result = (struct it_door_result){ .output = IT_BUF(spec->output),
					   .said = IT_BUF(IT_DOOR_SAID_MAX) };
	if (!rc)
		rc = fill_environment(&environment, spec, &room, err);
	if (!rc)
		rc = fill_places(&places, &sandbox.path_count, spec, &room, err);
	if (rc)
		return rc;
	sandbox.paths = places;
	sandbox.view = room.view;
	if (spec->best_effort)
		sandbox.required = 0;
	return watch_it(result, spec, &sandbox, environment.items, err);
}

int it_door_run(struct it_door_result *result, const struct it_door_spec *spec,
		struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	uid_t user = geteuid() == 0 ? spec->user : 0;
	int rc = run_as(result, spec, user, &why);

	/* What it could not see it could not read. */
	if (user && spec->wants_view && !(result->level.mechanisms & IT_SANDBOX_MOUNT_NS)) {
		it_door_result_done(result);
		return run_as(result, spec, 0, err);
	}
	return rc ? it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why)) : rc;
}

void it_door_result_done(struct it_door_result *result)
{
	it_buf_wipe(&result->output);
	it_buf_wipe(&result->said);
}

/* --- how it ended --- */

/* The end of what it said is where it says why. */
static void add_said(struct it_buf *out, const struct it_buf *said)
{
	struct it_span text = it_buf_span(said);

	while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == ' '))
		text.len--;
	if (!text.len)
		return;
	if (text.len > SAID_SHOWN)
		text = it_span(text.data + text.len - SAID_SHOWN, SAID_SHOWN);
	(void)it_buf_add_text(out, "; it said: "); /* sticky, only for people */
	it_text_quote(out, text);
}

int it_door_judge(const struct it_door_result *result, const struct it_door_spec *spec,
		  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf said = IT_BUF(8 * SAID_SHOWN);
	char name[IT_SIGNAL_NAME_SIZE];

	add_said(&said, &result->said);
	if (result->too_long)
		return it_err_set(err, INTOTO_E_HELPER,
				  "printed over %zu bytes, which is its limit, and was ended%s",
				  spec->output, it_buf_text(&said));
	if (result->timed_out)
		return it_err_set(err, INTOTO_E_HELPER,
				  "took longer than %u seconds, which is its limit, and was "
				  "ended%s",
				  spec->seconds, it_buf_text(&said));
	if (result->signal) {
		it_signal_name(name, result->signal);
		return it_err_set(err, INTOTO_E_HELPER, "was ended by %s%s", name,
				  it_buf_text(&said));
	}
	if (result->status)
		return it_err_set(err, INTOTO_E_HELPER, "ended with status %d, want 0%s",
				  result->status, it_buf_text(&said));
	return INTOTO_OK;
}
