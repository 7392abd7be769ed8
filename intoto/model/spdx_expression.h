/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX licence expressions (SPDX 3.0.1 annex B, which is that of 2.3 and takes more): what is said
 * about the licence of a package, as a tree, and judged by a list of what is wanted.
 *
 * Operators are all in capitals or all in small letters and have blanks around them; identifiers
 * are compared without regard to case; "LicenseRef-" and "DocumentRef-" are spelt just so.
 * Precedence: +, WITH, AND, OR.  NONE and NOASSERTION stand alone or beside AND.
 */
#ifndef IT_MODEL_SPDX_EXPRESSION_H
#define IT_MODEL_SPDX_EXPRESSION_H

#include "base/strings.h"

enum {
	IT_SPDX_BYTES_MAX = 64 * 1024,
	IT_SPDX_NODES_MAX = 4096,
	IT_SPDX_DEPTH_MAX = 64, /* of parentheses */
};

enum it_spdx_op {
	IT_SPDX_LICENSE,
	IT_SPDX_NONE,	     /* somebody looked, and there is no licence */
	IT_SPDX_NOASSERTION, /* nobody says anything */
	IT_SPDX_AND,
	IT_SPDX_OR,
};

/* Of a licence; texts live in the expression or in the list. */
struct it_spdx_node {
	enum it_spdx_op op;
	const char *license;   /* spelt as on the list, deprecated ones as what they stand for */
	const char *exception; /* behind WITH; NULL: none */
	bool later;	       /* "+", or an identifier that ends in "-or-later" */
	bool listed;	       /* both are on the SPDX lists */
	size_t left, right;    /* of AND and OR: smaller indexes than its own */
};

/* Zero-initialised is empty.  The last node is the root. */
struct it_spdx_expression {
	struct it_spdx_node *nodes;
	size_t count;
	size_t cap;
	struct it_strings texts;
};
void it_spdx_expression_done(struct it_spdx_expression *expression);

/*
 * Errors: FORMAT with the place ("column 5: …"), LIMIT, NOMEM.  An identifier that is on no list is
 * no error: see listed.
 */
IT_CHECK int it_spdx_expression_parse(struct it_spdx_expression *out, struct it_span text,
				      struct intoto_error **err);

/* "GPL-2.0-only WITH Classpath-exception-2.0", "MPL-1.1+". */
void it_spdx_node_print(struct it_buf *out, const struct it_spdx_node *node);

#endif
