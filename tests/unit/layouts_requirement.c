/* SPDX-License-Identifier: Apache-2.0 */
/* What a layout demands of the making of links: read, written again, compared. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/requirement.h"

#include "base/text.h"
#include "tests/unit/refused.h"

#define AUTO_BUF IT_AUTO(it_buf_done) struct it_buf
#define AUTO_JSON IT_AUTO(it_json_freep) struct it_json *

enum { TEXT_MAX = 1024 * 1024 };

static const struct it_where root = { NULL, "requires", 0 };

static struct it_json *parse(const char *text)
{
	struct it_json *value = NULL;

	assert_int_equal(it_json_parse(&value, it_span_text(text), &it_json_signed_limits, NULL),
			 0);
	return value;
}

static void read_well(struct it_requirement *out, const char *text)
{
	AUTO_JSON value = parse(text);
	struct intoto_error *err = NULL;

	if (it_requirement_read(out, value, &root, &err))
		fail_msg("%s: %s", text, intoto_error_text(err));
}

static void refuses(const char *text, enum intoto_code code, const char *why)
{
	IT_AUTO(it_requirement_done) struct it_requirement requirement = { 0 };
	AUTO_JSON value = parse(text);
	struct intoto_error *err = NULL;

	assert_refused(it_requirement_read(&requirement, value, &root, &err), &err, code, why);
}

static void writes_what_it_read(const char *text)
{
	IT_AUTO(it_requirement_done) struct it_requirement requirement = { 0 };
	AUTO_BUF out = IT_BUF(TEXT_MAX);
	struct it_writer writer;

	read_well(&requirement, text);
	it_writer_init(&writer, &out, IT_WRITE_COMPACT);
	it_requirement_write(&writer, &requirement);
	assert_int_equal(it_writer_finish(&writer, NULL), 0);
	assert_string_equal(it_buf_text(&out), text);
}

static void reads_every_demand_and_writes_the_same(void **state)
{
	(void)state;
	writes_what_it_read("{\"digests\":\"computed\"}");
	writes_what_it_read("{\"sandbox\":{\"nothing-denied\":true}}");
	writes_what_it_read("{\"sandbox\":{\"level\":[\"seccomp\",\"landlock-4\"],"
			    "\"promises\":[\"files\",\"nothing-left\"]}}");
	writes_what_it_read("{\"trace\":{\"tier\":\"writes\"}}");
	writes_what_it_read("{\"trace\":{\"network\":[],\"tier\":\"full\"}}");
	writes_what_it_read(
		"{\"digests\":\"computed\",\"sandbox\":{\"promises\":[\"no-network\"]},"
		"\"trace\":{\"complete\":true,\"network\":[\"unix /run/*\"],\"reads-proven\":true,"
		"\"statement\":true,\"tier\":\"full\",\"writes-proven\":true}}");
}

static void refuses_what_is_no_demand(void **state)
{
	(void)state;
	refuses("[]", INTOTO_E_FORMAT, "requires: want an object, found a list");
	refuses("{}", INTOTO_E_FORMAT, "requires: demands nothing");
	refuses("{\"more\":1}", INTOTO_E_FORMAT, "requires: unknown member \"more\"");
	refuses("{\"digests\":\"reused\"}", INTOTO_E_FORMAT,
		"requires.digests: want \"computed\", found 'reused'");
	refuses("{\"digests\":true}", INTOTO_E_FORMAT,
		"requires.digests: want \"computed\", found ");
	refuses("{\"sandbox\":{}}", INTOTO_E_FORMAT, "requires: sandbox demands nothing");
	refuses("{\"sandbox\":{\"level\":[]}}", INTOTO_E_FORMAT, "sandbox demands nothing");
	refuses("{\"sandbox\":{\"level\":[\"\"]}}", INTOTO_E_FORMAT,
		"requires.sandbox.level[0]: want the word of a mechanism");
	refuses("{\"sandbox\":{\"level\":\"seccomp\"}}", INTOTO_E_FORMAT,
		"requires.sandbox.level: want a list, found a text");
	refuses("{\"sandbox\":{\"promises\":[\"peace\"]}}", INTOTO_E_FORMAT,
		"requires.sandbox.promises[0]: want \"files\", \"no-network\" or \"nothing-left\", "
		"found 'peace'");
	refuses("{\"sandbox\":{\"promises\":[\"files\",\"files\"]}}", INTOTO_E_FORMAT,
		"requires.sandbox.promises[1]: is there twice");
	refuses("{\"sandbox\":{\"nothing-denied\":false}}", INTOTO_E_FORMAT,
		"requires.sandbox.nothing-denied: want true, found false; leave it out");
	refuses("{\"trace\":{}}", INTOTO_E_FORMAT, "requires.trace");
	refuses("{\"trace\":{\"tier\":\"all\"}}", INTOTO_E_FORMAT,
		"requires.trace.tier: want \"writes\" or \"full\", found 'all'");
	refuses("{\"trace\":{\"tier\":\"full\",\"complete\":\"yes\"}}", INTOTO_E_FORMAT,
		"requires.trace.complete: want true, found a text");
	refuses("{\"trace\":{\"tier\":\"full\",\"more\":1}}", INTOTO_E_FORMAT,
		"requires.trace: unknown member \"more\"");
	refuses("{\"trace\":{\"tier\":\"writes\",\"network\":[]}}", INTOTO_E_FORMAT,
		"requires: trace: network wants the tier full");
	refuses("{\"trace\":{\"tier\":\"writes\",\"reads-proven\":true}}", INTOTO_E_FORMAT,
		"requires: trace: reads-proven wants the tier full");
	refuses("{\"trace\":{\"tier\":\"full\",\"network\":[\"a\\u0000b\"]}}", INTOTO_E_FORMAT,
		"requires.trace.network[0]: want a pattern of addresses");
	refuses("{\"trace\":{\"tier\":\"full\",\"network\":\"none\"}}", INTOTO_E_FORMAT,
		"requires.trace.network: want a list, found a text");
}

static void refuses_more_than_a_list_may_hold(void **state)
{
	AUTO_BUF text = IT_BUF(TEXT_MAX);

	(void)state;
	(void)it_buf_add_text(&text, "{\"sandbox\":{\"level\":[\"w\"");
	for (int i = 0; i < IT_REQUIREMENT_WORDS_MAX; i++)
		(void)it_buf_printf(&text, ",\"w%d\"", i);
	(void)it_buf_add_text(&text, "]}}");
	refuses(it_buf_text(&text), INTOTO_E_LIMIT, "requires.sandbox.level: more than 1024 texts");
}

/* --- a link against it --- */

