/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values as a tree: children of one parent lie side by side, and nothing is freed alone. */
#include "attestors/kit/value.h"

#include <stdalign.h>

#include "base/text.h"

struct intoto_value {
	enum intoto_value_kind kind;
	bool truth;
	const char *name;
	const char *text;
	size_t count; /* of children */
	struct intoto_value *children;
	struct intoto_value **by_name; /* sorted; NULL while there are few */
	struct it_value_block *blocks; /* of the root that was handed over: what the tree lies in */
};

struct it_value_block {
	struct it_value_block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct it_value_open {
	enum intoto_value_kind kind;
	const char *name;
	size_t first; /* of its children in pending */
};

enum {
	FIRST_BLOCK = 4096,
	LARGEST_BLOCK = 1 << 20,
	FEW = 8, /* members are looked for one by one */
};

/* --- the arena --- */

static void free_blocks(struct it_value_block *blocks)
{
	while (blocks) {
		struct it_value_block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
}

static int add_block(struct it_builder *builder, size_t least)
{
	size_t size = builder->blocks ? builder->blocks->size * 2 : FIRST_BLOCK;
	struct it_value_block *block;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < least)
		size = least;
	if (size > SIZE_MAX - sizeof *block)
		return INTOTO_E_NOMEM;
	block = malloc(sizeof *block + size);
	if (!block)
		return INTOTO_E_NOMEM;
	*block = (struct it_value_block){ .next = builder->blocks, .size = size };
	builder->blocks = block;
	return 0;
}

static void *take_bytes(struct it_builder *builder, size_t size)
{
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *bytes;

	if (need < size)
		return NULL;
	if (!builder->blocks || builder->blocks->size - builder->blocks->used < need)
		if (add_block(builder, need))
			return NULL;
	bytes = builder->blocks->bytes + builder->blocks->used;
	builder->blocks->used += need;
	return bytes;
}

static char *take_text(struct it_builder *builder, struct it_span text)
{
	char *copy = take_bytes(builder, text.len + 1);

	if (!copy)
		return NULL;
	if (text.len)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

void it_builder_reset(struct it_builder *builder)
{
	struct it_value_block *keep = builder->blocks;

	if (keep) {
		free_blocks(keep->next);
		keep->next = NULL;
		keep->used = 0;
	}
	builder->pending_count = 0;
	builder->open_count = 0;
	builder->name = NULL;
}

void it_builder_done(struct it_builder *builder)
{
	free_blocks(builder->blocks);
	free(builder->pending);
	free(builder->open);
	*builder = (struct it_builder){ 0 };
}

/* --- building --- */

static struct intoto_value *push(struct it_builder *builder, enum intoto_value_kind kind)
{
	struct intoto_value *value;

	if (builder->pending_count == builder->pending_room) {
		size_t room = builder->pending_room ? builder->pending_room * 2 : 64;

		if (room > SIZE_MAX / sizeof *value)
			return NULL;
		value = realloc(builder->pending, room * sizeof *value);
		if (!value)
			return NULL;
		builder->pending = value;
		builder->pending_room = room;
	}
	value = &builder->pending[builder->pending_count++];
	*value = (struct intoto_value){ .kind = kind, .name = builder->name };
	builder->name = NULL;
	return value;
}

int it_builder_name(struct it_builder *builder, struct it_span name)
{
	builder->name = take_text(builder, name);
	return builder->name ? 0 : INTOTO_E_NOMEM;
}

int it_builder_begin(struct it_builder *builder, enum intoto_value_kind kind)
{
	struct it_value_open *open;

	if (builder->open_count == builder->open_room) {
		size_t room = builder->open_room ? builder->open_room * 2 : 16;

		open = realloc(builder->open, room * sizeof *open);
		if (!open)
			return INTOTO_E_NOMEM;
		builder->open = open;
		builder->open_room = room;
	}
	open = &builder->open[builder->open_count++];
	*open = (struct it_value_open){ kind, builder->name, builder->pending_count };
	builder->name = NULL;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct intoto_value *const *left = a;
	const struct intoto_value *const *right = b;

	return it_span_cmp(it_span_text((*left)->name), it_span_text((*right)->name));
}

static int sort_members(struct it_builder *builder, struct intoto_value *object)
{
	if (object->kind != INTOTO_VALUE_OBJECT || object->count <= FEW)
		return 0;
	object->by_name = take_bytes(builder, object->count * sizeof(struct intoto_value *));
	if (!object->by_name)
		return INTOTO_E_NOMEM;
	for (size_t i = 0; i < object->count; i++)
		object->by_name[i] = &object->children[i];
	qsort(object->by_name, object->count, sizeof *object->by_name, by_name);
	return 0;
}

int it_builder_end(struct it_builder *builder)
{
	struct it_value_open open = builder->open[--builder->open_count];
	size_t count = builder->pending_count - open.first;
	struct intoto_value *children = NULL;
	struct intoto_value *value;

	if (count) {
		children = take_bytes(builder, count * sizeof *children);
		if (!children)
			return INTOTO_E_NOMEM;
		memcpy(children, builder->pending + open.first, count * sizeof *children);
	}
	builder->pending_count = open.first;
	builder->name = open.name;
	value = push(builder, open.kind);
	if (!value)
		return INTOTO_E_NOMEM;
	value->count = count;
	value->children = children;
	return sort_members(builder, value);
}

int it_builder_text(struct it_builder *builder, enum intoto_value_kind kind, struct it_span text)
{
	const char *copy = take_text(builder, text);
	struct intoto_value *value = copy ? push(builder, kind) : NULL;

	if (!value)
		return INTOTO_E_NOMEM;
	value->text = copy;
	return 0;
}

int it_builder_word(struct it_builder *builder, enum intoto_value_kind kind, bool truth)
{
	struct intoto_value *value = push(builder, kind);

	if (!value)
		return INTOTO_E_NOMEM;
	value->truth = truth;
	return 0;
}

const struct intoto_value *it_builder_root(const struct it_builder *builder)
{
	return !builder->open_count && builder->pending_count == 1 ? builder->pending : NULL;
}

struct intoto_value *it_builder_take(struct it_builder *builder)
{
	struct intoto_value *root;

	if (!it_builder_root(builder))
		return NULL;
	root = take_bytes(builder, sizeof *root);
	if (!root)
		return NULL;
	*root = builder->pending[0];
	root->blocks = builder->blocks;
	builder->blocks = NULL;
	builder->pending_count = 0;
	return root;
}

void intoto_value_free(struct intoto_value *value)
{
	if (value)
		free_blocks(value->blocks); /* value lies in one of them */
}

/* --- looking --- */

enum intoto_value_kind intoto_value_kind(const struct intoto_value *value)
{
	return value ? value->kind : INTOTO_VALUE_NULL;
}

const struct intoto_value *intoto_value_get(const struct intoto_value *object, const char *name)
{
	size_t low = 0;
	size_t high;

	if (!object || object->kind != INTOTO_VALUE_OBJECT)
		return NULL;
	if (!object->by_name) {
		for (size_t i = 0; i < object->count; i++)
			if (it_streq(object->children[i].name, name))
				return &object->children[i];
		return NULL;
	}
	for (high = object->count; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = it_span_cmp(it_span_text(name),
					it_span_text(object->by_name[middle]->name));

		if (!order)
			return object->by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t intoto_value_count(const struct intoto_value *list_or_object)
{
	return list_or_object ? list_or_object->count : 0;
}

const struct intoto_value *intoto_value_at(const struct intoto_value *list_or_object, size_t index)
{
	return index < intoto_value_count(list_or_object) ? &list_or_object->children[index] : NULL;
}

const char *intoto_value_name(const struct intoto_value *object, size_t index)
{
	const struct intoto_value *member = intoto_value_at(object, index);

	return member && object->kind == INTOTO_VALUE_OBJECT ? member->name : NULL;
}

const char *intoto_value_text(const struct intoto_value *value)
{
	return value && value->kind == INTOTO_VALUE_TEXT ? value->text : NULL;
}

const char *intoto_value_number(const struct intoto_value *value)
{
	return value && value->kind == INTOTO_VALUE_NUMBER ? value->text : NULL;
}

bool intoto_value_int(const struct intoto_value *value, int64_t *out)
{
	const char *digits = intoto_value_number(value);
	bool negative = digits && digits[0] == '-';
	uint64_t number;

	if (!digits || !it_parse_u64(digits + negative, INT64_MAX, &number))
		return false;
	*out = negative ? -(int64_t)number : (int64_t)number;
	return true;
}

bool intoto_value_bool(const struct intoto_value *value, bool *out)
{
	if (!value || value->kind != INTOTO_VALUE_BOOL)
		return false;
	*out = value->truth;
	return true;
}

/* As deep as the parser's limit allows. */
void intoto_out_value(struct intoto_json_out *out, const struct intoto_value *value)
{
	switch (intoto_value_kind(value)) {
	case INTOTO_VALUE_NULL:
		intoto_out_null(out);
		return;
	case INTOTO_VALUE_BOOL:
		intoto_out_bool(out, value->truth);
		return;
	case INTOTO_VALUE_NUMBER:
		intoto_out_number(out, value->text, strlen(value->text));
		return;
	case INTOTO_VALUE_TEXT:
		intoto_out_text(out, value->text);
		return;
	case INTOTO_VALUE_LIST:
		intoto_out_list(out);
		for (size_t i = 0; i < value->count; i++)
			intoto_out_value(out, &value->children[i]);
		intoto_out_list_end(out);
		return;
	case INTOTO_VALUE_OBJECT:
		intoto_out_object(out);
		for (size_t i = 0; i < value->count; i++) {
			intoto_out_name(out, value->children[i].name);
			intoto_out_value(out, &value->children[i]);
		}
		intoto_out_object_end(out);
		return;
	}
}
