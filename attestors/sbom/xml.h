/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.2 to 1.7 in XML as the JSON of the same version. */
#ifndef IT_ATTESTORS_SBOM_XML_H
#define IT_ATTESTORS_SBOM_XML_H

#include "attestors/sbom/document.h"

int sbom_xml_convert(struct intoto_json_out *out, int fd, struct sbom_tally *tally,
		     struct intoto_error **err);

#endif
