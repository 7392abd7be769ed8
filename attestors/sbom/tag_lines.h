/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a tag-value document, sorted into what they tell about. */
#ifndef IT_ATTESTORS_SBOM_TAG_LINES_H
#define IT_ATTESTORS_SBOM_TAG_LINES_H

#include "attestors/sbom/document.h"

enum tag_section {
	TAG_DOCUMENT,
	TAG_PACKAGE,
	TAG_FILE,
	TAG_LICENSE,
	TAG_RELATIONSHIP,
	TAG_OTHER, /* snippets, annotations, reviews: they are left out */
};

struct tag_line {
	const char *tag;
	const char *value;
	size_t line;
};

/* One thing that is told about: the lines from first on. */
struct tag_record {
	enum tag_section section;
	size_t first;
	size_t count;
	size_t within; /* record of the package that a file came behind; SIZE_MAX: none */
};

struct tag_lines {
	struct tag_line *lines;
	size_t line_count, line_room;
	struct tag_record *records;
	size_t record_count, record_room;
};

/* Text is cut into its lines in place, and must live as long.  Refused, with the line: what is no
 * "Tag: value", a <text> without its end, a NUL. */
int tag_lines_read(struct tag_lines *out, char *text, size_t length, struct intoto_error **err);
void tag_lines_free(struct tag_lines *lines);

/* The first value of a tag in a record; NULL: it is not there. */
const char *tag_lines_get(const struct tag_lines *lines, const struct tag_record *record,
			  const char *tag);

#endif
