/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text for pictures, measured so that no font makes them wider. */
#include "layouts/graph.h"

/* Bytes of a character and its columns: from the first scripts with wide signs on, two. */
static size_t measure(const char *text, size_t *columns)
{
	unsigned char c = (unsigned char)*text;
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	*columns = c < 0xe1 || (c == 0xe2 && (unsigned char)text[1] < 0x8c) ? 1 : 2;
	return len;
}

void it_graph_line(const char **text, size_t max, bool last, struct it_buf *line)
{
	const char *end = *text;
	const char *blank = NULL;
	size_t used = 0;
	size_t columns;

	while (*end) {
		size_t len = measure(end, &columns);

		if (used + columns > max - (last ? 1 : 0) && (end[len] || used + columns > max))
			break;
		if (*end == ' ' && used > max / 2)
			blank = end;
		used += columns;
		end += len;
	}
	if (*end && !last && blank)
		end = blank;
	(void)it_buf_add(line, *text, (size_t)(end - *text)); /* sticks in line */
	if (*end && last)
		(void)it_buf_add_text(line, "…");
	while (*end == ' ')
		end++;
	*text = end;
}
