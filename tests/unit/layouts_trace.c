/* SPDX-License-Identifier: Apache-2.0 */
/* The trace of a verification: what was told can be read, and what does not fit is not told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/trace.h"
#include "layouts/words.h"
#include "refused.h"

#define DIGEST_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct it_trace *new_trace(void)
{
	struct it_trace *trace = NULL;

	assert_int_equal(it_trace_new(&trace, NULL), INTOTO_OK);
	return trace;
}

static void add_rule(struct it_layout_step *step, enum intoto_link_side side, const char *text)
{
	IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

	assert_int_equal(it_words_split(&tokens, text, NULL), INTOTO_OK);
	assert_int_equal(it_rules_add(&step->item.rules[side], &tokens, NULL, NULL), INTOTO_OK);
}

/* A step with two product rules and one material rule. */
static struct intoto_layout *new_layout(struct it_layout_step **step)
{
	struct intoto_layout *layout = NULL;

	assert_int_equal(it_layout_new(&layout, NULL), INTOTO_OK);
	assert_int_equal(it_layout_add_step(layout, "build", step, NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&(*step)->pubkeys, "aa", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&(*step)->pubkeys, "bb", NULL), INTOTO_OK);
	add_rule(*step, INTOTO_MATERIALS, "MATCH * IN src WITH PRODUCTS IN out FROM fetch");
	add_rule(*step, INTOTO_PRODUCTS, "CREATE app");
	add_rule(*step, INTOTO_PRODUCTS, "DISALLOW *");
	return layout;
}

static void add_artifact(struct it_artifacts *artifacts, const char *name, const char *digests)
{
	assert_int_equal(
		it_artifacts_add(artifacts, it_span_text(name), it_span_text(digests), NULL),
		INTOTO_OK);
}

static struct intoto_link *new_link(void)
{
	struct intoto_link *link = NULL;

	assert_int_equal(it_link_new(&link, "build", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "cc", NULL), INTOTO_OK);
	assert_int_equal(it_strings_add(&link->command, "a b", NULL), INTOTO_OK);
	add_artifact(&link->materials, "src/a", DIGEST_A);
	add_artifact(&link->products, "src/a", DIGEST_A);
	add_artifact(&link->products, "app", DIGEST_B);
	assert_int_equal(it_artifacts_seal(&link->materials, NULL), INTOTO_OK);
	assert_int_equal(it_artifacts_seal(&link->products, NULL), INTOTO_OK);
	return link;
}

static struct it_trace_act act_of(const struct it_layout_step *step, enum intoto_link_side side,
				  size_t index)
{
	return (struct it_trace_act){ .side = side,
				      .index = index,
				      .rule = &step->item.rules[side].items[index] };
}

/* Everything about one step. */
static void tell(struct it_trace *trace, const char *label, const struct it_layout_step *step,
		 const struct intoto_link *link)
{
	static const size_t first[] = { 0 };
	static const size_t second[] = { 1 };
	struct it_trace_act match = act_of(step, INTOTO_MATERIALS, 0);
	struct it_trace_act create = act_of(step, INTOTO_PRODUCTS, 0);
	struct it_trace_act disallow = act_of(step, INTOTO_PRODUCTS, 1);

	match.consumed = create.consumed = first;
	match.consumed_count = create.consumed_count = 1;
	disallow.refused = second;
	disallow.refused_count = 1;
	disallow.failed = true;
	it_trace_item(trace, label, &step->item, false, 2);
	it_trace_signer(trace, label, "build.1.link", "id1", "ed25519 1");
	it_trace_signer(trace, label, "build.2.link", "id2", "ed25519 2");
	it_trace_signer(trace, label, "build.3.link", "id1", "ed25519 1");
	it_trace_link(trace, label, "build.1.link", link);
	it_trace_rule(trace, label, &match);
	it_trace_rule(trace, label, &create);
	it_trace_rule(trace, label, &disallow);
}

