/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index against the documents: who cannot take evidence out of the log unseen may still try to
 * make a search not find it, or find what no document says.
 */
#include <stdlib.h>

#include "base/text.h"
#include "store/fsck_part.h"

enum { ROW_MAX = 64 * 1024 };

/* Each row as one text: its table, and the length of each column in front of it. */
struct rows {
	struct it_strings items;
	struct it_buf text;
};

static void rows_done(struct rows *rows)
{
	it_strings_done(&rows->items);
	it_buf_done(&rows->text);
}

static void begin(struct rows *rows, const char *table)
{
	it_buf_reset(&rows->text);
	(void)it_buf_add_text(&rows->text, table); /* sticky */
}

static void add(struct rows *rows, const char *text)
{
	(void)it_buf_printf(&rows->text, " %zu:%s", strlen(text), text); /* sticky */
}

static void add_number(struct rows *rows, int64_t number)
{
	(void)it_buf_printf(&rows->text, " %jd", (intmax_t)number); /* sticky */
}

static int end(struct rows *rows, struct intoto_error **err)
{
	int rc = it_buf_check(&rows->text, "a row of the index", err);

	return rc ? rc : it_strings_add(&rows->items, it_buf_text(&rows->text), err);
}

/* --- as the document says --- */

static int say_itself(struct rows *rows, const struct it_facts *facts, struct intoto_error **err)
{
	begin(rows, "entry");
	add(rows, facts->kind);
	add(rows, facts->media_type);
	add(rows, facts->predicate_type);
	add(rows, facts->step);
	add(rows, facts->verdict);
	add_number(rows, facts->time);
	return end(rows, err);
}

static int say_subjects(struct rows *rows, const struct it_facts *facts, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->subject_count; i++) {
		const struct it_fact_subject *one = &facts->subjects[i];

		begin(rows, "subject");
		add(rows, one->role);
		add(rows, one->name);
		add(rows, one->algorithm);
		add_number(rows, one->line);
		/* Upper and lower case are one number. */
		if (it_hex_valid(it_span_text(one->value))) {
			IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(ROW_MAX);

			(void)it_hex_decode(&bytes, it_span_text(one->value)); /* it is valid */
			it_hex_encode(&rows->text, it_buf_span(&bytes));
		} else {
			it_hex_encode(&rows->text, it_span_text(one->value));
		}
		rc = end(rows, err);
	}
	return rc;
}

static int say_who(struct rows *rows, const struct it_facts *facts, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->signer_count; i++) {
		begin(rows, "signer");
		add(rows, facts->signers[i].keyid);
		add(rows, facts->signers[i].identity);
		rc = end(rows, err);
	}
	for (size_t i = 0; !rc && i < facts->exception_count; i++) {
		begin(rows, "exception");
		add(rows, facts->exceptions[i].id);
		rc = end(rows, err);
	}
	return rc;
}

static int say_lines(struct rows *rows, const struct it_facts *facts, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->line_count; i++) {
		begin(rows, "bundled");
		add_number(rows, facts->lines[i].line);
		add(rows, facts->lines[i].kind);
		add(rows, facts->lines[i].predicate_type);
		add(rows, facts->lines[i].step);
		add(rows, facts->lines[i].verdict);
		rc = end(rows, err);
	}
	return rc;
}

static int say_what(struct rows *rows, const struct it_facts *facts, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < facts->package_count; i++) {
		begin(rows, "package");
		add(rows, facts->packages[i].base);
		add(rows, facts->packages[i].version);
		add(rows, facts->packages[i].purl);
		add(rows, facts->packages[i].name);
		add_number(rows, facts->packages[i].line);
		rc = end(rows, err);
	}
	for (size_t i = 0; !rc && i < facts->vulnerability_count; i++) {
		begin(rows, "vulnerability");
		add(rows, facts->vulnerabilities[i].id);
		add(rows, facts->vulnerabilities[i].package);
		add(rows, facts->vulnerabilities[i].base);
		add(rows, facts->vulnerabilities[i].version);
		add(rows, facts->vulnerabilities[i].state);
		add_number(rows, facts->vulnerabilities[i].line);
		rc = end(rows, err);
	}
	return rc;
}

/* --- as the index says: keys alone, in the same order of columns --- */

struct table {
	const char *name;
	const char *text;
};

