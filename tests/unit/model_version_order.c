/* SPDX-License-Identifier: Apache-2.0 */
/* The order of versions in each scheme, and ranges in the vers notation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/version_order.h"

/* Each is older than the next one. */
static void assert_rising(enum it_version_scheme scheme, const char *const *versions)
{
	for (size_t i = 0; versions[i]; i++)
		for (size_t j = 0; versions[j]; j++) {
			int want = (i > j) - (i < j);
			int order = 9;

			if (!it_version_compare(scheme, versions[i], versions[j], &order) ||
			    order != want)
				fail_msg("%s and %s: want %d, found %d", versions[i], versions[j],
					 want, order);
		}
}

static void assert_same(enum it_version_scheme scheme, const char *a, const char *b)
{
	int order = 9;

	assert_true(it_version_compare(scheme, a, b, &order));
	if (order)
		fail_msg("%s and %s: want equal, found %d", a, b, order);
}

static void orders_semantic_versions(void **state)
{
	static const char *const rising[] = {
		"0.9",	      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
		"1.0.0",      "1.0.1",	      "1.10.0",	       "2.0.0",
		NULL
	};
	int order;

	(void)state;
	assert_rising(IT_VERSION_SEMVER, rising);
	assert_same(IT_VERSION_SEMVER, "v1.2.3", "1.2.3");
	assert_same(IT_VERSION_SEMVER, "1.2.3+a", "1.2.3+b");
	assert_same(IT_VERSION_SEMVER, "1.2", "1.2.0");
	assert_false(it_version_compare(IT_VERSION_SEMVER, "latest", "1.0.0", &order));
}

static void orders_debian_versions(void **state)
{
	static const char *const rising[] = { "1.0~rc1-1", "1.0~rc1-1+b1",  "1.0-1~bpo1",
					      "1.0-1",	   "1.0-1+deb12u1", "1.0-2",
					      "1.0a-1",	   "1.0+dfsg-1",    "1.0.1-1",
					      "1.10-1",	   "1:0.1-1",	    NULL };

	(void)state;
	assert_rising(IT_VERSION_DEB, rising);
	assert_same(IT_VERSION_DEB, "0:1.0-1", "1.0-1");
	assert_same(IT_VERSION_DEB, "1.00-01", "1.0-1");
}

static void orders_rpm_versions(void **state)
{
	static const char *const rising[] = { "1.0~rc1-1.el9", "1.0-1.el9",	 "1.0-1.el9_2",
					      "1.0-27.el9",    "1.0^git1-1.el9", "1.0.a-1.el9",
					      "1.0.1-1.el9",   "1:0.5-1.el8",	 NULL };

	(void)state;
	assert_rising(IT_VERSION_RPM, rising);
	assert_same(IT_VERSION_RPM, "1.0-5.el9", "1.0");
	assert_false(it_versions_equal(IT_VERSION_RPM, "1.0-5.el9", "1.0"));
}

static void orders_alpine_versions(void **state)
{
	static const char *const rising[] = { "1.2.3_alpha1-r0", "1.2.3_rc2-r0",
					      "1.2.3-r0",	 "1.2.3-r10",
					      "1.2.3_p1-r0",	 "1.2.3a-r0",
					      "1.2.4-r0",	 NULL };
	int order;

	(void)state;
	assert_rising(IT_VERSION_APK, rising);
	assert_false(it_version_compare(IT_VERSION_APK, "1.2_odd1", "1.2_other1", &order));
}

static void orders_python_versions(void **state)
{
	static const char *const rising[] = { "1.0.dev1",  "1.0a1.dev1", "1.0a1",   "1.0b2",
					      "1.0rc1",	   "1.0",	 "1.0+abc", "1.0+5",
					      "1.0.post1", "1.1.dev1",	 "1.1",	    "2024.1.1",
					      "1!0.1",	   NULL };
	int order;

	(void)state;
	assert_rising(IT_VERSION_PYPI, rising);
	assert_same(IT_VERSION_PYPI, "1.0", "1.0.0");
	assert_same(IT_VERSION_PYPI, "1.0-alpha.1", "1.0a1");
	assert_same(IT_VERSION_PYPI, "1.0-1", "1.0.post1");
	assert_same(IT_VERSION_PYPI, "v1.0RC1", "1.0c1");
	assert_false(it_version_compare(IT_VERSION_PYPI, "1.0", "1.0-local", &order));
	assert_false(it_version_compare(IT_VERSION_PYPI, "1.0", "99999999999999999999", &order));
}

static void orders_maven_versions(void **state)
{
	static const char *const rising[] = { "1.0-alpha-1",  "1.0-beta-1", "1.0-M1",  "1.0-rc1",
					      "1.0-SNAPSHOT", "1.0",	    "1.0-sp1", "1.0-jre",
					      "1.0.1",	      "1.10",	    NULL };

	(void)state;
	assert_rising(IT_VERSION_MAVEN, rising);
	assert_same(IT_VERSION_MAVEN, "1.0.Final", "1.0");
	assert_same(IT_VERSION_MAVEN, "1.0", "1.0.0");
}

