/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of an export: no log is that of a checkpoint of nothing, and each entry counts once. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "store/transfer_part.h"

static void read_entries(struct it_span text, struct it_transfer_log *log)
{
	IT_AUTO(it_transfer_line_done) struct it_transfer_line line = { 0 };
	struct it_span one;

	while (it_transfer_next(&one, &text)) {
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		struct it_hold hold = { 0 };
		int rc = it_transfer_line_read(&line, one, &err);

		if ((rc == INTOTO_OK) != (err == NULL))
			abort();
		for (size_t i = 0; !rc && i < it_json_count(line.holds); i++)
			rc = it_transfer_line_hold(&hold, &line, i, NULL);
		if (!rc && !line.is_class && log && !it_transfer_log_take(log, &line, NULL) &&
		    !it_transfer_log_take(log, &line, NULL))
			abort(); /* each once */
	}
}

/* What comes before the first empty line is the log, the rest are entries. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_transfer_log_freep) struct it_transfer_log *log = NULL;
	const struct it_checkpoint nobodys = { 0 };
	struct it_span text = it_span(data, size);
	const char *end = size ? memmem(text.data, text.len, "\n\n", 2) : NULL;
	struct it_span leaves = end ? it_span(text.data, (size_t)(end - text.data)) : text;

	if (it_transfer_log_read(&log, leaves, NULL) == INTOTO_OK &&
	    it_transfer_log_check(log, &nobodys, NULL) == INTOTO_OK)
		abort();
	if (end)
		read_entries(it_span(end + 2, (size_t)(text.data + text.len - end - 2)), log);
	return 0;
}
