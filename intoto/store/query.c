/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searching: the conditions that are given become one statement.  Its text is made of constants
 * alone; what the user says goes as values.
 */
#include "store/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/purl.h"
#include "model/vulnerability_id.h"
#include "store/schema.h"

enum {
	LIMIT = 100,
	LIMIT_MAX = 10 * 1000,
	TEXT_MAX = 8 * 1024,
	VALUES_MAX = 32,
	PATTERN_MAX = 8192,
	BOUNDS_MAX = 4, /* a pair for a name, a pair for a signer */
};

static const char head[] =
	"SELECT e.number, e.id, e.size, e.kind, e.media_type, e.predicate_type, e.step, e.name, "
	"e.verdict, e.actor, e.class, e.said, e.put, e.lock_until, "
	"EXISTS (SELECT 1 FROM hold h WHERE h.entry = e.number) FROM entry e WHERE 1 = 1";

struct building {
	struct it_buf text;
	struct it_sql_value values[VALUES_MAX];
	size_t count;
	struct it_buf bytes;	    /* of a digest */
	struct it_buf name, signer; /* patterns */
	struct it_buf base, version;
	struct it_buf vulnerability;
	struct it_buf bounds[BOUNDS_MAX]; /* of ranges */
	size_t bound_count;
};

static void building_done(struct building *building)
{
	it_buf_done(&building->text);
	it_buf_done(&building->bytes);
	it_buf_done(&building->name);
	it_buf_done(&building->signer);
	it_buf_done(&building->base);
	it_buf_done(&building->version);
	it_buf_done(&building->vulnerability);
	for (size_t i = 0; i < BOUNDS_MAX; i++)
		it_buf_done(&building->bounds[i]);
}

/* "?" in the clause becomes the next parameter. */
static void add(struct building *building, const char *clause, const struct it_sql_value *values)
{
	for (; *clause; clause++) {
		if (*clause != '?') {
			(void)it_buf_add_byte(&building->text, *clause); /* sticky */
			continue;
		}
		if (building->count == VALUES_MAX)
			return; /* the statement then has too few values, which is told */
		building->values[building->count++] = *values++;
		(void)it_buf_printf(&building->text, "$%zu", building->count); /* sticky */
	}
}

static void add_text(struct building *building, const char *clause, const char *text)
{
	const struct it_sql_value value = IT_SQL_T(text);

	if (text)
		add(building, clause, &value);
}

/* --- patterns --- */

/* A shell's pattern as LIKE has it, "\" escapes. */
static void like(struct it_buf *out, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (strchr("%_\\", *pattern))
			(void)it_buf_add_byte(out, '\\'); /* sticky */
		(void)it_buf_add_byte(out, *pattern == '*'   ? '%'
					   : *pattern == '?' ? '_'
							     : *pattern); /* sticky */
	}
}

/* How much of a text can be the lower bound of an index, with the next text of that length as the
 * upper one: up to the last byte that has a neighbour in UTF-8. */
static size_t bound_of(const char *text, size_t len)
{
	while (len && (unsigned char)text[len - 1] >= 0x7e)
		len--;
	return len;
}

/* " AND column >= ? AND column < ?" for what begins so, which lets an index be used. */
static void add_range(struct building *building, const char *clause, const char *text, size_t len)
{
	struct it_buf *low = &building->bounds[building->bound_count];
	struct it_buf *high = low + 1;
	struct it_sql_value values[2];

	len = bound_of(text, len);
	if (!len)
		return;
	building->bound_count += 2;
	low->max = high->max = PATTERN_MAX;
	if (it_buf_add(low, text, len) || it_buf_add(high, text, len))
		return; /* only what is faster is missing */
	high->data[high->len - 1]++;
	values[0] = IT_SQL_T(it_buf_text(low));
	values[1] = IT_SQL_T(it_buf_text(high));
	add(building, clause, values);
}

/* --- artifacts --- */

/* Which entries have a row of a table that is indexed in parts. */
#define IN_PARTS(table)                                                                            \
	" AND e.number IN (SELECT s.entry FROM " IT_SCHEMA_PARTS " " table                         \
	" s WHERE s.entry / 131072 = p.n"

