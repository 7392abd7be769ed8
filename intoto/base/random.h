/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from the system's generator. */
#ifndef IT_BASE_RANDOM_H
#define IT_BASE_RANDOM_H

#include "base/error.h"

IT_CHECK int it_random(void *out, size_t len, struct intoto_error **err);

#endif
