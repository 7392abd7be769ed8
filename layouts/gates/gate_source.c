/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "source": what the step was made from, as the attestor git says.
 *
 *   { "gate": "source", "repositories": [PATTERN…], "branches": [PATTERN…], "refs": [PATTERN…],
 *     "tags": [PATTERN…], "signed": { "by": [KEY…], "what": "commit"|"tag"|"either" },
 *     "cleanTree": true, "fullHistory": true, "agreesWith": ["provenance", "identity"] }
 *
 * "repositories" are URLs of a remote; "by" fingerprints as the attestor writes them (40 hex digits
 * of OpenPGP, SHA256:… of ssh), of which one must have made the signature ("either": of the commit,
 * or of a tag on it).  "agreesWith": the commit is the one that a provenance, or the evidence of
 * the CI system, of the same step names; without such evidence it is not kept.  Every git document
 * must keep all of it.
 */
#include "base/text.h"
#include "json/field.h"
#include "layouts/gates/criterion.h"

enum { SIGNED_COMMIT = 1, SIGNED_TAG = 2 };

struct demand {
	struct it_strings repositories;
	struct it_strings branches;
	struct it_strings refs;
	struct it_strings tags;
	struct it_strings signers;
	unsigned signed_what; /* 0: not demanded */
	bool clean;
	bool full;
	struct it_strings agrees;
};

static void free_demand(void *demand)
{
	struct demand *own = demand;

	it_strings_done(&own->repositories);
	it_strings_done(&own->branches);
	it_strings_done(&own->refs);
	it_strings_done(&own->tags);
	it_strings_done(&own->signers);
	it_strings_done(&own->agrees);
	free(own);
}

static void free_own(struct demand **own)
{
	if (*own)
		free_demand(*own);
}

/* --- reading --- */

static int read_repositories(void *target, const struct it_json *value,
			     const struct it_where *where, struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->repositories, value, where, err);
}

static int read_branches(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->branches, value, where, err);
}

static int read_refs(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->refs, value, where, err);
}

static int read_tags(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return it_patterns_read(&((struct demand *)target)->tags, value, where, err);
}

/* false would look like a demand and be none. */
static int read_true(bool *out, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	int rc = it_gate_read_bool(out, value, where, err);

	if (!rc && !*out)
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "want true, found false; leave it out to demand nothing");
	return rc;
}

static int read_clean(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	return read_true(&((struct demand *)target)->clean, value, where, err);
}

static int read_full(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	return read_true(&((struct demand *)target)->full, value, where, err);
}

static int read_agrees(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct demand *own = target;
	int rc = it_gate_read_words(&own->agrees, value, where, err);

	for (size_t i = 0; !rc && i < own->agrees.count; i++)
		if (!it_streq(own->agrees.items[i], "provenance") &&
		    !it_streq(own->agrees.items[i], "identity"))
			rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
					     "want \"provenance\" and \"identity\" alone");
	return rc;
}

static int read_by(void *target, const struct it_json *value, const struct it_where *where,
		   struct intoto_error **err)
{
	return it_gate_read_words(&((struct demand *)target)->signers, value, where, err);
}

static int read_what(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct demand *own = target;
	struct it_span text = it_json_text(value);

	own->signed_what = it_span_is(text, "commit")	? SIGNED_COMMIT
			   : it_span_is(text, "tag")	? SIGNED_TAG
			   : it_span_is(text, "either") ? SIGNED_COMMIT | SIGNED_TAG
							: 0;
	if (own->signed_what)
		return INTOTO_OK;
	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "want \"commit\", \"tag\" or \"either\"");
}

static const struct it_field signed_fields[] = {
	{ "by", IT_FIELD_CUSTOM, true, 0, read_by },
	{ "what", IT_FIELD_CUSTOM, true, 0, read_what },
};

static int read_signed(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_fields_read(target, value, signed_fields, IT_COUNT_OF(signed_fields),
			      IT_FIELDS_CLOSED, where, err);
}

static const struct it_field fields[] = {
	{ "agreesWith", IT_FIELD_CUSTOM, false, 0, read_agrees },
	{ "branches", IT_FIELD_CUSTOM, false, 0, read_branches },
	{ "cleanTree", IT_FIELD_CUSTOM, false, 0, read_clean },
	{ "fullHistory", IT_FIELD_CUSTOM, false, 0, read_full },
	{ "refs", IT_FIELD_CUSTOM, false, 0, read_refs },
	{ "repositories", IT_FIELD_CUSTOM, false, 0, read_repositories },
	{ "signed", IT_FIELD_CUSTOM, false, 0, read_signed },
	{ "tags", IT_FIELD_CUSTOM, false, 0, read_tags },
};

static int read(void **out, const struct it_json *object, const struct it_where *where,
		struct intoto_error **err)
{
	IT_AUTO(free_own) struct demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (!rc && !it_json_count(object))
		rc = it_where_refuse(where, INTOTO_E_FORMAT, err,
				     "demands nothing; want one of branches, cleanTree, signed …");
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct demand *own = demand;
	const char *what = own->signed_what == SIGNED_COMMIT ? "a commit signed by"
			   : own->signed_what == SIGNED_TAG  ? "a tag signed by"
							     : "a commit or tag signed by";
	int rc = it_patterns_clause(out, "a remote", &own->repositories, err);

