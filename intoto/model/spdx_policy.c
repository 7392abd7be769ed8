/* SPDX-License-Identifier: Apache-2.0 */
/* Licence expressions under a list of what is allowed and denied. */
#include "model/spdx_policy.h"

#include "base/text.h"
#include "model/spdx_list.h"

enum { NAME_MAX_BYTES = IT_SPDX_BYTES_MAX + 128, LATER_MAX = 32 };

/* --- the lists --- */

static bool is_pattern(const char *entry)
{
	return it_ends_with(entry, "*");
}

/* A pattern that is about what documents define themselves. */
static bool is_about_references(const char *entry)
{
	return it_starts_with(entry, "LicenseRef-") || it_starts_with(entry, "DocumentRef-");
}

static bool pattern_has_match(const char *pattern)
{
	for (size_t i = 0; i < it_spdx_license_count; i++)
		if (it_spdx_pattern_matches(pattern, it_spdx_licenses[i]))
			return true;
	return is_about_references(pattern);
}

static int refuse_entry(struct it_span entry, const char *why, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(entry);

	return it_err_set(
		err, INTOTO_E_FORMAT,
		"'%s' %s; want an SPDX licence (MIT), one with an exception (GPL-2.0-only "
		"WITH Classpath-exception-2.0), the beginning of some (GPL-*), or a LicenseRef",
		quoted ? quoted : "", why);
}

static int add_single(struct it_strings *list, struct it_span entry, struct intoto_error **err)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);
	int rc = it_spdx_expression_parse(&parsed, entry, NULL);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc || parsed.count != 1 || parsed.nodes[0].op != IT_SPDX_LICENSE)
		return refuse_entry(entry, "is not one licence", err);
	if (!parsed.nodes[0].listed && !is_about_references(parsed.nodes[0].license) &&
	    !(parsed.nodes[0].exception && strstr(parsed.nodes[0].exception, "AdditionRef-") &&
	      it_spdx_license(it_span_text(parsed.nodes[0].license))))
		return refuse_entry(entry, "is not on the SPDX License List", err);
	it_spdx_node_print(&name, &parsed.nodes[0]);
	rc = it_buf_check(&name, "licence", err);
	return rc ? rc : it_strings_add_span(list, it_buf_span(&name), err);
}

int it_spdx_policy_add(struct it_strings *list, struct it_span entry, struct intoto_error **err)
{
	const char *star = entry.len ? memchr(entry.data, '*', entry.len) : NULL;
	int rc;

	if (!entry.len || entry.len > IT_SPDX_BYTES_MAX)
		return refuse_entry(it_span(entry.data, 0), "is no name", err);
	if (!star)
		return add_single(list, entry, err);
	if (star != entry.data + entry.len - 1)
		return refuse_entry(entry, "has '*' elsewhere than at its end", err);
	rc = it_strings_add_span(list, entry, err);
	if (!rc && !pattern_has_match(list->items[list->count - 1]))
		rc = refuse_entry(entry, "is the beginning of no licence on the SPDX License List",
				  err);
	return rc;
}

/* --- one licence --- */

struct leaf {
	enum it_spdx_verdict verdict;
	const char *by;	    /* entry of a list; NULL: the rule in words */
	const char *words;  /* what was decided, said behind the licence */
	const char *choice; /* version that "or later" was met by; NULL: none was needed */
};

/* The entry that means name or plain (the licence without its exception). */
static const char *match(const struct it_strings *list, const char *name, const char *plain,
			 bool patterns)
{
	for (size_t i = 0; list && i < list->count; i++) {
		const char *entry = list->items[i];

		if (is_pattern(entry) == patterns &&
		    (it_spdx_pattern_matches(entry, name) ||
		     (plain && it_spdx_pattern_matches(entry, plain))))
			return entry;
	}
	return NULL;
}

/* A pattern says nothing of a name that nobody knows, unless it is about such names. */
static const char *match_allowed(const struct it_strings *list, const char *name, const char *plain,
				 bool listed)
{
	const char *entry = match(list, name, plain, true);

	return entry && (listed || is_about_references(entry)) ? entry : NULL;
}

