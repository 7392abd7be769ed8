/* SPDX-License-Identifier: Apache-2.0 */
#include "store/zstd_frame.h"

#include <errno.h>
#include <unistd.h>

enum {
	MAGIC_SIZE = 4,
	HEAD_SIZE = 3, /* of a block */
	CHECKSUM_SIZE = 4,
	BLOCK_RLE = 1,
	BLOCK_RESERVED = 3,
	SINGLE_SEGMENT = 0x20, /* bits of the frame's descriptor */
	RESERVED = 0x08,
	CHECKSUM = 0x04,
};

static bool read_at(int fd, uint64_t at, unsigned char *bytes, size_t count)
{
	return at <= INT64_MAX &&
	       TEMP_FAILURE_RETRY(pread(fd, bytes, count, (off_t)at)) == (ssize_t)count;
}

/* 3.1.1.1: how long what stands in front of the blocks is. */
static uint64_t header_size(unsigned char descriptor)
{
	static const unsigned char dictionary[] = { 0, 1, 2, 4 };
	static const unsigned char content[] = { 0, 2, 4, 8 };
	bool single = descriptor & SINGLE_SEGMENT;
	unsigned char kind = descriptor >> 6;

	return MAGIC_SIZE + 1U + (single ? 0U : 1U) + dictionary[descriptor & 3] +
	       (single && !kind ? 1U : content[kind]);
}

bool it_zstd_is_one_frame(int fd, uint64_t size)
{
	static const unsigned char magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned char head[MAGIC_SIZE + 1];
	unsigned char block[HEAD_SIZE];
	uint64_t at;
	bool last = false;

	if (!read_at(fd, 0, head, sizeof head) || head[MAGIC_SIZE] & RESERVED)
		return false;
	for (size_t i = 0; i < sizeof magic; i++)
		if (head[i] != magic[i])
			return false;
	at = header_size(head[MAGIC_SIZE]);
	while (!last) {
		uint32_t word;
		uint32_t kind;

		if (!read_at(fd, at, block, sizeof block))
			return false;
		word = (uint32_t)block[0] | (uint32_t)block[1] << 8 | (uint32_t)block[2] << 16;
		kind = word >> 1 & 3;
		if (kind == BLOCK_RESERVED)
			return false;
		at += HEAD_SIZE + (kind == BLOCK_RLE ? 1 : word >> 3);
		last = word & 1;
	}
	return at + (head[MAGIC_SIZE] & CHECKSUM ? CHECKSUM_SIZE : 0) == size;
}
