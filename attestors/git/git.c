/* SPDX-License-Identifier: Apache-2.0 */
/* git: which commit is checked out, who signed it, which tags name it, and what was changed since.
 */
#include <string.h>

#include "attestors/git/facts.h"

#define PREDICATE "https://in-toto.io/intoto/git/v1"

enum { MESSAGE_MAX = 16 * 1024, TAG_PREFIX = sizeof "refs/tags/" - 1 };

/* What everything is written with. */
struct writing {
	const struct facts *facts;
	const struct repo_keys *keys;
	struct intoto_json_out *out;
	struct intoto_answer *answer;
};

static void out_slice(struct intoto_json_out *out, const char *name, struct repo_slice slice)
{
	if (!slice.data)
		return;
	intoto_out_name(out, name);
	intoto_out_bytes(out, slice.data, slice.len);
}

static void out_count(struct intoto_json_out *out, const char *name, uint64_t count)
{
	intoto_out_name(out, name);
	intoto_out_int(out, (int64_t)count);
}

static void out_bool(struct intoto_json_out *out, const char *name, bool value)
{
	intoto_out_name(out, name);
	intoto_out_bool(out, value);
}

/* --- objects --- */

static void write_person(struct intoto_json_out *out, const char *name,
			 const struct repo_person *person)
{
	char when[AT_TIME_SIZE];

	if (!person->name.data)
		return;
	intoto_out_name(out, name);
	intoto_out_object(out);
	out_slice(out, "email", person->email);
	out_slice(out, "name", person->name);
	at_time(when, person->time);
	if (person->has_time)
		intoto_out_member(out, "time", when);
	out_slice(out, "zone", person->zone);
	intoto_out_object_end(out);
}

static void write_message(struct intoto_json_out *out, struct repo_slice message)
{
	bool cut = message.len > MESSAGE_MAX;

	if (cut)
		message.len = MESSAGE_MAX;
	out_slice(out, "message", message);
	if (cut)
		out_bool(out, "messageIsCut", true);
}

static int write_signature(const struct writing *writing, struct repo_slice signature,
			   struct repo_slice covered, struct intoto_error **err)
{
	AT_AUTO(repo_verdict_done) struct repo_verdict verdict = { 0 };
	struct intoto_json_out *out = writing->out;
	int rc;

	if (!signature.len)
		return INTOTO_OK;
	rc = repo_signature_judge(&verdict, writing->keys, signature, covered, err);
	if (rc)
		return rc;
	intoto_out_name(out, "signature");
	intoto_out_object(out);
	intoto_out_member(out, "format", verdict.format);
	if (verdict.key[0])
		intoto_out_member(out, "key", verdict.key);
	intoto_out_member(out, "reason", verdict.reason);
	intoto_out_member(out, "signer", verdict.signer);
	intoto_out_member(out, "status", verdict.status);
	intoto_out_object_end(out);
	return INTOTO_OK;
}

static int write_commit(const struct writing *writing, struct intoto_error **err)
{
	const struct facts *facts = writing->facts;
	const struct repo_commit *commit = &facts->commit;
	struct intoto_json_out *out = writing->out;
	int rc;

	if (!facts->head.id[0])
		return intoto_answer_note(writing->answer, err, "the branch has no commit yet");
	intoto_out_name(out, "commit");
	intoto_out_object(out);
	write_person(out, "author", &commit->author);
	write_person(out, "committer", &commit->committer);
	intoto_out_member(out, "id", facts->head.id);
	write_message(out, commit->message);
	intoto_out_name(out, "parents");
	intoto_out_list(out);
	for (size_t i = 0; i < commit->parent_count; i++)
		intoto_out_bytes(out, commit->parents[i].data, commit->parents[i].len);
	intoto_out_list_end(out);
	rc = write_signature(writing,
			     (struct repo_slice){ commit->signature.data, commit->signature.len },
			     (struct repo_slice){ commit->covered.data, commit->covered.len }, err);
	out_slice(out, "tree", commit->tree);
	intoto_out_object_end(out);
	return rc;
}

/* --- references --- */

