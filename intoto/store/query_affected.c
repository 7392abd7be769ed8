/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What contains a package, or is hit by a vulnerability, and who says so: a row for each thing that
 * the evidence is about.  Statements that excuse are rows like those that accuse: the reader sees
 * both.
 *
 * A vulnerability has many names: a document that gives a finding several ids makes them aliases,
 * one step far (what documents say of each other could chain anything to anything).  Where a scan
 * or a VEX says that a package has it, every list that has the package in such a version is a row,
 * too: what was built before and was not scanned since.
 *
 * Evidence is of a release when it is a member of its archive, or when it is about the same bytes
 * (by a digest) as a member of one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "base/text.h"
#include "model/purl.h"
#include "model/version_order.h"
#include "model/vulnerability_id.h"
#include "store/query.h"
#include "store/schema.h"

enum { BASE_MAX = 16 * 1024, HEX_MAX = 512, ROWS_MAX = 100 * 1000, RELEASES_MAX = 1000 };

/* --- statements --- */

#define COLUMNS "e.name, e.id, e.number, s.name, s.algorithm, s.value "
/* What it is about; of the digests of one thing the SHA-256, where it has one. */
#define ABOUT(of)                                                                                  \
	"LEFT JOIN subject s ON s.entry = e.number AND s.role = 'subject' AND s.line = " of        \
	".line AND (s.algorithm = 'sha256' OR NOT EXISTS (SELECT 1 FROM subject t WHERE t.entry "  \
	"= s.entry AND t.role = 'subject' AND t.line = s.line AND t.name = s.name AND "            \
	"t.algorithm = 'sha256')) "
#define NEWEST "ORDER BY e.number DESC, 1, 2"

/* $1: an id.  A finding with several of its names is one row, by the first of them. */
#define HITS                                                                                       \
	"WITH alias(id) AS (SELECT $1 UNION SELECT b.id FROM vulnerability a JOIN vulnerability "  \
	"b "                                                                                       \
	"ON b.entry = a.entry AND b.finding = a.finding WHERE a.id = $1 AND b.id <> ''), "         \
	"hit(entry, place) AS (SELECT v.entry, MIN(v.place) FROM alias JOIN vulnerability v ON "   \
	"v.id = alias.id GROUP BY v.entry, v.finding, v.package) "

static const char by_id[] =
	HITS "SELECT v.package, v.version, v.id, v.state, '', " COLUMNS
	     "FROM hit JOIN vulnerability v ON v.entry = hit.entry AND v.place = hit.place "
	     "JOIN entry e ON e.number = v.entry " ABOUT("v") NEWEST;

/* Lists of packages of which some evidence says that they have it. */
static const char by_packages_of_id[] = HITS
	", hot(base, version) AS (SELECT DISTINCT v.base, v.version FROM hit JOIN "
	"vulnerability v ON v.entry = hit.entry AND v.place = hit.place WHERE v.base <> '' "
	"AND v.state IN ('found', 'affected')) "
	"SELECT CASE WHEN k.purl <> '' THEN k.purl ELSE k.name END, k.version, $1, 'contains', "
	"hot.version, " COLUMNS "FROM " IT_SCHEMA_PARTS
	" hot CROSS JOIN package k JOIN entry e ON e.number = k.entry " ABOUT(
		"k") "WHERE k.entry / 131072 = p.n AND k.base = hot.base " NEWEST;

/* $1: the package without its version */
static const char by_package[] =
	"SELECT CASE WHEN k.purl <> '' THEN k.purl ELSE k.name END, k.version, '', 'contains', "
	"'', " COLUMNS "FROM " IT_SCHEMA_PARTS
	" package k JOIN entry e ON e.number = k.entry " ABOUT(
		"k") "WHERE k.entry / 131072 = p.n AND k.base = $1 " NEWEST;

static const char by_vulnerable_package[] =
	"SELECT v.package, v.version, v.id, v.state, '', " COLUMNS "FROM " IT_SCHEMA_PARTS
	" vulnerability v JOIN entry e ON e.number = v.entry " ABOUT(
		"v") "WHERE v.entry / 131072 = p.n AND v.base = $1 AND NOT EXISTS (SELECT 1 FROM "
		     "vulnerability "
		     "w "
		     "WHERE w.entry = v.entry AND w.finding = v.finding AND w.package = v.package "
		     "AND "
		     "w.place < v.place) " NEWEST;

/* $1: an entry */
static const char releases_of_member[] =
	"SELECT DISTINCT r.product, r.release, a.id, a.number FROM member m JOIN release r ON "
	"r.entry = m.archive JOIN entry a ON a.number = m.archive WHERE m.entry = $1 "
	"ORDER BY a.number DESC";

