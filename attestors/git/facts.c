/* SPDX-License-Identifier: Apache-2.0 */
/* Finding out about a repository. */
#include "attestors/git/facts.h"

#include <string.h>

void facts_done(struct facts *facts)
{
	for (size_t i = 0; i < facts->ref_count; i++) {
		free(facts->refs[i].name);
		free(facts->refs[i].id);
	}
	for (size_t i = 0; i < facts->change_count; i++)
		free(facts->changes[i].path);
	for (size_t i = 0; i < facts->submodule_count; i++) {
		free(facts->submodules[i].path);
		free(facts->submodules[i].remote);
	}
	if (facts->kind)
		facts->kind->close(facts->reader);
	repo_commit_done(&facts->commit);
	at_buf_done(&facts->commit_bytes);
	repo_place_done(&facts->place);
	free(facts->why_not_compared);
	*facts = (struct facts){ 0 };
}

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

static const struct repo_reader_kind *kind_for(const struct repo_place *place)
{
	return place->id_len == repo_program_reader.id_len ? &repo_program_reader
							   : &repo_library_reader;
}

/* --- references and the commit --- */

static int take_ref(void *arg, const struct repo_ref *ref, struct intoto_error **err)
{
	struct facts *facts = arg;
	struct fact_ref *kept;

	facts->all_refs++;
	if (!*ref->commit || !intoto_text_same(ref->commit, facts->head.id))
		return INTOTO_OK;
	facts->pointing++;
	if (facts->ref_count == FACTS_LISTED_MAX)
		return INTOTO_OK;
	kept = &facts->refs[facts->ref_count++];
	kept->name = strdup(ref->name);
	kept->id = strdup(ref->id);
	return kept->name && kept->id ? INTOTO_OK : no_memory(err);
}

static int find_commit(struct facts *facts, struct intoto_error **err)
{
	struct at_buf *bytes = &facts->commit_bytes;
	int rc;

	bytes->max = REPO_OBJECT_MAX;
	if (!facts->head.id[0])
		return INTOTO_OK;
	rc = facts->kind->object(facts->reader, bytes, facts->head.id, "commit", err);
	if (!rc)
		rc = repo_object_check(facts->head.id, facts->place.id_len, "commit", bytes->data,
				       bytes->len, err);
	return rc ? rc
		  : repo_commit_parse(&facts->commit, bytes->data, bytes->len, facts->place.id_len,
				      err);
}

/* --- the work tree --- */

/* One work tree, of the repository itself or of a submodule. */
struct tree_walk {
	struct facts *facts;
	const struct repo_place *place;
	const char *prefix; /* of paths: "" or "sub/" */
	unsigned deep;
};

static void count(struct facts *facts, unsigned change)
{
	facts->all_changes++;
	facts->staged += (change & REPO_STAGED) != 0;
	facts->modified += (change & REPO_MODIFIED) != 0;
	facts->deleted += (change & REPO_DELETED) != 0;
	facts->untracked += (change & REPO_UNTRACKED) != 0;
	facts->conflicted += (change & REPO_CONFLICTED) != 0;
	facts->renamed += (change & REPO_RENAMED) != 0;
	facts->unreadable += (change & REPO_UNREADABLE) != 0;
}

static char *with_prefix(const char *prefix, const char *path, const char *end)
{
	struct at_buf text = { .max = 4 * REPO_PATH_MAX };

	at_buf_text(&text, prefix);
	at_buf_text(&text, path);
	at_buf_text(&text, end);
	if (!text.failed)
		return text.data;
	at_buf_done(&text);
	return NULL;
}

static int take_change(void *arg, const char *path, unsigned change, struct intoto_error **err)
{
	struct tree_walk *walk = arg;
	struct facts *facts = walk->facts;
	struct fact_change *kept;

	count(facts, change);
	if (facts->change_count == FACTS_LISTED_MAX)
		return INTOTO_OK;
	kept = &facts->changes[facts->change_count++];
	*kept = (struct fact_change){ with_prefix(walk->prefix, path, ""), change };
	return kept->path ? INTOTO_OK : no_memory(err);
}

static int look_at_tree(struct facts *facts, const struct repo_place *place,
			struct repo_reader *reader, const char *prefix, unsigned deep,
			struct intoto_error **err);

/* No part of a path leads upwards or elsewhere. */
static bool path_is_safe(const char *path)
{
	return *path && *path != '/' && !intoto_text_same(path, "..") &&
	       !at_text_begins(path, "../") && !strstr(path, "/../") &&
	       !intoto_text_ends(path, "/..");
}

