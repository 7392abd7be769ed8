/* SPDX-License-Identifier: Apache-2.0 */
/* What a gate "tests" demands, and how it is read and told. */
#ifndef IT_LAYOUTS_GATES_TESTS_DEMAND_H
#define IT_LAYOUTS_GATES_TESTS_DEMAND_H

#include "layouts/gates/gate.h"

/* The result before this one. */
struct it_tests_previous {
	bool there;
	struct it_strings functionaries; /* who may have signed it; empty: who signed this one */
	int64_t most_drop;		 /* of tests that passed */
	int64_t max_age;		 /* seconds; 0: any */
	bool same_names;		 /* each test that passed then passes now */
};

/* Numbers: -1 is no limit. */
struct it_tests_demand {
	int64_t least; /* tests that passed */
	int64_t most_flaky;
	int64_t most_skipped;
	int64_t most_skipped_percent;
	bool warned; /* a result WARNED is good whatever it warns of */
	struct it_strings required;
	struct it_tests_previous previous;
};

int it_tests_demand_read(void **out, const struct it_json *object, const struct it_where *where,
			 struct intoto_error **err);
void it_tests_demand_free(void *demand);
int it_tests_demand_clauses(struct it_strings *out, const void *demand, struct intoto_error **err);

/* Whether a name matches a pattern of "required", in which * stands for any bytes and everything
 * else, brackets too, for itself: "test_a[x]" is a common name. */
bool it_tests_pattern_matches(const char *pattern, const char *name);

#endif
