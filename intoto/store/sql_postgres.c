/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL through libpq.  What has no rows is queued and sent together (pipeline mode), so that
 * a put is not a journey for each of its rows; writers take one lock, so that the numbers of the
 * log have no gaps; a commit is on the disk before it returns, whatever the server's default is.
 */
#include <inttypes.h>
#include <libpq-fe.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/sql_postgres.h"

enum {
	COLUMNS_MAX = 64,
	VALUES_MAX = 64,
	QUEUE_MAX = 200, /* commands: their answers fit in what a socket buffers */
	NAME_ROOM = 16,
	NUMBER_ROOM = 24,
};

/* Types by their numbers, which pg_type.dat fixes. */
enum { TYPE_BOOL = 16, TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23 };

struct prepared {
	const char *text; /* its address is its name here, */
	unsigned number;  /* and this at the server */
};

/* --- statements --- */

static int compare(const void *a, const void *b)
{
	const struct prepared *one = a;
	const struct prepared *two = b;

	return (one->text > two->text) - (one->text < two->text);
}

static void print_name(char out[NAME_ROOM], unsigned number)
{
	(void)snprintf(out, NAME_ROOM, "s%u", number);
}

static int prepare(char name[NAME_ROOM], struct it_postgres *self, const char *text,
		   struct intoto_error **err)
{
	const struct prepared wanted = { .text = text };
	struct prepared **found = tfind(&wanted, &self->prepared, compare);
	struct prepared *made;

	if (found) {
		print_name(name, (*found)->number);
		return INTOTO_OK;
	}
	made = calloc(1, sizeof *made);
	if (!made)
		return it_err_nomem(err);
	*made = (struct prepared){ text, self->prepared_count };
	if (!tsearch(made, &self->prepared, compare)) {
		free(made);
		return it_err_nomem(err);
	}
	self->prepared_count++;
	print_name(name, made->number);
	if (PQsendPrepare(self->connection, name, text, 0, NULL) != 1)
		return it_postgres_refuse(self, err);
	self->queued++;
	return INTOTO_OK;
}

/* Values as libpq wants them. */
struct values {
	const char *items[VALUES_MAX];
	int lengths[VALUES_MAX];
	int formats[VALUES_MAX];
	char numbers[VALUES_MAX][NUMBER_ROOM];
	struct it_buf texts[VALUES_MAX]; /* what had to be mended */
	size_t count;
};

static void values_done(struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		it_buf_done(&values->texts[i]);
}

/* A text ends at a NUL, and what is no UTF-8 is no text here: it is shown, and never a reason to
 * refuse a document. */
static int bind_text(struct values *out, size_t i, struct it_span text, struct intoto_error **err)
{
	struct it_buf *copy = &out->texts[i];

	text.len = text.len ? strnlen(text.data, text.len) : 0;
	copy->max = 4 * text.len + 1;
	if (it_utf8_valid(text))
		(void)it_buf_add_span(copy, text); /* looked at below */
	else
		(void)it_utf8_replace(copy, text); /* looked at below */
	out->items[i] = it_buf_text(copy);
	return it_buf_check(copy, "a value", err);
}

static int bind(struct values *out, const struct it_sql_value *values, size_t count,
		struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (count > VALUES_MAX)
		return it_err_set(err, INTOTO_E_INTERNAL, "more than %d values", VALUES_MAX);
	for (size_t i = 0; !rc && i < count; i++) {
		const struct it_sql_value *value = &values[i];

		out->texts[i] = (struct it_buf){ 0 };
		out->count = i + 1;
		out->items[i] = NULL;
		out->formats[i] = value->kind == IT_SQL_BYTES;
		if (value->bytes.len > INT32_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "a value is too long");
		out->lengths[i] = (int)value->bytes.len;
		if (value->kind == IT_SQL_NUMBER) {
			(void)snprintf(out->numbers[i], NUMBER_ROOM, "%" PRId64, value->number);
			out->items[i] = out->numbers[i];
		} else if (value->kind == IT_SQL_BYTES) {
			out->items[i] = value->bytes.data ? value->bytes.data : "";
		} else if (value->kind == IT_SQL_TEXT) {
			rc = bind_text(out, i, value->bytes, err);
		}
	}
	return rc;
}

