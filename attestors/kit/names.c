/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of an object as hashes.  The key is random, so nobody can write a report whose names meet;
 * that two of 2^20 different names do so by chance has odds of 1 in 2^89.
 */
#include "attestors/kit/names.h"

#include "base/random.h"

enum {
	FEW = 16,	   /* are compared one by one */
	LARGE_TABLE = 1024 /* is not kept for the next object: emptying it would cost more */
};

int it_name_key_make(struct it_name_key *key, struct intoto_error **err)
{
	return it_random(key, sizeof *key, err);
}

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], unsigned count)
{
	while (count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

/* Little-endian whatever the machine; len at most 8. */
static uint64_t load(const char *bytes, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
	return word;
}

struct it_name_hash it_name_hash(const struct it_name_key *key, struct it_span name)
{
	uint64_t v[4] = { key->a ^ 0x736f6d6570736575, key->b ^ 0x646f72616e646f6d ^ 0xee,
			  key->a ^ 0x6c7967656e657261, key->b ^ 0x7465646279746573 };
	struct it_name_hash hash;
	uint64_t word;
	size_t at;

	for (at = 0; name.len - at >= 8; at += 8) {
		word = load(name.data + at, 8);
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	word = load(name.len ? name.data + at : "", name.len - at) | (uint64_t)name.len << 56;
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
	v[2] ^= 0xee;
	rounds(v, 4);
	hash.a = v[0] ^ v[1] ^ v[2] ^ v[3];
	v[1] ^= 0xdd;
	rounds(v, 4);
	hash.b = v[0] ^ v[1] ^ v[2] ^ v[3];
	return hash;
}

void it_names_done(struct it_names *names)
{
	free(names->hashes);
	free(names->slots);
	*names = (struct it_names){ 0 };
}

void it_names_reset(struct it_names *names)
{
	if (names->slot_count > LARGE_TABLE) {
		it_names_done(names);
		return;
	}
	if (names->count > FEW)
		memset(names->slots, 0, names->slot_count * sizeof *names->slots);
	names->count = 0;
}

static bool same(struct it_name_hash a, struct it_name_hash b)
{
	return a.a == b.a && a.b == b.b;
}

/* The slot that holds hash, or the free one where it belongs. */
static size_t slot_of(const struct it_names *names, struct it_name_hash hash)
{
	size_t at = (size_t)hash.a & (names->slot_count - 1);

	while (names->slots[at] && !same(names->hashes[names->slots[at] - 1], hash))
		at = (at + 1) & (names->slot_count - 1);
	return at;
}

static int grow_slots(struct it_names *names)
{
	size_t count = names->slot_count ? names->slot_count * 2 : 4 * FEW;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return INTOTO_E_NOMEM;
	free(names->slots);
	names->slots = slots;
	names->slot_count = count;
	for (size_t i = 0; i < names->count; i++)
		names->slots[slot_of(names, names->hashes[i])] = (uint32_t)i + 1;
	return 0;
}

static int make_room(struct it_names *names)
{
	size_t room = names->room ? names->room * 2 : FEW;
	struct it_name_hash *hashes;

	if (names->count < names->room)
		return 0;
	if (names->count >= IT_NAMES_MOST)
		return INTOTO_E_LIMIT;
	hashes = realloc(names->hashes, room * sizeof *hashes);
	if (!hashes)
		return INTOTO_E_NOMEM;
	names->hashes = hashes;
	names->room = room;
	return 0;
}

/* The table begins with the first name past the few. */
static int add_to_table(struct it_names *names, struct it_name_hash hash)
{
	size_t slot;
	int rc = 0;

	if (names->count * 2 >= names->slot_count)
		rc = grow_slots(names);
	else if (names->count == FEW)
		for (size_t i = 0; i < FEW; i++)
			names->slots[slot_of(names, names->hashes[i])] = (uint32_t)i + 1;
	if (rc)
		return rc;
	slot = slot_of(names, hash);
	if (names->slots[slot])
		return INTOTO_E_FORMAT;
	names->slots[slot] = (uint32_t)names->count + 1;
	return 0;
}

int it_names_add(struct it_names *names, struct it_name_hash hash)
{
	int rc = make_room(names);

	if (!rc && names->count >= FEW) {
		rc = add_to_table(names, hash);
	} else if (!rc) {
		for (size_t i = 0; i < names->count; i++)
			if (same(names->hashes[i], hash))
				rc = INTOTO_E_FORMAT;
	}
	if (!rc)
		names->hashes[names->count++] = hash;
	return rc;
}
