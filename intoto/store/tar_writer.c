/* SPDX-License-Identifier: Apache-2.0 */
/* Writing tar files through libarchive, without a trace of this machine. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/draft.h"
#include "base/text.h"
#include "store/tar_stream.h"

enum { LEVEL = 3, LEVEL_MAX = 19, PERMISSIONS = 0644, LEVEL_TEXT = 16 };

struct it_tar_writer {
	struct archive *archive;
	struct it_draft draft;
	char *path;
	struct intoto_error *why; /* of the draft */
	int rc;
};

void it_tar_writer_free(struct it_tar_writer *writer)
{
	if (!writer)
		return;
	(void)archive_write_free(writer->archive); /* NULL is fine; failures were told before */
	it_draft_drop(&writer->draft);
	intoto_error_free(writer->why);
	free(writer->path);
	free(writer);
}

static la_ssize_t write_piece(struct archive *archive, void *arg, const void *data, size_t len)
{
	struct it_tar_writer *writer = arg;

	if (!writer->rc)
		writer->rc = it_draft_add(&writer->draft, it_span(data, len), &writer->why);
	if (!writer->rc)
		return (la_ssize_t)len;
	archive_set_error(archive, EIO, "the file cannot be written");
	return -1;
}

/* What went wrong last: the file, or the archive in it. */
static int refuse(struct it_tar_writer *writer, struct intoto_error **err)
{
	const char *why = archive_error_string(writer->archive);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(why ? why : ""));

	if (writer->rc)
		return it_err_set(err, (enum intoto_code)writer->rc, "%s",
				  intoto_error_text(writer->why));
	return it_err_set(err,
			  archive_errno(writer->archive) == ENOMEM ? INTOTO_E_NOMEM : INTOTO_E_IO,
			  "%s: %s", writer->path, quoted ? quoted : "");
}

static bool set_up(struct it_tar_writer *writer, const struct it_tar_style *style)
{
	struct archive *archive = writer->archive;
	char text[LEVEL_TEXT];

	(void)snprintf(text, sizeof text, "%d",
		       style->level > 0 && style->level <= LEVEL_MAX ? style->level : LEVEL);
	/* Names are bytes: whatever the locale, none is converted. */
	if (archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
	    (style->bytes &&
	     archive_write_set_format_option(archive, "pax", "hdrcharset", "BINARY") != ARCHIVE_OK))
		return false;
	if (style->filter == IT_TAR_ZSTD &&
	    (archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
	     archive_write_set_filter_option(archive, "zstd", "compression-level", text) !=
		     ARCHIVE_OK))
		return false;
	/* No filling behind the mark of the end. */
	return archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
	       archive_write_open2(archive, writer, NULL, write_piece, NULL, NULL) == ARCHIVE_OK;
}

int it_tar_writer_open(struct it_tar_writer **out, const char *path,
		       const struct it_tar_style *style, struct intoto_error **err)
{
	IT_AUTO(it_tar_writer_freep) struct it_tar_writer *writer = calloc(1, sizeof *writer);
	int rc;

	*out = NULL;
	if (!writer)
		return it_err_nomem(err);
	writer->draft = (struct it_draft)IT_DRAFT;
	writer->path = it_text_quoted(it_span_text(path));
	writer->archive = archive_write_new();
	if (!writer->path || !writer->archive)
		return it_err_nomem(err);
	rc = it_draft_open(&writer->draft, path, 0666, IT_FILE_SYNC, err);
	if (rc)
		return rc;
	if (!set_up(writer, style))
		return refuse(writer, err);
	*out = writer;
	writer = NULL; /* now the caller's */
	return INTOTO_OK;
}

static void entry_done(struct archive_entry **entry)
{
	archive_entry_free(*entry);
}

struct filling {
	struct it_tar_writer *writer;
	uint64_t left;
};

static int fill(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct filling *filling = arg;

	if (piece.len > filling->left)
		return it_err_set(err, INTOTO_E_IO, "%s: a member gives more than it has",
				  filling->writer->path);
	if (archive_write_data(filling->writer->archive, piece.data, piece.len) !=
	    (la_ssize_t)piece.len)
		return refuse(filling->writer, err);
	filling->left -= piece.len;
	return INTOTO_OK;
}

int it_tar_writer_add(struct it_tar_writer *writer, const char *name, int64_t time,
		      const struct it_message *content, struct intoto_error **err)
{
	IT_AUTO(entry_done) struct archive_entry *entry = archive_entry_new();
	struct filling filling = { writer, content->len };
	const struct it_sink sink = { fill, &filling };
	int rc;

	if (!entry)
		return it_err_nomem(err);
	if (content->len > INT64_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: a member without an end", writer->path);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, PERMISSIONS);
	archive_entry_set_size(entry, (la_int64_t)content->len);
	archive_entry_set_mtime(entry, time, 0);
	if (archive_write_header(writer->archive, entry) != ARCHIVE_OK)
		return refuse(writer, err);
	rc = it_message_pour(content, &sink, err);
	if (!rc && filling.left)
		rc = it_err_set(err, INTOTO_E_IO, "%s: a member gives less than it has",
				writer->path);
	return rc;
}

int it_tar_writer_close(struct it_tar_writer *writer, uint64_t *size, struct intoto_error **err)
{
	if (archive_write_close(writer->archive) != ARCHIVE_OK)
		return refuse(writer, err);
	*size = (uint64_t)archive_filter_bytes(writer->archive, -1);
	return INTOTO_OK;
}

int it_tar_writer_finish(struct it_tar_writer *writer, struct intoto_error **err)
{
	/* A second close does nothing. */
	if (archive_write_close(writer->archive) != ARCHIVE_OK)
		return refuse(writer, err);
	return it_draft_finish(&writer->draft, err);
}
