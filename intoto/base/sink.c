/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that are in memory after all. */
#include "base/sink.h"

static int pour_span(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	const struct it_span *bytes = self;

	return bytes->len ? it_sink_take(sink, *bytes, err) : INTOTO_OK;
}

struct it_message it_message_of(struct it_span *bytes)
{
	return (struct it_message){ .pour = pour_span, .self = bytes, .len = bytes->len };
}

int it_sink_into_buf(void *buf, struct it_span piece, struct intoto_error **err)
{
	(void)it_buf_add_span(buf, piece); /* sticky: checked in the next line */
	return it_buf_check(buf, "the content", err);
}

struct reading {
	struct it_buf *out;
	const char *what;
};

static int take_into_buf(void *arg, struct it_span piece, struct intoto_error **err)
{
	const struct reading *reading = arg;

	(void)it_buf_add_span(reading->out, piece); /* sticky: checked in the next line */
	return it_buf_check(reading->out, reading->what, err);
}

int it_message_read(struct it_buf *out, const struct it_message *message, const char *what,
		    struct intoto_error **err)
{
	struct reading reading = { out, what };
	const struct it_sink sink = { take_into_buf, &reading };

	/* In one piece, so that it is not copied while the buffer grows; one that cannot be had
	   whole is refused before anything is poured. */
	if (message->len > SIZE_MAX / 2)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than fits into memory", what);
	(void)it_buf_reserve(out, (size_t)message->len); /* sticky: checked by the next line */
	if (it_buf_check(out, what, err))
		return (int)out->failed;
	return it_message_pour(message, &sink, err);
}
