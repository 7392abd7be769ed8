/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an archive once: the manifest, then each member against it. */
#include <stdlib.h>
#include <string.h>

#include "archive/later.h"
#include "base/text.h"
#include "json/where.h"
#include "store/tar_stream.h"

enum {
	ADDITION_MAX = 16 * 1024 * 1024, /* bytes of one */
	ADDITIONS_MAX = 1024,
	FAULTS_MAX = 100, /* an archive with more is not worth a longer list */
	SLACK = 1024 * 1024,
	PER_MEMBER = 8 * 1024, /* headers and fillings */
	TEXT_MAX = 4096,
};

void it_archive_free(struct it_archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->addition_count; i++)
		intoto_envelope_free(archive->additions[i].envelope);
	free(archive->additions);
	free(archive->faults);
	it_archive_manifest_free(archive->manifest);
	intoto_envelope_free(archive->envelope);
	free(archive->sha256);
	free(archive->there);
	it_strings_done(&archive->texts);
	free(archive);
}

/* The archive, and what is known while it is read. */
struct reading {
	struct it_archive *archive;
	const struct it_archive_visitor *visitor;
	struct it_tar_reader *reader;
	size_t next; /* no member before this one should come any more */
	const char *path;
	uint64_t bytes; /* of the members so far */
	bool blown;	/* they are too many for the file */
};

static void reading_done(struct reading *reading)
{
	it_tar_reader_free(reading->reader);
	it_archive_free(reading->archive);
}

static int keep_text(struct it_archive *archive, const char **out, const char *text,
		     struct intoto_error **err)
{
	int rc = it_strings_add(&archive->texts, text, err);

	if (!rc)
		*out = archive->texts.items[archive->texts.count - 1];
	return rc;
}

static int add_fault(struct it_archive *archive, enum it_archive_fault_kind kind, const char *name,
		     const char *text, struct intoto_error **err)
{
	struct it_archive_fault *faults;
	struct it_archive_fault *fault;
	int rc;

	/* How it ends is always told. */
	if (archive->fault_count > FAULTS_MAX && kind != IT_FAULT_CUT)
		return INTOTO_OK;
	if (archive->fault_count == FAULTS_MAX && kind != IT_FAULT_CUT) {
		name = "";
		text = "and more, which are not listed";
	}
	faults = reallocarray(archive->faults, archive->fault_count + 1, sizeof *faults);
	if (!faults)
		return it_err_nomem(err);
	archive->faults = faults;
	fault = &faults[archive->fault_count];
	fault->kind = kind;
	rc = keep_text(archive, &fault->name, name, err);
	if (!rc)
		rc = keep_text(archive, &fault->text, text, err);
	if (!rc)
		archive->fault_count++;
	return rc;
}

/* --- content --- */

struct taking {
	struct it_digest sha256, sha512;
	bool both;
	struct it_sink next; /* take NULL: nobody */
};

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct taking *taking = arg;

	it_digest_add(&taking->sha256, piece.data, piece.len);
	if (taking->both)
		it_digest_add(&taking->sha512, piece.data, piece.len);
	return taking->next.take ? it_sink_take(&taking->next, piece, err) : INTOTO_OK;
}

static bool digest_is(struct it_digest *digest, size_t size, const char *wanted)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	unsigned char bytes[IT_DIGEST_MAX];

	it_digest_finish(digest, bytes);
	it_hex_encode(&hex, it_span(bytes, size));
	return !hex.failed && it_streq(it_buf_text(&hex), wanted);
}

/* Both digests must fit where there are two: the stronger one is there for the day when the other
 * one no longer proves anything. */
static int read_content(struct reading *reading, const struct it_archive_member *member, bool *good,
			const struct it_sink *sink, struct intoto_error **err)
{
	struct taking taking = { .both = *member->sha512, .next = *sink };
	const struct it_sink own = { take, &taking };
	int rc;

	it_digest_start(&taking.sha256, it_digest_find("sha256"));
	if (taking.both)
		it_digest_start(&taking.sha512, it_digest_find("sha512"));
	rc = it_tar_reader_content(reading->reader, &own, err);
	if (rc)
		return rc;
	*good = digest_is(&taking.sha256, IT_SHA256_SIZE, member->sha256);
	if (taking.both)
		*good = digest_is(&taking.sha512, 2 * IT_SHA256_SIZE, member->sha512) && *good;
	return INTOTO_OK;
}

/* --- members --- */

static int note_place(struct reading *reading, size_t number, bool *repeated,
		      struct intoto_error **err)
{
	const struct it_archive_member *member = &reading->archive->manifest->members[number];
	int rc = INTOTO_OK;