/* $1: how a digest begins (it_schema_prefix), $2: all of it */
static const char releases_of_digest[] =
	"SELECT DISTINCT r.product, r.release, a.id, a.number FROM " IT_SCHEMA_PARTS
	" subject x JOIN member m ON m.entry = x.entry JOIN release r ON r.entry = m.archive "
	"JOIN entry a ON a.number = m.archive WHERE x.entry / 131072 = p.n AND "
	"substr(x.value, 1, 8) = $1 AND x.value = $2 AND "
	"x.role IN ('subject', 'product') ORDER BY a.number DESC";

/* --- rows --- */

struct row {
	struct it_affected said; /* its texts are in the table's */
	int64_t number;
	struct it_span value; /* of the digest */
};

struct rows {
	struct row *items;
	size_t count, cap;
	struct it_strings texts;
	const char *version; /* wanted of what is contained; "": any */
};

static void rows_done(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free((void *)(uintptr_t)rows->items[i].value.data); /* ours */
	free(rows->items);
	it_strings_done(&rows->texts);
}

static int keep(const char **out, struct rows *rows, const struct it_sql_value *value,
		struct intoto_error **err)
{
	int rc;

	*out = "";
	if (value->kind != IT_SQL_TEXT || !value->bytes.len)
		return INTOTO_OK;
	rc = it_strings_add_span(&rows->texts, value->bytes, err);
	if (!rc)
		*out = rows->texts.items[rows->texts.count - 1];
	return rc;
}

static void copy_id(struct it_object_id *out, const struct it_sql_value *value)
{
	if (value->kind == IT_SQL_BYTES && value->bytes.len == sizeof out->bytes)
		memcpy(out->bytes, value->bytes.data, sizeof out->bytes);
}

static int keep_digest(struct rows *rows, struct row *row, const struct it_sql_value *values,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(HEX_MAX);
	struct it_span bytes = values[1].bytes;
	char *copy;
	int rc;

	row->said.digest = "";
	if (values[1].kind != IT_SQL_BYTES || !bytes.len)
		return INTOTO_OK;
	copy = malloc(bytes.len + 1);
	if (!copy)
		return it_err_nomem(err);
	memcpy(copy, bytes.data, bytes.len);
	row->value = it_span(copy, bytes.len);
	(void)it_buf_printf(&digest, "%s:", it_sql_string(&values[0])); /* a longer one is cut */
	it_hex_encode(&digest, bytes);
	rc = it_strings_add(&rows->texts, it_buf_text(&digest), err);
	if (!rc)
		row->said.digest = rows->texts.items[rows->texts.count - 1];
	return rc;
}

/* Whether a package of version has what is said of wanted: a version, a range, or any. */
static bool covers(const char *wanted, const char *version, const char *package)
{
	IT_AUTO(it_purl_freep) struct it_purl *purl = NULL;

	if (!*wanted || it_streq(wanted, version))
		return true;
	/* What cannot be compared may be meant. */
	if (it_version_range_is_valid(wanted))
		return it_version_in_range(wanted, version) != IT_VERSION_OUT;
	if (!*version)
		return true;
	if (it_purl_parse(&purl, it_span_text(package), NULL))
		return false;
	return it_versions_equal(it_version_scheme_of(purl->type), wanted, version);
}

/* For statements: the version may be a range there, and wanted is one here. */
static bool is_meant(const struct rows *rows, const struct it_affected *said, const char *hot)
{
	if (!covers(hot, said->version, said->package))
		return false;
	return covers(rows->version, said->version, said->package) ||
	       covers(said->version, rows->version, said->package);
}

static int add(struct rows *rows, const struct row *row, struct intoto_error **err)
{
	if (rows->count == rows->cap) {
		size_t cap = rows->cap ? 2 * rows->cap : 64;
		struct row *items = reallocarray(rows->items, cap, sizeof *items);

		if (!items)
			return it_err_nomem(err);
		rows->items = items;
		rows->cap = cap;
	}
	rows->items[rows->count++] = *row;
	return INTOTO_OK;
}

