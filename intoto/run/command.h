/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one command between two snapshots: its output is always shown live, optionally kept; signals
 * reach its whole process group; its status is never lost.
 */
#ifndef IT_RUN_COMMAND_H
#define IT_RUN_COMMAND_H

#include "base/strings.h"
#include "json/json.h"

/* Up to this many bytes a stream is recorded whole; of a longer one, head and tail of half of it
 * each. */
enum { IT_STREAM_KEPT = 1024 * 1024 };

struct it_command_options {
	char *const *argv;
	bool record_streams;
	bool quiet;	     /* do not show the output (inspections) */
	uint64_t timeout_ms; /* 0: none.  Then SIGTERM to the group, SIGKILL 2 s later */
	const struct it_strings *accept; /* further exit statuses that count as success, as decimal
					    texts; may be NULL */
};

struct it_command_result {
	int status; /* 0..255 when it exited */
	int signal; /* the signal that ended it, else 0 */
	bool timed_out;
	bool accepted;		    /* status is 0, or one of accept */
	struct it_json *byproducts; /* the members below; the caller's */
};

/*
 * byproducts: "return-value" (negative: the signal, as Python writes it), and
 *   with accept:          "accepted-return-values": [2, 100]
 *   when a signal ended it: "signal": "SIGKILL"
 *   on a timeout:         "timed-out": true
 *   with record_streams:  "stdout", "stderr" as text.  When a stream was not UTF-8, invalid bytes
 * are U+FFFD there and "stdout-base64" has the exact bytes; when it was longer than IT_STREAM_KEPT,
 * the text is head + tail with a line between them that says how much is missing, and
 * "stdout-length", "stdout-sha256" describe the whole stream.
 *
 * Fails only when the command could not be started or watched (NOTFOUND, IO); a command that failed
 * is a result.
 */
IT_CHECK int it_command_run(struct it_command_result *result,
			    const struct it_command_options *options, struct intoto_error **err);
void it_command_result_done(struct it_command_result *result);

#endif
