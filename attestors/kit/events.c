/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as events.  yajl knows the grammar; in front of it stands a screen for what it lets pass
 * (screen.h), behind it the names of every open object, the path, and the collector of trees.
 */
#include "attestors/kit/events.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "attestors/kit/names.h"
#include "attestors/kit/screen.h"
#include "attestors/kit/value.h"
#include "base/text.h"

const struct intoto_event_limits intoto_event_defaults = {
	.bytes = (uint64_t)1 << 30,
	.depth = 64,
	.text = (size_t)16 << 20,
};

enum {
	PIECE = 64 << 10,
	DEEPEST = 4096,	      /* whatever the caller asks for: a level costs memory */
	PATH_MOST = 16 << 20, /* of a path: 64 long names */
	NAMES_MOST = 4 << 20, /* of all open objects */
};

/* A list or object that is open. */
struct level {
	enum intoto_value_kind kind;
	size_t path;  /* length of its own path */
	size_t child; /* where the name of a child begins in it */
	struct it_names names;
};

enum mode {
	TELLING,
	SKIPPING,
	COLLECTING,
};

struct it_events {
	struct intoto_event event; /* the first member: intoto_events_collect gets it back */
	const struct intoto_event_limits *limits;
	intoto_event_fn *each;
	void *arg;
	struct intoto_error **err;
	int rc;
	yajl_handle parser;
	struct it_screen screen;
	uint64_t base; /* bytes in front of the piece */
	struct it_name_key key;
	struct level *levels;
	unsigned depth;
	size_t names; /* of all open objects */
	struct it_buf path;
	struct it_buf text;
	size_t name; /* where the last part of the path begins */
	enum mode mode;
	unsigned mode_depth; /* where it began */
	struct it_builder builder;
	intoto_collected_fn *collected;
	void *collected_arg;
};

/* --- the path --- */

/* '/' parts names, and "[]" is an element: a member of such a name gets another one (RFC 6901 and
 * one more). */
static void add_escaped(struct it_buf *path, struct it_span name)
{
	size_t plain = 0;

	if (it_span_is(name, "[]")) {
		it_buf_add_text(path, "~2");
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] != '/' && name.data[i] != '~')
			continue;
		it_buf_add(path, name.data + plain, i - plain);
		it_buf_add_text(path, name.data[i] == '/' ? "~1" : "~0");
		plain = i + 1;
	}
	it_buf_add(path, name.data + plain, name.len - plain);
}

static void cut_path(struct it_events *events, size_t len)
{
	if (events->path.len <= len)
		return;
	events->path.len = len;
	events->path.data[len] = '\0';
}

static void set_child(struct it_events *events, struct it_span name, bool element)
{
	struct level *top = &events->levels[events->depth - 1];

	cut_path(events, top->path);
	if (top->path)
		it_buf_add_byte(&events->path, '/');
	events->name = top->child = events->path.len;
	if (element)
		it_buf_add_text(&events->path, "[]");
	else
		add_escaped(&events->path, name);
}

/* --- telling --- */

static int fail(struct it_events *events, int rc)
{
	events->rc = rc;
	return 0; /* yajl stops */
}

static int fail_memory(struct it_events *events)
{
	return fail(events, it_err_nomem(events->err));
}

/* Sets what every event has, and calls. */
static int tell(struct it_events *events, enum intoto_value_kind kind, bool end)
{
	struct intoto_event *event = &events->event;

	if (it_buf_check(&events->path, "the path of a value", events->err))
		return fail(events, INTOTO_E_LIMIT);
	event->kind = kind;
	event->end = end;
	event->path = it_buf_text(&events->path);
	event->name = event->path + events->name;
	event->depth = events->depth;
	events->rc = events->each(events->arg, event, events->err);
	return events->rc == 0 || events->rc == INTOTO_EVENT_SKIP;
}

