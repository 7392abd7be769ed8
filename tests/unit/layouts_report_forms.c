/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of a report: hostile text stays text, counts add up, causes are told from what follows.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/json.h"
#include "layouts/report_causes.h"
#include "layouts/report_format.h"
#include "layouts/report_groups.h"
#include "layouts/report_place.h"
#include "layouts/words.h"
#include "layouts/xml.h"
#include "refused.h"

#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HOSTILE "]]><script>|`x`\033[2J\n\"'&\xe2\x80\xae\xef\xbf\xbe\xff*_[a](b)@#"

static struct intoto_report *new_report(void)
{
	struct intoto_report *report = NULL;

	assert_int_equal(it_report_new(&report, NULL), INTOTO_OK);
	it_report_about(report, "root.layout", 0);
	return report;
}

static void add(struct intoto_report *report, enum intoto_outcome outcome, const char *code,
		const char *item, const char *subject)
{
	it_report_add(report, outcome, code, item, subject, "sentence");
}

/* The report in a form; owned. */
static char *print(const char *name, const struct intoto_report *report,
		   const struct it_trace *trace)
{
	struct it_buf out = IT_BUF(IT_REPORT_MAX);
	struct it_report_view view = { .report = report, .trace = trace, .link_dir = "links" };

	assert_non_null(it_report_format_find(name));
	assert_int_equal(it_report_print(&out, it_report_format_find(name), &view, NULL),
			 INTOTO_OK);
	return it_buf_take(&out);
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" in \"%s\"", part, text);
}

/* --- all forms --- */

static void knows_five_forms_and_no_other(void **state)
{
	static const char *const names[] = { "text", "json", "junit", "sarif", "markdown" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_string_equal(it_report_format_find(names[i])->name, names[i]);
	assert_null(it_report_format_find("html"));
	assert_null(it_report_format_find(""));
	assert_null(it_report_format_find(NULL));
}

static void refuses_more_than_a_buffer_holds(void **state)
{
	static const char *const names[] = { "text", "json", "junit", "sarif", "markdown" };
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	(void)state;
	for (int i = 0; i < 20; i++)
		add(report, INTOTO_CHECK_FAILED, "rule.disallow", "build", "DISALLOW *");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(100);
		struct it_report_view view = { .report = report };
		struct intoto_error *err = NULL;

		assert_int_equal(
			it_report_print(&out, it_report_format_find(names[i]), &view, &err),
			INTOTO_E_LIMIT);
		assert_non_null(err);
		intoto_error_free(err);
	}
}

static void shows_no_hostile_byte_in_any_form(void **state)
{
	static const char *const names[] = { "text", "junit", "sarif", "markdown" };
	static const char *const bytes[] = { "\033", "\xe2\x80\xae", "\xff" };
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	(void)state;
	it_report_about(report, HOSTILE, 0);
	for (int outcome = 0; outcome < IT_OUTCOME_COUNT; outcome++)
		it_report_add(report, (enum intoto_outcome)outcome, "rule.disallow", HOSTILE,
			      HOSTILE, "%s", HOSTILE);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		IT_AUTO(it_freep) char *text = print(names[i], report, NULL);

		for (size_t j = 0; j < sizeof bytes / sizeof *bytes; j++)
			lacks(text, bytes[j]);
		assert_true(it_utf8_valid(it_span_text(text)));
	}
}

/* --- XML --- */

static void escapes_for_xml(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_xml_attribute(&out, "name", HOSTILE "\xef\xbf\xbf\t");
	assert_string_equal(it_buf_text(&out),
			    " name=\"]]&gt;&lt;script&gt;|`x`\\u{1b}[2J\\n&quot;&#39;&amp;\\u{202e}"
			    "\xef\xbf\xbd\\xff*_[a](b)@#\xef\xbf\xbd\\u{9}\"");
}

