/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: which cover a finding, and who can never excuse it. */
#include "json_expect.h"

#include "base/text.h"
#include "layouts/gates/exceptions.h"

#define NOW INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define DAY INT64_C(86400)

struct world {
	struct intoto_key *keys[2]; /* alice, bob */
	struct it_exception_terms terms;
	struct it_excuser excusers[2];
	struct it_exceptions set;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	assert_non_null(world);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(intoto_key_generate(&world->keys[i], "ed25519", NULL), INTOTO_OK);
		world->excusers[i] = (struct it_excuser){ world->keys[i], NULL, "somebody", i };
	}
	world->terms.given = true;
	world->terms.threshold = 1;
	world->set.terms = &world->terms;
	world->set.now = NOW;
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	it_exceptions_done(&world->set);
	for (size_t i = 0; i < 2; i++)
		intoto_key_free(world->keys[i]);
	free(world);
	return 0;
}

/* Adds one with that scope, signed by the first signers of the world. */
static void add_from(struct world *world, size_t first, size_t count, const char *scope)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 20);
	IT_AUTO(it_json_freep) struct it_json *object = NULL;
	IT_AUTO(it_exception_done) struct it_exception exception = { 0 };
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
	IT_AUTO(it_freep) char *printed = NULL;
	struct intoto_error *err = NULL;
	size_t len = 0;

	(void)it_buf_printf(&text,
			    "{\"_type\": \"exception\", \"id\": \"EX-7\", \"owner\": \"a\", "
			    "\"reason\": \"r\", \"notBefore\": \"2025-12-31T00:00:00Z\", "
			    "\"expires\": \"2026-02-01T00:00:00Z\", \"scope\": %s}",
			    scope); /* the reader would tell */
	assert_int_equal(it_json_parse(&object, it_buf_span(&text), &it_json_signed_limits, NULL),
			 INTOTO_OK);
	assert_int_equal(it_exception_read(&exception, object, NULL, &err), INTOTO_OK);
	assert_int_equal(it_exception_to_envelope(&envelope, &exception, &err), INTOTO_OK);
	for (size_t i = first; i < first + count; i++)
		assert_int_equal(
			intoto_envelope_sign(envelope, world->keys[i], INTOTO_KEYID_LEGACY, NULL),
			INTOTO_OK);
	assert_int_equal(intoto_envelope_print(envelope, &printed, &len, NULL), INTOTO_OK);
	assert_int_equal(it_exceptions_add(&world->set, "x", "links/x", it_span(printed, len),
					   world->excusers, 2, &err),
			 INTOTO_OK);
	assert_string_equal(intoto_error_text(err), "");
}

static void add(struct world *world, const char *scope)
{
	add_from(world, 0, 1, scope);
}

/* Whether a query is covered; why gets what is said against. */
static bool is_covered(const struct world *world, struct it_exception_query query,
		       const char *finding, const char *why)
{
	IT_AUTO(it_strings_done) struct it_strings ids = { 0 };
	IT_AUTO(it_strings_done) struct it_strings why_not = { 0 };
	IT_AUTO(it_buf_done) struct it_buf by = IT_BUF(4096);
	const char *id = NULL;

	if (finding)
		assert_int_equal(it_strings_add(&ids, finding, NULL), INTOTO_OK);
	query.ids = &ids;
	assert_int_equal(it_exceptions_find(&world->set, &query, &id, &by, &why_not, NULL),
			 INTOTO_OK);
	assert_int_equal(by.len > 0, id != NULL);
	assert_int_equal(why_not.count, why != NULL);
	if (why)
		assert_string_equal(why_not.items[0], why);
	if (id)
		assert_string_equal(it_buf_text(&by),
				    "exception EX-7 (owner a, until 2026-02-01T00:00:00Z)");
	return id;
}

