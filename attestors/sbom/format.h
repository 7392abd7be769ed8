/* SPDX-License-Identifier: Apache-2.0 */
/* Which SBOM format a report has: told by fields that only that format has, never by its name. */
#ifndef IT_ATTESTORS_SBOM_FORMAT_H
#define IT_ATTESTORS_SBOM_FORMAT_H

#include <intoto/attestor.h>

enum sbom_format {
	SBOM_NONE,
	SBOM_SPDX2_JSON,
	SBOM_SPDX2_TAG_VALUE,
	SBOM_SPDX3,
	SBOM_CYCLONEDX_JSON,
	SBOM_CYCLONEDX_XML,
};

/* "SPDX 2 (JSON)", for people. */
const char *sbom_format_name(enum sbom_format format);
/* The type URI of its predicate. */
const char *sbom_format_predicate(enum sbom_format format);

/*
 * Finds the format of an open file and leaves it at its beginning.  as is a word that forces one
 * ("spdx", "spdx-tag-value", "spdx3", "cyclonedx", "cyclonedx-xml"), or NULL.  Refused: no format,
 * the marks of two, a word that nobody knows.
 */
int sbom_format_find(enum sbom_format *out, int fd, const char *as, struct intoto_error **err);

#endif
