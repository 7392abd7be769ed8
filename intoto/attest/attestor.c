/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a program that may be trusted to be whose it is, and asking it who it is. */
#include "attest/attestor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "attest/environment.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "record/hash.h"

enum {
	DESCRIBE_SECONDS = 10,
	DESCRIBE_MEMORY = 512 * 1024 * 1024,
	FOLDERS_SHOWN = 16 * 1024,
};

void it_attestor_free(struct it_attestor *attestor)
{
	if (!attestor)
		return;
	free(attestor->path);
	it_manifest_done(&attestor->manifest);
	free(attestor);
}

/* --- the file --- */

/* Whoever can change it, or what stands in its place, chooses what is run. */
static int check_owner(const char *path, const struct stat *about, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = NULL;

	if ((about->st_uid == 0 || about->st_uid == geteuid()) && !(about->st_mode & S_IWOTH))
		return INTOTO_OK;
	if (S_ISDIR(about->st_mode) && (about->st_mode & S_ISVTX) && about->st_uid == 0)
		return INTOTO_OK; /* nobody replaces there what is not theirs */
	quoted = it_text_quoted(it_span_text(path));
	return it_err_set(err, INTOTO_E_IO,
			  "%s: can be changed by others: want it to be root's or your own, and "
			  "not writable for everybody",
			  quoted ? quoted : "");
}

static int check_folder(const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *folder = strndup(path, (size_t)(it_path_base(path) - path));
	struct stat about;

	if (!folder)
		return it_err_nomem(err);
	if (stat(folder, &about))
		return it_err_errno(err, errno, "%s", folder);
	return check_owner(folder, &about, err);
}

static int hash(struct it_attestor *self, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(FOLDERS_SHOWN);
	struct it_span name = it_span_text(self->path);
	int rc;

	if (fd < 0)
		return it_err_errno(err, errno, "%s", self->path);
	rc = it_hash_look(fd, &self->about, name, err);
	if (!rc)
		rc = it_hasher_init(&hasher, NULL, err);
	if (!rc)
		rc = it_hash_file(&hasher, fd, &self->about, name, &digests, err);
	if (!rc)
		rc = it_buf_check(&digests, self->path, err);
	if (rc)
		return rc;
	if (digests.len != sizeof "sha256:" - 1 + IT_SHA256_HEX)
		return it_err_set(err, INTOTO_E_INTERNAL, "%s: no SHA-256", self->path);
	memcpy(self->sha256, digests.data + sizeof "sha256:" - 1, IT_SHA256_HEX);
	return check_owner(self->path, &self->about, err);
}

/* The program's path, or NULL when there is none in that folder. */
static char *look_in(const char *folder, const char *name)
{
	IT_AUTO(it_freep) char *path = it_path_join(folder, name);
	struct stat about;

	if (!path || stat(path, &about))
		return NULL;
	if (S_ISDIR(about.st_mode)) {
		char *inner = it_path_join(path, name);

		free(path);
		path = inner;
		if (!path || stat(path, &about))
			return NULL;
	}
	if (!S_ISREG(about.st_mode) || access(path, X_OK))
		return NULL;
	return realpath(path, NULL);
}

static int refuse_missing(const char *name, const struct it_attestor_places *places,
			  struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf looked = IT_BUF(FOLDERS_SHOWN);

	for (size_t i = 0; places->folders && i < places->folders->count; i++) {
		it_text_quote(&looked, it_span_text(places->folders->items[i]));
		(void)it_buf_add_text(&looked, ", "); /* sticky, only for people */
	}
	it_text_quote(&looked, it_span_text(places->package));
	return it_err_set(err, INTOTO_E_NOTFOUND,
			  "attestor %s: there is no such program in %s ('intoto attest list' names "
			  "those that are there)",
			  name, it_buf_text(&looked));
}

static int locate(struct it_attestor *self, const char *name,
		  const struct it_attestor_places *places, struct intoto_error **err)
{
	if (!it_attestor_name_is_good(it_span_text(name))) {
		IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(name));

		return it_err_set(err, INTOTO_E_USAGE,
				  "attestor '%s': want a name of a-z 0-9 . _ -, up to 64 of them",
				  quoted ? quoted : "");
	}
	for (size_t i = 0; !self->path && places->folders && i < places->folders->count; i++)
		self->path = look_in(places->folders->items[i], name);
	if (!self->path) {
		self->path = look_in(places->package, name);
		self->shipped = self->path != NULL;
	}
	return self->path ? INTOTO_OK : refuse_missing(name, places, err);
}