static void covers_what_fits_all_that_it_names(void **state)
{
	struct world *world = *state;
	struct it_exception_query query = { .gate = "vulnerabilities",
					    .step = "sub/build",
					    .package = "pkg:deb/zlib@1.2" };

	add(world, "{\"gate\": \"vulnerabilities\", \"findings\": [\"CVE-1\"], \"packages\": "
		   "[\"pkg:deb/zlib@*\"], \"steps\": [\"build\"]}");
	assert_true(is_covered(world, query, "CVE-1", NULL));
	assert_int_equal(*world->set.items[0].used, 1);
	assert_false(is_covered(world, query, "CVE-2", NULL));
	assert_false(is_covered(world, query, NULL, NULL));
	query.package = "pkg:deb/zlib1g@1.2";
	assert_false(is_covered(world, query, "CVE-1", NULL));
	query.package = NULL;
	assert_false(is_covered(world, query, "CVE-1", NULL));
	query.package = "pkg:deb/zlib@1.2";
	query.step = "pack";
	assert_false(is_covered(world, query, "CVE-1", NULL));
	query.step = "build";
	query.gate = "licenses";
	assert_false(is_covered(world, query, "CVE-1", NULL));
	assert_int_equal(*world->set.items[0].used, 1);
}

static void an_artifact_that_nobody_knows_is_not_the_one_that_is_named(void **state)
{
	static const char hex[] =
		"abababababababababababababababababababababababababababababababab";
	struct world *world = *state;
	struct it_exception_query query = { .gate = "licenses", .step = "b", .license = "X" };

	add(world, "{\"gate\": \"licenses\", \"licenses\": [\"X\"], \"artifacts\": [{\"sha256\": "
		   "\"ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB\"}]}");
	assert_false(is_covered(world, query, NULL, NULL));
	query.sha256 = hex;
	assert_true(is_covered(world, query, NULL, NULL));
}

static void who_signed_the_evidence_can_never_excuse_it(void **state)
{
	static const char why[] = "exception EX-7 does not count here: who signed the evidence "
				  "cannot excuse it";
	struct world *world = *state;
	IT_AUTO(it_people_done) struct it_people producers = { 0 };
	struct it_person alice = { .fingerprint = intoto_key_fingerprint(world->keys[0]),
				   .name = "alice",
				   .key = world->keys[0] };
	struct it_exception_query query = { .gate = "tests", .step = "b", .test = "t" };

	add(world, "{\"gate\": \"tests\", \"tests\": [\"t\"]}");
	assert_true(is_covered(world, query, NULL, NULL));
	assert_int_equal(it_people_add(&producers, &alice, NULL), INTOTO_OK);
	query.producers = &producers;
	assert_false(is_covered(world, query, NULL, why));
}

static void another_signature_beside_the_producers_is_what_counts(void **state)
{
	struct world *world = *state;
	IT_AUTO(it_people_done) struct it_people producers = { 0 };
	struct it_person alice = { .fingerprint = intoto_key_fingerprint(world->keys[0]),
				   .name = "alice",
				   .key = world->keys[0] };
	struct it_exception_query query = {
		.gate = "tests", .step = "b", .test = "t", .producers = &producers
	};

	assert_int_equal(it_people_add(&producers, &alice, NULL), INTOTO_OK);
	add_from(world, 0, 2, "{\"gate\": \"tests\", \"tests\": [\"t\"]}");
	assert_true(is_covered(world, query, NULL, NULL));
	world->terms.threshold = 2;
	assert_false(is_covered(world, query, NULL,
				"exception EX-7 does not count here: who signed the evidence "
				"cannot excuse it"));
}

static void says_why_one_does_not_hold(void **state)
{
	struct world *world = *state;
	struct it_exception_query query = { .gate = "tests", .step = "b", .test = "t" };

	world->terms.max_days = 7;
	add(world, "{\"gate\": \"tests\", \"tests\": [\"t\"]}");
	assert_false(is_covered(world, query, NULL,
				"exception EX-7 lasts 32 days, and the layout allows 7"));
	it_exceptions_done(&world->set);
	world->set.terms = &world->terms;
	world->set.now = NOW + 365 * DAY;
	world->terms.max_days = 0;
	add(world, "{\"gate\": \"tests\", \"tests\": [\"t\"]}");
	assert_false(is_covered(world, query, NULL,
				"exception EX-7 is over since 2026-02-01T00:00:00Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(covers_what_fits_all_that_it_names, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			an_artifact_that_nobody_knows_is_not_the_one_that_is_named, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(who_signed_the_evidence_can_never_excuse_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			another_signature_beside_the_producers_is_what_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_why_one_does_not_hold, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("gates_exceptions", tests, NULL, NULL);
}