static void take(void *arg, const struct it_requirement_answer *answer)
{
	struct it_buf *out = arg;

	assert_int_equal(it_buf_printf(out, "%s%s %s: %s", out->len ? "|" : "", answer->code,
				       answer->met ? "yes" : "no", answer->text),
			 0);
}

/* ours is the member "intoto" of the link's environment; NULL: there is no environment. */
static void answers(const char *requires, const char *ours, const char *want)
{
	IT_AUTO(it_requirement_done) struct it_requirement requirement = { 0 };
	AUTO_BUF environment = IT_BUF(TEXT_MAX);
	AUTO_BUF text = IT_BUF(TEXT_MAX);
	AUTO_JSON value = NULL;

	read_well(&requirement, requires);
	(void)it_buf_printf(&environment, "{\"intoto\":%s}", ours ? ours : "null");
	if (ours)
		value = parse(it_buf_text(&environment));
	it_requirement_compare(&requirement, value, take, &text);
	assert_string_equal(it_buf_text(&text), want);
}

#define COMPLETE "\"complete\":true,\"lost\":0,\"unfollowed\":0,\"escaped\":0"

static void compares_traces(void **state)
{
	static const char full[] = "{\"trace\":{\"tier\":\"full\"}}";
	static const char writes[] = "{\"trace\":{\"tier\":\"writes\"}}";
	static const char complete[] = "{\"trace\":{\"complete\":true,\"tier\":\"writes\"}}";
	static const char proven[] =
		"{\"trace\":{\"reads-proven\":true,\"tier\":\"full\",\"writes-proven\":true}}";
	static const char good[] = "link.trace yes: the command was traced as the layout wants";

	(void)state;
	answers(full, "{\"trace\":{\"tier\":\"full\"}}", good);
	answers(writes, "{\"trace\":{\"tier\":\"full\"}}", good);
	answers(writes, "{\"trace\":{\"tier\":\"writes\"}}", good);
	answers(full, "{\"trace\":{\"tier\":\"writes\"}}",
		"link.trace no: want a trace of the tier full, found \"writes\"");
	answers(full, "{\"trace\":{}}", "link.trace no: want a trace of the tier full, found \"\"");
	answers(full, "{}", "link.trace no: the command was not traced; want --trace=full");
	answers(writes, NULL,
		"link.trace no: the command was not traced; want --trace=writes or full");
	answers(full, "{\"trace\":[]}",
		"link.trace no: the command was not traced; want --trace=full");
	answers(complete, "{\"trace\":{\"tier\":\"full\"," COMPLETE "}}", good);
	answers(complete, "{\"trace\":{\"tier\":\"full\",\"complete\":true}}",
		"link.trace no: the trace is not complete");
	answers(complete,
		"{\"trace\":{\"tier\":\"full\",\"complete\":true,\"lost\":2,\"unfollowed\":0,"
		"\"escaped\":1}}",
		"link.trace no: the trace is not complete (2 lost, 1 escaped)");
	answers(complete,
		"{\"trace\":{\"tier\":\"full\",\"complete\":false,\"lost\":0,\"unfollowed\":0,"
		"\"escaped\":0}}",
		"link.trace no: the trace is not complete");
	answers(proven,
		"{\"trace\":{\"tier\":\"full\",\"writes-proven\":true,\"reads-proven\":true}}",
		good);
	answers(proven,
		"{\"trace\":{\"tier\":\"full\",\"mechanism\":\"ptrace\",\"reads-proven\":\"true\"}"
		"}",
		"link.trace no: writes are not proven by the mechanism \"ptrace\"; reads are not "
		"proven by the mechanism \"ptrace\"");
}