	if (!rc)
		rc = it_patterns_clause(out, "the branch", &own->branches, err);
	if (!rc)
		rc = it_patterns_clause(out, "the reference", &own->refs, err);
	if (!rc)
		rc = it_patterns_clause(out, "a tag", &own->tags, err);
	if (!rc && own->signed_what)
		rc = it_patterns_clause(out, what, &own->signers, err);
	if (!rc && own->clean)
		rc = it_strings_add(out, "a clean work tree", err);
	if (!rc && own->full)
		rc = it_strings_add(out, "a history that is not cut off", err);
	return rc ? rc : it_patterns_clause(out, "the commit of", &own->agrees, err);
}

/* --- judging --- */

static bool is_git(const struct it_gate_evidence *evidence)
{
	return it_predicate_is(evidence->attestation->type, "git");
}

static int judge_repository(struct it_criteria *criteria, const struct demand *own,
			    const struct it_json *git, struct intoto_error **err)
{
	const struct it_json *remotes = it_json_get(git, "remotes");
	const char *url = NULL;

	for (size_t i = 0; i < it_json_count(remotes); i++) {
		const char *each = it_member_text(it_json_at(remotes, i), "url");

		if (!url || it_patterns_match(&own->repositories, each))
			url = each;
		if (it_patterns_match(&own->repositories, url))
			break;
	}
	return it_criterion_match(criteria, "repository", "the remote", url, &own->repositories,
				  err);
}

static int judge_tags(struct it_criteria *criteria, const struct demand *own,
		      const struct it_json *git, struct intoto_error **err)
{
	const struct it_json *tags = it_json_get(git, "tags");
	const char *name = NULL;

	for (size_t i = 0; i < it_json_count(tags); i++) {
		const char *each = it_member_text(it_json_at(tags, i), "name");

		if (!name || it_patterns_match(&own->tags, each))
			name = each;
	}
	return it_criterion_match(criteria, "tag", "the tag", name, &own->tags, err);
}

/* The key of a good signature by one of the wanted keys; NULL, and in *why what there is. */
static const char *good_key(const struct it_json *object, const struct demand *own,
			    const char **why)
{
	const struct it_json *signature = it_json_get(object, "signature");
	const char *status = it_member_text(signature, "status");
	const char *key = it_member_text(signature, "key");

	if (!it_streq(status, "good") || !key) {
		if (status)
			*why = it_streq(status, "unchecked") ? "was not checked (no key was given)"
							     : "is not good";
		return NULL;
	}
	for (size_t i = 0; i < own->signers.count; i++)
		if (it_streq_nocase(own->signers.items[i], key))
			return key;
	*why = "is by another key";
	return NULL;
}

/* A tag counts when it says itself that it is that tag, of that commit, and has a wanted name. */
static const char *good_tag_key(const struct it_json *git, const struct demand *own,
				const char **why)
{
	const struct it_json *tags = it_json_get(git, "tags");
	const char *key = NULL;

	for (size_t i = 0; !key && i < it_json_count(tags); i++) {
		const struct it_json *tag = it_json_at(tags, i);

		if (own->tags.count && !it_patterns_match(&own->tags, it_member_text(tag, "name")))
			continue;
		if (it_member_is_true(tag, "namesItself"))
			key = good_key(tag, own, why);
	}
	return key;
}

static int judge_signature(struct it_criteria *criteria, const struct demand *own,
			   const struct it_json *git, struct intoto_error **err)
{
	const char *why = "is not there";
	const char *key = NULL;

	if (!own->signed_what)
		return INTOTO_OK;
	if (own->signed_what & SIGNED_COMMIT)
		key = good_key(it_json_get(git, "commit"), own, &why);
	if (!key && (own->signed_what & SIGNED_TAG))
		key = good_tag_key(git, own, &why);
	if (key)
		return it_criterion_keep(criteria, err, "the signature is good, by %s", key);
	return it_criterion_fail(criteria, "signature", err, "the signature of the %s %s",
				 own->signed_what == SIGNED_COMMIT ? "commit"
				 : own->signed_what == SIGNED_TAG  ? "tag"
								   : "commit or tag",
				 why);
}

static int judge_tree(struct it_criteria *criteria, const struct demand *own,
		      const struct it_json *git, struct intoto_error **err)
{
	const struct it_json *tree = it_json_get(git, "workTree");
	const struct it_json *changes = it_json_get(tree, "changes");
	const char *path = it_member_text(it_json_at(changes, 0), "path");
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path ? path : ""));

	if (!own->clean)
		return INTOTO_OK;
	if (it_member_is_true(tree, "clean") && it_member_is_true(tree, "compared") &&
	    !it_json_count(changes))
		return it_criterion_keep(criteria, err, "the work tree is clean");
	if (!it_member_is_true(tree, "compared"))
		return it_criterion_fail(criteria, "work-tree", err,
					 "the work tree was not compared with the commit");
	return it_criterion_fail(criteria, "work-tree", err, "the work tree was changed%s%s",
				 path ? ", first of all " : "", quoted ? quoted : "");
}

