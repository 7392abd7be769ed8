/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in, a table of names and digests out. */
#include "record/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"
#include "record/name.h"
#include "record/pool.h"
#include "record/resolver.h"

enum { PREFIX_MAX = 16, DIGESTS_MAX = 4096, NAME_MAX_BYTES = IT_WALK_NAME_MAX + PREFIX_MAX };

/* Which file stands behind a name that --lstrip-paths made. */
struct origin {
	char *name;
	char *path;
};

struct snapshot {
	struct it_artifacts *out;
	struct it_pool *pool; /* NULL: files are hashed where they are found */
	const struct it_snapshot_options *options;
	char prefix[PREFIX_MAX]; /* "file:" or "" in front of the names of the current path */
	const struct it_strings *lstrip; /* NULL: names stay as they are */
	struct it_hasher hasher;
	struct it_buf digests;
	struct it_buf name;
	struct origin *origins;
	size_t origin_count;
	size_t origin_cap;
	size_t files;
	uint64_t bytes;
};

static void snapshot_done(struct snapshot *shot)
{
	it_pool_free(shot->pool);
	it_hasher_done(&shot->hasher);
	it_buf_done(&shot->digests);
	it_buf_done(&shot->name);
	for (size_t i = 0; i < shot->origin_count; i++) {
		free(shot->origins[i].name);
		free(shot->origins[i].path);
	}
	free(shot->origins);
}

static int add_origin(struct snapshot *shot, struct it_span path, struct intoto_error **err)
{
	struct origin *origin;

	if (shot->origin_count == shot->origin_cap) {
		size_t cap = shot->origin_cap ? shot->origin_cap * 2 : 64;
		struct origin *origins = reallocarray(shot->origins, cap, sizeof *origins);

		if (!origins)
			return it_err_nomem(err);
		shot->origins = origins;
		shot->origin_cap = cap;
	}
	origin = &shot->origins[shot->origin_count++];
	origin->name = strndup(it_buf_text(&shot->name), shot->name.len);
	origin->path = strndup(path.data, path.len);
	return origin->name && origin->path ? INTOTO_OK : it_err_nomem(err);
}

/* The name is prefix and the path without what --lstrip-paths takes off. */
static int make_name(struct snapshot *shot, struct it_span path, struct intoto_error **err)
{
	struct it_span rest = it_name_strip(path, shot->lstrip);

	if (!rest.len)
		return it_name_refuse(err, INTOTO_E_USAGE, path,
				      "nothing is left of the name after --lstrip-paths");
	it_buf_reset(&shot->name);
	(void)it_buf_add_text(&shot->name, shot->prefix); /* sticky */
	(void)it_buf_add_span(&shot->name, rest);	  /* sticky */
	return it_buf_check(&shot->name, "the name of a file", err);
}

/* Takes what stands in shot->digests as the digests of path. */
static int add_artifact(struct snapshot *shot, struct it_span path, struct intoto_error **err)
{
	int rc = it_buf_check(&shot->digests, "the digests of a file", err);

	if (!rc)
		rc = make_name(shot, path, err);
	if (!rc && shot->lstrip && shot->lstrip->count)
		rc = add_origin(shot, path, err);
	if (!rc)
		rc = it_artifacts_add(shot->out, it_buf_span(&shot->name),
				      it_buf_span(&shot->digests), err);
	if (rc)
		return rc;
	shot->files++;
	if (shot->options->progress)
		shot->options->progress(shot->options->arg, shot->files, shot->bytes);
	return INTOTO_OK;
}

static int visit_file(void *arg, struct it_span path, int fd, const struct stat *about,
		      struct intoto_error **err)
{
	struct snapshot *shot = arg;
	int rc;

	it_buf_reset(&shot->digests);
	rc = it_hash_file(&shot->hasher, fd, about, path, &shot->digests, err);
	if (rc)
		return rc;
	shot->bytes += (uint64_t)about->st_size;
	return add_artifact(shot, path, err);
}

static int hand_over(void *arg, const struct it_walk_found *found, struct intoto_error **err)
{
	struct snapshot *shot = arg;

	return it_pool_add(shot->pool, found, err);
}

