/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one command between two snapshots: its output is always shown live, optionally kept; signals
 * reach its whole process group; its status is never lost.
 */
#ifndef IT_RUN_COMMAND_H
#define IT_RUN_COMMAND_H

#include "base/sandbox.h"
#include "json/json.h"

struct it_tracer;

enum {
	/* Up to this many bytes a stream is recorded whole; of a longer one, head and tail of half
	   of it each. */
	IT_STREAM_KEPT = 1024 * 1024,
	/* How long we wait for the end of a recorded stream that the command's own children still
	   hold open after the command itself has ended. */
	IT_STREAM_GRACE_MS = 2000,
	/* Between SIGTERM and SIGKILL after a timeout. */
	IT_KILL_GRACE_MS = 2000,
};

struct it_command_options {
	char *const *argv;
	bool record_streams;
	bool quiet;   /* do not show the output (inspections) */
	bool foreign; /* not the user's own command (inspections): it gets neither our
			 standard input nor our terminal, and no descriptor that we
			 inherited */
	const struct it_sandbox_spec *sandbox; /* NULL: none; else foreign, or it is own */
	char *const *environment;	       /* NULL: ours */
	const char *folder;		       /* to start in; NULL: ours */
	struct it_tracer *tracer;	       /* watches what it touches; NULL: nobody does */
	uint64_t show_most;  /* 0: all.  Else both streams are shown on our standard error, each up
				to so many bytes, and are not recorded */
	uint64_t timeout_ms; /* 0: none.  Then SIGTERM to the group, SIGKILL 2 s later */
	const struct it_strings *accept; /* further exit statuses that count as success, as decimal
					    texts; may be NULL */
};

struct it_command_result {
	bool started; /* also when it could not be watched to its end */
	int status;   /* 0..255 when it exited */
	int signal;   /* the signal that ended it, else 0 */
	bool timed_out;
	bool accepted;	/* status is 0, or one of accept */
	int show_errno; /* why recorded output could not be shown to its end, else 0; EPIPE: the
			   reader went away */
	struct it_sandbox_level level; /* also when a sandbox was refused for what it lacks */
	unsigned closed;	       /* descriptors that did not get into the sandbox */
	struct it_json *byproducts;    /* the members below; the caller's */
};

/*
 * Without record_streams the command has our own output descriptors (quiet: /dev/null) and nothing
 * is copied.  With it, both are pipes that we read to their end.
 *
 * byproducts: "return-value" (negative: the signal, as Python writes it), and
 *   with accept:            "accepted-return-values": [2, 100]
 *   when a signal ended it: "signal": "SIGKILL"
 *   on a timeout:           "timed-out": true
 *   with record_streams:    "stdout", "stderr" as text.  When a stream was not UTF-8, invalid bytes
 * are U+FFFD there and "stdout-base64" has the exact bytes; when it was longer than IT_STREAM_KEPT,
 * the text is head + tail with a line between them that says how much is missing (not so in
 * "stdout-base64"), and "stdout-length", "stdout-sha256" describe the whole stream.  When a child
 * of the command kept the stream open for IT_STREAM_GRACE_MS after the command had ended,
 * "stdout-open" is true: what came later is not recorded.  So it is when reading the stream failed.
 *
 * SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP and SIGCONT that reach us
 * are passed on to the command's process group; signals that we ignore stay ignored.
 *
 * Fails only when the command could not be started or watched (NOTFOUND, IO); a command that failed
 * is a result.
 */
IT_CHECK int it_command_run(struct it_command_result *result,
			    const struct it_command_options *options, struct intoto_error **err);
void it_command_result_done(struct it_command_result *result);

/* Whether texts are all exit statuses, 0 to 255; the one that is not is named. */
IT_CHECK int it_command_check_accept(const struct it_strings *accept, struct intoto_error **err);

#endif
