/* SPDX-License-Identifier: Apache-2.0 */
/*
 * { "requires": …, "environment": … }: a requirement that was read is written as one that reads the
 * same, and any environment gets the same answers from both: one for each kind of demand.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/text.h"
#include "layouts/requirement.h"

enum { TEXT_MAX = 64 * 1024 * 1024 };

static const struct it_where where = { NULL, "requires", 0 };

static void must(bool true_always)
{
	if (!true_always)
		abort();
}

static void write_again(struct it_buf *out, const struct it_requirement *requirement)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_requirement_write(&writer, requirement);
	must(!it_writer_finish(&writer, NULL));
}

static void take(void *arg, const struct it_requirement_answer *answer)
{
	struct it_buf *out = arg;

	must(*answer->text && it_starts_with(answer->code, "link."));
	must(it_utf8_valid(it_span_text(answer->text)));
	(void)it_buf_printf(out, "%s %d %s\n", answer->code, answer->met, answer->text);
}

static void answer(struct it_buf *out, const struct it_requirement *requirement,
		   const struct it_json *environment)
{
	it_requirement_compare(requirement, environment, take, out);
	must(out->len || out->failed);
}

static void check(const struct it_json *object, const struct it_json *environment)
{
	IT_AUTO(it_requirement_done) struct it_requirement first = { 0 };
	IT_AUTO(it_requirement_done) struct it_requirement second = { 0 };
	IT_AUTO(it_strings_done) struct it_strings clauses = { 0 };
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf one = IT_BUF(TEXT_MAX);
	IT_AUTO(it_buf_done) struct it_buf other = IT_BUF(TEXT_MAX);
	IT_AUTO(it_json_freep) struct it_json *again = NULL;

	if (it_requirement_read(&first, object, &where, NULL))
		return;
	must(it_requirement_is_given(&first));
	write_again(&text, &first);
	must(!it_json_parse(&again, it_buf_span(&text), &it_json_signed_limits, NULL));
	must(!it_requirement_read(&second, again, &where, NULL));
	must(!it_requirement_clauses(&clauses, &first, NULL) && clauses.count);
	answer(&one, &first, environment);
	answer(&other, &second, environment);
	must(it_span_eq(it_buf_span(&one), it_buf_span(&other)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;

	if (!it_json_parse(&root, it_span(data, size), &it_json_signed_limits, NULL))
		check(it_json_get(root, "requires"), it_json_get(root, "environment"));
	return 0;
}
