/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asks another program something: input in, output out, without a shell, without a terminal and
 * without the deadlock of a full pipe.
 */
#ifndef IT_BASE_ASK_H
#define IT_BASE_ASK_H

#include "base/sink.h"

enum { IT_ANSWER_SAID_MAX = 4096 };

struct it_question {
	const char *const *argv;  /* argv[0] is looked up in PATH unless it has a slash */
	char *const *environment; /* NULL: ours */
	const char *folder;	  /* to run in; NULL: ours */
	struct it_span input;	  /* its whole standard input */
	uint64_t timeout_ms;	  /* 0: none; then the program and its children are killed */
	/* Gets its standard output piece by piece; what it returns, if not 0, ends everything. */
	int (*take)(void *arg, struct it_span piece, struct intoto_error **err);
	void *arg;
};

struct it_answer {
	int status;			   /* 0..255 when it exited by itself */
	int signal;			   /* that ended it, else 0 */
	char said[IT_ANSWER_SAID_MAX + 1]; /* the begin of its standard error */
};

/*
 * Runs the program to its end; how it ended is in *answer.  Fails when it cannot be started
 * (NOTFOUND, IO), when take fails, and with INTOTO_E_HELPER when it takes too long.
 */
IT_CHECK int it_ask(struct it_answer *answer, const struct it_question *question,
		    struct intoto_error **err);

/*
 * INTOTO_OK for an answer with status 0, else INTOTO_E_HELPER with the first line that the program
 * said, quoted: "git: ended with status 128: fatal: …".
 */
IT_CHECK int it_answer_check(const struct it_answer *answer, const char *program,
			     struct intoto_error **err);

#endif
