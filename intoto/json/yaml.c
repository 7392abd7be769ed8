/* SPDX-License-Identifier: Apache-2.0 */
/* Events of libyaml, put together to values. */
#include "json/yaml.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "json/where.h"

enum { PATH_MAX_BYTES = 64 * 1024, MESSAGE_MAX = 4096 };

struct reader {
	yaml_parser_t parser;
	yaml_event_t event;
	bool has_event;
	struct it_span text;
	struct it_json *places;
	unsigned depth;
	size_t values;
};

static void reader_done(struct reader *reader)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	yaml_parser_delete(&reader->parser);
	it_json_free(reader->places);
}

static int refuse_at(yaml_mark_t mark, enum intoto_code code, struct intoto_error **err,
		     const char *text)
{
	return it_err_set(err, code, "line %zu, column %zu: %s", mark.line + 1, mark.column + 1,
			  text);
}

static int refuse(const struct reader *reader, enum intoto_code code, struct intoto_error **err,
		  const char *text)
{
	return refuse_at(reader->event.start_mark, code, err, text);
}

/* The reader of bytes knows how far it came, but not the line. */
static yaml_mark_t mark_of(struct it_span text, size_t offset)
{
	yaml_mark_t mark = { 0, 0, 0 };

	for (size_t i = 0; i < offset && i < text.len; i++) {
		bool new_line = text.data[i] == '\n';

		mark.line += new_line;
		/* Characters, not bytes. */
		mark.column = new_line ? 0 : mark.column + ((text.data[i] & 0xc0) != 0x80);
	}
	return mark;
}

/* libyaml's words are fixed texts, but nothing promises that. */
static int refuse_syntax(const struct reader *reader, struct intoto_error **err)
{
	const yaml_parser_t *parser = &reader->parser;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(MESSAGE_MAX);
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_MEMORY_ERROR)
		return it_err_nomem(err);
	if (parser->error == YAML_READER_ERROR)
		mark = mark_of(reader->text, parser->problem_offset);
	it_text_quote(&text, it_span_text(parser->problem ? parser->problem : "no YAML"));
	return refuse_at(mark, INTOTO_E_FORMAT, err, it_buf_text(&text));
}

static int next_event(struct reader *reader, struct intoto_error **err)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = false;
	if (!yaml_parser_parse(&reader->parser, &reader->event))
		return refuse_syntax(reader, err);
	reader->has_event = true;
	return INTOTO_OK;
}

/* --- what is left out --- */

static bool is_marked(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor || event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor || event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor || event->data.mapping_start.tag;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_ALIAS_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
	default:
		return false;
	}
}

static int check_event(struct reader *reader, struct intoto_error **err)
{
	if (reader->event.type == YAML_ALIAS_EVENT)
		return refuse(reader, INTOTO_E_FORMAT, err,
			      "aliases are not read (a text that begins with * needs quotes)");
	if (is_marked(&reader->event))
		return refuse(reader, INTOTO_E_FORMAT, err,
			      "anchors and tags are not read (a text that begins with & or ! "
			      "needs quotes)");
	if (reader->values++ == IT_YAML_VALUES_MAX)
		return refuse(reader, INTOTO_E_LIMIT, err, "too many values");
	return INTOTO_OK;
}

/* --- values --- */

static struct it_span scalar_of(const struct reader *reader)
{
	return it_span(reader->event.data.scalar.value, reader->event.data.scalar.length);
}

