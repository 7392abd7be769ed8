/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door between us and a program that we do not trust: it gets one descriptor to read, what it
 * prints is read up to a ceiling, it sees the system's programs and the files that it is shown, and
 * nothing of it is left when its time is over.  No key of ours, no variable, no descriptor gets
 * through.
 */
#ifndef IT_ATTEST_DOOR_H
#define IT_ATTEST_DOOR_H

#include "base/sandbox.h"

enum {
	IT_DOOR_SAID_MAX = 64 * 1024, /* of its standard error; the rest is dropped */
	IT_DOOR_PROCESSES = 64,	      /* at once, unless the spec says more */
	IT_DOOR_OPEN_FILES = 1024,
};

struct it_door_spec {
	const char *program; /* absolute path */
	const char *word;    /* its only argument */
	struct it_span input;
	char *const *environment;
	const char *folder;		     /* to start in */
	const struct it_sandbox_path *shown; /* beside the system's own places */
	size_t shown_count;
	bool network;	  /* granted */
	bool best_effort; /* else what the sandbox cannot promise here is refused */
	bool writes;	  /* HOME and TMPDIR are folders of its own, removed afterwards */
	uid_t user;	  /* whom root becomes; 0: root stays root, without capabilities */
	bool wants_view; /* that user sees the files in a view only: without one, root stays root */
	uint64_t memory; /* bytes of address space, each process */
	unsigned processes;
	unsigned seconds;
	size_t output; /* bytes of its standard output */
};

struct it_door_result {
	int status;
	int signal; /* that ended it, else 0 */
	bool timed_out;
	bool too_long; /* it printed more than it may, and was ended */
	struct it_buf output;
	struct it_buf said; /* on standard error; its beginning */
	struct it_sandbox_level level;
};

/* Runs it to its end.  Fails when it could not be started or watched; how it ended is a result. */
IT_CHECK int it_door_run(struct it_door_result *result, const struct it_door_spec *spec,
			 struct intoto_error **err);
void it_door_result_done(struct it_door_result *result);

/*
 * INTOTO_E_HELPER, with a sentence, unless it ended with status 0, in time and within its ceiling.
 * What it said on standard error is quoted behind that.
 */
IT_CHECK int it_door_judge(const struct it_door_result *result, const struct it_door_spec *spec,
			   struct intoto_error **err);

#endif
