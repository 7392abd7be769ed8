/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE as libpq reads it, with one option
 * more: schema=NAME, for several stores in a database.
 */
#ifndef IT_STORE_SQL_URL_H
#define IT_STORE_SQL_URL_H

#include "base/buf.h"

bool it_sql_url_is(const char *place);

struct it_sql_url {
	char *text;   /* for libpq; a secret */
	char *schema; /* NULL: the first of the search path */
	char *shown;  /* scheme, host, port, database and schema; quoted */
};

/* USAGE, in words that quote nothing of it: where a URL cannot be read, anything may be a part of
 * the password.  out->shown is set in every case but NOMEM; it_sql_url_done(). */
IT_CHECK int it_sql_url_read(struct it_sql_url *out, const char *place, struct intoto_error **err);
void it_sql_url_done(struct it_sql_url *url);

#endif
