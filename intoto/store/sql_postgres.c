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
#include "store/sql.h"

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

struct postgres {
	PGconn *connection;
	char *place;
	void *prepared; /* tsearch(3) */
	unsigned prepared_count;
	size_t queued; /* commands whose answers have not been read */
	bool in_transaction;
};

static void postgres_close(struct it_sql *sql)
{
	struct postgres *self = sql->state;

	tdestroy(self->prepared, free);
	PQfinish(self->connection);
	free(self->place);
	free(self);
	sql->state = NULL;
}

/* --- what went wrong --- */

/* Its first line: the others may quote what was sent. */
static char *first_line(const char *text)
{
	while (*text == '\n' || *text == ' ')
		text++;
	return it_text_quoted(it_span(text, strcspn(text, "\n")));
}

static int refuse_connection(const struct postgres *self, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *why = first_line(PQerrorMessage(self->connection));

	return it_err_set(err, INTOTO_E_SERVICE, "%s: %s", self->place, why ? why : "");
}

/* By the class of the SQLSTATE: 08 connection, 53 resources, 57 the operator, 40 to be tried again,
 * 55 a lock, 54 limits. */
static enum intoto_code code_of(const char *state)
{
	static const char *const services[] = { "08", "53", "57", "40", "55" };

	for (size_t i = 0; state && i < IT_COUNT_OF(services); i++)
		if (it_starts_with(state, services[i]))
			return INTOTO_E_SERVICE;
	if (state && it_starts_with(state, "54"))
		return INTOTO_E_LIMIT;
	if (state && (it_streq(state, "42501") || it_streq(state, "25006"))) /* no right to it */
		return INTOTO_E_IO;
	return INTOTO_E_FORMAT;
}

static int refuse_result(const struct postgres *self, const PGresult *result,
			 struct intoto_error **err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	IT_AUTO(it_freep) char *why = text ? first_line(text) : NULL;

	if (!state || !text) /* the connection itself */
		return refuse_connection(self, err);
	return it_err_set(err, code_of(state), "%s: %s (%s)", self->place, why ? why : "", state);
}

/* --- answers --- */

/* Nobody knows which of them the server has: they are prepared anew, under other names. */
static void forget_prepared(struct postgres *self)
{
	tdestroy(self->prepared, free);
	self->prepared = NULL;
}

static bool is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	       status == PGRES_PIPELINE_SYNC;
}

/*
 * Reads the answers of all that was queued, up to the mark that is set here.  The one of the last
 * command is the caller's if it wants it (PQclear).
 */
static int drain(PGresult **last, struct postgres *self, struct intoto_error **err)
{
	size_t left = self->queued;
	int rc = INTOTO_OK;

	self->queued = 0;
	if (PQpipelineSync(self->connection) != 1)
		return refuse_connection(self, err);
	for (bool synced = false; !synced;) {
		PGresult *result = PQgetResult(self->connection);
		ExecStatusType status;

		if (!result) {
			if (PQstatus(self->connection) != CONNECTION_OK)
				return rc ? rc : refuse_connection(self, err);
			continue; /* between the answers of two commands */
		}
		status = PQresultStatus(result);
		synced = status == PGRES_PIPELINE_SYNC;
		/* What comes behind a failure is only said to have been passed over. */
		if (!rc && !is_good(result) && status != PGRES_PIPELINE_ABORTED)
			rc = refuse_result(self, result, err);
		if (status == PGRES_FATAL_ERROR && PQstatus(self->connection) != CONNECTION_OK)
			synced = true;
		if (!synced && left && !--left && last && !rc) {
			*last = result;
			continue;
		}
		PQclear(result);
	}
	if (rc)
		forget_prepared(self);
	return rc;
}

static int enter_pipeline(struct postgres *self, struct intoto_error **err)
{
	if (PQpipelineStatus(self->connection) == PQ_PIPELINE_OFF &&
	    PQenterPipelineMode(self->connection) != 1)
		return refuse_connection(self, err);
	return INTOTO_OK;
}

/* A command without parameters, with whatever was queued in front of it. */
static int command(struct postgres *self, const char *text, struct intoto_error **err)
{
	int rc = enter_pipeline(self, err);

	if (rc)
		return rc;
	if (PQsendQueryParams(self->connection, text, 0, NULL, NULL, NULL, NULL, 1) != 1)
		return refuse_connection(self, err);
	self->queued++;
	return drain(NULL, self, err);
}

/* Several commands at once, which a pipeline does not take. */
static int script(struct it_sql *sql, const char *text, struct intoto_error **err)
{
	struct postgres *self = sql->state;
	PGresult *result;
	int rc = self->queued ? drain(NULL, self, err) : INTOTO_OK;

	if (rc)
		return rc;
	if (PQpipelineStatus(self->connection) != PQ_PIPELINE_OFF &&
	    PQexitPipelineMode(self->connection) != 1)
		return refuse_connection(self, err);
	result = PQexec(self->connection, text);
	if (!is_good(result))
		rc = refuse_result(self, result, err);
	PQclear(result);
	return rc;
}