	*repeated = reading->archive->there[number];
	if (*repeated)
		return add_fault(reading->archive, IT_FAULT_REPEATED, member->name,
				 "is there twice", err);
	if (number < reading->next)
		rc = add_fault(reading->archive, IT_FAULT_REORDERED, member->name,
			       "does not stand where the manifest has it", err);
	reading->archive->there[number] = true;
	if (number >= reading->next)
		reading->next = number + 1;
	return rc;
}

/* What went wrong first is what is told. */
static int end_badly(const struct it_archive_visitor *visitor,
		     const struct it_archive_member *member, int rc, struct intoto_error **err)
{
	int ended = visitor->end(visitor->arg, member, false, rc ? NULL : err);

	return rc ? rc : ended;
}

static int visit(struct reading *reading, const struct it_archive_member *member, uint64_t size,
		 struct intoto_error **err)
{
	const struct it_archive_visitor *visitor = reading->visitor;
	struct it_sink sink = { 0 };
	bool good = false;
	int rc;

	if (size != member->size)
		return add_fault(reading->archive, IT_FAULT_REPLACED, member->name,
				 "has another size than the manifest says", err);
	rc = visitor ? visitor->begin(visitor->arg, member, &sink, err) : INTOTO_OK;
	if (rc)
		return rc;
	rc = read_content(reading, member, &good, &sink, err);
	/* Also of what was cut short nothing may stay. */
	if (visitor && sink.take && (rc || !good))
		rc = end_badly(visitor, member, rc, err);
	else if (!rc && visitor && sink.take)
		rc = visitor->end(visitor->arg, member, true, err);
	if (!rc && !good)
		rc = add_fault(reading->archive, IT_FAULT_REPLACED, member->name,
			       "has other bytes than the manifest says", err);
	return rc;
}

static int keep_sha512(struct it_archive *archive, const char **out, struct it_span bytes,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	unsigned char digest[IT_DIGEST_MAX];
	struct it_digest hashing;
	int rc;

	it_digest_start(&hashing, it_digest_find("sha512"));
	it_digest_add(&hashing, bytes.data, bytes.len);
	it_digest_finish(&hashing, digest);
	it_hex_encode(&hex, it_span(digest, sizeof digest));
	rc = it_buf_check(&hex, "digest", err);
	return rc ? rc : keep_text(archive, out, it_buf_text(&hex), err);
}

static int read_addition(struct reading *reading, const struct it_tar_entry *entry,
			 struct intoto_error **err)
{
	struct it_archive *archive = reading->archive;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ADDITION_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_sink sink = { it_sink_into_buf, &text };
	struct it_archive_addition *additions;
	struct it_archive_addition addition = { 0 };
	int rc;

	if (entry->size > ADDITION_MAX || archive->addition_count == ADDITIONS_MAX)
		return add_fault(archive, IT_FAULT_ADDED, entry->name, "is too long", err);
	rc = it_tar_reader_content(reading->reader, &sink, err);
	if (rc)
		return rc;
	if (intoto_envelope_parse(&addition.envelope, text.data, text.len, &why))
		return add_fault(archive, IT_FAULT_ADDED, entry->name, intoto_error_text(why), err);
	addition.size = text.len;
	rc = keep_text(archive, &addition.name, entry->name, err);
	if (!rc)
		rc = keep_sha512(archive, &addition.sha512, it_buf_span(&text), err);
	additions = rc ? NULL
		       : reallocarray(archive->additions, archive->addition_count + 1,
				      sizeof *additions);
	if (!additions) {
		intoto_envelope_free(addition.envelope);
		return rc ? rc : it_err_nomem(err);
	}
	archive->additions = additions;
	additions[archive->addition_count++] = addition;
	return INTOTO_OK;
}

/* The name is hostile until it is one of the manifest's. */
static int refuse_member(struct reading *reading, const struct it_tar_entry *entry,
			 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(TEXT_MAX);
	bool unsafe = !entry->file || !it_archive_name_is_safe(entry->name);

	it_text_quote(&name, it_span(entry->name, strnlen(entry->name, IT_ARCHIVE_NAME_MAX)));
	return add_fault(reading->archive, unsafe ? IT_FAULT_UNSAFE : IT_FAULT_ADDED,
			 it_buf_text(&name),
			 !entry->file ? "is no file: archives hold no links, folders and devices"
			 : unsafe     ? "is a name that no archive has"
				      : "is there, and the manifest does not name it",
			 err);
}

/* Nobody has verified that manifest: a member by which it would be blown up a thousand times is not
 * begun with.  What is withheld does not count, for it does not come out. */
