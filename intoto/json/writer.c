/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text, piece by piece. */
#include "json/writer.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/plain.h"
#include "json/tree.h"

enum { INDENT = 2 };

void it_writer_init(struct it_writer *writer, struct it_buf *out, enum it_writer_style style)
{
	*writer = (struct it_writer){
		.out = out,
		.style = style,
		.names = IT_BUF(SIZE_MAX / 2),
	};
}

void it_writer_init_sink(struct it_writer *writer, struct it_buf *chunk, enum it_writer_style style,
			 const struct it_sink *sink)
{
	it_writer_init(writer, chunk, style);
	writer->sink = sink;
	(void)it_buf_reserve(chunk, IT_WRITER_CHUNK); /* sticky, looked at by finish */
}

static void sink(struct it_writer *writer, struct it_span piece)
{
	if (!writer->sink_failed && !writer->out->failed)
		writer->sink_failed = it_sink_take(writer->sink, piece, &writer->why);
	writer->sunk += piece.len;
}

bool it_writer_failed(const struct it_writer *writer)
{
	return writer->sink_failed || writer->out->failed || writer->misused;
}

void it_writer_flush(struct it_writer *writer)
{
	if (writer->sink && writer->out->len)
		sink(writer, it_buf_span(writer->out));
	if (writer->sink)
		writer->out->len = 0;
}

static void add_slowly(struct it_writer *writer, const char *data, size_t len)
{
	if (writer->sink && writer->out->len + len > IT_WRITER_CHUNK)
		it_writer_flush(writer);
	for (; writer->sink && len > IT_WRITER_CHUNK; len -= IT_WRITER_CHUNK) {
		sink(writer, it_span(data, IT_WRITER_CHUNK));
		data += IT_WRITER_CHUNK;
	}
	(void)it_buf_add(writer->out, data, len); /* sticky, looked at by finish */
}

/* Nearly always there is room for it. */
static inline void add(struct it_writer *writer, const char *data, size_t len)
{
	struct it_buf *out = writer->out;

	if (len >= out->cap - out->len || len > out->max - out->len || out->failed) {
		add_slowly(writer, data, len);
		return;
	}
	memcpy(out->data + out->len, data, len);
	out->len += len;
	out->data[out->len] = '\0';
}

static void add_text(struct it_writer *writer, const char *text)
{
	add(writer, text, strlen(text));
}

static void new_line(struct it_writer *writer)
{
	static const char line[] = "\n                                        ";
	size_t left = (size_t)writer->depth * INDENT;
	size_t shown = left < sizeof line - 2 ? left : sizeof line - 2;

	if (writer->style != IT_WRITE_PRETTY)
		return;
	add(writer, line, 1 + shown);
	for (; shown < left; shown++) /* deeper than 20 levels */
		add(writer, " ", 1);
}

/* Level 0 is the document: it holds one value. */
static void begin_item(struct it_writer *writer)
{
	if (writer->levels[writer->depth].filled)
		add(writer, ",", 1);
	writer->levels[writer->depth].filled = true;
	if (writer->depth)
		new_line(writer);
}

/* Everything that is in front of a value; false when no value may stand here. */
static bool begin_value(struct it_writer *writer)
{
	bool in_object = writer->depth && !writer->levels[writer->depth].list;
	bool second_root = writer->depth == 0 && writer->levels[0].filled;

	if (writer->misused || second_root || (in_object && !writer->after_name)) {
		writer->misused = true;
		return false;
	}
	if (!in_object)
		begin_item(writer);
	writer->after_name = false;
	return true;
}

static void open_level(struct it_writer *writer, bool list)
{
	if (!begin_value(writer))
		return;
	if (writer->depth + 1 == IT_WRITER_DEPTH) {
		writer->misused = true;
		return;
	}
	add(writer, list ? "[" : "{", 1);
	writer->depth++;
	writer->levels[writer->depth].list = list;
	writer->levels[writer->depth].filled = false;
	writer->levels[writer->depth].kept = NULL;
	writer->levels[writer->depth].name_at = writer->names.len;
	writer->levels[writer->depth].name_len = 0;
}