/* --- rows --- */

static int read_number(int64_t *out, const char *data, int length)
{
	uint64_t number = 0;

	for (int i = 0; i < length; i++)
		number = number << 8 | (unsigned char)data[i];
	/* The sign of what is shorter. */
	if (length < 8 && length > 1 && number >> (8 * length - 1))
		number |= UINT64_MAX << (8 * length);
	*out = (int64_t)number;
	return INTOTO_OK;
}

static int read_column(struct it_sql_value *out, const PGresult *result, int row, int column,
		       struct intoto_error **err)
{
	const char *data = PQgetvalue(result, row, column);
	int length = PQgetlength(result, row, column);

	*out = (struct it_sql_value){ .kind = IT_SQL_NULL };
	if (PQgetisnull(result, row, column))
		return INTOTO_OK;
	switch (PQftype(result, column)) {
	case TYPE_BOOL:
	case TYPE_INT2:
	case TYPE_INT4:
	case TYPE_INT8:
		out->kind = IT_SQL_NUMBER;
		return read_number(&out->number, data, length);
	case TYPE_BYTEA:
		out->kind = IT_SQL_BYTES;
		break;
	case 25:   /* text */
	case 1043: /* varchar */
	case 705:  /* a constant of the statement */
		out->kind = IT_SQL_TEXT;
		break;
	default:
		return it_err_set(err, INTOTO_E_INTERNAL, "a column of the type %u",
				  PQftype(result, column));
	}
	out->bytes = it_span(data, (size_t)length);
	return INTOTO_OK;
}

static int give_rows(const PGresult *result,
		     int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
		     void *arg, struct intoto_error **err)
{
	struct it_sql_value values[COLUMNS_MAX];
	int columns = PQnfields(result);
	int rc = INTOTO_OK;

	if (columns > COLUMNS_MAX)
		return it_err_set(err, INTOTO_E_INTERNAL, "more than %d columns", COLUMNS_MAX);
	for (int i = 0; !rc && i < PQntuples(result); i++) {
		const struct it_sql_row one = { values, (size_t)columns };

		for (int k = 0; !rc && k < columns; k++)
			rc = read_column(&values[k], result, i, k, err);
		if (!rc)
			rc = row(arg, &one, err);
	}
	return rc;
}

static int send(struct it_postgres *self, const char *text, const struct it_sql_value *values,
		size_t count, struct intoto_error **err)
{
	IT_AUTO(values_done) struct values bound = { .count = 0 };
	char name[NAME_ROOM];
	int rc = it_postgres_enter_pipeline(self, err);

	if (!rc)
		rc = prepare(name, self, text, err);
	if (!rc)
		rc = bind(&bound, values, count, err);
	if (rc)
		return rc;
	if (PQsendQueryPrepared(self->connection, name, (int)count, bound.items, bound.lengths,
				bound.formats, 1) != 1)
		return it_postgres_refuse(self, err);
	self->queued++;
	return INTOTO_OK;
}

static int ask(PGresult **result, struct it_postgres *self, const char *text,
	       const struct it_sql_value *values, size_t count, struct intoto_error **err)
{
	int rc = it_postgres_is_lost(self) ? it_postgres_connect_again(self, err) : INTOTO_OK;

	if (!rc)
		rc = send(self, text, values, count, err);
	return rc ? rc : it_postgres_drain(result, self, err);
}

/* A question may be asked twice: that the server was started anew meanwhile, nobody notices. */
static int ask_twice(PGresult **result, struct it_postgres *self, const char *text,
		     const struct it_sql_value *values, size_t count, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = ask(result, self, text, values, count, &why);

	if (rc == INTOTO_E_SERVICE && it_postgres_is_lost(self)) {
		PQclear(*result);
		*result = NULL;
		return ask(result, self, text, values, count, err);
	}
	if (rc && err) {
		*err = why;
		why = NULL; /* now the caller's */
	}
	return rc;
}

