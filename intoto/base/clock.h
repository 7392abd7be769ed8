/* SPDX-License-Identifier: Apache-2.0 */
/* Time: the clock, and the one form in which in-toto documents write it. */
#ifndef IT_BASE_CLOCK_H
#define IT_BASE_CLOCK_H

#include "base/buf.h"

/* Seconds since 1970. */
int64_t it_clock_now(void);

/* Nanoseconds on a clock that never jumps, for durations. */
int64_t it_clock_monotonic(void);

/*
 * Nanoseconds since 1970, as files that change now are stamped: a few milliseconds behind the
 * clock, so that what is written after this is not older than it.
 */
int64_t it_clock_files(void);

enum { IT_TIME_SIZE = sizeof "2026-01-31T23:59:59Z" };

/* Exactly YYYY-MM-DDTHH:MM:SSZ and a date that exists, years 1970 to 9999. */
bool it_time_parse(int64_t *out, struct it_span text);
/* The same for documents of others: any RFC 3339, with parts of a second (left off) and offsets. */
bool it_time_parse_any(int64_t *out, struct it_span text);
void it_time_format(char out[IT_TIME_SIZE], int64_t seconds);

#endif
