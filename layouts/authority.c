/* SPDX-License-Identifier: Apache-2.0 */
/* Keys count by their material: whatever a layout calls a key, and however often, it is one. */
#include "layouts/authority.h"

#include <string.h>

#include "base/text.h"
#include "crypto/openpgp.h"
#include "layouts/certificate.h"

enum { SENTENCE_MAX = 4096, NAMED_DIGITS = 8 };

void it_authority_done(struct it_authority *authority)
{
	free(authority->items);
	*authority = (struct it_authority){ 0 };
}

static const struct it_entitled *same_key(const struct it_authority *authority,
					  const struct intoto_key *key)
{
	for (size_t i = 0; i < authority->count; i++)
		if (intoto_key_same(authority->items[i].key->key, key))
			return &authority->items[i];
	return NULL;
}

static bool is_repeated(const struct it_strings *ids, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_streq_nocase(ids->items[i], ids->items[index]))
			return true;
	return false;
}

/* The id of an OpenPGP subkey entitles that subkey only, the id of the main key all of them. */
static const char *subkey_of(const struct it_layout_key *key, const char *id)
{
	const struct it_pgp_part *part =
		key->key->openpgp ? it_openpgp_part(key->key, it_span_text(id)) : NULL;

	return part && part != &key->key->openpgp->parts[0] ? id : NULL;
}

/* What to say about an entry whose key another entry has too; whether it is refused. */
static bool describe_twin(struct it_buf *text, const struct it_layout_step *step, size_t index,
			  const struct it_entitled *entry, const struct it_entitled *other)
{
	if (is_repeated(&step->pubkeys, index)) {
		(void)it_buf_add_text(text, "the id is listed twice, and counts once"); /* short */
		return false;
	}
	if (entry->key == other->key && (entry->only || other->only)) {
		(void)it_buf_printf(text,
				    "is of the same OpenPGP key as %s, and counts once with it",
				    other->only ? other->only : other->key->id);
		return false;
	}
	(void)it_buf_printf(text,
			    "the same public key is listed under two ids (one is %s), so one "
			    "person could count twice",
			    other->key->id);
	return true;
}

static void add_entry(struct it_authority *authority, struct it_chain *chain,
		      const struct it_layout_step *step, size_t index)
{
	const char *id = step->pubkeys.items[index];
	const struct it_layout_key *key = it_layout_key(chain->layout, id);
	const char *label = it_chain_label(chain, step->item.name);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);
	const struct it_entitled *other;
	struct it_entitled entry;
	bool refused;

	if (!key || !key->key) {
		it_report_add(
			chain->report, INTOTO_CHECK_WARNING, "step.authority", label, id,
			key ? "the key with this id cannot be used, so nobody can sign with it"
			    : "the layout has no key with this id, so nobody can sign with "
			      "it");
		return;
	}
	entry = (struct it_entitled){ key, subkey_of(key, id) };
	other = same_key(authority, key->key);
	if (other) {
		refused = describe_twin(&text, step, index, &entry, other);
		it_report_add(chain->report, refused ? INTOTO_CHECK_FAILED : INTOTO_CHECK_WARNING,
			      "step.authority", label, id, "%s", it_buf_text(&text));
	} else {
		authority->people++;
	}
	if (!other || (entry.only || other->only))
		authority->items[authority->count++] = entry;
}

static void check_quorum(const struct it_authority *authority, struct it_chain *chain,
			 const struct it_layout_step *step)
{
	int64_t wanted = step->threshold > 1 ? step->threshold : 1;
	bool enough = authority->people >= (uint64_t)wanted;
	const char *label = it_chain_label(chain, step->item.name);

	if (step->constraints.count)
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "step.quorum", label, "",
			      "%zu distinct keys may do the step, and whoever has a certificate "
			      "that satisfies a constraint; its threshold is %lld",
			      authority->people, (long long)wanted);
	else
		it_report_add(
			chain->report, enough ? INTOTO_CHECK_PASSED : INTOTO_CHECK_FAILED,
			"step.quorum", label, "",
			enough ? "%zu distinct keys may do the step; its threshold is %lld"
			       : "only %zu distinct keys may do the step, and its threshold is "
				 "%lld: no links can ever be enough",
			authority->people, (long long)wanted);
}

int it_authority_find(struct it_authority *authority, struct it_chain *chain,
		      const struct it_layout_step *step, struct intoto_error **err)
{
	*authority = (struct it_authority){ 0 };
	authority->items = calloc(step->pubkeys.count + 1, sizeof *authority->items);
	if (!authority->items)
		return it_err_nomem(err);
	it_constraints_remark(chain, step);
	for (size_t i = 0; i < step->pubkeys.count; i++)
		add_entry(authority, chain, step, i);
	check_quorum(authority, chain, step);
	return INTOTO_OK;
}

struct it_person it_authority_person(const struct it_authority *authority, size_t number,
				     struct it_buf *name)
{
	const struct it_entitled *entry = &authority->items[number];
	const struct intoto_key *key = entry->key->key;

	it_buf_reset(name);
	(void)it_buf_printf(name, "%s %.*s", intoto_key_type(key), NAMED_DIGITS, /* short */
			    entry->only ? entry->only : entry->key->id);
	return (struct it_person){ .fingerprint = intoto_key_fingerprint(key),
				   .name = it_buf_text(name),
				   .key = key,
				   .only = entry->only,
				   .rank = number };
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
	size_t number;
};

static bool is_known(const struct it_candidates *candidates, const char *file, size_t number)
{
	for (size_t i = 0; i < candidates->count; i++)
		if (candidates->items[i].number == number &&
		    it_streq(candidates->items[i].file, file))
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
	if (is_known(out, file, collector->number))
		return INTOTO_OK;
	if (out->count == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 16;
		struct it_candidate *items = reallocarray(out->items, cap, sizeof *items);

		if (!items)
			return INTOTO_E_NOMEM;
		out->items = items;
		out->cap = cap;
	}
	out->items[out->count++] = (struct it_candidate){ file, collector->number };
	file = NULL; /* now the table's */
	return INTOTO_OK;
}

static int compare(const void *a, const void *b)
{
	const struct it_candidate *left = a;
	const struct it_candidate *right = b;
	int order = it_span_cmp(it_span_text(left->file), it_span_text(right->file));

	return order ? order : (left->number > right->number) - (left->number < right->number);
}

int it_candidates_find(struct it_candidates *out, const struct it_authority *authority,
		       const struct it_layout_step *step, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*out = (struct it_candidates){ 0 };
	for (size_t i = 0; !rc && i < authority->count; i++) {
		struct collector collector = { out, step->item.name, i };

		rc = collect(&collector, authority->items[i].key->id);
		if (!rc)
			rc = it_key_each_id(authority->items[i].key->key, collect, &collector);
	}
	if (rc)
		return it_err_nomem(err);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare);
	return INTOTO_OK;
}
