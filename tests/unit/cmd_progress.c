/* SPDX-License-Identifier: Apache-2.0 */
/* The line that moves: what it says, and what it does not know. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/progress.h"

#define S INT64_C(1000000000)
#define MIB (UINT64_C(1) << 20)

static void check_line(const struct it_progress *progress, int64_t now, const char *want)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(512);

	it_progress_line(&line, progress, now);
	assert_string_equal(it_buf_text(&line), want);
}

static void says_files_bytes_and_rate(void **state)
{
	struct it_progress progress = { .command = "intoto run" };

	(void)state;
	it_progress_advance(&progress, 0, 0, 10 * S);
	check_line(&progress, 10 * S, "intoto run: 0 files, 0.0 B");
	it_progress_advance(&progress, 640, 100 * MIB, 12 * S);
	check_line(&progress, 12 * S, "intoto run: 640 files, 100.0 MiB, 50.0 MiB/s");
}

static void knows_no_time_left_without_a_snapshot_before(void **state)
{
	struct it_progress progress = { .command = "intoto run" };

	(void)state;
	it_progress_advance(&progress, 1, MIB, 0);
	it_progress_advance(&progress, 1000, 1000 * MIB, 1 * S);
	it_progress_advance(&progress, 1, MIB, 5 * S); /* of other paths */
	it_progress_advance(&progress, 500, 500 * MIB, 6 * S);
	check_line(&progress, 6 * S, "intoto run: 500 files, 500.0 MiB, 500.0 MiB/s");
}

static void knows_the_time_left_from_the_snapshot_before(void **state)
{
	struct it_progress progress = { .command = "intoto run", .again = true };

	(void)state;
	it_progress_advance(&progress, 1, MIB, 0);
	check_line(&progress, 1 * S, "intoto run: 1 files, 1.0 MiB, 1.0 MiB/s");
	it_progress_advance(&progress, 1000, 1000 * MIB, 1 * S);
	it_progress_advance(&progress, 1, MIB, 5 * S);
	it_progress_advance(&progress, 250, 250 * MIB, 7 * S);
	check_line(&progress, 7 * S, "intoto run: 250 files, 250.0 MiB, 125.0 MiB/s, 6 s left");
	check_line(&progress, 65 * S,
		   "intoto run: 250 files, 250.0 MiB, 4.2 MiB/s, 3 min 0 s left");
	it_progress_advance(&progress, 1000, 1000 * MIB, 8 * S);
	check_line(&progress, 8 * S, "intoto run: 1000 files, 1000.0 MiB, 333.3 MiB/s, 0 s left");
}

static void knows_nothing_once_there_is_more_than_before(void **state)
{
	struct it_progress progress = { .command = "intoto run", .again = true };

	(void)state;
	it_progress_advance(&progress, 100, 100 * MIB, 1 * S);
	it_progress_advance(&progress, 1, MIB, 5 * S);
	it_progress_advance(&progress, 101, 50 * MIB, 6 * S);
	check_line(&progress, 6 * S, "intoto run: 101 files, 50.0 MiB, 50.0 MiB/s");
	it_progress_advance(&progress, 100, 101 * MIB, 6 * S); /* fewer files: a third one */
	check_line(&progress, 7 * S, "intoto run: 100 files, 101.0 MiB, 101.0 MiB/s");
}

static void does_not_guess_from_the_first_files(void **state)
{
	struct it_progress progress = { .command = "intoto run", .again = true };

	(void)state;
	it_progress_advance(&progress, 1000, 1000 * MIB, 1 * S);
	it_progress_advance(&progress, 1, MIB, 5 * S);
	check_line(&progress, 6 * S, "intoto run: 1 files, 1.0 MiB, 1.0 MiB/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_files_bytes_and_rate),
		cmocka_unit_test(knows_no_time_left_without_a_snapshot_before),
		cmocka_unit_test(knows_the_time_left_from_the_snapshot_before),
		cmocka_unit_test(knows_nothing_once_there_is_more_than_before),
		cmocka_unit_test(does_not_guess_from_the_first_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
