/* SPDX-License-Identifier: Apache-2.0 */
/* Stories: followed by name, MATCH rules and digests, and no further. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layouts/graph.h"
#include "layouts/story.h"
#include "layouts/words.h"
#include "refused.h"

#define EMPTY "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A chain that is told by hand. */
struct scene {
	struct it_trace *trace;
	struct intoto_layout *layout;
	struct intoto_report *report;
	struct it_story story;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	assert_int_equal(it_trace_new(&scene->trace, NULL), INTOTO_OK);
	assert_int_equal(it_layout_new(&scene->layout, NULL), INTOTO_OK);
	assert_int_equal(it_report_new(&scene->report, NULL), INTOTO_OK);
	it_report_about(scene->report, "root.layout", 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	it_story_done(&scene->story);
	it_trace_free(scene->trace);
	intoto_layout_free(scene->layout);
	intoto_report_free(scene->report);
	free(scene);
	return 0;
}

static void add_artifacts(struct it_artifacts *out, const char *list)
{
	IT_AUTO(it_strings_done) struct it_strings words = { 0 };

	assert_int_equal(it_words_split(&words, list, NULL), INTOTO_OK);
	for (size_t i = 0; i + 1 < words.count; i += 2) {
		char digest[80];

		(void)snprintf(digest, sizeof digest, "sha256:%064d", words.items[i + 1][0] - '0');
		assert_int_equal(
			it_artifacts_add(
				out, it_span_text(words.items[i]),
				it_span_text(words.items[i + 1][0] == 'e' ? EMPTY : digest), NULL),
			INTOTO_OK);
	}
	assert_int_equal(it_artifacts_seal(out, NULL), INTOTO_OK);
}

/* "name 1 other 2": artifacts and what is in them; rule is the only one for materials, and consumes
 * all of them. */
static void add_step(struct scene *scene, const char *label, const char *rule,
		     const char *materials, const char *products)
{
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	const char *slash = strrchr(label, '/');
	struct it_layout_step *step = NULL;
	struct it_trace_act act = { .side = INTOTO_MATERIALS };
	size_t all[] = { 0, 1, 2, 3 };

	assert_int_equal(it_layout_add_step(scene->layout, slash ? slash + 1 : label, &step, NULL),
			 INTOTO_OK);
	if (rule) {
		IT_AUTO(it_strings_done) struct it_strings tokens = { 0 };

		assert_int_equal(it_words_split(&tokens, rule, NULL), INTOTO_OK);
		assert_int_equal(
			it_rules_add(&step->item.rules[INTOTO_MATERIALS], &tokens, NULL, NULL),
			INTOTO_OK);
	}
	it_trace_item(scene->trace, label, &step->item, false, 1);
	assert_int_equal(it_link_new(&link, "x", NULL), INTOTO_OK);
	add_artifacts(&link->materials, materials);
	add_artifacts(&link->products, products);
	it_trace_link(scene->trace, label, "x.link", link);
	if (rule) {
		act.rule = &step->item.rules[INTOTO_MATERIALS].items[0];
		act.consumed = all;
		act.consumed_count = link->materials.count;
		it_trace_rule(scene->trace, label, &act);
	}
	assert_int_equal(it_trace_check(scene->trace, NULL), INTOTO_OK);
}

/* The events as "item:name " in one line. */
static void tells(struct scene *scene, const char *query, const char *events)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	it_story_done(&scene->story);
	assert_int_equal(it_story_find(&scene->story, scene->trace, query, NULL, NULL), INTOTO_OK);
	for (size_t i = 0; i < scene->story.count; i++) {
		const struct it_story_event *event = &scene->story.events[i];

		(void)it_buf_printf(&out, "%s:%s ", event->item->label,
				    event->material ? event->material->name : event->product->name);
	}
	assert_string_equal(it_buf_text(&out), events);
}

