/* SPDX-License-Identifier: Apache-2.0 */
/* Regular files and nothing else: a folder of strangers may hold a FIFO or a device, which would
 * make us wait for ever. */
#ifndef IT_BASE_REGULAR_H
#define IT_BASE_REGULAR_H

#include <stdint.h>

#include "base/buf.h"

/* A part of a file; a length of 0 is all of it. */
struct it_extent {
	uint64_t offset;
	size_t length;
};

/*
 * Reads an extent into out (which is emptied first), up to out->max bytes.  What is no regular file
 * is INTOTO_E_FORMAT, and so is a file that ends before the extent does.  Errors begin with the
 * path.
 */
IT_CHECK int it_regular_read(struct it_buf *out, const char *path, struct it_extent extent,
			     struct intoto_error **err);

#endif
