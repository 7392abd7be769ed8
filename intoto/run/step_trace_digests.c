/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of traced files, each identity once. */
#include "run/step_trace_digests.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "record/hash.h"
#include "record/name.h"

enum { NAME_BYTES_MAX = 64 * 1024, DIGESTS_MAX = 4096 };

const char *it_traced_file_real(const struct it_traced_file *file)
{
	return file->real ? file->real : file->path;
}

void it_traced_file_name(struct it_buf *out, const struct it_traced_file *file,
			 const struct it_trace_terms *terms)
{
	const char *real = it_traced_file_real(file);
	size_t base = strlen(terms->base);
	struct it_span name = it_span_text(real);

	if (base == 1) /* "/" */
		name = it_span_text(real + 1);
	else if (it_starts_with(real, terms->base) && real[base] == '/')
		name = it_span_text(real + base + 1);
	name = it_name_strip(name, terms->snapshot->lstrip);
	(void)it_buf_add_span(out, name); /* looked at by the caller */
}

static bool has_content(const struct it_traced_file *file)
{
	return file->state <= IT_TRACED_UNPROVEN;
}

/* --- what is known --- */

/* Products were hashed after the step, as this would be; materials before it, so they count for
 * what did not change since that began. */
static const char *known_digests(const struct it_traced_file *file,
				 const struct it_trace_terms *terms)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_BYTES_MAX);
	const struct it_artifact *artifact = NULL;

	it_traced_file_name(&name, file, terms);
	if (!name.failed && terms->products)
		artifact = it_artifacts_find(terms->products, it_buf_span(&name));
	if (!artifact && !name.failed && terms->materials && file->state == IT_TRACED_UNCHANGED &&
	    it_trace_is_before(&file->changed, &terms->recorded))
		artifact = it_artifacts_find(terms->materials, it_buf_span(&name));
	return artifact ? artifact->digests : NULL;
}

/* --- each identity once --- */

/* Files with content, sorted by identity; those whose digests are known first. */
struct identities {
	struct it_traced_file **items;
	size_t count;
};

static int compare_identities(const void *a, const void *b)
{
	const struct it_traced_file *left = *(struct it_traced_file *const *)a;
	const struct it_traced_file *right = *(struct it_traced_file *const *)b;

	if (left->device != right->device)
		return left->device < right->device ? -1 : 1;
	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return (left->digests == NULL) - (right->digests == NULL);
}

static bool is_same(const struct it_traced_file *a, const struct it_traced_file *b)
{
	return a->device == b->device && a->inode == b->inode;
}

static int sort(struct identities *out, struct it_traced_files *files,
		const struct it_trace_terms *terms, struct intoto_error **err)
{
	out->items = calloc(files->count + 1, sizeof(struct it_traced_file *));
	if (!out->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < files->count; i++) {
		if (!has_content(&files->items[i]))
			continue;
		files->items[i].digests = known_digests(&files->items[i], terms);
		out->items[out->count++] = &files->items[i];
	}
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, compare_identities);
	return INTOTO_OK;
}

/* The first of each identity speaks for the others. */
static bool leads(const struct identities *identities, size_t index)
{
	return !index || !is_same(identities->items[index - 1], identities->items[index]);
}

static void share(const struct identities *identities)
{
	const struct it_traced_file *leader = NULL;

	for (size_t i = 0; i < identities->count; i++) {
		struct it_traced_file *file = identities->items[i];

		if (leads(identities, i))
			leader = file;
		else if (leader->digests)
			file->digests = leader->digests;
		if (!file->digests)
			file->state = IT_TRACED_UNREADABLE;
	}
}

/* --- hashing --- */

static int compare_sizes(const void *a, const void *b)
{
	const struct it_traced_file *left = *(struct it_traced_file *const *)a;
	const struct it_traced_file *right = *(struct it_traced_file *const *)b;

	if (left->size != right->size)
		return left->size < right->size ? 1 : -1;
	return left->inode < right->inode ? -1 : left->inode > right->inode;
}