/* --- its own words --- */

enum it_attest_reach it_attest_reach_of(const char *path)
{
	IT_AUTO(it_freep) char *copy = strdup(path);
	struct stat about;

	if (!copy || stat(copy, &about) || !(about.st_mode & S_IROTH))
		return IT_REACH_NONE;
	for (char *slash = strrchr(copy, '/'); slash && slash != copy; slash = strrchr(copy, '/')) {
		*slash = '\0';
		if (stat(copy, &about) || !(about.st_mode & S_IXOTH))
			return IT_REACH_SHOWN;
	}
	return IT_REACH_ALL;
}

void it_door_choose_user(struct it_door_spec *spec, enum it_attest_reach reach)
{
	spec->user = reach == IT_REACH_NONE ? 0 : IT_ATTEST_NOBODY;
	spec->wants_view = reach == IT_REACH_SHOWN;
}

static int describe(struct it_attestor *self, const char *name, bool best_effort,
		    struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings environment = { 0 };
	IT_AUTO(it_door_result_done) struct it_door_result result = { .output = IT_BUF(0) };
	struct it_door_spec spec = { .program = self->path,
				     .word = "describe",
				     .folder = "/",
				     .best_effort = best_effort,
				     .memory = DESCRIBE_MEMORY,
				     .seconds = DESCRIBE_SECONDS,
				     .output = IT_MANIFEST_BYTES_MAX };
	int rc = it_attest_environment(&environment, NULL, NULL, err);

	spec.environment = environment.items;
	if (self->about.st_mode & S_IXOTH)
		it_door_choose_user(&spec, it_attest_reach_of(self->path));
	if (!rc)
		rc = it_door_run(&result, &spec, err);
	if (!rc)
		rc = it_door_judge(&result, &spec, err);
	if (!rc)
		rc = it_manifest_read(&self->manifest, it_buf_span(&result.output), name, err);
	return it_err_wrap(err, rc, "attestor %s: describe", name);
}

int it_attestor_find(struct it_attestor **out, const char *name,
		     const struct it_attestor_places *places, struct intoto_error **err)
{
	IT_AUTO(it_attestor_freep) struct it_attestor *self = calloc(1, sizeof *self);
	int rc = self ? locate(self, name, places, err) : it_err_nomem(err);

	*out = NULL;
	if (!rc)
		rc = check_folder(self->path, err);
	if (!rc)
		rc = hash(self, err);
	if (!rc)
		rc = describe(self, name, places->best_effort, err);
	if (rc)
		return rc;
	*out = self;
	self = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int list_folder(struct it_strings *out, const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, folder, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = NULL;

		if (!it_attestor_name_is_good(it_span_text(names.items[i])) ||
		    it_strings_has(out, names.items[i]))
			continue;
		path = look_in(folder, names.items[i]);
		if (path)
			rc = it_strings_add(out, names.items[i], err);
	}
	return rc;
}

int it_attestor_list(struct it_strings *out, const struct it_attestor_places *places,
		     struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && places->folders && i < places->folders->count; i++)
		rc = list_folder(out, places->folders->items[i], err);
	if (!rc && access(places->package, F_OK) == 0)
		rc = list_folder(out, places->package, err);
	it_strings_sort(out);
	return rc;
}

int it_attestor_check_unchanged(const struct it_attestor *attestor, struct intoto_error **err)
{
	const struct stat *before = &attestor->about;
	struct stat now;

	if (stat(attestor->path, &now))
		return it_err_errno(err, errno, "%s", attestor->path);
	if (now.st_ino == before->st_ino && now.st_dev == before->st_dev &&
	    now.st_size == before->st_size && now.st_ctim.tv_sec == before->st_ctim.tv_sec &&
	    now.st_ctim.tv_nsec == before->st_ctim.tv_nsec)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: was changed while it was in use", attestor->path);
}
