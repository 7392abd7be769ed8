/* SPDX-License-Identifier: Apache-2.0 */
/* The engine behind intoto_verify: what it reads when, which links agree, and what it tells. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/file.h"
#include "layouts/chain.h"
#include "layouts/report.h"
#include "layouts/trace.h"
#include "layouts/verify.h"
#include "refused.h"
#include "small_chain.h"
#include "workspace.h"

#define SHA256_1 "sha256:0000000000000000000000000000000000000000000000000000000000000001"
#define SHA256_2 "sha256:0000000000000000000000000000000000000000000000000000000000000002"
#define HALF_512 "0000000000000000000000000000000000000000000000000000000000000000"
#define SHA512_1 "sha512:" HALF_512 HALF_512
#define SHA1_1 "sha1:0000000000000000000000000000000000000001"

static struct intoto_report *verify_traced(struct it_trace *trace, unsigned allow)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	struct intoto_report *report = NULL;

	options.allow = allow;
	assert_int_equal(it_verify(&report, NULL, &options, trace, NULL), INTOTO_OK);
	return report;
}

static const struct intoto_check *find_check(const struct intoto_report *report, const char *code,
					     enum intoto_outcome outcome)
{
	for (size_t i = 0; i < intoto_report_count(report); i++) {
		const struct intoto_check *check = intoto_report_at(report, i);

		if (it_streq(check->code, code) && check->outcome == outcome)
			return check;
	}
	return NULL;
}

static void assert_told(const struct intoto_report *report, const char *code,
			enum intoto_outcome outcome, const char *text)
{
	const struct intoto_check *check = find_check(report, code, outcome);

	if (!check)
		fail_msg("no check %s that %s", code, intoto_outcome_name(outcome));
	else if (!strstr(check->text, text))
		fail_msg("\"%s\" does not say \"%s\"", check->text, text);
}

/* --- what the verdict rests on --- */

