/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that other implementations made: they verify, and their tampered twins do not.
 *
 * They are looked for in $INTOTO_VECTORS, else beside the source folder; without them the tests are
 * skipped.
 */
#include "json_expect.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "model/envelope.h"
#include "model/link.h"
#include "refused.h"

/* NULL when it is not there. */
static char *vector(const char *name)
{
	const char *given = getenv("INTOTO_VECTORS");
	const char *source = getenv("INTOTO_SOURCE");
	char *path = NULL;

	if (given ? asprintf(&path, "%s/%s", given, name) < 0
		  : asprintf(&path, "%s/../shared/vectors/%s", source ? source : ".", name) < 0)
		return NULL;
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static struct intoto_key *load_key(const char *name)
{
	IT_AUTO(it_freep) char *path = vector(name);
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc;

	assert_non_null(path);
	rc = intoto_key_load(&key, path, NULL, NULL, &err);
	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return key;
}

static struct intoto_envelope *load_envelope(const char *name)
{
	IT_AUTO(it_freep) char *path = vector(name);
	struct intoto_error *err = NULL;
	struct intoto_envelope *envelope = NULL;
	int rc;

	assert_non_null(path);
	rc = intoto_envelope_load(&envelope, path, &err);
	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return envelope;
}

static const struct {
	const char *file;
	const char *key;
	const char *step;
	const char *artifact; /* the first product */
	enum intoto_envelope_format format;
} links[] = {
	{ "in-toto-python/metablock/write-code.776a00e2.link", "in-toto-python/metablock/bob.pub",
	  "write-code", "foo.py", INTOTO_METABLOCK },
	{ "in-toto-python/metablock/package.2f89b927.link", "in-toto-python/metablock/carl.pub",
	  "package", "foo.tar.gz", INTOTO_METABLOCK },
	{ "in-toto-python/dsse/write-code.776a00e2.link", "in-toto-python/metablock/bob.pub",
	  "write-code", "foo.py", INTOTO_DSSE },
	{ "in-toto-python/dsse/package.2f89b927.link", "in-toto-python/metablock/carl.pub",
	  "package", "foo.tar.gz", INTOTO_DSSE },
};

static void verifies_links_made_by_python(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(links); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(links[i].file);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(links[i].key);
		IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
		IT_AUTO(it_freep) char *name = NULL;

		assert_int_equal(intoto_envelope_format(envelope), links[i].format);
		assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
		assert_int_equal(intoto_link_from_envelope(&link, envelope, NULL), INTOTO_OK);
		assert_string_equal(intoto_link_name(link), links[i].step);
		assert_string_equal(intoto_link_artifact_name(link, INTOTO_PRODUCTS, 0),
				    links[i].artifact);
		name = it_link_file_name(links[i].step, intoto_key_id(key, INTOTO_KEYID_LEGACY));
		assert_string_equal(it_path_base(links[i].file), name);
	}
}

static const struct {
	const char *file;
	const char *keyid;
} openpgp_links[] = {
	{ "in-toto-python/gpg/package.7b3abb26.link", "7b3abb26b97b655ab9296bd15b0bd02e1c768c43" },
	{ "in-toto-python/gpg/write-code.8288ef56.link",
	  "8288ef560ed3795f9df2c0db56193089b285da58" },
};

/* One key of the ring of that kind. */
static struct intoto_key *load_openpgp(const char *ring, const char *keyid)
{
	IT_AUTO(it_freep) char *name = NULL;

	if (asprintf(&name, "in-toto-python/gpg/%s-pubring.gpg", ring) < 0)
		fail();
	{
		IT_AUTO(it_freep) char *path = vector(name);
		IT_AUTO(it_freep) char *choice = NULL;
		struct intoto_error *err = NULL;
		struct intoto_key *key = NULL;

		assert_non_null(path);
		if (asprintf(&choice, "%s#%s", path, keyid) < 0)
			fail();
		if (intoto_key_load(&key, choice, NULL, NULL, &err))
			fail_msg("%s", intoto_error_text(err));
		return key;
	}
}

static void verifies_their_openpgp_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(openpgp_links); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(openpgp_links[i].file);
		IT_AUTO(intoto_key_freep)
		struct intoto_key *key = load_openpgp("rsa", openpgp_links[i].keyid);
		IT_AUTO(intoto_key_freep)
		struct intoto_key *other = load_openpgp("rsa", openpgp_links[!i].keyid);
		struct intoto_error *err = NULL;

		assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY),
				    openpgp_links[i].keyid);
		assert_int_equal(intoto_envelope_verify(envelope, key, NULL), INTOTO_OK);
		assert_refused(intoto_envelope_verify(envelope, other, &err), &err,
			       INTOTO_E_UNTRUSTED, "no signature by key");
		envelope->payload.data[envelope->payload.len / 2] ^= 1;
		assert_refused(intoto_envelope_verify(envelope, key, &err), &err,
			       INTOTO_E_UNTRUSTED, "does not count: it does not verify");
	}
}

static void reads_their_keyrings(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *dsa = load_openpgp("dsa", "F033A3A3E267B3B1");
	IT_AUTO(intoto_key_freep) struct intoto_key *rsa = load_openpgp("rsa", "18FB3F537E0C8A17");

	(void)state;
	assert_string_equal(intoto_key_scheme(dsa), "pgp+dsa-fips-180-2");
	assert_string_equal(intoto_key_scheme(rsa), "pgp+rsa-pkcsv1.5");
	/* A subkey that signs; the one for encryption is not for us. */
	assert_true(
		it_key_answers_to(rsa, it_span_text("c5a0abe6ec19d0d65f85e2c39be9df5131d924e9")));
}