/* --- opening --- */

char *it_sql_place(const char *place)
{
	const char *scheme = strstr(place, "://");
	const char *at;
	const char *end;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(64 * 1024);

	if (!scheme)
		return it_text_quoted(it_span_text(place));
	/* "scheme://user:password@host/database?options": host and database are shown. */
	end = scheme + 3 + strcspn(scheme + 3, "?#");
	at = scheme + 3;
	for (const char *one = at; one < end; one++)
		if (*one == '@')
			at = one + 1;
	it_text_quote(&text, it_span(place, (size_t)(scheme + 3 - place)));
	it_text_quote(&text, it_span(at, (size_t)(end - at)));
	return it_buf_take(&text);
}

static void be_silent(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static int postgres_open(struct it_sql *sql, const char *place, unsigned flags,
			 struct intoto_error **err)
{
	struct postgres *self = calloc(1, sizeof *self);

	if (!self)
		return it_err_nomem(err);
	sql->state = self;
	self->place = it_sql_place(place);
	if (!self->place)
		return it_err_nomem(err);
	self->connection = PQconnectdb(place);
	if (PQstatus(self->connection) != CONNECTION_OK)
		return refuse_connection(self, err);
	(void)PQsetNoticeProcessor(self->connection, be_silent, NULL); /* was the default one */
	return script(
		sql,
		flags & IT_SQL_READ_ONLY
			? "SET client_encoding = 'UTF8'; SET default_transaction_read_only = on"
			: "SET client_encoding = 'UTF8'; SET synchronous_commit = on; "
			  "SET default_transaction_isolation = 'read committed'",
		err);
}

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

static int prepare(char name[NAME_ROOM], struct postgres *self, const char *text,
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
		return refuse_connection(self, err);
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

static int send(struct postgres *self, const char *text, const struct it_sql_value *values,
		size_t count, struct intoto_error **err)
{
	IT_AUTO(values_done) struct values bound = { .count = 0 };
	char name[NAME_ROOM];
	int rc = enter_pipeline(self, err);

	if (!rc)
		rc = prepare(name, self, text, err);
	if (!rc)
		rc = bind(&bound, values, count, err);
	if (rc)
		return rc;
	if (PQsendQueryPrepared(self->connection, name, (int)count, bound.items, bound.lengths,
				bound.formats, 1) != 1)
		return refuse_connection(self, err);
	self->queued++;
	return INTOTO_OK;
}

static int run(struct it_sql *sql, const char *text, const struct it_sql_value *values,
	       size_t count,
	       int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
	       void *arg, struct intoto_error **err)
{
	struct postgres *self = sql->state;
	PGresult *result = NULL;
	int rc = send(self, text, values, count, err);

	if (rc)
		return rc;
	if (!row && self->in_transaction)
		return self->queued < QUEUE_MAX ? INTOTO_OK : drain(NULL, self, err);
	rc = drain(&result, self, err);
	if (!rc && row)
		rc = give_rows(result, row, arg, err);
	PQclear(result);
	return rc;
}

/* --- transactions --- */

/* One writer at a time in a schema; readers wait for nobody. */
static int begin(struct it_sql *sql, struct intoto_error **err)
{
	struct postgres *self = sql->state;
	int rc = command(self, "BEGIN", err);

	self->in_transaction = !rc;
	return rc ? rc
		  : command(self,
			    "SELECT pg_advisory_xact_lock(1768846447, "
			    "hashtext(COALESCE(current_schema(), '')))",
			    err);
}

static int commit(struct it_sql *sql, struct intoto_error **err)
{
	struct postgres *self = sql->state;
	int rc = self->queued ? drain(NULL, self, err) : INTOTO_OK;

	/* Of a transaction that failed, COMMIT is a rollback that is reported as good. */
	if (!rc && PQtransactionStatus(self->connection) == PQTRANS_INERROR)
		rc = it_err_set(err, INTOTO_E_INTERNAL, "%s: the transaction had failed",
				self->place);
	if (!rc)
		rc = command(self, "COMMIT", err);
	self->in_transaction = rc != INTOTO_OK;
	return rc;
}

static void rollback(struct it_sql *sql)
{
	struct postgres *self = sql->state;

	/* The failure before it is what is told. */
	if (self->queued)
		(void)drain(NULL, self, NULL);
	if (PQstatus(self->connection) == CONNECTION_OK &&
	    PQtransactionStatus(self->connection) != PQTRANS_IDLE)
		(void)command(self, "ROLLBACK", NULL);
	self->in_transaction = false;
}

const struct it_sql_driver it_sql_postgres = {
	.scheme = "postgresql",
	.bytes_type = "BYTEA",
	.number_type = "BIGINT",
	.text_type = "TEXT COLLATE \"C\"",
	.table_end = "",
	.open = postgres_open,
	.close = postgres_close,
	.run = run,
	.script = script,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
};
