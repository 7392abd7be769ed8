/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The product tree of a CSAF document (CSAF 2.0, section 3.2.2): what each product_id means.
 */
#ifndef IT_MODEL_VEX_CSAF_TREE_H
#define IT_MODEL_VEX_CSAF_TREE_H

#include "model/vex_part.h"

enum { IT_CSAF_PRODUCTS_MAX = 500 * 1000 };

struct it_csaf_product {
	struct it_span id; /* borrowed from the document */
	struct it_span name;
	const struct it_json *helper; /* product_identification_helper; NULL: none */
	struct it_span version;	      /* of the branch product_version or product_version_range */
	/* Of a relationship: the ids of the component and of what it is a component of. */
	struct it_span component;
	struct it_span container;
};

struct it_csaf_tree {
	struct it_csaf_product *items; /* sorted by id */
	size_t count;
	size_t cap;
	const struct it_json *groups; /* product_groups */
};

/* An id that is there twice is refused (6.1.2). */
IT_CHECK int it_csaf_tree_read(struct it_csaf_tree *out, const struct it_json *tree,
			       const struct it_where *where, struct intoto_error **err);
void it_csaf_tree_done(struct it_csaf_tree *tree);
const struct it_csaf_product *it_csaf_tree_find(const struct it_csaf_tree *tree, struct it_span id);
/* Whether one of the object's "product_ids" or "group_ids" means the product. */
bool it_csaf_tree_names(const struct it_csaf_tree *tree, const struct it_json *object,
			struct it_span id);
/* Adds what an id means to a statement: a product, or a component of one. */
IT_CHECK int it_csaf_tree_add(const struct it_csaf_tree *tree, struct it_vex_statement *statement,
			      struct it_span id, const struct it_where *where,
			      struct intoto_error **err);

#endif
