/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about a verification: every required field is there, and nothing else is written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "model/vsa.h"
#include "refused.h"

#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct it_resource subject = { .name = "app", .digests = DIGEST };
static const struct it_resource input = { .uri = "file:a.link", .digests = DIGEST };

static struct it_verification good(void)
{
	return (struct it_verification){
		.subjects = &subject,
		.subject_count = 1,
		.verifier_id = "https://example.org/verifier",
		.verifier_version = "1",
		.time = 86399,
		.resource_uri = "pkg:generic/app",
		.policy = { .uri = "file:root.layout", .digests = DIGEST },
		.inputs = &input,
		.input_count = 1,
		.passed = true,
	};
}

typedef int (*maker)(struct intoto_envelope **out, const struct it_verification *done,
		     struct intoto_error **err);

static void gives(maker make, const struct it_verification *done, const char *payload)
{
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	assert_int_equal(make(&envelope, done, NULL), INTOTO_OK);
	assert_string_equal(intoto_envelope_payload_type(envelope), INTOTO_PAYLOAD_TYPE);
	assert_string_equal(it_buf_text(&envelope->payload), payload);
}

static void refuses(maker make, const struct it_verification *done, const char *why)
{
	struct intoto_envelope *envelope = NULL;
	struct intoto_error *err = NULL;

	assert_refused(make(&envelope, done, &err), &err, INTOTO_E_USAGE, why);
	assert_null(envelope);
}

static void writes_a_vsa_with_every_required_field(void **state)
{
	static const char *const levels[] = { "SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_2",
					      "OURS_1" };
	struct it_verification done = good();

	(void)state;
	gives(it_vsa_to_envelope, &done,
	      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{"
	      "\"inputAttestations\":[{\"digest\":{\"sha256\":\"" HEX
	      "\"},\"uri\":\"file:a.link\"}],"
	      "\"policy\":{\"digest\":{\"sha256\":\"" HEX "\"},\"uri\":\"file:root.layout\"},"
	      "\"resourceUri\":\"pkg:generic/app\",\"slsaVersion\":\"1.1\","
	      "\"timeVerified\":\"1970-01-01T23:59:59Z\",\"verificationResult\":\"PASSED\","
	      "\"verifiedLevels\":[\"SLSA_BUILD_LEVEL_UNEVALUATED\"],"
	      "\"verifier\":{\"id\":\"https://example.org/"
	      "verifier\",\"version\":{\"intoto\":\"1\"}}},"
	      "\"predicateType\":\"https://slsa.dev/verification_summary/v1\","
	      "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"},\"name\":\"app\"}]}");
	done.levels = levels;
	done.level_count = 3;
	done.inputs = NULL;
	done.input_count = 0;
	done.policy.digests = NULL;
	gives(it_vsa_to_envelope, &done,
	      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{"
	      "\"inputAttestations\":[],\"policy\":{\"uri\":\"file:root.layout\"},"
	      "\"resourceUri\":\"pkg:generic/app\",\"slsaVersion\":\"1.1\","
	      "\"timeVerified\":\"1970-01-01T23:59:59Z\",\"verificationResult\":\"PASSED\","
	      "\"verifiedLevels\":[\"SLSA_BUILD_LEVEL_3\",\"SLSA_SOURCE_LEVEL_2\",\"OURS_1\"],"
	      "\"verifier\":{\"id\":\"https://example.org/"
	      "verifier\",\"version\":{\"intoto\":\"1\"}}},"
	      "\"predicateType\":\"https://slsa.dev/verification_summary/v1\","
	      "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"},\"name\":\"app\"}]}");
}

static void a_vsa_of_a_failure_claims_no_level(void **state)
{
	static const char *const levels[] = { "SLSA_BUILD_LEVEL_3" };
	struct it_verification done = good();
	IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;

	(void)state;
	done.passed = false;
	done.levels = levels;
	done.level_count = 1;
	assert_int_equal(it_vsa_to_envelope(&envelope, &done, NULL), INTOTO_OK);
	assert_non_null(
		strstr(it_buf_text(&envelope->payload),
		       "\"verificationResult\":\"FAILED\",\"verifiedLevels\":[\"FAILED\"]"));
	assert_null(strstr(it_buf_text(&envelope->payload), "LEVEL_3"));
	assert_null(strstr(it_buf_text(&envelope->payload), "PASSED"));
}