static void a_refused_junit_report_is_never_green(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;

	(void)state;
	/* Not closed: refused, though every check passed. */
	add(report, INTOTO_CHECK_PASSED, "layout.expiry", "", "");
	text = print("junit", report, NULL);
	has(text, "<testsuites name=\"root.layout\" tests=\"2\" failures=\"1\" errors=\"0\"");
	has(text, "<failure type=\"verdict\" message=\"refused\">");
}

static void numbers_junit_cases_that_have_one_name(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;

	(void)state;
	for (int i = 0; i < 3; i++)
		add(report, INTOTO_CHECK_PASSED, "rule.allow", "build", "ALLOW *");
	add(report, INTOTO_CHECK_PASSED, "rule.allow", "pack", "ALLOW *");
	text = print("junit", report, NULL);
	has(text, "name=\"rule.allow: ALLOW *\" classname=\"build\"");
	has(text, "name=\"rule.allow: ALLOW * (2)\" classname=\"build\"");
	has(text, "name=\"rule.allow: ALLOW * (3)\" classname=\"build\"");
	has(text, "name=\"rule.allow: ALLOW *\" classname=\"pack\"");
	lacks(text, "(2)\" classname=\"pack\"");
}

/* --- groups --- */

static void groups_by_item_in_the_order_of_the_report(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_report_groups_done) struct it_report_groups groups = { 0 };

	(void)state;
	add(report, INTOTO_CHECK_PASSED, "layout.expiry", "", "");
	add(report, INTOTO_CHECK_PASSED, "step.threshold", "z", "");
	add(report, INTOTO_CHECK_FAILED, "step.threshold", "a", "");
	add(report, INTOTO_CHECK_WARNING, "rule.unused", "z", "x");
	assert_int_equal(it_report_groups_make(&groups, report, NULL), INTOTO_OK);
	assert_int_equal(groups.count, 3);
	assert_string_equal(groups.items[0].item, "");
	assert_string_equal(groups.items[1].item, "z");
	assert_string_equal(groups.items[2].item, "a");
	assert_int_equal(groups.items[1].count, 2);
	assert_int_equal(groups.items[1].checks[0].index, 1);
	assert_int_equal(groups.items[1].checks[1].index, 3);
	assert_int_equal(groups.items[1].tally[INTOTO_CHECK_WARNING], 1);
	assert_int_equal(groups.items[2].tally[INTOTO_CHECK_FAILED], 1);
}

static void groups_an_empty_report(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_report_groups_done) struct it_report_groups groups = { 0 };

	(void)state;
	assert_int_equal(it_report_groups_make(&groups, report, NULL), INTOTO_OK);
	assert_int_equal(groups.count, 0);
}

/* --- places --- */

static void is_at(const struct intoto_report *report, const char *item, const char *subject,
		  const char *path, uint64_t line)
{
	struct it_report_view view = { .report = report, .link_dir = "links" };
	struct intoto_check check = { INTOTO_CHECK_FAILED, "link.format", item, subject, "" };
	IT_AUTO(it_report_place_done) struct it_report_place place;

	it_report_place_find(&place, &view, &check);
	assert_string_equal(it_buf_text(&place.path), path);
	assert_int_equal(place.line, line);
}

static void finds_the_file_to_look_at(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();

	(void)state;
	it_report_add_input(report, "l/build.1.link", SHA);
	it_report_add_input(report, "l/all.intoto.jsonl#12", SHA);
	it_report_add_input(report, "l/odd#name.link", SHA);
	is_at(report, "build", "build.1.link", "l/build.1.link", 0);
	is_at(report, "build", "l/build.1.link", "l/build.1.link", 0);
	is_at(report, "build", "all.intoto.jsonl#12", "l/all.intoto.jsonl", 12);
	is_at(report, "build", "odd#name.link", "l/odd#name.link", 0);
	is_at(report, "build", "missing.2.link", "links/missing.2.link", 0);
	is_at(report, "sub/build", "missing.2.link", "missing.2.link", 0);
	is_at(report, "build", "/abs/x.link", "/abs/x.link", 0);
	is_at(report, "build", "unread.jsonl#7", "links/unread.jsonl", 7);
	is_at(report, "build", ".link", "root.layout", 0);
	is_at(report, "build", "DISALLOW *", "root.layout", 0);
	is_at(report, "", "", "root.layout", 0);
}

