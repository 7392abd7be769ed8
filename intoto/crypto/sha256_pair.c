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

size_t it_sha256_pad(unsigned char *rest, size_t len, uint64_t length)
{
	size_t size =
		len + 1 + LENGTH_SIZE > IT_SHA256_BLOCK ? 2 * IT_SHA256_BLOCK : IT_SHA256_BLOCK;
	uint64_t bits = length * 8;

	memset(rest + len, 0, size - len);
	rest[len] = 0x80;
	put_u32(rest + size - LENGTH_SIZE, (uint32_t)(bits >> 32));
	put_u32(rest + size - LENGTH_SIZE / 2, (uint32_t)bits);
	return size;
}

void it_sha256_stream_value(const struct it_sha256_stream *stream,
			    unsigned char out[IT_SHA256_SIZE])
{
	for (size_t i = 0; i < IT_COUNT_OF(stream->state); i++)
		put_u32(out + 4 * i, stream->state[i]);
}

void it_sha256_stream_finish(struct it_sha256_stream *stream, const struct it_sha256_kernel *kernel,
			     const unsigned char *rest, size_t len,
			     unsigned char out[IT_SHA256_SIZE])
{
	unsigned char tail[IT_SHA256_PADDING];
	size_t size;

	if (len)
		memcpy(tail, rest, len);
	size = it_sha256_pad(tail, len, stream->length + len);
	kernel->one(stream, tail, size / IT_SHA256_BLOCK);
	it_sha256_stream_value(stream, out);
}
