/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite in a file: a write-ahead log, and a commit is on the disk before it returns (synchronous
 * FULL; in this mode NORMAL would lose the last commits with the power).
 */
#include <search.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/sql.h"

enum { WAIT_MS = 60 * 1000, COLUMNS_MAX = 64, URI_MAX = 16 * 1024 };

struct prepared {
	const char *text; /* its address is its name */
	sqlite3_stmt *statement;
};

struct sqlite {
	sqlite3 *db;
	char *path;	/* quoted */
	void *prepared; /* tsearch(3) */
};

static void forget(void *arg)
{
	struct prepared *prepared = arg;

	(void)sqlite3_finalize(prepared->statement); /* tells of its last run only */
	free(prepared);
}

static void sqlite_close(struct it_sql *sql)
{
	struct sqlite *self = sql->state;

	tdestroy(self->prepared, forget);
	(void)sqlite3_close(self->db); /* every statement is gone */
	free(self->path);
	free(self);
	sql->state = NULL;
}

static enum intoto_code code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return INTOTO_E_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return INTOTO_E_SERVICE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
		return INTOTO_E_FORMAT;
	default:
		return INTOTO_E_IO;
	}
}

static int refuse(const struct sqlite *self, int rc, struct intoto_error **err)
{
	const char *why = self->db ? sqlite3_errmsg(self->db) : sqlite3_errstr(rc);
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(why));

	return it_err_set(err, code_of(rc), "%s: %s", self->path, quoted ? quoted : "");
}

