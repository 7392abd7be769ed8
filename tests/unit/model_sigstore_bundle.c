/* SPDX-License-Identifier: Apache-2.0 */
/* Sigstore bundles: what is read, what is refused, and that what we write is read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "model/sigstore_bundle.h"

#define TYPE "\"mediaType\":\"" IT_SIGSTORE_BUNDLE "\""
#define KEY "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"aGludA==\"},\"tlogEntries\":null}"
#define MESSAGE                                                                                    \
	"\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\"AAAA\"}" \
	",\"signature\":\"AAAA\"}"
/* {"_type":"x"} */
#define ENVELOPE                                                                                   \
	"\"dsseEnvelope\":{\"payload\":\"eyJfdHlwZSI6IngifQ==\",\"payloadType\":\"application/"    \
	"vnd.in-toto+json\","                                                                      \
	"\"signatures\":[{\"sig\":\"AAAA\",\"keyid\":\"\"}]}"

static int parse(struct it_sigstore_bundle **out, const char *text, struct intoto_error **err)
{
	return it_sigstore_bundle_parse(out, it_span_text(text), err);
}

static void reads_both_contents(void **state)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *envelope = NULL;
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *message = NULL;

	(void)state;
	assert_int_equal(parse(&envelope, "{" TYPE "," KEY "," ENVELOPE "}", NULL), INTOTO_OK);
	assert_int_equal(envelope->version, 3);
	assert_int_equal(envelope->signer, IT_SIGSTORE_PUBLIC_KEY);
	assert_string_equal(envelope->hint, "aGludA==");
	assert_non_null(envelope->envelope);
	assert_int_equal(envelope->envelope->payload.len, 13);
	assert_int_equal(
		parse(&message, "{" TYPE "," KEY "," MESSAGE ",\"dsseEnvelope\":null}", NULL),
		INTOTO_OK);
	assert_null(message->envelope);
	assert_string_equal(message->digest_algorithm, "SHA2_256");
	assert_int_equal(message->signature.len, 3);
}

