/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for other writers. */
#include "image/contention.h"

#include <time.h>

#include "base/random.h"

enum {
	/* What another writer may need between his look and his put, as multiples of what we
	   needed, and at least so long. */
	PATIENCE = 4,
	LEAST_MS = 60,
	MOST_MS = 5000,
};

#define NS_PER_MS INT64_C(1000000)

/* A place tells no status; the sentence of <net/oci/registry.h> does.  Should it change, nothing is
 * repeated, and the error is told. */
bool it_contention_is(const struct it_place *place, int rc, const struct intoto_error *why)
{
	return place->kind == &it_place_registry && rc == INTOTO_E_SERVICE &&
	       strstr(intoto_error_text(why), "(500");
}

int it_contention_wait(int64_t needed, unsigned round, struct intoto_error **err)
{
	int64_t ms = needed / NS_PER_MS * PATIENCE;
	unsigned char dice = 0;
	struct timespec rest;
	int rc = it_random(&dice, sizeof dice, err);

	ms = ms < LEAST_MS ? LEAST_MS : ms;
	ms += ms * dice / 256 * (int64_t)(round + 1);
	ms = ms > MOST_MS ? MOST_MS : ms;
	rest = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };
	(void)nanosleep(&rest, NULL); /* shorter after a signal: the reading decides */
	return rc;
}
