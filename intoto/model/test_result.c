/* SPDX-License-Identifier: Apache-2.0 */
/* Results of tests as evidence. */
#include "model/test_result.h"

#include "json/field.h"

static int refuse_kind(const char *want, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* --- values --- */

static int read_verdict(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	static const struct {
		const char *word;
		enum it_test_verdict verdict;
	} words[] = {
		{ "PASSED", IT_TEST_PASSED },	{ "WARNED", IT_TEST_WARNED },
		{ "FAILED", IT_TEST_FAILED },	{ "ERROR", IT_TEST_ERROR },
		{ "SKIPPED", IT_TEST_SKIPPED },
	};
	struct it_test_result *out = target;

	out->word = it_json_text(value);
	if (!out->word.data)
		return refuse_kind("a text", value, where, err);
	for (size_t i = 0; i < IT_COUNT_OF(words); i++)
		if (it_span_is(out->word, words[i].word))
			out->verdict = words[i].verdict;
	return INTOTO_OK;
}

static int read_list(const struct it_json **out, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	if (it_json_kind(value) == IT_JSON_NULL) /* as Go writes a list of nothing */
		return INTOTO_OK;
	if (it_json_kind(value) != IT_JSON_LIST)
		return refuse_kind("a list", value, where, err);
	for (size_t i = 0; i < it_json_count(value); i++) {
		struct it_where element = { where, NULL, i };
		struct it_span text = it_json_text(it_json_at(value, i));

		if (!text.data)
			return refuse_kind("a text", it_json_at(value, i), &element, err);
		if (memchr(text.data, '\0', text.len))
			return it_where_refuse(&element, INTOTO_E_FORMAT, err,
					       "a NUL character inside a text");
	}
	*out = value;
	return INTOTO_OK;
}

#define LIST_READER(name, member)                                                                  \
	static int read_##name(void *target, const struct it_json *value,                          \
			       const struct it_where *where, struct intoto_error **err)            \
	{                                                                                          \
		struct it_test_result *out = target;                                               \
                                                                                                   \
		return read_list(&out->member, value, where, err);                                 \
	}

LIST_READER(passed, lists[IT_TESTS_PASSED])
LIST_READER(warned, lists[IT_TESTS_WARNED])
LIST_READER(failed, lists[IT_TESTS_FAILED])
LIST_READER(skipped, lists[IT_TESTS_SKIPPED])
LIST_READER(expected, lists[IT_TESTS_EXPECTED])
LIST_READER(flaky, lists[IT_TESTS_FLAKY])
LIST_READER(problems, problems)
LIST_READER(warnings, warnings)

/* --- numbers --- */

/* As both dialects have them; read before any is believed. */
struct numbers {
	int64_t errors;
	int64_t failed;
	int64_t flaky;
	int64_t passed;
	int64_t skipped;
	int64_t expected;
	int64_t total;
};

static const struct it_field count_fields[] = {
	{ "errors", IT_FIELD_INT, true, offsetof(struct numbers, errors), NULL },
	{ "failed", IT_FIELD_INT, true, offsetof(struct numbers, failed), NULL },
	{ "flaky", IT_FIELD_INT, true, offsetof(struct numbers, flaky), NULL },
	{ "passed", IT_FIELD_INT, true, offsetof(struct numbers, passed), NULL },
	{ "skipped", IT_FIELD_INT, true, offsetof(struct numbers, skipped), NULL },
	{ "todo", IT_FIELD_INT, true, offsetof(struct numbers, expected), NULL },
	{ "total", IT_FIELD_INT, true, offsetof(struct numbers, total), NULL },
};

enum { TESTS_MAX = 1000 * 1000 * 1000 };

static bool is_count(int64_t number)
{
	return number >= 0 && number <= TESTS_MAX;
}

static int read_counts(void *target, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	struct it_test_result *out = target;
	struct numbers found = { 0 };
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	rc = it_fields_read(&found, value, count_fields, IT_COUNT_OF(count_fields), 0, where, err);
	if (rc)
		return rc;
	if (!is_count(found.errors) || !is_count(found.failed) || !is_count(found.flaky) ||
	    !is_count(found.passed) || !is_count(found.skipped) || !is_count(found.expected))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want numbers from 0 to %d",
				       TESTS_MAX);
	if (found.total !=
	    found.errors + found.failed + found.passed + found.skipped + found.expected)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "the total is not the sum of its parts");
	out->passed = found.passed;
	out->failed = found.failed + found.errors;
	out->skipped = found.skipped;
	out->expected = found.expected;
	out->flaky = found.flaky;
	out->total = found.total;
	return INTOTO_OK;
}

