/* SPDX-License-Identifier: Apache-2.0 */
/* A session with PostgreSQL: its connection, what waits to be sent, and what went wrong. */
#ifndef IT_STORE_SQL_POSTGRES_H
#define IT_STORE_SQL_POSTGRES_H

#include "store/sql.h"
#include "store/sql_url.h"

/* PGconn and PGresult. */
struct pg_conn;
struct pg_result;

struct it_postgres {
	struct pg_conn *connection;
	struct it_sql_url url;
	unsigned flags; /* it_sql_flag */
	void *prepared; /* tsearch(3) */
	unsigned prepared_count;
	size_t queued; /* commands whose answers have not been read */
	bool in_transaction;
};

IT_CHECK int it_postgres_open(struct it_sql *sql, const char *place, unsigned flags,
			      struct intoto_error **err);
void it_postgres_close(struct it_sql *sql);

/* The connection broke; it is made anew where nothing hangs on the old one. */
bool it_postgres_is_lost(const struct it_postgres *self);
IT_CHECK int it_postgres_connect_again(struct it_postgres *self, struct intoto_error **err);
/* What libpq says of the connection. */
int it_postgres_refuse(const struct it_postgres *self, struct intoto_error **err);

/* Before a command is sent. */
IT_CHECK int it_postgres_enter_pipeline(struct it_postgres *self, struct intoto_error **err);
/* A command without parameters goes with the next ones. */
IT_CHECK int it_postgres_queue(struct it_postgres *self, const char *text,
			       struct intoto_error **err);
/*
 * Reads the answers of all that was queued, up to a mark that is set here.  The one of the last
 * command is the caller's if it wants it (a PGresult, PQclear).
 */
IT_CHECK int it_postgres_drain(struct pg_result **last, struct it_postgres *self,
			       struct intoto_error **err);
/* Several commands at once, which a pipeline does not take. */
IT_CHECK int it_postgres_execute(struct it_postgres *self, const char *text,
				 struct intoto_error **err);

#endif
