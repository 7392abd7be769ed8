/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX from XML to JSON by the tables of xml_types.c.  What they do not have (extensions of
 * others, evidence, formulation, signatures, which would not hold for the JSON) is left out, and
 * told.
 */
#include "attestors/sbom/xml.h"

#include <string.h>

#include "attestors/sbom/xml_tree.h"
#include "attestors/sbom/xml_types.h"

#define SPACE "http://cyclonedx.org/schema/bom/"

struct converting {
	struct intoto_json_out *out;
	const char *space; /* namespace of the document */
	struct sbom_tally *tally;
	struct intoto_error **err;
};

static int refuse(const struct converting *in, const struct xml_node *node, const char *what,
		  const char *name)
{
	return intoto_attestor_fail(in->err, INTOTO_E_FORMAT, "line %zu: %.64s: %s%s", node->line,
				    node->name, what, name);
}

static bool is_ours(const struct converting *in, const struct xml_node *node)
{
	return intoto_text_same(node->space, in->space);
}

static int write_object(const struct converting *in, const struct xml_node *node,
			const struct xml_type *type);

/* --- values --- */

/* Digits of JSON: -?(0|[1-9][0-9]*)(.[0-9]+)? */
static bool is_number(const char *text)
{
	text += *text == '-';
	if (*text == '0')
		text++;
	else if (*text >= '1' && *text <= '9')
		text += strspn(text, "0123456789");
	else
		return false;
	if (*text == '.' && text[1])
		text += 1 + strspn(text + 1, "0123456789");
	return !*text && text[-1] != '.';
}

static int write_number(const struct converting *in, const struct xml_node *node, const char *text)
{
	if (strlen(text) > 32 || !is_number(text))
		return refuse(in, node, "want a number", "");
	intoto_out_number(in->out, text, strlen(text));
	return 0;
}

static int write_bool(const struct converting *in, const struct xml_node *node, const char *text)
{
	bool yes = intoto_text_same(text, "true") || intoto_text_same(text, "1");

	if (!yes && !intoto_text_same(text, "false") && !intoto_text_same(text, "0"))
		return refuse(in, node, "want true or false", "");
	intoto_out_bool(in->out, yes);
	return 0;
}

static int write_scalar(const struct converting *in, const struct xml_node *node, const char *text,
			enum xml_how how)
{
	if (how == XML_NUMBER)
		return write_number(in, node, text);
	if (how == XML_BOOL)
		return write_bool(in, node, text);
	intoto_out_text(in->out, text);
	return 0;
}

/* An element of a list: an object, a number, or a text. */
static int write_item(const struct converting *in, const struct xml_node *node,
		      const struct xml_type *type)
{
	if (type && type->rules)
		return write_object(in, node, type);
	if (!type && node->first)
		return refuse(in, node, "want a text", "");
	return write_scalar(in, node, node->text, type ? XML_NUMBER : XML_TEXT);
}

static void leave_out(const struct converting *in, const struct xml_node *node)
{
	in->tally->left_out++;
	sbom_tally_name(in->tally, node->name);
}

/* --- lists --- */

static int write_list(const struct converting *in, const struct xml_node *node,
		      const struct xml_rule *rule)
{
	int rc = 0;

	intoto_out_list(in->out);
	for (const struct xml_node *at = node->first; !rc && at; at = at->next) {
		if (is_ours(in, at) && intoto_text_same(at->name, rule->item))
			rc = write_item(in, at, rule->type);
		else
			leave_out(in, at);
	}
	intoto_out_list_end(in->out);
	return rc;
}

/* All elements of one name, from the first on. */
static int write_repeated(const struct converting *in, const struct xml_node *first,
			  const struct xml_rule *rule)
{
	int rc = 0;

	intoto_out_list(in->out);
	for (const struct xml_node *at = first; !rc && at; at = at->next)
		if (is_ours(in, at) && intoto_text_same(at->name, rule->name))
			rc = write_item(in, at, rule->type);
	intoto_out_list_end(in->out);
	return rc;
}

