/* SPDX-License-Identifier: Apache-2.0 */
/* Product trees of CSAF: branches, full names, relationships, groups. */
#include "model/vex_csaf_tree.h"

#include "base/text.h"

enum { RELATIONS_DEEP = 8 };

static struct it_span text_of(const struct it_json *object, const char *name)
{
	return it_json_text(it_json_get(object, name));
}

static bool is_list(const struct it_json *value)
{
	return it_json_kind(value) == IT_JSON_LIST;
}

void it_csaf_tree_done(struct it_csaf_tree *tree)
{
	free(tree->items);
	*tree = (struct it_csaf_tree){ 0 };
}

static int add(struct it_csaf_tree *tree, const struct it_csaf_product *product,
	       struct intoto_error **err)
{
	if (tree->count == IT_CSAF_PRODUCTS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "a product tree of more than %d products",
				  IT_CSAF_PRODUCTS_MAX);
	if (tree->count == tree->cap) {
		size_t cap = tree->cap ? 2 * tree->cap : 64;
		void *more = reallocarray(tree->items, cap, sizeof *tree->items);

		if (!more)
			return it_err_nomem(err);
		tree->items = more;
		tree->cap = cap;
	}
	tree->items[tree->count++] = *product;
	return INTOTO_OK;
}

static int add_full_name(struct it_csaf_tree *tree, const struct it_json *value,
			 struct it_csaf_product product, const struct it_where *where,
			 struct intoto_error **err)
{
	struct it_where at = { where, "product_id", 0 };

	product.id = text_of(value, "product_id");
	product.name = text_of(value, "name");
	product.helper = it_json_get(value, "product_identification_helper");
	if (!product.id.len)
		return it_vex_refuse("the id of a product", it_json_get(value, "product_id"), &at,
				     err);
	return add(tree, &product, err);
}

/* As deep as the document, which its reader has bounded. */
static int read_branches(struct it_csaf_tree *tree, const struct it_json *list,
			 struct it_span version, const struct it_where *where,
			 struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		const struct it_json *branch = it_json_at(list, i);
		const struct it_json *product = it_json_get(branch, "product");
		struct it_span category = text_of(branch, "category");
		struct it_where at = { where, NULL, i };
		struct it_where deeper = { &at, "branches", 0 };
		struct it_where here = { &at, "product", 0 };
		bool names_version = it_span_is(category, "product_version") ||
				     it_span_is(category, "product_version_range");
		struct it_csaf_product one = { .version = names_version ? text_of(branch, "name")
									: version };

		if (product)
			rc = add_full_name(tree, product, one, &here, err);
		if (!rc)
			rc = read_branches(tree, it_json_get(branch, "branches"), one.version,
					   &deeper, err);
	}
	return rc;
}

static int read_names(struct it_csaf_tree *tree, const struct it_json *list,
		      const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		struct it_where at = { where, NULL, i };

		rc = add_full_name(tree, it_json_at(list, i), (struct it_csaf_product){ 0 }, &at,
				   err);
	}
	return rc;
}

static int read_relationships(struct it_csaf_tree *tree, const struct it_json *list,
			      const struct it_where *where, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		const struct it_json *value = it_json_at(list, i);
		struct it_where at = { where, NULL, i };
		struct it_where here = { &at, "full_product_name", 0 };
		struct it_csaf_product one = {
			.component = text_of(value, "product_reference"),
			.container = text_of(value, "relates_to_product_reference"),
		};

		if (!one.component.len || !one.container.len)
			return it_where_refuse(&at, INTOTO_E_FORMAT, err,
					       "want product_reference and "
					       "relates_to_product_reference");
		rc = add_full_name(tree, it_json_get(value, "full_product_name"), one, &here, err);
	}
	return rc;
}

static int order(const void *a, const void *b)
{
	const struct it_csaf_product *left = a;
	const struct it_csaf_product *right = b;

	return it_span_cmp(left->id, right->id);
}

int it_csaf_tree_read(struct it_csaf_tree *out, const struct it_json *tree,
		      const struct it_where *where, struct intoto_error **err)
{
	struct it_where branches = { where, "branches", 0 };
	struct it_where names = { where, "full_product_names", 0 };
	struct it_where relationships = { where, "relationships", 0 };
	int rc = read_branches(out, it_json_get(tree, "branches"), it_span("", 0), &branches, err);

	if (!rc)
		rc = read_names(out, it_json_get(tree, "full_product_names"), &names, err);
	if (!rc)
		rc = read_relationships(out, it_json_get(tree, "relationships"), &relationships,
					err);
	if (rc)
		return rc;
	out->groups = it_json_get(tree, "product_groups");
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, order);
	for (size_t i = 1; i < out->count; i++) {
		IT_AUTO(it_freep) char *quoted = NULL;

		if (!it_span_eq(out->items[i - 1].id, out->items[i].id))
			continue;
		quoted = it_text_quoted(out->items[i].id);
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "two products have the product_id '%.200s'",
				       quoted ? quoted : "");
	}
	return INTOTO_OK;
}

