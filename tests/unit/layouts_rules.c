/* SPDX-License-Identifier: Apache-2.0 */
/* Artifact rules: reading them, and what they consume, with the verdicts of the Python tool. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/rule.h"
#include "layouts/words.h"
#include "refused.h"

/* --- reading --- */

static int add_rule(struct it_rules *rules, const char *text, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };
	struct it_where where = { NULL, "rule", 0 };
	int rc = it_words_split(&tokens, text, err);

	return rc ? rc : it_rules_add(rules, &tokens, &where, err);
}

static void reads_back(const char *text, const char *printed)
{
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	IT_AUTO(it_freep) char *again = NULL;

	assert_int_equal(add_rule(&rules, text, NULL), INTOTO_OK);
	assert_int_equal(rules.count, 1);
	again = it_rule_text(&rules.items[0]);
	assert_string_equal(again, printed);
}

static void refuses(const char *text, const char *why)
{
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	struct intoto_error *err = NULL;
	int rc = add_rule(&rules, text, &err);

	assert_refused(rc, &err, INTOTO_E_FORMAT, why);
	assert_int_equal(rules.count, 0);
}

static void reads_every_form_of_a_rule(void **state)
{
	(void)state;
	reads_back("ALLOW *", "ALLOW *");
	reads_back("allow *", "ALLOW *");
	reads_back("Create a/b", "CREATE a/b");
	reads_back("DELETE [ab]", "DELETE [ab]");
	reads_back("MODIFY ?", "MODIFY ?");
	reads_back("disallow 'a b'", "DISALLOW \"a b\"");
	reads_back("REQUIRE name", "REQUIRE name");
	reads_back("ALLOW ''", "ALLOW \"\"");
	reads_back("match * with products from build", "MATCH * WITH PRODUCTS FROM build");
	reads_back("MATCH a IN b WITH MATERIALS FROM c", "MATCH a IN b WITH MATERIALS FROM c");
	reads_back("MATCH a WITH PRODUCTS IN b FROM c", "MATCH a WITH PRODUCTS IN b FROM c");
	reads_back("MATCH a IN b WITH PRODUCTS IN c FROM d",
		   "MATCH a IN b WITH PRODUCTS IN c FROM d");
	reads_back("MATCH IN IN in WITH Products IN FROM FROM WITH",
		   "MATCH IN IN in WITH PRODUCTS IN FROM FROM WITH");
}

static void refuses_every_other_number_of_words(void **state)
{
	(void)state;
	refuses("", "rule: an empty rule");
	refuses("PERMIT *", "rule: want one of ALLOW, CREATE, DELETE, MODIFY, MATCH, DISALLOW, "
			    "REQUIRE, found 'PERMIT'");
	refuses("ALLOW", "want ALLOW <pattern>, found 1 words");
	refuses("ALLOW a b", "want ALLOW <pattern>, found 3 words");
	refuses("REQUIRE", "want REQUIRE <name>");
	refuses("MATCH", "want MATCH <pattern>");
	refuses("MATCH *", "want MATCH <pattern>");
	refuses("MATCH * WITH PRODUCTS FROM", "found 5 words");
	refuses("MATCH * WITH PRODUCTS FROM a b", "found 7 words");
	refuses("MATCH * IN a WITH PRODUCTS FROM", "found 7 words");
	refuses("MATCH * WITH PRODUCTS IN a IN b FROM c", "found 10 words");
}

static void refuses_a_match_with_neither_materials_nor_products(void **state)
{
	(void)state;
	refuses("MATCH * WITH PRODUCT FROM build", "want MATCH <pattern>");
	refuses("MATCH * WIHT PRODUCTS FROM build", "want MATCH <pattern>");
	refuses("MATCH * WITH PRODUCTS FORM build", "want MATCH <pattern>");
	refuses("MATCH * AT a WITH PRODUCTS FROM build", "want MATCH <pattern>");
}

static void shows_a_hostile_keyword_quoted(void **state)
{
	(void)state;
	refuses("\033[2J *", "found '\\u{1b}[2J'");
}

