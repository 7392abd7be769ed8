/* SPDX-License-Identifier: Apache-2.0 */
/* Paths inside a document. */
#include "json/where.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum {
	QUOTE_MAX = 200,
	PATH_MAX_BYTES = 64 * 1024,
};

static bool is_plain(struct it_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
			return false;
	}
	return name.len > 0 && name.len <= QUOTE_MAX;
}

/* Not inside a character: continuation bytes are left out with their beginning. */
static struct it_span cut(struct it_span text)
{
	if (text.len <= QUOTE_MAX)
		return text;
	text.len = QUOTE_MAX;
	while (text.len && ((unsigned char)text.data[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

void it_where_quote(struct it_buf *out, struct it_span text)
{
	struct it_span shown = cut(text);

	(void)it_buf_add_byte(out, '"'); /* all sticky */
	it_text_quote(out, shown);
	(void)it_buf_add_text(out, shown.len < text.len ? "...\"" : "\"");
}

void it_where_print_name(struct it_buf *out, struct it_span name, bool first)
{
	if (is_plain(name)) {
		if (!first)
			(void)it_buf_add_byte(out, '.'); /* all sticky */
		(void)it_buf_add_span(out, name);
		return;
	}
	(void)it_buf_add_byte(out, '[');
	it_where_quote(out, name);
	(void)it_buf_add_byte(out, ']');
}

void it_where_print_index(struct it_buf *out, size_t index)
{
	(void)it_buf_printf(out, "[%zu]", index); /* sticky */
}

void it_where_print(struct it_buf *out, const struct it_where *where)
{
	if (!where)
		return;
	it_where_print(out, where->up);
	if (where->name)
		it_where_print_name(out, it_span_text(where->name), !where->up);
	else
		it_where_print_index(out, where->index);
}

int it_where_refuse(const struct it_where *where, enum intoto_code code, struct intoto_error **err,
		    const char *format, ...)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_MAX_BYTES);
	char *what = NULL;
	va_list args;
	int made;

	if (!err || *err)
		return code;
	it_where_print(&path, where);
	va_start(args, format);
	made = vasprintf(&what, format, args);
	va_end(args);
	if (made < 0)
		return it_err_nomem(err);
	(void)it_err_set(err, code, "%s%s%s", it_buf_text(&path), path.len ? ": " : "",
			 what); /* code is returned */
	free(what);
	return code;
}
