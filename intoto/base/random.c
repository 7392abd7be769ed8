/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from the system's generator. */
#include "base/random.h"

#include <errno.h>
#include <stddef.h>
#include <sys/random.h>

int it_random(void *out, size_t len, struct intoto_error **err)
{
	char *at = out;

	while (len) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "random bytes");
		at += got;
		len -= (size_t)got;
	}
	return INTOTO_OK;
}