static int judge_history(struct it_criteria *criteria, const struct demand *own,
			 const struct it_json *git, struct intoto_error **err)
{
	bool shallow = true;

	if (!own->full)
		return INTOTO_OK;
	if (it_json_bool(it_json_get(git, "shallow"), &shallow) && !shallow)
		return it_criterion_keep(criteria, err, "the history is not cut off");
	return it_criterion_fail(criteria, "history", err, "the clone is shallow");
}

/* --- agreeing with other evidence --- */

/* Whether a provenance names the commit among its sources: v1, or the materials of v0.2. */
static bool provenance_names(const struct it_json *predicate, const char *commit)
{
	const struct it_json *definition = it_json_get(predicate, "buildDefinition");
	const struct it_json *list = definition ? it_json_get(definition, "resolvedDependencies")
						: it_json_get(predicate, "materials");

	for (size_t i = 0; i < it_json_count(list); i++) {
		const struct it_json *digest = it_json_get(it_json_at(list, i), "digest");

		if (it_streq(it_member_text(digest, "gitCommit"), commit) ||
		    it_streq(it_member_text(digest, "sha1"), commit))
			return true;
	}
	return false;
}

/* A claim that is proven goes before a variable that is not; names differ by provider. */
static bool identity_names(const struct it_json *predicate, const char *commit)
{
	static const char *const claims[] = { "sha", "build_commit", "commit_sha", NULL };
	const struct it_json *said = it_json_get(it_json_get(predicate, "oidc"), "claims");

	for (size_t i = 0; claims[i]; i++)
		if (it_json_get(said, claims[i]))
			return it_streq(it_member_text(said, claims[i]), commit);
	return it_streq(it_member_text(it_json_get(predicate, "build"), "commit"), commit);
}

static int judge_agreement(struct it_criteria *criteria, const char *with, const char *commit,
			   struct intoto_error **err)
{
	bool provenance = it_streq(with, "provenance");
	const struct it_gate_input *input = criteria->input;
	size_t found = 0, agree = 0;

	for (size_t i = 0; i < input->count; i++) {
		const struct it_attestation *other = input->evidence[i].attestation;

		if (!it_predicate_is(other->type, provenance ? "provenance" : "ci"))
			continue;
		found++;
		agree += provenance ? provenance_names(other->predicate, commit)
				    : identity_names(other->predicate, commit);
	}
	if (found && agree == found)
		return it_criterion_keep(criteria, err, "the commit is that of the %s", with);
	return it_criterion_fail(criteria, with, err,
				 found ? "the commit is not that of the %s"
				       : "there is no evidence of the %s to agree with",
				 with);
}

static int judge_agreements(struct it_criteria *criteria, const struct demand *own,
			    const char *commit, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < own->agrees.count; i++)
		rc = judge_agreement(criteria, own->agrees.items[i], commit, err);
	return rc;
}

static int judge_one(struct it_criteria *criteria, const struct demand *own,
		     struct intoto_error **err)
{
	const struct it_json *git = criteria->evidence->attestation->predicate;
	const struct it_json *head = it_json_get(git, "head");
	const char *commit = it_member_text(it_json_get(git, "commit"), "id");
	int rc;

	if (!commit)
		return it_criterion_fail(criteria, "commit", err, "there is no commit");
	rc = judge_repository(criteria, own, git, err);
	if (!rc)
		rc = it_criterion_match(criteria, "branch", "the branch",
					it_member_text(head, "branch"), &own->branches, err);
	if (!rc)
		rc = it_criterion_match(criteria, "ref", "the reference",
					it_member_text(head, "ref"), &own->refs, err);
	if (!rc && own->tags.count)
		rc = judge_tags(criteria, own, git, err);
	if (!rc)
		rc = judge_signature(criteria, own, git, err);
	if (!rc)
		rc = judge_tree(criteria, own, git, err);
	if (!rc)
		rc = judge_history(criteria, own, git, err);
	return rc ? rc : judge_agreements(criteria, own, commit, err);
}

static int judge(struct it_gate_verdict *out, const void *demand, const struct it_gate_input *input,
		 struct intoto_error **err)
{
	struct it_criteria criteria = { "source", out, input, NULL, 0 };
	size_t found = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < input->count; i++) {
		if (!is_git(&input->evidence[i]))
			continue;
		found++;
		criteria.evidence = &input->evidence[i];
		rc = judge_one(&criteria, demand, err);
	}
	if (!rc && !found)
		rc = it_gate_block_for_nothing(out, &it_gate_source, input,
					       "what the attestor git says", err);
	return rc ? rc
		  : it_gate_conclude(out, err,
				     "%zu documents about the source, %llu criteria not met", found,
				     (unsigned long long)criteria.failed);
}

static const char *const predicates[] = { "git", "provenance", "ci", NULL };

const struct it_gate_kind it_gate_source = {
	.name = "source",
	.summary = "the step was made from a commit that may be built",
	.read = read,
	.free = free_demand,
	.clauses = clauses,
	.predicates = predicates,
	.judge = judge,
};