static void is_told_whole(const struct it_traced_item *item)
{
	const struct it_traced_side *products = &item->sides[INTOTO_PRODUCTS];
	const struct it_traced_side *materials = &item->sides[INTOTO_MATERIALS];

	assert_string_equal(item->file, "build.1.link");
	assert_string_equal(item->command, "cc \"a b\"");
	assert_true(item->has_link && !item->is_inspection && !item->by_certificate);
	assert_int_equal(item->threshold, 2);
	assert_int_equal(item->authorised, 2);
	assert_int_equal(item->signer_count, 3);
	assert_int_equal(it_traced_people(item), 2);
	assert_int_equal(products->count, 2);
	assert_string_equal(products->artifacts[0].name, "app");
	assert_string_equal(products->artifacts[0].digests, DIGEST_B);
	assert_int_equal(products->artifacts[0].consumed_by, 1);
	assert_int_equal(products->artifacts[1].refused_by, 2);
	assert_true(products->rules[1].applied && products->rules[1].failed);
	assert_int_equal(products->rules[1].refused, 1);
	assert_string_equal(it_traced_rule(products, 2)->text, "DISALLOW *");
	assert_string_equal(it_traced_rule(products, 2)->from, "");
	assert_null(it_traced_rule(products, 0));
	assert_null(it_traced_rule(products, 3));
	assert_string_equal(materials->rules[0].source, "src");
	assert_string_equal(materials->rules[0].destination, "out");
	assert_string_equal(materials->rules[0].from, "fetch");
	assert_int_equal(materials->rules[0].with, INTOTO_PRODUCTS);
	assert_int_equal(materials->rules[0].consumed, 1);
	assert_ptr_equal(it_traced_find(materials, "src/a"), &materials->artifacts[0]);
	assert_null(it_traced_find(materials, "app"));
	assert_null(it_traced_find(products, ""));
	assert_null(it_traced_find(products, "zzz"));
}

static void remembers_everything_after_its_sources_are_gone(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace();
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();

	(void)state;
	tell(trace, "sub/build", step, link);
	intoto_link_free(link);
	intoto_layout_free(layout);
	assert_int_equal(it_trace_check(trace, NULL), INTOTO_OK);
	assert_int_equal(it_trace_count(trace), 1);
	assert_null(it_trace_at(trace, 1));
	assert_null(it_trace_find(trace, "build"));
	is_told_whole(it_trace_find(trace, "sub/build"));
	assert_string_equal(it_trace_at(trace, 0)->name, "build");
}

static void keeps_both_when_a_label_comes_again(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace();
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();

	(void)state;
	tell(trace, "sub/build", step, link);
	tell(trace, "sub/build", step, link);
	it_trace_item(trace, "build", &step->item, false, 1);
	assert_int_equal(it_trace_count(trace), 3);
	is_told_whole(it_trace_at(trace, 0));
	is_told_whole(it_trace_at(trace, 1));
	assert_ptr_equal(it_trace_find(trace, "sub/build"), it_trace_at(trace, 1));
	assert_int_equal(it_trace_at(trace, 0)->instance, 0);
	assert_int_equal(it_trace_at(trace, 1)->instance, 1);
	assert_true(it_traced_same_layout(it_trace_at(trace, 1), it_trace_at(trace, 1)));
	assert_false(it_traced_same_layout(it_trace_at(trace, 0), it_trace_at(trace, 1)));
	assert_false(it_traced_same_layout(it_trace_at(trace, 0), it_trace_at(trace, 2)));
	/* Names and digests that stand on both sides, or came out of the item before, are one text.
	 */
	assert_ptr_equal(it_trace_at(trace, 0)->sides[0].artifacts[0].name,
			 it_trace_at(trace, 1)->sides[1].artifacts[1].name);
	assert_ptr_equal(it_trace_at(trace, 0)->sides[0].artifacts[0].digests,
			 it_trace_at(trace, 1)->sides[1].artifacts[1].digests);
	intoto_link_free(link);
	intoto_layout_free(layout);
}

static void tells_nothing_to_nobody(void **state)
{
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();

	(void)state;
	tell(NULL, "build", step, link);
	intoto_link_free(link);
	intoto_layout_free(layout);
}

