/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock that files are stamped with, and whether somebody set it.  A change time is only worth
 * something as long as that clock goes forward.
 */
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "record/reuse_part.h"

#define NS_PER_S INT64_C(1000000000)

/* Between two looks at two clocks; a step of the clock that is less does not matter, since the age
   that a file must have is more (it_reuse_is_old). */
enum { OFFSET_NS = 5 * 1000 * 1000, FAR_S = 10 * 365 * 24 * 3600 };

static bool read_one(int64_t *out, clockid_t clock)
{
	struct timespec time;

	if (clock_gettime(clock, &time))
		return false;
	*out = (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
	return true;
}

/*
 * Files are stamped with the coarse clock, which is up to a tick (1 to 10 ms) behind; a file that
 * changes after this call gets no earlier time than it says.
 */
bool it_reuse_clock_read(struct it_reuse_clock *out)
{
	int64_t exact;
	int64_t since_start;

	if (!read_one(&out->now, CLOCK_REALTIME_COARSE) || !read_one(&exact, CLOCK_REALTIME) ||
	    !read_one(&since_start, CLOCK_BOOTTIME))
		return false;
	out->offset = exact - since_start;
	return true;
}

/* Both are slewed alike, so only a step moves one against the other. */
bool it_reuse_clock_kept(const struct it_reuse_clock *before, const struct it_reuse_clock *now)
{
	int64_t moved = now->offset - before->offset;

	return now->now >= before->now && moved > -OFFSET_NS && moved < OFFSET_NS;
}

/* A timer that nobody waits for: the kernel cancels it when the clock is set, also there and back
   again. */
int it_reuse_clock_watch(void)
{
	struct itimerspec far = { 0 };
	struct timespec now;
	int fd;

	if (clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return -1;
	far.it_value.tv_sec = now.tv_sec + FAR_S;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL)) {
		(void)close(fd); /* of no use */
		return -1;
	}
	return fd;
}

bool it_reuse_clock_was_set(int watch)
{
	uint64_t times;

	return watch >= 0 && (read(watch, &times, sizeof times) >= 0 || errno != EAGAIN);
}
