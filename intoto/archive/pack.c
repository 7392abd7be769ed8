/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packing: every source is hashed, the manifest is signed, then all is written.  What is not small
 * is read a second time then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/text.h"
#include "store/tar_stream.h"

enum {
	PIECE = 256 * 1024,
	SMALL = 64 * 1024,	     /* files up to this size are read once, */
	KEPT_MAX = 64 * 1024 * 1024, /* as far as this memory goes */
	SMALL_ARCHIVE = 1 << 30,     /* bytes of members that no ratio is asked of */
};

/* --- one source --- */

struct pouring {
	const struct it_archive_source *source;
	uint64_t size;
	char *piece; /* PIECE bytes, shared by all */
};

/* A symbolic link is followed: what is packed are bytes.  Without O_NONBLOCK a pipe would wait. */
static int open_source(int *fd, const char *path, uint64_t *size, struct intoto_error **err)
{
	struct stat about;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0 || fstat(*fd, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: is no file", path);
	*size = (uint64_t)about.st_size;
	return INTOTO_OK;
}

/* As much as it had when it was opened first, and no more may be there. */
static int pour_file(const struct pouring *pouring, int fd, const struct it_sink *sink,
		     struct intoto_error **err)
{
	const char *path = pouring->source->path;
	uint64_t left = pouring->size;
	int rc = INTOTO_OK;

	while (!rc && left) {
		size_t want = left < PIECE ? (size_t)left : PIECE;
		ssize_t got = TEMP_FAILURE_RETRY(read(fd, pouring->piece, want));

		if (got < 0)
			return it_err_errno(err, errno, "%s", path);
		if (!got)
			return it_err_set(err, INTOTO_E_IO,
					  "%s: became shorter while it was packed", path);
		left -= (uint64_t)got;
		rc = it_sink_take(sink, it_span(pouring->piece, (size_t)got), err);
	}
	/* What stands behind would be left out in silence. */
	if (!rc && TEMP_FAILURE_RETRY(read(fd, &(char){ 0 }, 1)) != 0)
		rc = it_err_set(err, INTOTO_E_IO, "%s: became longer while it was packed", path);
	return rc;
}

static int pour(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	const struct pouring *pouring = self;
	IT_AUTO(it_fd_close) int fd = -1;
	uint64_t size = 0;
	int rc;

	if (!pouring->source->path)
		return it_sink_take(sink, pouring->source->bytes, err);
	rc = open_source(&fd, pouring->source->path, &size, err);
	return rc ? rc : pour_file(pouring, fd, sink, err);
}

struct hashing {
	struct it_digest sha256;
	struct it_sink next; /* take NULL: nobody */
};

static int hash_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct hashing *hashing = arg;

	it_digest_add(&hashing->sha256, piece.data, piece.len);
	return hashing->next.take ? it_sink_take(&hashing->next, piece, err) : INTOTO_OK;
}

static void start(struct hashing *hashing)
{
	it_digest_start(&hashing->sha256, it_digest_find("sha256"));
}

static int finish(struct it_buf *out, struct it_digest *digest, size_t size,
		  struct intoto_error **err)
{
	unsigned char bytes[IT_DIGEST_MAX];

	it_digest_finish(digest, bytes);
	it_hex_encode(out, it_span(bytes, size));
	return it_buf_check(out, "digest", err);
}

/* --- the members of the manifest --- */

struct packing {
	const struct it_archive_packing *wanted;
	const struct it_archive_source **order; /* by name */
	char **kept; /* the bytes of small files, in that order; NULL: to be read again */
	uint64_t kept_bytes;
	char *piece;
	size_t files;
	uint64_t bytes;
};

static void packing_done(struct packing *packing)
{
	for (size_t i = 0; packing->kept && i < packing->wanted->source_count; i++)
		free(packing->kept[i]);
	free(packing->kept);
	free(packing->order);
	free(packing->piece);
}

static int compare(const void *a, const void *b)
{
	const struct it_archive_source *const *one = a;
	const struct it_archive_source *const *two = b;

	return it_span_cmp(it_span_text((*one)->member.name), it_span_text((*two)->member.name));
}

static int sort(struct packing *packing, struct intoto_error **err)
{
	const struct it_archive_packing *wanted = packing->wanted;
	size_t count = wanted->source_count;

	if (count > IT_ARCHIVE_MEMBERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%zu members, want at most %d", count,
				  IT_ARCHIVE_MEMBERS_MAX);
	packing->piece = malloc(PIECE);
	packing->order = calloc(count + 1, sizeof(const struct it_archive_source *));
	packing->kept = calloc(count + 1, sizeof(char *));
	if (!packing->piece || !packing->order || !packing->kept)
		return it_err_nomem(err);
	for (size_t i = 0; i < count; i++)
		packing->order[i] = &wanted->sources[i];
	qsort(packing->order, count, sizeof *packing->order, compare);
	return INTOTO_OK;
}

