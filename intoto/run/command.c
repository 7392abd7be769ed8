/* SPDX-License-Identifier: Apache-2.0 */
/* One loop that watches a command: its end, its output, our signals, the clock. */
#include "run/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "run/foreground.h"
#include "run/signals.h"
#include "run/stream.h"
#include "run/tracer.h"

enum {
	STREAMS = 2,
	STATUS_MAX = 255,
	/* Another thread of our program may swallow a SIGCHLD: then this finds the end. */
	LOOK_MS = 500,
};

#define NS_PER_MS INT64_C(1000000)

struct watch {
	pid_t pid;
	pid_t group; /* gets the signals; pid, or what a sandbox says */
	struct it_sandbox_level level;
	unsigned closed; /* by the sandbox */
	struct it_signals signals;
	struct it_foreground foreground;
	struct it_stream streams[STREAMS];
	size_t stream_count; /* 0 when nothing is copied */
	uint64_t show_most;
	bool foreign;
	struct it_proc_state state;
	int64_t timeout_at; /* on the monotonic clock; 0: never */
	int64_t kill_at;    /* likewise, for the SIGKILL behind it */
	int64_t finish_at;  /* likewise, for streams that stay open */
	int64_t look_at;    /* likewise, for a look without a SIGCHLD */
	bool timed_out;
};

static void signal_group(const struct watch *watch, int number)
{
	(void)kill(-watch->group, number); /* all of it may be gone */
	/* Whoever stands for the command stopped with it. */
	if (number == SIGCONT && watch->group != watch->pid && !watch->foreign)
		(void)kill(watch->pid, number);
}

/* However we leave: no unwatched command, the terminal and the signals as they were. */
static void watch_done(struct watch *watch)
{
	if (watch->pid > 0 && !watch->state.ended)
		signal_group(watch, SIGKILL);
	if (watch->pid > 0)
		it_proc_reap(watch->pid);
	it_foreground_end(&watch->foreground);
	for (size_t i = 0; i < watch->stream_count; i++)
		it_stream_done(&watch->streams[i]);
	it_signals_release(&watch->signals);
}

static int open_streams(struct watch *watch, const struct it_command_options *options,
			int child_ends[STREAMS], struct intoto_error **err)
{
	static const char *const names[STREAMS] = { "stdout", "stderr" };
	bool copied = options->record_streams || watch->show_most;
	int rc = INTOTO_OK;

	for (int i = 0; !rc && copied && i < STREAMS; i++) {
		int shown = watch->show_most ? STDERR_FILENO : STDOUT_FILENO + i;

		watch->stream_count++;
		rc = it_stream_open(&watch->streams[i], names[i], options->quiet ? -1 : shown,
				    &child_ends[i], err);
		/* The step is the caller's own, an inspection somebody else's. */
		watch->streams[i].tame = watch->show_most && isatty(shown);
	}
	for (int i = 0; !rc && !copied && options->quiet && i < STREAMS; i++) {
		child_ends[i] = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (child_ends[i] < 0)
			rc = it_err_errno(err, errno, "/dev/null");
	}
	return rc;
}

/* At most 146 years, so that a point in time can be added. */
static int64_t nanoseconds(uint64_t ms)
{
	const uint64_t max = INT64_MAX / 2 / NS_PER_MS;

	return (int64_t)(ms < max ? ms : max) * NS_PER_MS;
}

static int open_input(int *fd, const struct it_command_options *options, struct intoto_error **err)
{
	if (!options->foreign)
		return INTOTO_OK;
	*fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? it_err_errno(err, errno, "/dev/null") : INTOTO_OK;
}

static int start_process(struct watch *watch, const struct it_proc_spec *spec,
			 const struct it_sandbox_spec *sandbox, struct intoto_error **err)
{
	struct it_sandbox_run run;
	int rc;

	if (!sandbox) {
		rc = it_proc_start(&watch->pid, spec, err);
		watch->group = watch->pid;
		return rc;
	}
	rc = it_sandbox_start(&run, spec, sandbox, err);
	watch->pid = run.pid;
	watch->group = run.group;
	watch->level = run.level;
	watch->closed = run.closed;
	return rc;
}

static int start(struct watch *watch, const struct it_command_options *options,
		 struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int input = -1;
	int ends[STREAMS] = { -1, -1 };
	int rc = open_streams(watch, options, ends, err);
	bool foreground = !options->foreign && it_foreground_wanted(&watch->foreground);
	struct it_proc_spec spec = {
		.argv = options->argv,
		.environment = options->environment,
		.folder = options->folder,
		.stdout_fd = ends[0],
		.stderr_fd = ends[1],
		.blocked = &watch->signals.before,
		.terminal = foreground ? &watch->foreground.terminal : NULL,
		.entry = options->tracer ? &options->tracer->entry : NULL,
		.close_others = options->foreign,
		.own_session = options->foreign,
	};

	if (!rc)
		rc = open_input(&input, options, err);
	spec.stdin_fd = input;
	if (!rc)
		rc = start_process(watch, &spec, options->sandbox, err);
	for (int i = 0; i < STREAMS; i++)
		it_fd_close(&ends[i]);
	if (rc)
		return rc;
	if (options->timeout_ms)
		watch->timeout_at = it_clock_monotonic() + nanoseconds(options->timeout_ms);
	return options->tracer ? it_tracer_started(options->tracer, watch->pid, err) : INTOTO_OK;
}

