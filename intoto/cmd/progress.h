/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a long recording says meanwhile, on standard error: one line that moves, only on a terminal
 * and only when it takes longer than a blink; and sentences about what is skipped.
 */
#ifndef IT_CMD_PROGRESS_H
#define IT_CMD_PROGRESS_H

#include "record/snapshot.h"

/* Of one snapshot, as far as it came. */
struct it_progress_state {
	size_t files;
	uint64_t bytes;
};

struct it_progress {
	const char *command; /* "intoto run": in front of each sentence */
	bool quiet;
	bool moving; /* there is a terminal for a line that moves */
	bool drawn;  /* the line stands there now */
	bool again;  /* the second snapshot is of the same paths: what the first one had, it will
			have */
	bool begun;
	const char *noun; /* what is counted; NULL: files */
	int64_t start;	  /* of the current snapshot, on the monotonic clock */
	int64_t last;	  /* when it was drawn */
	uint64_t looked;  /* bytes, when the clock was looked at */
	struct it_progress_state now;
	struct it_progress_state total; /* to be expected; no files: nobody knows */
};

void it_progress_start(struct it_progress *progress, const char *command, bool quiet);
/* For struct it_snapshot_options; arg is the progress. */
void it_progress_notice(void *arg, const char *text);
void it_progress_files(void *arg, size_t files, uint64_t bytes);
/* What is to come is known from the start: so many, with so many bytes.  noun is "blobs". */
void it_progress_expect(struct it_progress *progress, const char *noun, size_t count,
			uint64_t bytes);
/* Wipes the line: others write now. */
void it_progress_end(struct it_progress *progress);

/*
 * How far it came at a time: a snapshot begins where there are fewer files than before.  Then the
 * line for it: files, bytes, bytes a second, and how long it will take, where that is known.
 */
void it_progress_advance(struct it_progress *progress, size_t files, uint64_t bytes, int64_t now);
void it_progress_line(struct it_buf *out, const struct it_progress *progress, int64_t now);

#endif
