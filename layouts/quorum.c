/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thresholds and agreement (specification 5.2, steps 5 and 8): how many distinct keys signed, and
 * whether all links of the step say the same about materials and products.
 */
#include "base/text.h"
#include "layouts/evidence.h"

enum { SENTENCE_MAX = 64 * 1024 };

/* A link's first signer by the step's order of keys. */
static size_t first_signer(const struct it_evidence *evidence, const struct it_valid_link *valid)
{
	size_t i = 0;

	while (i < evidence->authority.count && !valid->signers[i])
		i++;
	return i;
}

static bool agree(const struct intoto_link *a, const struct intoto_link *b)
{
	return it_artifacts_equal(&a->materials, &b->materials) &&
	       it_artifacts_equal(&a->products, &b->products);
}

/* --- which links stand together --- */

/* The distinct keys behind the links that agree with one of them. */
static size_t count_signers(const struct it_evidence *evidence, const struct intoto_link *with)
{
	size_t signers = 0;

	for (size_t key = 0; key < evidence->authority.count; key++) {
		bool signed_one = false;

		for (size_t i = 0; i < evidence->count && !signed_one; i++)
			signed_one = evidence->valid[i].signers[key] &&
				     (!with || agree(evidence->valid[i].link, with));
		signers += signed_one;
	}
	return signers;
}

/* The earliest link that agrees with this one: it names the group. */
static size_t group_of(const struct it_evidence *evidence, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (agree(evidence->valid[i].link, evidence->valid[index].link))
			return i;
	return index;
}

/*
 * The only group with enough signers, by its earliest link; count when there is none, or more than
 * one.
 */
static size_t only_quorum(const struct it_evidence *evidence, size_t threshold)
{
	size_t found = evidence->count;

	for (size_t i = 0; i < evidence->count; i++) {
		if (group_of(evidence, i) != i ||
		    count_signers(evidence, evidence->valid[i].link) < threshold)
			continue;
		if (found != evidence->count)
			return evidence->count;
		found = i;
	}
	return found;
}

/* --- sentences --- */

/* The first artifact in which two tables differ; false when they are equal. */
static bool describe_difference(struct it_buf *out, const char *side, const struct it_artifacts *a,
				const struct it_artifacts *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && it_streq(a->items[i].name, b->items[i].name) &&
	       it_streq(a->items[i].digests, b->items[i].digests))
		i++;
	if (i == a->count && i == b->count)
		return false;
	(void)it_buf_printf(out, " (%s: ", side); /* sticks in out */
	if (i < a->count && i < b->count && it_streq(a->items[i].name, b->items[i].name)) {
		it_where_quote(out, it_span_text(a->items[i].name));
		(void)it_buf_add_text(out, " has other digests)");
		return true;
	}
	/* The smaller name is the one that the other table lacks. */
	if (i == a->count || (i < b->count && it_span_cmp(it_span_text(b->items[i].name),
							  it_span_text(a->items[i].name)) < 0))
		a = b;
	it_where_quote(out, it_span_text(a->items[i].name));
	(void)it_buf_add_text(out, " is only in one)");
	return true;
}

static void report_difference(struct it_chain *chain, const struct it_evidence *evidence,
			      enum intoto_outcome outcome, size_t one, size_t other)
{
	const struct it_valid_link *a = &evidence->valid[one];
	const struct it_valid_link *b = &evidence->valid[other];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(SENTENCE_MAX);

	(void)it_buf_printf(&text, "does not agree with %s", a->file); /* sticks; still a text */
	if (!describe_difference(&text, "materials", &a->link->materials, &b->link->materials))
		(void)describe_difference(&text, "products", &a->link->products,
					  &b->link->products); /* one of them differs */
	it_report_add(chain->report, outcome, "step.agreement",
		      it_chain_label(chain, evidence->step->item.name), b->file, "%s",
		      it_buf_text(&text));
}

/* The files that were looked for, each once. */
static void list_files(struct it_buf *out, const struct it_candidates *candidates)
{
	size_t listed = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		if (i && it_streq(candidates->items[i - 1].file, candidates->items[i].file))
			continue;
		it_list_name(out, listed++, candidates->items[i].file);
	}
	it_list_end(out, listed);
}

static void report_threshold(struct it_chain *chain, struct it_evidence *evidence, size_t signers,
			     size_t threshold)
{
	const char *label = it_chain_label(chain, evidence->step->item.name);
	IT_AUTO(it_buf_done) struct it_buf files = IT_BUF(SENTENCE_MAX);

	evidence->enough = signers >= threshold;
	evidence->open = !evidence->enough && signers + evidence->unreadable >= threshold;
	if (evidence->enough) {
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "step.threshold", label, "",
			      "%zu of %zu links by distinct keys", signers, threshold);
		return;
	}
	list_files(&files, &evidence->candidates);
	it_report_add(chain->report, evidence->open ? INTOTO_CHECK_UNDECIDED : INTOTO_CHECK_FAILED,
		      "step.threshold", label, "",
		      "found %zu of %zu valid links by distinct keys; looked for %s in %s", signers,
		      threshold, files.len ? it_buf_text(&files) : "nothing",
		      chain->link_dir && *chain->link_dir ? chain->link_dir : ".");
}

/* --- the choice --- */

static size_t earliest(const struct it_evidence *evidence)
{
	size_t best = 0;

	for (size_t i = 1; i < evidence->count; i++)
		if (first_signer(evidence, &evidence->valid[i]) <
		    first_signer(evidence, &evidence->valid[best]))
			best = i;
	return best;
}

/* Returns the link to go on with. */
static size_t check_agreement(struct it_chain *chain, const struct it_evidence *evidence,
			      size_t threshold)
{
	size_t chosen = earliest(evidence);
	size_t quorum = evidence->count;
	enum intoto_outcome outcome = INTOTO_CHECK_FAILED;
	bool differ = false;

	if (it_chain_allows(chain, INTOTO_ALLOW_DISAGREEMENT))
		quorum = only_quorum(evidence, threshold);
	if (quorum < evidence->count) {
		chosen = quorum;
		outcome = INTOTO_CHECK_WARNING;
	}
	for (size_t i = 0; i < evidence->count; i++) {
		if (agree(evidence->valid[i].link, evidence->valid[chosen].link))
			continue;
		differ = true;
		report_difference(chain, evidence, outcome, chosen, i);
	}
	if (!differ && evidence->count > 1)
		it_report_add(chain->report, INTOTO_CHECK_PASSED, "step.agreement",
			      it_chain_label(chain, evidence->step->item.name), "",
			      "%zu links agree", evidence->count);
	return chosen;
}

struct intoto_link *it_evidence_choose(struct it_chain *chain, struct it_evidence *evidence)
{
	size_t threshold = evidence->step->threshold > 1 ? (size_t)evidence->step->threshold : 1;
	bool grouped = it_chain_allows(chain, INTOTO_ALLOW_DISAGREEMENT);
	struct intoto_link *chosen;
	size_t best;

	if (!evidence->count) {
		report_threshold(chain, evidence, 0, threshold);
		return NULL;
	}
	best = check_agreement(chain, evidence, threshold);
	chosen = evidence->valid[best].link;
	report_threshold(chain, evidence, count_signers(evidence, grouped ? chosen : NULL),
			 threshold);
	evidence->valid[best].link = NULL; /* now the caller's */
	return chosen;
}