static void names_the_documents_that_the_verdict_rests_on(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;

	(void)state;
	make_chain();
	report = verify_traced(NULL, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	assert_int_equal(it_report_input_count(report), 3);
	assert_memory_equal(it_report_input_at(report, 0)->uri, "build.", 6);
	assert_memory_equal(it_report_input_at(report, 1)->uri, "pack.", 5);
	assert_string_equal(it_report_input_at(report, 2)->uri, "root.layout");
	assert_int_equal(strlen(it_report_input_at(report, 2)->sha256), 64);
}

static void does_not_name_what_did_not_count(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	IT_AUTO(it_freep)
	char *path = it_link_file_name("pack", intoto_key_id(bob, INTOTO_KEYID_CURRENT));

	(void)state;
	make_chain();
	assert_int_equal(it_file_write(path, it_span_text("{"), 0666, 0, NULL), INTOTO_OK);
	report = verify_traced(NULL, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	assert_told(report, "link.format", INTOTO_CHECK_WARNING, path);
	assert_int_equal(it_report_input_count(report), 3);
}

/* --- links that are read again --- */

struct engine {
	struct intoto_report *report;
	struct it_run run;
	struct it_chain chain;
	struct intoto_verify_options options;
};

/* A chain whose layout is trusted, as verify.c starts it. */
static void engine_start(struct engine *engine)
{
	*engine = (struct engine){ .run = { .text = IT_BUF(1024 * 1024) } };
	engine->options.size = sizeof engine->options;
	assert_int_equal(it_report_new(&engine->report, NULL), INTOTO_OK);
	engine->chain = (struct it_chain){ .options = &engine->options,
					   .report = engine->report,
					   .run = &engine->run,
					   .layout_path = "root.layout",
					   .prefix = "",
					   .now = NOW,
					   .label = IT_BUF(4096) };
	engine->chain.layout = new_layout();
	add_step(engine->chain.layout, "build", alice, "ALLOW source", "CREATE out");
	add_step(engine->chain.layout, "pack", bob, "MATCH * WITH PRODUCTS FROM build",
		 "CREATE tar");
	save_link("build", alice, "source", "out");
	save_link("pack", bob, "out", "tar");
	assert_int_equal(it_chain_verify(&engine->chain, NULL), INTOTO_OK);
	assert_int_equal(it_report_faults(engine->report), 0);
}

static void engine_done(struct engine *engine)
{
	it_chain_done(&engine->chain);
	it_shelf_done(&engine->run.shelf);
	it_buf_done(&engine->run.text);
	intoto_report_free(engine->report);
}

static void judge_pack_again(struct engine *engine)
{
	it_shelf_done(&engine->run.shelf);
	assert_int_equal(
		it_item_judge_all(&engine->chain, &engine->chain.layout->steps[1].item, NULL),
		INTOTO_OK);
}

static void reads_a_link_again_when_it_is_needed(void **state)
{
	struct engine engine;

	(void)state;
	engine_start(&engine);
	judge_pack_again(&engine);
	assert_int_equal(it_report_faults(engine.report), 0);
	assert_int_equal(engine.run.shelf.count, 2);
	engine_done(&engine);
}

/* The same functionary signed this one too: it is a good link, but not the one that was judged. */
static void decides_nothing_on_other_bytes_than_were_verified(void **state)
{
	struct engine engine;

	(void)state;
	engine_start(&engine);
	save_link("build", alice, "source", "out and more");
	judge_pack_again(&engine);
	assert_told(engine.report, "link.changed", INTOTO_CHECK_UNDECIDED,
		    "was changed while it was used: these are not the bytes whose signature was "
		    "verified");
	/* What depends on it is not known either. */
	assert_told(engine.report, "rule.disallow", INTOTO_CHECK_UNDECIDED,
		    "\"out\" (nothing is known about the products of \"build\")");
	assert_int_equal(intoto_report_verdict(engine.report), INTOTO_UNDECIDED);
	engine_done(&engine);
}

static void decides_nothing_about_a_step_whose_own_link_is_gone(void **state)
{
	struct engine engine;
	IT_AUTO(it_freep)
	char *path = it_link_file_name("pack", intoto_key_id(bob, INTOTO_KEYID_LEGACY));

	(void)state;
	engine_start(&engine);
	assert_int_equal(unlink(path), 0);
	judge_pack_again(&engine);
	assert_told(engine.report, "link.changed", INTOTO_CHECK_UNDECIDED, "No such file");
	engine_done(&engine);
}

static void judges_a_step_that_looks_forward(void **state)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;

	(void)state;
	add_step(layout, "build", alice, "ALLOW source", "MATCH out WITH MATERIALS FROM pack");
	add_step(layout, "pack", bob, "MATCH * WITH PRODUCTS FROM build", "CREATE tar");
	save_layout(layout, owner);
	save_link("build", alice, "source", "out");
	save_link("pack", bob, "out", "tar");
	report = verify_traced(NULL, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	intoto_report_free(report);
	save_link("pack", bob, NULL, "tar");
	report = verify_traced(NULL, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_told(report, "rule.disallow", INTOTO_CHECK_FAILED,
		    "\"out\" (it is not among the materials of \"pack\")");
}

/* --- agreement --- */

/* A step that three may do; carol is eve's twin in no way. */
static struct intoto_report *verify_three(const char *digests[3], int64_t threshold, unsigned allow)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();
	const struct intoto_key *const keys[] = { alice, bob, owner };
	const char *id = NULL;

	add_step(layout, "build", alice, "ALLOW *", "ALLOW *");
	layout->steps[0].threshold = threshold;
	for (size_t i = 1; i < IT_COUNT_OF(keys); i++) {
		assert_int_equal(it_layout_add_key(layout, keys[i], INTOTO_KEYID_LEGACY, &id, NULL),
				 INTOTO_OK);
		assert_int_equal(it_strings_add(&layout->steps[0].pubkeys, id, NULL), INTOTO_OK);
	}
	save_layout(layout, owner);
	for (size_t i = 0; i < IT_COUNT_OF(keys); i++)
		if (digests[i])
			save_link_with("build", keys[i], NULL, "out", digests[i]);
	return verify_traced(NULL, allow);
}

static void takes_links_that_share_a_strong_digest(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const char *digests[3] = { SHA256_1, SHA256_1 "," SHA512_1, SHA1_1 "," SHA256_1 };

	(void)state;
	report = verify_three(digests, 3, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	assert_told(report, "step.agreement", INTOTO_CHECK_PASSED, "3 links agree");
}

/* One who says both would let two strangers agree through himself. */
static void refuses_links_that_agree_only_through_a_third(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const char *digests[3] = { SHA256_1 "," SHA512_1, SHA256_1, SHA512_1 };

	(void)state;
	report = verify_three(digests, 2, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_told(report, "step.agreement", INTOTO_CHECK_FAILED,
		    "(products: \"out\" has digests that cannot be compared: no strong algorithm "
		    "is in both)");
	intoto_report_free(report);
	/* Nor is there one quorum then. */
	report = verify_three(digests, 2, INTOTO_ALLOW_DISAGREEMENT);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
}

static void refuses_links_that_agree_in_a_weak_digest_only(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const char *digests[3] = { SHA1_1, SHA1_1, NULL };

	(void)state;
	report = verify_three(digests, 2, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_told(report, "step.agreement", INTOTO_CHECK_FAILED, "cannot be compared");
}

static void refuses_links_that_share_one_digest_and_differ_in_another(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const char *digests[3] = { SHA256_1 "," SHA512_1, SHA256_2 "," SHA512_1, NULL };

	(void)state;
	report = verify_three(digests, 2, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_told(report, "step.agreement", INTOTO_CHECK_FAILED, "\"out\" has other digests");
}

static void takes_the_only_quorum_when_that_is_allowed(void **state)
{
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const char *digests[3] = { SHA256_2, SHA256_1, SHA256_1 "," SHA512_1 };

	(void)state;
	report = verify_three(digests, 2, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	intoto_report_free(report);
	report = verify_three(digests, 2, INTOTO_ALLOW_DISAGREEMENT);
	assert_int_equal(intoto_report_verdict(report), INTOTO_PASSED);
	assert_told(report, "step.agreement", INTOTO_CHECK_WARNING, "\"out\" has other digests");
	/* The outvoted link is none of what the verdict rests on. */
	assert_int_equal(it_report_input_count(report), 3);
}

/* --- the trace --- */

static void tells_a_trace_who_signed_and_what_each_rule_did(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = NULL;
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	const struct it_traced_item *pack;
	const struct it_traced_side *products;

	(void)state;
	make_chain();
	save_link("pack", bob, "out", "other");
	assert_int_equal(it_trace_new(&trace, NULL), INTOTO_OK);
	report = verify_traced(trace, 0);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_int_equal(it_trace_check(trace, NULL), INTOTO_OK);
	assert_int_equal(it_trace_count(trace), 2);
	pack = it_trace_find(trace, "pack");
	assert_non_null(pack);
	assert_int_equal(pack->signer_count, 1);
	assert_string_equal(pack->signers[0].identity, intoto_key_fingerprint(bob));
	assert_memory_equal(pack->signers[0].name, "ed25519 ", 8);
	assert_memory_equal(pack->file, "pack.", 5);
	assert_string_equal(pack->command, "pack");
	assert_int_equal(pack->sides[INTOTO_MATERIALS].rules[0].consumed, 1);
	assert_int_equal(pack->sides[INTOTO_MATERIALS].artifacts[0].consumed_by, 1);
	products = &pack->sides[INTOTO_PRODUCTS];
	assert_int_equal(products->rules[0].consumed, 0);
	assert_false(products->rules[0].failed);
	assert_int_equal(products->rules[1].refused, 1);
	assert_true(products->rules[1].failed);
	assert_int_equal(products->artifacts[0].refused_by, 2);
}

/* --- limits --- */

static void verifies_sublayouts_no_deeper_than_asked(void **state)
{
	const struct intoto_key *const keys[] = { owner };
	struct intoto_verify_options options = options_for(keys);
	IT_AUTO(intoto_report_freep) struct intoto_report *report = NULL;
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = new_layout();
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep)
	char *path = it_link_file_name("build", intoto_key_id(owner, INTOTO_KEYID_LEGACY));

	(void)state;
	add_step(layout, "build", owner, "ALLOW *", "ALLOW *");
	save_layout(layout, owner);
	assert_int_equal(intoto_envelope_load(&envelope, "root.layout", NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_save(envelope, path, NULL), INTOTO_OK);
	path[strlen(path) - strlen(".link")] = '\0';
	assert_int_equal(symlink(".", path), 0);
	options.max_depth = 2;
	assert_int_equal(intoto_verify(&report, NULL, &options, NULL), INTOTO_OK);
	assert_int_equal(intoto_report_verdict(report), INTOTO_REFUSED);
	assert_told(report, "sublayout.depth", INTOTO_CHECK_FAILED, "nested deeper than 2");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(names_the_documents_that_the_verdict_rests_on),
		IN_FOLDER(does_not_name_what_did_not_count),
		IN_FOLDER(reads_a_link_again_when_it_is_needed),
		IN_FOLDER(decides_nothing_on_other_bytes_than_were_verified),
		IN_FOLDER(decides_nothing_about_a_step_whose_own_link_is_gone),
		IN_FOLDER(judges_a_step_that_looks_forward),
		IN_FOLDER(takes_links_that_share_a_strong_digest),
		IN_FOLDER(refuses_links_that_agree_only_through_a_third),
		IN_FOLDER(refuses_links_that_agree_in_a_weak_digest_only),
		IN_FOLDER(refuses_links_that_share_one_digest_and_differ_in_another),
		IN_FOLDER(takes_the_only_quorum_when_that_is_allowed),
		IN_FOLDER(tells_a_trace_who_signed_and_what_each_rule_did),
		IN_FOLDER(verifies_sublayouts_no_deeper_than_asked),
	};

	return cmocka_run_group_tests(tests, small_make_keys, small_free_keys);
}
