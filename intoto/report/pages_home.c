/* SPDX-License-Identifier: Apache-2.0 */
/* The overview: how much there is, how verdicts went, the newest releases, what ends soon. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/pages_part.h"

enum {
	WEEK = 7 * 24 * 3600,
	WEEKS = 26,
	CHART_W = 780,
	CHART_H = 160,
	CHART_LEFT = 34,
	RELEASES = 10,
	SOONEST = 10,
};

/* --- numbers --- */

struct numbers {
	int64_t values[4];
};

static int take_number(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	(void)err; /* nothing goes wrong */
	*(int64_t *)arg = it_page_count(row, 0);
	return INTOTO_OK;
}

static int count(struct it_page_making *making, const char *sql, const struct it_sql_value *values,
		 size_t value_count, int64_t *out, struct intoto_error **err)
{
	return it_sql_each(making->store->sql, sql, values, value_count, take_number, out, err);
}

static int find_numbers(struct it_page_making *making, struct numbers *out,
			struct intoto_error **err)
{
	static const char entries[] = "SELECT COALESCE(MAX(number) + 1, 0) FROM entry";
	static const char releases[] = "SELECT COUNT(*) FROM release";
	static const char refused[] =
		"SELECT COUNT(*) FROM release WHERE verdict <> 'passed' AND time >= $1";
	static const char exceptions[] =
		"SELECT COUNT(DISTINCT id) FROM exception WHERE expires > $1";
	int64_t now = making->request->now;
	int rc = count(making, entries, NULL, 0, &out->values[0], err);

	if (!rc)
		rc = count(making, releases, NULL, 0, &out->values[1], err);
	if (!rc)
		rc = count(making, refused, (struct it_sql_value[]){ IT_SQL_N(now - 30 * 86400) },
			   1, &out->values[2], err);
	if (!rc)
		rc = count(making, exceptions, (struct it_sql_value[]){ IT_SQL_N(now) }, 1,
			   &out->values[3], err);
	return rc;
}

static void show_numbers(struct it_buf *out, const struct numbers *numbers)
{
	static const struct {
		const char *text;
		const char *address;
	} cards[] = { { "documents were put", "/search" },
		      { "releases", "/releases" },
		      { "did not pass in 30 days", "/releases?verdict=not-passed" },
		      { "exceptions hold now", "/search?exception=*" } };

	it_html(out, "<ul class=\"cards\">\n");
	for (size_t i = 0; i < IT_COUNT_OF(cards); i++)
		it_html(out, "<li><a href=\"%s\"><b>%lld</b>%s</a></li>\n", cards[i].address,
			(long long)numbers->values[i], cards[i].text);
	it_html(out, "</ul>\n");
}

/* --- the trend --- */

enum { PASSED, REFUSED, OTHER, VERDICTS };

struct trend {
	int64_t first; /* week */
	size_t counts[WEEKS][VERDICTS];
	size_t most;
	size_t total;
};

static int take_week(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct trend *trend = arg;
	IT_AUTO(it_buf_done) struct it_buf verdict = IT_BUF(64 * 1024);
	int64_t week = it_page_count(row, 0) - trend->first;
	int64_t number = it_page_count(row, 2);
	size_t sum = 0;
	size_t kind = OTHER;

	(void)err; /* nothing goes wrong */
	if (week < 0 || week >= WEEKS || number < 0)
		return INTOTO_OK;
	(void)it_page_text(row, 1, &verdict);
	if (it_streq(it_buf_text(&verdict), "passed"))
		kind = PASSED;
	else if (it_streq(it_buf_text(&verdict), "refused"))
		kind = REFUSED;
	trend->counts[week][kind] += (size_t)number;
	trend->total += (size_t)number;
	for (size_t i = 0; i < VERDICTS; i++)
		sum += trend->counts[week][i];
	if (sum > trend->most)
		trend->most = sum;
	return INTOTO_OK;
}

static int find_trend(struct it_page_making *making, struct trend *trend, struct intoto_error **err)
{
	static const char sql[] =
		"SELECT time / 604800, verdict, COUNT(*) FROM release WHERE time >= $1 "
		"GROUP BY time / 604800, verdict";

	*trend = (struct trend){ .first = making->request->now / WEEK - WEEKS + 1 };
	return it_sql_each(making->store->sql, sql,
			   (struct it_sql_value[]){ IT_SQL_N(trend->first * WEEK) }, 1, take_week,
			   trend, err);
}

