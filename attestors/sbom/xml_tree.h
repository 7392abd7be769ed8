/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small XML document as a tree.  Refused: a DTD (so there are no entities but the five, neither
 * bombs nor external ones), more than 64 levels, 2 Mi elements or 64 MiB.
 */
#ifndef IT_ATTESTORS_SBOM_XML_TREE_H
#define IT_ATTESTORS_SBOM_XML_TREE_H

#include <intoto/attestor.h>

struct xml_attribute {
	const char *name; /* "NAMESPACE|name" when it has one */
	const char *value;
	struct xml_attribute *next;
};

struct xml_node {
	const char *space; /* its namespace; "" */
	const char *name;
	const char *text; /* of an element without others, blanks at both ends cut; "" */
	size_t line;
	struct xml_attribute *attributes;
	struct xml_node *first, *last; /* children */
	struct xml_node *next;
};

struct xml_tree;
int xml_tree_read(struct xml_tree **out, int fd, struct intoto_error **err);
void xml_tree_free(struct xml_tree *tree);
const struct xml_node *xml_tree_root(const struct xml_tree *tree);

/* NULL: there is none. */
const char *xml_attribute_get(const struct xml_node *node, const char *name);

#endif
