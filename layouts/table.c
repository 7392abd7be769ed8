/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The artifacts of an item, wherever they are: in memory, in a file that was verified before, or in
 * the steps of a sublayout (specification 4.5.1: the materials of its first step, the products of
 * its last).
 */
#include "layouts/document.h"
#include "layouts/sublayout.h"

/* A slot that is no sublayout's, and whose it is. */
struct leaf {
	struct it_chain *chain;
	struct it_slot *slot; /* NULL: a sublayout without steps, so without artifacts */
	const char *item;
};

static struct leaf find_leaf(struct it_chain *chain, struct it_slot *slot, const char *item,
			     enum intoto_link_side side)
{
	while (slot->below) {
		struct it_sublayout *below = slot->below;
		const struct intoto_layout *layout = below->chain.layout;
		size_t index = side == INTOTO_MATERIALS ? 0 : layout->step_count - 1;

		chain = &below->chain;
		if (!layout->step_count)
			return (struct leaf){ chain, NULL, item };
		item = layout->steps[index].item.name;
		slot = &chain->slots[index];
	}
	return (struct leaf){ chain, slot, item };
}

static const char *item_name(const struct it_chain *chain, size_t item)
{
	const struct intoto_layout *layout = chain->layout;

	return item < layout->step_count ? layout->steps[item].item.name
					 : layout->inspections[item - layout->step_count].name;
}

/* Reads the document again; not being able to is an undecided check, and *out stays NULL. */
static int read_again(struct it_shelved **out, const struct leaf *leaf, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_chain *chain = leaf->chain;
	struct it_source *source = leaf->slot->source;
	int rc = it_document_reload(out, chain->run, source, &why);

	if (rc == INTOTO_E_NOMEM)
		return it_err_nomem(err);
	if (rc) {
		leaf->slot->open = true;
		it_report_undecided(chain->report, "link.changed",
				    it_chain_label(chain, leaf->item), source->name, why);
	}
	return INTOTO_OK;
}

static int get_leaf(struct it_shelved **out, const struct leaf *leaf, struct intoto_error **err)
{
	*out = NULL;
	if (!leaf->slot || !leaf->slot->source)
		return INTOTO_OK;
	*out = it_shelf_find(&leaf->chain->run->shelf, leaf->slot->source);
	return *out ? INTOTO_OK : read_again(out, leaf, err);
}

int it_chain_link(struct it_shelved **out, struct it_chain *chain, size_t item,
		  enum intoto_link_side side, struct intoto_error **err)
{
	struct leaf leaf = find_leaf(chain, &chain->slots[item], item_name(chain, item), side);

	return get_leaf(out, &leaf, err);
}

static const struct it_artifacts *side_of(const struct intoto_link *link,
					  enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? &link->materials : &link->products;
}

int it_table_of_slot(struct it_table *out, struct it_chain *chain, struct it_slot *slot,
		     const char *item, enum intoto_link_side side, struct intoto_error **err)
{
	static const struct it_artifacts nothing;
	struct leaf leaf = find_leaf(chain, slot, item, side);
	int rc;

	*out = (struct it_table){ 0 };
	if (!leaf.slot) {
		out->artifacts = &nothing;
		return INTOTO_OK;
	}
	rc = get_leaf(&out->shelved, &leaf, err);
	if (rc || !out->shelved)
		return rc;
	out->shelved->pins++;
	out->artifacts = side_of(out->shelved->link, side);
	return INTOTO_OK;
}

int it_table_get(struct it_table *out, struct it_chain *chain, size_t item,
		 enum intoto_link_side side, struct intoto_error **err)
{
	*out = (struct it_table){ 0 };
	if (!chain->links[item])
		return it_table_of_slot(out, chain, &chain->slots[item], item_name(chain, item),
					side, err);
	out->artifacts = side_of(chain->links[item], side);
	return INTOTO_OK;
}

void it_table_done(struct it_table *table)
{
	if (table->shelved)
		table->shelved->pins--;
	*table = (struct it_table){ 0 };
}
