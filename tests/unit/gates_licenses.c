/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate "licenses", and what other people's gates get wrong: a choice that is no GPL, licences
 * that stand as an id, as a name or as an expression, packages about which nothing is said.
 */
#include "tests/unit/gate_cases.h"

#define SPDX(packages)                                                                             \
	"{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"d\","            \
	"\"packages\":[" packages "]}"
#define OF(name, concluded, declared)                                                              \
	"{\"SPDXID\":\"SPDXRef-" name "\",\"name\":\"" name "\",\"licenseConcluded\":\"" concluded \
	"\",\"licenseDeclared\":\"" declared "\"}"
#define CDX(components)                                                                            \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[" components "]}"
#define PART(name, licenses)                                                                       \
	"{\"type\":\"library\",\"name\":\"" name "\",\"version\":\"1\",\"purl\":\"pkg:npm/" name   \
	"@1\",\"licenses\":[" licenses "]}"
#define ID(id) "{\"license\":{\"id\":\"" id "\"}}"
#define NAME(name) "{\"license\":{\"name\":\"" name "\"}}"
#define EXPRESSION(text) "{\"expression\":\"" text "\"}"

#define NO_GPL "{\"gate\":\"licenses\",\"deny\":[\"GPL-*\",\"AGPL-*\"]}"
#define NO_GPL_AND(more) "{\"gate\":\"licenses\",\"deny\":[\"GPL-*\",\"AGPL-*\"]," more "}"

static void comes_to(const char *gate, const char *sbom, bool passed, enum it_decision_kind kind,
		     const char *subject, const char *text)
{
	IT_AUTO(case_done) struct gate_case it;

	case_make(&it, (const char *const[]){ sbom, NULL });
	case_comes_to(gate, &it, passed, kind, subject, text);
}

static void passes(const char *gate, const char *sbom, const char *text)
{
	comes_to(gate, sbom, true, IT_DECISION_FINE, "", text);
}

static void blocks(const char *gate, const char *sbom, const char *subject, const char *text)
{
	comes_to(gate, sbom, false, IT_DECISION_BLOCKED, subject, text);
}

static void takes_a_choice_that_leaves_the_gpl_out(void **state)
{
	(void)state; /* not used */
	passes(NO_GPL, SPDX(OF("a", "MIT OR GPL-2.0-only", "NOASSERTION")), "MIT is not denied");
	passes(NO_GPL, CDX(PART("a", EXPRESSION("MIT OR GPL-2.0-only"))), "MIT is not denied");
	blocks(NO_GPL, SPDX(OF("a", "MIT AND GPL-2.0-only", "MIT")), "a",
	       "GPL-2.0-only is denied by GPL-*");
}

static void finds_the_gpl_as_an_id_as_a_name_and_in_an_expression(void **state)
{
	(void)state; /* not used */
	blocks(NO_GPL, CDX(PART("a", ID("GPL-3.0-only"))), "pkg:npm/a@1", "denied by GPL-*");
	blocks(NO_GPL, CDX(PART("a", NAME("GPL-3.0"))), "pkg:npm/a@1",
	       "GPL-3.0-only is denied by GPL-*");
	blocks(NO_GPL, CDX(PART("a", EXPRESSION("(GPL-3.0-only AND MIT)"))), "pkg:npm/a@1",
	       "denied by GPL-*");
	blocks(NO_GPL, CDX(PART("a", NAME("GNU General Public License v3"))), "pkg:npm/a@1",
	       "'GNU General Public License v3' is a name that nobody knows");
	passes(NO_GPL, CDX(PART("a", NAME("MIT"))), "MIT is not denied");
	passes(NO_GPL, CDX(PART("a", ID("LGPL-2.1-only"))), "LGPL-2.1-only is not denied");
}

static void a_list_of_licences_wants_all_of_them(void **state)
{
	(void)state; /* not used */
	blocks(NO_GPL, CDX(PART("a", ID("MIT") "," ID("GPL-2.0-only"))), "a", "denied by GPL-*");
	passes(NO_GPL, CDX(PART("a", ID("MIT") "," ID("ISC"))), "ISC is not denied");
}

static void passes_over_no_package_about_which_nothing_is_said(void **state)
{
	(void)state; /* not used */
	blocks(NO_GPL, SPDX(OF("a", "MIT", "MIT") "," OF("b", "NOASSERTION", "NOASSERTION")), "b",
	       "NOASSERTION says nothing");
	blocks(NO_GPL, CDX(PART("a", ID("MIT")) ",{\"type\":\"library\",\"name\":\"b\"}"), "b",
	       "NOASSERTION says nothing");
	blocks(NO_GPL, SPDX(OF("a", "NONE", "NONE")), "a", "says that there is no licence");
	blocks(NO_GPL, SPDX(""), "a.json", "says nothing about the licence of any package");
	passes(NO_GPL_AND("\"noassertion\":\"allow\""), SPDX(OF("b", "NOASSERTION", "NOASSERTION")),
	       "NOASSERTION");
	passes(NO_GPL_AND("\"none\":\"allow\""), SPDX(OF("b", "NONE", "NONE")), "NONE");
}

