/* SPDX-License-Identifier: Apache-2.0 */
/* Tar files through libarchive. */
#include "store/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/text.h"

enum { PIECE = 64 * 1024 };

static void reader_done(struct archive **archive)
{
	(void)archive_read_free(*archive); /* NULL is fine; nothing is left to be read */
}

static void writer_done(struct archive **archive)
{
	(void)archive_write_free(*archive); /* NULL is fine; a failure was told by the close */
}

static void entry_done(struct archive_entry **entry)
{
	archive_entry_free(*entry);
}

static int refuse(struct archive *archive, const char *path, struct intoto_error **err)
{
	const char *why = archive_error_string(archive);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(why ? why : "no tar file"));

	return it_err_set(err,
			  archive_errno(archive) == ENOENT   ? INTOTO_E_NOTFOUND
			  : archive_errno(archive) == ENOMEM ? INTOTO_E_NOMEM
							     : INTOTO_E_FORMAT,
			  "%s: %s", path, quoted ? quoted : "");
}

/* --- reading --- */

static int pass_content(struct archive *archive, const char *path, const struct it_sink *sink,
			struct intoto_error **err)
{
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	int rc = piece ? INTOTO_OK : it_err_nomem(err);

	while (!rc) {
		la_ssize_t got = archive_read_data(archive, piece, PIECE);

		if (got < 0)
			return refuse(archive, path, err);
		if (!got)
			break;
		rc = it_sink_take(sink, it_span(piece, (size_t)got), err);
	}
	return rc;
}

static int describe(struct it_tar_member *member, struct archive_entry *entry, const char *path,
		    struct intoto_error **err)
{
	const char *name = archive_entry_pathname(entry);
	const char *hard = archive_entry_hardlink(entry);
	la_int64_t size = archive_entry_size(entry);

	while (name && it_starts_with(name, "./"))
		name += 2;
	if (!name || strlen(name) > IT_TAR_NAME_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: a member without a usable name", path);
	if (archive_entry_sparse_count(entry) || size < 0)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: a sparse member is not taken", path);
	*member = (struct it_tar_member){
		.name = name,
		.link = hard ? hard : archive_entry_symlink(entry),
		.size = (uint64_t)size,
	};
	return INTOTO_OK;
}

static int visit(struct archive *archive, struct archive_entry *entry, const char *path,
		 const struct it_tar_visitor *visitor, uint64_t *left, struct intoto_error **err)
{
	struct it_tar_member member;
	struct it_sink sink = { 0 };
	int rc;

	if (archive_entry_filetype(entry) != AE_IFREG &&
	    archive_entry_filetype(entry) != AE_IFLNK && !archive_entry_hardlink(entry))
		return INTOTO_OK;
	rc = describe(&member, entry, path, err);
	if (!rc && member.size > *left)
		rc = it_err_set(err, INTOTO_E_FORMAT, "%s: its members are longer than it is",
				path);
	if (rc)
		return rc;
	*left -= member.size;
	rc = visitor->begin(visitor->arg, &member, &sink, err);
	if (!rc && sink.take && !member.link)
		rc = pass_content(archive, path, &sink, err);
	return rc || !sink.take ? rc : visitor->end(visitor->arg, &member, err);
}

int it_tar_read(const char *path, const struct it_tar_visitor *visitor, struct intoto_error **err)
{
	IT_AUTO(reader_done) struct archive *archive = archive_read_new();
	struct archive_entry *entry = NULL;
	struct stat about;
	uint64_t left;
	int got = ARCHIVE_OK;
	int rc = INTOTO_OK;

	if (!archive)
		return it_err_nomem(err);
	if (stat(path, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a tar file", path);
	left = (uint64_t)about.st_size;
	if (archive_read_support_format_tar(archive) ||
	    archive_read_open_filename(archive, path, PIECE))
		return refuse(archive, path, err);
	for (size_t i = 0; !rc; i++) {
		got = archive_read_next_header(archive, &entry);
		if (got == ARCHIVE_EOF)
			break;
		if (got != ARCHIVE_OK)
			return refuse(archive, path, err);
		rc = i < IT_TAR_MEMBERS_MAX
			     ? visit(archive, entry, path, visitor, &left, err)
			     : it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d members", path,
					  IT_TAR_MEMBERS_MAX);
	}
	return rc;
}

/* --- writing --- */

/* What libarchive asks for its output. */
struct output {
	struct it_draft draft;
	struct intoto_error **err;
	int rc;
};

static void output_drop(struct output *output)
{
	it_draft_drop(&output->draft);
}

static la_ssize_t write_piece(struct archive *archive, void *arg, const void *data, size_t len)
{
	struct output *output = arg;

	output->rc = it_draft_add(&output->draft, it_span(data, len), output->err);
	if (!output->rc)
		return (la_ssize_t)len;
	archive_set_error(archive, EIO, "the file cannot be written");
	return -1;
}

static int write_content(struct archive *archive, int fd, uint64_t size, const char *path,
			 struct intoto_error **err)
{
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	uint64_t left = size;

	if (!piece)
		return it_err_nomem(err);
	while (left) {
		ssize_t got = read(fd, piece, left < PIECE ? (size_t)left : PIECE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return it_err_errno(err, got ? errno : EIO, "%s", path);
		if (archive_write_data(archive, piece, (size_t)got) != got)
			return INTOTO_E_IO; /* output.rc or the archive says why */
		left -= (uint64_t)got;
	}
	return INTOTO_OK;
}

static int write_file(struct archive *archive, const struct it_tar_file *file,
		      struct intoto_error **err)
{
	IT_AUTO(entry_done) struct archive_entry *entry = archive_entry_new();
	IT_AUTO(it_fd_close) int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat about;
	int rc;

	if (!entry)
		return it_err_nomem(err);
	if (fd < 0 || fstat(fd, &about))
		return it_err_errno(err, errno, "%s", file->path);
	archive_entry_set_pathname(entry, file->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, about.st_size);
	archive_entry_set_mtime(entry, 0, 0);
	if (archive_write_header(archive, entry) != ARCHIVE_OK)
		return INTOTO_E_IO; /* output.rc or the archive says why */
	rc = write_content(archive, fd, (uint64_t)about.st_size, file->path, err);
	if (!rc && file->spent)
		(void)unlink(file->path); /* only takes room */
	return rc;
}

static int write_all(struct archive *archive, struct output *output,
		     const struct it_tar_file *files, size_t count)
{
	int rc = INTOTO_OK;

	if (archive_write_set_format_pax_restricted(archive) ||
	    archive_write_open2(archive, output, NULL, write_piece, NULL, NULL))
		return INTOTO_E_IO;
	for (size_t i = 0; !rc && i < count; i++)
		rc = write_file(archive, &files[i], output->err);
	if (!rc && archive_write_close(archive) != ARCHIVE_OK)
		rc = INTOTO_E_IO;
	return rc;
}

int it_tar_write(const char *path, const struct it_tar_file *files, size_t count,
		 struct intoto_error **err)
{
	struct intoto_error *own = NULL;
	IT_AUTO(output_drop) struct output output = { .draft = IT_DRAFT, .err = err ? err : &own };
	int rc = it_draft_open(&output.draft, path, 0666, IT_FILE_SYNC, err);

	if (!rc) {
		IT_AUTO(writer_done) struct archive *archive = archive_write_new();

		rc = archive ? write_all(archive, &output, files, count) : it_err_nomem(err);
		if (rc && !*output.err)
			rc = refuse(archive, path, output.err);
	}
	if (!rc)
		rc = it_draft_finish(&output.draft, output.err);
	intoto_error_free(own);
	return rc;
}