static int keep(struct it_archive_manifest *manifest, const char **out, const char *text,
		struct intoto_error **err)
{
	int rc = it_strings_add(&manifest->texts, text, err);

	if (!rc)
		*out = manifest->texts.items[manifest->texts.count - 1];
	return rc;
}

static int fill_digest(struct it_archive_manifest *manifest, struct it_archive_member *member,
		       struct hashing *hashing, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	int rc = finish(&hex, &hashing->sha256, IT_SHA256_SIZE, err);

	/* A stronger one is added when this one ages, by a renewal. */
	member->sha512 = "";
	return rc ? rc : keep(manifest, &member->sha256, it_buf_text(&hex), err);
}

/* The bytes of a small file, for the second time that they are wanted, too.  One more than it has
 * is asked for, to see that there is none. */
static int keep_small(struct packing *packing, size_t number, int fd, size_t size,
		      struct intoto_error **err)
{
	const char *path = packing->order[number]->path;
	char *bytes = packing->kept[number] = malloc(size + 1);
	size_t len = 0;
	ssize_t got = 1;

	if (!bytes)
		return it_err_nomem(err);
	packing->kept_bytes += size + 1;
	while (len <= size && got > 0) {
		got = TEMP_FAILURE_RETRY(read(fd, bytes + len, size + 1 - len));
		if (got < 0)
			return it_err_errno(err, errno, "%s", path);
		len += (size_t)got;
	}
	if (len == size)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_IO, "%s: became %s while it was packed", path,
			  len < size ? "shorter" : "longer");
}

static int hash_file(struct packing *packing, size_t number, uint64_t *size,
		     struct hashing *hashing, struct intoto_error **err)
{
	struct pouring pouring = { .source = packing->order[number], .piece = packing->piece };
	const struct it_sink sink = { hash_piece, hashing };
	IT_AUTO(it_fd_close) int fd = -1;
	int rc = open_source(&fd, pouring.source->path, size, err);

	if (rc)
		return rc;
	pouring.size = *size;
	if (*size > SMALL || packing->kept_bytes + *size > KEPT_MAX)
		return pour_file(&pouring, fd, &sink, err);
	rc = keep_small(packing, number, fd, (size_t)*size, err);
	if (!rc)
		it_digest_add(&hashing->sha256, packing->kept[number], (size_t)*size);
	return rc;
}

static int hash_source(struct packing *packing, size_t number, uint64_t *size,
		       struct hashing *hashing, struct intoto_error **err)
{
	const struct it_archive_source *source = packing->order[number];

	start(hashing);
	if (source->path)
		return hash_file(packing, number, size, hashing, err);
	*size = source->bytes.len;
	it_digest_add(&hashing->sha256, source->bytes.data, source->bytes.len);
	return INTOTO_OK;
}

static int describe(struct packing *packing, size_t number, struct it_archive_member *member,
		    struct intoto_error **err)
{
	const struct it_archive_source *source = packing->order[number];
	struct it_archive_manifest *manifest = packing->wanted->manifest;
	struct hashing hashing = { .next = { 0 } };
	int rc = INTOTO_OK;

	if (!it_archive_name_is_safe(source->member.name))
		rc = it_err_set(err, INTOTO_E_FORMAT,
				"%s: a member cannot have the name that it would get",
				source->path ? source->path : "bytes");
	if (!rc)
		rc = hash_source(packing, number, &member->size, &hashing, err);
	if (rc)
		return rc;
	member->role = source->member.role;
	rc = keep(manifest, &member->name, source->member.name, err);
	if (!rc)
		rc = keep(manifest, &member->media_type, source->member.media_type, err);
	if (!rc)
		rc = fill_digest(manifest, member, &hashing, err);
	if (!rc && source->sha256 && !it_streq(source->sha256, member->sha256))
		rc = it_err_set(err, INTOTO_E_IO, "%s: changed since it was verified",
				source->path ? source->path : member->name);
	return rc;
}

/* No verification would take it: on some file systems one would replace the other. */
static int check_collisions(const struct it_archive_manifest *manifest, struct intoto_error **err)
{
	struct it_archive_collision found;
	int rc = it_archive_collision_find(&found, manifest, err);

	if (rc || !found.name)
		return rc;
	return it_err_set(err, INTOTO_E_FORMAT, "%s: %s", found.name, found.text);
}

static int describe_all(struct packing *packing, struct intoto_error **err)
{
	struct it_archive_manifest *manifest = packing->wanted->manifest;
	size_t count = packing->wanted->source_count;
	int rc = INTOTO_OK;

	free(manifest->members);
	manifest->member_count = 0;
	manifest->members = calloc(count + 1, sizeof *manifest->members);
	if (!manifest->members)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		rc = describe(packing, i, &manifest->members[i], err);
		if (!rc && i && it_streq(manifest->members[i - 1].name, manifest->members[i].name))
			rc = it_err_set(err, INTOTO_E_FORMAT, "%s: would be there twice",
					manifest->members[i].name);
	}
	if (rc)
		return rc;
	manifest->member_count = count;
	rc = check_collisions(manifest, err);
	return rc ? rc : it_archive_manifest_root(&manifest->root, manifest, err);
}

