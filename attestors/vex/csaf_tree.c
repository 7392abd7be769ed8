/* SPDX-License-Identifier: Apache-2.0 */
/* The ids of a CSAF product tree (CSAF 2.0, 3.2.2; tests 6.1.1 and 6.1.2). */
#include <stdlib.h>
#include <string.h>

#include "attestors/vex/vex.h"

void vex_ids_done(struct vex_ids *ids)
{
	free(ids->items);
	*ids = (struct vex_ids){ 0 };
}

int vex_ids_add(struct vex_ids *ids, const char *id, struct intoto_error **err)
{
	if (ids->count == ids->room) {
		size_t room = ids->room ? 2 * ids->room : 64;
		const char **items = reallocarray(ids->items, room, sizeof *items);

		if (!items)
			return intoto_attestor_fail(err, INTOTO_E_NOMEM, "out of memory");
		ids->items = items;
		ids->room = room;
	}
	ids->items[ids->count++] = id;
	return 0;
}

static int order(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

void vex_ids_sort(struct vex_ids *ids)
{
	if (ids->count)
		qsort(ids->items, ids->count, sizeof *ids->items, order);
}

bool vex_ids_have(const struct vex_ids *ids, const char *id)
{
	return ids->count &&
	       bsearch(&id, ids->items, ids->count, sizeof *ids->items, order) != NULL;
}

static int add_name(struct vex_ids *out, const struct intoto_value *value, const char *where,
		    struct intoto_error **err)
{
	const char *id = NULL;
	const char *name = NULL;
	int rc = vex_need_text(&id, value, where, "product_id", err);

	if (!rc)
		rc = vex_need_text(&name, value, where, "name", err);
	return rc ? rc : vex_ids_add(out, id, err);
}

/* As deep as the document, which its reader has bounded. */
static int add_branches(struct vex_ids *out, const struct intoto_value *list, const char *where,
			struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_value_count(list); i++) {
		const struct intoto_value *branch = intoto_value_at(list, i);
		struct vex_place product = vex_place("%.120s[%zu].product", where, i);
		struct vex_place deeper = vex_place("%.120s[%zu].branches", where, i);

		if (intoto_value_get(branch, "product"))
			rc = add_name(out, intoto_value_get(branch, "product"), product.text, err);
		if (!rc)
			rc = add_branches(out, intoto_value_get(branch, "branches"), deeper.text,
					  err);
	}
	return rc;
}

static int add_relationships(struct vex_ids *out, const struct intoto_value *list,
			     struct intoto_error **err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < intoto_value_count(list); i++) {
		struct vex_place place = vex_place("product_tree.relationships[%zu]", i);
		const struct intoto_value *value = intoto_value_at(list, i);
		const struct intoto_value *name = NULL;
		const char *text = NULL;

		rc = vex_need_text(&text, value, place.text, "product_reference", err);
		if (!rc)
			rc = vex_need_text(&text, value, place.text, "relates_to_product_reference",
					   err);
		if (!rc)
			rc = vex_need_object(&name, value, place.text, "full_product_name", err);
		if (!rc)
			rc = add_name(out, name, place.text, err);
	}
	return rc;
}

/* 6.1.1: what relationships refer to is in the tree. */
static int check_references(const struct vex_ids *ids, const struct intoto_value *list,
			    struct intoto_error **err)
{
	static const char *const names[] = { "product_reference", "relates_to_product_reference" };

	for (size_t i = 0; i < intoto_value_count(list); i++)
		for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
			const struct intoto_value *value =
				intoto_value_get(intoto_value_at(list, i), names[j]);
			struct vex_place place =
				vex_place("product_tree.relationships[%zu].%s", i, names[j]);

			if (!vex_ids_have(ids, intoto_value_text(value)))
				return vex_refuse(place.text, "a product_id of the product tree",
						  value, err);
		}
	return 0;
}

int vex_csaf_products(struct vex_ids *out, const struct intoto_value *tree,
		      struct intoto_error **err)
{
	const struct intoto_value *names = intoto_value_get(tree, "full_product_names");
	const struct intoto_value *relationships = intoto_value_get(tree, "relationships");
	int rc =
		add_branches(out, intoto_value_get(tree, "branches"), "product_tree.branches", err);

	for (size_t i = 0; !rc && i < intoto_value_count(names); i++) {
		struct vex_place place = vex_place("product_tree.full_product_names[%zu]", i);

		rc = add_name(out, intoto_value_at(names, i), place.text, err);
	}
	if (!rc)
		rc = add_relationships(out, relationships, err);
	if (rc)
		return rc;
	vex_ids_sort(out);
	for (size_t i = 1; i < out->count; i++) {
		char *quoted = NULL;

		if (!intoto_text_same(out->items[i - 1], out->items[i]))
			continue;
		quoted = intoto_text_quoted(out->items[i]);
		rc = intoto_attestor_fail(err, INTOTO_E_FORMAT,
					  "product_tree: two products have the product_id '%.200s'",
					  quoted ? quoted : "");
		free(quoted);
		return rc;
	}
	return check_references(out, relationships, err);
}
