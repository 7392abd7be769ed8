/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading with libgit2.  The repository is opened without its settings (in their place stands an
 * empty set) and without those of the machine and the user: so nothing is included, no filter has a
 * program, no file outside is an ignore list.
 */
#include "attestors/git/reader.h"

#include <git2.h>
#include <git2/sys/config.h>
#include <git2/sys/repository.h>

struct repo_reader {
	git_repository *repository;
	git_config *settings;
	git_odb *objects;
	bool started;
};

static int failed(const char *what, struct intoto_error **err)
{
	const git_error *last = git_error_last();

	return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", what,
				    last && last->message ? last->message : "libgit2 says no more");
}

static void library_close(struct repo_reader *reader)
{
	if (!reader)
		return;
	git_odb_free(reader->objects);
	git_config_free(reader->settings);
	git_repository_free(reader->repository);
	if (reader->started)
		(void)git_libgit2_shutdown(); /* counts down */
	free(reader);
}

static void reader_freep(struct repo_reader **reader)
{
	library_close(*reader);
}

/* Settings of the machine and of a user are none of the repository's. */
static bool forget_places(void)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
				      GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL };
	bool good = true;

	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		good &= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") == 0;
	return good;
}

static int library_open(struct repo_reader **out, const struct repo_place *place,
			struct intoto_error **err)
{
	AT_AUTO(reader_freep) struct repo_reader *reader = calloc(1, sizeof *reader);

	*out = NULL;
	if (!reader)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	reader->started = git_libgit2_init() > 0;
	if (!reader->started || !forget_places() || git_config_new(&reader->settings) ||
	    git_repository_open_bare(&reader->repository, place->git))
		return failed(place->git, err);
	git_repository_set_config(reader->repository, reader->settings);
	if (place->folder && git_repository_set_workdir(reader->repository, place->folder, 0))
		return failed(place->folder, err);
	if (git_repository_odb(&reader->objects, reader->repository))
		return failed("objects", err);
	*out = reader;
	reader = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void library_version(struct at_buf *out, const struct repo_reader *reader)
{
	(void)reader; /* all are the same */
	at_buf_text(out, "libgit2 " LIBGIT2_VERSION);
}

static int library_object(struct repo_reader *reader, struct at_buf *out, const char *id,
			  const char *type, struct intoto_error **err)
{
	git_object_t wanted = git_object_string2type(type), found;
	git_odb_object *object = NULL;
	size_t size = 0;
	git_oid oid;

	/* its size first: a small file can be a huge object */
	if (git_oid_fromstr(&oid, id) || git_odb_read_header(&size, &found, reader->objects, &oid))
		return failed(id, err);
	if (found != wanted)
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "the object %s is no %s", id,
					    type);
	if (size > out->max)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT,
					    "the object %s has %zu bytes, more than %zu", id, size,
					    out->max);
	if (git_odb_read(&object, reader->objects, &oid))
		return failed(id, err);
	at_buf_add(out, git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	if (out->failed)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	return INTOTO_OK;
}

/* --- references --- */

struct ref_walk {
	const struct repo_listener *listener;
	struct intoto_error **err;
	int rc;
};

static int tell_ref(git_reference *reference, void *payload)
{
	struct ref_walk *walk = payload;
	char id[REPO_ID_SIZE] = "", commit[REPO_ID_SIZE] = "";
	const git_oid *target = git_reference_target(reference);
	git_object *behind = NULL;

	if (target) {
		(void)git_oid_tostr(id, sizeof id, target); /* it fits */
		if (!git_reference_peel(&behind, reference, GIT_OBJECT_COMMIT))
			(void)git_oid_tostr(commit, sizeof commit, git_object_id(behind)); /* too */
		git_object_free(behind);
		walk->rc = walk->listener->ref(
			walk->listener->arg,
			&(struct repo_ref){ git_reference_name(reference), id, commit }, walk->err);
	}
	git_reference_free(reference);
	return walk->rc ? GIT_EUSER : 0;
}

static int library_refs(struct repo_reader *reader, const struct repo_listener *listener,
			struct intoto_error **err)
{
	struct ref_walk walk = { listener, err, INTOTO_OK };
	int rc = git_reference_foreach(reader->repository, tell_ref, &walk);

	if (walk.rc)
		return walk.rc;
	return rc ? failed("references", err) : INTOTO_OK;
}

/* --- index and work tree --- */

static const struct {
	unsigned status;
	unsigned change;
} changes[] = {
	{ GIT_STATUS_INDEX_NEW | GIT_STATUS_INDEX_MODIFIED | GIT_STATUS_INDEX_DELETED |
		  GIT_STATUS_INDEX_TYPECHANGE | GIT_STATUS_INDEX_RENAMED,
	  REPO_STAGED },
	{ GIT_STATUS_WT_MODIFIED | GIT_STATUS_WT_TYPECHANGE, REPO_MODIFIED },
	{ GIT_STATUS_WT_DELETED, REPO_DELETED },
	{ GIT_STATUS_WT_NEW, REPO_UNTRACKED },
	{ GIT_STATUS_WT_RENAMED, REPO_RENAMED },
	{ GIT_STATUS_WT_UNREADABLE, REPO_UNREADABLE },
	{ GIT_STATUS_CONFLICTED, REPO_CONFLICTED },
};

static int tell_change(const char *path, unsigned status, void *payload)
{
	struct ref_walk *walk = payload;
	unsigned change = 0;

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		if (status & changes[i].status)
			change |= changes[i].change;
	if (change)
		walk->rc = walk->listener->change(walk->listener->arg, path, change, walk->err);
	return walk->rc ? GIT_EUSER : 0;
}

static int library_changes(struct repo_reader *reader, const struct repo_listener *listener,
			   struct intoto_error **err)
{
	struct ref_walk walk = { listener, err, INTOTO_OK };
	git_status_options options;
	int rc;

	if (git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION))
		return failed("work tree", err);
	options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	/* submodules are looked at by us: each has settings of its own */
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_INCLUDE_UNREADABLE |
			GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	rc = git_status_foreach_ext(reader->repository, &options, tell_change, &walk);
	if (walk.rc)
		return walk.rc;
	return rc ? failed("work tree", err) : INTOTO_OK;
}

static int library_submodules(struct repo_reader *reader, const struct repo_listener *listener,
			      struct intoto_error **err)
{
	git_index *index = NULL;
	int rc = INTOTO_OK;

	if (git_repository_index(&index, reader->repository))
		return failed("index", err);
	for (size_t i = 0; !rc && i < git_index_entrycount(index); i++) {
		const git_index_entry *entry = git_index_get_byindex(index, i);
		char id[REPO_ID_SIZE];

		if (entry->mode != GIT_FILEMODE_COMMIT)
			continue;
		(void)git_oid_tostr(id, sizeof id, &entry->id); /* it fits */
		rc = listener->submodule(listener->arg, entry->path, id, err);
	}
	git_index_free(index);
	return rc;
}

const struct repo_reader_kind repo_library_reader = {
	.name = "libgit2",
	.id_len = 40,
	.open = library_open,
	.close = library_close,
	.version = library_version,
	.object = library_object,
	.refs = library_refs,
	.changes = library_changes,
	.submodules = library_submodules,
};