static void makes_uris_of_paths(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_report_place_uri(&out, it_span_text("a b/%\xc3\xa4:?#<"));
	assert_string_equal(it_buf_text(&out), "a%20b/%25%C3%A4%3A%3F%23%3C");
	it_buf_reset(&out);
	it_report_place_uri(&out, it_span_text("/x/y"));
	assert_string_equal(it_buf_text(&out), "file:///x/y");
}

/* --- causes --- */

static void follows(const struct it_report_causes *causes, size_t check, int64_t cause)
{
	assert_int_equal(causes->of[check], cause);
}

static void tells_causes_from_what_follows(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_report_causes_done) struct it_report_causes causes = { 0 };
	struct it_report_view view = { .report = report };

	(void)state;
	add(report, INTOTO_CHECK_FAILED, "link.signature", "build", "build.1.link");  /* 0 */
	add(report, INTOTO_CHECK_FAILED, "step.threshold", "build", "");	      /* 1 */
	add(report, INTOTO_CHECK_FAILED, "step.threshold", "test", "");		      /* 2 */
	add(report, INTOTO_CHECK_FAILED, "rule.disallow", "sub/x", "DISALLOW *");     /* 3 */
	add(report, INTOTO_CHECK_FAILED, "sublayout.verdict", "sub", "sub.1.link");   /* 4 */
	add(report, INTOTO_CHECK_FAILED, "step.threshold", "sub", "");		      /* 5 */
	add(report, INTOTO_CHECK_PASSED, "link.signature", "test", "test.1.link");    /* 6 */
	add(report, INTOTO_CHECK_FAILED, "sublayout.verdict", "subject", "s.1.link"); /* 7 */
	add(report, INTOTO_CHECK_UNDECIDED, "link.file", "read", "read.1.link");      /* 8 */
	add(report, INTOTO_CHECK_UNDECIDED, "step.threshold", "read", "");	      /* 9 */
	assert_int_equal(it_report_causes_find(&causes, &view, NULL), INTOTO_OK);
	follows(&causes, 0, IT_REPORT_NO_CAUSE);
	follows(&causes, 1, 0);
	follows(&causes, 2, IT_REPORT_NO_CAUSE);
	follows(&causes, 3, IT_REPORT_NO_CAUSE);
	follows(&causes, 4, 3);
	follows(&causes, 5, 4);
	follows(&causes, 6, IT_REPORT_NO_CAUSE);
	follows(&causes, 7, IT_REPORT_NO_CAUSE);
	follows(&causes, 8, IT_REPORT_NO_CAUSE);
	follows(&causes, 9, 8);
}

/* Steps "build" (without evidence) and "pack", which asks it. */
static struct it_trace *new_trace(struct intoto_layout **layout)
{
	struct it_trace *trace = NULL;
	struct it_layout_step *build = NULL;
	struct it_layout_step *pack = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	static const char *const rules[] = { "DISALLOW early", "MATCH * WITH PRODUCTS FROM build",
					     "DISALLOW *" };

	assert_int_equal(it_layout_new(layout, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(*layout, "build", &build, NULL), INTOTO_OK);
	assert_int_equal(it_trace_new_brief(&trace, NULL), INTOTO_OK);
	it_trace_item(trace, "build", &build->item, false, 1);
	assert_int_equal(it_layout_add_step(*layout, "pack", &pack, NULL), INTOTO_OK);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

		assert_int_equal(it_words_split(&tokens, rules[i], NULL), INTOTO_OK);
		assert_int_equal(
			it_rules_add(&pack->item.rules[INTOTO_MATERIALS], &tokens, NULL, NULL),
			INTOTO_OK);
	}
	it_trace_item(trace, "pack", &pack->item, false, 1);
	assert_int_equal(it_link_new(&link, "pack", NULL), INTOTO_OK);
	it_trace_link(trace, "pack", "pack.1.link", link);
	return trace;
}