static int done_collecting(struct it_events *events)
{
	const struct intoto_value *root = it_builder_root(&events->builder);

	events->mode = TELLING;
	events->rc = events->collected(events->collected_arg, root, events->err);
	it_builder_reset(&events->builder);
	return events->rc == 0;
}

/* What is no list or object is a tree of its own. */
static int collect_scalar(struct it_events *events, struct intoto_error **err)
{
	const struct intoto_event *event = &events->event;
	int rc;

	if (event->text)
		rc = it_builder_text(&events->builder, event->kind,
				     it_span(event->text, event->length));
	else
		rc = it_builder_word(&events->builder, event->kind, event->value);
	if (rc)
		return it_err_nomem(err);
	rc = events->collected(events->collected_arg, it_builder_root(&events->builder), err);
	it_builder_reset(&events->builder);
	return rc;
}

int intoto_events_collect(const struct intoto_event *event, intoto_collected_fn *done, void *arg,
			  struct intoto_error **err)
{
	/* The event is the first member of a reader that is not const. */
	struct it_events *events = (struct it_events *)(uintptr_t)event;

	if (event->end || events->mode != TELLING)
		return it_err_set(err, INTOTO_E_INTERNAL,
				  "collects from the end of a list or object");
	events->collected = done;
	events->collected_arg = arg;
	if (event->kind != INTOTO_VALUE_OBJECT && event->kind != INTOTO_VALUE_LIST)
		return collect_scalar(events, err);
	if (it_builder_begin(&events->builder, event->kind))
		return it_err_nomem(err);
	events->mode = COLLECTING;
	events->mode_depth = events->depth;
	return 0;
}

/* An element of a list has its path from the list. */
static void place_value(struct it_events *events)
{
	if (events->mode == TELLING && events->depth &&
	    events->levels[events->depth - 1].kind == INTOTO_VALUE_LIST)
		set_child(events, it_span("", 0), true);
}

static int on_begin(struct it_events *events, enum intoto_value_kind kind)
{
	struct level *level;

	place_value(events);
	if (events->mode == COLLECTING && it_builder_begin(&events->builder, kind))
		return fail_memory(events);
	if (events->mode == TELLING && !tell(events, kind, false))
		return 0;
	if (events->mode == TELLING && events->rc == INTOTO_EVENT_SKIP) {
		events->mode = SKIPPING;
		events->mode_depth = events->depth;
	}
	events->rc = 0;
	level = &events->levels[events->depth++]; /* the screen counted before */
	level->kind = kind;
	level->path = events->path.len;
	it_names_reset(&level->names);
	return 1;
}

static int on_end(struct it_events *events)
{
	struct level *level = &events->levels[--events->depth];

	events->names -= level->names.count;
	if (events->mode == COLLECTING && it_builder_end(&events->builder))
		return fail_memory(events);
	if (events->mode != TELLING) {
		if (events->depth > events->mode_depth)
			return 1;
		if (events->mode == COLLECTING)
			return done_collecting(events);
		events->mode = TELLING;
		return 1;
	}
	cut_path(events, level->path);
	events->name = events->depth ? events->levels[events->depth - 1].child : 0;
	if (!tell(events, level->kind, true))
		return 0;
	events->rc = 0;
	return 1;
}

static int on_start_map(void *ctx)
{
	return on_begin(ctx, INTOTO_VALUE_OBJECT);
}

static int on_start_array(void *ctx)
{
	return on_begin(ctx, INTOTO_VALUE_LIST);
}

static int on_end_any(void *ctx)
{
	return on_end(ctx);
}

static int refuse_name(struct it_events *events, struct it_span name, int rc)
{
	IT_AUTO(it_buf_done) struct it_buf shown = IT_BUF(1024);

	if (rc == INTOTO_E_NOMEM)
		return fail_memory(events);
	if (rc == INTOTO_E_LIMIT)
		return fail(events, it_err_set(events->err, INTOTO_E_LIMIT,
					       "an object of over %d members", IT_NAMES_MOST));
	if (name.len > 100)
		name.len = 100;
	it_text_quote(&shown, name);
	return fail(events,
		    it_err_set(events->err, INTOTO_E_FORMAT,
			       "the name \"%s\" comes twice in one object", it_buf_text(&shown)));
}