static void hide_streams(struct watch *watch, int number)
{
	for (size_t i = 0; i < watch->stream_count; i++)
		it_stream_hide(&watch->streams[i], number);
}

/* A command that prints too much is not stopped for it; nobody reads it all. */
static void hide_long_streams(struct watch *watch)
{
	for (size_t i = 0; watch->show_most && i < watch->stream_count; i++)
		if (watch->streams[i].length > watch->show_most)
			it_stream_hide(&watch->streams[i], EFBIG);
}

static bool is_due(int64_t at, int64_t now)
{
	return at && now >= at;
}

static void look_at_clock(struct watch *watch, int64_t now)
{
	if (!watch->state.ended && is_due(watch->timeout_at, now)) {
		watch->timeout_at = 0;
		watch->timed_out = true;
		watch->kill_at = now + IT_KILL_GRACE_MS * NS_PER_MS;
		signal_group(watch, SIGTERM);
		signal_group(watch, SIGCONT); /* a stopped one would not hear it */
	}
	if (is_due(watch->kill_at, now)) {
		watch->kill_at = 0;
		signal_group(watch, SIGKILL);
	}
	if (is_due(watch->finish_at, now)) {
		watch->finish_at = 0;
		for (size_t i = 0; i < watch->stream_count; i++)
			it_stream_finish(&watch->streams[i]);
		if (watch->timed_out) /* the limit holds for a reader that does not read, too */
			hide_streams(watch, ETIMEDOUT);
	}
}

static int look_at_command(struct watch *watch, struct intoto_error **err)
{
	int rc;

	if (watch->state.ended)
		return INTOTO_OK;
	watch->look_at = it_clock_monotonic() + LOOK_MS * NS_PER_MS;
	rc = it_proc_look(&watch->state, watch->pid, err);
	if (rc)
		return rc;
	if (watch->state.stopped && !watch->foreign)
		it_foreground_stopped(&watch->foreground, watch->group, watch->state.signal);
	if (watch->state.stopped && watch->group != watch->pid)
		(void)kill(watch->pid, SIGCONT); /* it only watches, and stopped to tell us */
	if (!watch->state.ended)
		return INTOTO_OK;
	watch->finish_at = it_clock_monotonic() + IT_STREAM_GRACE_MS * NS_PER_MS;
	if (watch->timed_out) /* what it left behind had its warning with it */
		signal_group(watch, SIGKILL);
	watch->kill_at = 0;
	return INTOTO_OK;
}

static bool asks_to_end(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

static int pass_signals_on(struct watch *watch, struct intoto_error **err)
{
	int number;
	int rc = INTOTO_OK;

	while (!rc && (number = it_signals_next(&watch->signals)) != 0) {
		if (number == SIGCHLD)
			rc = look_at_command(watch, err);
		else if (number == SIGTSTP && watch->foreign)
			(void)raise(SIGSTOP); /* it has no terminal whose stop key it could hear */
		else if (!watch->state.ended)
			signal_group(watch, number);
		else if (asks_to_end(number))
			hide_streams(watch, EINTR); /* nothing but a slow reader keeps us here */
	}
	return rc;
}

static bool has_ended(const struct watch *watch)
{
	for (size_t i = 0; i < watch->stream_count; i++)
		if (!it_stream_ended(&watch->streams[i]))
			return false;
	return watch->state.ended;
}

/* Milliseconds until the clock has something to say, rounded up. */
static int wait_ms(const struct watch *watch)
{
	const int64_t times[] = { watch->state.ended ? 0 : watch->timeout_at, watch->kill_at,
				  watch->finish_at };
	int64_t now = it_clock_monotonic();
	int64_t wait = LOOK_MS * NS_PER_MS;

	for (size_t i = 0; i < IT_COUNT_OF(times); i++)
		if (times[i] && times[i] - now < wait)
			wait = times[i] > now ? times[i] - now : 0;
	return (int)((wait + NS_PER_MS - 1) / NS_PER_MS);
}

static int turn(struct watch *watch, struct intoto_error **err)
{
	struct pollfd fds[STREAMS + 1] = { { .fd = watch->signals.fd, .events = POLLIN } };
	int rc = INTOTO_OK;
	int64_t now;
	int ready;

	for (size_t i = 0; i < watch->stream_count; i++)
		fds[i + 1] = it_stream_wants(&watch->streams[i]);
	ready = poll(fds, (nfds_t)watch->stream_count + 1, wait_ms(watch));
	if (ready < 0 && errno != EINTR)
		return it_err_errno(err, errno, "poll");
	for (size_t i = 0; ready > 0 && i < watch->stream_count; i++)
		it_stream_step(&watch->streams[i], fds[i + 1].revents);
	hide_long_streams(watch);
	if (ready > 0 && fds[0].revents)
		rc = pass_signals_on(watch, err);
	now = it_clock_monotonic();
	look_at_clock(watch, now);
	return !rc && now >= watch->look_at ? look_at_command(watch, err) : rc;
}

static bool is_accepted(const struct it_strings *accept, int status)
{
	uint64_t number;

	for (size_t i = 0; accept && i < accept->count; i++)
		if (it_parse_u64(accept->items[i], STATUS_MAX, &number) && (int)number == status)
			return true;
	return status == 0;
}

int it_command_check_accept(const struct it_strings *accept, struct intoto_error **err)
{
	uint64_t number;

	for (size_t i = 0; accept && i < accept->count; i++) {
		IT_AUTO(it_freep) char *quoted = NULL;

		if (it_parse_u64(accept->items[i], STATUS_MAX, &number))
			continue;
		quoted = it_text_quoted(it_span_text(accept->items[i]));
		return it_err_set(err, INTOTO_E_USAGE,
				  "accepted status: want a number from 0 to 255, found '%s'",
				  quoted ? quoted : "");
	}
	return INTOTO_OK;
}

static int set_accepted(struct it_json *byproducts, const struct it_strings *accept,
			struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	struct it_json *taken;
	int rc = INTOTO_OK;

	if (!list)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < accept->count; i++) {
		uint64_t number;

		if (it_parse_u64(accept->items[i], STATUS_MAX, &number))
			rc = it_json_append_take(list, it_json_new_int((int64_t)number), err);
	}
	if (rc)
		return rc;
	taken = list;
	list = NULL; /* now the object's */
	return it_json_set_take(byproducts, "accepted-return-values", taken, err);
}

