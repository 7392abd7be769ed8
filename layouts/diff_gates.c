/* SPDX-License-Identifier: Apache-2.0 */
/* How two layouts differ in their gates, pins of attestors and terms of exceptions. */
#include <stdint.h>

#include "json/writer.h"
#include "layouts/diff.h"

enum { TEXT_MAX = 16 << 20 };

static void tell(struct it_differences *out, const char *what, enum it_effect effect,
		 const char *item, const char *before, const char *after)
{
	struct it_difference difference = { .what = what, .effect = effect };

	difference.item = (char *)(uintptr_t)item; /* copied */
	difference.before = (char *)(uintptr_t)before;
	difference.after = (char *)(uintptr_t)after;
	it_differences_add(out, &difference);
}

static void print(struct it_buf *out, const struct it_json *value)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	if (value)
		it_write_value(&writer, value);
	else
		it_write_text(&writer, "");
	if (it_writer_finish(&writer, NULL))
		out->failed = INTOTO_E_NOMEM;
}

/* How often a list has the very same gate. */
static size_t count_same(const struct it_gates *gates, const struct it_gate *gate)
{
	size_t count = 0;

	for (size_t i = 0; i < gates->count; i++)
		count += it_json_equal(gates->items[i].object, gate->object);
	return count;
}

/* Gates are all judged, so their order means nothing; one that only warns refuses nobody. */
static void diff_side(struct it_differences *out, const char *item, const struct it_gates *here,
		      const struct it_gates *there, bool removed)
{
	for (size_t i = 0; i < here->count; i++) {
		const struct it_gate *gate = &here->items[i];
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
		enum it_effect effect = removed ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER;

		if (count_same(there, gate))
			continue;
		print(&text, gate->object);
		out->failed |= text.failed != INTOTO_OK;
		tell(out, removed ? "gate-removed" : "gate-added",
		     gate->terms.warn ? IT_EFFECT_NONE : effect, item,
		     removed ? it_buf_text(&text) : "", removed ? "" : it_buf_text(&text));
	}
}

void it_diff_gates(struct it_differences *out, const char *item, const struct it_gates *before,
		   const struct it_gates *after)
{
	diff_side(out, item, before, after, true);
	diff_side(out, item, after, before, false);
}

/* One member of the layout: what its coming and going means. */
static void diff_object(struct it_differences *out, const char *what, const struct it_json *before,
			const struct it_json *after, enum it_effect coming)
{
	IT_AUTO(it_buf_done) struct it_buf old = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf new = IT_BUF(TEXT_MAX);
	enum it_effect going = coming == IT_EFFECT_LOOSER ? IT_EFFECT_STRICTER : IT_EFFECT_LOOSER;

	if ((!before && !after) || (before && after && it_json_equal(before, after)))
		return;
	if (before)
		print(&old, before);
	if (after)
		print(&new, after);
	out->failed |= old.failed || new.failed;
	tell(out, what,
	     !before  ? coming
	     : !after ? going
		      : IT_EFFECT_CHANGED,
	     "", it_buf_text(&old), it_buf_text(&new));
}

void it_diff_terms(struct it_differences *out, const struct intoto_layout *before,
		   const struct intoto_layout *after)
{
	diff_object(out, "attestors", before->attestors.object, after->attestors.object,
		    IT_EFFECT_STRICTER);
	diff_object(out, "exceptions", before->exceptions.object, after->exceptions.object,
		    IT_EFFECT_LOOSER);
}
