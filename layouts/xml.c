/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping for XML 1.0. */
#include "layouts/xml.h"

#include <string.h>

#include "base/text.h"

static const char *escape_of(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;"; /* else "]]>" would end a section that nobody began */
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool it_xml_is_no_character(struct it_span text)
{
	struct it_span first = it_span(text.data, text.len < 3 ? text.len : 3);

	return it_span_is(first, "\xef\xbf\xbe") || it_span_is(first, "\xef\xbf\xbf");
}

void it_xml_add(struct it_buf *out, const char *text)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(text));
	size_t len = quoted ? strlen(quoted) : 0;

	if (!quoted)
		out->failed = INTOTO_E_NOMEM;
	for (size_t i = 0; i < len; i++) {
		const char *escape = escape_of(quoted[i]);

		/* Everything sticks in out. */
		if (escape) {
			(void)it_buf_add_text(out, escape);
		} else if (it_xml_is_no_character(it_span(quoted + i, len - i))) {
			(void)it_buf_add_text(out, "\xef\xbf\xbd");
			i += 2;
		} else {
			(void)it_buf_add_byte(out, quoted[i]);
		}
	}
}

void it_xml_attribute(struct it_buf *out, const char *name, const char *text)
{
	(void)it_buf_printf(out, " %s=\"", name); /* sticks in out, as the rest */
	it_xml_add(out, text);
	(void)it_buf_add_byte(out, '"');
}