static int write_refs(const struct converting *in, const struct xml_node *node, const char *item)
{
	intoto_out_list(in->out);
	for (const struct xml_node *at = node->first; at; at = at->next) {
		const char *ref = xml_attribute_get(at, "ref");

		if (!is_ours(in, at) || !intoto_text_same(at->name, item)) {
			leave_out(in, at);
			continue;
		}
		if (!ref)
			return refuse(in, at, "want the attribute ", "ref");
		intoto_out_text(in->out, ref);
	}
	intoto_out_list_end(in->out);
	return 0;
}

static int write_licenses(const struct converting *in, const struct xml_node *node)
{
	int rc = 0;

	intoto_out_list(in->out);
	for (const struct xml_node *at = node->first; !rc && at; at = at->next) {
		if (is_ours(in, at) && intoto_text_same(at->name, "license")) {
			intoto_out_object(in->out);
			intoto_out_name(in->out, "license");
			rc = write_object(in, at, &xml_license);
			intoto_out_object_end(in->out);
		} else if (is_ours(in, at) && intoto_text_same(at->name, "expression")) {
			rc = write_object(in, at, &xml_expression);
		} else {
			rc = refuse(in, at, "is no licence", "");
		}
	}
	intoto_out_list_end(in->out);
	return rc;
}

/* Up to 1.4 each is a "tool"; since 1.5 they may be components and services. */
static int write_tools(const struct converting *in, const struct xml_node *node)
{
	static const struct xml_rule rules[] = {
		{ "components", NULL, XML_LIST, &xml_component, "component" },
		{ "services", NULL, XML_LIST, &xml_service, "service" },
		{ NULL, NULL, XML_TEXT, NULL, NULL },
	};
	static const struct xml_type modern = { rules, NULL, NULL };
	static const struct xml_rule classic = { "tools", NULL, XML_LIST, &xml_tool, "tool" };

	uint64_t packages = in->tally->packages;
	bool is_modern = false;
	int rc;

	for (const struct xml_node *at = node->first; at; at = at->next)
		is_modern |= intoto_text_same(at->name, "components") ||
			     intoto_text_same(at->name, "services");
	rc = is_modern ? write_object(in, node, &modern) : write_list(in, node, &classic);
	in->tally->packages = packages; /* tools are in no product */
	return rc;
}

static int write_dependencies(const struct converting *in, const struct xml_node *node)
{
	int rc = 0;

	intoto_out_list(in->out);
	for (const struct xml_node *at = node->first; !rc && at; at = at->next) {
		const char *ref = xml_attribute_get(at, "ref");

		if (!is_ours(in, at) || !intoto_text_same(at->name, "dependency")) {
			leave_out(in, at);
			continue;
		}
		if (!ref)
			return refuse(in, at, "want the attribute ", "ref");
		intoto_out_object(in->out);
		intoto_out_member(in->out, "ref", ref);
		if (at->first) {
			intoto_out_name(in->out, "dependsOn");
			rc = write_refs(in, at, "dependency");
		}
		intoto_out_object_end(in->out);
	}
	intoto_out_list_end(in->out);
	return rc;
}

/* --- objects --- */

static int write_value(const struct converting *in, const struct xml_node *node,
		       const struct xml_rule *rule)
{
	switch (rule->how) {
	case XML_TEXT:
	case XML_BOOL:
	case XML_NUMBER:
		if (node->first)
			return refuse(in, node, "want a text, found an element", "");
		return write_scalar(in, node, node->text, rule->how);
	case XML_OBJECT:
		in->tally->packages -= rule->type == &xml_component; /* what it is about */
		return write_object(in, node, rule->type);
	case XML_LIST:
		return write_list(in, node, rule);
	case XML_REPEATED:
		return write_repeated(in, node, rule);
	case XML_REFS:
		return write_refs(in, node, rule->item);
	case XML_LICENSES:
		return write_licenses(in, node);
	case XML_TOOLS:
		return write_tools(in, node);
	case XML_DEPENDENCIES:
		return write_dependencies(in, node);
	}
	return 0;
}