static void tells_an_open_bracket_in_patterns_but_not_in_names(void **state)
{
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };

	(void)state;
	assert_int_equal(add_rule(&rules, "DISALLOW [secret", NULL), INTOTO_OK);
	assert_int_equal(add_rule(&rules, "DISALLOW [secret]", NULL), INTOTO_OK);
	assert_int_equal(add_rule(&rules, "REQUIRE [secret", NULL), INTOTO_OK);
	assert_true(it_rule_has_open_bracket(&rules.items[0]));
	assert_false(it_rule_has_open_bracket(&rules.items[1]));
	assert_false(it_rule_has_open_bracket(&rules.items[2]));
}

/* --- applying --- */

#define M INTOTO_MATERIALS
#define P INTOTO_PRODUCTS

/* "a=1 b=2": names with a digest each, sorted by the table itself. */
static void fill(struct it_artifacts *out, const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };
	char digest[64];

	assert_int_equal(it_words_split(&words, text, NULL), INTOTO_OK);
	for (size_t i = 0; i < words.count; i++) {
		const char *equals = strrchr(words.items[i], '=');
		size_t len = (size_t)(equals - words.items[i]);

		(void)snprintf(digest, sizeof digest, "%s%s", strchr(equals, ':') ? "" : "sha256:",
			       equals + 1); /* the tables below are short */
		assert_int_equal(it_artifacts_add(out, it_span(words.items[i], len),
						  it_span_text(digest), NULL),
				 INTOTO_OK);
	}
	assert_int_equal(it_artifacts_seal(out, NULL), INTOTO_OK);
}

/* One row of the tables below: a rule, and what it leaves in the queue. */
struct row {
	const char *rule;
	enum intoto_link_side side;
	const char *materials;
	const char *products;
	const char *other; /* the products of the step "other" */
	const char *left;  /* the names that stay, with a blank behind each */
	size_t refused;
};

static const struct it_artifacts *find_other(void *arg, const char *item,
					     enum intoto_link_side side)
{
	return it_streq(item, "other") && side == INTOTO_PRODUCTS ? arg : NULL;
}

static void list_left(struct it_buf *out, const struct it_queue *queue)
{
	size_t count = queue->artifacts->count;

	for (size_t i = it_queue_next(queue, 0, count); i < count;
	     i = it_queue_next(queue, i + 1, count))
		assert_int_equal(it_buf_printf(out, "%s ", queue->artifacts->items[i].name), 0);
}

