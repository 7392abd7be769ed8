/* SPDX-License-Identifier: Apache-2.0 */
/* Several writers of one tag of a registry, which guards nothing. */
#ifndef IT_IMAGE_CONTENTION_H
#define IT_IMAGE_CONTENTION_H

#include "image/place.h"

enum { IT_CONTENTION_TROUBLES = 5 };

/*
 * Whether an error only says that somebody else was at it: two that write one tag at once can make
 * docker-registry answer 500, also to who only reads.
 */
bool it_contention_is(const struct it_place *place, int rc, const struct intoto_error *why);
/* Waits for as long as another writer may need who is as fast as we: needed nanoseconds.  Grows
 * with the rounds, and differs among those that met. */
IT_CHECK int it_contention_wait(int64_t needed, unsigned round, struct intoto_error **err);

#endif
