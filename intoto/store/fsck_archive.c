/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases: what the index says of an archive, against the manifest in its bytes.  Who changes a
 * verdict there, hides a release, or takes a member or a lock away from it, is found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "store/fsck_part.h"

enum { ROW_MAX = 64 * 1024, USTAR_AT = 257, MODE = 0600 };

/* --- its bytes --- */

static bool may_be_archive(struct it_span piece)
{
	static const char zstd[] = { 0x28, (char)0xb5, 0x2f, (char)0xfd };
	static const char ustar[] = { 'u', 's', 't', 'a', 'r' };

	if (piece.len >= sizeof zstd &&
	    it_span_eq(it_span(piece.data, sizeof zstd), it_span(zstd, sizeof zstd)))
		return true;
	return piece.len >= USTAR_AT + sizeof ustar &&
	       it_span_eq(it_span(piece.data + USTAR_AT, sizeof ustar),
			  it_span(ustar, sizeof ustar));
}

static int open_spool(struct it_fsck_spool *spool, struct intoto_error **err)
{
	struct it_fsck *fsck = spool->fsck;
	int rc = fsck->room.home ? INTOTO_OK : it_room_open(&fsck->room, true, 0, err);

	if (rc)
		return rc;
	if (!fsck->archive)
		fsck->archive = it_path_join(fsck->room.home, "archive");
	if (!fsck->archive)
		return it_err_nomem(err);
	spool->fd =
		open(fsck->archive, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, MODE);
	return spool->fd < 0 ? it_err_errno(err, errno, "%s", fsck->archive) : INTOTO_OK;
}

int it_fsck_spool_take(struct it_fsck_spool *spool, struct it_span piece, struct intoto_error **err)
{
	bool first = !spool->begun;
	int rc = INTOTO_OK;

	spool->begun = true;
	if (first && spool->fsck->options->archive &&
	    (spool->entry->is_archive || may_be_archive(piece)))
		rc = open_spool(spool, err);
	return rc || spool->fd < 0 ? rc : it_fd_write(spool->fd, piece, err);
}

void it_fsck_spool_done(struct it_fsck_spool *spool)
{
	if (spool->fd >= 0)
		(void)close(spool->fd); /* it is read no more */
	spool->fd = -1;
}

/* --- as the index says --- */

struct comparing {
	struct it_fsck *fsck;
	const struct it_fsck_entry *entry;
	const struct it_store_release *said; /* while the manifest is there */
	bool is_archive;		     /* its bytes are */
	bool has_release;
	bool has_other_release, has_other_row;
	int64_t lock_until; /* of the row */
	int64_t lock_wanted;
	char *class; /* of the row, where it is not the one of the manifest; else NULL */
	char *class_wanted;
	size_t missing, added, unlocked; /* members */
	struct it_strings members;
};

static void comparing_done(struct comparing *comparing)
{
	it_strings_done(&comparing->members);
	free(comparing->class);
	free(comparing->class_wanted);
}

static int take_release(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct comparing *comparing = arg;
	const struct it_store_release *said = comparing->said;
	const struct it_sql_value *values = row->values;
	IT_AUTO(it_buf_done) struct it_buf previous = IT_BUF(2 * IT_SHA256_SIZE);

	it_hex_encode(&previous, values[4].bytes);
	if (previous.failed && values[4].bytes.len <= IT_SHA256_SIZE)
		return it_err_nomem(err);
	comparing->has_release = true;
	comparing->has_other_release = !it_streq(it_sql_string(&values[0]), said->product) ||
				       !it_streq(it_sql_string(&values[1]), said->release) ||
				       !it_streq(it_sql_string(&values[2]), said->verdict) ||
				       values[3].number != said->time ||
				       !it_streq(it_buf_text(&previous), said->previous);
	return INTOTO_OK;
}

static int take_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct comparing *comparing = arg;
	const struct it_sql_value *values = row->values;

	comparing->has_other_row = !it_streq(it_sql_string(&values[0]), IT_STORE_ARCHIVE_TYPE) ||
				   !it_streq(it_sql_string(&values[1]), comparing->said->verdict) ||
				   *it_sql_string(&values[2]) || *it_sql_string(&values[3]) ||
				   values[4].number;
	comparing->lock_until = values[5].number;
	free(comparing->class);
	free(comparing->class_wanted);
	comparing->class = comparing->class_wanted = NULL;
	if (it_streq(it_sql_string(&values[6]), comparing->said->retention))
		return INTOTO_OK;
	comparing->class = it_text_quoted(values[6].bytes);
	comparing->class_wanted = it_text_quoted(it_span_text(comparing->said->retention));
	return comparing->class && comparing->class_wanted ? INTOTO_OK : it_err_nomem(err);
}

