/* SPDX-License-Identifier: Apache-2.0 */
/* Starting another program, with nothing of ours but what is given, and reading what it prints. */
#ifndef INTOTO_ATTESTORS_SOURCE_PROGRAM_H
#define INTOTO_ATTESTORS_SOURCE_PROGRAM_H

#include <intoto/attestor.h>

#include "attestors/source/text.h"

struct at_program {
	const char *path;		/* absolute */
	const char *const *arguments;	/* with argument 0; NULL-terminated */
	const char *const *environment; /* NULL-terminated: all that it gets */
	const char *folder;		/* to run in; NULL: ours */
	const char *input;		/* on its standard input, at most 60 KiB; NULL: none */
	const char *what;		/* for sentences: "git" */
};

/*
 * Appends what it prints to out, whose ceiling bounds it (LIMIT).  NOTFOUND: there is no such
 * program; HELPER: it did not end with status 0.  Its standard error is ours.
 */
int at_program_run(struct at_buf *out, const struct at_program *program, struct intoto_error **err);

#endif
