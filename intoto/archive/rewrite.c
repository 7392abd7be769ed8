/* SPDX-License-Identifier: Apache-2.0 */
/* Copies an archive entry by entry, each hashed once more, and puts a statement behind them. */
#include "archive/rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "store/tar_stream.h"

enum { PER_ENTRY = 8 * 1024, SLACK = 1024 * 1024 };

void it_archive_rewriting_done(struct it_archive_rewriting *rewriting)
{
	it_archive_free(rewriting->archive);
	it_archive_listing_free(rewriting->listing);
	it_buf_done(&rewriting->text);
	it_buf_done(&rewriting->sha512);
	free(rewriting->withhold);
}

/* --- what there is --- */

/* A renewal of evidence that does not hold would only hide that. */
static int check_later(const struct it_archive_rewriting *rewriting, size_t number,
		       struct intoto_error **err)
{
	const struct it_archive_addition *addition = &rewriting->archive->additions[number];
	size_t before = rewriting->listing->first_later + number;
	IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_LISTING_MAX);
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(2 * IT_DIGEST_MAX);
	char name[IT_ARCHIVE_LATER_NAME];
	int rc = it_archive_later_read(&later, addition->envelope, err);

	it_archive_later_name(name, number);
	if (!rc)
		rc = it_archive_listing_print(&text, rewriting->listing, before, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", addition->name);
	it_archive_sha512(&found, it_buf_span(&text));
	if (!it_streq(addition->name, name) || later->entries != before || found.failed ||
	    !it_streq(it_buf_text(&found), later->listing))
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: is not over what stands before it: verify says more",
				  addition->name);
	return INTOTO_OK;
}

static int check(const struct it_archive_rewriting *rewriting, struct intoto_error **err)
{
	const struct it_archive *archive = rewriting->archive;
	const struct it_archive_fault *fault = archive->faults;

	if (!it_archive_is_whole(archive)) {
		while (fault->kind == IT_FAULT_WITHHELD)
			fault++;
		return it_err_set(err, INTOTO_E_POLICY, "is not whole: %s %s", fault->name,
				  fault->text);
	}
	return rewriting->adding->trust
		       ? rewriting->adding->trust(rewriting->adding->trust_arg, archive, err)
		       : INTOTO_OK;
}

int it_archive_rewriting_open(struct it_archive_rewriting *rewriting,
			      const struct it_archive_adding *adding, struct intoto_error **err)
{
	int rc;

	rewriting->adding = adding;
	rewriting->text = (struct it_buf)IT_BUF(IT_ARCHIVE_LISTING_MAX);
	rewriting->sha512 = (struct it_buf)IT_BUF(2 * IT_DIGEST_MAX);
	rc = it_archive_read(&rewriting->archive, adding->path, NULL, err);
	if (rc)
		return rc;
	rc = it_err_wrap(err, check(rewriting, err), "%s", adding->path);
	if (!rc)
		rc = it_archive_listing_read(&rewriting->listing, adding->path, rewriting->archive,
					     err);
	for (size_t i = 0; !rc && i < rewriting->archive->addition_count; i++)
		rc = it_err_wrap(err, check_later(rewriting, i, err), "%s", adding->path);
	if (!rc)
		rc = it_archive_listing_print(&rewriting->text, rewriting->listing,
					      rewriting->listing->count, err);
	if (rc)
		return rc;
	it_archive_sha512(&rewriting->sha512, it_buf_span(&rewriting->text));
	rewriting->withhold = calloc(rewriting->listing->count, sizeof *rewriting->withhold);
	if (!rewriting->withhold)
		return it_err_nomem(err);
	return it_buf_check(&rewriting->sha512, "digest", err);
}

/* --- copying --- */

struct copying {
	struct it_tar_reader *reader;
	struct it_digest sha512;
	struct it_sink next;
};

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct copying *copying = arg;

	it_digest_add(&copying->sha512, piece.data, piece.len);
	return it_sink_take(&copying->next, piece, err);
}

static int pour(void *self, const struct it_sink *sink, struct intoto_error **err)
{
	struct copying *copying = self;
	const struct it_sink own = { take, copying };

	copying->next = *sink;
	it_digest_start(&copying->sha512, it_digest_find("sha512"));
	return it_tar_reader_content(copying->reader, &own, err);
}

static int refuse_change(const struct it_archive_rewriting *rewriting, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_IO, "%s: changed while it was copied",
			  rewriting->adding->path);
}

static int copy(struct it_archive_rewriting *rewriting, struct it_tar_reader *reader,
		struct it_tar_writer *writer, size_t number, struct intoto_error **err)
{
	const struct it_archive_entry *wanted = &rewriting->listing->entries[number];
	struct copying copying = { .reader = reader };
	const struct it_message message = { .pour = pour, .self = &copying, .len = wanted->size };
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	unsigned char digest[IT_DIGEST_MAX];
	struct it_tar_entry entry;
	bool more = false;
	int rc = it_tar_reader_next(reader, &entry, &more, err);

