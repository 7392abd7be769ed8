/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted where: lines of mountinfo that are read, and lines that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "refused.h"
#include "run/mounts.h"

static int parse(struct it_mounts *out, const char *text, struct intoto_error **err)
{
	return it_mounts_parse(out, it_span_text(text), err);
}

static void reads_every_field(void **state)
{
	IT_AUTO(it_mounts_done) struct it_mounts mounts = { 0 };
	const struct it_mount *found;

	(void)state;
	assert_int_equal(
		parse(&mounts,
		      "22 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw\n"
		      "30 22 0:21 / /proc rw - proc proc rw\n"
		      "31 22 259:4294967295 /sub\\040dir /mnt/a\\011b\\134c\\012d rw - xfs "
		      "/dev/x rw,a=b\n",
		      NULL),
		0);
	assert_int_equal(mounts.count, 3);
	found = it_mounts_find(&mounts, 31);
	assert_non_null(found);
	assert_string_equal(found->root, "/sub dir");
	assert_string_equal(found->point, "/mnt/a\tb\\c\nd");
	assert_string_equal(found->type, "xfs");
	assert_true(found->device == ((uint64_t)259 << 32 | UINT32_MAX));
	assert_string_equal(it_mounts_find(&mounts, 22)->type, "ext4");
	assert_null(it_mounts_find(&mounts, 23));
}

static void refuses_lines_that_are_none(void **state)
{
	static const char *const lines[] = {
		"\n",
		"22\n",
		"22 1 8:1 / / rw\n",
		"22 1 8:1 / / rw shared:1\n",
		"22 1 8:1 / / rw -\n",
		"22 1 8 / / rw - ext4 x rw\n",
		"22 1 8:x / / rw - ext4 x rw\n",
		"22 1 8:4294967296 / / rw - ext4 x rw\n",
		"x 1 8:1 / / rw - ext4 x rw\n",
		"-1 1 8:1 / / rw - ext4 x rw\n",
	};

	(void)state;
	for (size_t i = 0; i < IT_COUNT_OF(lines); i++) {
		struct it_mounts mounts = { 0 };
		struct intoto_error *err = NULL;

		assert_refused(parse(&mounts, lines[i], &err), &err, INTOTO_E_FORMAT, "line 1");
		assert_null(mounts.items);
	}
}

static void refuses_a_nul(void **state)
{
	struct it_mounts mounts = { 0 };
	struct intoto_error *err = NULL;

	(void)state;
	assert_refused(it_mounts_parse(&mounts, it_span("22\0", 3), &err), &err, INTOTO_E_FORMAT,
		       "a NUL");
}

static void knows_what_lies_below_a_folder(void **state)
{
	IT_AUTO(it_mounts_done) struct it_mounts mounts = { 0 };

	(void)state;
	assert_int_equal(parse(&mounts,
			       "22 1 8:1 / / rw - ext4 x rw\n30 22 8:2 / /home rw - ext4 y rw\n"
			       "31 22 8:3 / /home/u/proj/cache rw - ext4 z rw\n",
			       NULL),
			 0);
	assert_string_equal(it_mounts_below(&mounts, "/home/u/proj")->point, "/home/u/proj/cache");
	assert_null(it_mounts_below(&mounts, "/home/u/proj/cache"));
	assert_null(it_mounts_below(&mounts, "/home/u/pro"));
	assert_null(it_mounts_below(&mounts, "/usr"));
	assert_non_null(it_mounts_below(&mounts, "/"));
}

static void finds_another_way_to_a_folder(void **state)
{
	static const struct {
		const char *folder;
		const char *alias; /* NULL: none */
	} cases[] = {
		{ "/work/proj", "/mnt/work" },
		{ "/work/proj/sub", "/mnt/work" },
		{ "/work", "/mnt/work" },
		{ "/srv/x", "/copy" },
		{ "/srv/y", NULL },
		{ "/srv", "/copy" },
		{ "/workshop", NULL },
	};
	IT_AUTO(it_mounts_done) struct it_mounts mounts = { 0 };

	(void)state;
	assert_int_equal(parse(&mounts,
			       "22 1 8:1 / / rw - ext4 x rw\n"
			       "30 22 8:1 /work /mnt/work rw - ext4 x rw\n"
			       "31 22 8:1 /srv/x/deep /copy rw - ext4 x rw\n"
			       "32 22 8:9 /workshop /other rw - ext4 y rw\n",
			       NULL),
			 0);
	for (size_t i = 0; i < IT_COUNT_OF(cases); i++) {
		const struct it_mount *found =
			it_mounts_alias(&mounts, it_mounts_find(&mounts, 22), cases[i].folder);

		if (cases[i].alias)
			assert_string_equal(found->point, cases[i].alias);
		else
			assert_null(found);
	}
}

static void reads_what_this_machine_has(void **state)
{
	IT_AUTO(it_mounts_done) struct it_mounts mounts = { 0 };

	(void)state;
	assert_int_equal(it_mounts_read(&mounts, NULL), 0);
	assert_true(mounts.count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(refuses_lines_that_are_none),
		cmocka_unit_test(refuses_a_nul),
		cmocka_unit_test(knows_what_lies_below_a_folder),
		cmocka_unit_test(finds_another_way_to_a_folder),
		cmocka_unit_test(reads_what_this_machine_has),
	};

	return cmocka_run_group_tests_name("run_mounts", tests, NULL, NULL);
}
