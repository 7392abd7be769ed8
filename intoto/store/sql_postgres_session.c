/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sql_postgres.h"

#include <libpq-fe.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void it_postgres_close(struct it_sql *sql)
{
	struct it_postgres *self = sql->state;

	tdestroy(self->prepared, free);
	PQfinish(self->connection);
	it_sql_url_done(&self->url);
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

int it_postgres_refuse(const struct it_postgres *self, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *why = first_line(PQerrorMessage(self->connection));

	return it_err_set(err, INTOTO_E_SERVICE, "%s: %s", self->url.shown, why ? why : "");
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

static int refuse_result(const struct it_postgres *self, const PGresult *result,
			 struct intoto_error **err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	IT_AUTO(it_freep) char *why = text ? first_line(text) : NULL;

	if (!state || !text) /* the connection itself */
		return it_postgres_refuse(self, err);
	return it_err_set(err, code_of(state), "%s: %s (%s)", self->url.shown, why ? why : "",
			  state);
}

/* --- answers --- */

/* Nobody knows which of them the server has: they are prepared anew, under other names. */
static void forget_prepared(struct it_postgres *self)
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

int it_postgres_drain(PGresult **last, struct it_postgres *self, struct intoto_error **err)
{
	size_t left = self->queued;
	int rc = INTOTO_OK;

	self->queued = 0;
	if (PQpipelineSync(self->connection) != 1)
		return it_postgres_refuse(self, err);
	for (bool synced = false; !synced;) {
		PGresult *result = PQgetResult(self->connection);
		ExecStatusType status;

		if (!result) {
			if (PQstatus(self->connection) != CONNECTION_OK)
				return rc ? rc : it_postgres_refuse(self, err);
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

int it_postgres_enter_pipeline(struct it_postgres *self, struct intoto_error **err)
{
	if (PQpipelineStatus(self->connection) == PQ_PIPELINE_OFF &&
	    PQenterPipelineMode(self->connection) != 1)
		return it_postgres_refuse(self, err);
	return INTOTO_OK;
}

int it_postgres_queue(struct it_postgres *self, const char *text, struct intoto_error **err)
{
	int rc = it_postgres_enter_pipeline(self, err);

	if (rc)
		return rc;
	if (PQsendQueryParams(self->connection, text, 0, NULL, NULL, NULL, NULL, 1) != 1)
		return it_postgres_refuse(self, err);
	self->queued++;
	return INTOTO_OK;
}

int it_postgres_execute(struct it_postgres *self, const char *text, struct intoto_error **err)
{
	PGresult *result;
	int rc = self->queued ? it_postgres_drain(NULL, self, err) : INTOTO_OK;

	if (rc)
		return rc;
	if (PQpipelineStatus(self->connection) != PQ_PIPELINE_OFF &&
	    PQexitPipelineMode(self->connection) != 1)
		return it_postgres_refuse(self, err);
	result = PQexec(self->connection, text);
	if (!is_good(result))
		rc = refuse_result(self, result, err);
	PQclear(result);
	return rc;
}

/* --- opening --- */

static void be_silent(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/*
 * What a URL does not say, nor the environment: nobody waits for ever for a server that is not
 * there, or not any more (in seconds, and 60,000 milliseconds).
 */
static PGconn *connect(const char *url)
{
	const char *const names[] = { "connect_timeout",
				      "keepalives_idle",
				      "keepalives_interval",
				      "keepalives_count",
				      "tcp_user_timeout",
				      "fallback_application_name",
				      "dbname",
				      NULL };
	const char *const values[] = { getenv("PGCONNECT_TIMEOUT") ? NULL : "10",
				       "30",
				       "10",
				       "3",
				       "60000",
				       "intoto",
				       url,
				       NULL };

	return PQconnectdbParams(names, values, 1);
}

static int query(struct it_postgres *self, const char *text, const char *value, bool *found,
		 struct intoto_error **err)
{
	PGresult *result = PQexecParams(self->connection, text, 1, NULL, &value, NULL, NULL, 0);
	int rc = is_good(result) ? INTOTO_OK : refuse_result(self, result, err);

	*found = PQntuples(result) > 0;
	PQclear(result);
	return rc;
}

/* The schema of the URL alone, made if a store is to be made in it. */
static int enter_schema(struct it_postgres *self, struct intoto_error **err)
{
	static const char look[] = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
	static const char enter[] = "SELECT set_config('search_path', quote_ident($1), false)";
	IT_AUTO(it_buf_done) struct it_buf make = IT_BUF(1024);
	char *name;
	bool found = false;
	int rc;

	if (!self->url.schema)
		return INTOTO_OK;
	rc = query(self, look, self->url.schema, &found, err);
	if (!rc && !found && self->flags & IT_SQL_CREATE) {
		name = PQescapeIdentifier(self->connection, self->url.schema,
					  strlen(self->url.schema));
		(void)it_buf_printf(&make,
				    "SELECT pg_advisory_xact_lock(1768846447, 0); "
				    "CREATE SCHEMA IF NOT EXISTS %s",
				    name ? name : ""); /* looked at by the server */
		PQfreemem(name);
		rc = it_postgres_execute(self, it_buf_text(&make), err);
	}
	return rc ? rc : query(self, enter, self->url.schema, &found, err);
}

/* Of a connection that was just made. */
static int set_up(struct it_postgres *self, struct intoto_error **err)
{
	const char *encoding = PQparameterStatus(self->connection, "server_encoding");
	int rc;

	if (PQstatus(self->connection) != CONNECTION_OK)
		return it_postgres_refuse(self, err);
	(void)PQsetNoticeProcessor(self->connection, be_silent, NULL); /* was the default one */
	if (!encoding || !it_streq(encoding, "UTF8"))
		return it_err_set(err, INTOTO_E_UNSUPPORTED,
				  "%s: the encoding of the database is %s: want UTF8",
				  self->url.shown, encoding ? encoding : "unknown");
	rc = it_postgres_execute(
		self,
		self->flags & IT_SQL_READ_ONLY
			? "SET client_encoding = 'UTF8'; SET default_transaction_read_only = on"
			: "SET client_encoding = 'UTF8'; SET synchronous_commit = on; "
			  "SET lock_timeout = '60s'; "
			  "SET default_transaction_isolation = 'read committed'",
		err);
	return rc ? rc : enter_schema(self, err);
}

int it_postgres_open(struct it_sql *sql, const char *place, unsigned flags,
		     struct intoto_error **err)
{
	struct it_postgres *self = calloc(1, sizeof *self);
	int rc;

	if (!self)
		return it_err_nomem(err);
	sql->state = self;
	self->flags = flags;
	rc = it_sql_url_read(&self->url, place, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", self->url.shown ? self->url.shown : "");
	self->connection = connect(self->url.text);
	return set_up(self, err);
}

int it_postgres_connect_again(struct it_postgres *self, struct intoto_error **err)
{
	forget_prepared(self);
	self->queued = 0;
	PQreset(self->connection);
	return set_up(self, err);
}

bool it_postgres_is_lost(const struct it_postgres *self)
{
	return PQstatus(self->connection) != CONNECTION_OK;
}