/* From the pool: by any thread, but one at a time. */
static int take_digest(void *arg, struct it_span path, const struct stat *about,
		       const unsigned char sha256[IT_SHA256_SIZE], struct intoto_error **err)
{
	struct snapshot *shot = arg;

	it_buf_reset(&shot->digests);
	(void)it_buf_add_text(&shot->digests, "sha256:"); /* sticky: checked by add_artifact */
	it_hex_encode(&shot->digests, it_span(sha256, IT_SHA256_SIZE));
	shot->bytes += (uint64_t)about->st_size;
	return add_artifact(shot, path, err);
}

/* What the pool's threads use, too. */
static void lock(const struct snapshot *shot)
{
	if (shot->pool)
		it_pool_lock(shot->pool);
}

static void unlock(const struct snapshot *shot)
{
	if (shot->pool)
		it_pool_unlock(shot->pool);
}

static int visit_symlink(void *arg, struct it_span path, struct it_span target,
			 struct intoto_error **err)
{
	struct snapshot *shot = arg;
	int rc;

	lock(shot);
	it_buf_reset(&shot->digests);
	it_hash_bytes(&shot->hasher, target, &shot->digests);
	rc = add_artifact(shot, path, err);
	unlock(shot);
	return rc;
}

static void pass_notice(void *arg, const char *text)
{
	const struct snapshot *shot = arg;

	if (!shot->options->notice)
		return;
	lock(shot);
	shot->options->notice(shot->options->arg, text);
	unlock(shot);
}

/* Only SHA-256 has a kernel for two files at once, and only on some processors. */
static int start_pool(struct snapshot *shot, struct intoto_error **err)
{
	const struct it_pool_options options = { it_sha256_pair_kernel(), take_digest, shot };
	bool fits =
		shot->hasher.count == 1 && shot->hasher.digests[0].alg == it_digest_find("sha256");

	return options.kernel && fits ? it_pool_new(&shot->pool, &options, err) : INTOTO_OK;
}

/* The names of what is found next may be made in another way: what was found before ends first. */
static int finish_pool(struct snapshot *shot, struct intoto_error **err)
{
	int rc = shot->pool ? it_pool_finish(shot->pool, err) : INTOTO_OK;

	it_pool_free(shot->pool);
	shot->pool = NULL;
	return rc;
}

static int take_files(struct snapshot *shot, const struct it_walk_options *walk, const char *path,
		      struct intoto_error **err)
{
	struct it_walk_visitor visitor = {
		.file = visit_file, .symlink = visit_symlink, .notice = pass_notice, .arg = shot
	};
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(IT_WALK_NAME_MAX);
	int rc;

	if (!*path)
		return it_err_set(err, INTOTO_E_USAGE, "an empty path, want a file or a folder");
	(void)it_name_of_path(&clean, it_span_text(path)); /* checked in the next line */
	rc = it_buf_check(&clean, "a path", err);
	if (!rc && !shot->pool)
		rc = start_pool(shot, err);
	visitor.found = shot->pool ? hand_over : NULL;
	return rc ? rc : it_walk(it_buf_text(&clean), walk, &visitor, err);
}

/* One artifact that is no file (ITE-4). */
static int take_resolved(struct snapshot *shot, const struct it_walk_options *walk,
			 const struct it_resolver *resolver, const char *rest,
			 struct intoto_error **err)
{
	struct it_resolution resolution = { shot->options, walk, &shot->hasher,
					    IT_BUF(IT_WALK_NAME_MAX), IT_BUF(DIGESTS_MAX) };
	int rc = resolver->resolve(&resolution, rest, err);

	if (!rc)
		rc = it_buf_check(&resolution.name, "the name of an artifact", err);
	if (!rc && resolution.name.len) {
		it_buf_reset(&shot->digests);
		(void)it_buf_add_span(&shot->digests,
				      it_buf_span(&resolution.digests)); /* sticky */
		if (resolution.digests.failed)
			rc = it_buf_check(&resolution.digests, "the digests of an artifact", err);
		if (!rc)
			rc = add_artifact(shot, it_buf_span(&resolution.name), err);
	}
	it_buf_done(&resolution.name);
	it_buf_done(&resolution.digests);
	return rc;
}

