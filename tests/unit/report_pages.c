/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of the dashboard over a store that is made up here, so that it holds what no store of
 * ours would: hostile texts, rows of the wrong form, failures.
 *
 * With INTOTO_PAGES=FOLDER the pages are left there, to be looked at; INTOTO_ARCHIVE=FILE is the
 * archive that they show.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "report/pages.h"

enum { NOW = 1780308000 };

#define HOSTILE "\"><script>alert(1)</script>\x1b[31m"

/* --- the store --- */

static bool hostile;
static bool broken;
static const char *archive; /* that every object is */
static struct it_query asked;
static char asked_name[64];
static char affected_by[64];

static const unsigned char an_id[32] = { 0xab, 0xcd, 1, 2, 3 };

static struct it_sql_value id_value(void)
{
	return IT_SQL_B(it_span(an_id, sizeof an_id));
}

static const char *some(const char *text)
{
	return hostile ? HOSTILE : text;
}

typedef int row_fn(void *arg, const struct it_sql_row *row, struct intoto_error **err);

static int give(row_fn *row, void *arg, const struct it_sql_value *values, size_t count,
		struct intoto_error **err)
{
	return row(arg, &(struct it_sql_row){ values, count }, err);
}

static int give_releases(row_fn *row, void *arg, int64_t limit, struct intoto_error **err)
{
	static const char *const verdicts[] = { "passed", "passed", "refused", "" };
	int rc = INTOTO_OK;

	for (int64_t i = 0; !rc && i < limit && i < 60; i++)
		rc = give(row, arg,
			  (struct it_sql_value[]){ IT_SQL_T(some("app")), IT_SQL_T(some("1.4.0")),
						   IT_SQL_T(verdicts[i % 4]),
						   IT_SQL_N(NOW - i * 86400), IT_SQL_N(1000 - i),
						   id_value() },
			  6, err);
	return rc;
}

static int give_weeks(row_fn *row, void *arg, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (int64_t i = 0; !rc && i < 26; i++) {
		rc = give(row, arg,
			  (struct it_sql_value[]){ IT_SQL_N(NOW / 604800 - i), IT_SQL_T("passed"),
						   IT_SQL_N(2 + i * 7 % 9) },
			  3, err);
		if (!rc && i % 3 == 0)
			rc = give(row, arg,
				  (struct it_sql_value[]){ IT_SQL_N(NOW / 604800 - i),
							   IT_SQL_T("refused"), IT_SQL_N(1) },
				  3, err);
	}
	/* Weeks that nobody asked for are passed over. */
	return rc ? rc
		  : give(row, arg,
			 (struct it_sql_value[]){ IT_SQL_N(NOW / 604800 + 9), IT_SQL_T("passed"),
						  IT_SQL_N(1000000) },
			 3, err);
}

static int give_entry(row_fn *row, void *arg, struct intoto_error **err)
{
	const struct it_sql_value values[] = {
		IT_SQL_N(17),
		id_value(),
		IT_SQL_N(12345),
		IT_SQL_T("attestation"),
		IT_SQL_T("application/json"),
		IT_SQL_T(some("https://cyclonedx.org/bom")),
		IT_SQL_T(some("package")),
		IT_SQL_T(some("sbom.json")),
		IT_SQL_T(""),
		IT_SQL_T(some("alice")),
		IT_SQL_T("release"),
		IT_SQL_N(NOW - 100),
		IT_SQL_N(NOW - 50),
		IT_SQL_N(NOW + 1000000),
	};

	return give(row, arg, values, IT_COUNT_OF(values), err);
}