static int run(struct it_sql *sql, const char *text, const struct it_sql_value *values,
	       size_t count,
	       int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
	       void *arg, struct intoto_error **err)
{
	struct it_postgres *self = sql->state;
	PGresult *result = NULL;
	int rc;

	if (row && !self->in_transaction) {
		rc = ask_twice(&result, self, text, values, count, err);
	} else {
		rc = send(self, text, values, count, err);
		if (rc)
			return rc;
		if (!row && self->in_transaction && self->queued < QUEUE_MAX)
			return INTOTO_OK;
		rc = it_postgres_drain(&result, self, err);
	}
	if (!rc && row)
		rc = give_rows(result, row, arg, err);
	PQclear(result);
	return rc;
}

static int script(struct it_sql *sql, const char *text, struct intoto_error **err)
{
	return it_postgres_execute(sql->state, text, err);
}

/* --- transactions --- */

/*
 * One writer at a time in a store, which its table of meta stands for; readers wait for nobody.
 * The lock is a command of its own, so that what follows sees what the writer before has done.
 */
static int begin_once(struct it_postgres *self, struct intoto_error **err)
{
	int rc = it_postgres_is_lost(self) ? it_postgres_connect_again(self, err) : INTOTO_OK;

	if (!rc)
		rc = it_postgres_queue(self, "BEGIN", err);
	if (!rc)
		rc = it_postgres_queue(self,
				       "SELECT pg_advisory_xact_lock(1768846447, "
				       "COALESCE(to_regclass('meta')::oid::integer, 0))",
				       err);
	return rc ? rc : it_postgres_drain(NULL, self, err);
}

static void rollback(struct it_sql *sql)
{
	struct it_postgres *self = sql->state;
	int rc = self->queued ? it_postgres_drain(NULL, self, NULL) : INTOTO_OK;

	if (!it_postgres_is_lost(self) && PQtransactionStatus(self->connection) != PQTRANS_IDLE)
		rc = it_postgres_execute(self, "ROLLBACK", NULL);
	(void)rc; /* the failure before it is what is told */
	self->in_transaction = false;
}

static int begin(struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_postgres *self = sql->state;
	int rc = begin_once(self, &why);

	if (rc == INTOTO_E_SERVICE && it_postgres_is_lost(self))
		rc = begin_once(self, err);
	else if (rc && err) {
		*err = why;
		why = NULL; /* now the caller's */
	}
	self->in_transaction = !rc;
	if (rc)
		rollback(sql);
	return rc;
}

/* Of a transaction that failed, COMMIT is a rollback that is reported as good. */
static int check_commit(const struct it_postgres *self, PGresult *result, struct intoto_error **err)
{
	if (result && it_streq(PQcmdStatus(result), "COMMIT"))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_INTERNAL, "%s: the transaction had failed",
			  self->url.shown);
}

/* It goes with the commands that wait: after a failure of one of them, the server passes it over.
 */
static int commit(struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_postgres *self = sql->state;
	PGresult *result = NULL;
	int rc = it_postgres_queue(self, "COMMIT", &why);

	if (!rc)
		rc = it_postgres_drain(&result, self, &why);
	if (!rc)
		rc = check_commit(self, result, &why);
	PQclear(result);
	self->in_transaction = rc != INTOTO_OK;
	if (rc && it_postgres_is_lost(self))
		return it_err_set(
			err, rc,
			"%s: the server was gone before it said that the change is durable: "
			"it is not acknowledged, and was made or not: do it again",
			self->url.shown);
	if (rc && err) {
		*err = why;
		why = NULL; /* now the caller's */
	}
	return rc;
}

const struct it_sql_driver it_sql_postgres = {
	.scheme = "postgresql",
	.bytes_type = "BYTEA",
	.number_type = "BIGINT",
	.text_type = "TEXT COLLATE \"C\"",
	.table_end = "",
	/* Views are those of extensions, too. */
	.a_table =
		"SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind IN ('r', 'p', 'f') AND "
		"relnamespace = to_regnamespace(quote_ident(current_schema())) LIMIT 1",
	.open = it_postgres_open,
	.close = it_postgres_close,
	.run = run,
	.script = script,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
};
