/* SPDX-License-Identifier: Apache-2.0 */
/* Renewals and redactions as documents: what is written is read again, all else is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/later.h"
#include "base/text.h"

#define D16 "0123456789abcdef"
#define SHA256 D16 D16 D16 D16
#define SHA512 SHA256 SHA256

#define STATEMENT(type, predicate, digest)                                                         \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{" predicate "},"            \
	"\"predicateType\":\"https://in-toto.io/intoto/archive/" type "/v1\","                     \
	"\"subject\":[{\"digest\":{" digest "},\"name\":\"listing\"}]}"
#define COMMON                                                                                     \
	"\"archive\":{\"sha256\":\"" SHA256 "\"},\"entries\":7,\"time\":\"2026-01-31T23:59:59Z\"," \
	"\"tool\":\"intoto\""
#define LISTING "\"sha512\":\"" SHA512 "\""
#define WITHHELD(name, size)                                                                       \
	"{\"digest\":{\"sha256\":\"" SHA256 "\",\"sha512\":\"" SHA512 "\"},\"name\":\"" name       \
	"\",\"size\":" size "}"
#define REDACTION(reason, list)                                                                    \
	STATEMENT("redaction", COMMON ",\"reason\":\"" reason "\",\"withheld\":[" list "]", LISTING)

static int read_text(struct it_archive_later **out, const char *text, struct intoto_error **err)
{
	struct intoto_envelope *envelope = NULL;
	int rc;

	assert_int_equal(intoto_envelope_new(&envelope, INTOTO_DSSE, text, strlen(text), NULL),
			 INTOTO_OK);
	rc = it_archive_later_read(out, envelope, err);
	intoto_envelope_free(envelope);
	return rc;
}

static void reads_a_renewal(void **state)
{
	struct it_archive_later *later = NULL;

	(void)state;
	assert_int_equal(read_text(&later,
				   STATEMENT("renewal", COMMON ",\"timestamp\":\"AAEC\"", LISTING),
				   NULL),
			 INTOTO_OK);
	assert_false(later->redaction);
	assert_int_equal(later->entries, 7);
	assert_int_equal(later->time, 1769903999);
	assert_string_equal(later->listing, SHA512);
	assert_string_equal(later->archive, SHA256);
	assert_string_equal(later->reason, "");
	assert_int_equal(later->timestamp.len, 3);
	it_archive_later_free(later);
}

static void reads_a_redaction(void **state)
{
	struct it_archive_later *later = NULL;

	(void)state;
	assert_int_equal(
		read_text(&later,
			  REDACTION("secret", WITHHELD("a/b", "0") "," WITHHELD("a/c", "9")), NULL),
		INTOTO_OK);
	assert_true(later->redaction);
	assert_string_equal(later->reason, "secret");
	assert_int_equal(later->withheld_count, 2);
	assert_string_equal(later->withheld[1].name, "a/c");
	assert_int_equal(later->withheld[1].size, 9);
	assert_string_equal(later->withheld[0].sha512, SHA512);
	it_archive_later_free(later);
}

static void writes_what_it_reads(void **state)
{
	static const char *const texts[] = {
		STATEMENT("renewal", COMMON, LISTING),
		STATEMENT("renewal",
			  "\"archive\":{\"sha256\":\"" SHA256
			  "\"},\"entries\":7,\"time\":\"2026-01-31T23:59:59Z\",\"timestamp\":"
			  "\"AAEC\","
			  "\"tool\":\"intoto\"",
			  LISTING),
		"{\"_type\":\"https://in-toto.io/Statement/"
		"v1\",\"predicate\":{\"archive\":{\"sha256\":"
		"\"" SHA256
		"\"},\"entries\":7,\"reason\":\"secret\",\"time\":\"2026-01-31T23:59:59Z\","
		"\"tool\":\"intoto\",\"withheld\":[" WITHHELD(
			"a/b",
			"0") "]},"
			     "\"predicateType\":\"https://in-toto.io/intoto/archive/redaction/"
			     "v1\",\"subject\":[{\"digest\":{" LISTING "},\"name\":\"listing\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(texts); i++) {
		struct it_archive_later *later = NULL;
		struct intoto_envelope *written = NULL;

		assert_int_equal(read_text(&later, texts[i], NULL), INTOTO_OK);
		assert_int_equal(it_archive_later_write(&written, later, NULL), INTOTO_OK);
		assert_true(it_span_is(it_buf_span(&written->payload), texts[i]));
		intoto_envelope_free(written);
		it_archive_later_free(later);
	}
}

static void refuses_what_is_neither(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} rows[] = {
		{ STATEMENT("note", COMMON, LISTING),
		  "predicateType: is neither a renewal nor a redaction" },
		{ STATEMENT("renewal", "\"entries\":7", LISTING), "predicate: member \"archive\" is missing" },
		{ STATEMENT("renewal", COMMON, "\"sha256\":\"" SHA256 "\""),
		  "subject: want a sha512 in lower-case hex digits" },
		{ STATEMENT("renewal", COMMON, "\"sha512\":\"" SHA256 "\""),
		  "subject: want a sha512" },
		{ STATEMENT("renewal", COMMON, "\"sha512\":7"), "subject: want a sha512" },
		{ STATEMENT("renewal", COMMON ",\"reason\":\"x\"", LISTING),
		  "predicate: does not fit its predicateType" },
		{ STATEMENT("renewal", COMMON ",\"withheld\":[" WITHHELD("a", "1") "]", LISTING),
		  "predicate: does not fit its predicateType" },
		{ STATEMENT("renewal", COMMON ",\"timestamp\":\"=\"", LISTING),
		  "predicate.timestamp: want a token in base64" },
		{ STATEMENT("renewal", COMMON ",\"timestamp\":\"\"", LISTING),
		  "predicate.timestamp: want a token in base64" },
		{ STATEMENT("renewal", COMMON ",\"more\":1", LISTING),
		  "predicate: unknown member \"more\"" },
		{ STATEMENT("redaction", COMMON, LISTING),
		  "predicate: does not fit its predicateType" },
		{ STATEMENT("redaction",
			    COMMON ",\"reason\":\"x\",\"withheld\":[" WITHHELD(
				    "a", "1") "],\"timestamp\":\"AAEC\"",
			    LISTING),
		  "predicate: does not fit its predicateType" },
		{ REDACTION("", WITHHELD("a", "1")), "predicate: its reason has 0 bytes" },
		{ REDACTION("x", ""), "predicate.withheld: want from 1 to 10000 members" },
		{ REDACTION("x", WITHHELD("b", "1") "," WITHHELD("a", "1")),
		  "predicate.withheld[1]: the names are not in order" },
		{ REDACTION("x", WITHHELD("a", "1") "," WITHHELD("a", "1")),
		  "predicate.withheld[1]: the names are not in order" },
		{ REDACTION("x", WITHHELD("../a", "1")),
		  "predicate.withheld[0]: its name or size is none that a member may have" },
		{ REDACTION("x", WITHHELD("a", "-1")),
		  "predicate.withheld[0]: its name or size is none that a member may have" },
		{ REDACTION("x", "7"), "predicate.withheld[0]" },
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(rows); i++) {
		struct it_archive_later *later = NULL;
		struct intoto_error *err = NULL;

		if (!read_text(&later, rows[i].text, &err))
			fail_msg("row %zu was read", i);
		if (!strstr(intoto_error_text(err), rows[i].says))
			fail_msg("row %zu: %s", i, intoto_error_text(err));
		assert_null(later);
		intoto_error_free(err);
	}
}

static void refuses_numbers_that_count_nothing(void **state)
{
	static const char *const heads[] = { "\"entries\":0,\"time\":\"2026-01-31T23:59:59Z\"",
					     "\"entries\":-1,\"time\":\"2026-01-31T23:59:59Z\"",
					     "\"entries\":1,\"time\":\"2026-02-31T23:59:59Z\"",
					     "\"entries\":1,\"time\":\"\"" };

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(heads); i++) {
		struct it_archive_later *later = NULL;
		struct intoto_error *err = NULL;
		char *text = NULL;

		assert_true(
			asprintf(&text,
				 "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{%s,"
				 "\"archive\":{\"sha256\":\"" SHA256 "\"},\"tool\":\"x\"},"
				 "\"predicateType\":\"%s\",\"subject\":[{\"digest\":{" LISTING
				 "}}]}",
				 heads[i], IT_ARCHIVE_RENEWAL_TYPE) > 0);
		assert_int_equal(read_text(&later, text, &err), INTOTO_E_FORMAT);
		assert_non_null(
			strstr(intoto_error_text(err), "its time or number of entries is none"));
		intoto_error_free(err);
		free(text);
	}
}

static void lists_entries_so_that_no_name_can_pass_for_another(void **state)
{
	struct it_archive_entry entries[] = { { "a 1 sha512:x\n1:b", 1, "cc", true },
					      { "\xc3\xa4", 0, "dd", false } };
	const struct it_archive_listing listing = { .entries = entries, .count = 2 };
	struct it_buf text = IT_BUF(1024);

	(void)state;
	assert_int_equal(it_archive_listing_print(&text, &listing, 2, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text),
			    "16:a 1 sha512:x\n1:b 1 sha512:cc\n2:\xc3\xa4 0 sha512:dd\n");
	it_buf_done(&text);
}

static void numbers_their_names(void **state)
{
	char name[IT_ARCHIVE_LATER_NAME];

	(void)state;
	it_archive_later_name(name, 0);
	assert_string_equal(name, "renewals/0001.dsse.json");
	it_archive_later_name(name, 9999);
	assert_string_equal(name, "renewals/10000.dsse.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_renewal),
		cmocka_unit_test(reads_a_redaction),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(refuses_what_is_neither),
		cmocka_unit_test(refuses_numbers_that_count_nothing),
		cmocka_unit_test(lists_entries_so_that_no_name_can_pass_for_another),
		cmocka_unit_test(numbers_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
