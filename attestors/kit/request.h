/* SPDX-License-Identifier: Apache-2.0 */
/* The request of the host, read from standard input. */
#ifndef IT_ATTESTORS_KIT_REQUEST_H
#define IT_ATTESTORS_KIT_REQUEST_H

#include <intoto/attestor.h>

#include "base/buf.h"

/* Reads to the end of fd.  What the manifest does not know is refused. */
int it_request_read(struct intoto_request **out, int fd, const struct intoto_attestor *attestor,
		    struct intoto_error **err);
int it_request_parse(struct intoto_request **out, struct it_span text,
		     const struct intoto_attestor *attestor, struct intoto_error **err);
void it_request_free(struct intoto_request *request);

IT_DEFINE_AUTO(struct intoto_request, it_request_free);

#endif