static int add_member(struct it_strings *list, const char *role, const char *name,
		      struct it_span id, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROW_MAX);
	int rc;

	it_hex_encode(&text, id);
	(void)it_buf_printf(&text, " %s %s", role, name); /* a role has no blank; sticky */
	rc = it_buf_check(&text, "a member", err);
	return rc ? rc : it_strings_add(list, it_buf_text(&text), err);
}

static int take_member(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct comparing *comparing = arg;
	const struct it_sql_value *values = row->values;

	comparing->unlocked += values[3].number < comparing->said->lock_until;
	return add_member(&comparing->members, it_sql_string(&values[1]), it_sql_string(&values[0]),
			  values[2].bytes, err);
}

static int read_index(struct comparing *comparing, struct intoto_error **err)
{
	static const char release[] =
		"SELECT product, release, verdict, time, previous FROM release WHERE entry = $1";
	static const char entry[] = "SELECT media_type, verdict, predicate_type, step, said, "
				    "lock_until, class FROM entry WHERE number = $1";
	static const char members[] = "SELECT m.name, m.role, e.id, e.lock_until FROM member m "
				      "JOIN entry e ON e.number = m.entry WHERE m.archive = $1";
	const struct it_sql_value value = IT_SQL_N(comparing->entry->number);
	struct it_sql *sql = comparing->fsck->store->sql;
	int rc = it_sql_each(sql, release, &value, 1, take_release, comparing, err);

	if (!rc)
		rc = it_sql_each(sql, entry, &value, 1, take_row, comparing, err);
	return rc ? rc : it_sql_each(sql, members, &value, 1, take_member, comparing, err);
}

static int compare(void *arg, const struct it_store_release *release, struct intoto_error **err)
{
	struct comparing *comparing = arg;
	struct it_strings said = { 0 };
	int rc;

	comparing->said = release;
	comparing->is_archive = true;
	comparing->lock_wanted = release->lock_until;
	comparing->unlocked = 0;
	it_strings_done(&comparing->members);
	comparing->members = (struct it_strings){ 0 };
	rc = read_index(comparing, err);
	for (size_t i = 0; !rc && i < release->member_count; i++)
		rc = add_member(
			&said, release->members[i].role, release->members[i].name,
			it_span(release->members[i].id.bytes, sizeof release->members[i].id.bytes),
			err);
	if (!rc)
		it_fsck_compare(&said, &comparing->members, &comparing->missing, &comparing->added);
	it_strings_done(&said);
	comparing->said = NULL;
	return rc;
}

/* --- what is told --- */

static int tell_release(const struct comparing *comparing, struct intoto_error **err)
{
	const struct it_fsck_entry *entry = comparing->entry;
	struct it_fsck *fsck = comparing->fsck;
	int rc = INTOTO_OK;

	if (!comparing->has_release || comparing->has_other_release)
		rc = it_fsck_fault(fsck, "archive.release", entry->number, &entry->id, err,
				   comparing->has_release
					   ? "the index says another product, release, verdict or "
					     "time of it than its manifest"
					   : "the index does not say what release it is");
	if (!rc && comparing->has_other_row)
		rc = it_fsck_fault(fsck, "archive.entry", entry->number, &entry->id, err,
				   "its entry has another verdict or type than its manifest "
				   "says");
	return rc;
}

static int tell_members(const struct comparing *comparing, struct intoto_error **err)
{
	const struct it_fsck_entry *entry = comparing->entry;
	struct it_fsck *fsck = comparing->fsck;
	int rc = INTOTO_OK;

	if (comparing->missing)
		rc = it_fsck_fault(fsck, "archive.members", entry->number, &entry->id, err,
				   "the index lacks %zu members that its manifest names",
				   comparing->missing);
	if (!rc && comparing->added)
		rc = it_fsck_fault(fsck, "archive.members", entry->number, &entry->id, err,
				   "the index has %zu members that its manifest does not name",
				   comparing->added);
	return rc;
}

