/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of sockets as text. */
#ifndef IT_RUN_TOUCHED_ADDRESS_H
#define IT_RUN_TOUCHED_ADDRESS_H

#include "base/buf.h"

struct sockaddr;

/* As <run/touched.h> shows them; len bytes are there, and none of them can be trusted. */
void it_touched_write_address(struct it_buf *out, const struct sockaddr *address, size_t len);

#endif