/* A member that has no value at all: "name:" and nothing behind it. */
static bool is_absent(const struct reader *reader)
{
	return reader->event.type == YAML_SCALAR_EVENT && !reader->event.data.scalar.length &&
	       reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int add_place(struct reader *reader, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(PATH_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf place = IT_BUF(MESSAGE_MAX);
	yaml_mark_t mark = reader->event.start_mark;
	int rc;

	it_where_print(&path, where);
	(void)it_buf_printf(&place, "line %zu, column %zu", mark.line + 1,
			    mark.column + 1); /* short */
	rc = it_buf_check(&path, "path", err);
	if (rc)
		return rc;
	if (it_json_get(reader->places, it_buf_text(&path)))
		return refuse(reader, INTOTO_E_FORMAT, err,
			      "a member of this name was there before");
	return it_json_set_take(reader->places, it_buf_text(&path),
				it_json_new_text(it_buf_span(&place)), err);
}

static int read_value(struct reader *reader, const struct it_where *where, struct it_json **out,
		      struct intoto_error **err);

static int read_scalar(struct reader *reader, struct it_json **out, struct intoto_error **err)
{
	struct it_span text = scalar_of(reader);

	if (memchr(text.data, '\0', text.len))
		return refuse(reader, INTOTO_E_FORMAT, err, "a NUL character inside a text");
	*out = it_json_new_text(text);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

static int enter(struct reader *reader, struct intoto_error **err)
{
	if (reader->depth == IT_YAML_DEPTH_MAX)
		return refuse(reader, INTOTO_E_LIMIT, err, "nested too deeply");
	reader->depth++;
	return INTOTO_OK;
}

static int read_element(struct reader *reader, const struct it_where *where, struct it_json *list,
			struct intoto_error **err)
{
	struct it_json *value = NULL;
	int rc = add_place(reader, where, err);

	if (!rc && is_absent(reader))
		rc = refuse(reader, INTOTO_E_FORMAT, err, "an element without a value");
	if (!rc)
		rc = read_value(reader, where, &value, err);
	return rc ? rc : it_json_append_take(list, value, err);
}

static int read_list(struct reader *reader, const struct it_where *where, struct it_json **out,
		     struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *list = it_json_new_list();
	int rc = list ? enter(reader, err) : it_err_nomem(err);

	for (size_t i = 0; !rc; i++) {
		struct it_where element = { where, NULL, i };

		rc = next_event(reader, err);
		if (rc || reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		rc = read_element(reader, &element, list, err);
	}
	if (rc)
		return rc;
	reader->depth--;
	*out = list;
	list = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* The event is the member's name. */
static int read_member(struct reader *reader, const struct it_where *where, struct it_json *object,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) char *name = NULL;
	struct it_where member = { where, NULL, 0 };
	struct it_json *value = NULL;
	int rc = check_event(reader, err);

	if (!rc && (reader->event.type != YAML_SCALAR_EVENT || !scalar_of(reader).len ||
		    memchr(scalar_of(reader).data, '\0', scalar_of(reader).len)))
		rc = refuse(reader, INTOTO_E_FORMAT, err, "want a name for a member");
	if (rc)
		return rc;
	member.name = name = strndup(scalar_of(reader).data, scalar_of(reader).len);
	rc = name ? add_place(reader, &member, err) : it_err_nomem(err);
	if (!rc)
		rc = next_event(reader, err);
	if (!rc && is_absent(reader))
		return check_event(reader, err);
	if (!rc)
		rc = read_value(reader, &member, &value, err);
	return rc ? rc : it_json_set_take(object, name, value, err);
}

static int read_object(struct reader *reader, const struct it_where *where, struct it_json **out,
		       struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *object = it_json_new_object();
	int rc = object ? enter(reader, err) : it_err_nomem(err);

	while (!rc) {
		rc = next_event(reader, err);
		if (rc || reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		rc = read_member(reader, where, object, err);
	}
	if (rc)
		return rc;
	reader->depth--;
	*out = object;
	object = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int read_value(struct reader *reader, const struct it_where *where, struct it_json **out,
		      struct intoto_error **err)
{
	int rc = check_event(reader, err);

	if (rc)
		return rc;
	if (reader->event.type == YAML_SCALAR_EVENT)
		return read_scalar(reader, out, err);
	if (reader->event.type == YAML_SEQUENCE_START_EVENT)
		return read_list(reader, where, out, err);
	if (reader->event.type == YAML_MAPPING_START_EVENT)
		return read_object(reader, where, out, err);
	return refuse(reader, INTOTO_E_FORMAT, err, "want a value");
}

/* --- the document --- */

static int expect(struct reader *reader, yaml_event_type_t type, const char *why,
		  struct intoto_error **err)
{
	int rc = next_event(reader, err);

	if (!rc && reader->event.type != type)
		rc = refuse(reader, INTOTO_E_FORMAT, err, why);
	return rc;
}

static int begin(struct reader *reader, struct intoto_error **err)
{
	int rc = expect(reader, YAML_STREAM_START_EVENT, "want a document", err);

	if (!rc)
		rc = expect(reader, YAML_DOCUMENT_START_EVENT, "there is no document", err);
	if (!rc && (reader->event.data.document_start.version_directive ||
		    reader->event.data.document_start.tag_directives.start !=
			    reader->event.data.document_start.tag_directives.end))
		rc = refuse(reader, INTOTO_E_FORMAT, err, "directives are not read");
	return rc ? rc : next_event(reader, err);
}

static int read_document(struct reader *reader, const char *name, struct it_json **out,
			 struct intoto_error **err)
{
	struct it_where where = { NULL, name, 0 };
	int rc = begin(reader, err);

	if (!rc)
		rc = add_place(reader, &where, err);
	if (!rc)
		rc = read_value(reader, &where, out, err);
	if (!rc)
		rc = expect(reader, YAML_DOCUMENT_END_EVENT, "want the end of the document", err);
	return rc ? rc
		  : expect(reader, YAML_STREAM_END_EVENT, "want one document, found another", err);
}

int it_yaml_parse(struct it_json **root, struct it_json **places, const char *name,
		  struct it_span text, struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *value = NULL;
	struct reader reader = { .text = text, .places = it_json_new_object() };
	int rc = INTOTO_OK;

	*root = NULL;
	*places = NULL;
	if (text.len > IT_YAML_BYTES_MAX)
		rc = it_err_set(err, INTOTO_E_LIMIT, "more than %d bytes", (int)IT_YAML_BYTES_MAX);
	if (!yaml_parser_initialize(&reader.parser) || !reader.places)
		rc = it_err_nomem(err);
	if (!rc) {
		yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&reader.parser,
					     (const unsigned char *)(text.len ? text.data : ""),
					     text.len);
		rc = read_document(&reader, name, &value, err);
	}
	if (!rc) {
		*root = value;
		*places = reader.places;
		value = NULL; /* now the caller's, both */
		reader.places = NULL;
	}
	reader_done(&reader);
	return rc;
}
