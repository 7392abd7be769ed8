/* SPDX-License-Identifier: Apache-2.0 */
/* Licence expressions: what is one, and what lists of licences make of it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/spdx_list.h"
#include "model/spdx_policy.h"
#include "tests/unit/refused.h"

enum { TEXT_MAX = 1024 * 1024 };

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* --- parsing --- */

/* In reverse Polish: operands, then the operator. */
static void reads_as(const char *text, const char *wanted)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(TEXT_MAX);
	struct intoto_error *err = NULL;

	if (it_spdx_expression_parse(&parsed, it_span_text(text), &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
	for (size_t i = 0; i < parsed.count; i++) {
		(void)it_buf_add_text(&found, i ? " | " : "");
		if (parsed.nodes[i].op == IT_SPDX_AND || parsed.nodes[i].op == IT_SPDX_OR)
			(void)it_buf_add_text(&found,
					      parsed.nodes[i].op == IT_SPDX_AND ? "AND" : "OR");
		else
			it_spdx_node_print(&found, &parsed.nodes[i]);
	}
	assert_string_equal(it_buf_text(&found), wanted);
}

static void is_refused(const char *text, enum intoto_code code, const char *why)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	struct intoto_error *err = NULL;

	assert_refused(it_spdx_expression_parse(&parsed, it_span_text(text), &err), &err, code,
		       why);
}

static void reads_operators_by_precedence(void **state)
{
	(void)state; /* not used */
	reads_as("MIT", "MIT");
	reads_as("MIT OR Apache-2.0 AND BSD-3-Clause",
		 "MIT | Apache-2.0 | BSD-3-Clause | AND | OR");
	reads_as("(MIT OR Apache-2.0) AND BSD-3-Clause",
		 "MIT | Apache-2.0 | OR | BSD-3-Clause | AND");
	reads_as("MIT AND 0BSD AND ISC", "MIT | 0BSD | AND | ISC | AND");
	reads_as("( MIT )", "MIT");
	reads_as("MIT or Apache-2.0 and ISC", "MIT | Apache-2.0 | ISC | AND | OR");
	reads_as("GPL-2.0-only with Classpath-exception-2.0",
		 "GPL-2.0-only WITH Classpath-exception-2.0");
}

static void compares_identifiers_without_case_and_references_with(void **state)
{
	(void)state; /* not used */
	reads_as("mit OR apache-2.0", "MIT | Apache-2.0 | OR");
	reads_as("LicenseRef-Mine AND DocumentRef-other-1:LicenseRef-2",
		 "LicenseRef-Mine | DocumentRef-other-1:LicenseRef-2 | AND");
	is_refused("DocumentRef-x:MIT", INTOTO_E_FORMAT, "want a licence, found");
	is_refused("DocumentRef-:LicenseRef-a", INTOTO_E_FORMAT, "want a licence, found");
}

static void reads_deprecated_identifiers_as_what_they_stand_for(void **state)
{
	(void)state; /* not used */
	reads_as("GPL-2.0", "GPL-2.0-only");
	reads_as("GPL-2.0+", "GPL-2.0-or-later");
	reads_as("gpl-2.0+ WITH GCC-exception-2.0", "GPL-2.0-or-later WITH GCC-exception-2.0");
	reads_as("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0");
	reads_as("GPL-2.0-only+", "GPL-2.0-or-later");
	reads_as("MPL-1.1+", "MPL-1.1+");
}

static void knows_what_is_on_the_list(void **state)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };

	(void)state; /* not used */
	assert_int_equal(
		it_spdx_expression_parse(
			&parsed, it_span_text("MIT OR Foo-1.0 OR MIT WITH Foo-exception"), NULL),
		0);
	assert_true(parsed.nodes[0].listed);
	assert_false(parsed.nodes[1].listed);
	assert_false(parsed.nodes[3].listed);
	assert_string_equal(parsed.nodes[3].exception, "Foo-exception");
}

static void refuses_what_is_no_expression(void **state)
{
	(void)state; /* not used */
	is_refused("", INTOTO_E_FORMAT, "column 1: want a licence");
	is_refused("MIT OR", INTOTO_E_FORMAT, "column 5: want AND, OR or the end, found 'OR'");
	is_refused("MIT OR ", INTOTO_E_FORMAT, "column 8: want a licence");
	is_refused("MIT Apache-2.0", INTOTO_E_FORMAT, "column 5: want AND, OR or the end");
	is_refused("MIT Or ISC", INTOTO_E_FORMAT, "want AND, OR or the end, found 'Or'");
	is_refused("AND MIT", INTOTO_E_FORMAT, "want a licence, found 'AND'");
	is_refused("(MIT", INTOTO_E_FORMAT, "want ')'");
	is_refused("MIT)", INTOTO_E_FORMAT, "column 4: want AND, OR or the end");
	is_refused("MIT/X11", INTOTO_E_FORMAT, "want a licence, found 'MIT/X11'");
	is_refused("MIT WITH OR ISC", INTOTO_E_FORMAT, "want an exception behind WITH, found 'OR'");
	is_refused("MIT\nOR ISC", INTOTO_E_FORMAT, "want a licence");
	is_refused("GPL-2.0 +", INTOTO_E_FORMAT, "want AND, OR or the end, found '+'");
	is_refused("(MIT OR ISC) WITH Classpath-exception-2.0", INTOTO_E_FORMAT,
		   "want AND, OR or the end, found 'WITH'");
	is_refused("GPL-2.0-with-GCC-exception WITH Bison-exception-2.2", INTOTO_E_FORMAT,
		   "an exception already");
}

