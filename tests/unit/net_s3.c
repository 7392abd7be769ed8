/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures, credentials and answers of S3: the examples of Amazon's own documentation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "crypto/digest.h"
#include "net/s3/credentials.h"
#include "net/s3/listing.h"
#include "net/s3/sign.h"

/* "Examples: Signature Calculations" of the guide to S3's API: these keys are nobody's. */
static const struct it_s3_identity example = { .access_key = "AKIAIOSFODNN7EXAMPLE",
					       .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
					       .region = "us-east-1" };

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void assert_signature(const struct it_s3_to_sign *request, const char *const *headers,
			     const char *signature)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(4096);
	struct it_strings list = { 0 };
	struct it_s3_to_sign filled = *request;

	for (; *headers; headers++)
		assert_int_equal(it_strings_add(&list, *headers, NULL), 0);
	filled.headers = &list;
	assert_int_equal(it_s3_sign(&out, &example, &filled, NULL), 0);
	assert_non_null(strstr(it_buf_text(&out), signature));
	assert_non_null(
		strstr(it_buf_text(&out),
		       "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"));
	assert_null(strstr(it_buf_text(&out), example.secret));
	it_strings_done(&list);
}

static void signs_a_get(void **state)
{
	static const char *const headers[] = { "host: examplebucket.s3.amazonaws.com",
					       "range: bytes=0-9", "x-amz-content-sha256: " EMPTY,
					       "x-amz-date: 20130524T000000Z", NULL };
	const struct it_s3_to_sign request = { .method = "GET",
					       .path = "/test.txt",
					       .query = "",
					       .payload = EMPTY,
					       .time = "20130524T000000Z" };

	(void)state;
	assert_signature(&request, headers,
			 "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void signs_a_put(void **state)
{
	static const char payload[] =
		"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
	static const char *const headers[] = {
		"date: Fri, 24 May 2013 00:00:00 GMT",
		"host: examplebucket.s3.amazonaws.com",
		"x-amz-content-sha256: "
		"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
		"x-amz-date: 20130524T000000Z",
		"x-amz-storage-class: REDUCED_REDUNDANCY",
		NULL
	};
	const struct it_s3_to_sign request = { .method = "PUT",
					       .path = "/test%24file.text",
					       .query = "",
					       .payload = payload,
					       .time = "20130524T000000Z" };
	IT_AUTO(it_buf_done) struct it_buf path = IT_BUF(64);

	(void)state;
	it_s3_escape(&path, "/test$file.text", true);
	assert_string_equal(it_buf_text(&path), request.path);
	assert_signature(&request, headers,
			 "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void signs_queries(void **state)
{
	static const char *const headers[] = { "host: examplebucket.s3.amazonaws.com",
					       "x-amz-content-sha256: " EMPTY,
					       "x-amz-date: 20130524T000000Z", NULL };
	struct it_s3_to_sign request = { .method = "GET",
					 .path = "/",
					 .query = "lifecycle=",
					 .payload = EMPTY,
					 .time = "20130524T000000Z" };

	(void)state;
	assert_signature(&request, headers,
			 "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	request.query = "max-keys=2&prefix=J";
	assert_signature(&request, headers,
			 "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void prints_a_time(void **state)
{
	char time[IT_S3_TIME_SIZE];

	(void)state;
	it_s3_time(time, 1369353600);
	assert_string_equal(time, "20130524T000000Z");
}

/* --- credentials --- */

static void reads_a_profile(void **state)
{
	static const char text[] = "# mine\n[default]\naws_access_key_id = ONE\n"
				   "aws_secret_access_key=first\n\n[profile other]\n"
				   "aws_access_key_id=TWO\r\naws_secret_access_key = second = x\n"
				   "aws_session_token=three\n";
	struct it_s3_credentials found = { 0 };

	(void)state;
	assert_int_equal(it_s3_credentials_read(&found, it_span_text(text), "default", NULL), 0);
	assert_string_equal(found.access_key, "ONE");
	assert_string_equal(found.secret, "first");
	assert_null(found.token);
	it_s3_credentials_done(&found);
	assert_int_equal(it_s3_credentials_read(&found, it_span_text(text), "other", NULL), 0);
	assert_string_equal(found.access_key, "TWO");
	assert_string_equal(found.secret, "second = x");
	assert_string_equal(found.token, "three");
	it_s3_credentials_done(&found);
}

static void refuses_a_profile_that_is_not_there(void **state)
{
	struct it_s3_credentials found = { 0 };

	(void)state;
	assert_int_equal(it_s3_credentials_read(&found,
						it_span_text("[default]\naws_access_key_id=ONE\n"),
						"default", NULL),
			 INTOTO_E_KEY);
	it_s3_credentials_done(&found);
}

/* --- answers --- */

static void reads_a_list(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated>"
		"<NextContinuationToken>a/b=</NextContinuationToken>"
		"<Contents><Key>x&amp;y</Key><Size>12</Size><Owner><ID>Key</ID></Owner></Contents>"
		"<Contents><Key>z</Key><Size>0</Size></Contents></ListBucketResult>";
	struct it_s3_listing listing;

	(void)state;
	assert_int_equal(it_s3_listing_read(&listing, it_span_text(text), NULL), 0);
	assert_int_equal(listing.count, 2);
	assert_string_equal(listing.items[0].key, "x&y");
	assert_int_equal(listing.items[0].size, 12);
	assert_null(listing.items[0].version);
	assert_true(listing.truncated);
	assert_string_equal(listing.next, "a/b=");
	it_s3_listing_done(&listing);
}

static void reads_versions_and_refusals(void **state)
{
	static const char text[] =
		"<ListVersionsResult><Version><Key>k</Key><VersionId>v1</VersionId><Size>3</Size>"
		"</Version><DeleteMarker><Key>k</Key><VersionId>v2</VersionId></DeleteMarker>"
		"</ListVersionsResult>";
	struct it_s3_listing listing;

	(void)state;
	assert_int_equal(it_s3_listing_read(&listing, it_span_text(text), NULL), 0);
	assert_int_equal(listing.count, 2);
	assert_string_equal(listing.items[0].version, "v1");
	assert_false(listing.items[0].is_marker);
	assert_true(listing.items[1].is_marker);
	it_s3_listing_done(&listing);
	assert_int_equal(it_s3_listing_read(&listing,
					    it_span_text("<Error><Code>NoSuchBucket</Code>"
							 "<Message>no</Message></Error>"),
					    NULL),
			 0);
	assert_string_equal(listing.code, "NoSuchBucket");
	assert_string_equal(listing.message, "no");
	it_s3_listing_done(&listing);
}

static void refuses_hostile_xml(void **state)
{
	static const char *const texts[] = {
		"",
		"<ListBucketResult>",
		"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<a><Contents><Size>3</Size></Contents></a>",
		"<a><Contents><Key>k</Key><Size>-1</Size></Contents></a>",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></"
		"a>"
		"</a></a></a></a></a></a></a></a>",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		struct it_s3_listing listing;

		assert_int_not_equal(it_s3_listing_read(&listing, it_span_text(texts[i]), NULL), 0);
		it_s3_listing_done(&listing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_a_get),
		cmocka_unit_test(signs_a_put),
		cmocka_unit_test(signs_queries),
		cmocka_unit_test(prints_a_time),
		cmocka_unit_test(reads_a_profile),
		cmocka_unit_test(refuses_a_profile_that_is_not_there),
		cmocka_unit_test(reads_a_list),
		cmocka_unit_test(reads_versions_and_refusals),
		cmocka_unit_test(refuses_hostile_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