static void compares_addresses(void **state)
{
	static const char none[] = "{\"trace\":{\"network\":[],\"tier\":\"full\"}}";
	static const char some[] =
		"{\"trace\":{\"network\":[\"unix /run/*\",\"inet 10.*:443\"],\"tier\":\"full\"}}";
	static const char good[] = "link.trace yes: the command was traced as the layout wants";

	(void)state;
	answers(none, "{\"trace\":{\"tier\":\"full\",\"network\":[]}}", good);
	answers(none, "{\"trace\":{\"tier\":\"full\"}}",
		"link.trace no: the trace does not say which addresses were talked to");
	answers(none, "{\"trace\":{\"tier\":\"full\",\"network\":{}}}",
		"link.trace no: the trace does not say which addresses were talked to");
	answers(none, "{\"trace\":{\"tier\":\"full\",\"network\":[\"inet 192.0.2.1:80\"]}}",
		"link.trace no: the command talked to \"inet 192.0.2.1:80\"");
	answers(none, "{\"trace\":{\"tier\":\"full\",\"network\":[7]}}",
		"link.trace no: the command talked to \"\"");
	answers(some,
		"{\"trace\":{\"tier\":\"full\",\"network\":[\"inet 10.1.2.3:443\",\"unix "
		"/run/a/b\"]}}",
		good);
	answers(some, "{\"trace\":{\"tier\":\"full\",\"network\":[\"inet 10.1.2.3:4433\"]}}",
		"link.trace no: the command talked to \"inet 10.1.2.3:4433\"");
	answers(none, "{\"trace\":{\"tier\":\"full\",\"network\":[1,2,3,4,5,6,7,8,9,10,11,12]}}",
		"link.trace no: the command talked to \"\"; the command talked to \"\"; the "
		"command talked to \"\"; the command talked to \"\"; the command talked to \"\"; "
		"the command talked to \"\"; the command talked to \"\"; the command talked to "
		"\"\"; the command talked to \"\"; the command talked to \"\" and 2 more "
		"addresses");
}