static void check_row(const struct row *row)
{
	struct it_artifacts sides[2] = { 0 };
	struct it_artifacts other = { 0 };
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	IT_AUTO(it_buf_done) struct it_buf left = IT_BUF(1 << 20);
	struct it_rule_scene scene = { .side = row->side, .find = find_other, .arg = &other };
	struct it_rule_result result;

	fill(&sides[INTOTO_MATERIALS], row->materials);
	fill(&sides[INTOTO_PRODUCTS], row->products);
	fill(&other, row->other ? row->other : "");
	assert_int_equal(add_rule(&rules, row->rule, NULL), INTOTO_OK);
	assert_int_equal(it_queue_init(&scene.queue, &sides[row->side], &sides[!row->side], NULL),
			 INTOTO_OK);
	assert_int_equal(it_rule_apply(&rules.items[0], &scene, &result, NULL), INTOTO_OK);
	list_left(&left, &scene.queue);
	if (!it_streq(it_buf_text(&left), row->left))
		fail_msg("%s: left \"%s\", want \"%s\"", row->rule, it_buf_text(&left), row->left);
	assert_int_equal(result.refused, row->refused);
	assert_int_equal(scene.queue.left + result.consumed, sides[row->side].count);
	it_queue_done(&scene.queue);
	it_artifacts_done(&sides[M]);
	it_artifacts_done(&sides[P]);
	it_artifacts_done(&other);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(&rows[i]);
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void allow_consumes_what_matches(void **state)
{
	static const struct row rows[] = {
		{ "ALLOW *", P, "", "a=1 b/c=2", NULL, "", 0 },
		{ "ALLOW a*", P, "", "a=1 ab=1 b=2", NULL, "b ", 0 },
		{ "ALLOW b/*", P, "", "a=1 b/c=2 b/d/e=3 bb=4", NULL, "a bb ", 0 },
		{ "ALLOW b", P, "", "a=1 b=2 b/c=2", NULL, "a b/c ", 0 },
		{ "ALLOW *.c", M, "a.c=1 a.h=2 x/b.c=3", "", NULL, "a.h ", 0 },
		{ "ALLOW [", M, "[=1 a=1", "", NULL, "a ", 0 },
		{ "ALLOW none", M, "a=1", "", NULL, "a ", 0 },
	};

	(void)state;
	CHECK(rows);
}

static void create_consumes_new_products_only(void **state)
{
	static const struct row rows[] = {
		{ "CREATE *", P, "old=1", "old=1 new=2", NULL, "old ", 0 },
		{ "CREATE *", P, "old=1", "old=9", NULL, "old ", 0 },
		{ "CREATE n*", P, "", "a=1 new=2 nil=3", NULL, "a ", 0 },
		{ "CREATE *", M, "gone=1", "new=2", NULL, "gone ", 0 },
	};

	(void)state;
	CHECK(rows);
}

static void delete_consumes_vanished_materials_only(void **state)
{
	static const struct row rows[] = {
		{ "DELETE *", M, "gone=1 kept=1", "kept=1", NULL, "kept ", 0 },
		{ "DELETE g*", M, "gone=1 other=1", "", NULL, "other ", 0 },
		{ "DELETE *", P, "gone=1", "new=2", NULL, "new ", 0 },
	};

	(void)state;
	CHECK(rows);
}

static void modify_consumes_what_changed(void **state)
{
	static const struct row rows[] = {
		{ "MODIFY *", P, "a=1 b=1 c=1", "a=1 b=2 d=1", NULL, "a d ", 0 },
		{ "MODIFY *", M, "a=1 b=1 c=1", "a=1 b=2 d=1", NULL, "a c ", 0 },
		{ "MODIFY x", P, "b=1", "b=2", NULL, "b ", 0 },
		{ "MODIFY *", P, "a=sha256:1", "a=sha256:1,sha512:2", NULL, "a ", 0 },
		{ "MODIFY *", P, "a=sha256:1", "a=sha256:3,sha512:2", NULL, "", 0 },
		/* who knows whether it was modified? */
		{ "MODIFY *", P, "a=sha256:1", "a=sha512:2", NULL, "a ", 0 },
		{ "MODIFY *", P, "a=sha1:1", "a=sha1:2", NULL, "a ", 0 },
		{ "CREATE *", P, "a=sha256:1", "a=sha512:2", NULL, "a ", 0 },
	};

	(void)state;
	CHECK(rows);
}

static void disallow_consumes_nothing_and_refuses_what_is_left(void **state)
{
	static const struct row rows[] = {
		{ "DISALLOW *", P, "", "a=1 b=2", NULL, "a b ", 2 },
		{ "DISALLOW x*", P, "", "a=1 b=2", NULL, "a b ", 0 },
		{ "DISALLOW *", P, "", "", NULL, "", 0 },
		{ "DISALLOW [secret", P, "", "[secret=1 s=1", NULL, "[secret s ", 1 },
	};

	(void)state;
	CHECK(rows);
}

static void require_wants_the_very_name(void **state)
{
	static const struct row rows[] = {
		{ "REQUIRE a", P, "", "a=1 b=2", NULL, "a b ", 0 },
		{ "REQUIRE x", P, "", "a=1", NULL, "a ", 1 },
		{ "REQUIRE *", P, "", "a=1", NULL, "a ", 1 },
		{ "REQUIRE *", P, "", "*=1", NULL, "* ", 0 },
		{ "REQUIRE a", P, "a=1", "", NULL, "", 1 },
	};

	(void)state;
	CHECK(rows);
}

static void match_consumes_equal_artifacts(void **state)
{
	static const struct row rows[] = {
		{ "MATCH * WITH PRODUCTS FROM other", M, "a=1 b=2 c=3", "", "a=1 b=9 d=3", "b c ",
		  0 },
		{ "MATCH a WITH PRODUCTS FROM other", M, "a=1 ab=1", "", "a=1 ab=1", "ab ", 0 },
		{ "MATCH x/* WITH PRODUCTS FROM other", M, "x/a=1 y/a=1", "", "x/a=1 y/a=1", "y/a ",
		  0 },
		/* nothing is known about the other side of that step, or about such a step */
		{ "MATCH * WITH MATERIALS FROM other", M, "a=1", "", "a=1", "a ", 0 },
		{ "MATCH * WITH PRODUCTS FROM nobody", M, "a=1", "", "a=1", "a ", 0 },
		/* every strong digest that both have, and one at least */
		{ "MATCH * WITH PRODUCTS FROM other", M, "a=sha256:1", "", "a=sha256:1,sha512:2",
		  "", 0 },
		{ "MATCH * WITH PRODUCTS FROM other", M, "a=sha256:1,sha512:3", "",
		  "a=sha256:1,sha512:2", "a ", 0 },
		{ "MATCH * WITH PRODUCTS FROM other", M, "a=sha1:1", "", "a=sha1:1", "a ", 0 },
		{ "MATCH * WITH PRODUCTS FROM other", M, "a=sha256:1", "", "a=sha512:1", "a ", 0 },
	};

	(void)state;
	CHECK(rows);
}

static void match_reads_prefixes_as_python_does(void **state)
{
	static const struct row rows[] = {
		{ "MATCH * IN src WITH PRODUCTS FROM other", M, "src/a=1 a=1", "", "a=1", "a ", 0 },
		{ "MATCH * IN src/ WITH PRODUCTS FROM other", M, "src/a=1 a=1", "", "a=1", "a ",
		  0 },
		/* Go would consume it although it lacks the prefix */
		{ "MATCH foo IN dist WITH PRODUCTS FROM other", M, "foo=1", "", "foo=1", "foo ",
		  0 },
		{ "MATCH * IN sr WITH PRODUCTS FROM other", M, "src/a=1", "", "a=1 c/a=1", "src/a ",
		  0 },
		/* no globbing inside a prefix */
		{ "MATCH * IN s* WITH PRODUCTS FROM other", M, "src/a=1 s*/a=1", "", "a=1",
		  "src/a ", 0 },
		{ "MATCH * WITH PRODUCTS IN out FROM other", M, "a=1 b=1", "", "out/a=1 b=1", "b ",
		  0 },
		{ "MATCH * WITH PRODUCTS IN out/ FROM other", M, "a=1 b=1", "", "out/a=1 b=1", "b ",
		  0 },
		{ "MATCH d/* IN x WITH PRODUCTS IN y FROM other", M, "x/d/a=1 x/e=1 x/d/b=2", "",
		  "y/d/a=1 y/e=1 y/d/b=1", "x/d/b x/e ", 0 },
		/* an absolute rest replaces the destination prefix, and ends a source prefix */
		{ "MATCH * WITH PRODUCTS IN out FROM other", M, "/a=1", "", "/a=1", "", 0 },
		{ "MATCH * IN src WITH PRODUCTS FROM other", M, "src//a=1", "", "/a=1", "src//a ",
		  0 },
	};

	(void)state;
	CHECK(rows);
}

/* Names whose order differs with and without a prefix, gaps on both sides. */
static void match_walks_both_sides_in_step(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf here = IT_BUF(1 << 20);
	IT_AUTO(it_buf_done) struct it_buf there = IT_BUF(1 << 20);
	IT_AUTO(it_buf_done) struct it_buf left = IT_BUF(1 << 20);
	struct row row = {
		"MATCH * IN a WITH PRODUCTS IN zz/y FROM other", M, NULL, "", NULL, NULL, 0
	};

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(it_buf_printf(&here, "a/%u.c=1 ", i), 0);
		if (i % 3 == 0)
			assert_int_equal(it_buf_printf(&there, "zz/y/%u.c=1 ", i), 0);
		if (i % 7 == 0)
			assert_int_equal(it_buf_printf(&there, "zz/%u.c=1 zz/y/%u.d=1 ", i, i), 0);
	}
	/* Bytewise: "10" before "2". */
	{
		IT_AUTO(it_strings_done) struct it_strings names = { 0 };

		for (unsigned i = 0; i < 1000; i++) {
			char name[32];

			if (i % 3 == 0)
				continue;
			(void)snprintf(name, sizeof name, "a/%u.c", i);
			assert_int_equal(it_strings_add(&names, name, NULL), INTOTO_OK);
		}
		it_strings_sort(&names);
		for (size_t i = 0; i < names.count; i++)
			assert_int_equal(it_buf_printf(&left, "%s ", names.items[i]), 0);
	}
	row.materials = it_buf_text(&here);
	row.other = it_buf_text(&there);
	row.left = it_buf_text(&left);
	check_row(&row);
}

