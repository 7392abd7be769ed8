/* SPDX-License-Identifier: Apache-2.0 */
/* What two layouts say differently. */
#include "layouts/diff.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/words.h"

enum { TEXT_MAX = 16 * 1024 * 1024, NUMBER_SIZE = 32, ID_SHOWN = 8 };

/* --- the list --- */

static void difference_done(struct it_difference *difference)
{
	free(difference->item);
	free(difference->before);
	free(difference->after);
}

void it_differences_done(struct it_differences *differences)
{
	for (size_t i = 0; i < differences->count; i++)
		difference_done(&differences->items[i]);
	free(differences->items);
	*differences = (struct it_differences){ 0 };
}

const char *it_effect_name(enum it_effect effect)
{
	static const char *const names[] = { "none", "stricter", "looser", "changed" };

	return names[effect];
}

static bool make_room(struct it_differences *out)
{
	size_t cap = out->cap ? out->cap * 2 : 16;
	struct it_difference *items;

	if (out->count < out->cap)
		return true;
	items = reallocarray(out->items, cap, sizeof *items);
	if (!items)
		return false;
	out->items = items;
	out->cap = cap;
	return true;
}

void it_differences_add(struct it_differences *out, const struct it_difference *difference)
{
	struct it_difference copy = *difference;

	copy.part = difference->part ? difference->part : "";
	copy.item = strdup(difference->item ? difference->item : "");
	copy.before = strdup(difference->before ? difference->before : "");
	copy.after = strdup(difference->after ? difference->after : "");
	if (copy.item && copy.before && copy.after && make_room(out)) {
		out->items[out->count++] = copy;
		return;
	}
	difference_done(&copy);
	out->failed = true;
}

struct work {
	struct it_differences *out;
	const struct it_diff_side *before;
	const struct it_diff_side *after;
};

static void tell(const struct work *work, const char *what, enum it_effect effect, const char *item,
		 const char *before, const char *after)
{
	struct it_difference difference = { .what = what, .effect = effect };

	difference.item = (char *)(uintptr_t)item; /* copied */
	difference.before = (char *)(uintptr_t)before;
	difference.after = (char *)(uintptr_t)after;
	it_differences_add(work->out, &difference);
}

/* --- items of both, by name --- */

static size_t item_count(const struct intoto_layout *layout)
{
	return layout->step_count + layout->inspection_count;
}

static const struct it_item *item_at(const struct intoto_layout *layout, size_t index)
{
	return index < layout->step_count ? &layout->steps[index].item
					  : &layout->inspections[index - layout->step_count];
}

static bool is_step(const struct intoto_layout *layout, const struct it_item *item)
{
	return item->index < layout->step_count;
}

/* The item of the same name and sort in the other layout. */
static const struct it_item *twin_of(const struct it_diff_side *side, const struct it_item *item,
				     const struct it_diff_side *other)
{
	const struct it_item *twin = it_layout_find(other->layout, item->name);

	if (twin && is_step(side->layout, item) != is_step(other->layout, twin))
		twin = NULL;
	return twin;
}

/* A step more must be done, and an inspection more must pass. */
static void diff_names(const struct work *work)
{
	for (size_t i = 0; i < item_count(work->before->layout); i++) {
		const struct it_item *item = item_at(work->before->layout, i);
		bool step = is_step(work->before->layout, item);

		if (!twin_of(work->before, item, work->after))
			tell(work, step ? "step-removed" : "inspection-removed", IT_EFFECT_LOOSER,
			     item->name, item->name, "");
	}
	for (size_t i = 0; i < item_count(work->after->layout); i++) {
		const struct it_item *item = item_at(work->after->layout, i);
		bool step = is_step(work->after->layout, item);

		if (!twin_of(work->after, item, work->before))
			tell(work, step ? "step-added" : "inspection-added", IT_EFFECT_STRICTER,
			     item->name, "", item->name);
	}
}