static void says_when_nobody_can_know(void **state)
{
	int order;

	(void)state;
	assert_true(it_version_compare(IT_VERSION_GENERIC, "1.9", "1.10", &order));
	assert_int_equal(order, -1);
	assert_true(it_version_compare(IT_VERSION_GENERIC, "r5", "r6", &order));
	assert_int_equal(order, -1);
	assert_false(it_version_compare(IT_VERSION_GENERIC, "1.0", "1.0b", &order));
	assert_false(it_version_compare(IT_VERSION_GENERIC, "1.2.x", "1.2.3", &order));
	assert_false(it_version_compare(IT_VERSION_GENERIC, "", "1", &order));
	assert_false(it_version_compare(IT_VERSION_GENERIC, NULL, "1", &order));
}

static void finds_versions_in_ranges(void **state)
{
	static const struct {
		const char *range;
		const char *version;
		enum it_version_in in;
	} cases[] = {
		{ "vers:npm/1.2.3", "1.2.3", IT_VERSION_IN },
		{ "vers:npm/1.2.3", "1.2.4", IT_VERSION_OUT },
		{ "vers:npm/>=1.0.0|<1.4.2", "1.4.1", IT_VERSION_IN },
		{ "vers:npm/>=1.0.0|<1.4.2", "1.4.2", IT_VERSION_OUT },
		{ "vers:npm/>=1.0.0|<1.4.2", "0.9.0", IT_VERSION_OUT },
		{ "vers:npm/<2", "1.9.9", IT_VERSION_IN },
		{ "vers:npm/<2", "2.0.0", IT_VERSION_OUT },
		{ "vers:npm/>2", "2.0.1", IT_VERSION_IN },
		{ "vers:npm/>2", "2.0.0", IT_VERSION_OUT },
		{ "vers:npm/>=1.0.0|<1.5.0|>=2.0.0|<2.3.0", "1.7.0", IT_VERSION_OUT },
		{ "vers:npm/>=1.0.0|<1.5.0|>=2.0.0|<2.3.0", "2.2.9", IT_VERSION_IN },
		{ "vers:npm/<1.5.0|>=2.0.0", "1.7.0", IT_VERSION_OUT },
		{ "vers:npm/<1.5.0|>=2.0.0", "2.7.0", IT_VERSION_IN },
		{ "vers:npm/<1.5.0|>=2.0.0", "1.0.0", IT_VERSION_IN },
		{ "vers:npm/>=1.0.0|!=1.2.0|<2", "1.2.0", IT_VERSION_OUT },
		{ "vers:npm/>=1.0.0|!=1.2.0|<2", "1.2.1", IT_VERSION_IN },
		{ "vers:npm/!=1.2.0", "1.2.1", IT_VERSION_IN },
		{ "vers:npm/*", "7", IT_VERSION_IN },
		{ "vers:deb/<=1.2.13%2Bdfsg-1", "1.2.13-5", IT_VERSION_IN },
		{ "vers:rpm/<3.0.7-27.el9", "3.0.7-6.el9", IT_VERSION_IN },
		{ "vers:pypi/<2.0", "2.0rc1", IT_VERSION_IN },
		{ "vers:npm/>=1.0.0|<x", "1.2.0", IT_VERSION_NOT_COMPARABLE },
		{ "vers:npm/", "1.2.0", IT_VERSION_NOT_COMPARABLE },
		{ "vers:npm/|", "1.2.0", IT_VERSION_NOT_COMPARABLE },
		{ "vers:/<1", "1.2.0", IT_VERSION_NOT_COMPARABLE },
		{ "<= 1.2", "1.2.0", IT_VERSION_NOT_COMPARABLE },
		{ "vers:npm/<2", "", IT_VERSION_NOT_COMPARABLE },
		{ "vers:npm/<%0a2", "1", IT_VERSION_NOT_COMPARABLE },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++)
		if (it_version_in_range(cases[i].range, cases[i].version) != cases[i].in)
			fail_msg("%s in %s", cases[i].version, cases[i].range);
	assert_true(it_version_range_is_valid("vers:npm/>=1.0.0|<2"));
	assert_true(it_version_range_is_valid("vers:npm/*"));
	assert_false(it_version_range_is_valid("npm/>=1.0.0|<2"));
	assert_false(it_version_range_is_valid("vers:npm/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_semantic_versions),
		cmocka_unit_test(orders_debian_versions),
		cmocka_unit_test(orders_rpm_versions),
		cmocka_unit_test(orders_alpine_versions),
		cmocka_unit_test(orders_python_versions),
		cmocka_unit_test(orders_maven_versions),
		cmocka_unit_test(says_when_nobody_can_know),
		cmocka_unit_test(finds_versions_in_ranges),
	};

	return cmocka_run_group_tests_name("the order of versions", tests, NULL, NULL);
}