static int check_ratio(struct reading *reading, const struct it_archive_member *member,
		       struct intoto_error **err)
{
	uint64_t file = it_tar_reader_size(reading->reader);

	reading->bytes += member->size; /* their sum was bounded before */
	reading->blown = !it_archive_ratio_is_sane(reading->bytes, file);
	if (!reading->blown)
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_LIMIT,
			  "%s: would hold %ju bytes, more than %d times its size", reading->path,
			  (uintmax_t)reading->bytes, IT_ARCHIVE_RATIO_MAX);
}

static int read_member(struct reading *reading, const struct it_tar_entry *entry,
		       struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = reading->archive->manifest;
	const struct it_archive_member *member;
	bool repeated = false;
	int rc;

	if (!entry->file || !it_archive_name_is_safe(entry->name))
		return refuse_member(reading, entry, err);
	if (it_starts_with(entry->name, IT_ARCHIVE_LATER))
		return read_addition(reading, entry, err);
	member = it_archive_manifest_find(manifest, entry->name);
	if (!member)
		return refuse_member(reading, entry, err);
	rc = check_ratio(reading, member, err);
	if (rc)
		return rc;
	if (reading->archive->addition_count)
		rc = add_fault(reading->archive, IT_FAULT_REORDERED, member->name,
			       "stands behind a renewal", err);
	else
		rc = note_place(reading, (size_t)(member - manifest->members), &repeated, err);
	return rc || repeated ? rc : visit(reading, member, entry->size, err);
}

/* --- all of it --- */

static int read_manifest(struct reading *reading, struct intoto_error **err)
{
	struct it_archive *archive = reading->archive;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_ARCHIVE_MANIFEST_MAX);
	const struct it_sink sink = { it_sink_into_buf, &text };
	struct it_tar_entry entry;
	bool more = false;
	int rc = it_tar_reader_next(reading->reader, &entry, &more, err);

	if (rc)
		return rc;
	if (!more || !entry.file || !it_streq(entry.name, IT_ARCHIVE_MANIFEST_NAME))
		return it_err_set(err, INTOTO_E_FORMAT,
				  "%s: is no archive of evidence: its first member is not %s",
				  reading->path, IT_ARCHIVE_MANIFEST_NAME);
	if (entry.size > IT_ARCHIVE_MANIFEST_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: %s: more than %d bytes", reading->path,
				  IT_ARCHIVE_MANIFEST_NAME, IT_ARCHIVE_MANIFEST_MAX);
	rc = it_tar_reader_content(reading->reader, &sink, err);
	if (!rc)
		rc = intoto_envelope_parse(&archive->envelope, text.data, text.len, err);
	archive->manifest_size = text.len;
	if (!rc)
		rc = keep_sha512(archive, &archive->manifest_sha512, it_buf_span(&text), err);
	if (!rc)
		rc = it_archive_manifest_read(&archive->manifest, archive->envelope, err);
	return rc ? it_err_wrap(err, rc, "%s: %s", reading->path, IT_ARCHIVE_MANIFEST_NAME) : rc;
}

/* What may come out: what the manifest says, and room for headers and renewals. */
static int set_bound(struct reading *reading, struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = reading->archive->manifest;
	uint64_t bytes = (uint64_t)ADDITION_MAX * 4 + SLACK;

	for (size_t i = 0; i < manifest->member_count; i++) {
		uint64_t size = manifest->members[i].size;

		if (size > INT64_MAX - PER_MEMBER - bytes)
			return it_err_set(err, INTOTO_E_LIMIT, "%s: its members have no end",
					  reading->path);
		bytes += size + PER_MEMBER;
	}
	it_tar_reader_bound(reading->reader, bytes);
	return INTOTO_OK;
}

static int read_members(struct reading *reading, struct intoto_error **err)
{
	size_t most = reading->archive->manifest->member_count + ADDITIONS_MAX;
	struct it_tar_entry entry;
	bool more = true;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && more; i++) {
		rc = it_tar_reader_next(reading->reader, &entry, &more, err);
		if (!rc && more && i > most)
			rc = it_err_set(err, INTOTO_E_LIMIT,
					"%s: has many more members than the manifest names",
					reading->path);
		if (!rc && more)
			rc = read_member(reading, &entry, err);
	}
	return rc;
}

