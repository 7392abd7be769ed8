/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON text piece by piece; the same calls give compact, pretty or canonical text, in a
 * buffer or, for what is too long for one, into a sink.
 *
 * Members must come sorted bytewise by name, each once: a caller that breaks this gets
 * INTOTO_E_INTERNAL from it_writer_finish, never a document whose canonical form differs from its
 * own bytes.
 */
#ifndef IT_JSON_WRITER_H
#define IT_JSON_WRITER_H

#include "base/sink.h"
#include "json/json.h"

enum it_writer_style {
	IT_WRITE_COMPACT,   /* valid JSON, no white space */
	IT_WRITE_PRETTY,    /* valid JSON, one member a line, indented by 2 */
	IT_WRITE_CANONICAL, /* OLPC canonical JSON: only " and \ escaped; may not be valid JSON */
};

enum {
	IT_WRITER_DEPTH = 64,
	IT_WRITER_CHUNK = 64 * 1024 - 1, /* what a sink gets at most at a time */
};

struct it_writer {
	struct it_buf *out; /* failures stick there */
	const struct it_sink *sink;
	uint64_t sunk; /* how many bytes it got */
	int sink_failed;
	struct intoto_error *why; /* from the sink */
	enum it_writer_style style;
	unsigned depth;
	bool misused;
	bool after_name;
	bool real;    /* one was met in the canonical style, which has none */
	bool no_utf8; /* a text was not */
	struct {
		bool list;
		bool filled;
		const char *kept;	  /* the last member name, or NULL: it is in names */
		size_t name_at, name_len; /* and where */
	} levels[IT_WRITER_DEPTH];
	struct it_buf names; /* the last member name of each open object */
};

void it_writer_init(struct it_writer *writer, struct it_buf *out, enum it_writer_style style);
/*
 * Into a sink, in pieces of IT_WRITER_CHUNK or less; they are collected in chunk, which must be
 * empty, able to hold so many bytes, and is the caller's to free.  What the sink says ends the
 * writing, and it_writer_finish, which gives it the rest, returns it.
 */
void it_writer_init_sink(struct it_writer *writer, struct it_buf *chunk, enum it_writer_style style,
			 const struct it_sink *sink);
/* Whether whatever is written from now on is lost: who has much left can stop. */
bool it_writer_failed(const struct it_writer *writer);
/* Gives the sink what it has not got yet. */
void it_writer_flush(struct it_writer *writer);
void it_write_object(struct it_writer *writer);
void it_write_object_end(struct it_writer *writer);
void it_write_list(struct it_writer *writer);
void it_write_list_end(struct it_writer *writer);
void it_write_name(struct it_writer *writer, const char *name);
void it_write_name_span(struct it_writer *writer, struct it_span name);
/* The same without a copy, for a name that stays where it is until its object is closed. */
void it_write_name_kept(struct it_writer *writer, struct it_span name);
/* A text or name that is not UTF-8 makes it_writer_finish refuse with INTOTO_E_FORMAT. */
void it_write_text(struct it_writer *writer, const char *text);
void it_write_text_span(struct it_writer *writer, struct it_span text);
void it_write_int(struct it_writer *writer, int64_t number);
void it_write_bool(struct it_writer *writer, bool value);
void it_write_null(struct it_writer *writer);
/* JSON text of one value, as it stands: the caller has checked it.  Never in the canonical style. */
void it_write_raw(struct it_writer *writer, struct it_span json);
/* A whole parsed value, members sorted.  A real in the canonical style is INTOTO_E_FORMAT. */
void it_write_value(struct it_writer *writer, const struct it_json *value);
/* Checks that everything was closed and nothing failed; frees what the writer holds (not out). */
IT_CHECK int it_writer_finish(struct it_writer *writer, struct intoto_error **err);

/*
 * Appends the OLPC canonical form of a raw parsed value: no white space, members sorted by the
 * bytes of their UTF-8 names, integers in decimal (-0 is 0), reals refused (in-toto
 * specification 4.1; securesystemslib formats.py).
 */
IT_CHECK int it_json_canonical(struct it_buf *out, const struct it_json *value,
			       struct intoto_error **err);

#endif
