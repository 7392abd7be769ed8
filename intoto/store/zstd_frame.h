/* SPDX-License-Identifier: Apache-2.0 */
/* What a zstd file is made of (RFC 8878, 3.1), without unpacking it. */
#ifndef IT_STORE_ZSTD_FRAME_H
#define IT_STORE_ZSTD_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the file of that size is one frame with data, from its first byte to its last. */
bool it_zstd_is_one_frame(int fd, uint64_t size);

#endif