static void a_rule_follows_from_the_evidence_that_it_asks_for(void **state)
{
	struct intoto_layout *layout = NULL;
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace(&layout);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_report_causes_done) struct it_report_causes causes = { 0 };
	struct it_report_view view = { .report = report, .trace = trace };
	IT_AUTO(it_freep) char *text = NULL;

	(void)state;
	add(report, INTOTO_CHECK_FAILED, "step.threshold", "build", "");
	add(report, INTOTO_CHECK_FAILED, "rule.disallow", "pack", "DISALLOW *");
	add(report, INTOTO_CHECK_FAILED, "rule.disallow", "pack", "DISALLOW early");
	assert_int_equal(it_report_causes_find(&causes, &view, NULL), INTOTO_OK);
	follows(&causes, 0, IT_REPORT_NO_CAUSE);
	follows(&causes, 1, 0);
	follows(&causes, 2, IT_REPORT_NO_CAUSE);
	text = print("text", report, trace);
	has(text, "  failed     pack: DISALLOW early: sentence");
	has(text, "look at: links/pack.1.link");
	has(text, "what follows from that:\n  follows    pack: DISALLOW *: sentence");
	intoto_layout_free(layout);
}

/* --- text --- */

static void shows_a_few_of_many_and_counts_the_rest(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_freep) char *text = NULL;
	IT_AUTO(it_freep) char *verbose = NULL;

	(void)state;
	for (int i = 0; i < 30; i++)
		add(report, INTOTO_CHECK_FAILED, "rule.require", "a", "REQUIRE x");
	add(report, INTOTO_CHECK_FAILED, "layout.expiry", "", "");
	for (int i = 0; i < 12; i++)
		add(report, INTOTO_CHECK_WARNING, "rule.unused", i % 2 ? "a" : "other", "x");
	text = print("text", report, NULL);
	has(text, "and 26 more failed (--verbose lists them)");
	has(text, "layout: sentence [layout.expiry]");
	has(text, "and 6 more warnings (--verbose lists them)");
	assert_int_equal(intoto_report_text(report, true, &verbose, NULL), INTOTO_OK);
	lacks(verbose, "--verbose");
}

/* --- JSON --- */

static void writes_evidence_and_inputs_into_json(void **state)
{
	struct intoto_layout *layout = NULL;
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace(&layout);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = new_report();
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	const struct it_json *items;
	bool evidence = true;

	(void)state;
	it_report_add_input(report, "x.link", SHA);
	text = print("json", report, trace);
	assert_int_equal(it_json_parse(&root, it_span_text(text), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	items = it_json_get(root, "items");
	assert_int_equal(it_json_count(items), 2);
	assert_true(it_json_bool(it_json_get(it_json_at(items, 0), "evidence"), &evidence));
	assert_false(evidence);
	assert_true(
		it_span_is(it_json_text(it_json_get(it_json_at(items, 1), "file")), "pack.1.link"));
	assert_true(it_span_is(
		it_json_text(it_json_get(it_json_at(it_json_get(root, "inputs"), 0), "sha256")),
		SHA));
	intoto_layout_free(layout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_five_forms_and_no_other),
		cmocka_unit_test(refuses_more_than_a_buffer_holds),
		cmocka_unit_test(shows_no_hostile_byte_in_any_form),
		cmocka_unit_test(escapes_for_xml),
		cmocka_unit_test(a_refused_junit_report_is_never_green),
		cmocka_unit_test(numbers_junit_cases_that_have_one_name),
		cmocka_unit_test(groups_by_item_in_the_order_of_the_report),
		cmocka_unit_test(groups_an_empty_report),
		cmocka_unit_test(finds_the_file_to_look_at),
		cmocka_unit_test(makes_uris_of_paths),
		cmocka_unit_test(tells_causes_from_what_follows),
		cmocka_unit_test(a_rule_follows_from_the_evidence_that_it_asks_for),
		cmocka_unit_test(shows_a_few_of_many_and_counts_the_rest),
		cmocka_unit_test(writes_evidence_and_inputs_into_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
