/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One output stream of a command on its way through us: shown, counted, hashed, and kept up to a
 * bound.  No call ever waits: the owner polls what it_stream_wants names.
 */
#ifndef IT_RUN_STREAM_H
#define IT_RUN_STREAM_H

#include <poll.h>

#include "crypto/digest.h"
#include "json/json.h"

enum { IT_STREAM_CHUNK = 64 * 1024 };

struct it_stream {
	const char *name; /* "stdout" */
	int from;	  /* our end of the pipe; -1 once all was read */
	int to;		  /* where it is shown; -1: nowhere, or no longer */
	size_t chunk;	  /* so many bytes are written at once without a wait */
	unsigned char *buffer;
	size_t start, end;   /* what of buffer is still to be shown */
	unsigned char *kept; /* head, then the tail as a ring */
	uint64_t length;
	struct it_digest sha256;
	bool bounded; /* no more is read than left says */
	uint64_t left;
	bool left_open;	    /* somebody still held the other end when we stopped reading, or reading
			       failed */
	int show_errno;	    /* why it could not be shown to the end, else 0 */
	bool tame;	    /* what is shown cannot control a terminal */
	unsigned char last; /* byte that was read, for tame */
};

/* Makes the pipe; *child_end is for the command, and the caller closes it.  show is -1 or ours. */
IT_CHECK int it_stream_open(struct it_stream *stream, const char *name, int show, int *child_end,
			    struct intoto_error **err);
void it_stream_done(struct it_stream *stream);

/* Whether everything was read and shown. */
bool it_stream_ended(const struct it_stream *stream);
/* What to wait for; fd is -1 when there is nothing. */
struct pollfd it_stream_wants(const struct it_stream *stream);
/* One step after poll said revents of it. */
void it_stream_step(struct it_stream *stream, short revents);
/* From now on only what is in the pipe already is read; then it is closed. */
void it_stream_finish(struct it_stream *stream);
/* Whoever should look does not: what was read is recorded, but no longer shown. */
void it_stream_hide(struct it_stream *stream, int number);

/* The members that describe it (run/command.h) into byproducts. */
IT_CHECK int it_stream_describe(const struct it_stream *stream, struct it_json *byproducts,
				struct intoto_error **err);

#endif