/* The first one is not for archives. */
static const struct table tables[] = {
	{ "entry", "SELECT kind, media_type, predicate_type, step, verdict, said FROM entry WHERE "
		   "number = $1" },
	{ "subject", "SELECT role, name, algorithm, line, value FROM subject WHERE entry = $1" },
	{ "signer", "SELECT keyid, identity FROM signer WHERE entry = $1" },
	{ "bundled",
	  "SELECT line, kind, predicate_type, step, verdict FROM bundled WHERE entry = $1" },
	{ "exception", "SELECT id FROM exception WHERE entry = $1" },
	{ "package", "SELECT base, version, purl, name, line FROM package WHERE entry = $1" },
	{ "vulnerability",
	  "SELECT id, package, base, version, state, line FROM vulnerability WHERE entry = $1" },
};

struct taking {
	struct rows *rows;
	const char *table;
};

static int take(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct taking *taking = arg;

	begin(taking->rows, taking->table);
	for (size_t i = 0; i < row->count; i++) {
		const struct it_sql_value *value = &row->values[i];

		if (value->kind == IT_SQL_BYTES)
			it_hex_encode(&taking->rows->text, value->bytes);
		else if (value->kind == IT_SQL_NUMBER)
			add_number(taking->rows, value->number);
		else
			add(taking->rows, it_sql_string(value));
	}
	return end(taking->rows, err);
}

static int read_rows(struct rows *rows, struct it_sql *sql, const struct it_fsck_entry *entry,
		     struct intoto_error **err)
{
	const struct it_sql_value value = IT_SQL_N(entry->number);
	int rc = INTOTO_OK;

	for (size_t i = entry->is_archive; !rc && i < IT_COUNT_OF(tables); i++) {
		struct taking taking = { rows, tables[i].name };

		rc = it_sql_each(sql, tables[i].text, &value, 1, take, &taking, err);
	}
	return rc;
}

/* --- both --- */

static int compare(const void *a, const void *b)
{
	char *const *one = a;
	char *const *two = b;

	return it_span_cmp(it_span_text(*one), it_span_text(*two));
}

/* Rows that are the same are one. */
static size_t next_other(const struct it_strings *rows, size_t i)
{
	const char *text = rows->items[i];

	while (i < rows->count && it_streq(rows->items[i], text))
		i++;
	return i;
}

static void sort(struct it_strings *rows)
{
	if (rows->count)
		qsort(rows->items, rows->count, sizeof *rows->items, compare);
}

void it_fsck_compare(struct it_strings *said, struct it_strings *found, size_t *missing,
		     size_t *added)
{
	size_t i = 0;
	size_t k = 0;

	sort(said);
	sort(found);
	*missing = *added = 0;
	while (i < said->count || k < found->count) {
		int order = i == said->count	? 1
			    : k == found->count ? -1
						: compare(&said->items[i], &found->items[k]);

		*missing += order < 0;
		*added += order > 0;
		i = order <= 0 ? next_other(said, i) : i;
		k = order >= 0 ? next_other(found, k) : k;
	}
}

int it_fsck_facts(struct it_fsck *fsck, const struct it_fsck_entry *entry,
		  const struct it_facts *facts, struct intoto_error **err)
{
	IT_AUTO(rows_done) struct rows said = { .text = IT_BUF(ROW_MAX) };
	IT_AUTO(rows_done) struct rows found = { .text = IT_BUF(ROW_MAX) };
	size_t missing;
	size_t added;
	int rc = say_subjects(&said, facts, err);

	if (!rc && !entry->is_archive)
		rc = say_itself(&said, facts, err);
	if (!rc)
		rc = say_who(&said, facts, err);
	if (!rc)
		rc = say_lines(&said, facts, err);
	if (!rc)
		rc = say_what(&said, facts, err);
	if (!rc)
		rc = read_rows(&found, fsck->store->sql, entry, err);
	if (rc)
		return rc;
	it_fsck_compare(&said.items, &found.items, &missing, &added);
	if (missing)
		rc = it_fsck_fault(fsck, "facts.missing", entry->number, &entry->id, err,
				   "the index lacks %zu things that the document says: searches "
				   "do not find it",
				   missing);
	if (!rc && added)
		rc = it_fsck_fault(fsck, "facts.added", entry->number, &entry->id, err,
				   "the index has %zu things that the document does not say",
				   added);
	return rc;
}