/* --- writing --- */

static int write_manifest(const struct packing *packing, struct it_tar_writer *writer,
			  struct intoto_error **err)
{
	const struct it_archive_packing *wanted = packing->wanted;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	struct it_span bytes = { 0 };
	struct it_message message;
	int rc = it_archive_manifest_write(&envelope, wanted->manifest, err);

	if (!rc)
		rc = wanted->sign(wanted->sign_arg, envelope, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &bytes.len, err);
	if (rc)
		return rc;
	bytes.data = text;
	message = it_message_of(&bytes);
	return it_tar_writer_add(writer, IT_ARCHIVE_MANIFEST_NAME, wanted->manifest->time, &message,
				 err);
}

/* What is written, and hashed again. */
struct second {
	struct pouring pouring;
	struct hashing hashing;
};

static int pour_again(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct second *second = self;
	const struct it_sink own = { hash_piece, &second->hashing };

	second->hashing.next = *sink;
	start(&second->hashing);
	return pour(&second->pouring, &own, err);
}

/* The second reading must give what the first one gave. */
static int write_again(struct packing *packing, struct it_tar_writer *writer, size_t number,
		       struct intoto_error **err)
{
	const struct it_archive_member *member = &packing->wanted->manifest->members[number];
	struct second second = {
		.pouring = { packing->order[number], member->size, packing->piece },
	};
	const struct it_message message = { .pour = pour_again,
					    .self = &second,
					    .len = member->size };
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	int rc = it_tar_writer_add(writer, member->name, packing->wanted->manifest->time, &message,
				   err);

	if (!rc)
		rc = finish(&hex, &second.hashing.sha256, IT_SHA256_SIZE, err);
	if (!rc && !it_streq(it_buf_text(&hex), member->sha256))
		rc = it_err_set(err, INTOTO_E_IO, "%s: changed while it was packed",
				packing->order[number]->path ? packing->order[number]->path
							     : member->name);
	return rc;
}

static int write_member(struct packing *packing, struct it_tar_writer *writer, size_t number,
			struct intoto_error **err)
{
	const struct it_archive_packing *wanted = packing->wanted;
	const struct it_archive_member *member = &wanted->manifest->members[number];
	struct it_span bytes = it_span(packing->kept[number], (size_t)member->size);
	const struct it_message kept = it_message_of(&bytes);
	int rc = packing->kept[number] ? it_tar_writer_add(writer, member->name,
							   wanted->manifest->time, &kept, err)
				       : write_again(packing, writer, number, err);

	packing->files++;
	packing->bytes += member->size;
	if (wanted->progress)
		wanted->progress(wanted->progress_arg, packing->files, packing->bytes);
	return rc;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

static int open_writer(struct it_tar_writer **out, const char *path,
		       const struct it_archive_packing *wanted, struct intoto_error **err)
{
	struct it_tar_style style = {
		.filter = wanted->compression == IT_ARCHIVE_ZSTD ? IT_TAR_ZSTD : IT_TAR_PLAIN,
		.level = wanted->level,
	};

	for (size_t i = 0; i < wanted->source_count; i++)
		style.bytes = style.bytes || !is_ascii(wanted->sources[i].member.name);
	return it_tar_writer_open(out, path, &style, err);
}

bool it_archive_ratio_is_sane(uint64_t members, uint64_t file)
{
	return members <= SMALL_ARCHIVE || members / IT_ARCHIVE_RATIO_MAX <= file;
}

/* What no verification would unpack is not packed. */
static int check_ratio(const struct packing *packing, struct it_tar_writer *writer,
		       struct intoto_error **err)
{
	uint64_t file = 0;
	int rc = it_tar_writer_close(writer, &file, err);

	if (rc || it_archive_ratio_is_sane(packing->bytes, file))
		return rc;
	return it_err_set(err, INTOTO_E_LIMIT,
			  "its members are more than %d times as large as it: want "
			  "--compression=none",
			  IT_ARCHIVE_RATIO_MAX);
}

int it_archive_pack(const char *path, const struct it_archive_packing *wanted,
		    struct intoto_error **err)
{
	IT_AUTO(packing_done) struct packing packing = { .wanted = wanted };
	IT_AUTO(it_tar_writer_freep) struct it_tar_writer *writer = NULL;
	int rc = sort(&packing, err);

	if (!rc)
		rc = describe_all(&packing, err);
	if (!rc)
		rc = open_writer(&writer, path, wanted, err);
	if (!rc)
		rc = write_manifest(&packing, writer, err);
	for (size_t i = 0; !rc && i < wanted->source_count; i++)
		rc = write_member(&packing, writer, i, err);
	if (!rc)
		rc = check_ratio(&packing, writer, err);
	return rc ? rc : it_tar_writer_finish(writer, err);
}