static bool decide(struct leaf *out, enum it_spdx_verdict verdict, const char *by)
{
	if (!by)
		return false;
	out->verdict = verdict;
	out->by = by;
	out->words = verdict == IT_SPDX_ALLOWED ? "is allowed by" : "is denied by";
	return true;
}

/* Whether a list says something; name is with the exception, plain without it or NULL. */
static bool by_lists(struct leaf *out, const struct it_spdx_policy *policy, const char *name,
		     const char *plain, bool listed)
{
	const char *permitted = listed ? plain : NULL; /* an exception that nobody knows is not */

	return decide(out, IT_SPDX_ALLOWED, match(policy->grant, name, permitted, false)) ||
	       decide(out, IT_SPDX_ALLOWED,
		      match_allowed(policy->grant, name, permitted, listed)) ||
	       decide(out, IT_SPDX_DENIED, match(policy->deny, name, NULL, false)) ||
	       decide(out, IT_SPDX_ALLOWED, match(policy->allow, name, NULL, false)) ||
	       decide(out, IT_SPDX_DENIED, match(policy->deny, name, plain, false)) ||
	       decide(out, IT_SPDX_ALLOWED, match(policy->allow, name, permitted, false)) ||
	       decide(out, IT_SPDX_DENIED, match(policy->deny, name, plain, true)) ||
	       decide(out, IT_SPDX_ALLOWED, match_allowed(policy->allow, name, permitted, listed));
}

static void by_default(struct leaf *out, const struct it_spdx_policy *policy, bool listed)
{
	if (!listed) {
		out->verdict = policy->unlisted ? IT_SPDX_ALLOWED : IT_SPDX_UNKNOWN;
		out->words = "is not on the SPDX License List";
	} else if (policy->allow && policy->allow->count) {
		out->verdict = IT_SPDX_DENIED;
		out->words = "is not among what is allowed";
	} else {
		out->verdict = IT_SPDX_ALLOWED;
		out->words = "is not denied";
	}
}

/* A choice among versions, each as if it stood alone. */
static void judge_later(struct leaf *out, const struct it_spdx_policy *policy,
			const struct it_spdx_node *node)
{
	const char *versions[LATER_MAX];
	size_t count = it_spdx_later(node->license, versions, LATER_MAX);

	for (size_t i = 0; i < count; i++) {
		struct leaf one = { .verdict = IT_SPDX_DENIED };

		if (!by_lists(&one, policy, versions[i], NULL, true))
			by_default(&one, policy, true);
		if (one.verdict == IT_SPDX_ALLOWED || !out->words)
			*out = one;
		if (one.verdict == IT_SPDX_ALLOWED) {
			out->choice = versions[i];
			return;
		}
	}
}

static void judge_license(struct leaf *out, const struct it_spdx_policy *policy,
			  const struct it_spdx_node *node, const char *name, const char *plain)
{
	if (by_lists(out, policy, name, plain, node->listed))
		return;
	if (node->later && node->listed)
		judge_later(out, policy, node);
	if (!out->words)
		by_default(out, policy, node->listed);
}

static int judge_leaf(struct leaf *out, const struct it_spdx_policy *policy,
		      const struct it_spdx_node *node, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);
	IT_AUTO(it_buf_done) struct it_buf plain = IT_BUF(NAME_MAX_BYTES);
	struct it_spdx_node bare = *node;
	int rc;

	*out = (struct leaf){ .verdict = IT_SPDX_DENIED };
	if (node->op != IT_SPDX_LICENSE) {
		bool allowed = node->op == IT_SPDX_NONE ? policy->none : policy->noassertion;

		allowed |= policy->grant &&
			   it_strings_has(policy->grant,
					  node->op == IT_SPDX_NONE ? "NONE" : "NOASSERTION");

		out->verdict = allowed			  ? IT_SPDX_ALLOWED
			       : node->op == IT_SPDX_NONE ? IT_SPDX_DENIED
							  : IT_SPDX_UNKNOWN;
		out->words = node->op == IT_SPDX_NONE ? "says that there is no licence"
						      : "says nothing about the licence";
		return INTOTO_OK;
	}
	bare.exception = NULL;
	it_spdx_node_print(&name, node);
	it_spdx_node_print(&plain, &bare);
	rc = it_buf_check(&name, "licence", err);
	if (!rc)
		rc = it_buf_check(&plain, "licence", err);
	if (!rc)
		judge_license(out, policy, node, it_buf_text(&name),
			      node->exception ? it_buf_text(&plain) : NULL);
	return rc;
}