static int on_key(void *ctx, const unsigned char *data, size_t len)
{
	struct it_events *events = ctx;
	struct level *top = &events->levels[events->depth - 1];
	struct it_span name = it_span(data, len);
	int rc = it_names_add(&top->names, it_name_hash(&events->key, name));

	if (!rc && ++events->names > NAMES_MOST)
		rc = INTOTO_E_LIMIT;
	if (rc)
		return refuse_name(events, name, rc);
	if (events->mode == TELLING)
		set_child(events, name, false);
	if (events->mode == COLLECTING && it_builder_name(&events->builder, name))
		return fail_memory(events);
	return 1;
}

static int on_bytes(struct it_events *events, enum intoto_value_kind kind, struct it_span text)
{
	place_value(events);
	if (events->mode == COLLECTING && it_builder_text(&events->builder, kind, text))
		return fail_memory(events);
	if (events->mode != TELLING)
		return 1;
	it_buf_reset(&events->text);
	if (it_buf_add_span(&events->text, text))
		return fail_memory(events);
	events->event.text = it_buf_text(&events->text);
	events->event.length = text.len;
	if (!tell(events, kind, false))
		return 0;
	events->event.text = NULL;
	events->event.length = 0;
	events->rc = 0;
	return 1;
}

static int on_string(void *ctx, const unsigned char *data, size_t len)
{
	return on_bytes(ctx, INTOTO_VALUE_TEXT, it_span(data, len));
}

static int on_number(void *ctx, const char *digits, size_t len)
{
	return on_bytes(ctx, INTOTO_VALUE_NUMBER, it_span(digits, len));
}

static int on_word(struct it_events *events, enum intoto_value_kind kind, bool value)
{
	place_value(events);
	if (events->mode == COLLECTING && it_builder_word(&events->builder, kind, value))
		return fail_memory(events);
	if (events->mode != TELLING)
		return 1;
	events->event.value = value;
	if (!tell(events, kind, false))
		return 0;
	events->event.value = false;
	events->rc = 0;
	return 1;
}

static int on_boolean(void *ctx, int value)
{
	return on_word(ctx, INTOTO_VALUE_BOOL, value);
}

static int on_null(void *ctx)
{
	return on_word(ctx, INTOTO_VALUE_NULL, false);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_any,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_any,
};

/* --- the reader --- */

int it_events_new(struct it_events **out, const struct intoto_event_limits *limits,
		  intoto_event_fn *each, void *arg, struct intoto_error **err)
{
	IT_AUTO(it_events_freep) struct it_events *events = calloc(1, sizeof *events);

	*out = NULL;
	if (!events)
		return it_err_nomem(err);
	events->limits = limits ? limits : &intoto_event_defaults;
	if (events->limits->depth > DEEPEST)
		return it_err_set(err, INTOTO_E_USAGE, "a limit of %u levels, at most %d",
				  events->limits->depth, DEEPEST);
	events->levels = calloc((size_t)events->limits->depth + 1, sizeof *events->levels);
	events->parser = yajl_alloc(&callbacks, NULL, events);
	if (!events->levels || !events->parser)
		return it_err_nomem(err);
	events->screen.limits = events->limits;
	events->each = each;
	events->arg = arg;
	events->path.max = PATH_MOST;
	events->text.max = SIZE_MAX / 2; /* the screen counted */
	*out = events;
	events = NULL;
	return it_name_key_make(&(*out)->key, err);
}

void it_events_free(struct it_events *events)
{
	if (!events)
		return;
	if (events->parser)
		yajl_free(events->parser);
	for (size_t i = 0; events->levels && i <= events->limits->depth; i++)
		it_names_done(&events->levels[i].names);
	free(events->levels);
	it_buf_done(&events->path);
	it_buf_done(&events->text);
	it_builder_done(&events->builder);
	free(events);
}

