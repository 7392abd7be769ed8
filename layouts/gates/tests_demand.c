/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a gate "tests". */
#include "layouts/gates/tests_demand.h"

#include "base/text.h"
#include "json/field.h"

enum { TESTS_MAX = 1000 * 1000 * 1000, CLAUSE_MAX = 1 << 20 };

void it_tests_demand_free(void *demand)
{
	struct it_tests_demand *own = demand;

	it_strings_done(&own->required);
	it_strings_done(&own->previous.functionaries);
	free(own);
}

static void free_own(struct it_tests_demand **own)
{
	if (*own)
		it_tests_demand_free(*own);
}

/* --- values --- */

#define COUNT_READER(name, member, most)                                                           \
	static int read_##name(void *target, const struct it_json *value,                          \
			       const struct it_where *where, struct intoto_error **err)            \
	{                                                                                          \
		struct it_tests_demand *own = target;                                              \
                                                                                                   \
		return it_gate_read_count(&own->member, value, 0, most, where, err);               \
	}

COUNT_READER(least, least, TESTS_MAX)
COUNT_READER(most_flaky, most_flaky, TESTS_MAX)
COUNT_READER(most_skipped, most_skipped, TESTS_MAX)
COUNT_READER(most_skipped_percent, most_skipped_percent, 100)
COUNT_READER(most_drop, previous.most_drop, TESTS_MAX)

#define BOOL_READER(name, member)                                                                  \
	static int read_##name(void *target, const struct it_json *value,                          \
			       const struct it_where *where, struct intoto_error **err)            \
	{                                                                                          \
		struct it_tests_demand *own = target;                                              \
                                                                                                   \
		return it_gate_read_bool(&own->member, value, where, err);                         \
	}

BOOL_READER(warned, warned)
BOOL_READER(same_names, previous.same_names)

static int read_required(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_tests_demand *own = target;

	return it_gate_read_words(&own->required, value, where, err);
}

static int read_functionaries(void *target, const struct it_json *value,
			      const struct it_where *where, struct intoto_error **err)
{
	struct it_tests_demand *own = target;

	return it_gate_read_words(&own->previous.functionaries, value, where, err);
}

static int read_max_age(void *target, const struct it_json *value, const struct it_where *where,
			struct intoto_error **err)
{
	struct it_tests_demand *own = target;

	return it_gate_read_duration(&own->previous.max_age, value, where, err);
}

static const struct it_field previous_fields[] = {
	{ "functionaries", IT_FIELD_CUSTOM, false, 0, read_functionaries },
	{ "maxAge", IT_FIELD_CUSTOM, false, 0, read_max_age },
	{ "mostDrop", IT_FIELD_CUSTOM, false, 0, read_most_drop },
	{ "sameNames", IT_FIELD_CUSTOM, false, 0, read_same_names },
};

static int read_previous(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_tests_demand *own = target;

	if (it_json_kind(value) != IT_JSON_OBJECT)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want an object, found %s",
				       it_json_kind_name(value));
	own->previous.there = true;
	return it_fields_read(own, value, previous_fields, IT_COUNT_OF(previous_fields),
			      IT_FIELDS_CLOSED, where, err);
}

static const struct it_field fields[] = {
	{ "least", IT_FIELD_CUSTOM, false, 0, read_least },
	{ "mostFlaky", IT_FIELD_CUSTOM, false, 0, read_most_flaky },
	{ "mostSkipped", IT_FIELD_CUSTOM, false, 0, read_most_skipped },
	{ "mostSkippedPercent", IT_FIELD_CUSTOM, false, 0, read_most_skipped_percent },
	{ "previous", IT_FIELD_CUSTOM, false, 0, read_previous },
	{ "required", IT_FIELD_CUSTOM, false, 0, read_required },
	{ "warned", IT_FIELD_CUSTOM, false, 0, read_warned },
};

int it_tests_demand_read(void **out, const struct it_json *object, const struct it_where *where,
			 struct intoto_error **err)
{
	IT_AUTO(free_own) struct it_tests_demand *own = calloc(1, sizeof *own);
	int rc;

	if (!own)
		return it_err_nomem(err);
	own->least = 1; /* nothing that passed is no pass */
	own->most_flaky = -1;
	own->most_skipped = -1;
	own->most_skipped_percent = -1;
	rc = it_fields_read(own, object, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED, where, err);
	if (rc)
		return rc;
	*out = own;
	own = NULL; /* now the caller's */
	return INTOTO_OK;
}

/* --- for people --- */

/* "BEFORE number BEHIND"; nothing for a number that is no limit. */
static int add_clause(struct it_strings *out, const char *before, int64_t number,
		      const char *behind, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CLAUSE_MAX);
	int rc;

	if (number < 0)
		return INTOTO_OK;
	(void)it_buf_printf(&text, "%s %lld %s", before, (long long)number, behind); /* sticks */
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static int add_words(struct it_strings *out, const char *before, const struct it_strings *words,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CLAUSE_MAX);
	int rc;

	if (!words->count)
		return INTOTO_OK;
	(void)it_buf_add_text(&text, before); /* sticks */
	for (size_t i = 0; i < words->count; i++) {
		(void)it_buf_add_text(&text, i ? ", " : " ");
		(void)it_buf_add_text(&text, words->items[i]);
	}
	rc = it_buf_check(&text, "a clause", err);
	return rc ? rc : it_strings_add(out, it_buf_text(&text), err);
}

static int previous_clauses(struct it_strings *out, const struct it_tests_previous *previous,
			    struct intoto_error **err)
{
	int rc;

	if (!previous->there)
		return INTOTO_OK;
	rc = add_clause(out, "at most", previous->most_drop,
			"fewer tests passed than in the previous result", err);
	if (!rc && previous->same_names)
		rc = it_strings_add(out, "each test that passed in the previous result passed",
				    err);
	if (!rc && previous->max_age)
		rc = add_clause(out, "the previous result is at most", previous->max_age,
				"seconds old", err);
	return rc ? rc
		  : add_words(out, "the previous result is signed by", &previous->functionaries,
			      err);
}

int it_tests_demand_clauses(struct it_strings *out, const void *demand, struct intoto_error **err)
{
	const struct it_tests_demand *own = demand;
	int rc = it_strings_add(out, "no test failed", err);

	if (!rc)
		rc = add_clause(out, "at least", own->least, "tests passed", err);
	if (!rc)
		rc = add_words(out, "these tests passed:", &own->required, err);
	if (!rc)
		rc = add_clause(out, "at most", own->most_skipped, "tests were skipped", err);
	if (!rc)
		rc = add_clause(out, "at most", own->most_skipped_percent,
				"% of the tests were skipped", err);
	if (!rc)
		rc = add_clause(out, "at most", own->most_flaky, "tests were flaky", err);
	if (!rc && !own->warned)
		rc = it_strings_add(out, "no other warning", err);
	return rc ? rc : previous_clauses(out, &own->previous, err);
}

/* --- patterns --- */

bool it_tests_pattern_matches(const char *pattern, const char *name)
{
	const char *star = NULL; /* the last one, and where what it stands for ends */
	const char *end = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			end = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++end;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
