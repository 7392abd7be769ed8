/* SPDX-License-Identifier: Apache-2.0 */
/* JSON key objects, and key files told apart. */
#include "json_expect.h"

#include "base/file.h"
#include "base/text.h"
#include "model/key_object.h"

#define ED25519 "32b2b597295d7a9ef4c5cfd2d588f6b02dc983a58cf5677b1d7d20af82c7e1a2"
#define SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define SEED_PUBLIC "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static int parse(struct intoto_key **out, const char *text, struct intoto_error **err)
{
	return intoto_key_parse(out, text, strlen(text), "a.pub", NULL, NULL, err);
}

static struct intoto_key *key_or_fail(const char *text)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc = parse(&key, text, &err);

	assert_string_equal(intoto_error_text(err), "");
	assert_int_equal(rc, INTOTO_OK);
	return key;
}

static void refuse(const char *text, enum intoto_code code, const char *sentence)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc = parse(&key, text, &err);

	assert_null(key);
	expect_refusal(rc, err, code, sentence);
}

static void reads_key_objects_of_every_age(void **state)
{
	static const char *const forms[] = {
		"{\"keyval\": {\"public\": \"" ED25519
		"\"}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\", "
		"\"keyid_hash_algorithms\": [\"sha256\", \"sha512\"]}",
		"{\"keyval\": {\"public\": \"" ED25519 "\", \"private\": \"\"}, "
		"\"keytype\": \"ed25519\", \"scheme\": \"ed25519\"}",
		" \n{\"keyid\": \"\", \"keyval\": {\"public\": \"" ED25519
		"\", \"private\": null}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\", "
		"\"keyid_hash_algorithms\": null, \"more\": 1}",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(forms); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = key_or_fail(forms[i]);

		assert_false(intoto_key_is_private(key));
		assert_string_equal(intoto_key_scheme(key), "ed25519");
		assert_string_equal(key->public_text, ED25519);
		assert_string_equal(key->declared_id, "");
	}
}

static void keeps_the_id_that_was_declared(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key =
		key_or_fail("{\"keyid\": \"abcd\", \"keyval\": {\"public\": \"" ED25519
			    "\"}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\"}");

	(void)state;
	assert_string_equal(key->declared_id, "abcd");
	assert_true(it_key_answers_to(key, it_span_text("abcd")));
}

static void reads_a_private_key_object(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key =
		key_or_fail("{\"keyval\": {\"public\": \"" SEED_PUBLIC "\", \"private\": \"" SEED
			    "\"}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\"}");

	(void)state;
	assert_true(intoto_key_is_private(key));
	assert_string_equal(key->public_text, SEED_PUBLIC);
}

static void refuses_halves_that_do_not_belong_together(void **state)
{
	(void)state;
	refuse("{\"keyval\": {\"public\": \"" ED25519 "\", \"private\": \"" SEED
	       "\"}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\"}",
	       INTOTO_E_KEY, "a.pub: key: keyval.private: does not belong to keyval.public");
}

static void refuses_objects_with_wrong_members(void **state)
{
	(void)state;
	refuse("{}", INTOTO_E_FORMAT, "a.pub: key: member \"keytype\" is missing");
	refuse("{\"keytype\": 1}", INTOTO_E_FORMAT,
	       "a.pub: key.keytype: want a text, found a number");
	refuse("{\"keytype\": \"ed25519\", \"keyval\": []}", INTOTO_E_FORMAT,
	       "a.pub: key.keyval: want an object, found a list");
	refuse("{\"keytype\": \"ed25519\", \"keyval\": {}}", INTOTO_E_FORMAT,
	       "a.pub: key: member \"scheme\" is missing");
	refuse("{\"keytype\": \"ed25519\", \"scheme\": \"ed25519\", \"keyval\": {\"public\": "
	       "{}}}",
	       INTOTO_E_FORMAT, "a.pub: key.keyval.public: want a text, found an object");
	refuse("{\"keytype\": \"ed25519\", \"scheme\": \"ed25519\", \"keyval\": {\"public\": "
	       "\"\", \"private\": 1}}",
	       INTOTO_E_FORMAT, "a.pub: key.keyval.private: want a text, found a number");
	refuse("{\"keytype\": \"ed25519\", \"scheme\": \"ed25519\", \"keyval\": {}, "
	       "\"keyid_hash_algorithms\": \"sha256\"}",
	       INTOTO_E_FORMAT, "a.pub: key.keyid_hash_algorithms: want a list, found a text");
	refuse("{\"keytype\": \"ed25519\", ", INTOTO_E_FORMAT,
	       "a.pub: line 1, column 24: the text ends too early");
}

static void refuses_ids_that_would_leave_their_folder(void **state)
{
	(void)state;
	refuse("{\"keyid\": \"../../x\"}", INTOTO_E_FORMAT,
	       "a.pub: key.keyid: must not be used in a file name");
	refuse("{\"keyid\": \"a/b\"}", INTOTO_E_FORMAT,
	       "a.pub: key.keyid: must not be used in a file name");
	refuse("{\"keyid\": \"a\\u0000\"}", INTOTO_E_FORMAT,
	       "a.pub: key.keyid: must not be used in a file name");
	refuse("{\"keyid\": 7}", INTOTO_E_FORMAT, "a.pub: key.keyid: want a text, found a number");
	refuse("{\"keyid\": \"0123456789012345678901234567890123456789012345678901234567890123"
	       "01234567890123456789012345678901234567890123456789012345678901234\"}",
	       INTOTO_E_LIMIT, "a.pub: key.keyid: more than 128 bytes");
}