int it_sql_each(struct it_sql *sql, const char *text, const struct it_sql_value *values,
		size_t count, row_fn *row, void *arg, struct intoto_error **err)
{
	(void)sql;
	if (broken)
		return it_err_set(err, INTOTO_E_SERVICE, "the database is gone");
	if (strstr(text, "FROM release r JOIN"))
		return give_releases(row, arg, values[count - 1].number, err);
	if (strstr(text, "GROUP BY"))
		return give_weeks(row, arg, err);
	if (strstr(text, "COUNT(") || strstr(text, "MAX("))
		return give(row, arg, (struct it_sql_value[]){ IT_SQL_N(1234) }, 1, err);
	if (strstr(text, "FROM exception x"))
		return give(row, arg,
			    (struct it_sql_value[]){ IT_SQL_T(some("EX-7")),
						     IT_SQL_T(some("alice@example.org")),
						     IT_SQL_N(NOW + 86400), id_value() },
			    4, err);
	if (strstr(text, "FROM entry WHERE"))
		return give_entry(row, arg, err);
	if (strstr(text, "FROM member"))
		return give(row, arg,
			    (struct it_sql_value[]){ id_value(), IT_SQL_T(some("links/sbom.json")),
						     IT_SQL_T("attestation") },
			    3, err);
	if (strstr(text, "FROM subject"))
		return give(row, arg,
			    (struct it_sql_value[]){ IT_SQL_T(some("app.tar")), IT_SQL_T("subject"),
						     IT_SQL_T("sha256"), id_value() },
			    4, err);
	if (strstr(text, "FROM signer")) /* of the wrong form */
		return give(row, arg, (struct it_sql_value[]){ { .kind = IT_SQL_NULL } }, 1, err);
	return INTOTO_OK;
}

int it_query_run(struct it_store *store, const struct it_query *query,
		 int (*found)(void *arg, const struct it_found *found, struct intoto_error **err),
		 void *arg, struct intoto_error **err)
{
	struct it_found one = {
		.number = 17,
		.size = 1234567,
		.kind = "attestation",
		.media_type = "application/json",
		.predicate_type = some("https://cyclonedx.org/bom"),
		.step = some("package"),
		.name = some("sbom.json"),
		.verdict = "passed",
		.actor = "",
		.retention = "release",
		.said = NOW - 1000,
	};
	int rc = INTOTO_OK;

	(void)store;
	asked = *query;
	asked_name[0] = '\0';
	if (query->name)
		(void)snprintf(asked_name, sizeof asked_name, "%s", query->name);
	if (broken)
		return it_err_set(err, INTOTO_E_SERVICE, "the database is gone");
	for (unsigned i = 0; !rc && i < query->limit; i++)
		rc = found(arg, &one, err);
	return rc;
}

int it_query_affected(struct it_store *store, const char *what,
		      int (*found)(void *arg, const struct it_affected *affected,
				   struct intoto_error **err),
		      void *arg, struct intoto_error **err)
{
	struct it_affected one = { some("app"),
				   some("1.4.0"),
				   some("registry.example/app"),
				   "sha256:abcdef0123456789",
				   "zlib",
				   "1.2.13",
				   "CVE-2023-45853",
				   "not_affected",
				   some("vex.json"),
				   .speaks = { { 1 } } };

	(void)store;
	(void)snprintf(affected_by, sizeof affected_by, "%s", what);
	return found(arg, &one, err);
}

int it_store_get(struct it_store *store, const struct it_object_id *id, const struct it_sink *sink,
		 struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(16 * 1024 * 1024);
	int rc;

	(void)store;
	(void)id;
	if (!archive)
		return it_sink_take(sink, it_span_text("this is no archive"), err);
	rc = it_file_read(&bytes, archive, err);
	return rc ? rc : it_sink_take(sink, it_buf_span(&bytes), err);
}

int it_store_resolve(struct it_store *store, const char *text, struct it_object_id *out,
		     struct intoto_error **err)
{
	(void)store;
	if (!it_streq(text, "abcd"))
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no entry '%s'", text);
	memcpy(out->bytes, an_id, sizeof out->bytes);
	return INTOTO_OK;
}

/* --- pages --- */

static struct it_page make(const char *path, const char *query)
{
	struct it_page page = { 0 };
	struct it_store store = { 0 };
	struct it_page_request request = { path, query, NOW };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	assert_int_equal(it_page_make(&page, &store, &request, &err), INTOTO_OK);
	return page;
}

