/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of CVSS vectors, as the calculators of FIRST give them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "attestors/scan/cvss.h"
#include "attestors/scan/finding.h"

static const struct {
	const char *vector;
	int tenths; /* -1: has no score */
} cases[] = {
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", 78 },
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", 100 },
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", 62 },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:P", 50 },
	{ "CVSS2#AV:N/AC:L/Au:N/C:N/I:N/A:N", 0 },
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61 },
	{ "CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H", 85 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0 },
	{ "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 16 },
	{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:N/VI:L/VA:N/SC:H/SI:L/SA:N", 20 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:L/VI:N/VA:H/SC:H/SI:H/SA:H", 91 },
	{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:L/SI:H/SA:N", 72 },
	{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:L/UI:N/VC:L/VI:H/VA:H/SC:H/SI:N/SA:N", 71 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:A/VC:L/VI:L/VA:L/SC:N/SI:N/SA:H", 43 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:P/VC:N/VI:N/VA:N/SC:L/SI:H/SA:L", 53 },
	{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:L/UI:P/VC:L/VI:N/VA:H/SC:L/SI:N/SA:L", 43 },
	{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:H/VI:H/VA:L/SC:N/SI:N/SA:L", 75 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:A/VC:H/VI:L/VA:H/SC:H/SI:L/SA:N", 70 },
	{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:L/UI:A/VC:L/VI:H/VA:N/SC:H/SI:H/SA:H", 71 },
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:L/SI:N/SA:L", 54 },
	{ "CVSS:4.0/AV:A/AC:L/AT:P/PR:L/UI:P/VC:L/VI:H/VA:L/SC:H/SI:H/SA:L", 60 },
	{ "CVSS:4.0/AV:P/AC:H/AT:N/PR:H/UI:N/VC:N/VI:L/VA:N/SC:N/SI:H/SA:H", 21 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", 61 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:P/VC:H/VI:L/VA:L/SC:H/SI:N/SA:L", 70 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:N/VC:N/VI:L/VA:L/SC:N/SI:N/SA:N", 21 },
	{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 21 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:P/VC:N/VI:L/VA:H/SC:L/SI:L/SA:L", 58 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:L/SC:N/SI:H/SA:N", 77 },
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:A/VC:H/VI:L/VA:H/SC:N/SI:L/SA:N", 53 },
	{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:N/VC:N/VI:L/VA:H/SC:H/SI:H/SA:L", 72 },
	{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:H/UI:A/VC:H/VI:H/VA:N/SC:H/SI:N/SA:H", 69 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:L/SC:L/SI:H/SA:L", 84 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L", 72 },
	{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:L/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 10 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:P/VC:N/VI:H/VA:L/SC:L/SI:H/SA:L", 70 },
	{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:P/VC:N/VI:H/VA:H/SC:L/SI:H/SA:H", 60 },
	{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:L/SA:H", 85 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", 21 },
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:H/VA:H/SC:N/SI:L/SA:H", 82 },
	{ "CVSS:4.0/AV:P/AC:H/AT:N/PR:L/UI:A/VC:H/VI:N/VA:N/SC:L/SI:N/SA:N", 41 },
	{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:L/UI:A/VC:L/VI:L/VA:N/SC:H/SI:H/SA:L", 23 },
	{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:L/UI:P/VC:N/VI:N/VA:H/SC:H/SI:L/SA:H", 59 },
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:H/SC:H/SI:L/SA:L", 84 },
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:N/UI:P/VC:N/VI:N/VA:L/SC:L/SI:L/SA:H", 48 },
	{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:L/SI:N/SA:H", 87 },
	{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:H/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:L", 21 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:A/VC:L/VI:H/VA:H/SC:L/SI:L/SA:H", 70 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:P/VC:N/VI:N/VA:H/SC:N/SI:L/SA:L", 60 },
	{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:P/VC:N/VI:N/VA:L/SC:H/SI:N/SA:L", 51 },
	{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:N/UI:P/VC:L/VI:N/VA:N/SC:H/SI:L/SA:L", 51 },
	{ "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:L/SC:H/SI:L/SA:L", 84 },
	{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:P/VC:L/VI:H/VA:N/SC:L/SI:L/SA:L", 43 },
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N", 21 },
	{ "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:N/VC:L/VI:H/VA:H/SC:N/SI:L/SA:L", 57 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:A/VC:H/VI:L/VA:L/SC:L/SI:L/SA:H", 83 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:P/VC:H/VI:L/VA:N/SC:H/SI:N/SA:N", 70 },
	{ "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:H/VI:L/VA:N/SC:H/SI:N/SA:N", 56 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:P/VC:L/VI:H/VA:L/SC:N/SI:L/SA:N", 70 },
	{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:N/VC:L/VI:L/VA:H/SC:H/SI:L/SA:N", 58 },
	{ "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:P/VC:N/VI:L/VA:L/SC:N/SI:L/SA:L", 51 },
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:P/VC:L/VI:L/VA:L/SC:L/SI:H/SA:L", 44 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:A/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N", 83 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:L/UI:N/VC:L/VI:N/VA:L/SC:L/SI:H/SA:L", 53 },
	{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:L/UI:A/VC:N/VI:H/VA:N/SC:H/SI:H/SA:L", 59 },
	{ "CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:L/SC:L/SI:L/SA:L", 53 },
	{ "CVSS:4.0/AV:L/AC:H/AT:P/PR:L/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:H", 18 },
	{ "CVSS:4.0/AV:L/AC:H/AT:P/PR:L/UI:N/VC:L/VI:H/VA:N/SC:H/SI:H/SA:H", 71 },
	{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:H/VA:H/SC:H/SI:N/SA:N", 57 },
	{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:L/VI:N/VA:L/SC:N/SI:N/SA:L", 63 },
	/* What is no vector, or not all of one. */
	{ "", -1 },
	{ "CVSS:3.1/", -1 },
	{ "CVSS:5.0/AV:N", -1 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N", -1 },
	{ "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", -1 },
	{ "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", -1 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N", -1 },
	{ "CVSS:4.0/AV:Z/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", -1 },
	{ "AV:N/AC:L", -1 },
	{ "7.5", -1 },
};

static void scores_are_those_of_the_calculators(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan_cvss cvss;
		unsigned tenths = 0;
		bool good =
			scan_cvss_parse(&cvss, cases[i].vector) && scan_cvss_score(&cvss, &tenths);

		if (good != (cases[i].tenths >= 0) || (good && (int)tenths != cases[i].tenths))
			fail_msg("%s: %d, %u", cases[i].vector, good, tenths);
	}
}

static void bands_are_those_of_the_specifications(void **state)
{
	(void)state;
	assert_string_equal(scan_band(3, 0), "none");
	assert_string_equal(scan_band(3, 1), "low");
	assert_string_equal(scan_band(3, 39), "low");
	assert_string_equal(scan_band(3, 40), "medium");
	assert_string_equal(scan_band(3, 69), "medium");
	assert_string_equal(scan_band(3, 70), "high");
	assert_string_equal(scan_band(3, 89), "high");
	assert_string_equal(scan_band(4, 90), "critical");
	assert_string_equal(scan_band(2, 100), "high");
	assert_string_equal(scan_band(2, 0), "low");
}

static void words_of_all_scanners_have_a_band(void **state)
{
	(void)state;
	assert_string_equal(scan_word_band("CRITICAL"), "critical");
	assert_string_equal(scan_word_band("moderate"), "medium");
	assert_string_equal(scan_word_band("Important"), "high");
	assert_string_equal(scan_word_band("info"), "negligible");
	assert_string_equal(scan_word_band("catastrophic"), "unknown");
	assert_string_equal(scan_word_band(NULL), "unknown");
}

static void a_score_is_digits_up_to_ten(void **state)
{
	static const char *const bad[] = {
		"", "x", "10.1", "1.", ".5", "1.5x", "-1", "1e1", "9999"
	};
	unsigned tenths = 0;

	(void)state;
	assert_true(scan_tenths("9.86", &tenths) && tenths == 98);
	assert_true(scan_tenths("10", &tenths) && tenths == 100);
	assert_true(scan_tenths("0", &tenths) && tenths == 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(scan_tenths(bad[i], &tenths));
	assert_false(scan_tenths(NULL, &tenths));
}

static void package_urls_are_encoded(void **state)
{
	static const struct {
		const char *ecosystem;
		const char *name;
		const char *version;
		const char *purl;
	} urls[] = {
		{ "npm", "@angular/core", "1.0.0", "pkg:npm/%40angular/core@1.0.0" },
		{ "PyPI", "Foo_Bar", "1+x", "pkg:pypi/foo-bar@1%2Bx" },
		{ "Maven", "org.a:b", "1", "pkg:maven/org.a/b@1" },
		{ "Go", "github.com/a/b", NULL, "pkg:golang/github.com/a/b" },
		{ "Debian", "bash", "1", NULL },
		{ NULL, "bash", "1", NULL },
		{ "npm", "", "1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct scan_finding finding = { 0 };
		const char *purl = scan_finding_purl(&finding, urls[i].ecosystem, urls[i].name,
						     urls[i].version);

		if (!intoto_text_same(purl, urls[i].purl))
			fail_msg("%s: %s", urls[i].name, purl ? purl : "none");
		scan_finding_done(&finding);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_are_those_of_the_calculators),
		cmocka_unit_test(bands_are_those_of_the_specifications),
		cmocka_unit_test(words_of_all_scanners_have_a_band),
		cmocka_unit_test(a_score_is_digits_up_to_ten),
		cmocka_unit_test(package_urls_are_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
