/* SPDX-License-Identifier: Apache-2.0 */
/* Progress of a recording.  Output to standard error that fails has nowhere to be told. */
#include "cmd/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/terminal.h"

#define NS_PER_MS INT64_C(1000000)

enum { BLINK_MS = 500, REDRAW_MS = 100, FILES_BETWEEN_LOOKS = 64, KIB = 1024 };

/* Large files are rare, so a look at the clock for each of them costs nothing. */
static const uint64_t large_bytes = UINT64_C(1) << 20;

void it_progress_start(struct it_progress *progress, const char *command, bool quiet)
{
	*progress = (struct it_progress){ .command = command, .quiet = quiet };
	progress->moving = !quiet && it_is_terminal(STDERR_FILENO);
	progress->start = it_clock_monotonic();
}

void it_progress_end(struct it_progress *progress)
{
	if (progress->drawn)
		(void)fprintf(stderr, "\r\033[K");
	progress->drawn = false;
}

void it_progress_notice(void *arg, const char *text)
{
	struct it_progress *progress = arg;

	if (progress->quiet)
		return;
	it_progress_end(progress);
	(void)fprintf(stderr, "%s: %s\n", progress->command, text);
}

static void draw(const struct it_progress *progress, size_t files, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= KIB && unit + 1 < IT_COUNT_OF(units)) {
		size /= KIB;
		unit++;
	}
	(void)fprintf(stderr, "\r%s: %zu files, %.1f %s\033[K", progress->command, files, size,
		      units[unit]);
}

void it_progress_files(void *arg, size_t files, uint64_t bytes)
{
	struct it_progress *progress = arg;
	int64_t now;

	if (!progress->moving)
		return;
	if (files == 1)
		progress->start = it_clock_monotonic();
	if (files % FILES_BETWEEN_LOOKS && bytes < large_bytes * files)
		return;
	now = it_clock_monotonic();
	if (now - progress->start < BLINK_MS * NS_PER_MS ||
	    now - progress->last < REDRAW_MS * NS_PER_MS)
		return;
	draw(progress, files, bytes);
	progress->last = now;
	progress->drawn = true;
}
