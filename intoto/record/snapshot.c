/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in, a table of names and digests out. */
#include "record/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "record/gather.h"
#include "record/name.h"
#include "record/resolver.h"

enum { PREFIX_MAX = 16, DIGESTS_MAX = 4096, NAME_MAX_BYTES = IT_WALK_NAME_MAX + PREFIX_MAX };

/* Which file stands behind a name that --lstrip-paths made. */
struct origin {
	char *name;
	char *path;
};

struct snapshot {
	struct it_artifacts *out;
	const struct it_snapshot_options *options;
	char prefix[PREFIX_MAX]; /* "file:" or "" in front of the names of the current path */
	const struct it_strings *lstrip; /* NULL: names stay as they are */
	struct it_gather gather;
	struct it_buf name;
	size_t before; /* where the last name stood in the snapshot before */
	struct origin *origins;
	size_t origin_count;
	size_t origin_cap;
	size_t files;
	uint64_t bytes;
};

static void snapshot_done(struct snapshot *shot)
{
	it_gather_done(&shot->gather);
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

/* Most products were materials and did not change: their texts are there already. */
static const struct it_artifact *find_before(struct snapshot *shot)
{
	const struct it_artifacts *before = shot->options->before;
	struct it_span name = it_buf_span(&shot->name);
	size_t at = shot->before;

	if (!before || !before->count)
		return NULL;
	if (at >= before->count || !it_span_eq(name, it_artifact_name(&before->items[at])))
		at = it_artifacts_lower_bound(before, name);
	if (at == before->count || !it_span_eq(name, it_artifact_name(&before->items[at])))
		return NULL;
	shot->before = at + 1;
	return &before->items[at];
}

static int add_artifact(struct snapshot *shot, struct it_span path, struct it_span digests,
			struct intoto_error **err)
{
	const struct it_artifact *like;
	int rc = make_name(shot, path, err);

	if (!rc && shot->lstrip && shot->lstrip->count)
		rc = add_origin(shot, path, err);
	if (rc)
		return rc;
	like = find_before(shot);
	if (!like)
		rc = it_artifacts_add(shot->out, it_buf_span(&shot->name), digests, err);
	else if (it_artifacts_append_like(shot->out, like, digests))
		rc = it_err_nomem(err);
	if (rc)
		return rc;
	shot->files++;
	if (shot->options->progress)
		shot->options->progress(shot->options->arg, shot->files, shot->bytes);
	return INTOTO_OK;
}

/* A file or a symbolic link. */
static int take_file(void *arg, struct it_span path, struct it_span digests, uint64_t bytes,
		     const char **kept, struct intoto_error **err)
{
	struct snapshot *shot = arg;
	int rc;

	shot->bytes += bytes;
	rc = add_artifact(shot, path, digests, err);
	*kept = rc ? NULL : shot->out->items[shot->out->count - 1].digests;
	return rc;
}

static void report_reading(void *arg, uint64_t bytes)
{
	const struct snapshot *shot = arg;

	if (shot->options->progress)
		shot->options->progress(shot->options->arg, shot->files, shot->bytes + bytes);
}

static int take_files(struct snapshot *shot, const struct it_walk_options *walk, const char *path,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf clean = IT_BUF(IT_WALK_NAME_MAX);
	int rc;

	if (!*path)
		return it_err_set(err, INTOTO_E_USAGE, "an empty path, want a file or a folder");
	(void)it_name_of_path(&clean, it_span_text(path)); /* checked in the next line */
	rc = it_buf_check(&clean, "a path", err);
	return rc ? rc : it_gather_walk(&shot->gather, it_buf_text(&clean), walk, err);
}

/* One artifact that is no file (ITE-4). */
static int take_resolved(struct snapshot *shot, const struct it_walk_options *walk,
			 const struct it_resolver *resolver, const char *rest,
			 struct intoto_error **err)
{
	struct it_resolution resolution = {
		shot->options,	    walk, &shot->gather.hasher, shot->out, IT_BUF(IT_WALK_NAME_MAX),
		IT_BUF(DIGESTS_MAX)
	};
	int rc = resolver->resolve(&resolution, rest, err);

	if (!rc)
		rc = it_buf_check(&resolution.name, "the name of an artifact", err);
	if (!rc && resolution.name.len) {
		rc = it_buf_check(&resolution.digests, "the digests of an artifact", err);
		if (!rc)
			rc = add_artifact(shot, it_buf_span(&resolution.name),
					  it_buf_span(&resolution.digests), err);
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
		rc = it_gather_finish(&shot->gather, err); /* its threads make names */
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
		rc = it_gather_finish(&shot->gather, err);
	return rc ? rc : check_origins(shot, err);
}

/* What stands for the paths and the ways to look at them, for whoever looks at the same again. */
static uint32_t scope_of(const struct it_strings *paths, const struct it_snapshot_options *options)
{
	const struct it_strings *const lists[] = { paths, options->exclude };
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest scope;
	char here[PATH_MAX];
	uint32_t number;

	if (!getcwd(here, sizeof here))
		here[0] = '\0'; /* then two folders may share a scope */
	it_digest_start(&scope, it_digest_find("sha256"));
	it_digest_add(&scope, here, strlen(here) + 1);
	if (options->base_path)
		it_digest_add(&scope, options->base_path, strlen(options->base_path));
	it_digest_add(&scope, options->symlinks == IT_SYMLINKS_RECORD ? "r" : "f", 1);
	for (size_t i = 0; i < IT_COUNT_OF(lists); i++) {
		it_digest_add(&scope, lists[i] ? "[" : "-", 1);
		for (size_t j = 0; lists[i] && j < lists[i]->count; j++)
			it_digest_add(&scope, lists[i]->items[j], strlen(lists[i]->items[j]) + 1);
	}
	it_digest_finish(&scope, digest);
	memcpy(&number, digest, sizeof number);
	return number;
}

static int take_all(struct snapshot *shot, const struct it_strings *paths,
		    struct intoto_error **err)
{
	const struct it_snapshot_options *options = shot->options;
	const struct it_gather_options gather = { options, take_file, report_reading, shot };
	int rc;

	if (options->before && !shot->out->count)
		it_artifacts_share(shot->out, options->before);
	if (options->reuse) {
		rc = it_reuse_begin(options->reuse, shot->out, scope_of(paths, options), err);
		if (rc)
			return rc;
	}
	rc = it_gather_init(&shot->gather, &gather, err);
	if (!rc)
		rc = take_paths(shot, paths, err);
	if (!rc && options->reuse)
		it_reuse_end(options->reuse);
	return rc;
}

int it_snapshot(struct it_artifacts *out, const struct it_strings *paths,
		const struct it_snapshot_options *options, struct intoto_error **err)
{
	IT_AUTO(snapshot_done)
	struct snapshot shot = { .out = out,
				 .options = options,
				 .lstrip = options->lstrip,
				 .name = IT_BUF(NAME_MAX_BYTES) };
	int rc = INTOTO_OK;

	if (options->cost)
		options->cost->began = it_clock_monotonic();
	if (paths && paths->count)
		rc = take_all(&shot, paths, err);
	if (!rc)
		rc = it_artifacts_seal(out, err);
	if (options->cost)
		options->cost->ended = it_clock_monotonic();
	return rc;
}
