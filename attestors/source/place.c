/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a repository and looking where its parts are. */
#include "attestors/source/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attestors/source/text.h"

enum { ALTERNATES_DEEP = 5, POINTER_MAX = 2 * REPO_PATH_MAX, LEVELS_MAX = 256 };

void repo_place_done(struct repo_place *place)
{
	free(place->folder);
	free(place->git);
	free(place->shared);
	repo_config_done(&place->config);
	*place = (struct repo_place){ 0 };
}

/* --- files --- */

static void close_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* it was only read */
}

/* folder/name, or name where it is absolute. */
static bool join(struct at_buf *out, const char *folder, const char *name)
{
	out->len = 0;
	if (*name != '/') {
		at_buf_text(out, folder);
		at_buf_text(out, "/");
	}
	at_buf_text(out, name);
	return !out->failed;
}

int repo_file_read(struct at_buf *out, const char *folder, const char *name,
		   struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf path = { .max = POINTER_MAX };
	bool joined = join(&path, folder, name);
	AT_AUTO(close_fdp)
	int fd = joined ? open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
	char chunk[8192];
	struct stat about;
	ssize_t got;

	if (fd < 0 || fstat(fd, &about) || !S_ISREG(about.st_mode))
		return intoto_attestor_fail(
			err, joined && errno == ENOENT ? INTOTO_E_NOTFOUND : INTOTO_E_IO, "%s: %s",
			joined ? path.data : name, fd < 0 ? strerror(errno) : "want a file");
	at_buf_add(out, "", 0);
	do {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			at_buf_add(out, chunk, (size_t)got);
	} while ((got > 0 && !out->failed) || (got < 0 && errno == EINTR));
	if (out->failed)
		return intoto_attestor_fail(err, INTOTO_E_LIMIT, "%s: more than %zu bytes",
					    path.data, out->max);
	if (got < 0)
		return intoto_attestor_fail(err, INTOTO_E_IO, "%s: %s", path.data, strerror(errno));
	return INTOTO_OK;
}

/* The same without line ends behind it: what a pointer file says. */
static int read_line(struct at_buf *out, const char *folder, const char *name,
		     struct intoto_error **err)
{
	int rc = repo_file_read(out, folder, name, err);

	if (rc)
		return rc;
	while (out->len && strchr("\r\n", out->data[out->len - 1]))
		out->data[--out->len] = '\0';
	if (strlen(out->data) == out->len && !strchr(out->data, '\n'))
		return INTOTO_OK;
	return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s/%s: want one line", folder, name);
}

/* Where a path leads, from folder on; NULL when nothing is there. */
static char *resolved(const char *folder, const char *path)
{
	AT_AUTO(at_buf_done) struct at_buf joined = { .max = POINTER_MAX };

	return join(&joined, folder, path) ? realpath(joined.data, NULL) : NULL;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (!at_text_begins(path, folder))
		return false;
	return path[len] == '/' || !path[len] || (len && folder[len - 1] == '/');
}

static bool is_folder(const char *folder, const char *name)
{
	AT_AUTO(at_buf_done) struct at_buf path = { .max = POINTER_MAX };
	struct stat about;

	return join(&path, folder, name) && !stat(path.data, &about) && S_ISDIR(about.st_mode);
}

static bool is_there(const char *folder, const char *name)
{
	AT_AUTO(at_buf_done) struct at_buf path = { .max = POINTER_MAX };
	struct stat about;

	return join(&path, folder, name) && !lstat(path.data, &about);
}

static int no_memory(struct intoto_error **err)
{
	return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
}

/* --- its parts --- */

/* A linked work tree's commondir must be what its own folder lies below: SHARED/worktrees/NAME. */
static int find_shared(struct repo_place *place, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf line = { .max = REPO_PATH_MAX };
	AT_AUTO(at_buf_done) struct at_buf trees = { .max = POINTER_MAX };
	int rc = read_line(&line, place->git, "commondir", NULL);

	if (rc == INTOTO_E_NOTFOUND) {
		place->shared = strdup(place->git);
		return place->shared ? INTOTO_OK : no_memory(err);
	}
	if (!rc)
		place->shared = resolved(place->git, line.data);
	if (rc || !place->shared || !join(&trees, place->shared, "worktrees") ||
	    !is_below(place->git, trees.data))
		return intoto_attestor_fail(
			err, INTOTO_E_POLICY,
			"%s/commondir: leads to a folder that this work tree does "
			"not belong to",
			place->git);
	place->linked = true;
	return INTOTO_OK;
}