static const struct xml_node *find_child(const struct converting *in, const struct xml_node *from,
					 const char *name)
{
	for (; from; from = from->next)
		if (is_ours(in, from) && intoto_text_same(from->name, name))
			return from;
	return NULL;
}

static int write_rule(const struct converting *in, const struct xml_node *node,
		      const struct xml_rule *rule)
{
	const struct xml_node *child;
	const char *value;

	if (*rule->name == '@') {
		value = xml_attribute_get(node, rule->name + 1);
		if (!value)
			return 0;
		intoto_out_name(in->out, rule->member);
		return write_scalar(in, node, value, rule->how);
	}
	child = find_child(in, node->first, rule->name);
	if (!child)
		return 0;
	if (rule->how != XML_REPEATED && find_child(in, child->next, rule->name))
		return refuse(in, child, "is there twice", "");
	intoto_out_name(in->out, rule->member ? rule->member : rule->name);
	return write_value(in, child, rule);
}

static int check_required(const struct converting *in, const struct xml_node *node,
			  const struct xml_type *type)
{
	for (size_t i = 0; type->required && type->required[i]; i++) {
		const char *name = type->required[i];
		bool attribute = *name == '@';
		const struct xml_node *child = attribute ? NULL : find_child(in, node->first, name);
		const char *value = attribute ? xml_attribute_get(node, name + 1)
				    : child   ? child->text
					      : NULL;

		if (!value || !*value)
			return refuse(in, node, "want ", name + attribute);
	}
	return 0;
}

static void count(const struct converting *in, const struct xml_node *node,
		  const struct xml_type *type)
{
	in->tally->packages += type == &xml_component;
	for (const struct xml_node *at = node->first; at; at = at->next) {
		bool known = false;

		for (const struct xml_rule *rule = type->rules; !known && rule->name; rule++)
			known = is_ours(in, at) && intoto_text_same(rule->name, at->name);
		if (!known)
			leave_out(in, at);
	}
}

static int write_object(const struct converting *in, const struct xml_node *node,
			const struct xml_type *type)
{
	int rc = check_required(in, node, type);

	if (rc)
		return rc;
	count(in, node, type);
	intoto_out_object(in->out);
	for (const struct xml_rule *rule = type->rules; !rc && rule->name; rule++)
		rc = write_rule(in, node, rule);
	if (!rc && type->text)
		intoto_out_member(in->out, type->text, node->text);
	intoto_out_object_end(in->out);
	return rc;
}

/* --- the document --- */

static int write_bom(struct converting *in, const struct xml_node *root)
{
	const char *version = root->space + strlen(SPACE);
	int rc = 0;

	if (!intoto_text_same(root->name, "bom") || !intoto_text_begins(root->space, SPACE))
		return refuse(in, root, "want bom of ", SPACE "1.2 to 1.7");
	if (strlen(version) != 3 || !intoto_text_begins(version, "1.") || version[2] < '2' ||
	    version[2] > '7')
		return intoto_attestor_fail(in->err, INTOTO_E_UNSUPPORTED,
					    "want CycloneDX 1.2 to 1.7, found another version");
	in->space = root->space;
	count(in, root, &xml_bom);
	intoto_out_object(in->out);
	intoto_out_member(in->out, "bomFormat", "CycloneDX");
	intoto_out_member(in->out, "specVersion", version);
	for (const struct xml_rule *rule = xml_bom.rules; !rc && rule->name; rule++)
		rc = write_rule(in, root, rule);
	intoto_out_object_end(in->out);
	return rc;
}

int sbom_xml_convert(struct intoto_json_out *out, int fd, struct sbom_tally *tally,
		     struct intoto_error **err)
{
	struct converting in = { .out = out, .space = "", .tally = tally, .err = err };
	struct xml_tree *tree;
	int rc = xml_tree_read(&tree, fd, err);

	if (rc)
		return rc;
	rc = write_bom(&in, xml_tree_root(tree));
	xml_tree_free(tree);
	return rc;
}
