/* SPDX-License-Identifier: Apache-2.0 */
/* dir: a folder as one artifact. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "model/artifacts.h"
#include "record/gather.h"
#include "record/name.h"
#include "record/resolver.h"

enum { LISTING_MAX = 1024 * 1024 * 1024, DIGESTS_MAX = 4096 };

static const char scheme[] = "dir";

struct listing {
	struct it_resolution *resolution;
	const char *rest;
	struct it_artifacts files;
};

static void listing_done(struct listing *listing)
{
	it_artifacts_done(&listing->files);
}

/* A file or a symbolic link. */
static int add(void *arg, struct it_span path, struct it_span digests, uint64_t bytes,
	       const char **kept, struct intoto_error **err)
{
	struct listing *listing = arg;
	int rc;

	(void)bytes; /* the folder is one artifact */
	if (memchr(path.data, '\n', path.len) || memchr(path.data, '\r', path.len))
		return it_resolver_refuse(err, INTOTO_E_FORMAT, scheme, listing->rest,
					  "a file in it has a line break in its name, so its list "
					  "of files could mean another folder");
	rc = it_artifacts_add(&listing->files, path, digests, err);
	*kept = rc ? NULL : listing->files.items[listing->files.count - 1].digests;
	return rc;
}

static void pass_notice(void *arg, const char *text)
{
	const struct listing *listing = arg;
	const struct it_snapshot_options *options = listing->resolution->options;

	if (options->notice)
		options->notice(options->arg, text);
}

static int open_folder(int *fd, struct listing *listing, struct intoto_error **err)
{
	struct it_resolution *resolution = listing->resolution;
	const char *path = it_buf_text(&resolution->name);

	*fd = openat(resolution->walk->base_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0)
		return INTOTO_OK;
	if (errno == ENOENT && resolution->options->optional) {
		pass_notice(listing, "skipped, there is no such folder");
		it_buf_reset(&resolution->name);
		return INTOTO_OK;
	}
	if (errno == ENOENT || errno == ENOTDIR)
		return it_resolver_refuse(err, INTOTO_E_NOTFOUND, scheme, listing->rest,
					  errno == ENOENT ? "no such folder"
							  : "is no folder, want one");
	return it_name_errno(err, errno, it_span_text(path));
}

/*
 * The digest by one algorithm of "HEX  PATH\n" for all files, each file by the same algorithm. With
 * SHA-256 that is what DigestSet calls dirHash (Go's "h1:").
 */
static int hash_listing(unsigned char value[IT_DIGEST_MAX], const struct listing *listing,
			const struct it_digest_alg *alg, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LISTING_MAX);
	struct it_digest digest;

	it_digest_start(&digest, alg);
	for (size_t i = 0; i < listing->files.count; i++) {
		const struct it_artifact *file = &listing->files.items[i];
		const char *hex = strstr(file->digests, alg->name) + strlen(alg->name) + 1;

		it_buf_reset(&line);
		(void)it_buf_add(&line, hex, 2 * alg->size); /* sticky: checked below */
		(void)it_buf_printf(&line, "  %s\n", file->name);
		it_digest_add(&digest, line.data, line.len);
	}
	it_digest_finish(&digest, value);
	return it_buf_check(&line, "the list of files", err);
}

static void add_digest(struct it_buf *out, const char *name, struct it_span value)
{
	(void)it_buf_printf(out, "%s%s:", out->len ? "," : "", name); /* sticky */
	it_hex_encode(out, value);
}

static int digest(struct listing *listing, struct intoto_error **err)
{
	const struct it_hasher *hasher = listing->resolution->hasher;
	struct it_buf *out = &listing->resolution->digests;
	IT_AUTO(it_buf_done) struct it_buf plain = IT_BUF(DIGESTS_MAX);
	int rc = it_artifacts_seal(&listing->files, err);

	for (size_t i = 0; !rc && i < hasher->count; i++) {
		const struct it_digest_alg *alg = hasher->digests[i].alg;
		unsigned char value[IT_DIGEST_MAX];

		if (alg->is_object)
			continue; /* a folder is no blob */
		rc = hash_listing(value, listing, alg, err);
		add_digest(&plain, alg->name, it_span(value, alg->size));
		if (listing->resolution->options->dir_hash && it_streq(alg->name, "sha256"))
			add_digest(out, "dirHash", it_span(value, alg->size)); /* sorts first */
	}
	if (!rc && !plain.len)
		return it_resolver_refuse(err, INTOTO_E_USAGE, scheme, listing->rest,
					  "a folder has no git object id of a file: want sha256 or "
					  "another digest beside it");
	(void)it_buf_printf(out, "%s%s", out->len ? "," : "", it_buf_text(&plain)); /* sticky */
	return rc ? rc : it_buf_check(&plain, "the digests of a folder", err);
}

/* What is known of its files must stay known when this list is gone. */
static int take_files(struct listing *listing, int fd, struct intoto_error **err)
{
	const struct it_resolution *resolution = listing->resolution;
	const struct it_gather_options options = { resolution->options, add, NULL, listing };
	struct it_walk_options inside = *resolution->walk;
	IT_AUTO(it_gather_done) struct it_gather gather = { 0 };
	int rc = it_gather_init(&gather, &options, err);

	inside.base_fd = fd;
	if (resolution->options->reuse)
		it_artifacts_share(&listing->files, resolution->out);
	if (!rc)
		rc = it_gather_walk(&gather, ".", &inside, err);
	return rc ? rc : it_gather_finish(&gather, err);
}

static int resolve(struct it_resolution *resolution, const char *rest, struct intoto_error **err)
{
	IT_AUTO(listing_done)
	struct listing listing = { .resolution = resolution, .rest = rest };
	IT_AUTO(it_fd_close) int fd = -1;
	int rc;

	if (!*rest)
		return it_resolver_refuse(err, INTOTO_E_USAGE, scheme, rest, "want a folder");
	(void)it_name_of_path(&resolution->name, it_span_text(rest)); /* checked in the next line */
	rc = it_buf_check(&resolution->name, "a path", err);
	if (!rc)
		rc = open_folder(&fd, &listing, err);
	if (rc || fd < 0)
		return rc;
	rc = take_files(&listing, fd, err);
	return rc ? it_err_wrap(err, rc, "dir:%s", it_buf_text(&resolution->name))
		  : digest(&listing, err);
}

const struct it_resolver it_resolver_dir = {
	.scheme = scheme,
	.is_path = true,
	.resolve = resolve,
};