static int script(struct it_sql *sql, const char *text, struct intoto_error **err)
{
	const struct sqlite *self = sql->state;
	int rc = sqlite3_exec(self->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? INTOTO_OK : refuse(self, rc, err);
}

static bool is_there(const char *place)
{
	return !access(place, F_OK);
}

static int open_file(struct sqlite *self, const char *name, int mode)
{
	int rc;

	(void)sqlite3_close(self->db); /* has no statements; NULL is none */
	self->db = NULL;
	rc = sqlite3_open_v2(name, &self->db, mode | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(self->db, 1);
	return rc == SQLITE_OK ? sqlite3_busy_timeout(self->db, WAIT_MS) : rc;
}

/* A path as a URI of a file that does not change (sqlite.org/uri.html). */
static int print_immutable(struct it_buf *out, const char *path, struct intoto_error **err)
{
	(void)it_buf_add_text(out, *path == '/' ? "file://" : "file:"); /* sticky */
	for (; *path; path++)
		if (strchr("%?#", *path))
			(void)it_buf_printf(out, "%%%02x", (unsigned)*path); /* sticky */
		else
			(void)it_buf_add_byte(out, *path); /* looked at below */
	(void)it_buf_add_text(out, "?immutable=1");	   /* looked at here */
	return it_buf_check(out, "a path", err);
}

static int look_for_pages(const struct sqlite *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(URI_MAX);
	struct stat about;

	if (it_buf_printf(&name, "%s-wal", path))
		return it_err_set(err, INTOTO_E_LIMIT, "%s: a path too long", self->path);
	if (stat(it_buf_text(&name), &about) || !about.st_size)
		return INTOTO_OK;
	return it_err_set(
		err, INTOTO_E_IO,
		"%s: who put last left pages in %s-wal, which can be read only by who may "
		"write into the folder: let such a one use the store once",
		self->path, self->path);
}

/*
 * To read a write-ahead log, SQLite writes beside it.  Who may not, reads the file alone while
 * there is no such log: that of a store which nobody uses, on a medium that cannot be written.
 */
static int open_to_read(struct sqlite *self, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf uri = IT_BUF(URI_MAX);
	int got = sqlite3_exec(self->db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);
	int rc;

	if (got == SQLITE_OK ||
	    ((got & 0xff) != SQLITE_CANTOPEN && (got & 0xff) != SQLITE_READONLY))
		return got == SQLITE_OK ? INTOTO_OK : refuse(self, got, err);
	rc = look_for_pages(self, path, err);
	if (!rc)
		rc = print_immutable(&uri, path, err);
	if (rc)
		return rc;
	got = open_file(self, it_buf_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	return got == SQLITE_OK ? INTOTO_OK : refuse(self, got, err);
}

/* A file of a stranger gets no say over what runs (sqlite.org, "Defense Against The Dark Arts"). */
static int set_up(struct it_sql *sql, unsigned flags, struct intoto_error **err)
{
	const struct sqlite *self = sql->state;

	(void)sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return script(sql,
		      flags & IT_SQL_READ_ONLY
			      ? "PRAGMA query_only=ON; PRAGMA cache_size=-65536; "
				"PRAGMA case_sensitive_like=ON"
			      : "PRAGMA case_sensitive_like=ON; PRAGMA journal_mode=WAL; PRAGMA "
				"synchronous=FULL; "
				"PRAGMA cache_size=-262144; PRAGMA temp_store=MEMORY",
		      err);
}

static int sqlite_open(struct it_sql *sql, const char *place, unsigned flags,
		       struct intoto_error **err)
{
	struct sqlite *self = calloc(1, sizeof *self);
	int mode = flags & IT_SQL_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int got;
	int rc = INTOTO_OK;

	if (!self)
		return it_err_nomem(err);
	sql->state = self;
	self->path = it_text_quoted(it_span_text(place));
	if (!self->path)
		return it_err_nomem(err);
	if (flags & IT_SQL_CREATE)
		mode |= SQLITE_OPEN_CREATE;
	got = open_file(self, place, mode);
	if (got != SQLITE_OK && !is_there(place))
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no such file", self->path);
	if (got != SQLITE_OK)
		return refuse(self, got, err);
	if (flags & IT_SQL_READ_ONLY)
		rc = open_to_read(self, place, err);
	return rc ? rc : set_up(sql, flags, err);
}

/* --- statements --- */

static int compare(const void *a, const void *b)
{
	const struct prepared *one = a;
	const struct prepared *two = b;

	return (one->text > two->text) - (one->text < two->text);
}

static int prepare(sqlite3_stmt **out, struct sqlite *self, const char *text,
		   struct intoto_error **err)
{
	const struct prepared wanted = { .text = text };
	struct prepared **found = tfind(&wanted, &self->prepared, compare);
	struct prepared *made;
	int rc;

	if (found) {
		*out = (*found)->statement;
		return INTOTO_OK;
	}
	made = calloc(1, sizeof *made);
	if (!made)
		return it_err_nomem(err);
	made->text = text;
	rc = sqlite3_prepare_v3(self->db, text, -1, SQLITE_PREPARE_PERSISTENT, &made->statement,
				NULL);
	if (rc != SQLITE_OK || !tsearch(made, &self->prepared, compare)) {
		forget(made);
		return rc == SQLITE_OK ? it_err_nomem(err) : refuse(self, rc, err);
	}
	*out = made->statement;
	return INTOTO_OK;
}

/* All that is bound lives until the statement is reset. */
static int bind(sqlite3_stmt *statement, int place, const struct it_sql_value *value)
{
	/* An empty blob is not NULL. */
	const char *data = value->bytes.data ? value->bytes.data : "";

	switch (value->kind) {
	case IT_SQL_NUMBER:
		return sqlite3_bind_int64(statement, place, value->number);
	case IT_SQL_TEXT:
		return sqlite3_bind_text64(statement, place, data, value->bytes.len, SQLITE_STATIC,
					   SQLITE_UTF8);
	case IT_SQL_BYTES:
		return sqlite3_bind_blob64(statement, place, data, value->bytes.len, SQLITE_STATIC);
	case IT_SQL_NULL:
		break;
	}
	return sqlite3_bind_null(statement, place);
}

static void read_column(struct it_sql_value *out, sqlite3_stmt *statement, int column)
{
	int type = sqlite3_column_type(statement, column);

	*out = (struct it_sql_value){ .kind = IT_SQL_NULL };
	if (type == SQLITE_INTEGER) {
		out->kind = IT_SQL_NUMBER;
		out->number = sqlite3_column_int64(statement, column);
	} else if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
		const void *data = type == SQLITE_TEXT
					   ? (const void *)sqlite3_column_text(statement, column)
					   : sqlite3_column_blob(statement, column);

		out->kind = type == SQLITE_TEXT ? IT_SQL_TEXT : IT_SQL_BYTES;
		out->bytes = it_span(data, (size_t)sqlite3_column_bytes(statement, column));
	}
}

static int step_all(struct sqlite *self, sqlite3_stmt *statement,
		    int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
		    void *arg, struct intoto_error **err)
{
	struct it_sql_value values[COLUMNS_MAX];
	int count = sqlite3_column_count(statement);
	int got;
	int rc = INTOTO_OK;

	if (count > COLUMNS_MAX)
		return it_err_set(err, INTOTO_E_INTERNAL, "more than %d columns", COLUMNS_MAX);
	while (!rc && (got = sqlite3_step(statement)) == SQLITE_ROW) {
		const struct it_sql_row one = { values, (size_t)count };

		for (int i = 0; i < count; i++)
			read_column(&values[i], statement, i);
		rc = row ? row(arg, &one, err) : INTOTO_OK;
	}
	if (!rc && got != SQLITE_DONE)
		rc = refuse(self, got, err);
	return rc;
}

static int run(struct it_sql *sql, const char *text, const struct it_sql_value *values,
	       size_t count,
	       int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
	       void *arg, struct intoto_error **err)
{
	struct sqlite *self = sql->state;
	sqlite3_stmt *statement = NULL;
	int rc = prepare(&statement, self, text, err);

	if (rc)
		return rc;
	if ((size_t)sqlite3_bind_parameter_count(statement) != count)
		return it_err_set(err, INTOTO_E_INTERNAL, "%zu values for: %s", count, text);
	for (size_t i = 0; !rc && i < count; i++)
		if (bind(statement, (int)i + 1, &values[i]) != SQLITE_OK)
			rc = refuse(self, sqlite3_errcode(self->db), err);
	if (!rc)
		rc = step_all(self, statement, row, arg, err);
	(void)sqlite3_reset(statement);		 /* repeats what the step told */
	(void)sqlite3_clear_bindings(statement); /* never fails */
	return rc;
}

/* --- transactions --- */

static int begin(struct it_sql *sql, struct intoto_error **err)
{
	return script(sql, "BEGIN IMMEDIATE", err);
}

static int commit(struct it_sql *sql, struct intoto_error **err)
{
	return script(sql, "COMMIT", err);
}

static void rollback(struct it_sql *sql)
{
	const struct sqlite *self = sql->state;

	if (!sqlite3_get_autocommit(self->db))
		(void)script(sql, "ROLLBACK", NULL); /* the failure before it is what is told */
}

const struct it_sql_driver it_sql_sqlite = {
	.bytes_type = "BLOB",
	.number_type = "INTEGER",
	.text_type = "TEXT",
	.table_end = " WITHOUT ROWID",
	.a_table = "SELECT name FROM sqlite_master LIMIT 1",
	.open = sqlite_open,
	.close = sqlite_close,
	.run = run,
	.script = script,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
};