static void follows_match_rules_through_prefixes_both_ways(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "fetch", NULL, "", "src/a 1 src/b 2");
	/* Other digests: only the rule connects them. */
	add_step(scene, "build", "MATCH * IN in WITH PRODUCTS IN src FROM fetch", "in/a 3", "");
	tells(scene, "src/a", "fetch:src/a build:in/a ");
	tells(scene, "in/a", "fetch:src/a build:in/a ");
	tells(scene, "src/b", "fetch:src/b ");
	tells(scene, "a", "");
}

static void does_not_take_a_prefix_for_a_name_that_begins_alike(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "fetch", NULL, "", "src/a 1");
	add_step(scene, "build", "MATCH * IN in/ WITH PRODUCTS IN src FROM fetch", "inn/a 3", "");
	tells(scene, "inn/a", "build:inn/a ");
	tells(scene, "src/a", "fetch:src/a ");
}

static void follows_digests_to_other_names(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "one", NULL, "", "a 1");
	add_step(scene, "two", NULL, "b 1", "c 1 d 2");
	tells(scene, "c", "one:a two:b two:c ");
	tells(scene, "d", "two:d ");
}

static void follows_a_name_through_a_change(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "one", NULL, "a 1", "a 2");
	add_step(scene, "two", NULL, "z 2", "");
	tells(scene, "z", "one:a two:z ");
	assert_int_equal(it_story_change(&scene->story.events[0]), IT_STORY_CHANGED);
	assert_int_equal(it_story_change(&scene->story.events[1]), IT_STORY_USED);
}

static void does_not_follow_the_digest_of_empty_files(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "one", NULL, "", "a e b e");
	tells(scene, "a", "one:a ");
	assert_int_equal(it_story_change(&scene->story.events[0]), IT_STORY_MADE);
}

static void knows_which_layout_a_rule_is_about(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "build", NULL, "", "a 1");
	add_step(scene, "sub/other", "MATCH * WITH PRODUCTS FROM build", "a 3", "");
	tells(scene, "a", "build:a sub/other:a ");
	it_story_done(&scene->story);
	/* By digest: no rule leads from one layout into another. */
	tells(scene,
	      "sha256:"
	      "0000000000000000000000000000000000000000000000000000000000000001",
	      "build:a ");
}

static void tells_a_sublayout_before_its_step(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "first", NULL, "", "a 1");
	add_step(scene, "sub", NULL, "", "a 1");
	add_step(scene, "sub/inner", NULL, "", "a 1");
	tells(scene, "a", "first:a sub/inner:a sub:a ");
}

static void finds_digests_that_are_cut_short(void **state)
{
	struct scene *scene = *state;

	add_step(scene, "one", NULL, "", "a 1 b 2");
	tells(scene, "sha256:00000000", "one:a one:b ");
	tells(scene, "SHA256:00000000", "one:a one:b ");
	tells(scene, "sha256:0000000", "");
	tells(scene, "sha256:00000001", "");
	tells(scene, "sha512:00000000", "");
	tells(scene, "sha256:0000000g", "");
	tells(scene, ":00000000", "");
}

static void finds_a_file_by_what_it_holds(void **state)
{
	struct scene *scene = *state;
	char digest[80];

	(void)snprintf(digest, sizeof digest, "sha256:%064d", 1);
	add_step(scene, "one", NULL, "", "a 1");
	assert_int_equal(it_story_find(&scene->story, scene->trace, "here.bin", digest, NULL),
			 INTOTO_OK);
	assert_int_equal(scene->story.count, 1);
	assert_string_equal(scene->story.local, digest);
}

static void prints_nothing_that_a_terminal_obeys(void **state)
{
	struct scene *scene = *state;
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(64 * 1024);

	add_step(scene, "one", NULL, "", "'a\033[2J\xe2\x80\xae' 1");
	assert_int_equal(
		it_story_find(&scene->story, scene->trace, "a\033[2J\xe2\x80\xae", NULL, NULL),
		INTOTO_OK);
	it_story_print(&out, &scene->story, scene->report);
	assert_null(strchr(it_buf_text(&out), '\033'));
	assert_null(strstr(it_buf_text(&out), "\xe2\x80\xae"));
	assert_non_null(strstr(it_buf_text(&out), "a\\u{1b}[2J\\u{202e}"));
}