/* Names of the steps (or inspections) that both have, in the order of one. */
static void list_common(struct it_buf *out, const struct it_diff_side *side,
			const struct it_diff_side *other, bool steps)
{
	for (size_t i = 0; i < item_count(side->layout); i++) {
		const struct it_item *item = item_at(side->layout, i);

		if (is_step(side->layout, item) != steps || !twin_of(side, item, other))
			continue;
		(void)it_buf_printf(out, "%s%s", out->len ? ", " : "",
				    item->name); /* looked at by the caller */
	}
}

/* Verification takes steps in any order; inspections run in theirs. */
static void diff_order(const struct work *work, bool steps)
{
	IT_AUTO(it_buf_done) struct it_buf before = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf after = IT_BUF(TEXT_MAX);

	list_common(&before, work->before, work->after, steps);
	list_common(&after, work->after, work->before, steps);
	if (before.failed || after.failed)
		work->out->failed = true;
	else if (!it_streq(it_buf_text(&before), it_buf_text(&after)))
		tell(work, steps ? "steps-reordered" : "inspections-reordered",
		     steps ? IT_EFFECT_NONE : IT_EFFECT_CHANGED, "", it_buf_text(&before),
		     it_buf_text(&after));
}

/* --- one item --- */

static void diff_command(const struct work *work, const struct it_item *before,
			 const struct it_item *after)
{
	IT_AUTO(it_buf_done) struct it_buf old = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf new = IT_BUF(TEXT_MAX);
	bool step = is_step(work->before->layout, before);

	it_words_join(&old, &before->command);
	it_words_join(&new, &after->command);
	if (old.failed || new.failed)
		work->out->failed = true;
	else if (!it_streq(it_buf_text(&old), it_buf_text(&new)))
		tell(work, step ? "expected-command" : "run",
		     step ? IT_EFFECT_NONE : IT_EFFECT_CHANGED, before->name, it_buf_text(&old),
		     it_buf_text(&new));
}

static bool may_do(const struct it_diff_side *side, const struct it_layout_step *step,
		   const struct it_layout_key *wanted)
{
	for (size_t i = 0; i < step->pubkeys.count; i++) {
		const struct it_layout_key *key =
			it_layout_key(side->layout, step->pubkeys.items[i]);

		if (key && (key->key && wanted->key ? intoto_key_same(key->key, wanted->key)
						    : it_streq(key->id, wanted->id)))
			return true;
	}
	return false;
}

/* "ed25519 1a2b3c4d". */
static void name_key(struct it_buf *out, const struct it_layout_key *key)
{
	(void)it_buf_printf(out, "%s %.*s",
			    key->key ? intoto_key_scheme(key->key) : "key of an unknown kind",
			    (int)ID_SHOWN, key->id); /* short */
}

/* Who may do the step in one layout and not in the other. */
static void diff_people(const struct work *work, const struct it_layout_step *step,
			const struct it_layout_step *other, bool removed)
{
	const struct it_diff_side *here = removed ? work->before : work->after;
	const struct it_diff_side *there = removed ? work->after : work->before;

	for (size_t i = 0; i < step->pubkeys.count; i++) {
		const struct it_layout_key *key =
			it_layout_key(here->layout, step->pubkeys.items[i]);
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_MAX);

		if (!key || may_do(there, other, key))
			continue;
		name_key(&name, key);
		tell(work, removed ? "functionary-removed" : "functionary-added",
		     removed ? IT_EFFECT_STRICTER : IT_EFFECT_LOOSER, step->item.name,
		     removed ? it_buf_text(&name) : "", removed ? "" : it_buf_text(&name));
	}
}

static void diff_threshold(const struct work *work, const struct it_layout_step *before,
			   const struct it_layout_step *after)
{
	char old[NUMBER_SIZE];
	char new[NUMBER_SIZE];

	if (before->threshold == after->threshold)
		return;
	(void)snprintf(old, sizeof old, "%lld", (long long)before->threshold); /* fits */
	(void)snprintf(new, sizeof new, "%lld", (long long)after->threshold);
	tell(work, "threshold",
	     after->threshold > before->threshold ? IT_EFFECT_STRICTER : IT_EFFECT_LOOSER,
	     before->item.name, old, new);
}