/* The largest first: one that came last would be hashed by one thread while the others wait. */
static int list_unknown(struct it_strings *out, const struct identities *identities,
			struct intoto_error **err)
{
	IT_AUTO(it_freep)
	struct it_traced_file **unknown = calloc(identities->count + 1, sizeof *unknown);
	size_t count = 0;
	int rc = unknown ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < identities->count; i++) {
		struct it_traced_file *file = identities->items[i];
		const char *path = it_traced_file_real(file);

		/* Names that are not UTF-8 have no place in a snapshot. */
		if (leads(identities, i) && !file->digests && it_utf8_valid(it_span_text(path)) &&
		    !faccessat(AT_FDCWD, path, R_OK, AT_EACCESS))
			unknown[count++] = file;
	}
	if (count)
		qsort(unknown, count, sizeof *unknown, compare_sizes);
	for (size_t i = 0; !rc && i < count; i++)
		rc = it_strings_add(out, it_traced_file_real(unknown[i]), err);
	return rc;
}

/*
 * All of them by all threads.  One that changes or vanishes meanwhile spoils this, for a snapshot
 * is whole or none; then what is missing is hashed one by one.
 */
static int hash_many(struct it_traced_files *files, const struct identities *identities,
		     const struct it_trace_terms *terms, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings paths = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_strings nothing = { 0 };
	const struct it_snapshot_options options = { .exclude = &nothing,
						     .optional = true,
						     .algorithms = terms->snapshot->algorithms };
	int rc = list_unknown(&paths, identities, err);

	if (rc || !paths.count)
		return rc;
	rc = it_snapshot(&files->digests, &paths, &options, &why);
	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc)
		it_artifacts_done(&files->digests);
	return INTOTO_OK;
}

/* Whether a file is what was looked at, so that its state still says what its digest is worth. */
static bool is_still(const struct it_traced_file *file, const struct stat *about)
{
	return S_ISREG(about->st_mode) && about->st_dev == file->device &&
	       about->st_ino == file->inode && about->st_ctim.tv_sec == file->changed.tv_sec &&
	       about->st_ctim.tv_nsec == file->changed.tv_nsec;
}

/* Into out; it stays empty when the file cannot be read, or is another by now. */
static void hash_one(struct it_buf *out, struct it_hasher *hasher,
		     const struct it_traced_file *file)
{
	const char *path = it_traced_file_real(file);
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat about;

	it_buf_reset(out);
	if (fd < 0 || fstat(fd, &about) || !is_still(file, &about))
		return;
	if (it_hash_file(hasher, fd, &about, it_span_text(path), out, NULL) || out->failed)
		it_buf_reset(out);
}

static int hash_rest(struct it_traced_files *files, const struct identities *identities,
		     const struct it_trace_terms *terms, struct intoto_error **err)
{
	IT_AUTO(it_hasher_done) struct it_hasher hasher = { 0 };
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_MAX);
	int rc = it_hasher_init(&hasher, terms->snapshot->algorithms, err);

	for (size_t i = 0; !rc && i < identities->count; i++) {
		struct it_traced_file *file = identities->items[i];
		const struct it_artifact *hashed;
		struct stat about;

		if (!leads(identities, i) || file->digests)
			continue;
		hashed =
			it_artifacts_find(&files->digests, it_span_text(it_traced_file_real(file)));
		if (hashed && !stat(it_traced_file_real(file), &about) && is_still(file, &about)) {
			file->digests = hashed->digests;
			continue;
		}
		hash_one(&digests, &hasher, file);
		if (!digests.len)
			continue;
		file->digests = it_artifacts_keep(&files->digests, it_buf_span(&digests));
		if (!file->digests)
			rc = it_err_nomem(err);
	}
	return rc;
}

int it_traced_files_digest(struct it_traced_files *files, const struct it_trace_terms *terms,
			   struct intoto_error **err)
{
	struct identities identities = { 0 };
	int rc = sort(&identities, files, terms, err);

	if (!rc)
		rc = hash_many(files, &identities, terms, err);
	if (!rc)
		rc = hash_rest(files, &identities, terms, err);
	if (!rc)
		share(&identities);
	free(identities.items);
	return rc;
}