static bool has(const struct it_page *page, const char *text)
{
	return strstr(it_buf_text(&page->body), text);
}

static void expect(const char *path, const char *query, int status, const char *text)
{
	struct it_page page = make(path, query);

	if (!has(&page, text))
		print_error("%s?%s: no %s in %s\n", path, query, text, it_buf_text(&page.body));
	assert_true(has(&page, text));
	assert_int_equal(page.status, status);
	it_buf_done(&page.body);
}

static void knows_its_paths_and_no_others(void **state)
{
	static const char *const known[] = {
		"/",	     "/search",	    "/affected",     "/expiring",
		"/releases", "/entry/abcd", "/release/abcd", "/style.css"
	};
	static const char *const others[] = { "",	  "/x",	       "/searches",   "/entry",
					      "/entry/",  "/v1/query", "/style.css/", "//",
					      "/release/" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(known); i++)
		assert_true(it_page_is_known(known[i]));
	for (size_t i = 0; i < IT_COUNT_OF(others); i++)
		assert_false(it_page_is_known(others[i]));
	expect("/x", "", 404, "There is no such page");
}

static void shows_numbers_trend_releases_and_what_ends(void **state)
{
	(void)state;
	expect("/", "", 200, "<b>1234</b>");
	expect("/", "", 200, "Releases a week by verdict: 158 passed, 9 refused, 0 others");
	expect("/", "", 200, "<th scope=\"row\">app</th><td data-l=\"Release\">1.4.0</td>");
	expect("/", "", 200, "ends soon");
	expect("/", "", 200, "alice@example.org");
}

static void leads_from_page_to_page(void **state)
{
	(void)state;
	expect("/releases", "", 200, "href=\"/releases?before=951\"");
	expect("/releases", "verdict=not-passed", 200,
	       "href=\"/releases?before=951&amp;verdict=not-passed\"");
	expect("/search", "name=a%26b%3C&since=2026-01-31", 200,
	       "href=\"/search?before=17&amp;name=a%26b%3C&amp;since=2026-01-31\"");
}

static void asks_for_what_the_form_says(void **state)
{
	(void)state;
	expect("/search", "name=app+%C3%A4*&step=&before=99&until=2026-02-01", 200, "Found");
	assert_string_equal(asked_name, "app \xc3\xa4*");
	assert_null(asked.step);
	assert_int_equal(asked.before, 99);
	assert_int_equal(asked.until, 1769904000);
	expect("/search", "", 200, "The newest documents");
	assert_null(asked.name);
	expect("/affected", "what=CVE-2023-45853", 200, "not_affected");
	assert_string_equal(affected_by, "CVE-2023-45853");
}

static void refuses_queries_that_are_none(void **state)
{
	static const char *const queries[] = {
		"name=%zz",  "name=%4",	  "name=a%00b",	     "name=%1b[31m",	"name=%ff",
		"before=-1", "before=1x", "since=yesterday", "since=2026-02-30"
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(queries); i++)
		expect("/search", queries[i], 400, "Not like this");
	expect("/affected", "what=%0a", 400, "what: want a text");
}

static void refuses_what_is_not_there(void **state)
{
	(void)state;
	expect("/entry/beef", "", 404, "there is no entry");
	expect("/release/beef", "", 404, "there is no entry");
	expect("/entry/%3Cscript%3E", "", 404, "Not found");
	expect("/entry/<script>", "", 404, "&lt;script&gt;");
}

static void shows_one_document(void **state)
{
	(void)state;
	expect("/entry/abcd", "", 200, "<dt>Number in the log</dt><dd>17</dd>");
	expect("/entry/abcd", "", 200, "href=\"/v1/download/abcd0102");
	expect("/entry/abcd", "", 200, "<th scope=\"row\">app.tar</th>");
	expect("/entry/abcd", "", 200, "as <code>links/sbom.json</code>");
}

static void says_why_a_report_cannot_be_shown(void **state)
{
	(void)state;
	expect("/release/abcd", "", 200, "Its report cannot be shown: ");
}

