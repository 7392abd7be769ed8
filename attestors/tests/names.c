/* SPDX-License-Identifier: Apache-2.0 */
/* A table of names with open places. */
#include "attestors/tests/names.h"

#include <stdlib.h>
#include <sys/random.h>

void test_names_done(struct test_names *names)
{
	free(names->places);
	*names = (struct test_names){ 0 };
}

/* FNV-1a from a start that nobody can guess, so that nobody can make names that collide; without
 * randomness it is only slower. */
static uint64_t hash(const struct test_names *names, const char *text)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ names->seed;

	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return sum ^ (sum >> 29);
}

static struct test_name *place(struct test_name *places, size_t size, uint64_t sum,
			       const char *text)
{
	size_t at = (size_t)sum & (size - 1);

	while (places[at].text &&
	       (places[at].hash != sum || !intoto_text_same(places[at].text, text)))
		at = (at + 1) & (size - 1);
	return &places[at];
}

static int grow(struct test_names *names, struct intoto_error **err)
{
	size_t size = names->size ? names->size * 2 : 64;
	struct test_name *places;

	if (names->count * 2 < names->size)
		return INTOTO_OK;
	places = calloc(size, sizeof *places);
	if (!places)
		return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
	if (!names->size && getrandom(&names->seed, sizeof names->seed, GRND_NONBLOCK) < 0)
		names->seed = 0;
	for (size_t i = 0; i < names->size; i++)
		if (names->places[i].text)
			*place(places, size, names->places[i].hash, names->places[i].text) =
				names->places[i];
	free(names->places);
	names->places = places;
	names->size = size;
	return INTOTO_OK;
}

int test_names_find(struct test_names *names, const char *text, struct test_name **out,
		    struct intoto_error **err)
{
	int rc = grow(names, err);
	uint64_t sum;

	if (rc)
		return rc;
	sum = hash(names, text);
	*out = place(names->places, names->size, sum, text);
	if ((*out)->text)
		return INTOTO_OK;
	**out = (struct test_name){ .text = text, .hash = sum };
	names->count++;
	return INTOTO_OK;
}
