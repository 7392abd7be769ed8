/* SPDX-License-Identifier: Apache-2.0 */
/* The layout object: who owns what, finding things in it, and putting things into it. */
#include "layouts/layout.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "model/key_object.h"

enum { KEY_OBJECT_MAX = 256 * 1024 };

static void key_done(struct it_layout_key *key)
{
	free(key->id);
	free(key->why_not);
	intoto_key_free(key->key);
	it_json_free(key->object);
}

static void item_done(struct it_item *item)
{
	free(item->name);
	it_strings_done(&item->command);
	it_rules_done(&item->rules[INTOTO_MATERIALS]);
	it_rules_done(&item->rules[INTOTO_PRODUCTS]);
}

void intoto_layout_free(struct intoto_layout *layout)
{
	if (!layout)
		return;
	for (size_t i = 0; i < layout->key_count; i++)
		key_done(&layout->keys[i]);
	for (size_t i = 0; i < layout->step_count; i++) {
		item_done(&layout->steps[i].item);
		it_strings_done(&layout->steps[i].pubkeys);
		it_constraints_done(&layout->steps[i].constraints);
		it_requirement_done(&layout->steps[i].requires);
		it_gates_done(&layout->steps[i].gates);
	}
	for (size_t i = 0; i < layout->inspection_count; i++)
		item_done(&layout->inspections[i]);
	it_layout_anchors_done(&layout->rootcas);
	it_layout_anchors_done(&layout->intermediatecas);
	it_layout_anchors_done(&layout->bundles);
	it_exception_terms_done(&layout->exceptions);
	it_attestor_pins_done(&layout->attestors);
	free(layout->keys);
	free(layout->steps);
	free(layout->inspections);
	free(layout->by_name);
	free(layout->readme);
	free(layout->expires_text);
	free(layout);
}

int it_layout_new(struct intoto_layout **out, struct intoto_error **err)
{
	*out = calloc(1, sizeof **out);
	return *out ? INTOTO_OK : it_err_nomem(err);
}

bool it_layout_is_gated(const struct intoto_layout *layout)
{
	for (size_t i = 0; i < layout->step_count; i++)
		if (layout->steps[i].gates.count)
			return true;
	return layout->exceptions.given || layout->attestors.count;
}

bool intoto_layout_expires(const struct intoto_layout *layout, int64_t *out)
{
	if (!layout->expires_text)
		return false;
	*out = layout->expires;
	return true;
}

size_t intoto_layout_step_count(const struct intoto_layout *layout)
{
	return layout->step_count;
}

const char *intoto_layout_step_name(const struct intoto_layout *layout, size_t index)
{
	return index < layout->step_count ? layout->steps[index].item.name : NULL;
}

size_t intoto_layout_inspection_count(const struct intoto_layout *layout)
{
	return layout->inspection_count;
}

const char *intoto_layout_inspection_name(const struct intoto_layout *layout, size_t index)
{
	return index < layout->inspection_count ? layout->inspections[index].name : NULL;
}

/* --- finding --- */

static int compare_items(const void *a, const void *b)
{
	const struct it_item *const *left = a;
	const struct it_item *const *right = b;

	return it_span_cmp(it_span_text((*left)->name), it_span_text((*right)->name));
}

static int compare_name_with_item(const void *name, const void *item)
{
	const struct it_item *const *right = item;

	return it_span_cmp(it_span_text(name), it_span_text((*right)->name));
}

const struct it_item *it_layout_find(const struct intoto_layout *layout, const char *name)
{
	size_t count = layout->step_count + layout->inspection_count;
	const struct it_item *const *found = NULL;

	if (count)
		found = bsearch(name, layout->by_name, count, sizeof *layout->by_name,
				compare_name_with_item);
	return found ? *found : NULL;
}

int it_layout_index(struct intoto_layout *layout, const struct it_where *where,
		    struct intoto_error **err)
{
	size_t count = layout->step_count + layout->inspection_count;
	const struct it_item **items = calloc(count + 1, sizeof *items);

	if (!items)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct it_item *item = i < layout->step_count
					       ? &layout->steps[i].item
					       : &layout->inspections[i - layout->step_count];

		item->index = i;
		items[i] = item;
	}
	if (count)
		qsort(items, count, sizeof *items, compare_items);
	free(layout->by_name);
	layout->by_name = items;
	for (size_t i = 1; i < count; i++)
		if (it_streq(items[i - 1]->name, items[i]->name))
			return it_where_refuse(where, INTOTO_E_FORMAT, err,
					       "two steps or inspections are called '%s'",
					       items[i]->name);
	return INTOTO_OK;
}

int it_layout_check_name(const char *name, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if (it_name_is_safe(it_span_text(name)))
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(name));
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "'%s' cannot be part of a file name: want 1 to %d bytes without "
			       "control characters, slash, backslash or leading dot",
			       quoted ? quoted : "", IT_NAME_MAX);
}

