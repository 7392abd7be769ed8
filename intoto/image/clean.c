/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tag is a name that another writer may move at any time, a digest is not: what is deleted is the
 * manifest that was looked at, by its digest, and a signature that was added meanwhile stays.  But
 * a name of ours may stand at anything; what is an image is left, and only the name taken away.
 */
#include "image/clean.h"

#include "base/text.h"

static bool hangs(const struct it_tree_node *node)
{
	return node->form == IT_TREE_REFERRER || node->form == IT_TREE_TAG;
}

static bool wanted(const struct it_tree_node *node, unsigned what)
{
	return (what & (unsigned)node->what) ||
	       ((what & IT_CLEAN_REFERRERS) && node->form == IT_TREE_REFERRER);
}

int it_clean_choose(bool **chosen, size_t *count, const struct it_tree *tree, unsigned what,
		    struct intoto_error **err)
{
	*count = 0;
	*chosen = calloc(tree->count, sizeof **chosen);
	if (!*chosen)
		return it_err_nomem(err);
	for (size_t i = 1; i < tree->count; i++) {
		const struct it_tree_node *node = &tree->nodes[i];

		if (!hangs(node) || node->unread)
			continue;
		(*chosen)[i] = wanted(node, what) || (*chosen)[node->parent];
		*count += (*chosen)[i];
	}
	return INTOTO_OK;
}

static bool is_layer_of_image(const char *media_type)
{
	return it_starts_with(media_type, "application/vnd.oci.image.layer.") ||
	       it_starts_with(media_type, "application/vnd.docker.image.rootfs.");
}

/* Whether somebody could run it: a tag sha256-HEX.sig can stand at any manifest. */
static bool is_image(const struct it_tree *tree, const struct it_tree_node *node)
{
	if (it_oci_is_index(node->media_type))
		return true;
	for (size_t i = 0; i < node->part_count; i++)
		if (is_layer_of_image(node->parts[i].media_type))
			return true;
	for (size_t i = 0; i < tree->count; i++)
		if (!hangs(&tree->nodes[i]) && it_streq(tree->nodes[i].digest, node->digest))
			return true;
	return false;
}

/* Gone already is as good. */
static int take_away(struct it_place *place, const char *name, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = place->kind->remove(place, name, &why);

	if (!rc || rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	/* That the registry does not delete is no fault of the input. */
	return it_err_set(err, rc == INTOTO_E_UNSUPPORTED ? INTOTO_E_SERVICE : (enum intoto_code)rc,
			  "%s", intoto_error_text(why));
}

/* A registry may leave the tag of a manifest that is gone. */
static int take_tag(struct it_place *place, const struct it_tree_node *node,
		    struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *there = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_place_manifest(place, &there, node->tag, &why);

	if (rc == INTOTO_E_NOTFOUND || (!rc && !it_streq(there->digest, node->digest)))
		return INTOTO_OK;
	return take_away(place, node->tag, err);
}

static int remove_node(struct it_place *place, const struct it_tree *tree,
		       const struct it_tree_node *node, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (node->form == IT_TREE_TAG && is_image(tree, node))
		return take_away(place, node->tag, err);
	rc = take_away(place, node->digest, err);
	return rc || node->form != IT_TREE_TAG ? rc : take_tag(place, node, err);
}

int it_image_clean(struct it_strings *removed, struct it_place *place, const struct it_tree *tree,
		   const bool *chosen, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!place->kind->remove || !(place->kind->abilities & IT_PLACE_DELETES))
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: nothing can be deleted in %s",
				  place->text, place->kind->scheme);
	for (size_t i = tree->count; !rc && i-- > 1;) {
		const struct it_tree_node *node = &tree->nodes[i];

		if (!chosen[i])
			continue;
		rc = remove_node(place, tree, node, err);
		if (!rc)
			rc = it_strings_add(
				removed, node->form == IT_TREE_TAG ? node->tag : node->digest, err);
	}
	if (!rc)
		rc = place->kind->finish(place, err);
	return rc ? it_err_wrap(err, rc, "%s: after %zu were deleted", place->text, removed->count)
		  : INTOTO_OK;
}
