/* SPDX-License-Identifier: Apache-2.0 */
/* One document with all that it says, and one release with all that it holds and its report. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "report/document.h"
#include "report/pages_part.h"

enum {
	ROWS_SHOWN = 500,
	ARCHIVE_MAX = 256 * 1024 * 1024, /* that is read for a page */
};

struct entry {
	int64_t number;
	struct it_buf gitoid;
	struct it_buf texts[8]; /* in the order of the statement */
	int64_t size, said, put, lock_until;
	bool there;
};

enum { KIND, MEDIA_TYPE, PREDICATE_TYPE, STEP, NAME, VERDICT, ACTOR, CLASS };

/* Columns of a document, for the statement and for who reads its row alike. */
/* clang-format off */
#define ENTRY_COLUMNS(column) \
	column(AT_NUMBER, "number") \
	column(AT_GITOID, ", gitoid") \
	column(AT_SIZE, ", size") \
	column(AT_TEXTS, ", kind") \
	column(AT_MEDIA_TYPE, ", media_type") \
	column(AT_PREDICATE, ", predicate_type") \
	column(AT_STEP, ", step") \
	column(AT_NAME, ", name") \
	column(AT_VERDICT, ", verdict") \
	column(AT_ACTOR, ", actor") \
	column(AT_CLASS, ", class") \
	column(AT_SAID, ", said") \
	column(AT_PUT, ", put") \
	column(AT_LOCK_UNTIL, ", lock_until")
/* clang-format on */

#define COLUMN_PLACE(place, name) place,
#define COLUMN_NAME(place, name) name
enum { ENTRY_COLUMNS(COLUMN_PLACE) COLUMNS };

_Static_assert(AT_SAID - AT_TEXTS == IT_COUNT_OF(((struct entry *)0)->texts),
	       "every text has its column");

static void entry_done(struct entry *entry)
{
	it_buf_done(&entry->gitoid);
	for (size_t i = 0; i < IT_COUNT_OF(entry->texts); i++)
		it_buf_done(&entry->texts[i]);
}

static const char *text_of(const struct entry *entry, size_t which)
{
	return it_buf_text(&entry->texts[which]);
}

static int take_entry(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct entry *entry = arg;
	int rc = it_page_columns(row, COLUMNS, err);

	if (rc)
		return rc;
	entry->there = true;
	entry->number = it_page_count(row, AT_NUMBER);
	entry->gitoid = (struct it_buf)IT_BUF(1024);
	it_hex_encode(&entry->gitoid, row->values[AT_GITOID].bytes);
	entry->size = it_page_count(row, AT_SIZE);
	for (size_t i = 0; i < IT_COUNT_OF(entry->texts); i++) {
		entry->texts[i] = (struct it_buf)IT_BUF(1024 * 1024);
		(void)it_page_text(row, AT_TEXTS + i, &entry->texts[i]); /* it is kept there */
	}
	entry->said = it_page_count(row, AT_SAID);
	entry->put = it_page_count(row, AT_PUT);
	entry->lock_until = it_page_count(row, AT_LOCK_UNTIL);
	return INTOTO_OK;
}

static int find_entry(struct it_page_making *making, const char *text, struct it_object_id *id,
		      struct entry *entry, struct intoto_error **err)
{
	static const char sql[] = "SELECT " ENTRY_COLUMNS(COLUMN_NAME) " FROM entry WHERE id = $1";
	int rc = it_store_resolve(making->store, text, id, err);

	if (!rc)
		rc = it_sql_each(
			making->store->sql, sql,
			(struct it_sql_value[]){ IT_SQL_B(it_span(id->bytes, sizeof id->bytes)) },
			1, take_entry, entry, err);
	if (!rc && !entry->there)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such document");
	return rc;
}

