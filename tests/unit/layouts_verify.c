/* SPDX-License-Identifier: Apache-2.0 */
/* intoto_verify as a program calls it: what options it wants, what it gives back, and when. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <intoto/verify.h>

#include "base/text.h"
#include "layouts/layout.h"
#include "layouts/report.h"
#include "layouts/words.h"
#include "model/envelope.h"
#include "model/link.h"
#include "refused.h"
#include "workspace.h"

enum { NOW = 1000000, LATER = 2000000 };

static struct intoto_key *owner;
static struct intoto_key *alice;
static struct intoto_key *bob;

static int make_keys(void **state)
{
	(void)state;
	return intoto_key_generate(&owner, "ed25519", NULL) ||
	       intoto_key_generate(&alice, "ed25519", NULL) ||
	       intoto_key_generate(&bob, "ed25519", NULL);
}

static int free_keys(void **state)
{
	(void)state;
	intoto_key_free(owner);
	intoto_key_free(alice);
	intoto_key_free(bob);
	return 0;
}

/* --- a small chain: build by alice, then pack by bob --- */

static struct intoto_layout *new_layout(void)
{
	struct intoto_layout *layout = NULL;

	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	layout->expires = LATER;
	layout->expires_text = strdup("1970-01-24T03:33:20Z");
	assert_non_null(layout->expires_text);
	return layout;
}

static void add_rule(struct it_rules *rules, const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

	assert_int_equal(it_words_split(&tokens, text, NULL), INTOTO_OK);
	assert_int_equal(it_rules_add(rules, &tokens, NULL, NULL), INTOTO_OK);
}

static void add_step(struct intoto_layout *layout, const char *name, const struct intoto_key *key,
		     const char *material_rule, const char *product_rule)
{
	struct it_layout_step *step = NULL;
	const char *id = NULL;

	assert_int_equal(it_layout_add_key(layout, key, INTOTO_KEYID_LEGACY, &id, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(layout, name, &step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&step->pubkeys, id, NULL), INTOTO_OK);
	add_rule(&step->item.rules[INTOTO_MATERIALS], material_rule);
	add_rule(&step->item.rules[INTOTO_MATERIALS], "DISALLOW *");
	add_rule(&step->item.rules[INTOTO_PRODUCTS], product_rule);
	add_rule(&step->item.rules[INTOTO_PRODUCTS], "DISALLOW *");
}

static void save(struct intoto_envelope *envelope, const struct intoto_key *key, const char *path)
{
	assert_int_equal(intoto_envelope_sign(envelope, key, INTOTO_KEYID_LEGACY, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_save(envelope, path, NULL), INTOTO_OK);
}

static void save_layout(const struct intoto_layout *layout, const struct intoto_key *key)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	assert_int_equal(it_layout_to_envelope(&envelope, layout, INTOTO_DSSE, NULL), INTOTO_OK);
	save(envelope, key, "root.layout");
}

static void add_artifact(struct it_artifacts *artifacts, const char *name)
{
	static const char digest[] =
		"sha256:0000000000000000000000000000000000000000000000000000000000000001";

	if (name)
		assert_int_equal(
			it_artifacts_add(artifacts, it_span_text(name), it_span_text(digest), NULL),
			INTOTO_OK);
	assert_int_equal(it_artifacts_seal(artifacts, NULL), INTOTO_OK);
}

static void save_link(const char *step, const struct intoto_key *key, const char *material,
		      const char *product)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep)
	char *path = it_link_file_name(step, intoto_key_id(key, INTOTO_KEYID_LEGACY));

	assert_int_equal(it_link_new(&link, step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, step, NULL), INTOTO_OK);
	add_artifact(&link->materials, material);
	add_artifact(&link->products, product);
	assert_int_equal(it_link_to_envelope(&envelope, link, INTOTO_DSSE, NULL), INTOTO_OK);
	save(envelope, key, path);
}

static void make_chain(void)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();

	add_step(layout, "build", alice, "ALLOW source", "CREATE out");
	add_step(layout, "pack", bob, "MATCH * WITH PRODUCTS FROM build", "CREATE tar");
	save_layout(layout, owner);
	save_link("build", alice, "source", "out");
	save_link("pack", bob, "out", "tar");
}

static struct intoto_verify_options options_for(const struct intoto_key *const *keys)
{
	return (struct intoto_verify_options){
		.size = sizeof(struct intoto_verify_options),
		.layout_path = "root.layout",
		.keys = keys,
		.key_count = 1,
		.at_given = true,
		.at = NOW,
	};
}

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

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