static void refuses_their_tampered_twins(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(links); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(links[i].file);
		IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(links[i].key);
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
		struct intoto_error *err = NULL;
		int rc;

		(void)it_buf_printf(&want,
				    "signature 1 of 1, by \"%s\", does not verify with that key",
				    intoto_key_id(key, INTOTO_KEYID_LEGACY)); /* seen below */
		envelope->payload.data[envelope->payload.len / 2] ^= 1;
		rc = intoto_envelope_verify(envelope, key, &err);
		expect_refusal(rc, err, INTOTO_E_UNTRUSTED, it_buf_text(&want));
	}
}

static void refuses_them_for_another_key(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *alice = load_key("in-toto-python/metablock/alice.pub");

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(links); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(links[i].file);
		IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
		struct intoto_error *err = NULL;
		int rc = intoto_envelope_verify(envelope, alice, &err);

		(void)it_buf_printf(&want, "no signature by key \"%s\": 1 signature, by \"%s\"",
				    intoto_key_id(alice, INTOTO_KEYID_LEGACY),
				    intoto_envelope_signature_keyid(envelope, 0)); /* seen below */
		expect_refusal(rc, err, INTOTO_E_UNTRUSTED, it_buf_text(&want));
	}
}

static void verifies_them_again_after_printing(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(links); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(links[i].file);
		IT_AUTO(intoto_envelope_freep) struct intoto_envelope *again = NULL;
		IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(links[i].key);
		IT_AUTO(it_freep) char *text = NULL;
		size_t len = 0;

		assert_int_equal(intoto_envelope_print(envelope, &text, &len, NULL), INTOTO_OK);
		assert_int_equal(intoto_envelope_parse(&again, text, len, NULL), INTOTO_OK);
		assert_int_equal(intoto_envelope_verify(again, key, NULL), INTOTO_OK);
	}
}

static void computes_the_ids_that_others_compute(void **state)
{
	static const struct {
		const char *file;
		const char *legacy, *current; /* as far as they are published */
	} keys[] = {
		{ "in-toto-python/metablock/bob.pub", "776a00e2", "210dcc50" },
		{ "in-toto-python/metablock/alice.pub", "556caebd", "c8ef46bd" },
		{ "in-toto-python/metablock/carl.pub", "2f89b927", "be06db20" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(keys); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = load_key(keys[i].file);

		assert_memory_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), keys[i].legacy, 8);
		assert_memory_equal(intoto_key_id(key, INTOTO_KEYID_CURRENT), keys[i].current, 8);
	}
}

static void reads_a_legacy_json_key(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = load_key("in-toto-python/metablock/danny.pub");

	(void)state;
	assert_string_equal(intoto_key_scheme(key), "ed25519");
	assert_string_equal(intoto_key_type(key), "ed25519");
}

static void does_not_trust_openpgp_links_with_other_keys(void **state)
{
	IT_AUTO(intoto_envelope_freep)
	struct intoto_envelope *envelope =
		load_envelope("in-toto-python/gpg/package.7b3abb26.link");
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = load_key("in-toto-python/metablock/bob.pub");
	IT_AUTO(intoto_link_freep) struct intoto_link *link = NULL;
	IT_AUTO(it_buf_done) struct it_buf want = IT_BUF(4096);
	struct intoto_error *err = NULL;
	int rc;

	(void)state;
	assert_int_equal(intoto_link_from_envelope(&link, envelope, NULL), INTOTO_OK);
	assert_string_equal(intoto_link_name(link), "package");
	(void)it_buf_printf(&want, "no signature by key \"%s\": 1 signature, by \"%s\" (OpenPGP)",
			    intoto_key_id(key, INTOTO_KEYID_LEGACY),
			    intoto_envelope_signature_keyid(envelope, 0)); /* seen below */
	rc = intoto_envelope_verify(envelope, key, &err);
	expect_refusal(rc, err, INTOTO_E_UNTRUSTED, it_buf_text(&want));
}

static void knows_layout_templates_as_layouts(void **state)
{
	static const char *const files[] = { "in-toto-python/metablock/demo.layout.template",
					     "in-toto-python/dsse/demo.layout.template",
					     "in-toto-python/gpg/demo.layout.template" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(files); i++) {
		IT_AUTO(intoto_envelope_freep)
		struct intoto_envelope *envelope = load_envelope(files[i]);
		struct intoto_link *link = NULL;
		struct intoto_error *err = NULL;
		int rc = intoto_link_from_envelope(&link, envelope, &err);

		assert_null(link);
		expect_refusal(rc, err, INTOTO_E_FORMAT, "want a link, found a layout");
		assert_int_equal(intoto_envelope_signature_count(envelope), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_links_made_by_python),
		cmocka_unit_test(refuses_their_tampered_twins),
		cmocka_unit_test(refuses_them_for_another_key),
		cmocka_unit_test(verifies_them_again_after_printing),
		cmocka_unit_test(computes_the_ids_that_others_compute),
		cmocka_unit_test(reads_a_legacy_json_key),
		cmocka_unit_test(does_not_trust_openpgp_links_with_other_keys),
		cmocka_unit_test(verifies_their_openpgp_links),
		cmocka_unit_test(reads_their_keyrings),
		cmocka_unit_test(knows_layout_templates_as_layouts),
	};
	IT_AUTO(it_freep) char *first = vector(links[0].file);

	if (!first) { /* not skip(): cmocka prints that as "not ok" */
		(void)printf("1..0 # SKIP no vectors here\n");
		return 0;
	}
	return cmocka_run_group_tests_name("model_vectors", tests, NULL, NULL);
}