const struct it_csaf_product *it_csaf_tree_find(const struct it_csaf_tree *tree, struct it_span id)
{
	struct it_csaf_product wanted = { .id = id };

	if (!tree->count)
		return NULL;
	return bsearch(&wanted, tree->items, tree->count, sizeof *tree->items, order);
}

static bool list_has(const struct it_json *list, struct it_span text)
{
	for (size_t i = 0; is_list(list) && i < it_json_count(list); i++)
		if (it_span_eq(it_json_text(it_json_at(list, i)), text))
			return true;
	return false;
}

bool it_csaf_tree_names(const struct it_csaf_tree *tree, const struct it_json *object,
			struct it_span id)
{
	const struct it_json *groups = it_json_get(object, "group_ids");

	if (list_has(it_json_get(object, "product_ids"), id))
		return true;
	for (size_t i = 0;
	     is_list(groups) && is_list(tree->groups) && i < it_json_count(tree->groups); i++) {
		const struct it_json *group = it_json_at(tree->groups, i);

		if (list_has(groups, text_of(group, "group_id")) &&
		    list_has(it_json_get(group, "product_ids"), id))
			return true;
	}
	return false;
}

/* --- what identifies a product --- */

static int read_hashes(struct it_vex_thing *thing, const struct it_json *list,
		       struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && is_list(list) && i < it_json_count(list); i++) {
		const struct it_json *hashes = it_json_get(it_json_at(list, i), "file_hashes");

		for (size_t j = 0; !rc && is_list(hashes) && j < it_json_count(hashes); j++)
			rc = it_vex_thing_add_digest(thing,
						     text_of(it_json_at(hashes, j), "algorithm"),
						     text_of(it_json_at(hashes, j), "value"), err);
	}
	return rc;
}

/* CSAF 2.0 has "purl", 2.1 a list "purls". */
static int read_helper(struct it_vex_thing *thing, const struct it_csaf_product *product,
		       struct intoto_error **err)
{
	const struct it_json *purls = it_json_get(product->helper, "purls");
	int rc = it_vex_thing_add_purl(thing, text_of(product->helper, "purl"), err);

	for (size_t i = 0; !rc && is_list(purls) && i < it_json_count(purls); i++)
		rc = it_vex_thing_add_purl(thing, it_json_text(it_json_at(purls, i)), err);
	if (!rc)
		rc = it_vex_add_text(&thing->cpes, text_of(product->helper, "cpe"), err);
	if (!rc)
		rc = read_hashes(thing, it_json_get(product->helper, "hashes"), err);
	if (!rc)
		rc = it_vex_set_text(&thing->range, product->version, err);
	return rc;
}

static int refuse_id(struct it_span id, const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(id);

	return it_where_refuse(where, INTOTO_E_FORMAT, err,
			       "the product tree has no product_id '%.200s'", quoted ? quoted : "");
}

static int add_components(const struct it_csaf_tree *tree, struct it_vex_product *product,
			  struct it_span id, unsigned deep, const struct it_where *where,
			  struct intoto_error **err)
{
	const struct it_csaf_product *found = it_csaf_tree_find(tree, id);
	struct it_vex_thing *thing = NULL;
	int rc;

	if (!found)
		return refuse_id(id, where, err);
	if (found->component.len && deep)
		return add_components(tree, product, found->component, deep - 1, where, err);
	rc = it_vex_add_component(product, &thing, found->name, err);
	return rc ? rc : read_helper(thing, found, err);
}

static int add_product(const struct it_csaf_tree *tree, struct it_vex_statement *statement,
		       struct it_vex_product **out, struct it_span id, unsigned deep,
		       const struct it_where *where, struct intoto_error **err)
{
	const struct it_csaf_product *found = it_csaf_tree_find(tree, id);
	int rc;

	if (!found)
		return refuse_id(id, where, err);
	if (found->container.len && deep)
		return add_product(tree, statement, out, found->container, deep - 1, where, err);
	rc = it_vex_add_product(statement, out, found->name, err);
	return rc ? rc : read_helper(&(*out)->thing, found, err);
}

int it_csaf_tree_add(const struct it_csaf_tree *tree, struct it_vex_statement *statement,
		     struct it_span id, const struct it_where *where, struct intoto_error **err)
{
	const struct it_csaf_product *found = it_csaf_tree_find(tree, id);
	struct it_vex_product *product = NULL;
	int rc;

	if (!found)
		return refuse_id(id, where, err);
	rc = add_product(tree, statement, &product, id, RELATIONS_DEEP, where, err);
	if (!rc && found->component.len)
		rc = add_components(tree, product, found->component, RELATIONS_DEEP, where, err);
	return rc;
}