static void show_entry(struct it_buf *out, const struct entry *entry, const struct it_object_id *id)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(128);

	it_hex_encode(&hex, it_span(id->bytes, sizeof id->bytes));
	it_html(out,
		"<dl class=\"facts\">\n<dt>SHA-256</dt><dd><code>%s</code></dd>\n<dt>Number in the "
		"log</dt><dd>%lld</dd>\n<dt>Kind</dt><dd>%s, %s</dd>\n",
		it_buf_text(&hex), (long long)entry->number, text_of(entry, KIND),
		text_of(entry, MEDIA_TYPE));
	if (*text_of(entry, PREDICATE_TYPE))
		it_html(out, "<dt>Predicate type</dt><dd>%s</dd>\n",
			text_of(entry, PREDICATE_TYPE));
	if (*text_of(entry, STEP))
		it_html(out, "<dt>Step</dt><dd>%s</dd>\n", text_of(entry, STEP));
	if (*text_of(entry, VERDICT))
		it_html(out, "<dt>Verdict</dt><dd><span class=\"badge %s\">%s</span></dd>\n",
			it_page_verdict_class(text_of(entry, VERDICT)), text_of(entry, VERDICT));
	it_html(out, "<dt>Size</dt><dd>");
	it_html_size(out, (uint64_t)(entry->size < 0 ? 0 : entry->size));
	it_html(out, "</dd>\n<dt>Its own time</dt><dd>");
	it_html_time(out, entry->said);
	it_html(out, "</dd>\n<dt>Put</dt><dd>");
	it_html_time(out, entry->put);
	it_html(out, "%s%s</dd>\n<dt>Kept</dt><dd>%s", *text_of(entry, ACTOR) ? " by " : "",
		text_of(entry, ACTOR), *text_of(entry, CLASS) ? text_of(entry, CLASS) : "no class");
	if (entry->lock_until) {
		it_html(out, ", until ");
		it_html_time(out, entry->lock_until);
	}
	it_html(out, "</dd>\n</dl>\n");
	if (entry->gitoid.len)
		it_html(out, "<p><a href=\"/v1/download/%s\">Download</a></p>\n",
			it_buf_text(&entry->gitoid));
}

/* --- what it says --- */

static const struct facts {
	const char *title;
	const char *columns[6]; /* NULL-terminated */
	const char *sql;
	unsigned digest; /* column that is a digest, from 1; 0: none */
} facts[] = {
	{ "Artifacts",
	  { "Name", "Role", "Algorithm", "Digest", NULL },
	  "SELECT name, role, algorithm, value FROM subject WHERE entry = $1 ORDER BY role, name "
	  "LIMIT 501",
	  4 },
	{ "Signers",
	  { "Key id", "Identity", NULL },
	  "SELECT keyid, identity FROM signer WHERE entry = $1 ORDER BY keyid LIMIT 501",
	  0 },
	{ "Vulnerabilities",
	  { "Id", "Package", "State", "Severity", NULL },
	  "SELECT id, package, state, severity FROM vulnerability WHERE entry = $1 ORDER BY id "
	  "LIMIT 501",
	  0 },
	{ "Packages",
	  { "Name", "Version", "Licence", "Package URL", NULL },
	  "SELECT name, version, license, purl FROM package WHERE entry = $1 ORDER BY name LIMIT "
	  "501",
	  0 },
	{ "Exceptions",
	  { "Id", "Owner", "Reason", NULL },
	  "SELECT id, owner, reason FROM exception WHERE entry = $1 ORDER BY id LIMIT 501",
	  0 },
	{ "Holds",
	  { "Name", "Reason", "By", NULL },
	  "SELECT name, reason, actor FROM hold WHERE entry = $1 ORDER BY name LIMIT 501",
	  0 },
};

struct table {
	const struct facts *facts;
	struct it_buf *out;
	size_t rows;
};

static int show_row(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct table *table = arg;
	struct it_buf *out = table->out;

	(void)err; /* failures stick in out */
	if (!table->rows++) {
		it_html(out,
			"<h2>%s</h2>\n<div class=\"scroll\"><table class=\"rows\">\n<thead><tr>",
			table->facts->title);
		for (size_t i = 0; table->facts->columns[i]; i++)
			it_html(out, "<th scope=\"col\">%s</th>", table->facts->columns[i]);
		it_html(out, "</tr></thead>\n<tbody>\n");
	}
	if (table->rows > ROWS_SHOWN)
		return INTOTO_OK;
	it_html(out, "<tr>");
	for (size_t i = 0; table->facts->columns[i] && i < row->count; i++) {
		IT_AUTO(it_buf_done) struct it_buf space = IT_BUF(1024 * 1024);

		if (row->values[i].kind == IT_SQL_BYTES)
			it_hex_encode(&space, row->values[i].bytes);
		else
			(void)it_page_text(row, i, &space); /* it is kept there */
		if (!i) {
			it_html(out, "<th scope=\"row\">%s</th>", it_buf_text(&space));
			continue;
		}
		it_html(out, "<td data-l=\"%s\"><span>", table->facts->columns[i]);
		if (table->facts->digest == i + 1)
			it_html_digest(out, it_buf_text(&space));
		else
			it_html(out, "%s", it_buf_text(&space));
		it_html(out, "</span></td>");
	}
	it_html(out, "</tr>\n");
	return INTOTO_OK;
}

