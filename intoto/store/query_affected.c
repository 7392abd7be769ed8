/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What contains a package, or is hit by a vulnerability, and who says so: a row for each thing that
 * the evidence is about.  Statements that excuse are rows like those that accuse: the reader sees
 * both.
 */
#include <string.h>

#include "base/text.h"
#include "store/query.h"

enum { PATTERN_MAX = 8192, HEX_MAX = 256 };

/* $1: a purl without a version, $2: the beginning of purls */
static const char packages[] =
	"SELECT p.purl, p.version, '', 'contains', e.name, e.id, s.name, s.algorithm, s.value, "
	"r.product, r.release, a.id FROM package p JOIN entry e ON e.number = p.entry AND "
	"e.gone = 0 LEFT JOIN subject s ON s.entry = e.number AND s.role = 'subject' "
	"LEFT JOIN member m ON m.entry = e.number LEFT JOIN release r ON r.entry = m.archive "
	"LEFT JOIN entry a ON a.number = m.archive "
	"WHERE p.base = $1 OR p.purl LIKE $2 ESCAPE '\\' ORDER BY e.number DESC, p.purl";

/* $1: the id */
static const char vulnerabilities[] =
	"SELECT v.package, '', v.id, v.state, e.name, e.id, s.name, s.algorithm, s.value, "
	"r.product, r.release, a.id FROM vulnerability v JOIN entry e ON e.number = v.entry AND "
	"e.gone = 0 LEFT JOIN subject s ON s.entry = e.number AND s.role = 'subject' "
	"LEFT JOIN member m ON m.entry = e.number LEFT JOIN release r ON r.entry = m.archive "
	"LEFT JOIN entry a ON a.number = m.archive WHERE v.id = $1 "
	"ORDER BY e.number DESC, v.package";

struct passing {
	int (*found)(void *arg, const struct it_affected *affected, struct intoto_error **err);
	void *arg;
};

static const char *text_of(const struct it_sql_value *value)
{
	return value->kind == IT_SQL_TEXT && value->bytes.data ? value->bytes.data : "";
}

static void copy_id(struct it_object_id *out, const struct it_sql_value *value)
{
	if (value->kind == IT_SQL_BYTES && value->bytes.len == sizeof out->bytes)
		memcpy(out->bytes, value->bytes.data, sizeof out->bytes);
}

static int pass(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct passing *passing = arg;
	const struct it_sql_value *values = row->values;
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(HEX_MAX);
	struct it_affected affected = {
		.package = text_of(&values[0]),
		.version = text_of(&values[1]),
		.vulnerability = text_of(&values[2]),
		.state = text_of(&values[3]),
		.said_by = text_of(&values[4]),
		.image = text_of(&values[6]),
		.product = text_of(&values[9]),
		.release = text_of(&values[10]),
	};
	bool speaks = !it_streq(affected.state, "contains") && !it_streq(affected.state, "found");

	copy_id(speaks ? &affected.speaks : &affected.evidence, &values[5]);
	copy_id(&affected.archive, &values[11]);
	if (values[8].kind == IT_SQL_BYTES) {
		(void)it_buf_printf(&digest, "%s:", text_of(&values[7])); /* a longer one is cut */
		it_hex_encode(&digest, values[8].bytes);
	}
	affected.digest = it_buf_text(&digest);
	return passing->found(passing->arg, &affected, err);
}

int it_query_affected(struct it_store *store, const char *what,
		      int (*found)(void *arg, const struct it_affected *affected,
				   struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf pattern = IT_BUF(PATTERN_MAX);
	struct passing passing = { found, arg };
	struct it_sql_value values[] = { IT_SQL_T(what), { .kind = IT_SQL_NULL } };
	int rc;

	if (!it_starts_with(what, "pkg:"))
		return it_sql_each(store->sql, vulnerabilities, values, 1, pass, &passing, err);
	for (const char *at = what; *at; at++)
		(void)it_buf_printf(&pattern, strchr("%_\\", *at) ? "\\%c" : "%c", *at); /* below */
	(void)it_buf_add_byte(&pattern, '%'); /* looked at in the next line */
	rc = it_buf_check(&pattern, "a package", err);
	values[1] = IT_SQL_T(it_buf_text(&pattern));
	return rc ? rc : it_sql_each(store->sql, packages, values, 2, pass, &passing, err);
}