/* Whether names of files begin as they did for the path before. */
static bool is_prefix(const struct snapshot *shot, const char *path, const char *rest)
{
	return it_span_is(it_span(path, (size_t)(rest - path)), shot->prefix);
}

/* The scheme stays in the recorded name (ITE-4), also file:, as with the Python tool. */
static int take_path(struct snapshot *shot, const struct it_walk_options *walk, const char *path,
		     struct intoto_error **err)
{
	const struct it_resolver *resolver;
	const char *rest;
	int rc = it_resolver_find(&resolver, &rest, path, err);

	if (rc)
		return rc;
	if (resolver || !is_prefix(shot, path, rest)) {
		rc = finish_pool(shot, err); /* its threads make names */
		if (rc)
			return rc;
		memcpy(shot->prefix, path, (size_t)(rest - path)); /* known, so a short one */
		shot->prefix[rest - path] = '\0';
		shot->lstrip = resolver && !resolver->is_path ? NULL : shot->options->lstrip;
	}
	return resolver ? take_resolved(shot, walk, resolver, rest, err)
			: take_files(shot, walk, rest, err);
}

static int compare_origins(const void *a, const void *b)
{
	const struct origin *left = a;
	const struct origin *right = b;

	int order = it_span_cmp(it_span_text(left->name), it_span_text(right->name));

	return order ? order : it_span_cmp(it_span_text(left->path), it_span_text(right->path));
}

/* One file that was named twice is fine; two files under one name would hide one of them. */
static int check_origins(struct snapshot *shot, struct intoto_error **err)
{
	if (shot->origin_count)
		qsort(shot->origins, shot->origin_count, sizeof *shot->origins, compare_origins);
	for (size_t i = 1; i < shot->origin_count; i++) {
		const struct origin *a = &shot->origins[i - 1];
		const struct origin *b = &shot->origins[i];
		IT_AUTO(it_freep) char *one = NULL;
		IT_AUTO(it_freep) char *two = NULL;
		IT_AUTO(it_freep) char *both = NULL;

		if (!it_streq(a->name, b->name) || it_streq(a->path, b->path))
			continue;
		one = it_text_quoted(it_span_text(a->path));
		two = it_text_quoted(it_span_text(b->path));
		both = it_text_quoted(it_span_text(a->name));
		return it_err_set(err, INTOTO_E_USAGE,
				  "%s and %s: both would be recorded as %s after --lstrip-paths",
				  one ? one : "", two ? two : "", both ? both : "");
	}
	return INTOTO_OK;
}

static int open_base(int *fd, const char *path, struct intoto_error **err)
{
	if (!path)
		return INTOTO_OK;
	*fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return it_name_errno(err, errno, it_span_text(path));
	return INTOTO_OK;
}

static int take_paths(struct snapshot *shot, const struct it_strings *paths,
		      struct intoto_error **err)
{
	const struct it_snapshot_options *options = shot->options;
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	IT_AUTO(it_fd_close) int base = -1;
	struct it_walk_options walk = { .symlinks = options->symlinks,
					.optional = options->optional };
	int rc = it_ignore_new(&ignore, options->exclude, err);

	if (!rc)
		rc = open_base(&base, options->base_path, err);
	walk.base_fd = options->base_path ? base : AT_FDCWD;
	walk.ignore = ignore;
	for (size_t i = 0; !rc && i < paths->count; i++)
		rc = take_path(shot, &walk, paths->items[i], err);
	if (!rc)
		rc = finish_pool(shot, err);
	return rc ? rc : check_origins(shot, err);
}

int it_snapshot(struct it_artifacts *out, const struct it_strings *paths,
		const struct it_snapshot_options *options, struct intoto_error **err)
{
	IT_AUTO(snapshot_done)
	struct snapshot shot = { .out = out,
				 .options = options,
				 .lstrip = options->lstrip,
				 .digests = IT_BUF(DIGESTS_MAX),
				 .name = IT_BUF(NAME_MAX_BYTES) };
	int rc;

	if (paths && paths->count) {
		rc = it_hasher_init(&shot.hasher, options->algorithms, err);
		if (!rc)
			rc = take_paths(&shot, paths, err);
		if (rc)
			return rc;
	}
	return it_artifacts_seal(out, err);
}