static void write_refs(const struct writing *writing)
{
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;

	out_count(out, "refCount", facts->all_refs);
	intoto_out_name(out, "refs");
	intoto_out_list(out);
	for (size_t i = 0; i < facts->ref_count; i++) {
		intoto_out_object(out);
		intoto_out_member(out, "id", facts->refs[i].id);
		intoto_out_member(out, "name", facts->refs[i].name);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
	if (facts->pointing > facts->ref_count)
		out_bool(out, "refsAreCut", true);
}

/* A tag that says it is another one, or of another object, is not that tag. */
static bool tag_fits(const struct repo_tag *tag, const struct fact_ref *ref, const char *commit)
{
	const char *name = ref->name + TAG_PREFIX;

	return tag->name.len == strlen(name) && at_text_begins(tag->name.data, name) &&
	       tag->object.len == strlen(commit) && at_text_begins(tag->object.data, commit);
}

static int write_tag_object(const struct writing *writing, const struct fact_ref *ref,
			    struct intoto_error **err)
{
	const struct facts *facts = writing->facts;
	struct at_buf buffer = { .max = REPO_OBJECT_MAX };
	AT_AUTO(at_buf_done) struct at_buf bytes = buffer;
	struct intoto_error *why = NULL;
	struct repo_tag tag;
	int rc = facts->kind->object(facts->reader, &bytes, ref->id, "tag", &why);

	if (!rc)
		rc = repo_object_check(ref->id, facts->place.id_len, "tag", bytes.data, bytes.len,
				       &why);
	if (!rc)
		rc = repo_tag_parse(&tag, bytes.data, bytes.len, facts->place.id_len, &why);
	if (rc) {
		rc = intoto_answer_note(writing->answer, err, "%s cannot be read: %s", ref->name,
					intoto_error_text(why));
		intoto_error_free(why);
		return rc;
	}
	out_bool(writing->out, "namesItself", tag_fits(&tag, ref, facts->head.id));
	write_message(writing->out, tag.message);
	write_person(writing->out, "tagger", &tag.tagger);
	return write_signature(writing, tag.signature, tag.covered, err);
}

static int write_tags(const struct writing *writing, struct intoto_error **err)
{
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;
	int rc = INTOTO_OK;

	intoto_out_name(out, "tags");
	intoto_out_list(out);
	for (size_t i = 0; !rc && i < facts->ref_count; i++) {
		const struct fact_ref *ref = &facts->refs[i];
		bool annotated = !intoto_text_same(ref->id, facts->head.id);

		if (!at_text_begins(ref->name, "refs/tags/"))
			continue;
		intoto_out_object(out);
		out_bool(out, "annotated", annotated);
		intoto_out_member(out, "id", ref->id);
		intoto_out_member(out, "name", ref->name + TAG_PREFIX);
		if (annotated)
			rc = write_tag_object(writing, ref, err);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
	return rc;
}

static void write_head(const struct writing *writing)
{
	static const char branches[] = "refs/heads/";
	const struct repo_head *head = &writing->facts->head;
	struct intoto_json_out *out = writing->out;

	intoto_out_name(out, "head");
	intoto_out_object(out);
	if (at_text_begins(head->ref, branches))
		intoto_out_member(out, "branch", head->ref + sizeof branches - 1);
	out_bool(out, "detached", !head->ref[0]);
	if (head->ref[0])
		intoto_out_member(out, "ref", head->ref);
	intoto_out_object_end(out);
}

/* --- remotes --- */

static int write_url(const struct writing *writing, const char *member, const char *url,
		     bool *cleaned, struct intoto_error **err)
{
	bool some = false;
	AT_AUTO(at_freep) char *clean = url ? at_url_clean(url, true, &some) : NULL;

	if (url && !clean)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	*cleaned |= some;
	intoto_out_member(writing->out, member, clean);
	return INTOTO_OK;
}

static int write_remotes(const struct writing *writing, struct intoto_error **err)
{
	const struct repo_config *config = &writing->facts->place.config;
	struct intoto_json_out *out = writing->out;
	int rc = INTOTO_OK;

	intoto_out_name(out, "remotes");
	intoto_out_list(out);
	for (size_t i = 0; !rc && i < config->count; i++) {
		const struct repo_setting *each = &config->items[i];
		bool cleaned = false;

		if (!intoto_text_same(each->section, "remote") || !*each->subsection ||
		    !intoto_text_same(each->name, "url"))
			continue;
		intoto_out_object(out);
		intoto_out_member(out, "name", each->subsection);
		rc = write_url(writing, "pushUrl",
			       repo_config_get(config, "remote", each->subsection, "pushurl"),
			       &cleaned, err);
		if (!rc)
			rc = write_url(writing, "url", each->value, &cleaned, err);
		if (cleaned)
			out_bool(out, "credentialsRemoved", true);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
	return rc;
}

/* --- the work tree --- */

static const struct {
	unsigned change;
	const char *word;
} words[] = {
	{ REPO_CONFLICTED, "conflicted" }, { REPO_DELETED, "deleted" },
	{ REPO_MODIFIED, "modified" },	   { REPO_RENAMED, "renamed" },
	{ REPO_STAGED, "staged" },	   { REPO_UNREADABLE, "unreadable" },
	{ REPO_UNTRACKED, "untracked" },
};

static void write_changes(const struct writing *writing)
{
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;

	intoto_out_name(out, "changes");
	intoto_out_list(out);
	for (size_t i = 0; i < facts->change_count; i++) {
		intoto_out_object(out);
		intoto_out_member(out, "path", facts->changes[i].path);
		intoto_out_name(out, "state");
		intoto_out_list(out);
		for (size_t j = 0; j < sizeof words / sizeof *words; j++)
			if (facts->changes[i].change & words[j].change)
				intoto_out_text(out, words[j].word);
		intoto_out_list_end(out);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
	if (facts->all_changes > facts->change_count)
		out_bool(out, "changesAreCut", true);
}

static void write_tree(const struct writing *writing)
{
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;

	intoto_out_name(out, "workTree");
	intoto_out_object(out);
	write_changes(writing);
	out_bool(out, "clean", facts_are_clean(facts));
	out_bool(out, "compared", facts->compared);
	out_count(out, "conflicted", facts->conflicted);
	out_count(out, "deleted", facts->deleted);
	out_bool(out, "linked", facts->place.linked);
	out_count(out, "modified", facts->modified);
	intoto_out_member(out, "reason", facts->why_not_compared);
	out_count(out, "renamed", facts->renamed);
	out_count(out, "staged", facts->staged);
	out_count(out, "unreadable", facts->unreadable);
	out_count(out, "untracked", facts->untracked);
	intoto_out_object_end(out);
}

static void write_submodules(const struct writing *writing)
{
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;

	intoto_out_name(out, "submodules");
	intoto_out_list(out);
	for (size_t i = 0; i < facts->submodule_count; i++) {
		const struct fact_submodule *each = &facts->submodules[i];

		intoto_out_object(out);
		if (each->checked_out[0])
			intoto_out_member(out, "checkedOut", each->checked_out);
		intoto_out_member(out, "commit", each->commit);
		intoto_out_member(out, "path", each->path);
		intoto_out_member(out, "remote", each->remote);
		intoto_out_member(out, "state", each->state);
		intoto_out_object_end(out);
	}
	intoto_out_list_end(out);
}

/* --- all of it --- */

static int write_all(const struct writing *writing, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf version = { .max = 256 };
	const struct facts *facts = writing->facts;
	struct intoto_json_out *out = writing->out;
	int rc;

	facts->kind->version(&version, facts->reader);
	intoto_out_object(out);
	out_bool(out, "bare", !facts->place.folder);
	rc = write_commit(writing, err);
	write_head(writing);
	intoto_out_member(out, "objectFormat", facts->place.id_len == 64 ? "sha256" : "sha1");
	if (facts->place.partial)
		out_bool(out, "partial", true);
	intoto_out_member(out, "reader", version.data);
	write_refs(writing);
	if (!rc)
		rc = write_remotes(writing, err);
	out_bool(out, "shallow", facts->place.shallow);
	write_submodules(writing);
	if (!rc)
		rc = write_tags(writing, err);
	if (facts->place.folder)
		write_tree(writing);
	intoto_out_object_end(out);
	return rc;
}

static void keys_freep(struct repo_keys **keys)
{
	repo_keys_free(*keys);
}

static void facts_freep(struct facts **facts)
{
	if (*facts)
		facts_done(*facts);
	free(*facts);
}

static int attest(const struct intoto_request *request, struct intoto_answer *answer,
		  struct intoto_error **err)
{
	AT_AUTO(keys_freep) struct repo_keys *keys = NULL;
	AT_AUTO(facts_freep) struct facts *facts = calloc(1, sizeof *facts);
	struct writing writing = { facts, NULL, NULL, answer };
	int rc;

	if (!facts)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	rc = repo_keys_read(&keys, request, err);
	if (!rc)
		rc = facts_find(facts, intoto_request_folder(request), err);
	if (!rc)
		rc = intoto_answer_begin(answer, PREDICATE, &writing.out, err);
	writing.keys = keys;
	if (!rc)
		rc = write_all(&writing, err);
	if (!rc && facts->place.shallow)
		rc = intoto_answer_note(answer, err,
					"the clone is shallow: its history is cut off");
	if (!rc && facts->why_not_compared)
		rc = intoto_answer_note(answer, err, "the work tree was not compared: %s",
					facts->why_not_compared);
	return rc ? rc : intoto_answer_end(answer, err);
}

static const char *const predicates[] = { PREDICATE, NULL };
static const struct intoto_attestor_option options[] = { { NULL, NULL, NULL, false } };
static const char *const paths[] = { "/usr/bin/git", "/usr/local/bin/git", "/usr/lib/git-core",
				     "/usr/libexec/git-core", NULL };

static const struct intoto_attestor git = {
	.name = "git",
	.summary = "the commit that is checked out, its signatures and tags, and local changes",
	.predicates = predicates,
	.options = options,
	.inputs_least = 0,
	.inputs_most = 16,
	.needs = INTOTO_NEEDS_FOLDER | INTOTO_NEEDS_PROGRAMS,
	.paths = paths,
	.attest = attest,
};

int main(int argc, char **argv)
{
	return intoto_attestor_main(argc, argv, &git);
}