static void add_digest(struct building *building, const struct it_query *query)
{
	const char *colon = query->digest ? strchr(query->digest, ':') : NULL;
	const char *value = colon ? colon + 1 : query->digest;
	struct it_span bytes;
	struct it_sql_value values[3];

	if (!query->digest)
		return;
	bytes = it_hex_decode(&building->bytes, it_span_text(value)) ? it_buf_span(&building->bytes)
								     : it_span_text(value);
	values[0] = IT_SQL_B(it_schema_prefix(bytes));
	values[1] = IT_SQL_B(bytes);
	values[2] = IT_SQL_T(query->role ? query->role : "");
	add(building, IN_PARTS("subject") " AND substr(s.value, 1, 8) = ? AND s.value = ?", values);
	add(building, query->role ? " AND s.role = ?)" : ")", values + 2);
}

static void add_name(struct building *building, const struct it_query *query)
{
	bool pattern = query->name && strpbrk(query->name, "*?");
	struct it_sql_value values[2];

	if (!query->name)
		return;
	if (pattern)
		like(&building->name, query->name);
	values[0] = pattern ? IT_SQL_T(it_buf_text(&building->name)) : IT_SQL_T(query->name);
	values[1] = IT_SQL_T(query->role ? query->role : "");
	add(building, IN_PARTS("subject"), NULL);
	if (pattern)
		add_range(building, " AND s.name >= ? AND s.name < ?", query->name,
			  strcspn(query->name, "*?"));
	add(building, pattern ? " AND s.name LIKE ? ESCAPE '\\'" : " AND s.name = ?", values);
	add(building, query->role ? " AND s.role = ?)" : ")", values + 1);
}

/* --- the rest --- */

/* A keyid, its beginning, or who the certificate names. */
static void add_signer(struct building *building, const char *signer)
{
	struct it_sql_value values[2];

	if (!signer)
		return;
	like(&building->signer, signer);
	(void)it_buf_add_byte(&building->signer, '%'); /* sticky */
	values[0] = IT_SQL_T(it_buf_text(&building->signer));
	values[1] = IT_SQL_T(signer);
	add(building, " AND e.number IN (SELECT entry FROM signer WHERE keyid LIKE ? ESCAPE '\\'",
	    values);
	add_range(building, " AND keyid >= ? AND keyid < ?", signer, strlen(signer));
	add(building, " UNION SELECT entry FROM signer WHERE identity = ? AND identity <> '')",
	    values + 1);
}

/* With a version that one, without all of them; qualifiers do not count. */
static void add_package(struct building *building, const char *purl)
{
	struct it_sql_value values[2];

	if (!purl)
		return;
	it_purl_split(&building->base, &building->version, purl);
	values[0] = IT_SQL_T(it_buf_text(&building->base));
	values[1] = IT_SQL_T(it_buf_text(&building->version));
	add(building, IN_PARTS("package") " AND s.base = ?", values);
	add(building, building->version.len ? " AND s.version = ?)" : ")", values + 1);
}

static void add_vulnerability(struct building *building, const char *id)
{
	if (!id)
		return;
	it_vulnerability_id_print(&building->vulnerability, id);
	add_text(building, " AND e.number IN (SELECT entry FROM vulnerability WHERE id = ?)",
		 it_buf_text(&building->vulnerability));
}

static void add_times(struct building *building, const struct it_query *query)
{
	const struct it_sql_value since = IT_SQL_N(query->since);
	const struct it_sql_value until = IT_SQL_N(query->until);
	const struct it_sql_value before = IT_SQL_N((int64_t)query->before);

	if (query->since)
		add(building, " AND (CASE WHEN e.said > 0 THEN e.said ELSE e.put END) >= ?",
		    &since);
	if (query->until)
		add(building, " AND (CASE WHEN e.said > 0 THEN e.said ELSE e.put END) < ?", &until);
	if (query->before)
		add(building, " AND e.number < ?", &before);
}

static void add_exception(struct building *building, const char *id)
{
	const struct it_sql_value value = IT_SQL_T(id);

	if (!id)
		return;
	if (it_streq(id, "*"))
		add(building, " AND e.number IN (SELECT entry FROM exception)", NULL);
	else
		add(building, " AND e.number IN (SELECT entry FROM exception WHERE id = ?)",
		    &value);
}