static void show_week(struct it_buf *out, const struct trend *trend, size_t week)
{
	static const char *const classes[] = { [PASSED] = "bg", [REFUSED] = "bb", [OTHER] = "bw" };
	size_t step = (CHART_W - CHART_LEFT) / WEEKS;
	size_t x = CHART_LEFT + week * step + 3;
	size_t y = CHART_H;
	char day[IT_TIME_SIZE];

	it_time_format(day, (trend->first + (int64_t)week) * WEEK);
	day[10] = '\0';
	it_html(out, "<g><title>week of %s: %zu passed, %zu refused, %zu undecided</title>", day,
		trend->counts[week][PASSED], trend->counts[week][REFUSED],
		trend->counts[week][OTHER]);
	for (size_t i = 0; i < VERDICTS; i++) {
		size_t height = trend->counts[week][i] * (CHART_H - 20) / trend->most;

		if (!trend->counts[week][i])
			continue;
		height = height < 2 ? 2 : height;
		y -= height < y ? height : y;
		it_html(out,
			"<rect class=\"%s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>",
			classes[i], x, y, step - 6, height);
	}
	it_html(out, "</g>\n");
	if (week % 4 == 0)
		it_html(out, "<text class=\"s\" x=\"%zu\" y=\"%d\">%s</text>\n", x, CHART_H + 26,
			day + 5);
}

static void show_trend(struct it_buf *out, const struct trend *trend)
{
	size_t sums[VERDICTS] = { 0 };

	it_html(out, "<h2>Verdicts, %d weeks</h2>\n", WEEKS);
	if (!trend->total) {
		it_html(out, "<p>No release was put in this time.</p>\n");
		return;
	}
	for (size_t i = 0; i < WEEKS; i++)
		for (size_t j = 0; j < VERDICTS; j++)
			sums[j] += trend->counts[i][j];
	it_html(out,
		"<p><span class=\"badge good\">passed</span> %zu &nbsp; <span class=\"badge "
		"bad\">refused</span> %zu &nbsp; <span class=\"badge warn\">undecided or not "
		"verified</span> %zu</p>\n<div class=\"scroll\"><svg class=\"trend\" "
		"xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-label=\"Releases a week by verdict: %zu passed, %zu refused, %zu others\">\n"
		"<path class=\"axis\" d=\"M%d 0V%dH%d\" fill=\"none\"/>\n<text class=\"s\" x=\"4\" "
		"y=\"24\">%zu</text><text class=\"s\" x=\"4\" y=\"%d\">0</text>\n",
		sums[PASSED], sums[REFUSED], sums[OTHER], CHART_W, CHART_H + 34, sums[PASSED],
		sums[REFUSED], sums[OTHER], CHART_LEFT - 4, CHART_H, CHART_W, trend->most, CHART_H);
	for (size_t i = 0; i < WEEKS; i++)
		show_week(out, trend, i);
	it_html(out, "</svg></div>\n");
}

/* --- releases --- */

struct listing {
	struct it_buf *out;
	size_t count;
	int64_t last;
};

static int show_release(void *arg, const struct it_sql_row *row, struct intoto_error **err)
{
	struct listing *listing = arg;
	IT_AUTO(it_buf_done) struct it_buf space = IT_BUF(64 * 1024);
	struct it_object_id id;
	int rc = it_page_columns(row, 6, err);

	if (rc || row->values[5].bytes.len != sizeof id.bytes)
		return rc;
	memcpy(id.bytes, row->values[5].bytes.data, sizeof id.bytes);
	listing->count++;
	listing->last = it_page_count(row, 4);
	it_html(listing->out, "<tr><th scope=\"row\">%s</th>", it_page_text(row, 0, &space));
	it_html(listing->out, "<td data-l=\"Release\">%s</td><td data-l=\"Verdict\"><span>",
		it_page_text(row, 1, &space));
	(void)it_page_text(row, 2, &space);
	it_html(listing->out, "<span class=\"badge %s\">%s</span>",
		it_page_verdict_class(it_buf_text(&space)),
		space.len ? it_buf_text(&space) : "not verified");
	it_html(listing->out, "</span></td><td data-l=\"Packed\"><span>");
	it_html_time(listing->out, it_page_count(row, 3));
	it_html(listing->out, "</span></td><td data-l=\"Archive\"><span>");
	it_page_id(listing->out, "release", &id);
	it_html(listing->out, "</span></td></tr>\n");
	return INTOTO_OK;
}

