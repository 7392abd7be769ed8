/* SPDX-License-Identifier: Apache-2.0 */
/* Which driver speaks with a database, and what is the same for all. */
#include "store/sql.h"

#include <search.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/sql_url.h"

/* NULL: of a URL that none of them knows. */
static const struct it_sql_driver *find_driver(const char *place)
{
	if (!strstr(place, "://"))
		return &it_sql_sqlite;
	return it_sql_url_is(place) ? &it_sql_postgres : NULL;
}

/* Errors never show what stands behind the scheme: it may hold a password. */
static int refuse_scheme(const char *place, struct intoto_error **err)
{
	size_t len = (size_t)(strstr(place, "://") - place);
	IT_AUTO(it_freep) char *scheme = it_text_quoted(it_span(place, len));

	return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: no such kind of database is known here",
			  scheme ? scheme : "");
}

int it_sql_open(struct it_sql **out, const char *place, unsigned flags, struct intoto_error **err)
{
	IT_AUTO(it_sql_closep) struct it_sql *sql = calloc(1, sizeof *sql);
	int rc;

	*out = NULL;
	if (!sql)
		return it_err_nomem(err);
	sql->driver = find_driver(place);
	if (!sql->driver)
		return refuse_scheme(place, err);
	rc = sql->driver->open(sql, place, flags, err);
	if (rc)
		return rc;
	*out = sql;
	sql = NULL; /* now the caller's */
	return INTOTO_OK;
}

void it_sql_close(struct it_sql *sql)
{
	if (!sql)
		return;
	if (sql->driver && sql->state)
		sql->driver->close(sql);
	tdestroy(sql->texts, free);
	free(sql);
}

static int compare(const void *a, const void *b)
{
	return it_span_cmp(it_span_text(a), it_span_text(b));
}

int it_sql_text(struct it_sql *sql, const char **out, const char *text, struct intoto_error **err)
{
	char **found = tfind(text, &sql->texts, compare);
	char *copy;

	if (!found) {
		copy = strdup(text);
		found = copy ? tsearch(copy, &sql->texts, compare) : NULL;
		if (!found) {
			free(copy);
			return it_err_nomem(err);
		}
	}
	*out = *found;
	return INTOTO_OK;
}

int it_sql_do(struct it_sql *sql, const char *text, const struct it_sql_value *values, size_t count,
	      struct intoto_error **err)
{
	return sql->driver->run(sql, text, values, count, NULL, NULL, err);
}

int it_sql_each(struct it_sql *sql, const char *text, const struct it_sql_value *values,
		size_t count,
		int (*row)(void *arg, const struct it_sql_row *row, struct intoto_error **err),
		void *arg, struct intoto_error **err)
{
	return sql->driver->run(sql, text, values, count, row, arg, err);
}

int it_sql_end(struct it_sql *sql, int rc, struct intoto_error **err)
{
	if (!rc)
		rc = sql->driver->commit(sql, err);
	if (rc)
		sql->driver->rollback(sql);
	return rc;
}

const char *it_sql_string(const struct it_sql_value *value)
{
	return value->kind == IT_SQL_TEXT && value->bytes.data ? value->bytes.data : "";
}