static void tells_what_is_not_implemented_from_what_is_wrong(void **state)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;

	(void)state;
	assert_int_equal(parse(&key,
			       "{\"keytype\": \"sigstore-oidc\", \"scheme\": \"Fulcio\", "
			       "\"keyval\": {\"identity\": \"a\", \"issuer\": \"b\"}}",
			       &err),
			 INTOTO_E_UNSUPPORTED);
	assert_true(it_starts_with(intoto_error_text(err), "a.pub: key.scheme: "));
	assert_non_null(strstr(intoto_error_text(err), "Fulcio"));
	intoto_error_free(err);
	refuse("{\"type\": \"rsa\", \"method\": \"pgp+rsa-pss\", \"hashes\": [\"pgp+SHA2\"], "
	       "\"keyid\": \"7b3abb26b97b655ab9296bd15b0bd02e1c768c43\", \"keyval\": "
	       "{\"private\": \"\", \"public\": {\"e\": \"010001\", \"n\": \"00\"}}}",
	       INTOTO_E_UNSUPPORTED,
	       "a.pub: key: method: found \"pgp+rsa-pss\", want one of pgp+rsa-pkcsv1.5, "
	       "pgp+dsa-fips-180-2, pgp+eddsa-ed25519");
}

static void refuses_files_that_are_no_keys(void **state)
{
	static char large[1024 * 1024 + 1];
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc;

	(void)state;
	refuse("", INTOTO_E_FORMAT, "a.pub: want a key, found nothing");
	refuse(" \n\t", INTOTO_E_FORMAT, "a.pub: want a key, found nothing");
	memset(large, ' ', sizeof large);
	rc = intoto_key_parse(&key, large, sizeof large, "a.pub", NULL, NULL, &err);
	expect_refusal(rc, err, INTOTO_E_LIMIT, "a.pub: more than 1048576 bytes");
	err = NULL;
	rc = intoto_key_parse(&key, "\0", 1, "a.pub", NULL, NULL, &err);
	assert_int_not_equal(rc, INTOTO_OK);
	assert_true(it_starts_with(intoto_error_text(err), "a.pub: "));
	intoto_error_free(err);
}

static void says_which_file_could_not_be_read(void **state)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	int rc;

	(void)state;
	rc = intoto_key_load(&key, "/nowhere/at/all", NULL, NULL, &err);
	assert_null(key);
	expect_refusal(rc, err, INTOTO_E_NOTFOUND, "/nowhere/at/all: No such file or directory");
}

static void print(struct it_buf *out, const struct intoto_key *key, enum intoto_keyid_style style,
		  bool with_keyid)
{
	struct it_writer writer;

	it_buf_reset(out);
	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_key_object_write(&writer, key, style, with_keyid);
	assert_int_equal(it_writer_finish(&writer, NULL), INTOTO_OK);
}

static void writes_both_dialects(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key =
		key_or_fail("{\"keyval\": {\"public\": \"" ED25519
			    "\"}, \"keytype\": \"ed25519\", \"scheme\": \"ed25519\"}");
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

	(void)state;
	print(&out, key, INTOTO_KEYID_LEGACY, false);
	assert_string_equal(it_buf_text(&out),
			    "{\"keyid_hash_algorithms\":[\"sha256\",\"sha512\"],\"keytype\":"
			    "\"ed25519\",\"keyval\":{\"public\":\"" ED25519
			    "\"},\"scheme\":\"ed25519\"}");
	print(&out, key, INTOTO_KEYID_CURRENT, false);
	assert_string_equal(it_buf_text(&out),
			    "{\"keytype\":\"ed25519\",\"keyval\":{\"public\":\"" ED25519
			    "\"},\"scheme\":\"ed25519\"}");
}

static void reads_back_what_it_wrote_in_either_dialect(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;

	(void)state;
	assert_int_equal(intoto_key_generate(&key, "ecdsa-sha2-nistp256", NULL), INTOTO_OK);
	for (int style = INTOTO_KEYID_LEGACY; style <= INTOTO_KEYID_CURRENT; style++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *again = NULL;
		IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);

		print(&out, key, (enum intoto_keyid_style)style, true);
		again = key_or_fail(it_buf_text(&out));
		assert_true(intoto_key_same(key, again));
		assert_false(intoto_key_is_private(again));
		assert_string_equal(again->declared_id,
				    intoto_key_id(key, (enum intoto_keyid_style)style));
		assert_string_equal(intoto_key_id(again, INTOTO_KEYID_LEGACY),
				    intoto_key_id(key, INTOTO_KEYID_LEGACY));
		assert_string_equal(intoto_key_id(again, INTOTO_KEYID_CURRENT),
				    intoto_key_id(key, INTOTO_KEYID_CURRENT));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_key_objects_of_every_age),
		cmocka_unit_test(keeps_the_id_that_was_declared),
		cmocka_unit_test(reads_a_private_key_object),
		cmocka_unit_test(refuses_halves_that_do_not_belong_together),
		cmocka_unit_test(refuses_objects_with_wrong_members),
		cmocka_unit_test(refuses_ids_that_would_leave_their_folder),
		cmocka_unit_test(tells_what_is_not_implemented_from_what_is_wrong),
		cmocka_unit_test(refuses_files_that_are_no_keys),
		cmocka_unit_test(says_which_file_could_not_be_read),
		cmocka_unit_test(writes_both_dialects),
		cmocka_unit_test(reads_back_what_it_wrote_in_either_dialect),
	};

	return cmocka_run_group_tests_name("model_key_object", tests, NULL, NULL);
}
