/* SPDX-License-Identifier: Apache-2.0 */
/* Keyids of the public keys in the test data of in-toto and in-toto-golang, as those compute them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto/key.h"

#include <string.h>

#include "base/text.h"
#include "tests/unit/refused.h"

/* clang-format off */
static const char alice[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAxPX3kFs/z645x4UOC3KF\n"
	"Y3V80YQtKrp6YS3qU+Jlvx/XzK53lb4sCDRU9jqBBx3We45TmFUibroMd8tQXCUS\n"
	"e8gYCBUBqBmmz0dEHJYbW0tYF7IoapMIxhRYn76YqNdl1JoRTcmzIaOJ7QrHxQrS\n"
	"GpivvTm6kQ9WLeApG1GLYJ3C3Wl4bnsI1bKSv55Zi45/JawHzTzYUAIXX9qCd3Io\n"
	"HzDucz9IAj9Ookw0va/q9FjoPGrRB80IReVxLVnbo6pYJfu/O37jvEobHFa8ckHd\n"
	"YxUIg8wvkIOy1O3M74lBDm6CVI0ZO25xPlDB/4nHAE1PbA3aF3lw8JGuxLDsetxm\n"
	"fzgAleVt4vXLQiCrZaLf+0cM97JcT7wdHcbIvRLsij9LNP+2tWZgeZ/hIAOEdaDq\n"
	"cYANPDIAxfTvbe9I0sXrCtrLer1SS7GqUmdFCdkdun8erXdNF0ls9Rp4cbYhjdf3\n"
	"yMxdI/24LUOOQ71cHW3ITIDImm6I8KmrXFM2NewTARKfAgMBAAE=\n"
	"-----END PUBLIC KEY-----\n";
static const char bob[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEA0Zfzonp3/FScaIP+KKuz\n"
	"B+OZNFpjbVGWjm3leqnFqHYLqrLcCw5KhlXpycJqoSvZBpO+PFCksUx8U/ryklHG\n"
	"VoDiB84pRkvZtBoVaA4b4IHDIhz1K5NqkJgieya4fwReTxmCW0a9gH7AnDicHBCX\n"
	"lzMxqEdt6OKMV5g4yjKaxf8lW72O1gSI46GSIToo+Z7UUgs3ofaM5UFIcczgCpUa\n"
	"5kEKocB6cSZ9U8PKRLSs0xO0ROjrcOTsfxMs8eV4bsRCWY5mAq1WM9EHDSV9WO8g\n"
	"qrRmanC4enNqa8jU4O3zhgJVegP9A01r9AwNt6AqgPSikwhXN/P4v1FMYV+R6N3b\n"
	"S1lsVWRAnwBq5RFz5zVvcY88JEkHbrcBqP/A4909NXae1VMXmnoJb4EzGAkyUySB\n"
	"a+fHXAVJgzwyv3I48d/OIjH8NWcVmM/DQL7FtcJk3tp0YUjY5wNpcbQTnLzURtlU\n"
	"sd+MtGuvdlDxUUvtUYCIVKRdS8UzYnTPjI2xzeoSHZ2ZAgMBAAE=\n"
	"-----END PUBLIC KEY-----\n";
static const char carl[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAzgLBsMFSgwBiWTBmVsyW\n"
	"5KbJwLFSodAzdUhU2Bq6SdRz/W6UOBGdojZXibxupjRtAaEQW/eXDe+1CbKg6ENZ\n"
	"Gt2D9HGFCQZgQS8ONgNDQGiNxgApMA0T21AaUhru0vEofzdN1DfEF4CAGv5AkcgK\n"
	"salhTyONervFIjFEdXGelFZ7dVMV3Pp5WkZPG0jFQWjnmDZhUrtSxEtqbVghc3kK\n"
	"AUj9Ll/3jyi2wS92Z1j5ueN8X62hWX2xBqQ6nViOMzdujkoiYCRSwuMLRqzW2CbT\n"
	"L8hF1+S5KWKFzxl5sCVfpPe7V5HkgEHjwCILXTbCn2fCMKlaSbJ/MG2lW7qSY2Ro\n"
	"wVXWkp1wDrsJ6Ii9f2dErv9vJeOVZeO9DsooQ5EuzLCfQLEU5mn7ul7bU7rFsb8J\n"
	"xYOeudkNBatnNCgVMAkmDPiNA7E33bmL5ARRwU0iZicsqLQR32pmwdap8PjofxqQ\n"
	"k7Gtvz/iYzaLrZv33cFWWTsEOqK1gKqigSqgW9T26wO9AgMBAAE=\n"
	"-----END PUBLIC KEY-----\n";
static const char go_alice[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr2u+1EN9NMIAtqYZ2pqF\n"
	"3ov4omRpdgEorv1L4sBMaFN+2EPyqeMTF838/W4V/1fHLr5jaqIVY0VjcpAmCRJ6\n"
	"oRhxw/6o7dgiIPsrTCWQHFAkXcElgb+2JUXWZO3azX90fxFliucPPj0IrLgK3u5O\n"
	"D+XgaT773Za2JJSe7A0Iacjb23Elm2T05ydtrWHy5zVMmg+Yj64iaXRxoLUhFpdp\n"
	"NOw/rVIUSiFItip+SAZjIsjqQDILzy4RcNUJqBFHG2N/cEwnO+ozb1G9sCtGSya6\n"
	"BkCQGhmX64xgehpSUomDod2q3ZmNlS2+9aUMpNq4TksLL08mhQkZi7atNoG4rq4p\n"
	"nwIDAQAB\n"
	"-----END PUBLIC KEY-----\n";
static const char go_carol[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAOT5nGyAPlkxJCD00qGf12YnsHGnfe2Z1j+RxyFkbE5w=\n"
	"-----END PUBLIC KEY-----\n";
static const char p256[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcLYSZyFGeKdWNt5dWFbnv6N9NyHC\n"
	"oUNLcG6GZIxLwN8Q8MUdHdOOxGkDnyBRSJpIZ/r/oDECSTwfCYhdogweLA==\n"
	"-----END PUBLIC KEY-----\n";
static const char p384[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEksAG80nLUksODTEUBTPJJPYN0bfxhkrr\n"
	"2hlyokfRG4kDYsRRN86vWwxDTW7qhWNZPFhJMJxHmvHsCbLz/IF7hdo8Xv/vRO4M\n"
	"VHbwq0fiWznUvkZowHC5fH2EEvNF1R5t\n"
	"-----END PUBLIC KEY-----\n";
static const char p521[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBXxFGyw9J9C43woa6huZ3IwrEZhku\n"
	"eHDNZ1UqnHcFhNYFhM7witKxgv6OUpwlwPsPSUjqcBxkkpay4rT4UTwIP94AdsQL\n"
	"q3DQ+BuwrEELjAAMxvQGfoMlLJ5fHM4p4KhlKwpk2HiBQp4r1bjuA6MFq7s5yF0C\n"
	"nb9TH+ZZwV5/cjCewxY=\n"
	"-----END PUBLIC KEY-----\n";
static const char ed25519[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAT2bavrzzBiiWN4YAGYTAt1wXXNzzvEhVkzomKPDNCg8=\n"
	"-----END PUBLIC KEY-----\n";
static const char rsa[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwhX6rioiL/cX5Ys32InF\n"
	"U52H8tL14QeX0tacZdb+AwcH6nIh97h3RSHvGD7Xy6uaMRmGldAnSVYwJHqoJ5j2\n"
	"ynVzU/RFpr+6n8Ps0QFg5GmlEqZboFjLbS0bsRQcXXnqJNsVLEPT3ULvu1rFRbWz\n"
	"AMFjNtNNk5W/u0GEzXn3D03jIdhD8IKAdrTRf0VMD9TRCXLdMmEU2vkf1NVUnOTb\n"
	"/dRX5QA8TtBylVnouZknbavQ0J/pPlHLfxUgsKzodwDlJmbPG9BWwXqQCmP0DgOG\n"
	"NIZ1X281MOBaGbkNVEuntNjCSaQxQjfALVVU5NAfal2cwMINtqaoc7Wa+TWvpFEI\n"
	"WwIDAQAB\n"
	"-----END PUBLIC KEY-----\n";
/* clang-format on */

/* Where known: securesystemslib's own tests (tests/test_signer.py), in-toto/demo, in-toto-golang's
 * test data, and Debian's securesystemslib 0.26 for the ECDSA keys. */
static const struct vector {
	const char *pem;
	const char *keytype;
	const char *scheme;
	const char *legacy;
	const char *current;
	const char *other; /* Go's for P-384 and P-521 */
} vectors[] = {
	{ alice, "rsa", "rsassa-pss-sha256",
	  "556caebdc0877eed53d419b60eddb1e57fa773e4e31d70698b588f3e9cc48b35",
	  "c8ef46bd3ccb95e2617a80e447d0c8c6338f85334c2f6c6cb640e140fc183763", NULL },
	{ bob, "rsa", "rsassa-pss-sha256",
	  "776a00e29f3559e0141b3b096f696abc6cfb0c657ab40f441132b345b08453f5",
	  "210dcc50ed4dd534fca6dcf71e4ea8bd36b399d1098c3116bcd53004784f16ae", NULL },
	{ carl, "rsa", "rsassa-pss-sha256",
	  "2f89b9272acfc8f4a0a0f094d789fdb0ba798b0fe41f2f5f417c12f0085ff498",
	  "be06db20cdcfd928a905c0b7ede61a27eeaa60b6dbdaee9dd9fb2ebf6f393fbd", NULL },
	{ go_alice, "rsa", "rsassa-pss-sha256",
	  "70ca5750c2eda80b18f41f4ec5f92146789b5d68dd09577be422a0159bd13680",
	  "84f7dd43d6a3c167807839134bab8c0f46cf1ddd57d7c5331e2fb3cfe0687574", NULL },
	{ go_carol, "ed25519", "ed25519",
	  "be6371bc627318218191ce0780fd3183cce6c36da02938a477d2e4dfae1804a6",
	  "4b14284670182934c5043942231d5c6d2c429f376dbb3b03fb2fb89320f49aca", NULL },
	{ rsa, "rsa", "rsassa-pss-sha256",
	  "afcd3882b9b4bf20b4144216b7a8b9bcf94b0f6b38d69f33bb5d10cb440a55a4",
	  "2f685fa7546f1856b123223ab086b3def14c89d24eef18f49c32508c2f60e241", NULL },
	{ ed25519, "ed25519", "ed25519",
	  "80003b25971d561f04d375f0b91cefd58956937f8951d9e604301af34539ae2f",
	  "c6d8bf2e4f48b41ac2ce8eca21415ca8ef68c133b47fc33df03d4070a7e1e9cc", NULL },
	{ p256, "ecdsa", "ecdsa-sha2-nistp256",
	  "640b8aaae318bea29adcd64b8be4bef3d813e69001f46321f09da72e37feadca",
	  "50d7e110ad65f3b2dba5c3cfc8c5ca259be9774cc26be3410044ffd4be3aa5f3", NULL },
	{ p384, "ecdsa", "ecdsa-sha2-nistp384",
	  "e361e2319bac2473d83e4066e14f429d3aa1e0181311c67cd0592936937487cd",
	  "0155661bdf705f621a74f55eef36c9ae041e456141eced7a45d4a1f75ded9ac0",
	  "6f8023d73cc008d6fffee651bc6c3b2e3a2f386d8973017c90db8da073e45ada" },
	{ p521, "ecdsa", "ecdsa-sha2-nistp521",
	  "3c2a3046b0a9fe98c771de6c87fcad0c27bd39fb59942854d22c5c04a414a8ce",
	  "3dddef3c311b151c5fe12f5fcfa3d9795e2b5fe1a6746c2691befacb13a6af4a",
	  "0d61e530312b3fd023e1cddfa9912bb41859fb0085daac4e3210f99de684ca65" },
};

static struct intoto_key *read_pem(const char *pem)
{
	struct intoto_key *key = NULL;

	assert_int_equal(it_key_from_pem(&key, it_span_text(pem), "test.pub", NULL, NULL, NULL),
			 INTOTO_OK);
	return key;
}

static struct intoto_key *declare(const char *pem, const char *keytype, const char *scheme,
				  const char *keyid)
{
	struct intoto_key *key = NULL;

	assert_int_equal(it_key_from_texts(&key, keytype, scheme, it_span_text(pem),
					   it_span(NULL, 0), keyid, NULL),
			 INTOTO_OK);
	return key;
}

static bool answers(const struct intoto_key *key, const char *keyid)
{
	return it_key_answers_to(key, it_span_text(keyid));
}

static void gives_the_ids_of_the_peers(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(vectors); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(vectors[i].pem);

		assert_string_equal(intoto_key_type(key), vectors[i].keytype);
		assert_string_equal(intoto_key_scheme(key), vectors[i].scheme);
		assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), vectors[i].legacy);
		assert_string_equal(intoto_key_id(key, INTOTO_KEYID_CURRENT), vectors[i].current);
	}
}

static void answers_to_its_own_ids_and_no_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(vectors); i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(vectors[i].pem);

		for (size_t k = 0; k < IT_COUNT_OF(vectors); k++) {
			assert_int_equal(answers(key, vectors[k].legacy), i == k);
			assert_int_equal(answers(key, vectors[k].current), i == k);
			if (vectors[k].other)
				assert_int_equal(answers(key, vectors[k].other), i == k);
		}
	}
}

static void takes_no_prefix_and_no_capitals_for_an_id(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(bob);
	IT_AUTO(intoto_key_freep)
	struct intoto_key *named = declare(bob, "rsa", "rsassa-pss-sha256", "776a00e2");

	(void)state;
	assert_true(answers(key, vectors[1].legacy));
	assert_false(answers(key, "776a00e2"));
	assert_true(answers(named, "776a00e2"));
	assert_false(answers(named, "776a00e"));
	assert_false(answers(key, ""));
	assert_false(answers(named, ""));
	assert_false(
		answers(key, "776A00E29F3559E0141B3B096F696ABC6CFB0C657AB40F441132B345B08453F5"));
	assert_false(
		answers(key, "776a00e29f3559e0141b3b096f696abc6cfb0c657ab40f441132b345b08453f50"));
}

/* Go and old Python: scheme ecdsa-sha2-nistp256 whatever the curve. */
static void keeps_a_declared_scheme_for_the_id(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = declare(p384, "ecdsa", "ecdsa-sha2-nistp256", NULL);
	IT_AUTO(intoto_key_freep) struct intoto_key *file = read_pem(p384);

	(void)state;
	assert_string_equal(intoto_key_scheme(key), "ecdsa-sha2-nistp256");
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), vectors[8].other);
	assert_true(answers(key, vectors[8].legacy));
	assert_true(answers(key, vectors[8].current));
	assert_true(intoto_key_same(key, file));
}

static void answers_under_the_old_keytype_too(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = declare(p256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", NULL);

	(void)state;
	assert_string_equal(intoto_key_type(key), "ecdsa");
	assert_string_equal(intoto_key_id(key, INTOTO_KEYID_LEGACY), vectors[7].legacy);
	/* sha256 of the legacy object with keytype ecdsa-sha2-nistp256 */
	assert_true(
		answers(key, "f8360b38e1df39bb473da086725bd06586b5a9b5a076f7cb87518ad87c4eb269"));
	assert_false(answers(key, vectors[8].legacy));
}

/* in-toto 1.3 with securesystemslib 0.26 (Debian 12) hashes the PEM of ECDSA keys untrimmed. */
static void answers_to_the_id_of_old_ecdsa_keys(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(p256);
	IT_AUTO(intoto_key_freep) struct intoto_key *other = read_pem(p384);
	IT_AUTO(intoto_key_freep) struct intoto_key *rsa_key = read_pem(bob);

	(void)state;
	assert_true(
		answers(key, "f268e28fb316d2b3dc39b8d169aae77a5074059aa89efc25b25d5523f1ec68f0"));
	assert_true(
		answers(other, "4b7fc1de8af0448503e71abcb2096288bbed9c34e952e747aa878843edd3aeaf"));
	assert_false(
		answers(key, "4b7fc1de8af0448503e71abcb2096288bbed9c34e952e747aa878843edd3aeaf"));
	assert_false(answers(rsa_key,
			     "f268e28fb316d2b3dc39b8d169aae77a5074059aa89efc25b25d5523f1ec68f0"));
}

/* The JSON key files of securesystemslib before 1.0 hold the PEM whole, and so did their hash. */
static void answers_to_the_id_of_the_whole_pem(void **state)
{
	static const char whole[] =
		"f268e28fb316d2b3dc39b8d169aae77a5074059aa89efc25b25d5523f1ec68f0";
	IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(p256);
	IT_AUTO(intoto_key_freep) struct intoto_key *other = read_pem(p384);

	(void)state;
	assert_true(answers(key, whole));
	assert_false(answers(other, whole));
}

struct list {
	size_t count;
	size_t stop_at;
	const char *ids[16];
};

static int collect(void *arg, const char *keyid)
{
	struct list *list = arg;

	assert_true(list->count < IT_COUNT_OF(list->ids));
	list->ids[list->count++] = keyid;
	return list->count == list->stop_at ? (int)list->count : 0;
}

static void lists_each_id_once_declared_first(void **state)
{
	IT_AUTO(intoto_key_freep)
	struct intoto_key *key = declare(p384, "ecdsa", "ecdsa-sha2-nistp384", vectors[8].current);
	struct list list = { 0 };

	(void)state;
	assert_int_equal(it_key_each_id(key, collect, &list), 0);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.ids[0], vectors[8].current);
	assert_string_equal(list.ids[1], vectors[8].legacy);
	assert_string_equal(list.ids[2], vectors[8].other);
	assert_string_equal(list.ids[3],
			    "4b7fc1de8af0448503e71abcb2096288bbed9c34e952e747aa878843edd3aeaf");
}

static void stops_listing_when_told(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = read_pem(p521);
	struct list list = { .stop_at = 2 };

	(void)state;
	assert_int_equal(it_key_each_id(key, collect, &list), 2);
	assert_int_equal(list.count, 2);
}

static void refuses_an_id_that_is_too_long(void **state)
{
	struct intoto_error *err = NULL;
	struct intoto_key *key = NULL;
	char id[130];

	(void)state;
	memset(id, 'a', sizeof id - 1);
	id[sizeof id - 1] = '\0';
	assert_refused(it_key_from_texts(&key, "rsa", "rsassa-pss-sha256", it_span_text(bob),
					 it_span(NULL, 0), id, &err),
		       &err, INTOTO_E_LIMIT, "keyid: 129 bytes, want at most 128");
	assert_null(key);
	id[sizeof id - 2] = '\0';
	key = declare(bob, "rsa", "rsassa-pss-sha256", id);
	assert_true(answers(key, id));
	intoto_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_ids_of_the_peers),
		cmocka_unit_test(answers_to_its_own_ids_and_no_others),
		cmocka_unit_test(takes_no_prefix_and_no_capitals_for_an_id),
		cmocka_unit_test(keeps_a_declared_scheme_for_the_id),
		cmocka_unit_test(answers_under_the_old_keytype_too),
		cmocka_unit_test(answers_to_the_id_of_old_ecdsa_keys),
		cmocka_unit_test(answers_to_the_id_of_the_whole_pem),
		cmocka_unit_test(lists_each_id_once_declared_first),
		cmocka_unit_test(stops_listing_when_told),
		cmocka_unit_test(refuses_an_id_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
