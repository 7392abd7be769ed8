/* SPDX-License-Identifier: Apache-2.0 */
/* HTML: what a document says never becomes markup, and controls never say more than is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "report/controls.h"
#include "report/html.h"

static void escapes_text_in_elements_and_attributes(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_html(&out, "<a title=\"%s\">%s</a>", "\"><script>'&",
		"</a><img src=x onerror=alert(1)>");
	assert_string_equal(
		it_buf_text(&out),
		"<a title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">&lt;/a&gt;&lt;img src=x "
		"onerror=alert(1)&gt;</a>");
}

static void shows_what_would_be_invisible(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_html(&out, "%s", "a\x1b[31m\xe2\x80\xae\n\xff");
	assert_string_equal(it_buf_text(&out), "a\\u{1b}[31m\\u{202e}\\n\\xff");
}

static void writes_numbers_and_percent_signs(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_html(&out, "%zu %d %u %lld 100%%", (size_t)7, -3, 4U, -5LL);
	assert_string_equal(it_buf_text(&out), "7 -3 4 -5 100%");
}

static void quotes_parameters_of_addresses(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_html_query(&out, "a&b=c/\xc3\xa4 \"<");
	assert_string_equal(it_buf_text(&out), "a%26b%3Dc%2F%C3%A4%20%22%3C");
}

static void fails_where_the_text_is_too_long(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(8);

	(void)state;
	it_html(&out, "<p>%s</p>", "much too long");
	assert_int_equal(out.failed, INTOTO_E_LIMIT);
}

static void cuts_digests_and_keeps_them_whole_beside(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	it_html_digest(&out, "sha256:0123456789abcdef0123");
	assert_string_equal(it_buf_text(&out),
			    "<code class=\"digest\" title=\"sha256:0123456789abcdef0123\">"
			    "sha256:0123456789ab…</code>");
}

static void writes_sizes_for_people(void **state)
{
	static const struct {
		uint64_t size;
		const char *text;
	} rows[] = { { 0, "0 B" },
		     { 999, "999 B" },
		     { 1000, "1.0 kB" },
		     { 12345678, "12.3 MB" },
		     { UINT64_MAX, "1844674.4 TB" } };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(rows); i++) {
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(64);

		it_html_size(&out, rows[i].size);
		assert_string_equal(it_buf_text(&out), rows[i].text);
	}
}

static void loads_nothing_and_names_its_style_by_digest(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(64 * 1024);
	struct it_html_head head = { .title = "</title><script>", .body = "report" };

	(void)state;
	it_html_begin(&out, &head);
	it_html_end(&out);
	assert_int_equal(out.failed, 0);
	assert_non_null(strstr(it_buf_text(&out), "default-src 'none'; style-src 'sha256-"));
	assert_null(strstr(it_buf_text(&out), "<script"));
	assert_null(strstr(it_buf_text(&out), "http://"));
	assert_null(strstr(it_buf_text(&out), "url("));
}

/* --- controls --- */

static void says_that_a_control_is_evidenced_only_when_each_piece_was_checked(void **state)
{
	struct it_shown_all shown = { 0 };
	struct it_control control = { "X.1", "asks",
				      1U << IT_EVIDENCE_SBOM | 1U << IT_EVIDENCE_SCAN, NULL };

	(void)state;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_NOT_SHOWN);
	shown.items[IT_EVIDENCE_SBOM].proof = IT_PROOF_CHECKED;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_PART);
	shown.items[IT_EVIDENCE_SCAN].proof = IT_PROOF_PRESENT;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_PART);
	shown.items[IT_EVIDENCE_SCAN].proof = IT_PROOF_CHECKED;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_SHOWN);
	shown.items[IT_EVIDENCE_SBOM].proof = IT_PROOF_FAILED;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_CONTRADICTED);
	control.evidence = 0;
	assert_int_equal(it_control_judge(&control, &shown), IT_CONTROL_NOT_SHOWN);
}

static void tells_what_else_must_be_shown_where_an_archive_shows_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; it_frameworks[i]; i++)
		for (size_t j = 0; j < it_frameworks[i]->count; j++) {
			const struct it_control *control = &it_frameworks[i]->controls[j];

			assert_true(*control->id && *control->asks);
			assert_true(control->evidence || control->rest);
			assert_true(control->evidence >> IT_EVIDENCE_COUNT == 0);
			for (size_t k = 0; k < j; k++)
				assert_false(
					it_streq(control->id, it_frameworks[i]->controls[k].id));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_text_in_elements_and_attributes),
		cmocka_unit_test(shows_what_would_be_invisible),
		cmocka_unit_test(writes_numbers_and_percent_signs),
		cmocka_unit_test(quotes_parameters_of_addresses),
		cmocka_unit_test(fails_where_the_text_is_too_long),
		cmocka_unit_test(cuts_digests_and_keeps_them_whole_beside),
		cmocka_unit_test(writes_sizes_for_people),
		cmocka_unit_test(loads_nothing_and_names_its_style_by_digest),
		cmocka_unit_test(says_that_a_control_is_evidenced_only_when_each_piece_was_checked),
		cmocka_unit_test(tells_what_else_must_be_shown_where_an_archive_shows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