/* Members about certificates, compared as they stand. */
static void diff_member(const struct work *work, const char *item, const struct it_json *before,
			const struct it_json *after, const char *member)
{
	const struct it_json *old = it_json_get(before, member);
	const struct it_json *new = it_json_get(after, member);

	if (it_json_equal(old, new) || (!it_json_count(old) && !it_json_count(new)))
		return;
	tell(work, "certificates", IT_EFFECT_CHANGED, item, it_json_count(old) ? member : "",
	     it_json_count(new) ? member : "");
}

static const struct it_json *step_body(const struct it_diff_side *side, size_t index)
{
	return it_json_at(it_json_get(side->body, "steps"), index);
}

/* Clauses that one of two requirements has and the other does not. */
static void diff_clauses(const struct work *work, const char *item, const struct it_strings *here,
			 const struct it_strings *there, bool removed)
{
	for (size_t i = 0; i < here->count; i++) {
		const char *clause = here->items[i];

		if (!it_strings_has(there, clause))
			tell(work, removed ? "requirement-removed" : "requirement-added",
			     removed ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER, item,
			     removed ? clause : "", removed ? "" : clause);
	}
}

static bool has_all(const struct it_strings *list, const struct it_strings *of)
{
	for (size_t i = 0; i < of->count; i++)
		if (!it_strings_has(list, of->items[i]))
			return false;
	return true;
}

/* Fewer addresses are stricter; of patterns that are others nobody knows. */
static enum it_effect network_effect(const struct it_strings *before,
				     const struct it_strings *after)
{
	if (has_all(before, after))
		return IT_EFFECT_STRICTER;
	return has_all(after, before) ? IT_EFFECT_LOOSER : IT_EFFECT_CHANGED;
}

static bool same_words(const struct it_strings *a, const struct it_strings *b)
{
	return has_all(a, b) && has_all(b, a);
}

/* Both demand something of the network: that is one difference, and not two. */
static bool diff_network(const struct work *work, const char *item,
			 const struct it_requirement *before, const struct it_requirement *after)
{
	IT_AUTO(it_buf_done) struct it_buf old = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf new = IT_BUF(TEXT_MAX);

	if (!before->trace.network_given || !after->trace.network_given)
		return false;
	if (same_words(&before->trace.network, &after->trace.network))
		return true;
	it_words_join(&old, &before->trace.network);
	it_words_join(&new, &after->trace.network);
	if (old.failed || new.failed)
		work->out->failed = true;
	else
		tell(work, "required-network",
		     network_effect(&before->trace.network, &after->trace.network), item,
		     old.len ? it_buf_text(&old) : "none", new.len ? it_buf_text(&new) : "none");
	return true;
}

static void diff_requirement(const struct work *work, const char *item,
			     const struct it_requirement *before,
			     const struct it_requirement *after)
{
	IT_AUTO(it_strings_done) struct it_strings old = { 0 };
	IT_AUTO(it_strings_done) struct it_strings new = { 0 };
	struct it_requirement one = *before; /* only looked at */
	struct it_requirement other = *after;

	if (diff_network(work, item, before, after))
		one.trace.network_given = other.trace.network_given = false;
	if (it_requirement_clauses(&old, &one, NULL) || it_requirement_clauses(&new, &other, NULL))
		work->out->failed = true;
	diff_clauses(work, item, &old, &new, true);
	diff_clauses(work, item, &new, &old, false);
}

static void diff_step(const struct work *work, const struct it_item *before,
		      const struct it_item *after)
{
	const struct it_layout_step *old = &work->before->layout->steps[before->index];
	const struct it_layout_step *new = &work->after->layout->steps[after->index];

	diff_threshold(work, old, new);
	diff_people(work, old, new, true);
	diff_people(work, new, old, false);
	diff_requirement(work, before->name, &old->requires, &new->requires);
	it_diff_gates(work->out, before->name, &old->gates, &new->gates);
	diff_member(work, before->name, step_body(work->before, before->index),
		    step_body(work->after, after->index), "cert_constraints");
	diff_member(work, before->name, step_body(work->before, before->index),
		    step_body(work->after, after->index), "certConstraints");
}

