/* SPDX-License-Identifier: Apache-2.0 */
/* People: who is the same as whom. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "layouts/people.h"

static void add(struct it_people *people, const char *fingerprint, const char *identity,
		const char *issuer, size_t rank)
{
	struct it_person person = { .fingerprint = fingerprint,
				    .identity = identity,
				    .issuer = issuer,
				    .name = "somebody",
				    .rank = rank };

	assert_int_equal(it_people_add(people, &person, NULL), INTOTO_OK);
}

static void counts_different_keys(void **state)
{
	IT_AUTO(it_people_done) struct it_people people = { 0 };

	(void)state;
	assert_int_equal(it_people_count(&people), 0);
	assert_true(it_people_rank(&people) == SIZE_MAX);
	add(&people, "a", NULL, NULL, 2);
	add(&people, "b", NULL, NULL, 1);
	assert_int_equal(it_people_count(&people), 2);
	assert_int_equal(it_people_rank(&people), 1);
}

static void counts_a_key_once(void **state)
{
	IT_AUTO(it_people_done) struct it_people people = { 0 };

	(void)state;
	add(&people, "a", NULL, NULL, 0);
	add(&people, "a", NULL, NULL, 0);
	add(&people, "a", "names", "issuer", 1);
	assert_int_equal(people.count, 2);
	assert_int_equal(it_people_count(&people), 1);
}

static void counts_names_once_under_one_root_or_one_issuer(void **state)
{
	IT_AUTO(it_people_done) struct it_people people = { 0 };

	(void)state;
	add(&people, "a", "names at root", "names by issuer", 0);
	add(&people, "b", "names at root", "names by another", 0);
	add(&people, "c", "names at other root", "names by issuer", 0);
	assert_int_equal(it_people_count(&people), 1);
	add(&people, "d", "other names", "other issuer", 0);
	assert_int_equal(it_people_count(&people), 2);
}

/* a and b are nobody's same until c shows that they are one. */
static void joins_two_through_a_third(void **state)
{
	IT_AUTO(it_people_done) struct it_people people = { 0 };

	(void)state;
	add(&people, "a", "x", NULL, 0);
	add(&people, "b", "y", NULL, 0);
	add(&people, "z", NULL, NULL, 0);
	assert_int_equal(it_people_count(&people), 3);
	add(&people, "a", "y", NULL, 0);
	assert_int_equal(it_people_count(&people), 2);
}

static void adds_all_of_another_list(void **state)
{
	IT_AUTO(it_people_done) struct it_people people = { 0 };
	IT_AUTO(it_people_done) struct it_people more = { 0 };

	(void)state;
	add(&people, "a", NULL, NULL, 0);
	add(&more, "b", "x", NULL, 0);
	add(&more, "a", "x", NULL, 0);
	assert_int_equal(it_people_add_all(&people, &more, NULL), INTOTO_OK);
	assert_int_equal(it_people_count(&people), 1);
	assert_string_equal(people.items[1].name, "somebody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_different_keys),
		cmocka_unit_test(counts_a_key_once),
		cmocka_unit_test(counts_names_once_under_one_root_or_one_issuer),
		cmocka_unit_test(joins_two_through_a_third),
		cmocka_unit_test(adds_all_of_another_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