static void keeps_only_counts_in_a_brief_one(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = NULL;
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();
	const struct it_traced_item *item;

	(void)state;
	assert_int_equal(it_trace_new_brief(&trace, NULL), INTOTO_OK);
	assert_false(it_trace_wants_artifacts(trace));
	assert_false(it_trace_wants_artifacts(NULL));
	tell(trace, "build", step, link);
	tell(trace, "again", step, link);
	assert_int_equal(it_trace_check(trace, NULL), INTOTO_OK);
	item = it_trace_find(trace, "build");
	assert_int_equal(item->sides[INTOTO_PRODUCTS].count, 2);
	assert_null(item->sides[INTOTO_PRODUCTS].artifacts);
	assert_null(it_traced_find(&item->sides[INTOTO_PRODUCTS], "app"));
	assert_int_equal(item->sides[INTOTO_PRODUCTS].rules[1].refused, 1);
	assert_int_equal(item->signer_count, 3);
	intoto_link_free(link);
	intoto_layout_free(layout);
}

static void keeps_what_rules_did_before_the_link_came(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace();
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();
	struct it_trace_act disallow = act_of(step, INTOTO_PRODUCTS, 1);
	static const size_t first[] = { 0 };
	const struct it_traced_side *side;

	(void)state;
	disallow.refused = first;
	disallow.refused_count = 1;
	it_trace_item(trace, "check", &step->item, false, 1);
	it_trace_rule(trace, "check", &disallow);
	assert_int_equal(it_trace_find(trace, "check")->sides[INTOTO_PRODUCTS].count, 0);
	it_trace_link(trace, "check", "", link);
	assert_int_equal(it_trace_check(trace, NULL), INTOTO_OK);
	side = &it_trace_find(trace, "check")->sides[INTOTO_PRODUCTS];
	assert_int_equal(side->artifacts[0].refused_by, 2);
	assert_string_equal(side->artifacts[0].name, "app");
	assert_int_equal(side->artifacts[1].refused_by, 0);
	intoto_link_free(link);
	intoto_layout_free(layout);
}

static void tells_early_positions_once(struct it_trace *trace, const struct it_layout_step *step,
				       size_t position)
{
	struct it_trace_act create = act_of(step, INTOTO_PRODUCTS, 0);

	create.consumed = &position;
	create.consumed_count = 1;
	it_trace_item(trace, "check", &step->item, false, 1);
	it_trace_rule(trace, "check", &create);
}

static void refuses_early_positions_that_the_link_does_not_have(void **state)
{
	static const size_t wrong[] = { 2, 1000, SIZE_MAX };
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = new_link();

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace();
		struct intoto_error *err = NULL;

		tells_early_positions_once(trace, step, wrong[i]);
		it_trace_link(trace, "check", "", link);
		assert_refused(it_trace_check(trace, &err), &err, INTOTO_E_INTERNAL,
			       "does not fit together");
	}
	intoto_link_free(link);
	intoto_layout_free(layout);
}

/* --- what does not fit --- */

struct scene {
	struct it_trace *trace;
	struct it_layout_step *step;
	struct intoto_layout *layout;
	struct intoto_link *link;
};

static struct scene begin(void)
{
	struct scene scene = { .trace = new_trace() };

	scene.layout = new_layout(&scene.step);
	scene.link = new_link();
	it_trace_item(scene.trace, "build", &scene.step->item, false, 1);
	it_trace_link(scene.trace, "build", "f", scene.link);
	assert_int_equal(it_trace_check(scene.trace, NULL), INTOTO_OK);
	return scene;
}

static void end_broken(struct scene *scene)
{
	struct intoto_error *err = NULL;

	assert_refused(it_trace_check(scene->trace, &err), &err, INTOTO_E_INTERNAL,
		       "does not fit together");
	assert_int_equal(it_trace_count(scene->trace), 0);
	assert_null(it_trace_at(scene->trace, 0));
	assert_null(it_trace_find(scene->trace, "build"));
	it_trace_free(scene->trace);
	intoto_link_free(scene->link);
	intoto_layout_free(scene->layout);
}