/* The submodule's own repository: what is checked out, and whether it was changed. */
static int look_into(struct fact_submodule *own, const struct tree_walk *walk,
		     const struct repo_place *place, struct intoto_error **err)
{
	const struct repo_reader_kind *kind = kind_for(place);
	const char *url = repo_config_get(&place->config, "remote", "origin", "url");
	AT_AUTO(at_freep) char *prefix = with_prefix(own->path, "", "/");
	struct repo_reader *reader = NULL;
	struct repo_head head;
	bool cleaned;
	int rc = repo_head_read(&head, place, err);

	if (rc)
		return rc;
	memcpy(own->checked_out, head.id, sizeof head.id);
	own->state = intoto_text_same(head.id, own->commit) ? "same" : "differs";
	own->remote = url ? at_url_clean(url, true, &cleaned) : NULL;
	if (!prefix)
		return no_memory(err);
	rc = kind->open(&reader, place, err);
	if (!rc)
		rc = look_at_tree(walk->facts, place, reader, prefix, walk->deep + 1, err);
	kind->close(reader);
	return rc;
}

static int take_submodule(void *arg, const char *path, const char *commit,
			  struct intoto_error **err)
{
	struct tree_walk *walk = arg;
	struct facts *facts = walk->facts;
	AT_AUTO(repo_place_done) struct repo_place place = { 0 };
	AT_AUTO(at_freep) char *folder = NULL;
	struct fact_submodule *own;
	int rc;

	if (++facts->all_submodules > FACTS_LISTED_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "more than %d submodules",
					    FACTS_LISTED_MAX);
	own = &facts->submodules[facts->submodule_count++];
	*own = (struct fact_submodule){ .path = with_prefix(walk->prefix, path, ""),
					.state = "absent" };
	folder = with_prefix(walk->place->folder, "/", path);
	if (!own->path || !folder)
		return no_memory(err);
	if (!repo_id_is(commit, strlen(commit), walk->place->id_len) || !path_is_safe(path))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT,
					    "the index has a submodule that leads elsewhere");
	memcpy(own->commit, commit, walk->place->id_len + 1);
	rc = repo_place_at(&place, folder, NULL);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	own->state = "unreadable";
	/* not through a symbolic link */
	if (rc || !intoto_text_same(place.folder, folder))
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "the submodule %s leads elsewhere, or cannot be read",
					    own->path);
	return look_into(own, walk, &place, err);
}

static int look_at_tree(struct facts *facts, const struct repo_place *place,
			struct repo_reader *reader, const char *prefix, unsigned deep,
			struct intoto_error **err)
{
	struct tree_walk walk = { facts, place, prefix, deep };
	struct repo_listener listener = { &walk, NULL, take_change, take_submodule };
	const struct repo_reader_kind *kind = kind_for(place);
	int rc;

	if (deep > FACTS_DEEP_MAX)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "submodules more than %d deep",
					    FACTS_DEEP_MAX);
	rc = kind->changes(reader, &listener, err);
	return rc ? rc : kind->submodules(reader, &listener, err);
}

/* What cannot be compared is not clean, and says why. */
static int find_changes(struct facts *facts, struct intoto_error **err)
{
	struct intoto_error *why = NULL;
	int rc;

	if (!facts->place.folder)
		return INTOTO_OK;
	rc = look_at_tree(facts, &facts->place, facts->reader, "", 0, &why);
	facts->compared = !rc;
	if (rc)
		facts->why_not_compared = strdup(intoto_error_text(why));
	intoto_error_free(why);
	if (rc == INTOTO_E_NOMEM || (rc && !facts->why_not_compared))
		return no_memory(err);
	return INTOTO_OK;
}

int facts_find(struct facts *facts, const char *folder, struct intoto_error **err)
{
	struct repo_listener listener = { facts, take_ref, NULL, NULL };
	int rc = repo_place_find(&facts->place, folder, err);

	if (!rc)
		rc = repo_head_read(&facts->head, &facts->place, err);
	if (rc)
		return rc;
	facts->kind = kind_for(&facts->place);
	rc = facts->kind->open(&facts->reader, &facts->place, err);
	if (!rc)
		rc = find_commit(facts, err);
	if (!rc)
		rc = facts->kind->refs(facts->reader, &listener, err);
	return rc ? rc : find_changes(facts, err);
}

bool facts_are_clean(const struct facts *facts)
{
	bool clean = facts->compared && !facts->all_changes;

	for (size_t i = 0; i < facts->submodule_count; i++)
		clean &= intoto_text_same(facts->submodules[i].state, "same") ||
			 intoto_text_same(facts->submodules[i].state, "absent");
	return clean;
}
