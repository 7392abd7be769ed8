/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about rules, and differences between lists of rules, without files around them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "layouts/diff.h"
#include "layouts/lint.h"
#include "layouts/words.h"

static void add_rules(struct it_rules *rules, const char *const *texts)
{
	for (; *texts; texts++) {
		IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

		assert_int_equal(it_words_split(&tokens, *texts, NULL), INTOTO_OK);
		assert_int_equal(it_rules_add(rules, &tokens, NULL, NULL), INTOTO_OK);
	}
}

/* "CODE@INDEX …" of the findings about the materials of a step; end of list is "-". */
static char *lint(const char *const *texts)
{
	IT_AUTO(intoto_layout_freep) struct intoto_layout *layout = NULL;
	IT_AUTO(it_findings_done) struct it_findings findings = { 0 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 16);
	static const char *const closed[] = { "DISALLOW *", NULL };
	struct it_layout_step *step = NULL;

	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(layout, "s", &step, NULL), INTOTO_OK);
	add_rules(&step->item.rules[INTOTO_MATERIALS], texts);
	add_rules(&step->item.rules[INTOTO_PRODUCTS], closed);
	assert_int_equal(it_lint_item(&findings, layout, &step->item, NULL), INTOTO_OK);
	for (size_t i = 0; i < findings.count; i++) {
		const char *bracket = strrchr(findings.items[i].place, '[');
		bool rule = it_ends_with(findings.items[i].place, "]");

		assert_int_equal(it_buf_printf(&out, "%s%s@%c", out.len ? " " : "",
					       findings.items[i].code->code,
					       rule ? bracket[1] : '-'),
				 0);
	}
	return it_buf_take(&out);
}

static void finds(const char *want, const char *const *texts)
{
	IT_AUTO(it_freep) char *found = lint(texts);

	assert_string_equal(found, want);
}

#define FINDS(want, ...) finds(want, (const char *const[]){ __VA_ARGS__, NULL })

static void finds_rules_that_nothing_is_left_for(void **state)
{
	(void)state;
	FINDS("", "ALLOW a", "DISALLOW *");
	FINDS("rule.dead@1", "ALLOW a*", "ALLOW ab", "DISALLOW *");
	FINDS("rule.dead@1", "DISALLOW *", "ALLOW a");
	FINDS("rule.powerless@1", "ALLOW *.c", "DISALLOW x.c", "DISALLOW *");
	FINDS("rule.dead@1", "MODIFY a*", "MODIFY ab", "DISALLOW *");
	FINDS("rule.require-never@1", "ALLOW a*", "REQUIRE ab", "DISALLOW *");
	FINDS("rule.side@0", "CREATE a", "DISALLOW *");
	/* s has no products at all. */
	FINDS("rule.dead@0", "MATCH * WITH PRODUCTS FROM s", "ALLOW a", "DISALLOW *");
}

static void says_nothing_about_rules_that_may_do_something(void **state)
{
	(void)state;
	FINDS("", "ALLOW ab", "ALLOW a*", "DISALLOW *");
	FINDS("", "MODIFY *", "ALLOW a", "DISALLOW *");
	FINDS("", "DELETE *", "DISALLOW a", "DISALLOW *");
	FINDS("", "REQUIRE a", "ALLOW a", "DISALLOW *");
	FINDS("", "ALLOW {x}", "ALLOW {y}", "DISALLOW *");
	FINDS("", "ALLOW [ab]", "ALLOW [bc]", "DISALLOW *");
}

static void knows_how_a_list_may_end(void **state)
{
	(void)state;
	FINDS("rule.open-end@-", "ALLOW a");
	FINDS("rule.open-end@-", "DISALLOW a");
	FINDS("rule.allows-all@0", "ALLOW *");
	FINDS("", "DISALLOW *");
}

static void leaves_out_what_is_ignored(void **state)
{
	IT_AUTO(it_strings_done) struct it_strings ignored = { 0 };
	struct it_findings findings = { .ignored = &ignored };

	(void)state;
	assert_int_equal(it_strings_add(&ignored, "rule.dead", NULL), INTOTO_OK);
	it_findings_add(&findings, "rule.dead", NULL, NULL, "", "x");
	it_findings_add(&findings, "rule.side", NULL, NULL, "", "x");
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].place, "layout");
	assert_int_equal(it_findings_tally(&findings, IT_LINT_WARNING), 1);
	it_findings_add(&findings, "no.such-code", NULL, NULL, "", "x");
	assert_int_equal(it_findings_check(&findings, NULL), INTOTO_E_INTERNAL);
	it_findings_done(&findings);
}

/* --- differences --- */

static void differs(const char *want, const char *const *before, const char *const *after)
{
	IT_AUTO(it_differences_done) struct it_differences differences = { 0 };
	IT_AUTO(it_rules_done) struct it_rules old = { 0 };
	IT_AUTO(it_rules_done) struct it_rules new = { 0 };
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(1 << 16);

	add_rules(&old, before);
	add_rules(&new, after);
	it_diff_rules(&differences, "s", INTOTO_PRODUCTS, &old, &new);
	assert_false(differences.failed);
	for (size_t i = 0; i < differences.count; i++)
		assert_int_equal(it_buf_printf(&out, "%s%s:%s", i ? " " : "",
					       differences.items[i].what,
					       it_effect_name(differences.items[i].effect)),
				 0);
	assert_string_equal(it_buf_text(&out), want);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void tells_what_changes_of_rules_do(void **state)
{
	(void)state;
	differs("", LIST("ALLOW a", "DISALLOW *"), LIST("allow a", "DISALLOW '*'"));
	differs("rule-added:looser", LIST("DISALLOW *"), LIST("ALLOW a", "DISALLOW *"));
	differs("rule-removed:stricter", LIST("ALLOW a", "DISALLOW *"), LIST("DISALLOW *"));
	differs("rule-added:stricter", LIST("ALLOW a"), LIST("ALLOW a", "DISALLOW *"));
	differs("rule-added:changed", LIST("REQUIRE a"), LIST("ALLOW *", "REQUIRE a"));
	differs("rule-added:looser", LIST("REQUIRE a"), LIST("ALLOW b", "REQUIRE a"));
	differs("rule-moved:none", LIST("ALLOW a", "ALLOW b"), LIST("ALLOW b", "ALLOW a"));
	differs("rule-moved:stricter", LIST("ALLOW a", "DISALLOW *"),
		LIST("DISALLOW *", "ALLOW a"));
	differs("rule-changed:looser", LIST("CREATE a"), LIST("CREATE a*"));
	differs("rule-changed:stricter", LIST("DISALLOW a"), LIST("DISALLOW a*"));
	differs("rule-changed:changed", LIST("CREATE a*"), LIST("CREATE *b"));
	differs("rule-removed:stricter rule-added:looser", LIST("CREATE a"), LIST("MODIFY a"));
	differs("rule-changed:changed", LIST("REQUIRE a"), LIST("REQUIRE b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_rules_that_nothing_is_left_for),
		cmocka_unit_test(says_nothing_about_rules_that_may_do_something),
		cmocka_unit_test(knows_how_a_list_may_end),
		cmocka_unit_test(leaves_out_what_is_ignored),
		cmocka_unit_test(tells_what_changes_of_rules_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
