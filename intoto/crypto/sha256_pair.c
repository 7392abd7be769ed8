/* SPDX-License-Identifier: Apache-2.0 */
/* Begin and end of a stream (FIPS 180-4 sections 5.1.1 and 5.3.3). */
#include "crypto/sha256_pair.h"

#include <string.h>

enum { LENGTH_SIZE = 8 };

void it_sha256_stream_start(struct it_sha256_stream *stream)
{
	static const struct it_sha256_stream start = {
		.state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
			   0x1f83d9ab, 0x5be0cd19 },
	};

	*stream = start;
}

static void put_u32(unsigned char *out, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(number >> (24 - 8 * i));
}

void it_sha256_stream_finish(struct it_sha256_stream *stream, const struct it_sha256_kernel *kernel,
			     const unsigned char *rest, size_t len,
			     unsigned char out[IT_SHA256_SIZE])
{
	unsigned char tail[2 * IT_SHA256_BLOCK] = { 0 };
	size_t blocks = len + 1 + LENGTH_SIZE > IT_SHA256_BLOCK ? 2 : 1;
	unsigned char *length = tail + blocks * IT_SHA256_BLOCK - LENGTH_SIZE;
	uint64_t bits = (stream->length + len) * 8;

	if (len)
		memcpy(tail, rest, len);
	tail[len] = 0x80;
	put_u32(length, (uint32_t)(bits >> 32));
	put_u32(length + 4, (uint32_t)bits);
	kernel->one(stream, tail, blocks);
	for (int i = 0; i < 8; i++)
		put_u32(out + 4 * (size_t)i, stream->state[i]);
}