static void a_rule_sees_only_what_rules_before_it_left(void **state)
{
	struct it_artifacts sides[2] = { 0 };
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	struct it_rule_scene scene = { .side = P, .find = find_other };
	struct it_rule_result result;

	(void)state;
	fill(&sides[M], "");
	fill(&sides[P], "a=1 b=2");
	assert_int_equal(add_rule(&rules, "ALLOW a", NULL), INTOTO_OK);
	assert_int_equal(add_rule(&rules, "REQUIRE a", NULL), INTOTO_OK);
	assert_int_equal(add_rule(&rules, "DISALLOW *", NULL), INTOTO_OK);
	assert_int_equal(it_queue_init(&scene.queue, &sides[P], &sides[M], NULL), INTOTO_OK);
	assert_int_equal(it_rule_apply(&rules.items[0], &scene, &result, NULL), INTOTO_OK);
	assert_int_equal(result.consumed, 1);
	assert_int_equal(it_rule_apply(&rules.items[0], &scene, &result, NULL), INTOTO_OK);
	assert_int_equal(result.consumed, 0);
	assert_int_equal(it_rule_apply(&rules.items[1], &scene, &result, NULL), INTOTO_OK);
	assert_int_equal(result.refused, 1);
	assert_int_equal(it_rule_apply(&rules.items[2], &scene, &result, NULL), INTOTO_OK);
	assert_int_equal(result.refused, 1);
	assert_int_equal(result.named[0], 1);
	it_queue_done(&scene.queue);
	it_artifacts_done(&sides[M]);
	it_artifacts_done(&sides[P]);
}