static void takes_noassertion_alone_and_beside_and(void **state)
{
	(void)state; /* not used */
	reads_as("NOASSERTION", "NOASSERTION");
	reads_as("NONE", "NONE");
	reads_as("MIT AND NOASSERTION", "MIT | NOASSERTION | AND");
	is_refused("MIT OR NOASSERTION", INTOTO_E_FORMAT, "nothing to choose from");
	is_refused("NONE OR MIT", INTOTO_E_FORMAT, "nothing to choose from");
	is_refused("NOASSERTION WITH Bison-exception-2.2", INTOTO_E_FORMAT,
		   "want AND, OR or the end, found 'WITH'");
}

static void bounds_depth_and_length(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);

	(void)state; /* not used */
	for (int i = 0; i < 2000; i++)
		(void)it_buf_add_byte(&text, '(');
	is_refused(it_buf_text(&text), INTOTO_E_LIMIT, "more than 64 parentheses deep");
	it_buf_reset(&text);
	for (int i = 0; i < 3000; i++)
		(void)it_buf_add_text(&text, i ? " OR MIT" : "MIT");
	is_refused(it_buf_text(&text), INTOTO_E_LIMIT, "more than 4096 licences");
	for (int i = 0; i < 10000; i++)
		(void)it_buf_add_text(&text, " OR MIT");
	is_refused(it_buf_text(&text), INTOTO_E_LIMIT, "a licence expression of");
}

/* --- the list --- */

static void finds_every_identifier_of_the_list(void **state)
{
	(void)state; /* not used */
	assert_in_range(it_spdx_license_count, 700, 2000);
	for (size_t i = 0; i < it_spdx_license_count; i++)
		assert_ptr_equal(it_spdx_license(it_span_text(it_spdx_licenses[i])),
				 it_spdx_licenses[i]);
	assert_null(it_spdx_license(it_span_text("MIT-")));
	assert_null(it_spdx_license(it_span_text("")));
	assert_null(it_spdx_license(it_span("MIT\0", 4)));
	assert_string_equal(it_spdx_exception(it_span_text("llvm-EXCEPTION")), "LLVM-exception");
}

static void every_alias_stands_for_something_on_the_list(void **state)
{
	(void)state; /* not used */
	for (size_t i = 0; i < it_spdx_license_count; i++) {
		const struct it_spdx_alias *alias = it_spdx_alias(it_spdx_licenses[i]);

		if (!alias)
			continue;
		assert_string_equal(alias->id, it_spdx_licenses[i]);
		assert_non_null(it_spdx_license(it_span_text(alias->license)));
		if (alias->exception)
			assert_non_null(it_spdx_exception(it_span_text(alias->exception)));
	}
}

static void knows_later_versions(void **state)
{
	const char *later[8];

	(void)state; /* not used */
	assert_int_equal(it_spdx_later("GPL-2.0-or-later", later, 8), 2);
	assert_string_equal(later[0], "GPL-2.0-only");
	assert_string_equal(later[1], "GPL-3.0-only");
	assert_int_equal(it_spdx_later("MPL-1.1", later, 8), 2);
	assert_string_equal(later[1], "MPL-2.0");
	assert_int_equal(it_spdx_later("MIT", later, 8), 1);
	assert_int_equal(it_spdx_later("BSD-2-Clause", later, 8), 1);
	assert_int_equal(it_spdx_later("GFDL-1.2-no-invariants-or-later", later, 8), 2);
	assert_string_equal(later[1], "GFDL-1.3-no-invariants-only");
	assert_int_equal(it_spdx_later("GFDL-1.2-invariants-or-later", later, 8), 2);
	assert_string_equal(later[1], "GFDL-1.3-invariants-only");
}

/* --- judging --- */

struct lists {
	const char *const *allow;
	const char *const *deny;
	bool noassertion, none, unlisted;
};

static void fill(struct it_strings *out, const char *const *words)
{
	struct intoto_error *err = NULL;

	for (size_t i = 0; words && words[i]; i++)
		if (it_spdx_policy_add(out, it_span_text(words[i]), &err))
			fail_msg("%s", intoto_error_text(err));
}