static int list_releases(struct it_page_making *making, bool all, int64_t before, unsigned limit,
			 struct listing *listing, struct intoto_error **err)
{
	static const char every[] =
		"SELECT r.product, r.release, r.verdict, r.time, r.entry, e.id FROM release r JOIN "
		"entry "
		"e ON e.number = r.entry WHERE r.entry < $1 ORDER BY r.entry DESC LIMIT $2";
	static const char bad[] = "SELECT r.product, r.release, r.verdict, r.time, r.entry, e.id "
				  "FROM release r JOIN entry "
				  "e ON e.number = r.entry WHERE r.entry < $1 AND r.verdict <> "
				  "'passed' ORDER BY r.entry "
				  "DESC LIMIT $2";
	int rc;

	it_html(listing->out, "<div class=\"scroll\"><table class=\"rows\">\n<thead><tr><th "
			      "scope=\"col\">Product</th><th scope=\"col\">Release</th><th "
			      "scope=\"col\">Verdict</th><th scope=\"col\">Packed</th><th "
			      "scope=\"col\">Archive</th></tr></thead>\n<tbody>\n");
	rc = it_sql_each(making->store->sql, all ? every : bad,
			 (struct it_sql_value[]){ IT_SQL_N(before), IT_SQL_N(limit) }, 2,
			 show_release, listing, err);
	it_html(listing->out, "</tbody></table></div>\n");
	if (!listing->count)
		it_html(listing->out, "<p>There is none.</p>\n");
	return rc;
}

int it_page_releases(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	struct listing listing = { .out = making->out };
	IT_AUTO(it_buf_done) struct it_buf verdict = IT_BUF(2 * IT_FACT_TEXT_MAX);
	uint64_t before;
	bool all;
	int rc = it_page_parameter(making, "verdict", &verdict, err);

	(void)rest; /* there is none */
	if (!rc)
		rc = it_page_number(making, "before", &before, err);
	if (rc)
		return rc;
	all = !it_streq(it_buf_text(&verdict), "not-passed");
	it_page_open(making, all ? "Releases" : "Releases that did not pass");
	rc = list_releases(making, all, before ? (int64_t)before : INT64_MAX, IT_PAGE_ROWS,
			   &listing, err);
	if (listing.count == IT_PAGE_ROWS)
		it_html(making->out, "<p><a href=\"/releases?before=%lld%s\">Older ones</a></p>\n",
			(long long)listing.last, all ? "" : "&verdict=not-passed");
	it_page_close(making);
	return rc;
}

int it_page_home(struct it_page_making *making, const char *rest, struct intoto_error **err)
{
	IT_AUTO(it_page_expiring_done) struct it_expiring_list ending = { 0 };
	struct listing listing = { .out = making->out };
	struct numbers numbers = { { 0 } };
	struct trend trend;
	int rc = find_numbers(making, &numbers, err);

	(void)rest; /* there is none */
	if (!rc)
		rc = find_trend(making, &trend, err);
	if (!rc)
		rc = it_page_find_expiring(&ending, making->store, making->request->now, err);
	if (rc)
		return rc;
	it_page_open(making, "Overview");
	show_numbers(making->out, &numbers);
	show_trend(making->out, &trend);
	it_html(making->out, "<h2>Newest releases</h2>\n");
	rc = list_releases(making, true, INT64_MAX, RELEASES, &listing, err);
	it_html(making->out, "<p><a href=\"/releases\">All releases</a></p>\n<h2>What ends "
			     "next</h2>\n");
	it_page_show_expiring(making->out, &ending, making->request->now, SOONEST);
	it_html(making->out, "<p><a href=\"/expiring\">All that ends</a></p>\n");
	it_page_close(making);
	return rc;
}
