/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thresholds and agreement (specification 5.2, steps 5 and 8): how many people signed, and whether
 * all links of the step say the same about materials and products.
 *
 * Links with the same texts are one group.  Between groups digest sets are compared, which is no
 * equivalence: a link with two algorithms may agree with two links that have nothing in common. So
 * every two of them must agree.
 */
#include <stdint.h>

#include "base/text.h"
#include "layouts/evidence.h"
#include "layouts/sublayout.h"
#include "model/digest_set.h"

enum { SENTENCE_MAX = 64 * 1024 };

const char *it_valid_link_name(const struct it_valid_link *valid)
{
	return valid->slot.below ? valid->slot.below->source->name : valid->slot.source->name;
}

static int get_table(struct it_table *out, struct it_evidence *evidence, size_t index,
		     enum intoto_link_side side, struct intoto_error **err)
{
	return it_table_of_slot(out, evidence->chain, &evidence->valid[index].slot,
				evidence->step->item.name, side, err);
}

/* Calls look with the two tables of each side, until it returns nonzero. */
static int look_at_both(struct it_evidence *evidence, size_t a, size_t b,
			int (*look)(void *arg, enum intoto_link_side side,
				    const struct it_artifacts *a, const struct it_artifacts *b),
			void *arg, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (int side = INTOTO_MATERIALS; !rc && side <= INTOTO_PRODUCTS; side++) {
		IT_AUTO(it_table_done) struct it_table one = { 0 };
		IT_AUTO(it_table_done) struct it_table other = { 0 };

		rc = get_table(&one, evidence, a, (enum intoto_link_side)side, err);
		if (!rc)
			rc = get_table(&other, evidence, b, (enum intoto_link_side)side, err);
		if (!rc && (look(arg, (enum intoto_link_side)side, one.artifacts, other.artifacts)))
			break;
	}
	return rc;
}

/* --- groups: the same texts --- */

static bool has_same_texts(const struct it_artifacts *a, const struct it_artifacts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!it_streq(a->items[i].name, b->items[i].name) ||
		    !it_streq(a->items[i].digests, b->items[i].digests))
			return false;
	return true;
}

static int look_equal(void *arg, enum intoto_link_side side, const struct it_artifacts *a,
		      const struct it_artifacts *b)
{
	bool *equal = arg;

	(void)side;
	*equal = a && b && has_same_texts(a, b);
	return !*equal;
}

/* The newest link is the last; finds out to whose group it belongs. */
static int find_group(struct it_evidence *evidence, struct intoto_error **err)
{
	size_t index = evidence->count - 1;

	for (size_t group = evidence->group_count; group-- > 0;) {
		bool equal = false;
		int rc = look_at_both(evidence, evidence->latest[group], index, look_equal, &equal,
				      err);

		if (rc)
			return rc;
		if (!equal)
			continue;
		evidence->valid[index].group = group;
		evidence->latest[group] = index;
		return INTOTO_OK;
	}
	evidence->valid[index].group = evidence->group_count;
	if (evidence->group_count < IT_GROUPS_MAX)
		evidence->latest[evidence->group_count++] = index;
	return INTOTO_OK;
}

int it_evidence_keep(struct it_evidence *evidence, struct it_slot slot, struct it_people *signers,
		     struct intoto_error **err)
{
	if (evidence->count == evidence->cap) {
		size_t cap = evidence->cap ? evidence->cap * 2 : 4;
		struct it_valid_link *valid = reallocarray(evidence->valid, cap, sizeof *valid);

		if (!valid) {
			it_source_free(slot.source);
			return it_err_nomem(err);
		}
		evidence->valid = valid;
		evidence->cap = cap;
	}
	evidence->valid[evidence->count++] = (struct it_valid_link){ slot, *signers, 0 };
	*signers = (struct it_people){ 0 };
	return find_group(evidence, err);
}

/* --- agreement between groups --- */

/* How two links differ, as the end of a sentence. */
struct difference {
	struct it_buf text;
	bool found;
};

static void difference_done(struct difference *difference)
{
	it_buf_done(&difference->text);
}

static void say_difference(struct difference *difference, enum intoto_link_side side,
			   const char *name, const char *what)
{
	difference->found = true;
	(void)it_buf_printf(&difference->text, " (%s: ", /* sticks, as below */
			    side == INTOTO_MATERIALS ? "materials" : "products");
	it_where_quote(&difference->text, it_span_text(name));
	(void)it_buf_printf(&difference->text, " %s)", what);
}