static void files_and_the_product_itself_may_be_silent(void **state)
{
	(void)state; /* not used */
	passes(NO_GPL,
	       "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\",\"documentDescribes\":[\"SPDXRef-a\"],"
	       "\"packages\":[" OF("a", "NOASSERTION", "NOASSERTION") "," OF(
		       "b", "MIT", "MIT") "],\"files\":[{\"SPDXID\":\"SPDXRef-f\",\"fileName\":"
					  "\"f\",\"licenseConcluded\":\"NOASSERTION\"}]}",
	       "MIT is not denied");
	blocks(NO_GPL,
	       "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\",\"documentDescribes\":[\"SPDXRef-a\","
	       "\"SPDXRef-b\"],\"packages\":[" OF("a", "NOASSERTION",
						  "NOASSERTION") "," OF("b", "MIT", "MIT") "]}",
	       "a", "says nothing");
	blocks(NO_GPL,
	       "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\",\"packages\":[" OF(
		       "b", "MIT", "MIT") "],\"files\":[{\"SPDXID\":\"SPDXRef-f\",\"fileName\":"
					  "\"f.c\",\"licenseConcluded\":\"GPL-2.0-only\"}]}",
	       "f.c", "denied by GPL-*");
}

static void goes_by_what_was_concluded_or_declared_as_asked(void **state)
{
	const char *differ = SPDX(OF("a", "MIT", "GPL-2.0-only"));

	(void)state; /* not used */
	passes(NO_GPL, differ, "MIT is not denied");
	blocks(NO_GPL_AND("\"source\":\"declared\""), differ, "a", "denied by GPL-*");
	blocks(NO_GPL_AND("\"source\":\"both\""), differ, "a", "denied by GPL-*");
	blocks(NO_GPL, SPDX(OF("a", "NOASSERTION", "GPL-2.0-only")), "a", "denied by GPL-*");
	passes(NO_GPL_AND("\"source\":\"both\""), SPDX(OF("a", "MIT", "NOASSERTION")), "MIT");
}

static void takes_only_what_is_allowed(void **state)
{
	const char *gate = "{\"gate\":\"licenses\",\"allow\":[\"MIT\",\"Apache-2.0\"]}";

	(void)state; /* not used */
	passes(gate, SPDX(OF("a", "Apache-2.0 OR ISC", "")), "Apache-2.0 is allowed by name");
	blocks(gate, SPDX(OF("a", "ISC", "")), "a", "ISC is not among what is allowed");
	blocks(gate, SPDX(OF("a", "Commercial", "")), "a", "not on the SPDX License List");
	blocks(gate, SPDX(OF("a", "MIT/Apache-2.0", "")), "a", "is no SPDX expression");
	passes("{\"gate\":\"licenses\",\"allow\":[\"MIT\"],\"unknown\":\"allow\"}",
	       SPDX(OF("a", "Commercial", "")), "not on the SPDX License List");
}

static void what_somebody_found_out_counts_for_that_package_alone(void **state)
{
	const char *found = NO_GPL_AND("\"packages\":[{\"package\":\"pkg:npm/a\",\"license\":"
				       "\"MIT\",\"reason\":\"see its COPYING\"}]");
	const char *allowed = NO_GPL_AND("\"packages\":[{\"package\":\"pkg:npm/a*\",\"allow\":["
					 "\"GPL-2.0-only\"],\"reason\":\"never shipped\"}]");

	(void)state; /* not used */
	passes(found, CDX(PART("a", NAME("see LICENSE"))), "MIT is not denied");
	blocks(found, CDX(PART("a", ID("MIT")) "," PART("ab", ID("GPL-2.0-only"))), "pkg:npm/ab@1",
	       "denied by GPL-*");
	passes(allowed, CDX(PART("ab", ID("GPL-2.0-only"))), "is allowed by name");
	blocks(allowed, CDX(PART("ab", ID("GPL-3.0-only"))), "pkg:npm/ab@1", "denied by GPL-*");
	blocks(allowed, CDX(PART("b", ID("GPL-2.0-only"))), "pkg:npm/b@1", "denied by GPL-*");
}

static void names_mean_what_the_layout_says(void **state)
{
	const char *gate = NO_GPL_AND("\"names\":{\"Apache 2\":\"Apache-2.0\",\"GPLv2\":"
				      "\"GPL-2.0-only\"}");

	(void)state; /* not used */
	passes(gate, CDX(PART("a", NAME("Apache 2"))), "Apache-2.0 is not denied");
	blocks(gate, CDX(PART("a", NAME("GPLv2"))), "a", "GPL-2.0-only is denied by GPL-*");
	blocks(gate, CDX(PART("a", NAME("Apache 3"))), "a", "is a name that nobody knows");
}

