/* SPDX-License-Identifier: Apache-2.0 */
/* Archives as files: what is packed comes out again, and every change of it is named. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/text.h"
#include "store/tar_stream.h"
#include "tests/unit/workspace.h"

enum { ROOM = 4 * 1024 * 1024 };

static int sign(void *arg, struct intoto_envelope *envelope, struct intoto_error **err)
{
	return intoto_envelope_sign(envelope, arg, INTOTO_KEYID_LEGACY, err);
}

static struct intoto_key *new_key(void)
{
	struct intoto_key *key = NULL;

	assert_int_equal(intoto_key_generate(&key, "ed25519", NULL), INTOTO_OK);
	return key;
}

static const struct it_archive_source sources[] = {
	{ .bytes = { "second", 6 },
	  .member = { .name = "links/b.link", .role = IT_ROLE_LINK, .media_type = "text/plain" } },
	{ .bytes = { "first", 5 },
	  .member = { .name = "layout/root.layout",
		      .role = IT_ROLE_LAYOUT,
		      .media_type = "text/plain" } },
	{ .bytes = { "", 0 },
	  .member = { .name = "other/empty", .role = IT_ROLE_OTHER, .media_type = "text/plain" } },
	{ .bytes = { "\xc3\xa4", 2 },
	  .member = { .name = "other/\xc3\xa4 b", .role = IT_ROLE_OTHER, .media_type = "a/b" } },
};

static struct it_archive_manifest *new_manifest(void)
{
	struct it_archive_manifest *manifest = calloc(1, sizeof *manifest);

	assert_non_null(manifest);
	manifest->product = "app";
	manifest->release = "1.4";
	manifest->time = 1000000000;
	manifest->tool = "test";
	manifest->verdict = "passed";
	manifest->retention = "release";
	manifest->previous = "";
	manifest->steps = calloc(2, sizeof *manifest->steps);
	assert_non_null(manifest->steps);
	manifest->steps[0].name = "build";
	manifest->steps[0].threshold = 1;
	manifest->steps[1].name = "test";
	manifest->steps[1].threshold = 2;
	manifest->step_count = 2;
	assert_int_equal(it_strings_add(&manifest->steps[0].evidence, "links/b.link", NULL),
			 INTOTO_OK);
	return manifest;
}

static int pack(const char *path, struct intoto_key *key, enum it_archive_compression compression,
		const struct it_archive_source *list, size_t count, struct intoto_error **err)
{
	IT_AUTO(it_archive_manifest_freep) struct it_archive_manifest *manifest = new_manifest();
	const struct it_archive_packing packing = {
		.sources = list,
		.source_count = count,
		.manifest = manifest,
		.compression = compression,
		.sign = sign,
		.sign_arg = key,
	};

	return it_archive_pack(path, &packing, err);
}

static void pack_well(const char *path, struct intoto_key *key,
		      enum it_archive_compression compression)
{
	assert_int_equal(pack(path, key, compression, sources, IT_COUNT_OF(sources), NULL),
			 INTOTO_OK);
}

static void what_is_packed_comes_out_again(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		const char *path = kind ? "plain.tar" : "zstd.tar";
		const char *out = kind ? "plain" : "zstd";
		IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
		IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
		IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(ROOM);
		IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(256);

		pack_well(path, key, kind ? IT_ARCHIVE_PLAIN : IT_ARCHIVE_ZSTD);
		assert_int_equal(it_archive_extract(&archive, path, out, NULL, &err), INTOTO_OK);
		assert_int_equal(archive->fault_count, 0);
		assert_int_equal(archive->manifest->member_count, 4);
		assert_int_equal(archive->manifest->step_count, 2);
		assert_string_equal(archive->manifest->steps[0].evidence.items[0], "links/b.link");
		assert_int_equal(archive->manifest->steps[1].evidence.count, 0);
		assert_string_equal(archive->manifest->members[0].name, "layout/root.layout");
		assert_int_equal(intoto_envelope_verify(archive->envelope, key, NULL), INTOTO_OK);
		(void)it_buf_printf(&name, "%s/links/b.link", out);
		assert_int_equal(it_file_read(&text, it_buf_text(&name), NULL), INTOTO_OK);
		assert_string_equal(it_buf_text(&text), "second");
		it_buf_reset(&name);
		(void)it_buf_printf(&name, "%s/other/\xc3\xa4 b", out);
		assert_int_equal(it_file_read(&text, it_buf_text(&name), NULL), INTOTO_OK);
		assert_int_equal(text.len, 2);
	}
}

static void the_same_sources_give_the_same_bytes(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();
	IT_AUTO(it_buf_done) struct it_buf one = IT_BUF(ROOM);
	IT_AUTO(it_buf_done) struct it_buf two = IT_BUF(ROOM);
	struct it_archive_source turned[IT_COUNT_OF(sources)];

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(sources); i++)
		turned[i] = sources[IT_COUNT_OF(sources) - 1 - i];
	pack_well("one.tar", key, IT_ARCHIVE_ZSTD);
	assert_int_equal(pack("two.tar", key, IT_ARCHIVE_ZSTD, turned, IT_COUNT_OF(turned), NULL),
			 INTOTO_OK);
	assert_int_equal(it_file_read(&one, "one.tar", NULL), INTOTO_OK);
	assert_int_equal(it_file_read(&two, "two.tar", NULL), INTOTO_OK);
	assert_true(it_span_eq(it_buf_span(&one), it_buf_span(&two)));
}

/* --- an archive of somebody who means harm --- */

