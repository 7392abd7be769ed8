/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3 as lines of "Tag: value", and as the JSON that says the same. */
#ifndef IT_ATTESTORS_SBOM_TAG_VALUE_H
#define IT_ATTESTORS_SBOM_TAG_VALUE_H

#include "attestors/sbom/document.h"

int sbom_tag_value_convert(struct intoto_json_out *out, int fd, struct sbom_tally *tally,
			   struct intoto_error **err);
/* The same of a text that is NUL-terminated beyond its length, and is changed. */
int sbom_tag_value_convert_text(struct intoto_json_out *out, char *text, size_t length,
				struct sbom_tally *tally, struct intoto_error **err);

#endif