static void close_level(struct it_writer *writer, bool list)
{
	bool filled = writer->levels[writer->depth].filled;

	if (writer->misused || writer->depth == 0 || writer->after_name ||
	    writer->levels[writer->depth].list != list) {
		writer->misused = true;
		return;
	}
	writer->names.len = writer->levels[writer->depth].name_at;
	writer->depth--;
	if (filled)
		new_line(writer);
	add(writer, list ? "]" : "}", 1);
}

void it_write_object(struct it_writer *writer)
{
	open_level(writer, false);
}

void it_write_object_end(struct it_writer *writer)
{
	close_level(writer, false);
}

void it_write_list(struct it_writer *writer)
{
	open_level(writer, true);
}

void it_write_list_end(struct it_writer *writer)
{
	close_level(writer, true);
}

static void add_escape(struct it_writer *writer, char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* character, letter */
	char text[sizeof "\\u0000"];

	for (size_t i = 0; i + 1 < sizeof shorts; i += 2) {
		if (shorts[i] == c) {
			add(writer, "\\", 1);
			add(writer, &shorts[i + 1], 1);
			return;
		}
	}
	(void)snprintf(text, sizeof text, "\\u%04x", (unsigned char)c); /* four digits fit */
	add_text(writer, text);
}

static void add_quoted(struct it_writer *writer, struct it_span text)
{
	bool controls = writer->style != IT_WRITE_CANONICAL;
	uint64_t high = 0;
	size_t from = 0;

	add(writer, "\"", 1);
	while (from < text.len) {
		size_t end = it_plain_end(text, from, controls, &high);

		add(writer, text.data + from, end - from);
		if (end < text.len)
			add_escape(writer, text.data[end++]);
		from = end;
	}
	add(writer, "\"", 1);
	if (high && !it_utf8_valid(text))
		writer->no_utf8 = true;
}

/* Whether name may follow: it is behind the last one of this object. */
static bool may_follow(const struct it_writer *writer, struct it_span name)
{
	size_t len = writer->levels[writer->depth].name_len;
	const char *last = writer->levels[writer->depth].kept;

	if (writer->misused || writer->depth == 0 || writer->after_name ||
	    writer->levels[writer->depth].list)
		return false;
	if (!writer->levels[writer->depth].filled)
		return true;
	if (!last)
		last = writer->names.data + writer->levels[writer->depth].name_at;
	return it_span_cmp(it_span(last, len), name) < 0;
}

static bool copy_name(struct it_writer *writer, struct it_span name)
{
	writer->names.len = writer->levels[writer->depth].name_at;
	return it_buf_add_span(&writer->names, name) == INTOTO_OK;
}

/* kept is NULL for one that was copied. */
static void add_name(struct it_writer *writer, struct it_span name, const char *kept)
{
	writer->levels[writer->depth].kept = kept;
	writer->levels[writer->depth].name_len = name.len;
	begin_item(writer);
	add_quoted(writer, name);
	if (writer->style == IT_WRITE_PRETTY)
		add(writer, ": ", 2);
	else
		add(writer, ":", 1);
	writer->after_name = true;
}

void it_write_name_span(struct it_writer *writer, struct it_span name)
{
	if (may_follow(writer, name) && copy_name(writer, name))
		add_name(writer, name, NULL);
	else
		writer->misused = true;
}

void it_write_name_kept(struct it_writer *writer, struct it_span name)
{
	if (may_follow(writer, name))
		add_name(writer, name, name.data);
	else
		writer->misused = true;
}

void it_write_name(struct it_writer *writer, const char *name)
{
	it_write_name_span(writer, it_span_text(name));
}

void it_write_text_span(struct it_writer *writer, struct it_span text)
{
	if (begin_value(writer))
		add_quoted(writer, text);
}

void it_write_text(struct it_writer *writer, const char *text)
{
	it_write_text_span(writer, it_span_text(text));
}

