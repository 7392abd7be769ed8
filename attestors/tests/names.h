/* SPDX-License-Identifier: Apache-2.0 */
/* Names to find again, however many there are: reports are hostile, so no list is walked. */
#ifndef INTOTO_ATTESTORS_TESTS_NAMES_H
#define INTOTO_ATTESTORS_TESTS_NAMES_H

#include <stdint.h>

#include <intoto/attestor.h>

struct test_name {
	const char *text; /* borrowed; NULL: a free place */
	uint64_t hash;
	size_t index; /* for the caller */
	size_t uses;  /* for the caller; 0 when it is new */
};

/* Zero-initialised is empty. */
struct test_names {
	struct test_name *places;
	size_t size; /* a power of two */
	size_t count;
	uint64_t seed;
};
#define TEST_NAMES __attribute__((cleanup(test_names_done))) struct test_names

void test_names_done(struct test_names *names);
/* The entry of a text, which is borrowed if it is new; *out lives until the next call. */
int test_names_find(struct test_names *names, const char *text, struct test_name **out,
		    struct intoto_error **err);

#endif