static int take(void *arg, const struct it_sql_row *from, struct intoto_error **err)
{
	struct rows *rows = arg;
	const struct it_sql_value *values = from->values;
	struct row row = { .number = values[7].number };
	bool accuses;
	int rc = keep(&row.said.package, rows, &values[0], err);

	if (rows->count == ROWS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "more than %d things speak of it: ask for a version", ROWS_MAX);
	if (!rc)
		rc = keep(&row.said.version, rows, &values[1], err);
	if (rc || !is_meant(rows, &row.said, it_sql_string(&values[4])))
		return rc;
	rc = keep(&row.said.vulnerability, rows, &values[2], err);
	if (!rc)
		rc = keep(&row.said.state, rows, &values[3], err);
	if (!rc)
		rc = keep(&row.said.said_by, rows, &values[5], err);
	if (!rc)
		rc = keep(&row.said.image, rows, &values[8], err);
	if (rc)
		return rc;
	accuses = it_streq(row.said.state, "contains") || it_streq(row.said.state, "found");
	copy_id(accuses ? &row.said.evidence : &row.said.speaks, &values[6]);
	rc = keep_digest(rows, &row, &values[9], err);
	if (!rc)
		rc = add(rows, &row, err);
	if (rc)
		free((void *)(uintptr_t)row.value.data); /* ours */
	return rc;
}

/* --- releases --- */

struct passing {
	int (*found)(void *arg, const struct it_affected *affected, struct intoto_error **err);
	void *arg;
	const struct it_affected *said;
	size_t count;
	struct it_object_id archives[RELEASES_MAX]; /* that were passed */
};

static bool was_passed(const struct passing *passing, const struct it_object_id *archive)
{
	struct it_span wanted = it_span(archive->bytes, sizeof archive->bytes);

	for (size_t i = 0; i < passing->count; i++)
		if (it_span_eq(it_span(passing->archives[i].bytes, sizeof archive->bytes), wanted))
			return true;
	return false;
}

static int pass_release(void *arg, const struct it_sql_row *from, struct intoto_error **err)
{
	struct passing *passing = arg;
	struct it_affected said = *passing->said;

	said.product = it_sql_string(&from->values[0]);
	said.release = it_sql_string(&from->values[1]);
	copy_id(&said.archive, &from->values[2]);
	if (was_passed(passing, &said.archive))
		return INTOTO_OK;
	if (passing->count == RELEASES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "is in more than %d releases", RELEASES_MAX);
	passing->archives[passing->count++] = said.archive;
	return passing->found(passing->arg, &said, err);
}

/* A row for each release that it is in; one, if it is in none. */
static int pass(struct passing *passing, struct it_sql *sql, const struct row *row,
		struct intoto_error **err)
{
	const struct it_sql_value number = IT_SQL_N(row->number);
	const struct it_sql_value digest[] = { IT_SQL_B(it_schema_prefix(row->value)),
					       IT_SQL_B(row->value) };
	struct it_affected said = row->said;
	int rc;

	passing->said = &said;
	passing->count = 0;
	said.product = said.release = "";
	rc = it_sql_each(sql, releases_of_member, &number, 1, pass_release, passing, err);
	if (!rc && row->value.len)
		rc = it_sql_each(sql, releases_of_digest, digest, 2, pass_release, passing, err);
	return rc || passing->count ? rc : passing->found(passing->arg, &said, err);
}

static int pass_all(struct passing *passing, struct it_sql *sql, const struct rows *rows,
		    struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < rows->count; i++)
		rc = pass(passing, sql, &rows->items[i], err);
	return rc;
}

int it_query_affected(struct it_store *store, const char *what,
		      int (*found)(void *arg, const struct it_affected *affected,
				   struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf base = IT_BUF(BASE_MAX);
	IT_AUTO(it_buf_done) struct it_buf version = IT_BUF(BASE_MAX);
	IT_AUTO(it_freep) struct passing *passing = calloc(1, sizeof *passing);
	IT_AUTO(rows_done) struct rows rows = { .version = "" };
	bool package = it_purl_looks_like_one(what);
	struct it_sql_value value;
	int rc = passing ? INTOTO_OK : it_err_nomem(err);

	if (package) {
		it_purl_split(&base, &version, what);
		rows.version = it_buf_text(&version);
	} else {
		it_vulnerability_id_print(&base, what);
	}
	value = IT_SQL_T(it_buf_text(&base));
	if (!rc && (base.failed || version.failed))
		rc = it_err_set(err, INTOTO_E_LIMIT, "it is too long for a name");
	if (!rc)
		rc = it_sql_each(store->sql, package ? by_vulnerable_package : by_id, &value, 1,
				 take, &rows, err);
	if (!rc)
		rc = it_sql_each(store->sql, package ? by_package : by_packages_of_id, &value, 1,
				 take, &rows, err);
	if (rc)
		return rc;
	passing->found = found;
	passing->arg = arg;
	return pass_all(passing, store->sql, &rows, err);
}