/* GIT/gitdir of a linked work tree names FOLDER/.git; core.worktree of a submodule names FOLDER. */
static bool names_back(const struct repo_place *place)
{
	AT_AUTO(at_buf_done) struct at_buf line = { .max = REPO_PATH_MAX };
	AT_AUTO(at_buf_done) struct at_buf pointer = { .max = POINTER_MAX };
	AT_AUTO(at_freep) char *back = NULL;
	const char *work_tree = repo_config_get(&place->config, "core", "", "worktree");

	if (!place->linked) {
		back = work_tree ? resolved(place->git, work_tree) : NULL;
		return intoto_text_same(back, place->folder) && back;
	}
	if (read_line(&line, place->git, "gitdir", NULL) || !join(&pointer, place->folder, ".git"))
		return false;
	back = resolved(place->git, line.data);
	return back && intoto_text_same(back, pointer.data);
}

static int read_config(struct repo_place *place, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf text = { .max = REPO_CONFIG_MAX };
	AT_AUTO(at_buf_done) struct at_buf own = { .max = REPO_CONFIG_MAX };
	int rc = repo_file_read(&text, place->shared, "config", err);

	if (!rc)
		rc = repo_config_parse(&place->config, text.data, text.len, err);
	if (!rc && repo_config_get(&place->config, "extensions", "", "worktreeconfig") &&
	    !repo_file_read(&own, place->git, "config.worktree", NULL))
		rc = repo_config_parse(&place->config, own.data, own.len, err);
	return rc;
}

/* Extensions that change what is where (gitrepository-layout(5)); any other one is refused. */
static int read_format(struct repo_place *place, struct intoto_error **err)
{
	static const char *const known[] = { "noop",
					     "noop-v1",
					     "objectformat",
					     "partialclone",
					     "preciousobjects",
					     "relativeworktrees",
					     "worktreeconfig",
					     NULL };
	const char *version =
		repo_config_get(&place->config, "core", "", "repositoryformatversion");
	const char *format = repo_config_get(&place->config, "extensions", "", "objectformat");

	place->id_len = intoto_text_same(format, "sha256") ? 64 : 40;
	if (format && place->id_len == 40 && !intoto_text_same(format, "sha1"))
		return intoto_attestor_fail(
			err, INTOTO_E_UNSUPPORTED,
			"the repository's object format is neither sha1 nor sha256");
	if (version && !intoto_text_same(version, "0") && !intoto_text_same(version, "1"))
		return intoto_attestor_fail(
			err, INTOTO_E_UNSUPPORTED,
			"the repository has a format version that is not known");
	for (size_t i = 0; i < place->config.count; i++)
		if (intoto_text_same(place->config.items[i].section, "extensions") &&
		    !at_list_has(known, place->config.items[i].name))
			return intoto_attestor_fail(
				err, INTOTO_E_UNSUPPORTED,
				"the repository has the extension %s, which is not "
				"known here",
				place->config.items[i].name);
	place->partial = repo_config_get(&place->config, "extensions", "", "partialclone");
	return INTOTO_OK;
}

/*
 * Objects are looked for in folders that objects/info/alternates names, too: what lies outside of
 * the repository and its work tree is not ours to read.
 */
static int check_alternates(const struct repo_place *place, const char *objects, unsigned deep,
			    struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf text = { .max = REPO_CONFIG_MAX };
	int rc = repo_file_read(&text, objects, "info/alternates", NULL);
	char *line = text.data;

	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc || deep == 0)
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "%s/info/alternates: cannot be followed", objects);
	while (!rc && *line) {
		size_t len = strcspn(line, "\n");
		char *rest = line + len + (line[len] ? 1 : 0);
		AT_AUTO(at_freep) char *there = NULL;

		line[len] = '\0';
		there = *line && *line != '#' ? resolved(objects, line) : NULL;
		if (there && !is_below(there, place->shared) &&
		    !(place->folder && is_below(there, place->folder)))
			rc = intoto_attestor_fail(
				err, INTOTO_E_POLICY,
				"%s/info/alternates: names objects outside of the "
				"repository; copy them in with \"git repack -a -d\"",
				objects);
		if (!rc && there)
			rc = check_alternates(place, there, deep - 1, err);
		line = rest;
	}
	return rc;
}

/* Symbolic links among its parts lead nowhere else. */
static int check_parts(const struct repo_place *place, struct intoto_error **err)
{
	static const char *const parts[] = { "objects", "refs", "packed-refs", "config", NULL };

	for (const char *const *part = parts; *part; part++) {
		AT_AUTO(at_freep) char *there = resolved(place->shared, *part);

		if (there && !is_below(there, place->shared))
			return intoto_attestor_fail(err, INTOTO_E_POLICY,
						    "%s/%s: leads out of the repository",
						    place->shared, *part);
	}
	return INTOTO_OK;
}

