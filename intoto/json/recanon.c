/* SPDX-License-Identifier: Apache-2.0 */
/* From written text back to the form that is signed. */
#include "json/recanon.h"

#include "json/plain.h"

enum { CODE_DIGITS = 4, CONTROLS = 0x20 };

static void keep(struct it_recanon *form, const char *bytes, size_t len)
{
	(void)it_buf_add(&form->out, bytes, len); /* sticky: looked at when the piece is done */
}

static int refuse(struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_INTERNAL, "an escape that the writer does not make");
}

/* White space goes (specification 4.1). */
static void take_outside(struct it_recanon *form, char c)
{
	if (c == ' ' || c == '\n')
		return;
	keep(form, &c, 1);
	if (c == '"')
		form->state = IT_RECANON_TEXT;
}

/* Only quotes and backslashes keep their escape. */
static int take_escape(struct it_recanon *form, char c, struct intoto_error **err)
{
	static const char letters[] = "bfnrt";
	static const char meant[] = "\b\f\n\r\t";
	const char pair[] = { '\\', c };
	const char *letter = memchr(letters, c, sizeof letters - 1);

	form->state = IT_RECANON_TEXT;
	if (c == '"' || c == '\\') {
		keep(form, pair, sizeof pair);
	} else if (letter) {
		keep(form, &meant[letter - letters], 1);
	} else if (c == 'u') {
		form->state = IT_RECANON_CODE;
		form->code = 0;
		form->digits = 0;
	} else {
		return refuse(err);
	}
	return INTOTO_OK;
}

static int take_digit(struct it_recanon *form, char c, struct intoto_error **err)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit = memchr(digits, c, sizeof digits - 1);
	char meant;

	if (!digit)
		return refuse(err);
	form->code = form->code * 16 + (unsigned)(digit - digits);
	if (++form->digits < CODE_DIGITS)
		return INTOTO_OK;
	if (form->code >= CONTROLS)
		return refuse(err);
	meant = (char)form->code;
	keep(form, &meant, 1);
	form->state = IT_RECANON_TEXT;
	return INTOTO_OK;
}

/* Up to the end of a text or an escape; how many bytes that was. */
static size_t take_text(struct it_recanon *form, struct it_span rest)
{
	uint64_t high = 0; /* the writer has looked at that */
	size_t end = it_plain_end(rest, 0, false, &high);

	keep(form, rest.data, end);
	if (end == rest.len)
		return end;
	if (rest.data[end] == '"')
		keep(form, "\"", 1);
	form->state = rest.data[end] == '"' ? IT_RECANON_OUTSIDE : IT_RECANON_ESCAPE;
	return end + 1;
}

int it_recanon_take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct it_recanon *form = arg;
	int rc = INTOTO_OK;
	size_t at = 0;

	it_buf_reset(&form->out);
	while (!rc && at < piece.len) {
		if (form->state == IT_RECANON_TEXT)
			at += take_text(form, it_span(piece.data + at, piece.len - at));
		else if (form->state == IT_RECANON_ESCAPE)
			rc = take_escape(form, piece.data[at++], err);
		else if (form->state == IT_RECANON_CODE)
			rc = take_digit(form, piece.data[at++], err);
		else
			take_outside(form, piece.data[at++]);
	}
	if (!rc)
		rc = it_buf_check(&form->out, "the canonical form", err);
	return rc || !form->out.len ? rc : it_sink_take(form->next, it_buf_span(&form->out), err);
}
