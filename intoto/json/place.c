/* SPDX-License-Identifier: Apache-2.0 */
/* A second, slow reading of a document that was refused, only to say where. */
#include "json/place.h"

#include <stdarg.h>
#include <stdio.h>

#include "json/tree.h"
#include "json/where.h"

enum {
	PATH_DEPTH = 64, /* deeper levels are not named */
	TEXT_MAX = 4096, /* of what an error says; names are cut long before */
};

struct level {
	bool list;
	bool named; /* behind the colon of a member */
	size_t index;
	struct it_token name; /* kind END: none yet */
};

struct path {
	size_t depth;
	struct level levels[PATH_DEPTH];
};

static void open_level(struct path *path, bool list)
{
	if (path->depth < PATH_DEPTH)
		path->levels[path->depth] = (struct level){ .list = list };
	path->depth++;
}

static void next_element(struct level *level)
{
	level->index++;
	level->named = false;
	level->name.kind = IT_TOKEN_END;
}

static void follow(struct path *path, struct it_token token)
{
	struct level *top =
		path->depth && path->depth <= PATH_DEPTH ? &path->levels[path->depth - 1] : NULL;

	if (token.kind == IT_TOKEN_OBJECT || token.kind == IT_TOKEN_LIST)
		open_level(path, token.kind == IT_TOKEN_LIST);
	else if ((token.kind == IT_TOKEN_OBJECT_END || token.kind == IT_TOKEN_LIST_END) &&
		 path->depth)
		path->depth--;
	else if (top && token.kind == IT_TOKEN_COMMA)
		next_element(top);
	else if (top && token.kind == IT_TOKEN_TEXT && !top->named)
		top->name = token;
	else if (top && token.kind == IT_TOKEN_COLON)
		top->named = top->name.kind == IT_TOKEN_TEXT;
}

/* What a text token says; as it stands when it is no valid text. */
static void decode_text(struct it_buf *out, struct it_token token)
{
	json_t *text =
		json_loadb(token.text.data, token.text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (json_is_string(text))
		(void)it_buf_add(out, json_string_value(text),
				 json_string_length(text)); /* sticky */
	else
		(void)it_buf_add_span(out, token.text); /* sticky */
	json_decref(text);
}

void it_place_print_text(struct it_buf *out, struct it_token token)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SIZE_MAX / 2);

	decode_text(&text, token);
	it_where_quote(out, it_buf_span(&text));
}

static void print_name(struct it_buf *out, struct it_token token, bool first)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(SIZE_MAX / 2);

	decode_text(&name, token);
	it_where_print_name(out, it_buf_span(&name), first);
}

static void print_path(struct it_buf *out, const struct path *path)
{
	size_t depth = path->depth < PATH_DEPTH ? path->depth : PATH_DEPTH;

	for (size_t i = 0; i < depth; i++) {
		const struct level *level = &path->levels[i];

		if (level->list)
			it_where_print_index(out, level->index);
		else if (level->named)
			print_name(out, level->name, i == 0);
	}
}

static void print_line(struct it_buf *out, struct it_span text, size_t at)
{
	size_t line = 1;
	size_t column = 1;

	for (size_t i = 0; i < at && i < text.len; i++) {
		bool continues = ((unsigned char)text.data[i] & 0xc0) == 0x80;

		if (text.data[i] == '\n') {
			line++;
			column = 1;
		} else if (!continues) {
			column++;
		}
	}
	(void)it_buf_printf(out, "line %zu, column %zu", line, column); /* sticky */
}

void it_place_print(struct it_buf *out, struct it_span text, size_t at)
{
	struct it_scan scan = { text, 0 };
	struct path path = { 0 };
	size_t start = out->len;

	for (;;) {
		struct it_token token = it_scan_next(&scan);

		if (token.kind == IT_TOKEN_END || token.at >= at)
			break;
		follow(&path, token);
	}
	print_path(out, &path);
	if (out->len > start)
		(void)it_buf_add_text(out, ": "); /* sticky */
	print_line(out, text, at);
}

struct it_token it_place_token(struct it_span text, size_t end)
{
	struct it_scan scan = { text, 0 };
	struct it_token last = { IT_TOKEN_END, 0, { NULL, 0 } };

	for (;;) {
		struct it_token token = it_scan_next(&scan);

		if (token.kind == IT_TOKEN_END || token.at >= end)
			return last;
		last = token;
	}
}

int it_place_refuse(struct it_span text, size_t at, enum intoto_code code,
		    struct intoto_error **err, const char *format, ...)
{
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(TEXT_MAX * PATH_DEPTH);
	char *what = NULL;
	va_list args;
	int made;

	it_place_print(&place, text, at);
	va_start(args, format);
	made = vasprintf(&what, format, args);
	va_end(args);
	if (made < 0)
		return it_err_nomem(err);
	(void)it_err_set(err, code, "%s: %s", it_buf_text(&place), what); /* code is returned */
	free(what);
	return code;
}