	if (rc)
		return rc;
	if (!more || !entry.file || !it_streq(entry.name, wanted->name) ||
	    entry.size != wanted->size)
		return refuse_change(rewriting, err);
	if (rewriting->withhold[number])
		return INTOTO_OK; /* passed over */
	rc = it_tar_writer_add(writer, wanted->name, rewriting->archive->manifest->time, &message,
			       err);
	if (rc)
		return rc;
	it_digest_finish(&copying.sha512, digest);
	it_hex_encode(&hex, it_span(digest, sizeof digest));
	rc = it_buf_check(&hex, "digest", err);
	if (!rc && !it_streq(it_buf_text(&hex), wanted->sha512))
		rc = refuse_change(rewriting, err);
	return rc;
}

static int copy_all(struct it_archive_rewriting *rewriting, struct it_tar_writer *writer,
		    struct intoto_error **err)
{
	const struct it_archive_listing *listing = rewriting->listing;
	IT_AUTO(it_tar_reader_freep) struct it_tar_reader *reader = NULL;
	uint64_t bound = SLACK;
	int rc = it_tar_reader_open(&reader, rewriting->adding->path, err);

	if (rc)
		return rc;
	/* Their sum was bounded when the archive was read. */
	for (size_t i = 0; i < listing->count; i++)
		bound += listing->entries[i].size + PER_ENTRY;
	it_tar_reader_bound(reader, bound);
	for (size_t i = 0; !rc && i < listing->count; i++)
		if (listing->entries[i].there)
			rc = copy(rewriting, reader, writer, i, err);
	return rc;
}

/* --- writing --- */

/* As the old one was: zstd, or nothing. */
static int find_filter(enum it_tar_filter *out, const char *path, struct intoto_error **err)
{
	static const char zstd[] = "\x28\xb5\x2f\xfd"; /* RFC 8878 section 3.1.1 */
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char found[sizeof zstd - 1];
	size_t len = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	for (; got > 0 && len<sizeof found; len += got> 0 ? (size_t)got : 0)
		got = TEMP_FAILURE_RETRY(read(fd, found + len, sizeof found - len));
	if (got < 0)
		return it_err_errno(err, errno, "%s", path);
	if (len < sizeof found)
		return it_err_set(err, INTOTO_E_IO, "%s: changed while it was copied", path);
	*out = it_span_is(it_span(found, len), zstd) ? IT_TAR_ZSTD : IT_TAR_PLAIN;
	return INTOTO_OK;
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

static int open_writer(struct it_tar_writer **out, const struct it_archive_rewriting *rewriting,
		       struct intoto_error **err)
{
	struct it_tar_style style = { 0 };
	int rc = find_filter(&style.filter, rewriting->adding->path, err);

	for (size_t i = 0; i < rewriting->listing->count; i++)
		style.bytes = style.bytes || !is_ascii(rewriting->listing->entries[i].name);
	return rc ? rc : it_tar_writer_open(out, rewriting->adding->output, &style, err);
}

static int add(const struct it_archive_rewriting *rewriting, struct it_tar_writer *writer,
	       const struct it_archive_later *later, struct intoto_error **err)
{
	const struct it_archive_adding *adding = rewriting->adding;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	struct it_span bytes = { 0 };
	struct it_message message;
	char name[IT_ARCHIVE_LATER_NAME];
	int rc = it_archive_later_write(&envelope, later, err);

	if (!rc)
		rc = adding->sign(adding->sign_arg, envelope, err);
	if (!rc)
		rc = intoto_envelope_print(envelope, &text, &bytes.len, err);
	if (rc)
		return rc;
	bytes.data = text;
	message = it_message_of(&bytes);
	it_archive_later_name(name, rewriting->archive->addition_count);
	return it_tar_writer_add(writer, name, rewriting->archive->manifest->time, &message, err);
}

/* What no verification would unpack is not written. */
static int check_ratio(const struct it_archive_rewriting *rewriting, struct it_tar_writer *writer,
		       struct intoto_error **err)
{
	uint64_t members = 0;
	uint64_t file = 0;
	int rc = it_tar_writer_close(writer, &file, err);

	for (size_t i = 0; i < rewriting->listing->count; i++)
		if (rewriting->listing->entries[i].there && !rewriting->withhold[i])
			members += rewriting->listing->entries[i].size;
	if (rc || it_archive_ratio_is_sane(members, file))
		return rc;
	return it_err_set(err, INTOTO_E_LIMIT,
			  "%s: would hold %ju bytes, more than %d times its size",
			  rewriting->adding->output, (uintmax_t)members, IT_ARCHIVE_RATIO_MAX);
}

int it_archive_rewrite(struct it_archive_rewriting *rewriting, struct it_archive_later *later,
		       struct intoto_error **err)
{
	IT_AUTO(it_tar_writer_freep) struct it_tar_writer *writer = NULL;
	int rc;

	later->time = rewriting->adding->time;
	later->tool = rewriting->adding->tool;
	later->archive = rewriting->archive->sha256;
	later->listing = it_buf_text(&rewriting->sha512);
	later->entries = rewriting->listing->count;
	rc = open_writer(&writer, rewriting, err);
	if (!rc)
		rc = copy_all(rewriting, writer, err);
	if (!rc)
		rc = add(rewriting, writer, later, err);
	if (!rc)
		rc = check_ratio(rewriting, writer, err);
	return rc ? rc : it_tar_writer_finish(writer, err);
}