static void comes_to(const char *text, struct lists lists, enum it_spdx_verdict wanted,
		     const char *why)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	IT_AUTO(it_strings_done) struct it_strings allow = { 0 };
	IT_AUTO(it_strings_done) struct it_strings deny = { 0 };
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(TEXT_MAX);
	struct it_spdx_policy policy = { &allow,	&deny, NULL, lists.none, lists.noassertion,
					 lists.unlisted };
	enum it_spdx_verdict verdict = IT_SPDX_ALLOWED;

	fill(&allow, lists.allow);
	fill(&deny, lists.deny);
	assert_int_equal(it_spdx_expression_parse(&parsed, it_span_text(text), NULL), 0);
	assert_int_equal(it_spdx_judge(&verdict, &parsed, &policy, &found, NULL, NULL), 0);
	if (verdict != wanted || !strstr(it_buf_text(&found), why))
		fail_msg("%s came to %d: %s; wanted %d: %s", text, verdict, it_buf_text(&found),
			 wanted, why);
}

#define NO_GPL ((struct lists){ .deny = LIST("GPL-*", "AGPL-*") })
#define SOME ((struct lists){ .allow = LIST("MIT", "Apache-2.0", "BSD-*") })

static void or_is_met_by_one_and_wants_all(void **state)
{
	(void)state; /* not used */
	comes_to("MIT OR GPL-2.0-only", NO_GPL, IT_SPDX_ALLOWED, "MIT is not denied");
	comes_to("GPL-2.0-only OR MIT", NO_GPL, IT_SPDX_ALLOWED, "MIT is not denied");
	comes_to("MIT AND GPL-2.0-only", NO_GPL, IT_SPDX_DENIED, "GPL-2.0-only is denied by GPL-*");
	comes_to("GPL-2.0-only OR AGPL-3.0-only", NO_GPL, IT_SPDX_DENIED,
		 "GPL-2.0-only is denied by GPL-*, AGPL-3.0-only is denied by AGPL-*");
	comes_to("(MIT OR GPL-2.0-only) AND Apache-2.0", SOME, IT_SPDX_ALLOWED,
		 "MIT is allowed by name, Apache-2.0 is allowed by name");
	comes_to("MIT AND ISC", SOME, IT_SPDX_DENIED, "ISC is not among what is allowed");
	comes_to("MIT OR GPL-2.0-only AND ISC", SOME, IT_SPDX_ALLOWED, "MIT is allowed by name");
	comes_to("GPL-3.0", NO_GPL, IT_SPDX_DENIED, "GPL-3.0-only is denied by GPL-*");
	comes_to("LGPL-2.1-only", NO_GPL, IT_SPDX_ALLOWED, "LGPL-2.1-only is not denied");
	comes_to("BSD-3-Clause", SOME, IT_SPDX_ALLOWED, "is allowed by BSD-*");
}

static void exact_names_beat_patterns_and_refusals_beat_permissions(void **state)
{
	struct lists classpath = { .allow =
					   LIST("MIT", "GPL-2.0-only WITH Classpath-exception-2.0"),
				   .deny = LIST("GPL-*") };
	struct lists both = { .allow = LIST("MIT", "BSD-*"), .deny = LIST("MIT", "BSD-4-*") };

	(void)state; /* not used */
	comes_to("GPL-2.0-only WITH Classpath-exception-2.0", classpath, IT_SPDX_ALLOWED,
		 "is allowed by name");
	comes_to("GPL-2.0-only WITH GCC-exception-2.0", classpath, IT_SPDX_DENIED,
		 "is denied by GPL-*");
	comes_to("GPL-2.0-only", classpath, IT_SPDX_DENIED, "is denied by GPL-*");
	comes_to("MIT", both, IT_SPDX_DENIED, "MIT is denied by name");
	comes_to("BSD-4-Clause", both, IT_SPDX_DENIED, "is denied by BSD-4-*");
}

static void exceptions_of_the_list_only_add(void **state)
{
	(void)state; /* not used */
	comes_to("Apache-2.0 WITH LLVM-exception", SOME, IT_SPDX_ALLOWED,
		 "is allowed by Apache-2.0");
	comes_to("Apache-2.0 WITH AdditionRef-no-evil", SOME, IT_SPDX_UNKNOWN,
		 "is not on the SPDX License List");
	comes_to("GPL-2.0-only WITH AdditionRef-mine", NO_GPL, IT_SPDX_DENIED,
		 "is denied by GPL-*");
}