static const struct it_field own_fields[] = {
	{ "counts", IT_FIELD_CUSTOM, true, 0, read_counts },
	{ "flakyTests", IT_FIELD_CUSTOM, true, 0, read_flaky },
	{ "problems", IT_FIELD_CUSTOM, false, 0, read_problems },
	{ "reports", IT_FIELD_LIST, false, offsetof(struct it_test_result, reports), NULL },
	{ "skippedTests", IT_FIELD_CUSTOM, true, 0, read_skipped },
	{ "todoTests", IT_FIELD_CUSTOM, true, 0, read_expected },
	{ "warnings", IT_FIELD_CUSTOM, false, 0, read_warnings },
};

static int read_own(void *target, const struct it_json *value, const struct it_where *where,
		    struct intoto_error **err)
{
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind("an object", value, where, err);
	return it_fields_read(target, value, own_fields, IT_COUNT_OF(own_fields), 0, where, err);
}

/* --- the whole --- */

static const struct it_field fields[] = {
	{ "failedTests", IT_FIELD_CUSTOM, false, 0, read_failed },
	{ "intoto", IT_FIELD_CUSTOM, false, 0, read_own },
	{ "passedTests", IT_FIELD_CUSTOM, false, 0, read_passed },
	{ "result", IT_FIELD_CUSTOM, true, 0, read_verdict },
	{ "warnedTests", IT_FIELD_CUSTOM, false, 0, read_warned },
};

size_t it_test_names(const struct it_test_result *result, enum it_test_list list)
{
	return it_json_count(result->lists[list]);
}

const char *it_test_name(const struct it_test_result *result, enum it_test_list list, size_t index)
{
	return it_json_text(it_json_at(result->lists[list], index)).data;
}

/* A number that stands beside a list must be its length; one that stands alone is taken. */
static int agree(int64_t *number, size_t length, bool there, const char *what,
		 const struct it_where *where, struct intoto_error **err)
{
	if (*number < 0 && there)
		*number = (int64_t)length;
	if (there && *number != (int64_t)length)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "says that %lld tests %s, and lists %zu", (long long)*number,
				       what, length);
	return INTOTO_OK;
}

static int check(struct it_test_result *out, const struct it_where *where,
		 struct intoto_error **err)
{
	size_t passed = it_test_names(out, IT_TESTS_PASSED) + it_test_names(out, IT_TESTS_WARNED);
	int rc = agree(&out->passed, passed,
		       out->lists[IT_TESTS_PASSED] || out->lists[IT_TESTS_WARNED], "passed", where,
		       err);

	if (!rc)
		rc = agree(&out->failed, it_test_names(out, IT_TESTS_FAILED),
			   out->lists[IT_TESTS_FAILED], "failed", where, err);
	if (!rc)
		rc = agree(&out->skipped, it_test_names(out, IT_TESTS_SKIPPED),
			   out->lists[IT_TESTS_SKIPPED], "were skipped", where, err);
	if (!rc)
		rc = agree(&out->expected, it_test_names(out, IT_TESTS_EXPECTED),
			   out->lists[IT_TESTS_EXPECTED], "failed as expected", where, err);
	if (!rc)
		rc = agree(&out->flaky, it_test_names(out, IT_TESTS_FLAKY),
			   out->lists[IT_TESTS_FLAKY], "were flaky", where, err);
	return rc;
}

/* Numbers of Conforma, where there is nothing better. */
static void take_number(int64_t *out, const struct it_json *predicate, const char *name)
{
	int64_t number;

	if (*out < 0 && it_json_int(it_json_get(predicate, name), &number) && is_count(number))
		*out = number;
}

int it_test_result_read(struct it_test_result *out, const struct it_json *predicate,
			const struct it_where *where, struct intoto_error **err)
{
	int rc;

	*out = (struct it_test_result){
		.passed = -1, .failed = -1, .skipped = -1, .expected = -1, .flaky = -1, .total = -1
	};
	if (it_json_kind(predicate) != IT_JSON_OBJECT)
		return refuse_kind("an object", predicate, where, err);
	rc = it_fields_read(out, predicate, fields, IT_COUNT_OF(fields), 0, where, err);
	if (!rc)
		rc = check(out, where, err);
	if (rc)
		return rc;
	take_number(&out->passed, predicate, "successes");
	take_number(&out->failed, predicate, "failures");
	return INTOTO_OK;
}
