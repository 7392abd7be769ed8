/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to an SQL database: SQLite in a file, or PostgreSQL.  The statements of the store
 * are written once, for both: parameters are $1, $2 … in the order of their first appearance, and
 * only what both understand is used (ON CONFLICT, RETURNING).  Values always go as parameters.
 */
#ifndef IT_STORE_SQL_H
#define IT_STORE_SQL_H

#include "base/buf.h"

enum it_sql_kind { IT_SQL_NULL, IT_SQL_NUMBER, IT_SQL_TEXT, IT_SQL_BYTES };

/* Borrowed.  A text is UTF-8 without NUL. */
struct it_sql_value {
	enum it_sql_kind kind;
	int64_t number;
	struct it_span bytes; /* of a text or of bytes */
};

#define IT_SQL_N(value) ((struct it_sql_value){ .kind = IT_SQL_NUMBER, .number = (value) })
#define IT_SQL_T(text) ((struct it_sql_value){ .kind = IT_SQL_TEXT, .bytes = it_span_text(text) })
#define IT_SQL_B(span) ((struct it_sql_value){ .kind = IT_SQL_BYTES, .bytes = (span) })

struct it_sql_row {
	const struct it_sql_value *values; /* until the row function returns */
	size_t count;
};

struct it_sql {
	const struct it_sql_driver *driver;
	void *state;
	void *texts; /* tsearch(3): statements that were put together, kept as long as it is open */
};

enum it_sql_flag {
	IT_SQL_CREATE = 1, /* make the database where there is none */
	IT_SQL_READ_ONLY = 2,
};

struct it_sql_driver {
	const char *scheme; /* "postgresql"; NULL: a file */
	/* Words of this dialect in the schema. */
	const char *bytes_type;	 /* "BLOB", "BYTEA" */
	const char *number_type; /* "INTEGER", "BIGINT" */
	const char *text_type;	 /* "TEXT": ordered by its bytes, LIKE tells A from a */
	const char *table_end; /* behind a table whose primary key is its order: " WITHOUT ROWID" */
	const char *a_table;   /* a statement: the name of a table that is there, if any is */
	int (*open)(struct it_sql *sql, const char *place, unsigned flags,
		    struct intoto_error **err);
	void (*close)(struct it_sql *sql);
	/* text is a constant of the program: its address names the prepared statement.  row NULL:
	 * rows are passed over, and a failure may be told by a later call, commit at the latest. */
	int (*run)(struct it_sql *sql, const char *text, const struct it_sql_value *values,
		   size_t count,
		   int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
		   void *arg, struct intoto_error **err);
	/* A statement without parameters that is not prepared: the schema. */
	int (*script)(struct it_sql *sql, const char *text, struct intoto_error **err);
	/* Begins a transaction that may write; waits for other writers. */
	int (*begin)(struct it_sql *sql, struct intoto_error **err);
	int (*commit)(struct it_sql *sql, struct intoto_error **err); /* durable when it is OK */
	void (*rollback)(struct it_sql *sql);
};

extern const struct it_sql_driver it_sql_sqlite;
extern const struct it_sql_driver it_sql_postgres;

/* A path, or postgresql://….  Errors never show a password. */
IT_CHECK int it_sql_open(struct it_sql **out, const char *place, unsigned flags,
			 struct intoto_error **err);
/* It as it may be shown: without a user's password.  The caller's (free); NULL without memory. */
char *it_sql_place(const char *place);
void it_sql_close(struct it_sql *sql);
IT_DEFINE_AUTO(struct it_sql, it_sql_close);

/* A statement that was put together (of constants, never of what a user says) under an address that
 * stands for it from now on. */
IT_CHECK int it_sql_text(struct it_sql *sql, const char **out, const char *text,
			 struct intoto_error **err);

/* Rows, if any, are passed over. */
IT_CHECK int it_sql_do(struct it_sql *sql, const char *text, const struct it_sql_value *values,
		       size_t count, struct intoto_error **err);
/* What row returns, if not 0, ends it. */
IT_CHECK int
it_sql_each(struct it_sql *sql, const char *text, const struct it_sql_value *values, size_t count,
	    int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
	    void *arg, struct intoto_error **err);

/* Ends a transaction: committed when rc is 0, else rolled back and rc returned. */
IT_CHECK int it_sql_end(struct it_sql *sql, int rc, struct intoto_error **err);

/* The text of a value, "" when it is none.  Texts of a row end with a NUL in all databases. */
const char *it_sql_string(const struct it_sql_value *value);

#endif
