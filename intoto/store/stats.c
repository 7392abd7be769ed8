/* SPDX-License-Identifier: Apache-2.0 */
#include "store/stats.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "store/retention.h"

enum { NAME_ROOM = 32 };

/* --- sums --- */

struct taking {
	uint64_t **out;
	size_t count;
};

static int take(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct taking *taking = arg;

	(void)err;
	for (size_t i = 0; i < taking->count && i < row->count; i++)
		*taking->out[i] = (uint64_t)row->values[i].number;
	return INTOTO_OK;
}

static int ask(struct it_store *store, const char *text, uint64_t **out, size_t count,
	       struct intoto_error **err)
{
	struct taking taking = { out, count };

	return it_sql_each(store->sql, text, NULL, 0, take, &taking, err);
}

static int ask_now(struct it_store *store, const char *text, int64_t now, uint64_t **out,
		   size_t count, struct intoto_error **err)
{
	const struct it_sql_value value = IT_SQL_N(now);
	struct taking taking = { out, count };

	return it_sql_each(store->sql, text, &value, 1, take, &taking, err);
}

static int read_entries(struct it_store *store, struct it_stats *out, struct intoto_error **err)
{
	static const char text[] =
		"SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT), COALESCE(MAX(size), 0), "
		"COALESCE(MIN(put), 0), COALESCE(MAX(put), 0) FROM entry";
	uint64_t first = 0;
	uint64_t last = 0;
	uint64_t *into[] = { &out->entries, &out->bytes, &out->largest, &first, &last };
	int rc = ask(store, text, into, IT_COUNT_OF(into), err);

	out->first = (int64_t)first;
	out->last = (int64_t)last;
	return rc;
}

static int read_rows(struct it_store *store, struct it_stats *out, struct intoto_error **err)
{
	static const char text[] =
		"SELECT (SELECT COUNT(*) FROM leaf), (SELECT COUNT(*) FROM removal), "
		"(SELECT COUNT(*) FROM release), (SELECT COUNT(DISTINCT entry) FROM hold), "
		"(SELECT COUNT(*) FROM subject), (SELECT COUNT(*) FROM package), "
		"(SELECT COUNT(*) FROM vulnerability)";
	uint64_t *into[] = { &out->leaves,   &out->removals, &out->releases,	   &out->held,
			     &out->subjects, &out->packages, &out->vulnerabilities };

	return ask(store, text, into, IT_COUNT_OF(into), err);
}

int it_stats_read(struct it_store *store, struct it_stats *out, int64_t now,
		  struct intoto_error **err)
{
	static const char locked[] = "SELECT COUNT(*) FROM entry WHERE lock_until > $1";
	static const char due[] =
		"SELECT COUNT(*) FROM entry e WHERE " IT_RETENTION_IS_OVER("e", "$1");
	uint64_t *into_locked[] = { &out->locked };
	uint64_t *into_due[] = { &out->due };
	int rc;

	*out = (struct it_stats){ 0 };
	rc = read_entries(store, out, err);
	if (!rc)
		rc = read_rows(store, out, err);
	if (!rc)
		rc = ask_now(store, locked, now, into_locked, 1, err);
	return rc ? rc : ask_now(store, due, now, into_due, 1, err);
}

/* --- groups --- */

struct passing {
	enum it_stats_group group;
	int (*row)(void *arg, const struct it_stats_row *row, struct intoto_error **err);
	void *arg;
};

/* Days since 1970 as a year and a month (the civil calendar, in which March begins the year). */
static void print_month(char out[NAME_ROOM], int64_t day)
{
	int64_t shifted = day + 719468;
	int64_t era = shifted / 146097;
	int64_t of_era = shifted % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	(void)snprintf(out, NAME_ROOM, "%04" PRId64 "-%02" PRId64, era * 400 + year + (month >= 10),
		       month < 10 ? month + 3 : month - 9);
}

static int pass(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	const struct passing *passing = arg;
	const struct it_sql_value *values = row->values;
	const struct it_stats_row one = { .name = it_sql_string(&values[0]),
					  .entries = (uint64_t)values[1].number,
					  .bytes = (uint64_t)values[2].number };

	return passing->row(passing->arg, &one, err);
}

/* Days come one by one; those of a month are one row. */
struct months {
	const struct passing *passing;
	char name[NAME_ROOM];
	uint64_t entries, bytes;
};

static int end_month(struct months *months, struct intoto_error **err)
{
	const struct it_stats_row one = { months->name, months->entries, months->bytes };

	return months->entries ? months->passing->row(months->passing->arg, &one, err) : INTOTO_OK;
}

static int take_day(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct months *months = arg;
	char name[NAME_ROOM];
	int rc = INTOTO_OK;

	print_month(name, row->values[0].number);
	if (!it_streq(name, months->name)) {
		rc = end_month(months, err);
		months->entries = months->bytes = 0;
		(void)snprintf(months->name, sizeof months->name, "%s", name);
	}
	months->entries += (uint64_t)row->values[1].number;
	months->bytes += (uint64_t)row->values[2].number;
	return rc;
}

int it_stats_each(struct it_store *store, enum it_stats_group group,
		  int (*row)(void *arg, const struct it_stats_row *row, struct intoto_error **err),
		  void *arg, struct intoto_error **err)
{
#define BY(EXPRESSION)                                                                             \
	"SELECT " EXPRESSION                                                                       \
	", COUNT(*), CAST(SUM(size) AS BIGINT) FROM entry GROUP BY " EXPRESSION                    \
	" ORDER BY " EXPRESSION
	static const char *const texts[] = { [IT_STATS_KIND] = BY("kind"),
					     [IT_STATS_TYPE] = BY("predicate_type"),
					     [IT_STATS_CLASS] = BY("class"),
					     [IT_STATS_MONTH] = BY("put / 86400") };
#undef BY
	const struct passing passing = { group, row, arg };
	struct months months = { .passing = &passing };
	int rc;

	if (group != IT_STATS_MONTH)
		return it_sql_each(store->sql, texts[group], NULL, 0, pass,
				   (void *)(uintptr_t)&passing, err);
	rc = it_sql_each(store->sql, texts[group], NULL, 0, take_day, &months, err);
	return rc ? rc : end_month(&months, err);
}
