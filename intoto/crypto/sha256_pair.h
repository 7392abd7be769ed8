/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of two messages at once.  The CPU's SHA instructions wait for each other on one stream;
 * two independent ones fill the unit and take little longer than one.
 */
#ifndef IT_CRYPTO_SHA256_PAIR_H
#define IT_CRYPTO_SHA256_PAIR_H

#include "base/buf.h"
#include "crypto/digest.h"

enum { IT_SHA256_BLOCK = 64, IT_SHA256_PADDING = 2 * IT_SHA256_BLOCK };

/* One message on its way. */
struct it_sha256_stream {
	uint32_t state[8];
	uint64_t length; /* in bytes, of what was run */
};

/* Runs whole blocks through one stream, or through two at the same time. */
struct it_sha256_kernel {
	const char *name;
	void (*one)(struct it_sha256_stream *stream, const unsigned char *data, size_t blocks);
	void (*two)(struct it_sha256_stream *const streams[2], const unsigned char *const data[2],
		    size_t blocks);
};

/*
 * The kernel for this CPU; NULL where it has no SHA instructions, and two streams would take twice
 * as long as one.  Asking the CPU is slow in a virtual machine: ask once.
 */
const struct it_sha256_kernel *it_sha256_pair_kernel(void);

void it_sha256_stream_start(struct it_sha256_stream *stream);
/* The last bytes, fewer than a block, and the padding (FIPS 180-4 section 5.1.1). */
void it_sha256_stream_finish(struct it_sha256_stream *stream, const struct it_sha256_kernel *kernel,
			     const unsigned char *rest, size_t len,
			     unsigned char out[IT_SHA256_SIZE]);

/*
 * The same in two steps, for who runs the padding with the rest: writes it behind len bytes, fewer
 * than a block, that are the last of length in all (there must be room for IT_SHA256_PADDING); says
 * how many bytes, whole blocks, there are now.
 */
size_t it_sha256_pad(unsigned char *rest, size_t len, uint64_t length);
void it_sha256_stream_value(const struct it_sha256_stream *stream,
			    unsigned char out[IT_SHA256_SIZE]);

#endif
