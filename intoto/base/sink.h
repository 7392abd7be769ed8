/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on their way: a sink takes them piece by piece, a message pours all of its own into one, as
 * often as it is asked and every time the same.  What is too long to be held in memory is a
 * message.
 */
#ifndef IT_BASE_SINK_H
#define IT_BASE_SINK_H

#include "base/buf.h"

struct it_sink {
	/* What it returns, if not 0, ends the pouring. */
	int (*take)(void *arg, struct it_span piece, struct intoto_error **err);
	void *arg;
};

static inline int it_sink_take(const struct it_sink *sink, struct it_span piece,
			       struct intoto_error **err)
{
	return sink->take(sink->arg, piece, err);
}

/* A take function that adds to a struct it_buf, whose ceiling is then the limit. */
int it_sink_into_buf(void *buf, struct it_span piece, struct intoto_error **err);

struct it_message {
	int (*pour)(void *self, const struct it_sink *sink, struct intoto_error **err);
	void *self;
	/* Of all of it.  Who pours more or less has a bug, which the reader need not look for. */
	uint64_t len;
	/* It fails unless its bytes have the digest that it goes by, and gives the last of them
	 * after it has made sure: who takes it need not hash them again. */
	bool sure;
};

static inline int it_message_pour(const struct it_message *message, const struct it_sink *sink,
				  struct intoto_error **err)
{
	return message->pour(message->self, sink, err);
}

/* Bytes in memory as a message; both are borrowed. */
struct it_message it_message_of(struct it_span *bytes);

/* Appends a message to a buffer, whose ceiling is then the limit; what names it in an error. */
IT_CHECK int it_message_read(struct it_buf *out, const struct it_message *message, const char *what,
			     struct intoto_error **err);

#endif