/* A file that cannot be read on has an end that nobody knows: the rest counts as removed. */
static int read_to_end(struct reading *reading, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const char *fault = NULL;
	int rc = read_members(reading, &why);

	if ((rc == INTOTO_E_FORMAT || rc == INTOTO_E_LIMIT) && !reading->blown)
		return add_fault(reading->archive, IT_FAULT_CUT, "", intoto_error_text(why), err);
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	rc = it_tar_reader_end(reading->reader, &fault, err);
	if (rc || !fault)
		return rc;
	return add_fault(reading->archive, IT_FAULT_CUT, "", fault, err);
}

/* What redactions say that they left out: by the number of the member.  Whoever trusts the archive
 * verifies them, see check_later.c. */
static void find_withheld(const struct it_archive *archive, bool *withheld)
{
	for (size_t i = 0; i < archive->addition_count; i++) {
		IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;

		if (it_archive_later_read(&later, archive->additions[i].envelope, NULL))
			continue; /* says nothing */
		for (size_t k = 0; k < later->withheld_count; k++) {
			const struct it_archive_member *member = it_archive_manifest_find(
				archive->manifest, later->withheld[k].name);

			if (member && it_streq(member->sha256, later->withheld[k].sha256))
				withheld[member - archive->manifest->members] = true;
		}
	}
}

/* Faults come first, so that the end of the list hides none. */
static int note_absent(struct it_archive *archive, const bool *withheld, bool which,
		       struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < manifest->member_count; i++)
		if (!archive->there[i] && withheld[i] == which)
			rc = add_fault(archive, which ? IT_FAULT_WITHHELD : IT_FAULT_REMOVED,
				       manifest->members[i].name,
				       which ? "is withheld, as a redaction says"
					     : "is in the manifest, and is not there",
				       err);
	return rc;
}

static int note_removed(struct it_archive *archive, struct intoto_error **err)
{
	IT_AUTO(it_freep)
	void *block = calloc(archive->manifest->member_count + 1, sizeof(bool));
	bool *withheld = block;
	int rc;

	if (!withheld)
		return it_err_nomem(err);
	find_withheld(archive, withheld);
	rc = note_absent(archive, withheld, false, err);
	return rc ? rc : note_absent(archive, withheld, true, err);
}

bool it_archive_is_whole(const struct it_archive *archive)
{
	for (size_t i = 0; i < archive->fault_count; i++)
		if (archive->faults[i].kind != IT_FAULT_WITHHELD)
			return false;
	return true;
}

/* On some file systems one would replace the other. */
static int note_collision(struct it_archive *archive, struct intoto_error **err)
{
	struct it_archive_collision found;
	int rc = it_archive_collision_find(&found, archive->manifest, err);

	if (rc || !found.name)
		return rc;
	return add_fault(archive, IT_FAULT_REPEATED, found.name, found.text, err);
}

/* As far as its manifest, which nobody verified yet. */
static int start(struct reading *reading, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);
	int rc = it_tar_reader_open(&reading->reader, path, err);

	if (!rc)
		rc = it_tar_reader_hash(reading->reader, &hex, err);
	if (rc)
		return rc;
	reading->archive->sha256 = it_buf_take(&hex);
	if (!reading->archive->sha256)
		return it_err_nomem(err);
	rc = read_manifest(reading, err);
	return rc ? rc : set_bound(reading, err);
}

int it_archive_peek(struct it_archive **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	IT_AUTO(reading_done) struct reading reading = { .path = quoted };
	int rc;

	*out = NULL;
	reading.archive = calloc(1, sizeof *reading.archive);
	if (!reading.archive || !quoted)
		return it_err_nomem(err);
	rc = start(&reading, path, err);
	if (rc)
		return rc;
	*out = reading.archive;
	reading.archive = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_archive_read(struct it_archive **out, const char *path,
		    const struct it_archive_visitor *visitor, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(path));
	IT_AUTO(reading_done) struct reading reading = { .visitor = visitor, .path = quoted };
	int rc;

	*out = NULL;
	reading.archive = calloc(1, sizeof *reading.archive);
	if (!reading.archive || !quoted)
		return it_err_nomem(err);
	rc = start(&reading, path, err);
	if (rc)
		return rc;
	reading.archive->there =
		calloc(reading.archive->manifest->member_count + 1, sizeof *reading.archive->there);
	if (!reading.archive->there)
		return it_err_nomem(err);
	rc = note_collision(reading.archive, err);
	if (reading.archive->fault_count)
		reading.visitor = NULL; /* one would stand in the place of another */
	if (!rc)
		rc = read_to_end(&reading, err);
	if (!rc)
		rc = note_removed(reading.archive, err);
	if (rc)
		return rc;
	*out = reading.archive;
	reading.archive = NULL; /* now the caller's */
	return INTOTO_OK;
}
