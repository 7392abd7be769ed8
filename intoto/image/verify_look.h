/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at what hangs on an image, until enough of it counts. */
#ifndef IT_IMAGE_VERIFY_LOOK_H
#define IT_IMAGE_VERIFY_LOOK_H

#include "image/verify_part.h"

IT_CHECK int it_verify_look(struct it_verifying *self, struct intoto_error **err);
/* How many keys signed an attestation of a wanted type. */
size_t it_verify_attested(const struct it_verifying *self, size_t wanted);

#endif
