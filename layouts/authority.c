/* SPDX-License-Identifier: Apache-2.0 */
/* Keys count by their material: whatever a layout calls a key, and however often, it is one. */
#include "layouts/authority.h"

#include <string.h>

#include "base/text.h"
#include "layouts/certificate.h"

void it_authority_done(struct it_authority *authority)
{
	free(authority->keys);
	*authority = (struct it_authority){ 0 };
}

static const struct it_layout_key *same_key(const struct it_authority *authority,
					    const struct intoto_key *key)
{
	for (size_t i = 0; i < authority->count; i++)
		if (intoto_key_same(authority->keys[i]->key, key))
			return authority->keys[i];
	return NULL;
}

static bool is_repeated(const struct it_strings *ids, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_streq(ids->items[i], ids->items[index]))
			return true;
	return false;
}

static void add_entry(struct it_authority *authority, struct it_chain *chain,
		      const struct it_layout_step *step, size_t index)
{
	const char *id = step->pubkeys.items[index];
	const struct it_layout_key *key = it_layout_key(chain->layout, id);
	const char *label = it_chain_label(chain, step->item.name);
	const struct it_layout_key *other = NULL;

	if (!key || !key->key) {
		it_report_add(
			chain->report, INTOTO_CHECK_WARNING, "step.authority", label, id,
			key ? "the key with this id cannot be used, so nobody can sign with it"
			    : "the layout has no key with this id, so nobody can sign with "
			      "it");
		return;
	}
	other = same_key(authority, key->key);
	if (!other)
		authority->keys[authority->count++] = key;
	else if (is_repeated(&step->pubkeys, index))
		it_report_add(chain->report, INTOTO_CHECK_WARNING, "step.authority", label, id,
			      "the id is listed twice, and counts once");
	else
		it_report_add(chain->report, INTOTO_CHECK_FAILED, "step.authority", label, id,
			      "the same public key is listed under two ids (one is %s), so one "
			      "person could count twice",
			      other->id);
}

static void check_quorum(const struct it_authority *authority, struct it_chain *chain,
			 const struct it_layout_step *step)
{
	int64_t wanted = step->threshold > 1 ? step->threshold : 1;
	/* How many people have certificates, nobody knows before they have signed. */
	bool enough = step->constraints.count || authority->count >= (uint64_t)wanted;

	it_report_add(
		chain->report, enough ? INTOTO_CHECK_PASSED : INTOTO_CHECK_FAILED, "step.quorum",
		it_chain_label(chain, step->item.name), "",
		enough ? "%zu distinct keys may do the step; its threshold is %lld"
		       : "only %zu distinct keys may do the step, and its threshold is %lld: no "
			 "links can ever be enough",
		authority->count, (long long)wanted);
}

int it_authority_find(struct it_authority *authority, struct it_chain *chain,
		      const struct it_layout_step *step, struct intoto_error **err)
{
	*authority = (struct it_authority){ 0 };
	authority->keys = calloc(step->pubkeys.count + 1, sizeof *authority->keys);
	if (!authority->keys)
		return it_err_nomem(err);
	it_constraints_remark(chain, step);
	for (size_t i = 0; i < step->pubkeys.count; i++)
		add_entry(authority, chain, step, i);
	check_quorum(authority, chain, step);
	return INTOTO_OK;
}

/* --- candidates --- */

void it_candidates_done(struct it_candidates *candidates)
{
	for (size_t i = 0; i < candidates->count; i++)
		free(candidates->items[i].file);
	free(candidates->items);
	*candidates = (struct it_candidates){ 0 };
}

struct collector {
	struct it_candidates *out;
	const char *step;
	size_t key;
};

static bool is_known(const struct it_candidates *candidates, const char *file, size_t key)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->items[i].key == key && it_streq(candidates->items[i].file, file))
			return true;
	return false;
}

/* An intoto_code, so that the walk over the ids ends at the first failure. */
static int collect(void *arg, const char *keyid)
{
	struct collector *collector = arg;
	struct it_candidates *out = collector->out;
	IT_AUTO(it_freep) char *file = NULL;

	/* Ids of our own layouts are hex digits already; this is the last gate before a path. */
	if (!*keyid || strspn(keyid, "0123456789abcdefABCDEF") != strlen(keyid))
		return INTOTO_OK;
	file = it_link_file_name(collector->step, keyid);
	if (!file)
		return INTOTO_E_NOMEM;
	if (is_known(out, file, collector->key))
		return INTOTO_OK;
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 16;
		struct it_candidate *items = reallocarray(out->items, cap, sizeof *items);

		if (!items)
			return INTOTO_E_NOMEM;
		out->items = items;
		out->cap = cap;
	}
	out->items[out->count++] = (struct it_candidate){ file, collector->key };
	file = NULL; /* now the table's */
	return INTOTO_OK;
}

static int compare(const void *a, const void *b)
{
	const struct it_candidate *left = a;
	const struct it_candidate *right = b;
	int order = it_span_cmp(it_span_text(left->file), it_span_text(right->file));

	return order ? order : (left->key > right->key) - (left->key < right->key);
}

int it_candidates_find(struct it_candidates *out, const struct it_authority *authority,
		       const struct it_layout_step *step, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*out = (struct it_candidates){ 0 };
	for (size_t i = 0; !rc && i < authority->count; i++) {
		struct collector collector = { out, step->item.name, i };

		rc = collect(&collector, authority->keys[i]->id);
		if (!rc)
			rc = it_key_each_id(authority->keys[i]->key, collect, &collector);
	}
	if (rc)
		return it_err_nomem(err);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare);
	return INTOTO_OK;
}