/* --- the whole --- */

static enum it_spdx_verdict combine(enum it_spdx_op op, enum it_spdx_verdict a,
				    enum it_spdx_verdict b)
{
	if (op == IT_SPDX_OR)
		return a > b ? a : b;
	return a < b ? a : b;
}

/* Marks the leaves that the verdict of the root hangs on: parents stand behind their children. */
static void mark(bool *marked, const struct it_spdx_expression *expression,
		 const struct leaf *leaves)
{
	marked[expression->count - 1] = true;
	for (size_t i = expression->count; i-- > 0;) {
		const struct it_spdx_node *node = &expression->nodes[i];
		bool allowed = leaves[i].verdict == IT_SPDX_ALLOWED;
		bool left, right;

		if (!marked[i] || node->op < IT_SPDX_AND)
			continue;
		left = leaves[node->left].verdict == leaves[i].verdict;
		right = leaves[node->right].verdict == leaves[i].verdict;
		if (node->op == IT_SPDX_OR && allowed)
			right = right && !left;
		if (node->op == IT_SPDX_OR && !allowed)
			left = right = true;
		marked[node->left] = left;
		marked[node->right] = right;
	}
}

static void explain_leaf(struct it_buf *why, const char *name, const struct leaf *leaf)
{
	(void)it_buf_printf(why, "%s%s %s", why->len ? ", " : "", name, leaf->words);
	if (leaf->by && !it_streq(leaf->by, name))
		(void)it_buf_printf(why, " %s", leaf->by);
	else if (leaf->by)
		(void)it_buf_add_text(why, " name");
	if (leaf->choice)
		(void)it_buf_printf(why, " (taken as %s)", leaf->choice);
}

static int explain(const struct it_spdx_expression *expression, const struct leaf *leaves,
		   const bool *marked, struct it_buf *why, struct it_strings *culprits,
		   struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < expression->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);

		if (!marked[i] || expression->nodes[i].op >= IT_SPDX_AND)
			continue;
		it_spdx_node_print(&name, &expression->nodes[i]);
		rc = it_buf_check(&name, "licence", err);
		if (rc)
			return rc;
		explain_leaf(why, it_buf_text(&name), &leaves[i]);
		if (culprits && leaves[i].verdict != IT_SPDX_ALLOWED &&
		    !it_strings_has(culprits, it_buf_text(&name)))
			rc = it_strings_add_span(culprits, it_buf_span(&name), err);
	}
	return rc;
}

int it_spdx_judge(enum it_spdx_verdict *out, const struct it_spdx_expression *expression,
		  const struct it_spdx_policy *policy, struct it_buf *why,
		  struct it_strings *culprits, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct leaf *leaves = calloc(expression->count + 1, sizeof *leaves);
	IT_AUTO(it_freep) bool *marked = calloc(expression->count + 1, sizeof *marked);
	int rc = INTOTO_OK;

	*out = IT_SPDX_DENIED;
	if (!leaves || !marked)
		return it_err_nomem(err);
	if (!expression->count)
		return it_err_set(err, INTOTO_E_INTERNAL, "an expression without a licence");
	for (size_t i = 0; !rc && i < expression->count; i++) {
		const struct it_spdx_node *node = &expression->nodes[i];

		if (node->op >= IT_SPDX_AND)
			leaves[i].verdict = combine(node->op, leaves[node->left].verdict,
						    leaves[node->right].verdict);
		else
			rc = judge_leaf(&leaves[i], policy, node, err);
	}
	if (rc)
		return rc;
	mark(marked, expression, leaves);
	rc = explain(expression, leaves, marked, why, culprits, err);
	if (!rc)
		*out = leaves[expression->count - 1].verdict;
	return rc;
}
