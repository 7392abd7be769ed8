/* SPDX-License-Identifier: Apache-2.0 */
/* intoto_verify as a program calls it: what options it wants, what it gives back, and when. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <intoto/verify.h>

#include "layouts/report.h"
#include "refused.h"
#include "small_chain.h"
#include "workspace.h"

/* --- */

static void passes_and_gives_the_summary_link(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	IT_AUTO(intoto_link_freep) struct intoto_link *summary = NULL;

	(void)state;
	make_chain();
	options.summary_name = "all";
	assert_int_equal(intoto_verify(&report, &summary, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	assert_string_equal(intoto_link_name(summary), "all");
	assert_int_equal(intoto_link_artifact_count(summary, INTOTO_MATERIALS), 1);
	assert_string_equal(intoto_link_artifact_name(summary, INTOTO_MATERIALS, 0), "source");
	assert_string_equal(intoto_link_artifact_name(summary, INTOTO_PRODUCTS, 0), "tar");
	assert_string_equal(intoto_link_command_at(summary, 0), "pack");
}

static void gives_no_summary_link_when_it_refuses(void **state)
{
	const struct intoto_key *const keys[] = { alice };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	struct intoto_link *summary = NULL;

	(void)state;
	make_chain();
	assert_int_equal(intoto_verify(&report, &summary, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_null(summary);
	assert_string_equal(intoto_report_at(report, 0)->code, "layout.signature");
	assert_int_equal(intoto_report_at(report, 0)->outcome, INTOTO_CHECK_FAILED);
}

static void decides_nothing_about_a_layout_that_is_not_there(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;

	(void)state;
	assert_int_equal(intoto_verify(&report, NULL, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_UNDECIDED);
	assert_int_equal(it_report_cause(report), INTOTO_E_NOTFOUND);
	assert_string_equal(intoto_report_at(report, 0)->code, "layout.file");
}

static void takes_the_clock_when_no_time_is_given(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;

	(void)state;
	make_chain();
	options.at_given = false;
	assert_int_equal(intoto_verify(&report, NULL, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED); /* 1970 is over */
}

/* A program that was built against an older header knows fewer members. */
static void reads_no_further_than_the_caller_s_struct(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;

	(void)state;
	make_chain();
	options.size = offsetof(struct intoto_verify_options, inspections);
	options.summary_name = (const char *)1;
	options.inspections = INTOTO_INSPECTIONS_REFUSE;
	assert_int_equal(intoto_verify(&report, NULL, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
}

static void refuse(const struct intoto_verify_options *options, const char *why)
{
	struct intoto_report *report = (struct intoto_report *)1;
	struct intoto_link *summary = (struct intoto_link *)1;
	struct intoto_error *err = NULL;
	int rc = intoto_verify(&report, &summary, options, &err);

	assert_refused(rc, &err, INTOTO_E_USAGE, why);
	assert_null(report);
	assert_null(summary);
}

static void refuses_options_that_make_no_sense(void **state)
{
	const struct intoto_key *const keys[] = { owner, NULL };
	static const struct intoto_parameter parameters[] = { { "a b", "1" } };
	const struct intoto_verify_options good = options_for(keys);
	struct intoto_verify_options options = good;

	(void)state;
	refuse(NULL, "size is not that of the struct");
	options.size = 8;
	refuse(&options, "size is not that of the struct");
	options = good;
	options.layout_path = NULL;
	refuse(&options, "no layout");
	options = good;
	options.key_count = 0;
	refuse(&options, "no key to verify the layout with");
	options = good;
	options.keys = NULL;
	refuse(&options, "no key to verify the layout with");
	options = good;
	options.key_count = 2;
	refuse(&options, "key 1 is missing");
	options = good;
	options.parameter_count = 1;
	refuse(&options, "no parameters");
	options.parameters = parameters;
	refuse(&options, "parameter 'a b': want a name");
}

static void runs_nothing_after_a_failure(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	struct it_item *inspection = NULL;

	(void)state;
	add_step(layout, "build", alice, "ALLOW source", "CREATE other");
	assert_int_equal(it_layout_add_inspection(layout, "look", &inspection, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&inspection->command, "touch", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&inspection->command, "ran", NULL), INTOTO_OK);
	save_layout(layout, owner);
	save_link("build", alice, "source", "out");
	assert_int_equal(intoto_verify(&report, NULL, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_int_equal(access("ran", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes_and_gives_the_summary_link, workspace_enter,
						workspace_leave),
		cmocka_unit_test_setup_teardown(gives_no_summary_link_when_it_refuses,
						workspace_enter, workspace_leave),
		cmocka_unit_test_setup_teardown(decides_nothing_about_a_layout_that_is_not_there,
						workspace_enter, workspace_leave),
		cmocka_unit_test_setup_teardown(takes_the_clock_when_no_time_is_given,
						workspace_enter, workspace_leave),
		cmocka_unit_test_setup_teardown(reads_no_further_than_the_caller_s_struct,
						workspace_enter, workspace_leave),
		cmocka_unit_test(refuses_options_that_make_no_sense),
		cmocka_unit_test_setup_teardown(runs_nothing_after_a_failure, workspace_enter,
						workspace_leave),
	};

	return cmocka_run_group_tests(tests, small_make_keys, small_free_keys);
}