static void looks_at_every_sbom_and_wants_one(void **state)
{
	IT_AUTO(case_done) struct gate_case both;
	IT_AUTO(case_done) struct gate_case none;

	(void)state; /* not used */
	case_make(&both, (const char *const[]){ SPDX(OF("a", "MIT", "")),
						SPDX(OF("b", "GPL-2.0-only", "")), NULL });
	case_comes_to(NO_GPL, &both, false, IT_DECISION_BLOCKED, "b", "denied by GPL-*");
	case_make(&none, (const char *const[]){ NULL });
	case_comes_to(NO_GPL, &none, false, IT_DECISION_BLOCKED, "evidence", "there is no SBOM");
	blocks(NO_GPL, "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"d\",\"packages\":7}", "a.json",
	       "cannot be read as an SBOM: packages: want a list");
}

/* One that excuses a licence in a package, signed by somebody whom the layout lets excuse. */
static void excused(const char *package, const char *license, const char *sbom, bool passed,
		    enum it_decision_kind kind, const char *text)
{
	static const struct it_exception_terms terms = { .given = true, .threshold = 1 };
	IT_AUTO(case_done) struct gate_case it;
	struct it_person boss = { .fingerprint = "f", .name = "boss" };
	char *licenses[] = { (char *)(uintptr_t)license, NULL };
	char *packages[] = { (char *)(uintptr_t)package, NULL };
	char id[] = "EX-1", owner[] = "boss", gate[] = "licenses";
	size_t used = 0;
	struct it_exception_item item = {
		.exception = { .id = id,
			       .owner = owner,
			       .gate = gate,
			       .expires = 1780000000,
			       .licenses = { licenses, 1, 1 },
			       .packages = { packages, 1, 1 } },
		.signers = { &boss, 1, 1 },
		.used = &used,
	};

	case_make(&it, (const char *const[]){ sbom, NULL });
	it.none = (struct it_exceptions){ &terms, &item, 1, it.input.now };
	case_comes_to(NO_GPL, &it, passed, kind, "pkg:npm/a@1", text);
	assert_int_equal(used > 0, passed);
}

static void an_exception_lets_a_licence_pass_in_its_package_alone(void **state)
{
	(void)state; /* not used */
	excused("pkg:npm/a@1", "GPL-2.0-only", CDX(PART("a", ID("GPL-2.0-only"))), true,
		IT_DECISION_ALLOWED, "GPL-2.0-only is denied by GPL-*");
	excused("pkg:npm/b@1", "GPL-2.0-only", CDX(PART("a", ID("GPL-2.0-only"))), false,
		IT_DECISION_BLOCKED, "GPL-2.0-only is denied by GPL-*");
	excused("pkg:npm/a@1", "GPL-3.0-only", CDX(PART("a", ID("GPL-2.0-only"))), false,
		IT_DECISION_BLOCKED, "GPL-2.0-only is denied by GPL-*");
}

static void refuses_demands_that_make_no_sense(void **state)
{
	(void)state; /* not used */
	case_refuses("{\"gate\":\"licenses\"}", "gate: want \"allow\", \"deny\" or both");
	case_refuses("{\"gate\":\"licenses\",\"deny\":[\"GPLv2\"]}",
		     "gate.deny[0]: 'GPLv2' is not on the SPDX License List");
	case_refuses("{\"gate\":\"licenses\",\"deny\":[\"GLP-*\"]}",
		     "is the beginning of no licence");
	case_refuses("{\"gate\":\"licenses\",\"deny\":[]}", "gate.deny: is empty");
	case_refuses("{\"gate\":\"licenses\",\"denied\":[\"MIT\"]}", "denied");
	case_refuses(NO_GPL_AND("\"unknown\":\"maybe\""),
		     "gate.unknown: want \"deny\" or \"allow\"");
	case_refuses(NO_GPL_AND("\"source\":\"guessed\""), "gate.source: want \"concluded\"");
	case_refuses(NO_GPL_AND("\"names\":{\"x\":\"Foo\"}"),
		     "gate.names.x: Foo is not on the SPDX License List");
	case_refuses(NO_GPL_AND("\"packages\":[{\"package\":\"*\",\"license\":\"MIT\",\"reason\":"
				"\"x\"}]"),
		     "must name some packages, not all");
	case_refuses(NO_GPL_AND("\"packages\":[{\"package\":\"a\",\"license\":\"MIT\"}]"),
		     "reason");
	case_refuses(NO_GPL_AND("\"packages\":[{\"package\":\"a\",\"reason\":\"x\"}]"),
		     "want either \"license\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_choice_that_leaves_the_gpl_out),
		cmocka_unit_test(finds_the_gpl_as_an_id_as_a_name_and_in_an_expression),
		cmocka_unit_test(a_list_of_licences_wants_all_of_them),
		cmocka_unit_test(passes_over_no_package_about_which_nothing_is_said),
		cmocka_unit_test(files_and_the_product_itself_may_be_silent),
		cmocka_unit_test(goes_by_what_was_concluded_or_declared_as_asked),
		cmocka_unit_test(takes_only_what_is_allowed),
		cmocka_unit_test(what_somebody_found_out_counts_for_that_package_alone),
		cmocka_unit_test(names_mean_what_the_layout_says),
		cmocka_unit_test(looks_at_every_sbom_and_wants_one),
		cmocka_unit_test(an_exception_lets_a_licence_pass_in_its_package_alone),
		cmocka_unit_test(refuses_demands_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