struct forged {
	const char *name;
	const char *bytes;
};

/* The manifest of a good one, and behind it what the forger likes. */
static void forge(const char *path, struct intoto_key *key, const struct forged *members,
		  size_t count)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	IT_AUTO(it_tar_writer_freep) struct it_tar_writer *writer = NULL;
	IT_AUTO(it_freep) char *text = NULL;
	const struct it_tar_style style = { .filter = IT_TAR_PLAIN, .bytes = true };
	struct it_span bytes = { 0 };
	struct it_message message;

	pack_well("good.tar", key, IT_ARCHIVE_PLAIN);
	assert_int_equal(it_archive_read(&archive, "good.tar", NULL, NULL), INTOTO_OK);
	assert_int_equal(intoto_envelope_print(archive->envelope, &text, &bytes.len, NULL),
			 INTOTO_OK);
	bytes.data = text;
	message = it_message_of(&bytes);
	assert_int_equal(it_tar_writer_open(&writer, path, &style, NULL), INTOTO_OK);
	assert_int_equal(it_tar_writer_add(writer, IT_ARCHIVE_MANIFEST_NAME, 0, &message, NULL),
			 INTOTO_OK);
	for (size_t i = 0; i < count; i++) {
		bytes = it_span_text(members[i].bytes);
		message = it_message_of(&bytes);
		assert_int_equal(it_tar_writer_add(writer, members[i].name, 0, &message, NULL),
				 INTOTO_OK);
	}
	assert_int_equal(it_tar_writer_finish(writer, NULL), INTOTO_OK);
}

static void assert_fault(const char *path, enum it_archive_fault_kind kind, const char *name)
{
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	bool found = false;

	assert_int_equal(it_archive_read(&archive, path, NULL, NULL), INTOTO_OK);
	for (size_t i = 0; i < archive->fault_count; i++)
		found = found || (archive->faults[i].kind == kind &&
				  it_streq(archive->faults[i].name, name));
	assert_true(found);
}

#define GOOD                                                                                       \
	{ "layout/root.layout", "first" }, { "links/b.link", "second" }, { "other/empty", "" },    \
	{                                                                                          \
		"other/\xc3\xa4 b", "\xc3\xa4"                                                     \
	}