/* yajl's sentence is "parse error: unallowed token at this point in JSON text\n". */
static int refuse_syntax(struct it_events *events, bool at_end, struct intoto_error **err)
{
	unsigned char *text = yajl_get_error(events->parser, 0, NULL, 0);
	struct it_span why = it_span_text(text ? (const char *)text : "unreadable");
	uint64_t byte = events->base + (at_end ? 0 : yajl_get_bytes_consumed(events->parser));
	int rc;

	while (why.len && (why.data[why.len - 1] == '\n' || why.data[why.len - 1] == '.'))
		why.len--;
	rc = it_err_set(err, INTOTO_E_FORMAT, "byte %" PRIu64 ": %.*s%s", byte, (int)why.len,
			why.data, at_end ? ": the document is cut off" : "");
	if (text)
		yajl_free_error(events->parser, text);
	return rc;
}

static int result(struct it_events *events, yajl_status status, bool at_end,
		  struct intoto_error **err)
{
	uint64_t byte = events->base + yajl_get_bytes_consumed(events->parser);

	if (status == yajl_status_ok)
		return 0;
	if (status == yajl_status_error)
		return refuse_syntax(events, at_end, err);
	return it_err_wrap(err, events->rc, "byte %" PRIu64, byte);
}

int it_events_feed(struct it_events *events, struct it_span piece, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	size_t good;
	int screened = it_screen_feed(&events->screen, piece, &good, &why);
	int rc;

	events->err = err;
	/* What stands in front of the fault has the first word. */
	rc = result(events, yajl_parse(events->parser, (const unsigned char *)piece.data, good),
		    false, err);
	events->base += good;
	if (rc)
		return rc;
	return screened ? it_err_set(err, (enum intoto_code)screened, "%s", intoto_error_text(why))
			: 0;
}

int it_events_end(struct it_events *events, struct intoto_error **err)
{
	events->err = err;
	return result(events, yajl_complete_parse(events->parser), true, err);
}

int intoto_events_read(int fd, const struct intoto_event_limits *limits, intoto_event_fn *each,
		       void *arg, struct intoto_error **err)
{
	IT_AUTO(it_events_freep) struct it_events *events = NULL;
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	int rc = it_events_new(&events, limits, each, arg, err);

	if (!rc && !piece)
		rc = it_err_nomem(err);
	while (!rc) {
		ssize_t got = read(fd, piece, PIECE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "read");
		if (!got)
			return it_events_end(events, err);
		rc = it_events_feed(events, it_span(piece, (size_t)got), err);
	}
	return rc;
}

/* --- the tree --- */

static int keep_root(void *arg, const struct intoto_value *value, struct intoto_error **err)
{
	struct it_events *events = arg;
	struct intoto_value **out = events->arg;

	(void)value; /* the builder hands it over with what it lies in */
	*out = it_builder_take(&events->builder);
	return *out ? 0 : it_err_nomem(err);
}

static int collect_root(void *arg, const struct intoto_event *event, struct intoto_error **err)
{
	(void)arg; /* is in the reader, and the event is its first member */
	return intoto_events_collect(event, keep_root, (void *)(uintptr_t)event, err);
}

int intoto_value_parse(struct intoto_value **out, const char *text, size_t length,
		       struct intoto_error **err)
{
	static const struct intoto_event_limits limits = {
		.bytes = (uint64_t)64 << 20,
		.depth = 64,
		.text = (size_t)64 << 20,
	};
	IT_AUTO(it_events_freep) struct it_events *events = NULL;
	struct intoto_value *root = NULL;
	int rc;

	*out = NULL;
	rc = it_events_new(&events, &limits, collect_root, &root, err);
	if (!rc)
		rc = it_events_feed(events, it_span(text, length), err);
	if (!rc)
		rc = it_events_end(events, err);
	if (rc)
		intoto_value_free(root);
	else
		*out = root;
	return rc;
}
