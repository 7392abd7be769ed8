/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema.h"

#include <stdio.h>

#include "base/text.h"

enum { SCRIPT_MAX = 16 * 1024, VERSION_MAX = 32 };

/*
 * Digests come in no order, so each that is put lands on another page of an index, which is then
 * written twice: that, and nothing else, bounds how many can be put.  So these indexes begin anew
 * with every 131,072 entries (IT_SCHEMA_PART): what is written then stays on few pages, and a
 * search looks in a few more places.
 *
 * $B, $N, $T: the types of bytes, numbers and texts; $W: the end of a table that is ordered by its
 * key. */
static const char tables[] =
	"CREATE TABLE meta (name $T PRIMARY KEY, value $B NOT NULL)$W;"
	"CREATE TABLE entry (number $N PRIMARY KEY, id $B NOT NULL UNIQUE, gitoid $B NOT NULL, "
	"size $N NOT NULL, kind $T NOT NULL, media_type $T NOT NULL, "
	"predicate_type $T NOT NULL, step $T NOT NULL, name $T NOT NULL, "
	"verdict $T NOT NULL, said $N NOT NULL, put $N NOT NULL, actor $T NOT NULL, "
	"class $T NOT NULL, lock_until $N NOT NULL);"
	"CREATE INDEX entry_gitoid ON entry ((number / 131072), gitoid);"
	"CREATE INDEX entry_step ON entry (step, number);"
	"CREATE INDEX entry_type ON entry (predicate_type, number);"
	"CREATE INDEX entry_put ON entry (put, number);"
	"CREATE TABLE subject (entry $N NOT NULL, place $N NOT NULL, role $T NOT NULL, "
	"name $T NOT NULL, algorithm $T NOT NULL, value $B NOT NULL, line $N NOT NULL, "
	"PRIMARY KEY (entry, place))$W;"
	"CREATE INDEX subject_value ON subject ((entry / 131072), (substr(value, 1, 8)));"
	"CREATE INDEX subject_name ON subject ((entry / 131072), name);"
	"CREATE TABLE signer (entry $N NOT NULL, place $N NOT NULL, keyid $T NOT NULL, "
	"identity $T NOT NULL, PRIMARY KEY (entry, place))$W;"
	"CREATE INDEX signer_keyid ON signer (keyid, entry);"
	"CREATE INDEX signer_identity ON signer (identity, entry) WHERE identity <> '';"
	"CREATE TABLE package (entry $N NOT NULL, place $N NOT NULL, base $T NOT NULL, "
	"version $T NOT NULL, purl $T NOT NULL, name $T NOT NULL, license $T NOT NULL, "
	"line $N NOT NULL, "
	"PRIMARY KEY (entry, place))$W;"
	"CREATE INDEX package_base ON package ((entry / 131072), base);"
	"CREATE TABLE vulnerability (entry $N NOT NULL, place $N NOT NULL, id $T NOT NULL, "
	"package $T NOT NULL, base $T NOT NULL, version $T NOT NULL, finding $N NOT NULL, "
	"state $T NOT NULL, severity $T NOT NULL, line $N NOT NULL, PRIMARY KEY (entry, place))$W;"
	"CREATE INDEX vulnerability_id ON vulnerability (id, entry);"
	"CREATE INDEX vulnerability_base ON vulnerability ((entry / 131072), base);"
	"CREATE TABLE bundled (entry $N NOT NULL, line $N NOT NULL, kind $T NOT NULL, "
	"predicate_type $T NOT NULL, step $T NOT NULL, verdict $T NOT NULL, "
	"PRIMARY KEY (entry, line))$W;"
	"CREATE INDEX bundled_step ON bundled (step, entry);"
	"CREATE INDEX bundled_type ON bundled (predicate_type, entry);"
	"CREATE TABLE exception (entry $N NOT NULL, place $N NOT NULL, id $T NOT NULL, "
	"owner $T NOT NULL, reason $T NOT NULL, expires $N NOT NULL, "
	"PRIMARY KEY (entry, place))$W;"
	"CREATE INDEX exception_id ON exception (id, entry);"
	"CREATE TABLE release (entry $N PRIMARY KEY, product $T NOT NULL, release $T NOT NULL, "
	"verdict $T NOT NULL, time $N NOT NULL, previous $B NOT NULL);"
	"CREATE TABLE member (archive $N NOT NULL, entry $N NOT NULL, role $T NOT NULL, "
	"name $T NOT NULL, PRIMARY KEY (archive, name))$W;"
	"CREATE INDEX member_entry ON member (entry);"
	"CREATE TABLE hold (entry $N NOT NULL, name $T NOT NULL, reason $T NOT NULL, "
	"actor $T NOT NULL, since $N NOT NULL, PRIMARY KEY (entry, name))$W;"
	"CREATE TABLE leaf (number $N PRIMARY KEY, hash $B NOT NULL, entry $B NOT NULL);"
	"CREATE TABLE node (level $N NOT NULL, number $N NOT NULL, hash $B NOT NULL, "
	"PRIMARY KEY (level, number))$W;"
	"CREATE TABLE removal (number $N PRIMARY KEY, entry $N NOT NULL, id $B NOT NULL, "
	"time $N NOT NULL, actor $T NOT NULL, reason $T NOT NULL);"
	"CREATE INDEX removal_id ON removal (id, number);"
	"CREATE TABLE retention (class $T PRIMARY KEY, duration $N NOT NULL)$W;";