void it_write_raw(struct it_writer *writer, struct it_span json)
{
	if (begin_value(writer))
		add(writer, json.data, json.len);
}

static void write_word(struct it_writer *writer, const char *word)
{
	if (begin_value(writer))
		add_text(writer, word);
}

void it_write_int(struct it_writer *writer, int64_t number)
{
	char digits[sizeof "-9223372036854775808"];

	(void)snprintf(digits, sizeof digits, "%lld", (long long)number); /* the longest fits */
	write_word(writer, digits);
}

void it_write_bool(struct it_writer *writer, bool value)
{
	write_word(writer, value ? "true" : "false");
}

void it_write_null(struct it_writer *writer)
{
	write_word(writer, "null");
}

/* 17 digits read back the same; jansson knows how to keep the locale out. */
static void write_real(struct it_writer *writer, const struct it_json *value)
{
	char digits[64];
	size_t len = json_dumpb(it_json_tree(value), digits, sizeof digits - 1,
				JSON_ENCODE_ANY | JSON_COMPACT);

	writer->real |= writer->style == IT_WRITE_CANONICAL;
	if (writer->real || len == 0 || len >= sizeof digits) {
		writer->misused = true;
		return;
	}
	digits[len] = '\0';
	write_word(writer, digits);
}

static void write_object(struct it_writer *writer, const struct it_json *object)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count;

	if (it_json_members(&members, &count, object, NULL))
		writer->out->failed = INTOTO_E_NOMEM;
	it_write_object(writer);
	for (size_t i = 0; i < count && !writer->misused; i++) {
		it_write_name_span(writer, members[i].name);
		it_write_value(writer, members[i].value);
	}
	it_write_object_end(writer);
}

static void write_list(struct it_writer *writer, const struct it_json *list)
{
	it_write_list(writer);
	for (size_t i = 0; i < it_json_count(list) && !writer->misused; i++)
		it_write_value(writer, it_json_at(list, i));
	it_write_list_end(writer);
}

void it_write_value(struct it_writer *writer, const struct it_json *value)
{
	int64_t number = 0;
	bool yes = false;

	if (it_json_kind(value) == IT_JSON_OBJECT)
		write_object(writer, value);
	else if (it_json_kind(value) == IT_JSON_LIST)
		write_list(writer, value);
	else if (it_json_kind(value) == IT_JSON_TEXT)
		it_write_text_span(writer, it_json_text(value));
	else if (it_json_int(value, &number))
		it_write_int(writer, number);
	else if (it_json_bool(value, &yes))
		it_write_bool(writer, yes);
	else if (it_json_kind(value) == IT_JSON_REAL)
		write_real(writer, value);
	else
		it_write_null(writer);
}

/* What the sink said; no other failure matters then. */
static int hand_over(struct it_writer *writer, struct intoto_error **err)
{
	if (err && !*err)
		*err = writer->why;
	else
		intoto_error_free(writer->why);
	writer->why = NULL;
	return writer->sink_failed;
}

int it_writer_finish(struct it_writer *writer, struct intoto_error **err)
{
	bool whole = writer->depth == 0 && writer->levels[0].filled && !writer->misused;
	enum intoto_code names_failed = writer->names.failed;

	it_writer_flush(writer);
	it_buf_done(&writer->names);
	if (writer->sink_failed)
		return hand_over(writer, err);
	if (names_failed == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (writer->out->failed)
		return it_buf_check(writer->out, "document", err);
	if (writer->real)
		return it_err_set(err, INTOTO_E_FORMAT, "a real number has no canonical form");
	if (writer->no_utf8)
		return it_err_set(err, INTOTO_E_FORMAT, "a text is not UTF-8");
	if (!whole)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "a document was written in the wrong order");
	return INTOTO_OK;
}

int it_json_canonical(struct it_buf *out, const struct it_json *value, struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_CANONICAL);
	it_write_value(&writer, value);
	return it_writer_finish(&writer, err);
}