/* The first artifact in which two tables differ. */
static int look_difference(void *arg, enum intoto_link_side side, const struct it_artifacts *a,
			   const struct it_artifacts *b)
{
	struct difference *difference = arg;
	enum it_digests_match match = IT_DIGESTS_MATCH;
	size_t i = 0;

	if (!a || !b) {
		difference->found = true;
		(void)it_buf_add_text(&difference->text, " (it could not be read again)");
		return 1;
	}
	for (; i < a->count && i < b->count && it_streq(a->items[i].name, b->items[i].name); i++) {
		match = it_digests_match(a->items[i].digests, b->items[i].digests);
		if (match != IT_DIGESTS_MATCH)
			break;
	}
	if (i == a->count && i == b->count)
		return 0;
	if (match == IT_DIGESTS_DIFFER)
		say_difference(difference, side, a->items[i].name, "has other digests");
	else if (match == IT_DIGESTS_NOT_COMPARABLE)
		say_difference(difference, side, a->items[i].name,
			       "has digests that cannot be compared: no strong algorithm is in "
			       "both");
	/* The smaller name is the one that the other table lacks. */
	else if (i == a->count || (i < b->count && it_span_cmp(it_span_text(b->items[i].name),
							       it_span_text(a->items[i].name)) < 0))
		say_difference(difference, side, b->items[i].name, "is only in one");
	else
		say_difference(difference, side, a->items[i].name, "is only in one");
	return 1;
}

/* Sets of groups are bits of a number. */
static uint32_t bit(size_t group)
{
	return UINT32_C(1) << group;
}

/* A link of the same group that is not its latest; the latest itself when it is alone. */
static size_t twin_of(const struct it_evidence *evidence, size_t group)
{
	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->valid[i].group == group && i != evidence->latest[group])
			return i;
	return evidence->latest[group];
}

/* Of group j, another link than the latest of group i. */
static size_t other_link(const struct it_evidence *evidence, size_t i, size_t j)
{
	return i == j ? twin_of(evidence, i) : evidence->latest[j];
}

/*
 * For each group the set of those that it agrees with.  Equal texts agree only where a digest in
 * them is worth trusting.
 */
static int compare_groups(struct it_evidence *evidence, uint32_t agreeing[IT_GROUPS_MAX],
			  struct intoto_error **err)
{
	for (size_t i = 0; i < evidence->group_count; i++) {
		for (size_t j = i; j < evidence->group_count; j++) {
			IT_AUTO(difference_done)
			struct difference difference = { IT_BUF(SENTENCE_MAX), false };
			size_t one = evidence->latest[i];
			size_t other = other_link(evidence, i, j);
			int rc = one == other ? INTOTO_OK
					      : look_at_both(evidence, one, i == j ? one : other,
							     look_difference, &difference, err);

			if (rc)
				return rc;
			if (difference.found)
				continue;
			agreeing[i] |= bit(j);
			agreeing[j] |= bit(i);
		}
	}
	return INTOTO_OK;
}

static bool is_in(uint32_t set, const struct it_valid_link *valid)
{
	return valid->group < IT_GROUPS_MAX && (set & bit(valid->group));
}

/* The people behind the links of a set. */
static int count_people(size_t *people, const struct it_evidence *evidence, uint32_t set,
			struct intoto_error **err)
{
	IT_AUTO(it_people_done) struct it_people signers = { 0 };
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < evidence->count; i++)
		if (is_in(set, &evidence->valid[i]))
			rc = it_people_add_all(&signers, &evidence->valid[i].signers, err);
	*people = it_people_count(&signers);
	return rc;
}

/* Whether every two of a set agree. */
static bool is_unanimous(uint32_t set, const uint32_t agreeing[IT_GROUPS_MAX])
{
	for (size_t i = 0; i < IT_GROUPS_MAX; i++)
		if ((set & bit(i)) && (agreeing[i] & set) != set)
			return false;
	return true;
}

/* The only set with enough people; 0 when there is none, or more than one. */
static int only_quorum(uint32_t *out, const struct it_evidence *evidence,
		       const uint32_t agreeing[IT_GROUPS_MAX], size_t threshold,
		       struct intoto_error **err)
{
	*out = 0;
	for (size_t i = 0; i < evidence->group_count; i++) {
		size_t people = 0;
		int rc = count_people(&people, evidence, agreeing[i], err);

		if (rc)
			return rc;
		if (people < threshold || !is_unanimous(agreeing[i], agreeing) ||
		    agreeing[i] == *out)
			continue;
		if (*out) {
			*out = 0;
			return INTOTO_OK;
		}
		*out = agreeing[i];
	}
	return INTOTO_OK;
}

