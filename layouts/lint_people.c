/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, and who may do what: people count by key material (layouts/authority.c does the same). */
#include <string.h>

#include "base/text.h"
#include "crypto/openpgp.h"
#include "layouts/lint.h"

/* The SubjectPublicKeyInfo of RSA with 3072 bits has 422 bytes, with 2048 bits 294. */
enum { RSA_3072_BYTES = 400, DER_MAX = 64 * 1024 };

static const struct it_where root = { NULL, "layout", 0 };
static const struct it_where keys = { &root, "keys", 0 };

static bool names(const struct intoto_layout *layout, const struct it_strings *ids,
		  const struct it_layout_key *key)
{
	for (size_t i = 0; i < ids->count; i++)
		if (it_layout_key(layout, ids->items[i]) == key)
			return true;
	return false;
}

/* Members "functionaries" of a gate, and of what it has inside ("vex", "previous"). */
static bool is_named(const struct intoto_layout *layout, const struct it_json *object,
		     const struct it_layout_key *key, unsigned depth)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	const struct it_json *ids = it_json_get(object, "functionaries");
	size_t count = 0;

	for (size_t i = 0; i < it_json_count(ids); i++) {
		struct it_span id = it_json_text(it_json_at(ids, i));

		if (id.data && it_layout_key(layout, id.data) == key)
			return true;
	}
	if (!depth || it_json_members(&members, &count, object, NULL))
		return false;
	for (size_t i = 0; i < count; i++)
		if (it_json_kind(members[i].value) == IT_JSON_OBJECT &&
		    is_named(layout, members[i].value, key, depth - 1))
			return true;
	return false;
}

/* By a step, by a gate, or for exceptions. */
static bool is_used(const struct intoto_layout *layout, const struct it_layout_key *key)
{
	for (size_t i = 0; i < layout->step_count; i++) {
		const struct it_layout_step *step = &layout->steps[i];

		if (names(layout, &step->pubkeys, key))
			return true;
		for (size_t j = 0; j < step->gates.count; j++)
			if (is_named(layout, step->gates.items[j].object, key, 1))
				return true;
	}
	return names(layout, &layout->exceptions.pubkeys, key);
}

static bool is_weak(const struct intoto_key *key)
{
	IT_AUTO(it_buf_done) struct it_buf der = IT_BUF(DER_MAX);

	return it_streq(intoto_key_type(key), "rsa") && key->scheme && key->scheme->form &&
	       !key->openpgp && !key->scheme->form->public_der(key, &der, NULL) &&
	       der.len < RSA_3072_BYTES;
}

/* Keys with a time of their own: OpenPGP. */
static void check_time(struct it_findings *out, const struct it_layout_key *key,
		       const struct it_lint_options *options, const struct it_where *where)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *now = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *soon = NULL;

	if (it_openpgp_check_fresh(key->key, options->now, &now))
		it_findings_add(out, "key.expired", where, NULL, key->id, "%s",
				intoto_error_text(now));
	else if (it_openpgp_check_fresh(key->key, options->now + options->soon, &soon))
		it_findings_add(out, "key.expires-soon", where, NULL, key->id, "%s",
				intoto_error_text(soon));
}

static void check_key(struct it_findings *out, const struct intoto_layout *layout, size_t index,
		      const struct it_lint_options *options)
{
	const struct it_layout_key *key = &layout->keys[index];
	struct it_where where = { &keys, key->id, 0 };

	if (!is_used(layout, key))
		it_findings_add(out, "key.unused", &where, NULL, key->id,
				"no step, no gate and no exception names this key");
	if (!key->key) {
		it_findings_add(out, "key.unknown-kind", &where, NULL, key->id,
				"nobody can sign with it: %s", key->why_not ? key->why_not : "");
		return;
	}
	check_time(out, key, options, &where);
	if (is_weak(key->key))
		it_findings_add(out, "key.weak", &where, NULL, key->id,
				"an RSA key with fewer than 3072 bits");
	for (size_t i = 0; i < index; i++)
		if (layout->keys[i].key && intoto_key_same(layout->keys[i].key, key->key))
			it_findings_add(out, "key.duplicate", &where, NULL, key->id,
					"is the same public key as %s", layout->keys[i].id);
}

/* --- steps --- */

struct authority {
	struct it_findings *out;
	const struct intoto_layout *layout;
	const struct it_layout_step *step;
	const struct it_where *where;	   /* of the step */
	const struct it_layout_key **seen; /* distinct keys so far */
	size_t count;
};

