/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a bundle. */
#include "model/bundle.h"

#include <string.h>

/* Takes a line off text, without its end. */
static struct it_span take_line(struct it_span *text)
{
	const char *end = memchr(text->data, '\n', text->len);
	size_t len = end ? (size_t)(end - text->data) : text->len;
	struct it_span line = it_span(text->data, len);

	text->data += len + (end ? 1 : 0);
	text->len -= len + (end ? 1 : 0);
	return line;
}

static bool is_blank(struct it_span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!memchr(" \t\r", line.data[i], 3))
			return false;
	return true;
}

int it_bundle_each(struct it_span text,
		   int (*visit)(void *arg, size_t number, struct it_span line,
				struct intoto_error **err),
		   void *arg, struct intoto_error **err)
{
	for (size_t number = 1; text.len; number++) {
		struct it_span line = take_line(&text);
		int rc;

		if (number > IT_BUNDLE_LINES_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "more than %d lines",
					  IT_BUNDLE_LINES_MAX);
		if (is_blank(line))
			continue;
		if (line.data[line.len - 1] == '\r')
			line.len--;
		rc = visit(arg, number, line, err);
		if (rc)
			return rc;
	}
	return INTOTO_OK;
}