static int report_difference(struct it_evidence *evidence, enum intoto_outcome outcome, size_t one,
			     size_t other, struct intoto_error **err)
{
	IT_AUTO(difference_done) struct difference difference = { IT_BUF(SENTENCE_MAX), false };
	int rc = look_at_both(evidence, one, other, look_difference, &difference, err);

	if (!rc)
		it_report_add(evidence->chain->report, outcome, "step.agreement",
			      it_chain_label(evidence->chain, evidence->step->item.name),
			      it_valid_link_name(&evidence->valid[other]),
			      "does not agree with %s%s", it_valid_link_name(&evidence->valid[one]),
			      it_buf_text(&difference.text));
	return rc;
}

/* --- the threshold --- */

/* The files that were looked for, each once. */
static void list_files(struct it_buf *out, const struct it_evidence *evidence)
{
	const struct it_candidates *candidates = &evidence->candidates;
	const struct it_folder *folder = &evidence->chain->folder;
	const char *step = evidence->step->item.name;
	size_t listed = 0;

	for (size_t i = 0; !folder->is_bundle && i < candidates->count; i++) {
		if (i && it_streq(candidates->items[i - 1].file, candidates->items[i].file))
			continue;
		it_list_name(out, listed++, candidates->items[i].file);
	}
	it_list_end(out, listed);
	if (evidence->step->constraints.count && !folder->is_bundle)
		(void)it_buf_printf(out, "%s\"%s.????????.link\" with a certificate", /* sticks */
				    out->len ? ", " : "", step);
	if (folder->bundles)
		(void)it_buf_printf(out, "%s%zu bundle%s of attestations", out->len ? " and " : "",
				    folder->bundles, folder->bundles == 1 ? "" : "s");
	if (!out->len)
		(void)it_buf_add_text(out, "nothing");
}

static void report_threshold(struct it_evidence *evidence, size_t people, size_t threshold)
{
	struct it_chain *chain = evidence->chain;
	const char *label = it_chain_label(chain, evidence->step->item.name);
	const char *who = evidence->step->constraints.count ? "people" : "keys";
	IT_AUTO(it_buf_done) struct it_buf files = IT_BUF(SENTENCE_MAX);

	evidence->enough = people >= threshold;
	evidence->open = !evidence->enough &&
			 (people + evidence->unreadable >= threshold || chain->folder.is_open);
	if (evidence->enough) {
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "step.threshold", label, "",
			      "%zu of %zu links by distinct %s", people, threshold, who);
		return;
	}
	list_files(&files, evidence);
	it_report_add(chain->report, evidence->open ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED,
		      "step.threshold", label, "",
		      "found %zu of %zu valid links by distinct %s; looked for %s in %s", people,
		      threshold, who, it_buf_text(&files),
		      chain->link_dir && *chain->link_dir ? chain->link_dir : ".");
}

/* --- the choice --- */

/* Of a set, the link whose signer stands first in the step. */
static size_t earliest(const struct it_evidence *evidence, uint32_t set)
{
	size_t best = evidence->count;
	size_t best_rank = SIZE_MAX;

	for (size_t i = 0; i < evidence->count; i++) {
		size_t rank = it_people_rank(&evidence->valid[i].signers);

		if (!is_in(set, &evidence->valid[i]) ||
		    (best < evidence->count && rank >= best_rank))
			continue;
		best = i;
		best_rank = rank;
	}
	return best;
}

/* Tells of each link that is not in the set how it differs from one that is. */
static int report_others(struct it_evidence *evidence, uint32_t set, size_t chosen,
			 enum intoto_outcome outcome, struct intoto_error **err)
{
	size_t told = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && told < IT_LISTED_MAX && i < evidence->count; i++) {
		if (is_in(set, &evidence->valid[i]))
			continue;
		rc = report_difference(evidence, outcome, chosen, i, err);
		told++;
	}
	return rc;
}

/* Not every two links agree: tells of those that do not agree with the chosen one, or of two. */
static int report_split(struct it_evidence *evidence, const uint32_t agreeing[IT_GROUPS_MAX],
			uint32_t all, size_t chosen, struct intoto_error **err)
{
	size_t group = evidence->valid[chosen].group;
	uint32_t set = agreeing[group];

	if (set != all && (set & bit(group)))
		return report_others(evidence, set, chosen, INTOTO_CHECK_FAILED, err);
	for (size_t i = 0; i < evidence->group_count; i++)
		for (size_t j = i; j < evidence->group_count; j++)
			if (!(agreeing[i] & bit(j)))
				return report_difference(evidence, INTOTO_CHECK_FAILED,
							 evidence->latest[i],
							 other_link(evidence, i, j), err);
	return it_err_set(err, INTOTO_E_INTERNAL, "links neither agree nor differ");
}

static bool are_too_many(const struct it_evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		if (evidence->valid[i].group == IT_GROUPS_MAX)
			return true;
	return false;
}

