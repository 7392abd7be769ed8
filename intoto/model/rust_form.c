/* SPDX-License-Identifier: Apache-2.0 */
/* Made from the canonical form, in which control characters and backslashes stand in texts only. */
#include "model/rust_form.h"

static bool is_control(char byte)
{
	return (unsigned char)byte < 0x20 && byte != '\n';
}

/* An escaped backslash in front of an n. */
static bool is_before_n(struct it_span canonical, size_t at)
{
	return at + 2 < canonical.len && canonical.data[at + 1] == '\\' &&
	       canonical.data[at + 2] == 'n';
}

static bool differs(struct it_span canonical)
{
	for (size_t i = 0; i < canonical.len; i++) {
		if (is_control(canonical.data[i]))
			return true;
		if (canonical.data[i] != '\\')
			continue;
		if (is_before_n(canonical, i))
			return true;
		i++; /* what is escaped */
	}
	return false;
}

/* Short escapes where JSON has them (RFC 8259 section 7). */
static void add_control(struct it_buf *out, char byte)
{
	static const char *const escapes[0x20] = {
		['\b'] = "\\b", ['\t'] = "\\t", ['\f'] = "\\f", ['\r'] = "\\r"
	};
	const char *escape = escapes[(unsigned char)byte & 0x1f];

	if (escape)
		(void)it_buf_add_text(out, escape); /* sticky */
	else
		(void)it_buf_printf(out, "\\u%04x", (unsigned)byte); /* sticky */
}

bool it_rust_form(struct it_buf *out, struct it_span canonical)
{
	if (!differs(canonical))
		return false;
	for (size_t i = 0; i < canonical.len; i++) {
		char byte = canonical.data[i];

		if (is_control(byte)) {
			add_control(out, byte);
		} else if (byte == '\\' && is_before_n(canonical, i)) {
			(void)it_buf_add_text(out, "\\\n"); /* sticky, as all here */
			i += 2;
		} else if (byte == '\\' && i + 1 < canonical.len) {
			(void)it_buf_add(out, canonical.data + i, 2);
			i++;
		} else {
			(void)it_buf_add_byte(out, byte);
		}
	}
	return true;
}
