/* SPDX-License-Identifier: Apache-2.0 */
/* How the elements of CycloneDX in XML stand in its JSON: one table for each kind of object. */
#ifndef IT_ATTESTORS_SBOM_XML_TYPES_H
#define IT_ATTESTORS_SBOM_XML_TYPES_H

#include <stddef.h>

enum xml_how {
	XML_TEXT,
	XML_BOOL,
	XML_NUMBER,
	XML_OBJECT,	  /* of type */
	XML_LIST,	  /* of elements called item, each of type; a text when type is NULL */
	XML_REPEATED,	  /* it comes again and again: a list, as XML_LIST */
	XML_REFS,	  /* of elements called item, of which "ref" counts */
	XML_LICENSES,	  /* "license" and "expression" */
	XML_TOOLS,	  /* "tool" again and again, or components and services */
	XML_DEPENDENCIES, /* nested in XML, ids in JSON */
};

struct xml_type;
struct xml_rule {
	const char *name;   /* of the element; of an attribute with '@' before it */
	const char *member; /* NULL: the same */
	enum xml_how how;
	const struct xml_type *type;
	const char *item;
};

struct xml_type {
	const struct xml_rule *rules; /* ends with a name NULL */
	const char *text;	      /* member for the element's own text; NULL: it has none */
	const char *const *required;  /* names of rules; NULL: none */
};

extern const struct xml_type xml_bom;
extern const struct xml_type xml_component;
extern const struct xml_type xml_license;
extern const struct xml_type xml_expression;
extern const struct xml_type xml_service;
extern const struct xml_type xml_tool;

#endif
