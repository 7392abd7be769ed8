/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML written piece by piece.  Markup stands in formats, which are constants of the program; every
 * text that is put into one is escaped, for elements and for attributes in double quotes.  So there
 * is no way to write what a document says as markup.
 */
#ifndef IT_REPORT_HTML_H
#define IT_REPORT_HTML_H

#include "base/buf.h"

/*
 * Appends format with its %s escaped: markup becomes text, and control characters, line breaks and
 * bidirectional controls become visible, as on a terminal.  Knows %s, %zu, %u, %d, %lld and %%;
 * anything else is our bug and makes out fail with INTOTO_E_INTERNAL.  Failures stick in out.
 */
void it_html(struct it_buf *out, const char *format, ...) IT_PRINTF(2, 3);

/* Appends a text as the value of a parameter behind "?" in an address. */
void it_html_query(struct it_buf *out, const char *text);

/* A time for people, in an element that says it for programs too; a dash for 0. */
void it_html_time(struct it_buf *out, int64_t seconds);
/* A long digest or id: its beginning to be seen, all of it to be copied. */
void it_html_digest(struct it_buf *out, const char *digest);
/* "12.3 MB". */
void it_html_size(struct it_buf *out, uint64_t bytes);

/* What a page is about. */
struct it_html_head {
	const char *title;
	const char *style_sheet; /* address of the style sheet; NULL: it stands in the page */
	const char *body;	 /* class of the body */
};
/* Everything up to the body; what is written is closed by it_html_end. */
void it_html_begin(struct it_buf *out, const struct it_html_head *head);
void it_html_end(struct it_buf *out);

/* Appends the style sheet. */
void it_html_style(struct it_buf *out);

#endif
