/* SPDX-License-Identifier: Apache-2.0 */
/* What "NAME describe" prints. */
#ifndef IT_ATTESTORS_KIT_MANIFEST_H
#define IT_ATTESTORS_KIT_MANIFEST_H

#include <intoto/attestor.h>

/* An answer past it is refused: what the manifest says, or the default. */
uint64_t it_manifest_output(const struct intoto_attestor *attestor);
void it_manifest_write(struct intoto_json_out *out, const struct intoto_attestor *attestor);

#endif