static void or_later_is_a_choice_among_versions(void **state)
{
	struct lists three = { .allow = LIST("GPL-3.0-only") };
	struct lists not_two = { .deny = LIST("GPL-2.0-only") };
	struct lists neither = { .deny = LIST("GPL-2.0-only", "GPL-3.0-only") };

	(void)state; /* not used */
	comes_to("GPL-2.0-or-later", three, IT_SPDX_ALLOWED, "(taken as GPL-3.0-only)");
	comes_to("GPL-2.0-only", three, IT_SPDX_DENIED, "not among what is allowed");
	comes_to("GPL-2.0+", not_two, IT_SPDX_ALLOWED, "(taken as GPL-3.0-only)");
	comes_to("GPL-2.0-or-later", neither, IT_SPDX_DENIED, "is denied");
	comes_to("GPL-2.0-or-later", NO_GPL, IT_SPDX_DENIED, "is denied by GPL-*");
	comes_to("MPL-1.1+", (struct lists){ .allow = LIST("MPL-2.0") }, IT_SPDX_ALLOWED,
		 "(taken as MPL-2.0)");
	comes_to("MPL-2.0+", (struct lists){ .allow = LIST("MPL-1.1") }, IT_SPDX_DENIED, "");
}

static void nothing_said_and_unknown_things_are_not_allowed(void **state)
{
	(void)state; /* not used */
	comes_to("NOASSERTION", NO_GPL, IT_SPDX_UNKNOWN, "says nothing");
	comes_to("NONE", NO_GPL, IT_SPDX_DENIED, "there is no licence");
	comes_to("MIT AND NOASSERTION", NO_GPL, IT_SPDX_UNKNOWN, "NOASSERTION says nothing");
	comes_to("GPL-2.0-only AND NOASSERTION", NO_GPL, IT_SPDX_DENIED, "GPL-2.0-only is denied");
	comes_to("Commercial", NO_GPL, IT_SPDX_UNKNOWN, "not on the SPDX License List");
	comes_to("MIT OR Commercial", NO_GPL, IT_SPDX_ALLOWED, "MIT");
	comes_to("BSD-mine", SOME, IT_SPDX_UNKNOWN, "not on the SPDX License List");
	comes_to("GPL-mine", NO_GPL, IT_SPDX_DENIED, "is denied by GPL-*");
	comes_to("LicenseRef-a", SOME, IT_SPDX_UNKNOWN, "not on the SPDX License List");
	comes_to("LicenseRef-a", (struct lists){ .allow = LIST("LicenseRef-*") }, IT_SPDX_ALLOWED,
		 "is allowed by LicenseRef-*");
	comes_to("NOASSERTION", (struct lists){ .allow = LIST("MIT"), .noassertion = true },
		 IT_SPDX_ALLOWED, "");
	comes_to("NONE", (struct lists){ .allow = LIST("MIT"), .none = true }, IT_SPDX_ALLOWED, "");
	comes_to("Commercial", (struct lists){ .deny = LIST("MIT"), .unlisted = true },
		 IT_SPDX_ALLOWED, "");
}

static void entry_is_refused(const char *entry, const char *why)
{
	IT_AUTO(it_strings_done) struct it_strings list = { 0 };
	struct intoto_error *err = NULL;

	assert_refused(it_spdx_policy_add(&list, it_span_text(entry), &err), &err, INTOTO_E_FORMAT,
		       why);
}

static void refuses_entries_that_can_mean_nothing(void **state)
{
	(void)state; /* not used */
	entry_is_refused("GLP-*", "is the beginning of no licence");
	entry_is_refused("GPLv2", "is not on the SPDX License List");
	entry_is_refused("MIT OR ISC", "is not one licence");
	entry_is_refused("*-only", "elsewhere than at its end");
	entry_is_refused("NONE", "is not one licence");
	entry_is_refused("", "is no name");
	entry_is_refused("MIT WITH Foo", "is not on the SPDX License List");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_operators_by_precedence),
		cmocka_unit_test(compares_identifiers_without_case_and_references_with),
		cmocka_unit_test(reads_deprecated_identifiers_as_what_they_stand_for),
		cmocka_unit_test(knows_what_is_on_the_list),
		cmocka_unit_test(refuses_what_is_no_expression),
		cmocka_unit_test(takes_noassertion_alone_and_beside_and),
		cmocka_unit_test(bounds_depth_and_length),
		cmocka_unit_test(finds_every_identifier_of_the_list),
		cmocka_unit_test(every_alias_stands_for_something_on_the_list),
		cmocka_unit_test(knows_later_versions),
		cmocka_unit_test(or_is_met_by_one_and_wants_all),
		cmocka_unit_test(exact_names_beat_patterns_and_refusals_beat_permissions),
		cmocka_unit_test(exceptions_of_the_list_only_add),
		cmocka_unit_test(or_later_is_a_choice_among_versions),
		cmocka_unit_test(nothing_said_and_unknown_things_are_not_allowed),
		cmocka_unit_test(refuses_entries_that_can_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
