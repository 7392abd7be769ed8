/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file rests: one look at its state, taken behind the last read, tells that nothing
 * changed since a moment before the first one.
 *
 * Every change of a file sets its change time to the system's clock, and no call sets it to
 * anything else.  A file whose change time is older than the moment was not changed after it.  This
 * holds only where the stamps come from the clock that we read (not on a network's file system),
 * and while nobody sets that clock: whoever is told no looks before and behind the read and
 * compares.  What is written through a mapping changes without a stamp until the system has written
 * the page back: no look at times tells of that, neither one nor two.
 */
#ifndef IT_RECORD_MOMENT_H
#define IT_RECORD_MOMENT_H

#include <sys/stat.h>

#include "base/buf.h"

struct it_moment {
	int64_t time;	/* on the clock of change times, in nanoseconds */
	int64_t offset; /* between it and a clock that nobody can set */
};

/* The file system that was met last, and whether its stamps are to be trusted; zero at first. */
struct it_moment_stamps {
	dev_t dev;
	bool known;
	bool ours;
};

void it_moment_take(struct it_moment *moment);

/* about is the state of fd now. */
bool it_moment_rests(const struct it_moment *since, struct it_moment_stamps *stamps, int fd,
		     const struct stat *about);

#endif