static void report_agreement(const struct it_evidence *evidence)
{
	bool failed = are_too_many(evidence);
	const char *label = it_chain_label(evidence->chain, evidence->step->item.name);

	if (failed)
		it_report_add(evidence->chain->report, INTOTO_CHECK_FAILED, "step.agreement", label,
			      "", "more than %d links that all say something else", IT_GROUPS_MAX);
	else if (evidence->count > 1)
		it_report_add(evidence->chain->report, INTOTO_CHECK_PASSED, "step.agreement", label,
			      "", "%zu links agree", evidence->count);
}

/* *set is of the links that count, *chosen the one to go on with. */
static int check_agreement(struct it_evidence *evidence, size_t threshold, uint32_t *set,
			   size_t *chosen, struct intoto_error **err)
{
	uint32_t agreeing[IT_GROUPS_MAX] = { 0 };
	uint32_t all = bit(evidence->group_count) - 1;
	uint32_t quorum = 0;
	int rc = compare_groups(evidence, agreeing, err);

	*set = all;
	*chosen = earliest(evidence, all);
	if (rc)
		return rc;
	if (is_unanimous(all, agreeing) || are_too_many(evidence)) {
		report_agreement(evidence);
		return INTOTO_OK;
	}
	if (!it_chain_allows(evidence->chain, INTOTO_ALLOW_DISAGREEMENT))
		return report_split(evidence, agreeing, all, *chosen, err);
	rc = only_quorum(&quorum, evidence, agreeing, threshold, err);
	if (rc)
		return rc;
	if (!quorum) {
		*set = agreeing[evidence->valid[*chosen].group];
		return report_split(evidence, agreeing, all, *chosen, err);
	}
	*set = quorum;
	*chosen = earliest(evidence, quorum);
	return report_others(evidence, quorum, *chosen, INTOTO_CHECK_WARNING, err);
}

/* --- what is told of it --- */

static int report_inputs(const struct it_evidence *evidence, uint32_t set,
			 struct intoto_error **err)
{
	for (size_t i = 0; i < evidence->count; i++) {
		const struct it_slot *slot = &evidence->valid[i].slot;
		const struct it_source *source = slot->below ? slot->below->source : slot->source;
		IT_AUTO(it_freep) char *uri = it_source_uri(source);

		if (!uri)
			return it_err_nomem(err);
		if (is_in(set, &evidence->valid[i]))
			it_report_add_input(evidence->chain->report, uri, it_source_sha256(source));
	}
	return INTOTO_OK;
}

/* The tables are those of the link, or of a sublayout's steps. */
static int trace_choice(const struct it_evidence *evidence, const char *file,
			struct intoto_error **err)
{
	struct it_chain *chain = evidence->chain;
	const struct it_item *item = &evidence->step->item;
	IT_AUTO(it_table_done) struct it_table materials = { 0 };
	IT_AUTO(it_table_done) struct it_table products = { 0 };
	struct intoto_link view = { .name = item->name };
	struct it_shelved *shelved = NULL;
	int rc = it_table_get(&materials, chain, item->index, INTOTO_MATERIALS, err);

	if (!rc)
		rc = it_table_get(&products, chain, item->index, INTOTO_PRODUCTS, err);
	if (!rc)
		rc = it_chain_link(&shelved, chain, item->index, INTOTO_PRODUCTS, err);
	if (rc || !materials.artifacts || !products.artifacts)
		return rc;
	if (shelved)
		view = *shelved->link; /* borrowed, as all of it */
	view.name = item->name;
	view.materials = *materials.artifacts;
	view.products = *products.artifacts;
	it_trace_link(chain->trace, it_chain_label(chain, item->name), file, &view);
	return INTOTO_OK;
}

int it_evidence_choose(struct it_evidence *evidence, struct intoto_error **err)
{
	size_t threshold = evidence->step->threshold > 1 ? (size_t)evidence->step->threshold : 1;
	struct it_slot *slot = &evidence->chain->slots[evidence->step->item.index];
	uint32_t set = 0;
	size_t chosen = 0;
	size_t people = 0;
	int rc;

	if (!evidence->count) {
		report_threshold(evidence, 0, threshold);
		return INTOTO_OK;
	}
	rc = check_agreement(evidence, threshold, &set, &chosen, err);
	if (!rc)
		rc = count_people(&people, evidence, set, err);
	if (!rc)
		rc = report_inputs(evidence, set, err);
	if (rc)
		return rc;
	report_threshold(evidence, people, threshold);
	*slot = evidence->valid[chosen].slot;
	evidence->valid[chosen].slot.source = NULL; /* now the chain's */
	if (!evidence->chain->trace)
		return INTOTO_OK;
	return trace_choice(evidence, slot->below ? "" : slot->source->name, err);
}