static int describe_end(struct it_json *byproducts, const struct it_command_result *result,
			const struct it_strings *accept, struct intoto_error **err)
{
	int value = result->signal ? -result->signal : result->status;
	char name[IT_SIGNAL_NAME_SIZE];
	int rc = it_json_set_take(byproducts, "return-value", it_json_new_int(value), err);

	if (!rc && accept && accept->count)
		rc = set_accepted(byproducts, accept, err);
	if (!rc && result->signal) {
		it_signal_name(name, result->signal);
		rc = it_json_set_take(byproducts, "signal", it_json_new_text(it_span_text(name)),
				      err);
	}
	if (!rc && result->timed_out)
		rc = it_json_set_take(byproducts, "timed-out", it_json_new_bool(true), err);
	return rc;
}

static int describe(struct it_command_result *result, const struct watch *watch,
		    const struct it_command_options *options, struct intoto_error **err)
{
	int rc;

	result->status = watch->state.status;
	result->signal = watch->state.signal;
	result->timed_out = watch->timed_out;
	result->accepted = !result->signal && !result->timed_out &&
			   is_accepted(options->accept, result->status);
	for (size_t i = 0; i < watch->stream_count; i++)
		if (watch->streams[i].show_errno)
			result->show_errno = watch->streams[i].show_errno;
	result->byproducts = it_json_new_object();
	if (!result->byproducts)
		return it_err_nomem(err);
	rc = describe_end(result->byproducts, result, options->accept, err);
	for (size_t i = 0; !rc && options->record_streams && i < watch->stream_count; i++)
		rc = it_stream_describe(&watch->streams[i], result->byproducts, err);
	return rc;
}

/*
 * Takes the command away before its tracer looks who is left.  Its status is known by now, or
 * nobody will ask for it.
 */
static int finish_tracer(struct watch *watch, struct it_tracer *tracer, int rc,
			 struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;

	if (!tracer)
		return rc;
	if (watch->pid <= 0)
		return it_tracer_left(tracer, rc, err);
	if (!watch->state.ended)
		signal_group(watch, SIGKILL);
	it_proc_reap(watch->pid);
	watch->pid = -1;
	if (!rc)
		return it_tracer_finish(tracer, err);
	if (it_tracer_finish(tracer, &why))
		return it_err_wrap(err, rc, "%s", intoto_error_text(why));
	return rc;
}

int it_command_run(struct it_command_result *result, const struct it_command_options *options,
		   struct intoto_error **err)
{
	IT_AUTO(watch_done)
	struct watch watch = {
		.pid = -1,
		.signals.fd = -1,
		.foreground.terminal = -1,
		.foreign = options->foreign,
		.show_most = options->show_most,
	};
	int rc;

	*result = (struct it_command_result){ 0 };
	rc = it_command_check_accept(options->accept, err);
	if (!rc)
		rc = it_signals_hold(&watch.signals, err);
	if (!rc)
		rc = start(&watch, options, err);
	result->started = watch.pid > 0;
	result->level = watch.level;
	result->closed = watch.closed;
	while (!rc && !has_ended(&watch))
		rc = turn(&watch, err);
	rc = finish_tracer(&watch, options->tracer, rc, err);
	return rc ? rc : describe(result, &watch, options, err);
}

void it_command_result_done(struct it_command_result *result)
{
	it_json_free(result->byproducts);
	result->byproducts = NULL;
}
