/* SPDX-License-Identifier: Apache-2.0 */
/* The links in memory: which leave, which stay, and that a document read again is the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "layouts/shelf.h"
#include "layouts/source.h"
#include "refused.h"
#include "workspace.h"

enum { LARGE = IT_SHELF_BYTES / 2 + 1 };

static struct it_shelved *put(struct it_shelf *shelf, const void *owner, size_t bytes)
{
	struct intoto_link *link = NULL;
	struct it_shelved *shelved = NULL;

	it_shelf_make_room(shelf, bytes);
	assert_int_equal(it_link_new(&link, "a", NULL), INTOTO_OK);
	assert_int_equal(it_shelf_put(shelf, owner, link, bytes, &shelved, NULL), INTOTO_OK);
	return shelved;
}

static void keeps_many_small_links(void **state)
{
	IT_AUTO(it_shelf_done) struct it_shelf shelf = { 0 };
	char owners[100] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof owners; i++)
		(void)put(&shelf, &owners[i], 1000); /* borrowed */
	for (size_t i = 0; i < sizeof owners; i++)
		assert_non_null(it_shelf_find(&shelf, &owners[i]));
}

static void keeps_two_large_links_however_large(void **state)
{
	IT_AUTO(it_shelf_done) struct it_shelf shelf = { 0 };
	char owners[5] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof owners; i++) {
		(void)put(&shelf, &owners[i], (size_t)LARGE * 8); /* borrowed */
		assert_int_equal(shelf.count, i ? 2 : 1);
	}
	assert_non_null(it_shelf_find(&shelf, &owners[4]));
	assert_non_null(it_shelf_find(&shelf, &owners[3]));
	assert_null(it_shelf_find(&shelf, &owners[2]));
}

static void lets_the_one_go_that_was_used_longest_ago(void **state)
{
	IT_AUTO(it_shelf_done) struct it_shelf shelf = { 0 };
	char owners[3] = { 0 };

	(void)state;
	(void)put(&shelf, &owners[0], LARGE);
	(void)put(&shelf, &owners[1], LARGE);
	assert_non_null(it_shelf_find(&shelf, &owners[0]));
	(void)put(&shelf, &owners[2], LARGE);
	assert_non_null(it_shelf_find(&shelf, &owners[0]));
	assert_null(it_shelf_find(&shelf, &owners[1]));
}

static void keeps_what_is_pinned(void **state)
{
	IT_AUTO(it_shelf_done) struct it_shelf shelf = { 0 };
	char owners[6] = { 0 };
	struct it_shelved *first = put(&shelf, &owners[0], LARGE);
	struct it_shelved *second = put(&shelf, &owners[1], LARGE);

	(void)state;
	first->pins++;
	second->pins++;
	for (size_t i = 2; i < sizeof owners; i++)
		(void)put(&shelf, &owners[i], LARGE);
	assert_ptr_equal(it_shelf_find(&shelf, &owners[0]), first);
	assert_ptr_equal(it_shelf_find(&shelf, &owners[1]), second);
	assert_int_equal(shelf.count, 3);
	first->pins--;
	second->pins--;
	it_shelf_drop(&shelf, &owners[0]);
	it_shelf_drop(&shelf, &owners[0]);
	assert_null(it_shelf_find(&shelf, &owners[0]));
	assert_int_equal(shelf.count, 2);
}

static void write_file(const char *path, const char *text)
{
	assert_int_equal(it_file_write(path, it_span_text(text), 0666, 0, NULL), INTOTO_OK);
}

static void refuses_a_document_that_was_changed_since(void **state)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	IT_AUTO(it_source_freep) struct it_source *source = NULL;
	struct intoto_error *err = NULL;

	(void)state;
	write_file("a.link", "one");
	assert_int_equal(it_source_new(&source, NULL, "a.link", NULL), INTOTO_OK);
	assert_int_equal(it_source_read(source, &text, NULL), INTOTO_OK);
	assert_int_equal(source->bytes, 3);
	assert_int_equal(it_source_read(source, &text, NULL), INTOTO_OK);
	write_file("a.link", "two");
	assert_refused(it_source_read(source, &text, &err), &err, INTOTO_E_UNTRUSTED,
		       "a.link: was changed while it was used");
	assert_int_equal(unlink("a.link"), 0);
	assert_refused(it_source_read(source, &text, &err), &err, INTOTO_E_NOTFOUND, "a.link: ");
}

static void reads_a_line_of_a_bundle_again_and_no_other(void **state)
{
	static const char bundle_text[] = "first\nsecond\nthird\n";
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(4096);
	IT_AUTO(it_source_freep) struct it_source *bundle = NULL;
	IT_AUTO(it_source_freep) struct it_source *line = NULL;
	IT_AUTO(it_freep) char *uri = NULL;
	struct intoto_error *err = NULL;

	(void)state;
	assert_int_equal(mkdir("links", 0777), 0);
	write_file("links/b.intoto.jsonl", bundle_text);
	assert_int_equal(it_source_new(&bundle, "links", "b.intoto.jsonl", NULL), INTOTO_OK);
	assert_int_equal(it_source_new_line(&line, bundle, 2, 6, it_span(bundle_text + 6, 6), NULL),
			 INTOTO_OK);
	assert_string_equal(line->name, "b.intoto.jsonl#2");
	uri = it_source_uri(line);
	assert_string_equal(uri, "links/b.intoto.jsonl#2");
	assert_int_equal(it_source_read(line, &text, NULL), INTOTO_OK);
	assert_string_equal(it_buf_text(&text), "second");
	write_file("links/b.intoto.jsonl", "first\nsecund\nthird\n");
	assert_refused(it_source_read(line, &text, &err), &err, INTOTO_E_UNTRUSTED,
		       "these are not the bytes whose signature was verified");
	write_file("links/b.intoto.jsonl", "first\nsec");
	assert_refused(it_source_read(line, &text, &err), &err, INTOTO_E_FORMAT,
		       "has become shorter");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_many_small_links),
		cmocka_unit_test(keeps_two_large_links_however_large),
		cmocka_unit_test(lets_the_one_go_that_was_used_longest_ago),
		cmocka_unit_test(keeps_what_is_pinned),
		cmocka_unit_test_setup_teardown(refuses_a_document_that_was_changed_since,
						workspace_enter, workspace_leave),
		cmocka_unit_test_setup_teardown(reads_a_line_of_a_bundle_again_and_no_other,
						workspace_enter, workspace_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
