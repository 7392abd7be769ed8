/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the bytes: the same verdict in one piece and in many; what is read is written and reads
 * back the same. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "attestors/kit/events.h"
#include "attestors/kit/out.h"

IT_DEFINE_AUTO(struct intoto_value, intoto_value_free);

static int nothing(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	(void)err;
	if (!event->path || !event->name || (event->text && event->text[event->length]))
		abort();
	*(uint64_t *)arg += event->depth + event->length;
	return 0;
}

static int in_pieces(const uint8_t *data, size_t size, size_t piece, uint64_t *sum)
{
	static const struct intoto_event_limits limits = { 64 << 20, 64, 64 << 20 };
	IT_AUTO(it_events_freep) struct it_events *events = NULL;
	int rc = it_events_new(&events, &limits, nothing, sum, NULL);

	for (size_t at = 0; at < size && !rc; at += piece)
		rc = it_events_feed(
			events, it_span(data + at, size - at < piece ? size - at : piece), NULL);
	return rc ? rc : it_events_end(events, NULL);
}

static void write(struct intoto_json_out *out, const struct intoto_value *value)
{
	it_out_init(out, UINT64_MAX);
	intoto_out_value(out, value);
	if (it_out_check(out, NULL) || out->replaced)
		abort();
}

static void check_same(const struct intoto_value *root)
{
	IT_AUTO(intoto_value_freep) struct intoto_value *again = NULL;
	struct intoto_json_out one;
	struct intoto_json_out two;

	write(&one, root);
	if (one.fd < 0) {
		if (intoto_value_parse(&again, one.buf.data, one.buf.len, NULL))
			abort();
		write(&two, again);
		if (!it_span_eq(it_buf_span(&one.buf), it_buf_span(&two.buf)))
			abort();
		it_out_done(&two);
	}
	it_out_done(&one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(intoto_value_freep) struct intoto_value *root = NULL;
	uint64_t whole = 0;
	uint64_t parts = 0;
	int rc = intoto_value_parse(&root, (const char *)data, size, NULL);

	if (in_pieces(data, size, size ? size : 1, &whole) != rc ||
	    in_pieces(data, size, 3, &parts) != rc || (!rc && whole != parts) ||
	    (rc == 0) != !!root)
		abort();
	if (root)
		check_same(root);
	return 0;
}