static void lets_no_text_become_markup(void **state)
{
	static const char *const paths[] = {
		"/",	     "/search",	    "/affected",    "/expiring",
		"/releases", "/entry/abcd", "/release/abcd"
	};

	(void)state;
	hostile = true;
	for (size_t i = 0; i < IT_COUNT_OF(paths); i++) {
		struct it_page page = make(paths[i], "what=%3Cscript%3E&name=%22%3E%3Cscript%3E");

		assert_false(has(&page, "<script"));
		assert_false(has(&page, "\x1b"));
		assert_true(has(&page, "&lt;script&gt;"));
		it_buf_done(&page.body);
	}
	hostile = false;
}

static void gives_up_where_the_store_does(void **state)
{
	struct it_page page = { 0 };
	struct it_store store = { 0 };
	struct it_page_request request = { "/", "", NOW };
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;

	(void)state;
	broken = true;
	assert_int_equal(it_page_make(&page, &store, &request, &err), INTOTO_E_SERVICE);
	assert_string_equal(intoto_error_text(err), "the database is gone");
	it_buf_done(&page.body);
	broken = false;
}

static void goes_with_headers_that_allow_nothing_else(void **state)
{
	bool policy = false;
	size_t count = 0;

	(void)state;
	for (; it_page_headers[count][0]; count++) {
		assert_null(strpbrk(it_page_headers[count][1], "\r\n"));
		if (it_streq(it_page_headers[count][0], "Content-Security-Policy"))
			policy = strstr(it_page_headers[count][1], "default-src 'none'") &&
				 !strstr(it_page_headers[count][1], "unsafe") &&
				 !strstr(it_page_headers[count][1], "script");
	}
	assert_true(policy);
	assert_true(count >= 5);
	expect("/style.css", "", 200, "prefers-color-scheme:dark");
}

static void leaves_pages_to_be_looked_at(void **state)
{
	static const char *const pages[][3] = { { "/", "", "index" },
						{ "/search", "name=app", "search" },
						{ "/affected", "what=CVE-2023-45853", "affected" },
						{ "/expiring", "", "expiring" },
						{ "/releases", "", "releases" },
						{ "/entry/abcd", "", "entry" },
						{ "/release/abcd", "", "release" },
						{ "/style.css", "", "style" } };
	const char *folder = getenv("INTOTO_PAGES");

	(void)state;
	archive = getenv("INTOTO_ARCHIVE");
	for (size_t i = 0; folder && it_page_headers[i][0]; i++) {
		IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(4096);

		(void)it_buf_printf(&path, "%s/policy", folder);
		if (it_streq(it_page_headers[i][0], "Content-Security-Policy"))
			assert_int_equal(it_file_write(it_buf_text(&path),
						       it_span_text(it_page_headers[i][1]), 0666, 0,
						       NULL),
					 INTOTO_OK);
	}
	for (size_t i = 0; folder && i < IT_COUNT_OF(pages); i++) {
		struct it_page page = make(pages[i][0], pages[i][1]);
		IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(4096);

		(void)it_buf_printf(&path, "%s/%s.%s", folder, pages[i][2],
				    strstr(page.media_type, "css") ? "css" : "html");
		assert_int_equal(
			it_file_write(it_buf_text(&path), it_buf_span(&page.body), 0666, 0, NULL),
			INTOTO_OK);
		it_buf_done(&page.body);
	}
	archive = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_paths_and_no_others),
		cmocka_unit_test(shows_numbers_trend_releases_and_what_ends),
		cmocka_unit_test(leads_from_page_to_page),
		cmocka_unit_test(asks_for_what_the_form_says),
		cmocka_unit_test(refuses_queries_that_are_none),
		cmocka_unit_test(refuses_what_is_not_there),
		cmocka_unit_test(shows_one_document),
		cmocka_unit_test(says_why_a_report_cannot_be_shown),
		cmocka_unit_test(lets_no_text_become_markup),
		cmocka_unit_test(gives_up_where_the_store_does),
		cmocka_unit_test(goes_with_headers_that_allow_nothing_else),
		cmocka_unit_test(leaves_pages_to_be_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
