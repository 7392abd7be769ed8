/* SPDX-License-Identifier: Apache-2.0 */
/* Metablocks that the Rust implementation (in-toto-rs 0.4) made and signed with a test key of its
 * own. */
#include "json_expect.h"

#include "base/text.h"
#include "model/envelope.h"
#include "model/rust_form.h"

#define KEY                                                                                        \
	"{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":"                  \
	"\"eb8ac26b5c9ef0279e3be3e82262a93bce16fe58ee422500d38caf461c65a3b6\"}}"
#define KEYID "a9f3ebc9b138762563a9c27b6edd439959e559709babd123e8d449ba2c18c61a"

/* The stdout that it recorded, as JSON writes it, and its signature. */
static const struct {
	const char *output;
	const char *signature;
} made[] = {
	{ "a\\tb", "b94214e7b442faa2c1eaf85ea84fff8de5e94a91acbfe39f92822b1bd96f0721"
		   "e368f722668bb40cc92fae23863c0055687a62b45cb6aba5960be7275c879108" },
	{ "back\\\\n", "fa01b82bcf60ec0f44611188b850bf31e2acf75e6922a26242c116a0b28e43ef"
		       "53727e589879edaacbc864f4d47ef2f59e9bcb8498643fba90fe00674bf8e60c" },
	{ "bell\\u0007 esc\\u001b cr\\r del\x7f",
	  "4dc6786ac96dd58ab3239e72d7da350a484b7f9e341a058df37f48dd6cf8a624"
	  "9c47e153ba332de26fd6a9382844eed9cdcac9acebdd2d292ad1e6a89872e707" },
	{ "quote\\\" \\\\\\\\n",
	  "142e4208f6542bb6334920ac7af5b54f65cd23c832ddb927b1fa38b4a16a7b43"
	  "306b27f26ff54044e0974e363abdfb8fa49e116630a89425e7e3ffe56bcf0000" },
};

static struct intoto_envelope *new_link(const char *output, const char *signature)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	struct intoto_envelope *envelope = NULL;

	assert_int_equal(
		it_buf_printf(
			&text,
			"{\"signatures\":[{\"keyid\":\"" KEYID "\",\"sig\":\"%s\"}],\"signed\":"
			"{\"_type\":\"link\",\"name\":\"build\",\"materials\":{},\"products\":{},"
			"\"environment\":null,\"byproducts\":{\"return-value\":0,\"stderr\":\"\","
			"\"stdout\":\"%s\"},\"command\":[]}}",
			signature, output),
		0);
	assert_int_equal(intoto_envelope_parse(&envelope, text.data, text.len, NULL), INTOTO_OK);
	return envelope;
}

static struct intoto_key *new_key(void)
{
	struct intoto_key *key = NULL;

	assert_int_equal(intoto_key_parse(&key, KEY, strlen(KEY), "key", NULL, NULL, NULL),
			 INTOTO_OK);
	return key;
}

static void verifies_what_the_rust_implementation_signed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(made); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = new_link(made[i].output, made[i].signature);

		assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
	}
}

static void refuses_it_when_anything_was_changed(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(made); i++) {
		struct intoto_error *err = NULL;
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope =
			new_link(made[(i + 1) % IT_COUNT_OF(made)].output, made[i].signature);
		int rc = intoto_envelope_verify(envelope, key, &err);

		expect_refusal(rc, err, INTOTO_E_UNTRUSTED,
			       "signature 1 of 1, by \"" KEYID "\", does not verify with that key");
	}
}

static void check_form(const char *canonical, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	assert_int_equal(it_rust_form(&out, it_span_text(canonical)), want != NULL);
	assert_string_equal(it_buf_text(&out), want ? want : "");
}

static void differs_only_where_it_must(void **state)
{
	(void)state;
	check_form("\"plain\"", NULL);
	check_form("\"line\nfeed\"", NULL);
	check_form("\"a \\\" and a \\\\ and a \\\\m\"", NULL);
	check_form("\"tab\there\"", "\"tab\\there\"");
	check_form("\"\b\f\r\x01\x1f\"", "\"\\b\\f\\r\\u0001\\u001f\"");
	check_form("\"\\\\n\"", "\"\\\n\"");
	check_form("\"\\\\\\\\n\"", "\"\\\\\\\n\"");
	check_form("\"ends in \\\\", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_the_rust_implementation_signed),
		cmocka_unit_test(refuses_it_when_anything_was_changed),
		cmocka_unit_test(differs_only_where_it_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
