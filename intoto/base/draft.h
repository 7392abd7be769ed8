/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is being written, piece by piece, beside its place: a reader sees all of it there, or
 * what was there before.  it_file_write() is this in one call.
 */
#ifndef IT_BASE_DRAFT_H
#define IT_BASE_DRAFT_H

#include "base/file.h"
#include "base/sink.h"

struct it_draft {
	char *path;
	char *temporary; /* NULL where nothing can be replaced: a pipe, a device, standard output */
	int fd;		 /* -1: none */
	unsigned flags;
};

#define IT_DRAFT                                                                                   \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* path, mode and flags as it_file_write() has them.  Nothing is seen at path before the finish. */
IT_CHECK int it_draft_open(struct it_draft *draft, const char *path, mode_t mode, unsigned flags,
			   struct intoto_error **err);
IT_CHECK int it_draft_add(struct it_draft *draft, struct it_span piece, struct intoto_error **err);
/* A sink that does the same; arg is the draft. */
int it_draft_take(void *draft, struct it_span piece, struct intoto_error **err);
/* Puts it in its place; on failure nothing is left, nor is anything at path touched. */
IT_CHECK int it_draft_finish(struct it_draft *draft, struct intoto_error **err);
/* Frees, and removes what was not finished: IT_AUTO(it_draft_drop) struct it_draft d = IT_DRAFT; */
void it_draft_drop(struct it_draft *draft);

#endif