static void writes_an_svr_with_every_required_field(void **state)
{
	struct it_verification done = good();

	(void)state;
	gives(it_svr_to_envelope, &done,
	      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{"
	      "\"properties\":[\"INTOTO_LAYOUT_VERIFIED\"],\"timeCreated\":\"1970-01-01T23:59:"
	      "59Z\","
	      "\"verifier\":{\"id\":\"https://example.org/verifier\",\"policies\":[{\"digest\":{"
	      "\"sha256\":\"" HEX "\"},\"uri\":\"file:root.layout\"}]}},"
	      "\"predicateType\":\"https://in-toto.io/attestation/svr/v0.2\","
	      "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"},\"name\":\"app\"}]}");
	done.policy = (struct it_resource){ 0 };
	gives(it_svr_to_envelope, &done,
	      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{"
	      "\"properties\":[\"INTOTO_LAYOUT_VERIFIED\"],\"timeCreated\":\"1970-01-01T23:59:"
	      "59Z\","
	      "\"verifier\":{\"id\":\"https://example.org/verifier\",\"policies\":[]}},"
	      "\"predicateType\":\"https://in-toto.io/attestation/svr/v0.2\","
	      "\"subject\":[{\"digest\":{\"sha256\":\"" HEX "\"},\"name\":\"app\"}]}");
}

static void refuses_a_failure_as_an_svr(void **state)
{
	struct it_verification done = good();

	(void)state;
	done.passed = false;
	refuses(it_svr_to_envelope, &done, "lists what passed, and nothing did");
}

static void refuses_a_statement_about_nothing(void **state)
{
	static const struct it_resource without = { .name = "app" };
	struct it_verification done = good();

	(void)state;
	done.subject_count = 0;
	refuses(it_vsa_to_envelope, &done, "subject: want at least one artifact");
	refuses(it_svr_to_envelope, &done, "subject: want at least one artifact");
	done = good();
	done.subjects = &without;
	refuses(it_vsa_to_envelope, &done, "subject[0]: want a digest");
	refuses(it_svr_to_envelope, &done, "subject[0]: want a digest");
	done = good();
	done.inputs = &without;
	refuses(it_vsa_to_envelope, &done, "inputAttestations[0]: want a digest");
}

static void refuses_what_is_no_uri(void **state)
{
	static const char *const wrong[] = { "",
					     "verifier",
					     "https:",
					     "HTTPS://a/",
					     "https://A.example/",
					     "https://a b",
					     "https://a\n",
					     "https://\xc3\xa4/",
					     "1http://a",
					     "ht tp://a",
					     "://a" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct it_verification done = good();

		done.verifier_id = wrong[i];
		refuses(it_vsa_to_envelope, &done, "verifier.id: want a URI");
		refuses(it_svr_to_envelope, &done, "verifier.id: want a URI");
		done = good();
		done.resource_uri = wrong[i];
		refuses(it_vsa_to_envelope, &done, "resourceUri: want a URI");
		done = good();
		done.policy.uri = wrong[i];
		refuses(it_vsa_to_envelope, &done, "policy.uri: want a URI");
		refuses(it_svr_to_envelope, &done, "policies[0].uri: want a URI");
	}
}

static void refuses_no_uri_at_all(void **state)
{
	struct it_verification done = good();

	(void)state;
	done.verifier_id = NULL;
	refuses(it_vsa_to_envelope, &done, "verifier.id: want a URI");
	done = good();
	done.resource_uri = NULL;
	refuses(it_vsa_to_envelope, &done, "resourceUri: want a URI");
	done = good();
	done.policy.uri = NULL;
	refuses(it_vsa_to_envelope, &done, "policy.uri: want a URI");
}

static void takes_uris_of_every_kind(void **state)
{
	static const char *const right[] = { "https://example.org/V1", "pkg:oci/App@sha256%3Aab",
					     "git+https://h/R.git", "urn:X:y", "file:a%20b#3" };

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		assert_int_equal(it_resource_check_uri(right[i], "uri", NULL), INTOTO_OK);
}

static void knows_levels(void **state)
{
	static const char *const right[] = { "SLSA_BUILD_LEVEL_0", "SLSA_BUILD_LEVEL_UNEVALUATED",
					     "SLSA_BUILD_ENV_LEVEL_2", "OURS",
					     "CONFORMA_HERMETIC_1" };
	static const char *const wrong[] = { "",
					     "FAILED",
					     "PASSED",
					     "SLSA_",
					     "SLSA_LEVEL_3",
					     "SLSA__LEVEL_",
					     "SLSA_BUILD_LEVEL_",
					     "SLSA_BUILD_LEVEL_x",
					     "SLSA_BUILD_LEVEL_100",
					     "SLSA_BUILD_LEVEL_3 ",
					     "SLSA_OURS",
					     "slsa_build_level_3",
					     "two words",
					     "\xc3\xa4" };
	char long_word[200];

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		assert_int_equal(it_vsa_check_level(right[i], NULL), INTOTO_OK);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct intoto_error *err = NULL;

		assert_refused(it_vsa_check_level(wrong[i], &err), &err, INTOTO_E_USAGE,
			       "want a level like SLSA_BUILD_LEVEL_3");
	}
	memset(long_word, 'A', sizeof long_word - 1);
	long_word[sizeof long_word - 1] = '\0';
	assert_int_equal(it_vsa_check_level(long_word, NULL), INTOTO_E_USAGE);
}

static void refuses_two_levels_of_one_track(void **state)
{
	static const char *const same[] = { "SLSA_BUILD_LEVEL_1", "OURS", "SLSA_BUILD_LEVEL_2" };
	static const char *const twice[] = { "OURS", "OURS" };
	static const char *const fine[] = { "SLSA_BUILD_LEVEL_1", "SLSA_BUILD_ENV_LEVEL_1" };
	struct it_verification done = good();

	(void)state;
	done.levels = same;
	done.level_count = 3;
	refuses(it_vsa_to_envelope, &done, "want at most one level of a track");
	refuses(it_svr_to_envelope, &done, "want at most one level of a track");
	done.levels = twice;
	done.level_count = 2;
	refuses(it_vsa_to_envelope, &done, "want at most one level of a track");
	assert_int_equal(it_vsa_check_levels(fine, 2, NULL), INTOTO_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_vsa_with_every_required_field),
		cmocka_unit_test(a_vsa_of_a_failure_claims_no_level),
		cmocka_unit_test(writes_an_svr_with_every_required_field),
		cmocka_unit_test(refuses_a_failure_as_an_svr),
		cmocka_unit_test(refuses_a_statement_about_nothing),
		cmocka_unit_test(refuses_what_is_no_uri),
		cmocka_unit_test(refuses_no_uri_at_all),
		cmocka_unit_test(takes_uris_of_every_kind),
		cmocka_unit_test(knows_levels),
		cmocka_unit_test(refuses_two_levels_of_one_track),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
