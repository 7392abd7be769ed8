/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a long recording says meanwhile, on standard error: one line that moves, only on a terminal
 * and only when it takes longer than a blink; and sentences about what is skipped.
 */
#ifndef IT_CMD_PROGRESS_H
#define IT_CMD_PROGRESS_H

#include "record/snapshot.h"

struct it_progress {
	const char *command; /* "intoto run": in front of each sentence */
	bool quiet;
	bool moving;   /* there is a terminal for a line that moves */
	bool drawn;    /* the line stands there now */
	int64_t start; /* of the current snapshot, on the monotonic clock */
	int64_t last;  /* when it was drawn */
};

void it_progress_start(struct it_progress *progress, const char *command, bool quiet);
/* For struct it_snapshot_options; arg is the progress. */
void it_progress_notice(void *arg, const char *text);
void it_progress_files(void *arg, size_t files, uint64_t bytes);
/* Wipes the line: others write now. */
void it_progress_end(struct it_progress *progress);

#endif