static int print(struct it_buf *out, const struct it_sql_driver *driver, struct intoto_error **err)
{
	const char *text = tables;
	const char *mark;

	while ((mark = strchr(text, '$'))) {
		(void)it_buf_add(out, text, (size_t)(mark - text)); /* sticky */
		(void)it_buf_add_text(out, mark[1] == 'B'   ? driver->bytes_type
					   : mark[1] == 'N' ? driver->number_type
					   : mark[1] == 'T' ? driver->text_type
							    : driver->table_end); /* sticky */
		text = mark + 2;
	}
	(void)it_buf_add_text(out, text); /* looked at below */
	return it_buf_check(out, "the tables", err);
}

int it_schema_create(struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf script = IT_BUF(SCRIPT_MAX);
	char version[VERSION_MAX];
	int rc = print(&script, sql->driver, err);

	if (!rc)
		rc = sql->driver->script(sql, it_buf_text(&script), err);
	(void)snprintf(version, sizeof version, "%d", IT_SCHEMA_VERSION);
	return rc ? rc : it_meta_set(sql, "version", it_span_text(version), err);
}

int it_schema_check(struct it_sql *sql, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(VERSION_MAX);
	uint64_t version = 0;
	int rc = it_meta_get(sql, "version", &found, err);

	if (rc)
		return it_err_wrap(err, rc, "is no store");
	if (!it_parse_u64(it_buf_text(&found), INT32_MAX, &version) || version != IT_SCHEMA_VERSION)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "a store of another version than %d",
				  IT_SCHEMA_VERSION);
	return INTOTO_OK;
}

/* --- meta --- */

static int take_value(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct it_buf *out = arg;

	(void)it_buf_add_span(out, row->values[0].bytes);	       /* looked at here */
	return it_buf_check(out, "a value", err) ? INTOTO_E_LIMIT : 1; /* 1: ends it */
}

int it_meta_get(struct it_sql *sql, const char *name, struct it_buf *out, struct intoto_error **err)
{
	static const char text[] = "SELECT value FROM meta WHERE name = $1";
	const struct it_sql_value value = IT_SQL_T(name);
	int rc = it_sql_each(sql, text, &value, 1, take_value, out, err);

	if (rc == 1)
		return INTOTO_OK;
	return rc ? rc : it_err_set(err, INTOTO_E_NOTFOUND, "there is no %s", name);
}

int it_meta_set(struct it_sql *sql, const char *name, struct it_span value,
		struct intoto_error **err)
{
	static const char text[] = "INSERT INTO meta (name, value) VALUES ($1, $2) "
				   "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	const struct it_sql_value values[] = { IT_SQL_T(name), IT_SQL_B(value) };

	return it_sql_do(sql, text, values, IT_COUNT_OF(values), err);
}