static int show_facts(struct it_page_making *making, int64_t number, struct intoto_error **err)
{
	for (size_t i = 0; i < IT_COUNT_OF(facts); i++) {
		struct table table = { &facts[i], making->out, 0 };
		int rc = it_sql_each(making->store->sql, facts[i].sql,
				     (struct it_sql_value[]){ IT_SQL_N(number) }, 1, show_row,
				     &table, err);

		if (rc)
			return rc;
		if (table.rows)
			it_html(making->out, "</tbody></table></div>\n");
		if (table.rows > ROWS_SHOWN)
			it_html(making->out, "<p class=\"dim\">The first %d are shown.</p>\n",
				ROWS_SHOWN);
	}
	return INTOTO_OK;
}

static int show_holder(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_buf *out = arg;
	IT_AUTO(it_buf_done) struct it_buf space = IT_BUF(1024 * 1024);
	struct it_object_id id;
	int rc = it_page_columns(row, 3, err);

	if (rc || row->values[0].bytes.len != sizeof id.bytes)
		return rc;
	memcpy(id.bytes, row->values[0].bytes.data, sizeof id.bytes);
	it_html(out, "<li>");
	it_page_id(out, "release", &id);
	it_html(out, " as <code>%s</code>", it_page_text(row, 1, &space));
	it_html(out, " (%s)</li>\n", it_page_text(row, 2, &space));
	return INTOTO_OK;
}

int it_page_entry(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	static const char holders[] = "SELECT e.id, m.name, m.role FROM member m JOIN entry e ON "
				      "e.number = m.archive WHERE "
				      "m.entry = $1 ORDER BY m.archive DESC LIMIT 100";
	IT_AUTO(entry_done) struct entry entry = { 0 };
	struct it_object_id id;
	int rc = find_entry(making, rest, &id, &entry, err);

	if (rc)
		return rc;
	it_page_open(making, *text_of(&entry, NAME) ? text_of(&entry, NAME) : "Document");
	show_entry(making->out, &entry, &id);
	rc = show_facts(making, entry.number, err);
	if (rc)
		return rc;
	it_html(making->out, "<h2>Archives that hold it</h2>\n<ul>\n");
	rc = it_sql_each(making->store->sql, holders,
			 (struct it_sql_value[]){ IT_SQL_N(entry.number) }, 1, show_holder,
			 making->out, err);
	it_html(making->out, "</ul>\n");
	it_page_close(making);
	return rc;
}

/* --- a release --- */

struct spool {
	int fd;
	uint64_t left;
};

static int spool_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct spool *spool = arg;

	if (piece.len > spool->left)
		return it_err_set(err, INTOTO_E_LIMIT, "the archive is too large for a page");
	spool->left -= piece.len;
	return it_fd_write(spool->fd, piece, err);
}

/* The archive as a file without a name, which is gone with its descriptor. */
static int spool_archive(struct it_page_making *making, const struct it_object_id *id, int *fd,
			 struct intoto_error **err)
{
	const char *folder = getenv("TMPDIR");
	struct spool spool = { -1, ARCHIVE_MAX };
	struct it_sink sink = { spool_piece, &spool };

	spool.fd = open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	*fd = spool.fd;
	if (spool.fd < 0)
		return it_err_errno(err, errno, "a temporary file");
	return it_store_get(making->store, id, &sink, err);
}

static int show_report(struct it_page_making *making, const struct it_object_id *id,
		       const char *name, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(it_audit_freep) struct it_audit *audit = NULL;
	char path[64];
	int rc = spool_archive(making, id, &fd, err);

	if (rc)
		return rc;
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* fits */
	rc = it_audit_read(&audit, path, NULL, err);
	if (rc)
		return rc;
	audit->file = it_audit_keep(audit, name);
	it_document_body(making->out, audit);
	return audit->failed ? it_err_nomem(err) : INTOTO_OK;
}

/* An archive that cannot be shown is a sentence on the page, and not the end of it. */
int it_page_release(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	IT_AUTO(entry_done) struct entry entry = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_object_id id;
	int rc = find_entry(making, rest, &id, &entry, err);

	if (rc)
		return rc;
	it_page_open(making, *text_of(&entry, NAME) ? text_of(&entry, NAME) : "Release");
	show_entry(making->out, &entry, &id);
	if (show_report(making, &id, text_of(&entry, NAME), &why)) {
		if (intoto_error_code(why) == INTOTO_E_NOMEM)
			return it_err_nomem(err);
		it_html(making->out,
			"<div class=\"note bad\" role=\"note\"><p>Its report cannot be shown: "
			"%s</p></div>\n",
			intoto_error_text(why));
	}
	it_page_close(making);
	return INTOTO_OK;
}