static void says_when_nothing_is_known_about_a_step(void **state)
{
	struct it_artifacts sides[2] = { 0 };
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	struct it_rule_scene scene = { .side = P, .find = find_other };
	struct it_rule_result result;

	(void)state;
	fill(&sides[P], "a=1");
	assert_int_equal(add_rule(&rules, "MATCH * WITH PRODUCTS FROM nobody", NULL), INTOTO_OK);
	assert_int_equal(it_queue_init(&scene.queue, &sides[P], &sides[M], NULL), INTOTO_OK);
	assert_int_equal(it_rule_apply(&rules.items[0], &scene, &result, NULL), INTOTO_OK);
	assert_true(result.unknown_item);
	assert_int_equal(result.consumed, 0);
	it_queue_done(&scene.queue);
	it_artifacts_done(&sides[P]);
}

/* 300 artifacts, so that there are whole words of the bitmaps to step over. */
static void a_queue_finds_what_is_left_and_how_it_changed(void **state)
{
	struct it_artifacts sides[2] = { 0 };
	struct it_queue queue;
	char name[16];

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct it_span text;

		(void)snprintf(name, sizeof name, "%03u", i);
		text = it_span_text(name);
		assert_int_equal(it_artifacts_add(&sides[P], text, it_span_text("sha256:01"), NULL),
				 0);
		if (i == 0 || i == 299) /* the first and the last are new */
			continue;
		assert_int_equal(it_artifacts_add(&sides[M], text,
						  it_span_text(i % 100 ? "sha256:01" : "sha256:02"),
						  NULL),
				 0);
	}
	assert_int_equal(it_queue_init(&queue, &sides[P], &sides[M], NULL), INTOTO_OK);
	assert_int_equal(it_queue_change(&queue, 0), IT_ONLY_HERE);
	assert_int_equal(it_queue_change(&queue, 1), IT_UNCHANGED);
	assert_int_equal(it_queue_change(&queue, 200), IT_MODIFIED);
	assert_int_equal(it_queue_next_changed(&queue, IT_ONLY_HERE, 1, 300), 299);
	assert_int_equal(it_queue_next_changed(&queue, IT_ONLY_HERE, 1, 299), 299);
	assert_int_equal(it_queue_next_changed(&queue, IT_ONLY_HERE, 1, 64), 64);
	assert_int_equal(it_queue_next_changed(&queue, IT_MODIFIED, 0, 300), 100);
	assert_int_equal(it_queue_next_changed(&queue, IT_MODIFIED, 101, 300), 200);
	assert_int_equal(it_queue_next_changed(&queue, IT_UNCERTAIN, 0, 300), 300);
	for (size_t i = 0; i < 250; i++)
		it_queue_consume(&queue, i);
	assert_int_equal(queue.left, 50);
	assert_int_equal(it_queue_next(&queue, 0, 300), 250);
	assert_int_equal(it_queue_next(&queue, 0, 250), 250);
	assert_int_equal(it_queue_next_changed(&queue, IT_MODIFIED, 0, 300), 300);
	assert_int_equal(it_queue_next_changed(&queue, IT_ONLY_HERE, 0, 300), 299);
	it_queue_done(&queue);
	it_artifacts_done(&sides[M]);
	it_artifacts_done(&sides[P]);
}

