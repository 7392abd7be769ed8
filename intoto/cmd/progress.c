/* SPDX-License-Identifier: Apache-2.0 */
/* Progress of a recording.  Output to standard error that fails has nowhere to be told. */
#include "cmd/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/terminal.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

enum {
	BLINK_MS = 500,
	REDRAW_MS = 100,
	FILES_BETWEEN_LOOKS = 64,
	KIB = 1024,
	FILE_COST = 16 * KIB, /* opening and closing one takes as long as reading so many bytes */
	LINE_MAX_BYTES = 512,
	S_PER_MIN = 60,
};

/* Large files are rare, so a look at the clock for each of them costs nothing. */
static const uint64_t large_bytes = UINT64_C(1) << 20;

void it_progress_start(struct it_progress *progress, const char *command, bool quiet)
{
	*progress = (struct it_progress){ .command = command, .quiet = quiet };
	progress->moving = !quiet && it_is_terminal(STDERR_FILENO);
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

static void add_size(struct it_buf *out, double size, const char *behind)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	while (size >= KIB && unit + 1 < IT_COUNT_OF(units)) {
		size /= KIB;
		unit++;
	}
	(void)it_buf_printf(out, ", %.1f %s%s", size, units[unit], behind); /* sticky, as below */
}

static double work_of(const struct it_progress_state *state)
{
	return (double)state->files * FILE_COST + (double)state->bytes;
}

/* Seconds that are left; negative where nobody knows: more was found than before, or too little is
   done to judge by. */
static double left_of(const struct it_progress *progress, double elapsed)
{
	const struct it_progress_state *total = &progress->total;
	double done = work_of(&progress->now);
	double all = work_of(total);

	if (!total->files || progress->now.files > total->files ||
	    progress->now.bytes > total->bytes || done * 50 < all)
		return -1;
	return elapsed * (all - done) / done;
}

static void add_left(struct it_buf *out, double left)
{
	uint64_t seconds = left < 1e15 ? (uint64_t)(left + 0.5) : 0;

	if (left < 0)
		return;
	if (seconds >= S_PER_MIN)
		(void)it_buf_printf(out, ", %ju min", (uintmax_t)(seconds / S_PER_MIN));
	(void)it_buf_printf(out, "%s%ju s left", seconds >= S_PER_MIN ? " " : ", ",
			    (uintmax_t)(seconds % S_PER_MIN));
}

void it_progress_line(struct it_buf *out, const struct it_progress *progress, int64_t now)
{
	double elapsed = (double)(now - progress->start) / (double)NS_PER_S;

	(void)it_buf_printf(out, "%s: %zu %s", progress->command, progress->now.files,
			    progress->noun ? progress->noun : "files");
	add_size(out, (double)progress->now.bytes, "");
	if (elapsed <= 0)
		return;
	add_size(out, (double)progress->now.bytes / elapsed, "/s");
	add_left(out, left_of(progress, elapsed));
}

void it_progress_advance(struct it_progress *progress, size_t files, uint64_t bytes, int64_t now)
{
	if (!progress->begun || files < progress->now.files) {
		progress->total = (struct it_progress_state){ 0 };
		if (progress->begun && progress->again)
			progress->total = progress->now;
		progress->again = progress->again && !progress->begun;
		progress->begun = true;
		progress->start = now;
		progress->last = 0;
		progress->looked = 0;
	}
	progress->now = (struct it_progress_state){ files, bytes };
}

void it_progress_expect(struct it_progress *progress, const char *noun, size_t count,
			uint64_t bytes)
{
	progress->noun = noun;
	progress->begun = true;
	progress->start = it_clock_monotonic();
	progress->total = (struct it_progress_state){ count, bytes };
}

static void draw(struct it_progress *progress, int64_t now)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX_BYTES);

	it_progress_line(&line, progress, now);
	(void)fprintf(stderr, "\r%s\033[K", it_buf_text(&line));
	progress->last = now;
	progress->drawn = true;
}

void it_progress_files(void *arg, size_t files, uint64_t bytes)
{
	struct it_progress *progress = arg;
	int64_t now;

	if (!progress->moving)
		return;
	if (progress->begun && files >= progress->now.files && files % FILES_BETWEEN_LOOKS &&
	    bytes < progress->looked + large_bytes) {
		progress->now = (struct it_progress_state){ files, bytes };
		return;
	}
	now = it_clock_monotonic();
	it_progress_advance(progress, files, bytes, now);
	progress->looked = bytes;
	if (now - progress->start >= BLINK_MS * NS_PER_MS &&
	    now - progress->last >= REDRAW_MS * NS_PER_MS)
		draw(progress, now);
}