static int tell_locks(const struct comparing *comparing, struct intoto_error **err)
{
	const struct it_fsck_entry *entry = comparing->entry;
	char wanted[IT_TIME_SIZE];
	char found[IT_TIME_SIZE];
	int rc = INTOTO_OK;

	it_time_format(wanted, comparing->lock_wanted);
	it_time_format(found, comparing->lock_until);
	if (comparing->lock_until < comparing->lock_wanted)
		rc = it_fsck_fault(comparing->fsck, "archive.lock", entry->number, &entry->id, err,
				   "its manifest says that it is locked until %s, the index says "
				   "until %s",
				   wanted, comparing->lock_until ? found : "never");
	if (!rc && comparing->unlocked)
		rc = it_fsck_fault(comparing->fsck, "archive.lock", entry->number, &entry->id, err,
				   "its manifest says that it is locked until %s, and %zu of its "
				   "members are for less",
				   wanted, comparing->unlocked);
	return rc;
}

/* Who put or changed it may have wanted another one, and the log says who did, unless it is old. */
static int tell_class(const struct comparing *comparing, struct intoto_error **err)
{
	const struct it_fsck_entry *entry = comparing->entry;
	struct it_fsck *fsck = comparing->fsck;
	IT_AUTO(it_retention_said_done) struct it_retention_said said = { 0 };
	IT_AUTO(it_freep) char *text = NULL;
	int rc;

	if (!comparing->class)
		return INTOTO_OK;
	rc = it_retention_log_entry(&said, fsck->retention, fsck->store->sql, entry->number,
				    &entry->id, err);
	if (rc || said.has_class) /* compared with the log */
		return rc;
	if (asprintf(&text,
		     "its manifest says that its class is %s, the index says %s, and the log is "
		     "older than such leaves",
		     comparing->class_wanted, comparing->class) < 0) {
		text = NULL;
		return it_err_nomem(err);
	}
	return it_fsck_note(fsck, "archive.class", &entry->id, text, err);
}

static int tell_difference(const struct comparing *comparing, struct intoto_error **err)
{
	const struct it_fsck_entry *entry = comparing->entry;
	int rc;

	if (!comparing->is_archive)
		return it_fsck_fault(comparing->fsck, "archive.stray", entry->number, &entry->id,
				     err,
				     "the index says that it is an archive; its bytes are none");
	rc = tell_release(comparing, err);
	if (!rc)
		rc = tell_members(comparing, err);
	if (!rc)
		rc = tell_locks(comparing, err);
	return rc ? rc : tell_class(comparing, err);
}

/* Of one that is no archive in the index: a put may have been killed behind its bytes. */
static int tell_unnoted(void *arg, const struct it_store_release *release,
			struct intoto_error **err)
{
	const struct comparing *comparing = arg;

	(void)release;
	return it_fsck_note(comparing->fsck, "archive.unnoted", &comparing->entry->id,
			    "is a whole archive, and the index does not say what release it is: "
			    "its put was killed, or it has not the name of one; put it again",
			    err);
}

int it_fsck_archive(struct it_fsck_spool *spool, struct intoto_error **err)
{
	struct it_fsck *fsck = spool->fsck;
	IT_AUTO(comparing_done)
	struct comparing comparing = { .fsck = fsck, .entry = spool->entry };
	bool spooled = spool->fd >= 0;
	int rc;

	it_fsck_spool_done(spool);
	if (!spooled) /* one without a byte is no archive, either */
		return spool->entry->is_archive && fsck->options->archive
			       ? tell_difference(&comparing, err)
			       : INTOTO_OK;
	if (!spool->entry->is_archive)
		return fsck->options->archive(fsck->archive, true, tell_unnoted, &comparing, err);
	rc = fsck->options->archive(fsck->archive, false, compare, &comparing, err);
	/* What a redaction withheld is no entry: that is behind the members. */
	if (!rc && comparing.missing)
		rc = fsck->options->archive(fsck->archive, true, compare, &comparing, err);
	return rc ? rc : tell_difference(&comparing, err);
}

/* --- of what is no archive --- */

static int take_stray(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_fsck *fsck = arg;
	struct it_object_id id;
	int rc = it_object_id_read(&id, &row->values[1], err);

	return rc ? rc
		  : it_fsck_fault(fsck, "archive.stray", row->values[0].number, &id, err,
				  "the index says what release it is, or what it holds, and not "
				  "that it is an archive");
}

int it_fsck_releases(struct it_fsck *fsck, struct intoto_error **err)
{
	static const char text[] =
		"SELECT e.number, e.id FROM entry e WHERE e.kind <> 'archive' AND (EXISTS (SELECT "
		"1 FROM release r WHERE r.entry = e.number) OR EXISTS (SELECT 1 FROM member m "
		"WHERE m.archive = e.number)) ORDER BY e.number";

	return it_sql_each(fsck->store->sql, text, NULL, 0, take_stray, fsck, err);
}