/* Of the document, or of a line of a bundle. */
#define SAID(column)                                                                               \
	" AND e.number IN (SELECT number FROM entry WHERE " column " = ? UNION SELECT entry FROM " \
	"bundled WHERE " column " = ?)"

static void add_said(struct building *building, const char *clause, const char *text)
{
	const struct it_sql_value values[] = { IT_SQL_T(text), IT_SQL_T(text) };

	if (text)
		add(building, clause, values);
}

static int build(struct building *building, const struct it_query *query, struct intoto_error **err)
{
	unsigned limit = query->limit ? query->limit : LIMIT;
	const struct it_sql_value most = IT_SQL_N(limit > LIMIT_MAX ? LIMIT_MAX : limit);

	(void)it_buf_add_text(&building->text, head); /* sticky */
	add_digest(building, query);
	add_name(building, query);
	add_said(building, SAID("step"), query->step);
	add_said(building, SAID("predicate_type"), query->predicate_type);
	add_text(building, " AND e.kind = ?", query->kind);
	add_said(building, SAID("verdict"), query->verdict);
	add_vulnerability(building, query->vulnerability);
	add_text(building, " AND e.number IN (SELECT entry FROM release WHERE product = ?)",
		 query->product);
	add_signer(building, query->signer);
	add_package(building, query->package);
	add_exception(building, query->exception);
	add_times(building, query);
	add(building, " ORDER BY e.number DESC LIMIT ?", &most);
	if (building->name.failed || building->signer.failed || building->base.failed ||
	    building->version.failed || building->bytes.failed || building->vulnerability.failed)
		return it_err_set(err, INTOTO_E_LIMIT, "a condition is too long");
	return it_buf_check(&building->text, "the search", err);
}

/* --- rows --- */

struct passing {
	int (*found)(void *arg, const struct it_found *found, struct intoto_error **err);
	void *arg;
};

/* Texts of a row end with a NUL in both databases. */
static const char *text_of(const struct it_sql_value *value)
{
	return value->bytes.data ? value->bytes.data : "";
}

static int pass(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct passing *passing = arg;
	const struct it_sql_value *values = row->values;
	struct it_found found = {
		.number = (uint64_t)values[0].number,
		.size = (uint64_t)values[2].number,
		.kind = text_of(&values[3]),
		.media_type = text_of(&values[4]),
		.predicate_type = text_of(&values[5]),
		.step = text_of(&values[6]),
		.name = text_of(&values[7]),
		.verdict = text_of(&values[8]),
		.actor = text_of(&values[9]),
		.retention = text_of(&values[10]),
		.said = values[11].number,
		.put = values[12].number,
		.lock_until = values[13].number,
		.held = values[14].number != 0,
	};

	if (values[1].bytes.len != sizeof found.id.bytes)
		return it_err_set(err, INTOTO_E_FORMAT, "the store holds an id that is none");
	memcpy(found.id.bytes, values[1].bytes.data, sizeof found.id.bytes);
	return passing->found(passing->arg, &found, err);
}

int it_query_run(struct it_store *store, const struct it_query *query,
		 int (*found)(void *arg, const struct it_found *found, struct intoto_error **err),
		 void *arg, struct intoto_error **err)
{
	IT_AUTO(building_done)
	struct building building = { .text = IT_BUF(TEXT_MAX),
				     .bytes = IT_BUF(PATTERN_MAX),
				     .name = IT_BUF(PATTERN_MAX),
				     .signer = IT_BUF(PATTERN_MAX),
				     .base = IT_BUF(PATTERN_MAX),
				     .version = IT_BUF(PATTERN_MAX),
				     .vulnerability = IT_BUF(PATTERN_MAX) };
	struct passing passing = { found, arg };
	const char *text = NULL;
	int rc = build(&building, query, err);

	if (!rc)
		rc = it_sql_text(store->sql, &text, it_buf_text(&building.text), err);
	return rc ? rc
		  : it_sql_each(store->sql, text, building.values, building.count, pass, &passing,
				err);
}