static void refuses_what_is_about_an_unknown_item(void **state)
{
	struct scene scene = begin();
	struct it_trace_act act;

	(void)state;
	it_trace_signer(scene.trace, "test", "f", "id", "name");
	end_broken(&scene);
	scene = begin();
	it_trace_link(scene.trace, "test", "f", scene.link);
	end_broken(&scene);
	scene = begin();
	act = act_of(scene.step, INTOTO_PRODUCTS, 0);
	it_trace_rule(scene.trace, "test", &act);
	end_broken(&scene);
}

static void refuses_a_second_link_for_an_item(void **state)
{
	struct scene scene = begin();

	(void)state;
	it_trace_link(scene.trace, "build", "g", scene.link);
	end_broken(&scene);
}

static void breaks_with(size_t index, size_t rule, size_t consumed, size_t refused)
{
	struct scene scene = begin();
	struct it_trace_act act = act_of(scene.step, INTOTO_PRODUCTS, rule);

	act.index = index;
	act.consumed = &consumed;
	act.refused = &refused;
	act.consumed_count = act.refused_count = 1;
	it_trace_rule(scene.trace, "build", &act);
	end_broken(&scene);
}

static void refuses_a_rule_that_is_not_the_items_or_comes_twice(void **state)
{
	struct it_trace_act act;
	struct scene scene;

	(void)state;
	breaks_with(2, 0, 0, 0);
	breaks_with(0, 1, 0, 0);
	breaks_with(SIZE_MAX, 0, 0, 0);
	scene = begin();
	act = act_of(scene.step, INTOTO_PRODUCTS, 0);
	it_trace_rule(scene.trace, "build", &act);
	it_trace_rule(scene.trace, "build", &act);
	end_broken(&scene);
}

static void refuses_positions_outside_the_artifacts(void **state)
{
	(void)state;
	breaks_with(0, 0, 2, 0);
	breaks_with(0, 0, 0, 2);
	breaks_with(0, 0, SIZE_MAX, 0);
}

static void keeps_many_artifacts_with_long_names(void **state)
{
	IT_AUTO(it_trace_freep) struct it_trace *trace = new_trace();
	struct it_layout_step *step = NULL;
	struct intoto_layout *layout = new_layout(&step);
	struct intoto_link *link = NULL;
	static char name[IT_ARTIFACT_NAME_MAX + 1];

	(void)state;
	assert_int_equal(it_link_new(&link, "build", NULL), INTOTO_OK);
	for (int i = 0; i < 300; i++) {
		memset(name, 'n', sizeof name - 1);
		(void)snprintf(name, sizeof name, "%05d", i);
		name[5] = 'n';
		add_artifact(&link->products, name, DIGEST_A);
	}
	assert_int_equal(it_artifacts_seal(&link->products, NULL), INTOTO_OK);
	it_trace_item(trace, "build", &step->item, false, 1);
	it_trace_link(trace, "build", "f", link);
	assert_int_equal(it_trace_check(trace, NULL), INTOTO_OK);
	for (size_t i = 0; i < 300; i++)
		assert_string_equal(it_trace_at(trace, 0)->sides[1].artifacts[i].name,
				    link->products.items[i].name);
	assert_non_null(it_traced_find(&it_trace_at(trace, 0)->sides[1], name));
	intoto_link_free(link);
	intoto_layout_free(layout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers_everything_after_its_sources_are_gone),
		cmocka_unit_test(keeps_both_when_a_label_comes_again),
		cmocka_unit_test(tells_nothing_to_nobody),
		cmocka_unit_test(keeps_only_counts_in_a_brief_one),
		cmocka_unit_test(keeps_what_rules_did_before_the_link_came),
		cmocka_unit_test(refuses_early_positions_that_the_link_does_not_have),
		cmocka_unit_test(refuses_what_is_about_an_unknown_item),
		cmocka_unit_test(refuses_a_second_link_for_an_item),
		cmocka_unit_test(refuses_a_rule_that_is_not_the_items_or_comes_twice),
		cmocka_unit_test(refuses_positions_outside_the_artifacts),
		cmocka_unit_test(keeps_many_artifacts_with_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