static const struct it_layout_key *find_same(const struct authority *authority,
					     const struct it_layout_key *key)
{
	for (size_t i = 0; i < authority->count; i++)
		if (intoto_key_same(authority->seen[i]->key, key->key))
			return authority->seen[i];
	return NULL;
}

static bool is_repeated(const struct it_strings *ids, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (it_streq(ids->items[i], ids->items[index]))
			return true;
	return false;
}

static void check_entry(struct authority *authority, size_t index)
{
	const struct it_layout_step *step = authority->step;
	const char *id = step->pubkeys.items[index];
	struct it_where pubkeys = { authority->where, "pubkeys", 0 };
	struct it_where where = { &pubkeys, NULL, index };
	const struct it_layout_key *key = it_layout_key(authority->layout, id);
	const struct it_layout_key *same = NULL;

	if (!key) {
		it_findings_add(authority->out, "step.key-missing", &where, &step->item, id,
				"the layout has no key with this id, so nobody can sign with it");
		return;
	}
	if (!key->key)
		return; /* told about the key */
	same = find_same(authority, key);
	if (!same)
		authority->seen[authority->count++] = key;
	else if (is_repeated(&step->pubkeys, index))
		it_findings_add(authority->out, "step.keyid-twice", &where, &step->item, id,
				"the id is listed twice");
	else
		it_findings_add(authority->out, "step.key-twice", &where, &step->item, id,
				"is the same public key as %s, so one person could count twice",
				same->id);
}

static void check_threshold(const struct authority *authority)
{
	const struct it_layout_step *step = authority->step;
	struct it_where where = { authority->where, "threshold", 0 };
	long long threshold = (long long)step->threshold;

	if (threshold < 1)
		it_findings_add(authority->out, "step.threshold", &where, &step->item, "",
				"the threshold is %lld", threshold);
	else if (!step->constraints.count && (uint64_t)threshold > authority->count)
		it_findings_add(authority->out, "step.unreachable", &where, &step->item, "",
				"the threshold is %lld, and %zu distinct keys may do the step",
				threshold, authority->count);
}

static void check_ids(const struct authority *authority, const struct it_constraint *constraint,
		      enum it_want want, const struct it_layout_anchors *anchors,
		      const struct it_where *where)
{
	const struct it_strings *ids = &constraint->want[want];

	for (size_t i = 0; !it_constraint_is_any(constraint, want) && i < ids->count; i++)
		if (!it_layout_anchor(anchors, ids->items[i]))
			it_findings_add(authority->out, "step.root-missing", where,
					&authority->step->item, ids->items[i],
					"the layout has no root of this name");
}

static void check_constraints(const struct authority *authority)
{
	const struct it_constraints *constraints = &authority->step->constraints;
	struct it_where list = { authority->where,
				 constraints->prose ? "certConstraints" : "cert_constraints", 0 };

	for (size_t i = 0; i < constraints->count; i++) {
		struct it_where where = { &list, NULL, i };
		const struct it_constraint *constraint = &constraints->items[i];

		if (it_constraint_is_open(constraint))
			it_findings_add(
				authority->out, "step.certificates-open", &where,
				&authority->step->item, "",
				"every name is \"*\", so whoever has a certificate under its "
				"roots may do the step");
		check_ids(authority, constraint, IT_WANT_ROOTS, &authority->layout->rootcas,
			  &where);
		check_ids(authority, constraint, IT_WANT_BUNDLES, &authority->layout->bundles,
			  &where);
	}
}

static void check_step(struct it_findings *out, const struct intoto_layout *layout, size_t index)
{
	const struct it_layout_step *step = &layout->steps[index];
	struct it_where steps = { &root, "steps", 0 };
	struct it_where where = { &steps, NULL, index };
	struct it_where pubkeys = { &where, "pubkeys", 0 };
	IT_AUTO(it_freep)
	const struct it_layout_key **seen = calloc(step->pubkeys.count + 1, sizeof *seen);
	struct authority authority = { out, layout, step, &where, seen, 0 };

	if (!seen) {
		out->failed = INTOTO_E_NOMEM;
		return;
	}
	for (size_t i = 0; i < step->pubkeys.count; i++)
		check_entry(&authority, i);
	check_constraints(&authority);
	if (!step->pubkeys.count && !step->constraints.count)
		it_findings_add(out, "step.no-keys", &pubkeys, &step->item, "",
				"nobody may do the step");
	else
		check_threshold(&authority);
}

void it_lint_people(struct it_findings *out, const struct intoto_layout *layout,
		    const struct it_lint_options *options)
{
	for (size_t i = 0; i < layout->key_count; i++)
		check_key(out, layout, i, options);
	for (size_t i = 0; i < layout->step_count; i++)
		check_step(out, layout, i);
}
