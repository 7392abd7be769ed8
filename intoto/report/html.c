/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "layouts/xml.h"

enum { DIGEST_SHOWN = 12, STYLE_MAX = 64 * 1024 };

/* --- text --- */

/* What stands behind a percent sign; the format goes on behind it. */
static const char *add_argument(struct it_buf *out, const char *at, va_list *arguments)
{
	if (*at == 's') {
		it_xml_add(out, va_arg(*arguments, const char *));
		return at + 1;
	}
	if (*at == '%') {
		(void)it_buf_add_byte(out, '%'); /* sticks in out, as the rest */
		return at + 1;
	}
	if (*at == 'd') {
		(void)it_buf_printf(out, "%d", va_arg(*arguments, int));
		return at + 1;
	}
	if (*at == 'u') {
		(void)it_buf_printf(out, "%u", va_arg(*arguments, unsigned));
		return at + 1;
	}
	if (it_starts_with(at, "zu")) {
		(void)it_buf_printf(out, "%zu", va_arg(*arguments, size_t));
		return at + 2;
	}
	if (it_starts_with(at, "lld")) {
		(void)it_buf_printf(out, "%lld", va_arg(*arguments, long long));
		return at + 3;
	}
	return NULL;
}

void it_html(struct it_buf *out, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	while (format && *format) {
		size_t plain = strcspn(format, "%");

		(void)it_buf_add(out, format, plain); /* sticks in out */
		format += plain;
		if (*format)
			format = add_argument(out, format + 1, &arguments);
	}
	va_end(arguments);
	if (!format && !out->failed)
		out->failed = INTOTO_E_INTERNAL;
}

void it_html_query(struct it_buf *out, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			(void)it_buf_add_byte(out, *text); /* sticks in out, as the rest */
		else
			(void)it_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

void it_html_time(struct it_buf *out, int64_t seconds)
{
	char text[IT_TIME_SIZE];

	if (!seconds) {
		it_html(out, "<span class=\"dim\">not said</span>");
		return;
	}
	it_time_format(text, seconds);
	it_html(out, "<time datetime=\"%s\">", text);
	text[10] = ' ';
	text[16] = '\0';
	it_html(out, "%s UTC</time>", text);
}

void it_html_digest(struct it_buf *out, const char *digest)
{
	const char *colon = strchr(digest, ':');
	size_t shown = (colon ? (size_t)(colon - digest) + 1 : 0) + DIGEST_SHOWN;

	it_html(out, "<code class=\"digest\" title=\"%s\">", digest);
	if (strlen(digest) <= shown) {
		it_html(out, "%s</code>", digest);
		return;
	}
	for (size_t i = 0; i < shown; i++)
		it_html(out, "%s", (char[]){ digest[i], '\0' });
	it_html(out, "…</code>");
}

void it_html_size(struct it_buf *out, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	uint64_t tenths = bytes * 10;
	size_t unit = 0;

	if (bytes < 1000) {
		(void)it_buf_printf(out, "%" PRIu64 " B", bytes); /* sticks in out, as the rest */
		return;
	}
	for (tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : tenths;
	     tenths >= 10000 && unit + 1 < IT_COUNT_OF(units); unit++)
		tenths /= 1000;
	(void)it_buf_printf(out, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
			    units[unit]);
}

/* --- pages --- */

/* The style sheet is named by its digest, so that no other style counts. */
static void add_policy(struct it_buf *out)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(1024);
	IT_AUTO(it_buf_done) struct it_buf style = IT_BUF(STYLE_MAX);
	unsigned char bytes[IT_SHA256_SIZE];

	it_html_style(&style);
	it_sha256(bytes, it_buf_span(&style));
	it_base64_encode(&digest, it_span(bytes, sizeof bytes));
	if (digest.failed || style.failed)
		out->failed = INTOTO_E_NOMEM;
	it_html(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
		it_buf_text(&digest));
}

void it_html_begin(struct it_buf *out, const struct it_html_head *head)
{
	it_html(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	if (!head->style_sheet)
		add_policy(out);
	it_html(out,
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>%s</title>\n",
		head->title);
	if (head->style_sheet)
		it_html(out, "<link rel=\"stylesheet\" href=\"%s\">\n", head->style_sheet);
	else {
		it_html(out, "<style>");
		it_html_style(out);
		it_html(out, "</style>\n");
	}
	it_html(out,
		"</head>\n<body class=\"%s\">\n<a class=\"skip\" href=\"#main\">Skip to the "
		"content</a>\n",
		head->body);
}

void it_html_end(struct it_buf *out)
{
	it_html(out, "</body>\n</html>\n");
}
