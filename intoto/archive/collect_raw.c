/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports and SBOMs that evidence names by their digest, where the files are at hand: beside the
 * links, or in a folder that the user names.
 */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/bundle.h"
#include "archive/collect_part.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "json/json.h"
#include "model/bundle.h"

enum { DIGITS = 2 * IT_SHA256_SIZE, EVIDENCE_MAX = 256 * 1024 * 1024, PIECE = 256 * 1024 };

/* Digests that some document names. */
struct named {
	void *tree; /* tsearch(3), of texts */
	struct it_strings texts;
};

static int compare(const void *a, const void *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

static void leave(void *text)
{
	(void)text; /* belongs to the texts */
}

static void named_done(struct named *named)
{
	tdestroy(named->tree, leave);
	it_strings_done(&named->texts);
}

static int note(struct named *named, struct it_span digits, struct intoto_error **err)
{
	const char *text;
	int rc = it_strings_add_span(&named->texts, digits, err);

	if (rc)
		return rc;
	text = named->texts.items[named->texts.count - 1];
	return tsearch(text, &named->tree, compare) ? INTOTO_OK : it_err_nomem(err);
}

static size_t hex_run(struct it_span text, size_t at)
{
	size_t len = 0;

	while (at + len < text.len && strchr("0123456789abcdef", text.data[at + len]) &&
	       text.data[at + len])
		len++;
	return len;
}

/* Every run of exactly 64 digits: whatever the document calls it, a file with that digest is what
 * it speaks of. */
static int note_digests(struct named *named, struct it_span text, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t at = 0; !rc && at < text.len;) {
		size_t len = hex_run(text, at);

		if (len == DIGITS)
			rc = note(named, it_span(text.data + at, len), err);
		at += len + 1;
	}
	return rc;
}

static int note_payload(void *arg, size_t number, struct it_span text, struct intoto_error **err)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	(void)number;
	return intoto_envelope_parse(&envelope, text.data, text.len, NULL)
		       ? INTOTO_OK
		       : note_digests(arg, it_buf_span(&envelope->payload), err);
}

static int note_source(struct named *named, const struct it_archive_source *source,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(EVIDENCE_MAX);
	int rc = it_file_read(&text, source->path, err);

	if (!rc)
		rc = note_digests(named, it_buf_span(&text), err);
	if (rc)
		return rc;
	return it_archive_is_bundle(source->member.name)
		       ? it_bundle_each(it_buf_span(&text), note_payload, named, err)
		       : note_payload(named, 0, it_buf_span(&text), err);
}

static int hash(struct it_buf *out, const char *path, bool *file, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	unsigned char bytes[IT_DIGEST_MAX];
	struct it_digest digest;
	struct stat about;
	ssize_t got;

	*file = false;
	if (!piece)
		return it_err_nomem(err);
	if (fd < 0 || fstat(fd, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return INTOTO_OK;
	it_digest_start(&digest, it_digest_find("sha256"));
	while ((got = TEMP_FAILURE_RETRY(read(fd, piece, PIECE))) > 0)
		it_digest_add(&digest, piece, (size_t)got);
	if (got < 0)
		return it_err_errno(err, errno, "%s", path);
	it_digest_finish(&digest, bytes);
	it_hex_encode(out, it_span(bytes, IT_SHA256_SIZE));
	*file = true;
	return it_buf_check(out, "digest", err);
}

static int collect_file(struct it_archive_collection *out, const struct named *named,
			const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(DIGITS);
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(IT_ARCHIVE_NAME_MAX);
	bool file = false;
	int rc = hash(&hex, path, &file, err);

	if (rc || !file || !tfind(it_buf_text(&hex), &named->tree, compare))
		return rc;
	(void)it_buf_printf(&name, "%ssha256/%s", it_archive_role_folder(IT_ROLE_RAW),
			    it_buf_text(&hex)); /* looked at below */
	rc = it_buf_check(&name, "name", err);
	return rc ? rc
		  : it_collect_file(out, IT_ROLE_RAW, it_buf_text(&name), path, it_buf_text(&hex),
				    err);
}

/* Beside the links it may be evidence itself, which is there already. */
static int is_evidence(bool *out, const struct it_archive_collection *collection, const char *name,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf member = IT_BUF(IT_ARCHIVE_NAME_MAX);

	(void)it_buf_printf(&member, "%s%s", it_archive_role_folder(IT_ROLE_LINK),
			    name); /* looked at below */
	*out = !member.failed && it_collect_has(collection, it_buf_text(&member));
	return it_buf_check(&member, "name", err);
}

static int collect_folder(struct it_archive_collection *out, const struct named *named,
			  const char *folder, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = it_dir_list(&names, folder, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_freep) char *path = it_path_join(folder, names.items[i]);
		bool evidence = false;

		if (!path)
			return it_err_nomem(err);
		rc = is_evidence(&evidence, out, names.items[i], err);
		if (!rc && !evidence)
			rc = collect_file(out, named, path, err);
	}
	return rc;
}

bool it_collect_is_folder(const char *path)
{
	struct stat about;

	return !stat(path, &about) && S_ISDIR(about.st_mode);
}

bool it_collect_is_file(const char *path)
{
	struct stat about;

	return !stat(path, &about) && !S_ISDIR(about.st_mode);
}

static bool is_current(const char *path)
{
	struct stat one;
	struct stat two;

	return !stat(path, &one) && !stat(".", &two) && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

int it_collect_raw(struct it_archive_collection *out, const struct it_archive_wish *wish,
		   struct intoto_error **err)
{
	IT_AUTO(named_done) struct named named = { 0 };
	size_t count = out->count;
	const char *links = wish->verify->link_dir;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < count; i++)
		if (out->sources[i].path && (out->sources[i].member.role == IT_ROLE_LINK ||
					     out->sources[i].member.role == IT_ROLE_ATTESTATION))
			rc = note_source(&named, &out->sources[i], err);
	/* The current folder may be a whole source tree: its files are no reports. */
	if (!rc && links && it_collect_is_folder(links) && !is_current(links))
		rc = collect_folder(out, &named, links, err);
	for (size_t i = 0; !rc && i < wish->raw->count; i++)
		rc = collect_folder(out, &named, wish->raw->items[i], err);
	return rc;
}