const struct it_layout_key *it_layout_key(const struct intoto_layout *layout, const char *id)
{
	for (size_t i = 0; i < layout->key_count; i++)
		if (it_streq(layout->keys[i].id, id))
			return &layout->keys[i];
	for (size_t i = 0; i < layout->key_count; i++)
		if (layout->keys[i].key && it_key_answers_to(layout->keys[i].key, it_span_text(id)))
			return &layout->keys[i];
	return NULL;
}

/* --- building --- */

int it_layout_take_key(struct intoto_layout *layout, struct it_layout_key *key,
		       struct intoto_error **err)
{
	struct it_layout_key *keys =
		reallocarray(layout->keys, layout->key_count + 1, sizeof *keys);

	if (!keys) {
		key_done(key);
		return it_err_nomem(err);
	}
	layout->keys = keys;
	keys[layout->key_count++] = *key;
	return INTOTO_OK;
}

static int compare_keys(const void *a, const void *b)
{
	const struct it_layout_key *left = a;
	const struct it_layout_key *right = b;

	return it_span_cmp(it_span_text(left->id), it_span_text(right->id));
}

/* The public half as the layout will hold it: written as a key object, and read again. */
static int copy_public(struct it_layout_key *out, const struct intoto_key *key,
		       enum intoto_keyid_style style, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(KEY_OBJECT_MAX);
	struct it_where where = { NULL, "key", 0 };
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	it_key_object_write(&writer, key, style, true);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_json_parse(&out->object, it_buf_span(&text), &it_json_signed_limits, err);
	return rc ? rc : it_key_object_read(&out->key, out->object, &where, err);
}

/* A certificate of OpenPGP changes: what was exported last counts.  Other keys never do. */
static int refresh_key(struct it_layout_key *old, const struct intoto_key *key,
		       enum intoto_keyid_style style, struct intoto_error **err)
{
	struct it_layout_key fresh = { 0 };
	int rc;

	if (!key->openpgp || !it_streq(old->id, intoto_key_id(key, style)))
		return INTOTO_OK;
	rc = copy_public(&fresh, key, style, err);
	if (!rc) {
		fresh.id = old->id;
		old->id = NULL;
		key_done(old);
		*old = fresh;
		return INTOTO_OK;
	}
	key_done(&fresh);
	return rc;
}

int it_layout_add_key(struct intoto_layout *layout, const struct intoto_key *key,
		      enum intoto_keyid_style style, const char **id, struct intoto_error **err)
{
	struct it_layout_key added = { 0 };
	int rc;

	for (size_t i = 0; i < layout->key_count; i++) {
		*id = layout->keys[i].id;
		if (layout->keys[i].key && intoto_key_same(layout->keys[i].key, key))
			return refresh_key(&layout->keys[i], key, style, err);
	}
	added.id = strdup(intoto_key_id(key, style));
	rc = added.id ? copy_public(&added, key, style, err) : it_err_nomem(err);
	if (rc) {
		key_done(&added);
		return rc;
	}
	*id = added.id; /* the text stays where it is */
	rc = it_layout_take_key(layout, &added, err);
	if (!rc)
		qsort(layout->keys, layout->key_count, sizeof *layout->keys, compare_keys);
	return rc;
}

static int new_name(struct it_item *item, const struct intoto_layout *layout, const char *name,
		    struct intoto_error **err)
{
	int rc = it_layout_check_name(name, NULL, err);

	if (rc)
		return rc;
	if (it_layout_find(layout, name))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "the layout has a step or inspection '%s' already", name);
	item->name = strdup(name);
	return item->name ? INTOTO_OK : it_err_nomem(err);
}

int it_layout_add_step(struct intoto_layout *layout, const char *name, struct it_layout_step **out,
		       struct intoto_error **err)
{
	struct it_layout_step step = { .threshold = 1 };
	struct it_layout_step *steps;
	int rc = new_name(&step.item, layout, name, err);

	if (rc)
		return rc;
	steps = reallocarray(layout->steps, layout->step_count + 1, sizeof *steps);
	if (!steps) {
		free(step.item.name);
		return it_err_nomem(err);
	}
	layout->steps = steps;
	*out = &steps[layout->step_count++];
	**out = step;
	return it_layout_index(layout, NULL, err);
}

int it_layout_add_inspection(struct intoto_layout *layout, const char *name, struct it_item **out,
			     struct intoto_error **err)
{
	struct it_item item = { 0 };
	struct it_item *items;
	int rc = new_name(&item, layout, name, err);

	if (rc)
		return rc;
	items = reallocarray(layout->inspections, layout->inspection_count + 1, sizeof *items);
	if (!items) {
		free(item.name);
		return it_err_nomem(err);
	}
	layout->inspections = items;
	*out = &items[layout->inspection_count++];
	**out = item;
	return it_layout_index(layout, NULL, err);
}
