/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 with the SHA instructions of x86-64 CPUs, one or two streams.  Each instruction does two
 * rounds and then four steps of the message schedule; the words of a state are held in the order
 * that it wants (ABEF, CDGH).
 */
#include "crypto/sha256_pair.h"

#if defined __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))
/* Into its caller, where group and count are constants: else the words would live in memory. */
#define INLINED WITH_SHA __attribute__((always_inline)) static inline

enum { GROUPS = 16, SCHEDULED = 12 }; /* of four rounds; those that make words for later ones */

/* FIPS 180-4 section 4.2.2. */
static const uint32_t constants[4 * GROUPS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2
};

struct lane {
	__m128i abef;
	__m128i cdgh;
	__m128i words[4]; /* of the schedule, the next 16 */
};

INLINED void load_state(struct lane *lane, const struct it_sha256_stream *stream)
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)&stream->state[0]);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)&stream->state[4]);
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);

	lane->abef = _mm_alignr_epi8(cdab, efgh, 8);
	lane->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

INLINED void store_state(struct it_sha256_stream *stream, const struct lane *lane)
{
	__m128i feba = _mm_shuffle_epi32(lane->abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xb1);

	_mm_storeu_si128((__m128i *)(void *)&stream->state[0], _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)&stream->state[4], _mm_alignr_epi8(dchg, feba, 8));
}

INLINED void load_block(struct lane *lane, const unsigned char *block)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	for (int i = 0; i < 4; i++)
		lane->words[i] = _mm_shuffle_epi8(
			_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i)),
			big_endian);
}

/* Four rounds, and the four words that are wanted four groups later. */
INLINED void run_group(struct lane *lane, int group, __m128i k)
{
	__m128i *words = lane->words;
	__m128i sum = _mm_add_epi32(words[group & 3], k);
	__m128i next;

	lane->cdgh = _mm_sha256rnds2_epu32(lane->cdgh, lane->abef, sum);
	lane->abef = _mm_sha256rnds2_epu32(lane->abef, lane->cdgh, _mm_shuffle_epi32(sum, 0x0e));
	if (group >= SCHEDULED)
		return;
	next = _mm_sha256msg1_epu32(words[group & 3], words[(group + 1) & 3]);
	next = _mm_add_epi32(next,
			     _mm_alignr_epi8(words[(group + 3) & 3], words[(group + 2) & 3], 4));
	words[group & 3] = _mm_sha256msg2_epu32(next, words[(group + 3) & 3]);
}

/* The same group of each lane, one behind the other: they do not wait for each other. */
INLINED void run_groups(struct lane *lanes, int count, int group)
{
	__m128i k = _mm_loadu_si128((const __m128i *)(const void *)&constants[4 * (size_t)group]);

	run_group(&lanes[0], group, k);
	if (count > 1)
		run_group(&lanes[1], group, k);
}

INLINED void run_block(struct lane *lanes, const unsigned char *const *blocks, int count)
{
	const struct lane before[2] = { lanes[0], lanes[count - 1] };

	for (int i = 0; i < count; i++)
		load_block(&lanes[i], blocks[i]);
	run_groups(lanes, count, 0);
	run_groups(lanes, count, 1);
	run_groups(lanes, count, 2);
	run_groups(lanes, count, 3);
	run_groups(lanes, count, 4);
	run_groups(lanes, count, 5);
	run_groups(lanes, count, 6);
	run_groups(lanes, count, 7);
	run_groups(lanes, count, 8);
	run_groups(lanes, count, 9);
	run_groups(lanes, count, 10);
	run_groups(lanes, count, 11);
	run_groups(lanes, count, 12);
	run_groups(lanes, count, 13);
	run_groups(lanes, count, 14);
	run_groups(lanes, count, 15);
	for (int i = 0; i < count; i++) {
		lanes[i].abef = _mm_add_epi32(lanes[i].abef, before[i].abef);
		lanes[i].cdgh = _mm_add_epi32(lanes[i].cdgh, before[i].cdgh);
	}
}

WITH_SHA static void run_one(struct it_sha256_stream *stream, const unsigned char *data,
			     size_t blocks)
{
	struct lane lane;

	load_state(&lane, stream);
	stream->length += blocks * IT_SHA256_BLOCK;
	for (; blocks; blocks--, data += IT_SHA256_BLOCK)
		run_block(&lane, &data, 1);
	store_state(stream, &lane);
}

WITH_SHA static void run_two(struct it_sha256_stream *const streams[2],
			     const unsigned char *const data[2], size_t blocks)
{
	const unsigned char *at[2] = { data[0], data[1] };
	struct lane lanes[2];

	for (int i = 0; i < 2; i++) {
		load_state(&lanes[i], streams[i]);
		streams[i]->length += blocks * IT_SHA256_BLOCK;
	}
	for (; blocks; blocks--) {
		run_block(lanes, at, 2);
		at[0] += IT_SHA256_BLOCK;
		at[1] += IT_SHA256_BLOCK;
	}
	for (int i = 0; i < 2; i++)
		store_state(streams[i], &lanes[i]);
}

static const struct it_sha256_kernel shani = { "sha-ni", run_one, run_two };

const struct it_sha256_kernel *it_sha256_pair_kernel(void)
{
	enum { LEAF_FEATURES = 1, LEAF_EXTENDED = 7, EBX_SHA = 1 << 29 };
	unsigned eax, ebx, ecx, edx;

	if (!__get_cpuid(LEAF_FEATURES, &eax, &ebx, &ecx, &edx) || !(ecx & bit_SSSE3) ||
	    !(ecx & bit_SSE4_1))
		return NULL;
	if (!__get_cpuid_count(LEAF_EXTENDED, 0, &eax, &ebx, &ecx, &edx) || !(ebx & EBX_SHA))
		return NULL;
	return &shani;
}

#else

const struct it_sha256_kernel *it_sha256_pair_kernel(void)
{
	return NULL;
}

#endif