static int settle(struct repo_place *place, bool pointed, struct intoto_error **err)
{
	AT_AUTO(at_buf_done) struct at_buf objects = { .max = POINTER_MAX };
	const char *bare;
	int rc = find_shared(place, err);

	if (!rc)
		rc = check_parts(place, err);
	if (!rc)
		rc = read_config(place, err);
	if (!rc)
		rc = read_format(place, err);
	if (!rc && pointed && !names_back(place))
		rc = intoto_attestor_fail(
			err, INTOTO_E_POLICY,
			"%s/.git: leads to a repository that does not name this work "
			"tree",
			place->folder);
	if (!rc && !pointed && place->folder &&
	    repo_config_get(&place->config, "core", "", "worktree"))
		rc = names_back(place) ? INTOTO_OK
				       : intoto_attestor_fail(err, INTOTO_E_POLICY,
							      "core.worktree: names another folder "
							      "than %s",
							      place->folder);
	if (rc)
		return rc;
	if (!join(&objects, place->shared, "objects"))
		return no_memory(err);
	bare = repo_config_get(&place->config, "core", "", "bare");
	if (intoto_text_same(bare, "true") && !place->linked) {
		free(place->folder);
		place->folder = NULL;
	}
	place->shallow = is_there(place->shared, "shallow");
	return check_alternates(place, objects.data, ALTERNATES_DEEP, err);
}

/* "gitdir: PATH" */
static int follow_pointer(struct repo_place *place, struct intoto_error **err)
{
	static const char word[] = "gitdir: ";
	AT_AUTO(at_buf_done) struct at_buf line = { .max = REPO_PATH_MAX };
	int rc = read_line(&line, place->folder, ".git", err);

	if (rc)
		return rc;
	if (!at_text_begins(line.data, word))
		return intoto_attestor_fail(err, INTOTO_E_FORMAT, "%s/.git: want \"gitdir: PATH\"",
					    place->folder);
	place->git = resolved(place->folder, line.data + sizeof word - 1);
	if (!place->git || !is_there(place->git, "HEAD"))
		return intoto_attestor_fail(
			err, INTOTO_E_NOTFOUND,
			"%s/.git: the repository that it names is not there, or "
			"cannot be read",
			place->folder);
	return settle(place, true, err);
}

/* A folder that looks like one of git's (gitrepository-layout(5)). */
static bool looks_like_git(const char *folder)
{
	return is_there(folder, "HEAD") && is_folder(folder, "objects") &&
	       is_folder(folder, "refs");
}

static int take_folder(struct repo_place *place, struct intoto_error **err)
{
	place->git = resolved(place->folder, ".git");
	if (!place->git)
		return no_memory(err);
	if (!is_below(place->git, place->folder))
		return intoto_attestor_fail(err, INTOTO_E_POLICY,
					    "%s/.git: is a link that leads out of the work tree",
					    place->folder);
	return settle(place, false, err);
}

static int take_bare(struct repo_place *place, struct intoto_error **err)
{
	place->git = place->folder;
	place->folder = NULL;
	return settle(place, false, err);
}

int repo_place_at(struct repo_place *out, const char *folder, struct intoto_error **err)
{
	AT_AUTO(repo_place_done) struct repo_place place = { .folder = realpath(folder, NULL) };
	int rc = INTOTO_E_NOTFOUND;

	*out = (struct repo_place){ 0 };
	if (!place.folder)
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND, "%s: %s", folder,
					    strerror(errno));
	if (is_folder(place.folder, ".git"))
		rc = take_folder(&place, err);
	else if (is_there(place.folder, ".git"))
		rc = follow_pointer(&place, err);
	else if (looks_like_git(place.folder))
		rc = take_bare(&place, err);
	else
		return intoto_attestor_fail(err, INTOTO_E_NOTFOUND, "%s: no repository begins here",
					    folder);
	if (rc)
		return rc;
	*out = place;
	place = (struct repo_place){ 0 }; /* now the caller's */
	return INTOTO_OK;
}

int repo_place_find(struct repo_place *out, const char *folder, struct intoto_error **err)
{
	AT_AUTO(at_freep) char *at = realpath(folder, NULL);

	*out = (struct repo_place){ 0 };
	for (unsigned level = 0; at && *at && level < LEVELS_MAX; level++) {
		char *slash = strrchr(at, '/');

		if (is_there(at, ".git") || looks_like_git(at))
			return repo_place_at(out, at, err);
		*slash = '\0';
	}
	return intoto_attestor_fail(err, INTOTO_E_NOTFOUND,
				    "neither %s nor a folder above it that can be seen is a git "
				    "repository (--attest-path NAME=FOLDER shows one)",
				    folder);
}