/* --- pictures --- */

static void counts_what_rules_found_and_what_came_from_outside(void **state)
{
	struct scene *scene = *state;
	IT_AUTO(it_graph_done) struct it_graph graph = { 0 };

	add_step(scene, "one", NULL, "", "a 1 b 2");
	add_step(scene, "two", "MATCH * WITH PRODUCTS FROM one", "a 1 b 2", "");
	add_step(scene, "three", "ALLOW *", "x 5", "");
	it_report_add(scene->report, INTOTO_CHECK_PASSED, "step.threshold", "one", "", "x");
	it_report_add(scene->report, INTOTO_CHECK_WARNING, "rule.unused", "two", "", "x");
	it_report_add(scene->report, INTOTO_CHECK_FAILED, "rule.disallow", "two", "", "y");
	it_report_add(scene->report, INTOTO_CHECK_FAILED, "rule.disallow", "two", "", "z");
	it_report_add(scene->report, INTOTO_CHECK_FAILED, "layout.expiry", "", "", "old");
	assert_int_equal(it_graph_make(&graph, scene->trace, scene->report, NULL), INTOTO_OK);
	assert_int_equal(graph.node_count, 3);
	assert_int_equal(graph.edge_count, 1);
	assert_int_equal(graph.edges[0].from, 0);
	assert_int_equal(graph.edges[0].to, 1);
	assert_int_equal(graph.edges[0].count, 2);
	assert_int_equal(graph.nodes[0].state, IT_GRAPH_GOOD);
	assert_int_equal(graph.nodes[1].state, IT_GRAPH_BAD);
	assert_string_equal(graph.nodes[1].why->text, "y");
	assert_int_equal(graph.nodes[1].more, 1);
	assert_int_equal(graph.nodes[1].outside, 0);
	assert_int_equal(graph.nodes[2].outside, 1);
	assert_int_equal(graph.nodes[2].state, IT_GRAPH_UNSEEN);
	assert_true(it_graph_is_loose(&graph, intoto_report_at(scene->report, 4)));
	assert_false(it_graph_is_loose(&graph, intoto_report_at(scene->report, 3)));
}

static void cuts_lines_by_columns(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		bool last;
		const char *line;
		const char *rest;
	} cases[] = {
		{ "short", 10, false, "short", "" },
		{ "short", 10, true, "short", "" },
		{ "exactly 10", 10, true, "exactly 10", "" },
		{ "more than ten", 10, true, "more than…", "ten" },
		{ "more than ten", 10, false, "more than", "ten" },
		{ "unbreakable", 4, false, "unbr", "eakable" },
		{ "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 4, false, "\xe6\x97\xa5\xe6\x9c\xac",
		  "\xe8\xaa\x9e" },
		{ "", 4, true, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(4096);
		const char *rest = cases[i].text;

		it_graph_line(&rest, cases[i].max, cases[i].last, &line);
		assert_string_equal(it_buf_text(&line), cases[i].line);
		assert_string_equal(rest, cases[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_A_SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
		IN_A_SCENE(follows_match_rules_through_prefixes_both_ways),
		IN_A_SCENE(does_not_take_a_prefix_for_a_name_that_begins_alike),
		IN_A_SCENE(follows_digests_to_other_names),
		IN_A_SCENE(follows_a_name_through_a_change),
		IN_A_SCENE(does_not_follow_the_digest_of_empty_files),
		IN_A_SCENE(knows_which_layout_a_rule_is_about),
		IN_A_SCENE(tells_a_sublayout_before_its_step),
		IN_A_SCENE(finds_digests_that_are_cut_short),
		IN_A_SCENE(finds_a_file_by_what_it_holds),
		IN_A_SCENE(prints_nothing_that_a_terminal_obeys),
		IN_A_SCENE(counts_what_rules_found_and_what_came_from_outside),
		cmocka_unit_test(cuts_lines_by_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