static void refuses_what_is_no_bundle(void **state)
{
	static const struct {
		const char *text;
		int code;
		const char *sentence;
	} cases[] = {
		{ "[]", INTOTO_E_FORMAT, "want a bundle" },
		{ "{}", INTOTO_E_FORMAT, "mediaType: want that of a Sigstore bundle" },
		{ "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.4+json\"}",
		  INTOTO_E_UNSUPPORTED, "mediaType: want" },
		{ "{" TYPE "}", INTOTO_E_FORMAT, "verificationMaterial: want an object" },
		{ "{" TYPE ",\"verificationMaterial\":{}," MESSAGE "}", INTOTO_E_FORMAT,
		  "want one of publicKey" },
		{ "{" TYPE
		  ",\"verificationMaterial\":{\"publicKey\":{},\"certificate\":{}}," MESSAGE "}",
		  INTOTO_E_FORMAT, "has both publicKey and certificate" },
		{ "{" TYPE ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":["
			   "]}}," MESSAGE "}",
		  INTOTO_E_FORMAT, "want at least one certificate" },
		{ "{" TYPE ",\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":["
			   "{\"rawBytes\":\"AAAA\"}]}}," MESSAGE "}",
		  INTOTO_E_FORMAT, "version 0.3 has one certificate" },
		{ "{" TYPE "," KEY "}", INTOTO_E_FORMAT,
		  "exactly one of messageSignature and dsseEnvelope" },
		{ "{" TYPE "," KEY "," MESSAGE "," ENVELOPE "}", INTOTO_E_FORMAT,
		  "exactly one of" },
		{ "{" TYPE "," KEY ",\"messageSignature\":{\"signature\":\"AAA\"}}",
		  INTOTO_E_FORMAT, "messageSignature.signature: want base64 with its padding" },
		{ "{" TYPE "," KEY ",\"messageSignature\":{\"signature\":\"__8=\"}}",
		  INTOTO_E_FORMAT, "want base64" },
		{ "{" TYPE "," KEY ",\"messageSignature\":{\"signature\":\"AA\\nAA\"}}",
		  INTOTO_E_FORMAT, "want base64" },
		{ "{" TYPE "," KEY ",\"messageSignature\":{\"signature\":\"\"}}", INTOTO_E_FORMAT,
		  "is empty" },
		{ "{" TYPE "," KEY ",\"dsseEnvelope\":{\"payload\":\"e30=\",\"payloadType\":"
				   "\"application/vnd.in-toto+json\",\"signatures\":[]}}",
		  INTOTO_E_FORMAT, "exactly one signature, found 0" },
		{ "{" TYPE ",\"verificationMaterial\":{\"publicKey\":{},\"tlogEntries\":[{"
			   "\"logIndex\":\"-1\"}]}," MESSAGE "}",
		  INTOTO_E_FORMAT,
		  "tlogEntries[0].logIndex: want a whole number that is not negative" },
		{ "{" TYPE ",\"verificationMaterial\":{\"publicKey\":{},\"tlogEntries\":[{"
			   "\"logIndex\":\"1\"},{\"logIndex\":1}]}," MESSAGE "}",
		  INTOTO_E_FORMAT, "tlogEntries[1]: is the same log entry as number 0" },
		{ "{" TYPE ",\"verificationMaterial\":{\"publicKey\":{},"
			   "\"timestampVerificationData\":{\"rfc3161Timestamps\":[{}]}}," MESSAGE
		  "}",
		  INTOTO_E_FORMAT, "signedTimestamp: want base64" },
		{ "{" TYPE "," KEY "," MESSAGE "} x", INTOTO_E_FORMAT, "" },
		{ "{" TYPE "," TYPE "," KEY "," MESSAGE "}", INTOTO_E_FORMAT, "mediaType" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		int rc = parse(&bundle, cases[i].text, &err);

		if (rc != cases[i].code || !strstr(intoto_error_text(err), cases[i].sentence))
			fail_msg("%s: %d %s", cases[i].text, rc, intoto_error_text(err));
		assert_null(bundle);
	}
}

static void takes_certificates_and_chains_by_version(void **state)
{
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *one = NULL;
	IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *chain = NULL;

	(void)state;
	assert_int_equal(
		parse(&one,
		      "{" TYPE
		      ",\"verificationMaterial\":{\"certificate\":{\"rawBytes\":\"AAAA\"}}," MESSAGE
		      "}",
		      NULL),
		INTOTO_OK);
	assert_int_equal(one->certificate_count, 1);
	assert_int_equal(
		parse(&chain,
		      "{\"mediaType\":\"application/"
		      "vnd.dev.sigstore.bundle+json;version=0.1\",\"verificationMaterial\":{"
		      "\"x509CertificateChain\":{\"certificates\":[{\"rawBytes\":\"AAAA\"},{"
		      "\"rawBytes\":\"AAAB\"}]}}," MESSAGE "}",
		      NULL),
		INTOTO_OK);
	assert_int_equal(chain->version, 1);
	assert_int_equal(chain->certificate_count, 2);
}

static void reads_what_it_writes(void **state)
{
	static const char *const schemes[] = { "ed25519", "ecdsa-sha2-nistp256" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		IT_AUTO(intoto_key_freep) struct intoto_key *key = NULL;
		IT_AUTO(intoto_envelope_freep) struct intoto_envelope *envelope = NULL;
		IT_AUTO(it_sigstore_bundle_freep) struct it_sigstore_bundle *bundle = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(1 << 16);

		assert_int_equal(intoto_key_generate(&key, schemes[i], NULL), INTOTO_OK);
		assert_int_equal(
			intoto_envelope_new(&envelope, INTOTO_DSSE, "{\"_type\":\"x\"}", 13, NULL),
			INTOTO_OK);
		assert_int_equal(it_sigstore_bundle_print(&text, envelope, key, NULL),
				 INTOTO_E_INTERNAL);
		assert_int_equal(intoto_envelope_sign(envelope, key, INTOTO_KEYID_CURRENT, NULL),
				 INTOTO_OK);
		assert_int_equal(it_sigstore_bundle_print(&text, envelope, key, NULL), INTOTO_OK);
		assert_int_equal(it_sigstore_bundle_parse(&bundle, it_buf_span(&text), NULL),
				 INTOTO_OK);
		assert_int_equal(strlen(bundle->hint), 44);
		assert_int_equal(intoto_envelope_verify(bundle->envelope, key, NULL), INTOTO_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_contents),
		cmocka_unit_test(refuses_what_is_no_bundle),
		cmocka_unit_test(takes_certificates_and_chains_by_version),
		cmocka_unit_test(reads_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