static void diff_items(const struct work *work)
{
	for (size_t i = 0; i < item_count(work->before->layout); i++) {
		const struct it_item *before = item_at(work->before->layout, i);
		const struct it_item *after = twin_of(work->before, before, work->after);

		if (!after)
			continue;
		if (is_step(work->before->layout, before))
			diff_step(work, before, after);
		diff_command(work, before, after);
		it_diff_rules(work->out, before->name, INTOTO_MATERIALS,
			      &before->rules[INTOTO_MATERIALS], &after->rules[INTOTO_MATERIALS]);
		it_diff_rules(work->out, before->name, INTOTO_PRODUCTS,
			      &before->rules[INTOTO_PRODUCTS], &after->rules[INTOTO_PRODUCTS]);
	}
}

/* --- the layout itself --- */

static void diff_expiry(const struct work *work)
{
	const struct intoto_layout *before = work->before->layout;
	const struct intoto_layout *after = work->after->layout;
	bool later =
		before->expires_text && (!after->expires_text || after->expires > before->expires);

	if (it_streq(before->expires_text, after->expires_text))
		return;
	tell(work, "expires", later ? IT_EFFECT_LOOSER : IT_EFFECT_STRICTER, "",
	     before->expires_text ? before->expires_text : "never",
	     after->expires_text ? after->expires_text : "never");
}

static void diff_readme(const struct work *work)
{
	const char *before = work->before->layout->readme;
	const char *after = work->after->layout->readme;

	if (!it_streq(before ? before : "", after ? after : ""))
		tell(work, "readme", IT_EFFECT_NONE, "", before, after);
}

/* Appends each {name} of a text that is not in the list yet. */
static void find_parameters(struct it_strings *out, const char *text)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	for (text = strchr(text, '{'); text; text = strchr(text, '{')) {
		size_t len = strspn(text + 1, allowed);
		IT_AUTO(it_freep) char *name = strndup(text + 1, len);

		if (text[1] == '{') {
			text += 2;
			continue;
		}
		if (len && text[1 + len] == '}' && name && !it_strings_has(out, name) &&
		    it_strings_add(out, name, NULL))
			return; /* told as one less */
		text++;
	}
}

static void list_parameters(struct it_strings *out, const struct intoto_layout *layout)
{
	for (size_t i = 0; i < item_count(layout); i++) {
		const struct it_item *item = item_at(layout, i);

		for (size_t j = 0; j < item->command.count; j++)
			find_parameters(out, item->command.items[j]);
		for (int side = INTOTO_MATERIALS; side <= INTOTO_PRODUCTS; side++) {
			for (size_t j = 0; j < item->rules[side].count; j++) {
				const struct it_rule *rule = &item->rules[side].items[j];

				find_parameters(out, rule->pattern);
				find_parameters(out, rule->source);
				find_parameters(out, rule->destination);
				find_parameters(out, rule->from);
			}
		}
	}
}

static void diff_parameters(const struct work *work)
{
	IT_AUTO(it_strings_done) struct it_strings before = { 0 };
	IT_AUTO(it_strings_done) struct it_strings after = { 0 };

	list_parameters(&before, work->before->layout);
	list_parameters(&after, work->after->layout);
	for (size_t i = 0; i < before.count; i++)
		if (!it_strings_has(&after, before.items[i]))
			tell(work, "parameter-removed", IT_EFFECT_CHANGED, "", before.items[i], "");
	for (size_t i = 0; i < after.count; i++)
		if (!it_strings_has(&before, after.items[i]))
			tell(work, "parameter-added", IT_EFFECT_CHANGED, "", "", after.items[i]);
}

int it_diff(struct it_differences *out, const struct it_diff_side *before,
	    const struct it_diff_side *after, struct intoto_error **err)
{
	struct work work = { out, before, after };

	diff_expiry(&work);
	diff_readme(&work);
	diff_parameters(&work);
	diff_member(&work, "", before->body, after->body, "rootcas");
	diff_member(&work, "", before->body, after->body, "intermediatecas");
	diff_member(&work, "", before->body, after->body, "trustBundles");
	it_diff_terms(out, before->layout, after->layout);
	diff_names(&work);
	diff_order(&work, true);
	diff_order(&work, false);
	diff_items(&work);
	return out->failed ? it_err_nomem(err) : INTOTO_OK;
}