static void compares_sandboxes(void **state)
{
	static const char promises[] = "{\"sandbox\":{\"promises\":[\"files\",\"no-network\"]}}";
	static const char level[] = "{\"sandbox\":{\"level\":[\"seccomp\",\"landlock-4\"]}}";
	static const char denied[] = "{\"sandbox\":{\"nothing-denied\":true}}";
	static const char good[] =
		"link.sandbox yes: the command was in a sandbox as the layout wants";

	(void)state;
	answers(promises, "{\"sandbox\":{\"promises\":[\"no-network\",\"files\"]}}", good);
	answers(promises, "{\"sandbox\":{\"promises\":[\"files\",7]}}",
		"link.sandbox no: the sandbox does not promise \"no-network\"");
	answers(promises, "{\"sandbox\":{\"promises\":\"files\"}}",
		"link.sandbox no: the sandbox does not promise \"files\"; the sandbox does not "
		"promise \"no-network\"");
	answers(promises, "{}",
		"link.sandbox no: the command was not in a sandbox; want --sandbox");
	answers(level, "{\"sandbox\":{\"level\":[\"landlock-7\",\"seccomp\"]}}", good);
	answers(level, "{\"sandbox\":{\"level\":[\"landlock-3\",\"seccomp\"]}}",
		"link.sandbox no: the sandbox is without \"landlock-4\"");
	answers(level, "{\"sandbox\":{\"level\":[\"landlock-\",\"landlock-9x\"]}}",
		"link.sandbox no: the sandbox is without \"seccomp\"; the sandbox is without "
		"\"landlock-4\"");
	answers(denied, "{\"sandbox\":{\"denied\":[]}}", good);
	answers(denied, "{\"sandbox\":{\"denied\":[\"/etc/a\\nb\"]}}",
		"link.sandbox no: the sandbox denied \"/etc/a\\nb\"");
	answers(denied, "{\"sandbox\":{}}",
		"link.sandbox no: the link does not say what the sandbox denied");
}

static void compares_how_digests_were_come_by(void **state)
{
	static const char computed[] = "{\"digests\":\"computed\"}";
	static const char good[] = "link.digests yes: all digests were computed";

	(void)state;
	answers(computed, "{}", good);
	answers(computed, NULL, good);
	answers(computed, "{\"digests\":{\"reused\":0,\"cache\":\"verify\"}}", good);
	answers(computed, "{\"digests\":{\"reused\":1}}",
		"link.digests no: digests were reused instead of computed");
	answers(computed, "{\"digests\":{\"reused\":-1}}",
		"link.digests no: the link does not say how its digests were come by");
	answers(computed, "{\"digests\":{\"reused\":\"0\"}}",
		"link.digests no: the link does not say how its digests were come by");
	answers(computed, "{\"digests\":\"computed\"}",
		"link.digests no: the link does not say how its digests were come by");
	answers(computed, "{\"digests\":{\"reused\":0,\"cache\":\"trust\"}}",
		"link.digests no: digests were taken from a cache");
}

static void says_each_demand_in_a_clause(void **state)
{
	IT_AUTO(it_requirement_done) struct it_requirement requirement = { 0 };
	IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };
	AUTO_BUF text = IT_BUF(TEXT_MAX);

	(void)state;
	read_well(&requirement,
		  "{\"digests\":\"computed\",\"sandbox\":{\"level\":[\"seccomp\"],"
		  "\"nothing-denied\":true,\"promises\":[\"no-network\"]},"
		  "\"trace\":{\"complete\":true,\"network\":[\"a\",\"b\"],\"reads-proven\":true,"
		  "\"statement\":true,\"tier\":\"full\",\"writes-proven\":true}}");
	assert_int_equal(it_requirement_clauses(&clauses, &requirement, NULL), 0);
	for (size_t i = 0; i < clauses.count; i++)
		(void)it_buf_printf(&text, "%s%s", i ? "|" : "", clauses.items[i]);
	assert_string_equal(
		it_buf_text(&text),
		"a trace of what is written|a trace of what is read|a trace that is complete|"
		"a trace that proves writes|a trace that proves reads|the trace's statement|"
		"no network address but a, b|a sandbox that promises no-network|"
		"a sandbox with seccomp|a sandbox that denied nothing|digests that were computed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_demand_and_writes_the_same),
		cmocka_unit_test(refuses_what_is_no_demand),
		cmocka_unit_test(refuses_more_than_a_list_may_hold),
		cmocka_unit_test(compares_traces),
		cmocka_unit_test(compares_addresses),
		cmocka_unit_test(compares_sandboxes),
		cmocka_unit_test(compares_how_digests_were_come_by),
		cmocka_unit_test(says_each_demand_in_a_clause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
