/* SPDX-License-Identifier: Apache-2.0 */
/* One line of TAP 12, 13 or 14, without its indentation. */
#ifndef INTOTO_ATTESTORS_TESTS_TAP_LINE_H
#define INTOTO_ATTESTORS_TESTS_TAP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tap_kind {
	TAP_OTHER,
	TAP_COMMENT,
	TAP_VERSION,
	TAP_PLAN,
	TAP_POINT,
	TAP_BAIL,
};

enum tap_directive {
	TAP_NONE,
	TAP_SKIP,
	TAP_EXPECTED,
};

struct tap_line {
	enum tap_kind kind;
	enum tap_directive directive; /* of a point, and of a plan */
	bool ok;		      /* of a point */
	uint64_t number;	      /* of a version, a plan; of a point, 0: none */
	uint64_t milliseconds;	      /* that a point took, where bats says it */
	bool timed;
	const char *rest; /* of a point its description, of a bail-out its reason; in the line */
};

/* Changes line, which is NUL-terminated: the description has its escapes undone in place. */
void tap_line_read(struct tap_line *out, char *line);

#endif