static void every_change_of_a_member_is_named(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();
	static const struct forged removed[] = { { "layout/root.layout", "first" } };
	static const struct forged replaced[] = { { "layout/root.layout", "furst" } };
	static const struct forged longer[] = { { "layout/root.layout", "first!" } };
	static const struct forged added[] = { GOOD, { "other/more", "x" } };
	static const struct forged twice[] = { GOOD, { "other/empty", "" } };
	static const struct forged turned[] = { { "links/b.link", "second" },
						{ "layout/root.layout", "first" } };
	static const struct forged climbing[] = { GOOD, { "../../etc/passwd", "x" } };
	static const struct forged absolute[] = { GOOD, { "/etc/passwd", "x" } };

	(void)state;
	forge("bad.tar", key, removed, IT_COUNT_OF(removed));
	assert_fault("bad.tar", IT_FAULT_REMOVED, "links/b.link");
	forge("bad.tar", key, replaced, IT_COUNT_OF(replaced));
	assert_fault("bad.tar", IT_FAULT_REPLACED, "layout/root.layout");
	forge("bad.tar", key, longer, IT_COUNT_OF(longer));
	assert_fault("bad.tar", IT_FAULT_REPLACED, "layout/root.layout");
	forge("bad.tar", key, added, IT_COUNT_OF(added));
	assert_fault("bad.tar", IT_FAULT_ADDED, "other/more");
	forge("bad.tar", key, twice, IT_COUNT_OF(twice));
	assert_fault("bad.tar", IT_FAULT_REPEATED, "other/empty");
	forge("bad.tar", key, turned, IT_COUNT_OF(turned));
	assert_fault("bad.tar", IT_FAULT_REORDERED, "layout/root.layout");
	forge("bad.tar", key, climbing, IT_COUNT_OF(climbing));
	assert_fault("bad.tar", IT_FAULT_UNSAFE, "../../etc/passwd");
	forge("bad.tar", key, absolute, IT_COUNT_OF(absolute));
	assert_fault("bad.tar", IT_FAULT_UNSAFE, "/etc/passwd");
}

static void nothing_is_extracted_that_the_manifest_does_not_name(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();
	IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;
	static const struct forged members[] = { { "layout/root.layout", "furst" },
						 { "links/b.link", "second" },
						 { "../outside", "x" } };

	(void)state;
	forge("climb.tar", key, members, IT_COUNT_OF(members));
	assert_int_equal(it_archive_extract(&archive, "climb.tar", "climbed", NULL, NULL),
			 INTOTO_OK);
	assert_int_equal(access("climbed/links/b.link", F_OK), 0);
	assert_int_equal(access("climbed/layout/root.layout", F_OK), -1); /* has other bytes */
	assert_int_equal(access("outside", F_OK), -1);
}

/* At every length: it is either no archive, or one with a fault. */
static void an_archive_that_was_cut_is_never_whole(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(ROOM);

		pack_well("whole.tar", key, kind ? IT_ARCHIVE_PLAIN : IT_ARCHIVE_ZSTD);
		assert_int_equal(it_file_read(&bytes, "whole.tar", NULL), INTOTO_OK);
		for (size_t len = 0; len < bytes.len; len += kind ? 256 : 1) {
			IT_AUTO(it_archive_freep) struct it_archive *archive = NULL;

			assert_int_equal(
				it_file_write("cut.tar", it_span(bytes.data, len), 0600, 0, NULL),
				INTOTO_OK);
			if (it_archive_read(&archive, "cut.tar", NULL, NULL) == INTOTO_OK)
				assert_true(archive->fault_count > 0);
		}
	}
}

static void refuses_to_pack_what_cannot_be_unpacked(void **state)
{
	IT_AUTO(intoto_key_freep) struct intoto_key *key = new_key();
	IT_AUTO(intoto_error_freep) struct intoto_error *err = NULL;
	struct it_archive_source bad = sources[0];
	struct it_archive_source twice[] = { sources[0], sources[0] };

	(void)state;
	bad.member.name = "../x";
	assert_int_equal(pack("no.tar", key, IT_ARCHIVE_ZSTD, &bad, 1, &err), INTOTO_E_FORMAT);
	intoto_error_free(err);
	err = NULL;
	assert_int_equal(pack("no.tar", key, IT_ARCHIVE_ZSTD, twice, 2, &err), INTOTO_E_FORMAT);
	assert_non_null(strstr(intoto_error_text(err), "twice"));
	intoto_error_free(err);
	err = NULL;
	bad = sources[0];
	bad.path = "not-there";
	assert_int_equal(pack("no.tar", key, IT_ARCHIVE_ZSTD, &bad, 1, &err), INTOTO_E_NOTFOUND);
	assert_int_equal(access("no.tar", F_OK), -1);
}

#define IN_WORKSPACE(test) cmocka_unit_test_setup_teardown(test, workspace_enter, workspace_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_is_packed_comes_out_again),
		IN_WORKSPACE(the_same_sources_give_the_same_bytes),
		IN_WORKSPACE(every_change_of_a_member_is_named),
		IN_WORKSPACE(nothing_is_extracted_that_the_manifest_does_not_name),
		IN_WORKSPACE(an_archive_that_was_cut_is_never_whole),
		IN_WORKSPACE(refuses_to_pack_what_cannot_be_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
