/* SPDX-License-Identifier: Apache-2.0 */
/* SBOMs in JSON: checked and written as they stand, piece by piece. */
#ifndef IT_ATTESTORS_SBOM_DOCUMENT_H
#define IT_ATTESTORS_SBOM_DOCUMENT_H

#include "attestors/sbom/format.h"

enum { SBOM_UNKNOWN_SHOWN = 5, SBOM_UNKNOWN_BYTES = 64 };

/* What was met on the way. */
struct sbom_tally {
	uint64_t packages; /* or components */
	uint64_t files;
	uint64_t unknown; /* members that the format does not have */
	char names[SBOM_UNKNOWN_SHOWN][SBOM_UNKNOWN_BYTES]; /* some of them, safe to print */
	uint64_t left_out; /* elements of XML or tag-value that have no place in our JSON */
};

/* Remembers the name of something, each once; the count is the caller's. */
void sbom_tally_name(struct sbom_tally *tally, const char *name);

/* What an object of the format must have, and may have. */
struct sbom_rule {
	enum sbom_format format;
	const char *path; /* of an event; or, with tail, the end of it */
	bool tail;
	const char *const *required; /* a text; or anything when it begins with '*' */
	const char *const *known;    /* NULL: not looked at */
	const char *counts;	     /* "packages", "files" or NULL */
};
extern const struct sbom_rule sbom_rules[];
extern const size_t sbom_rule_count;

/* Reads a JSON document of that format and writes all of it. */
int sbom_document_copy(struct intoto_json_out *out, int fd, enum sbom_format format,
		       struct sbom_tally *tally, struct intoto_error **err);

#endif