/* What a rule says about the one product that it did not consume. */
static void expect_reason(const char *rule, const char *material, const char *product,
			  const char *other, const char *reason)
{
	struct it_artifacts sides[2] = { 0 };
	IT_AUTO(it_artifacts_done) struct it_artifacts elsewhere = { 0 };
	IT_AUTO(it_rules_done) struct it_rules rules = { 0 };
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(4096);
	struct it_rule_scene scene = { .side = P, .find = find_other, .arg = &elsewhere };

	fill(&sides[M], material);
	fill(&sides[P], product);
	fill(&elsewhere, other);
	assert_int_equal(add_rule(&rules, rule, NULL), INTOTO_OK);
	assert_int_equal(it_queue_init(&scene.queue, &sides[P], &sides[M], NULL), INTOTO_OK);
	rules.items[0].kind->explain(&rules.items[0], &scene, 0, &why);
	assert_string_equal(it_buf_text(&why), reason);
	it_queue_done(&scene.queue);
	it_artifacts_done(&sides[M]);
	it_artifacts_done(&sides[P]);
}

static void a_rule_says_why_it_left_an_artifact(void **state)
{
	static const char match[] = "MATCH * WITH PRODUCTS FROM other";

	(void)state;
	expect_reason("MODIFY *", "a=1", "a=1", "", "it was not modified");
	expect_reason("MODIFY *", "", "a=1", "", "it is only on one side");
	expect_reason("MODIFY *", "a=sha512:1", "a=1", "",
		      "its materials and products share no digest that can be compared");
	expect_reason("MODIFY b", "a=1", "a=1", "", "");
	expect_reason(match, "", "a=1", "b=1", "it is not among the products of \"other\"");
	expect_reason(match, "", "a=1", "a=2",
		      "its digests differ from those in the products of \"other\"");
	expect_reason(match, "", "a=1", "a=sha512:2",
		      "it shares no digest that can be compared (sha256 and sha512) with the one "
		      "in the products of \"other\"");
	expect_reason("MATCH * WITH PRODUCTS FROM nobody", "", "a=1", "",
		      "nothing is known about the products of \"nobody\"");
	expect_reason("MATCH b WITH PRODUCTS FROM other", "", "a=1", "a=2", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form_of_a_rule),
		cmocka_unit_test(refuses_every_other_number_of_words),
		cmocka_unit_test(refuses_a_match_with_neither_materials_nor_products),
		cmocka_unit_test(shows_a_hostile_keyword_quoted),
		cmocka_unit_test(tells_an_open_bracket_in_patterns_but_not_in_names),
		cmocka_unit_test(allow_consumes_what_matches),
		cmocka_unit_test(create_consumes_new_products_only),
		cmocka_unit_test(delete_consumes_vanished_materials_only),
		cmocka_unit_test(modify_consumes_what_changed),
		cmocka_unit_test(disallow_consumes_nothing_and_refuses_what_is_left),
		cmocka_unit_test(require_wants_the_very_name),
		cmocka_unit_test(match_consumes_equal_artifacts),
		cmocka_unit_test(match_reads_prefixes_as_python_does),
		cmocka_unit_test(match_walks_both_sides_in_step),
		cmocka_unit_test(a_rule_sees_only_what_rules_before_it_left),
		cmocka_unit_test(says_when_nothing_is_known_about_a_step),
		cmocka_unit_test(a_queue_finds_what_is_left_and_how_it_changed),
		cmocka_unit_test(a_rule_says_why_it_left_an_artifact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
