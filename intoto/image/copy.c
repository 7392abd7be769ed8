/* SPDX-License-Identifier: Apache-2.0 */
/* A copy, in the order that never leaves half of an image: see image/copy.h. */
#include "image/copy.h"

#include "base/text.h"
#include "image/copy_blobs.h"
#include "image/copy_tags.h"

enum { SWAPS_MAX = 10 };

struct copy {
	struct it_copy_report *report;
	struct it_place *to, *from;
	const struct it_copy_options *options;
	struct it_tree tree;
	struct it_copy_blobs blobs;
	bool *chosen;		/* by node */
	enum it_copy_tag *tags; /* by node, of those that were found by a tag */
};

static void copy_done(struct copy *copy)
{
	it_tree_done(&copy->tree);
	it_copy_blobs_done(&copy->blobs);
	free(copy->chosen);
	free(copy->tags);
}

void it_copy_report_done(struct it_copy_report *report)
{
	it_strings_done(&report->left_out);
	it_strings_done(&report->kept);
	it_strings_done(&report->merged);
}

static bool is_of_image(const struct it_tree_node *node)
{
	return node->form == IT_TREE_ROOT || node->form == IT_TREE_CHILD;
}

/* What the user calls it who may want to name it. */
static const char *name_of(const struct it_tree_node *node)
{
	return *node->tag && node->form == IT_TREE_TAG ? node->tag : node->digest;
}

/* --- which of them go --- */

static bool may_miss(const struct copy *copy, const struct it_tree_node *node)
{
	const struct it_strings *missing = copy->options->missing;

	return missing && ((*node->digest && it_strings_has(missing, node->digest)) ||
			   (*node->tag && it_strings_has(missing, node->tag)));
}

/* A part of the image itself that is not there cannot be done without. */
static int check_trouble(struct copy *copy, const struct it_tree_node *node,
			 struct intoto_error **err)
{
	if (!node->trouble)
		return INTOTO_OK;
	if (node->unread && is_of_image(node))
		return it_err_set(err, node->code,
				  "%s: the index names %s, which cannot be read: %s",
				  copy->from->text, node->digest, node->trouble);
	if (may_miss(copy, node))
		return it_strings_add(&copy->report->left_out, name_of(node), err);
	return it_err_set(err, node->code, "%s: %s: %s (nothing was copied; see --allow-missing)",
			  copy->from->text, name_of(node), node->trouble);
}

static void count_node(struct it_copy_report *report, const struct it_tree_node *node)
{
	report->images += is_of_image(node);
	report->signatures += !is_of_image(node) && node->what == IT_TREE_SIGNATURE;
	report->attestations += !is_of_image(node) && node->what == IT_TREE_ATTESTATION;
	report->sboms += !is_of_image(node) && node->what == IT_TREE_SBOM;
	report->others += !is_of_image(node) && node->what == IT_TREE_OTHER;
}

/* What hangs on something that hangs goes with it only. */
static int choose(struct copy *copy, struct intoto_error **err)
{
	const struct it_tree *tree = &copy->tree;
	int rc = INTOTO_OK;

	copy->chosen = calloc(tree->count, sizeof *copy->chosen);
	copy->tags = calloc(tree->count, sizeof *copy->tags);
	if (!copy->chosen || !copy->tags)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < tree->count; i++) {
		const struct it_tree_node *node = &tree->nodes[i];
		bool below = !is_of_image(node) && !is_of_image(&tree->nodes[node->parent]);

		rc = check_trouble(copy, node, err);
		if (rc || node->unread || !(copy->options->what & (unsigned)node->what) ||
		    (below && !copy->chosen[node->parent]))
			continue;
		copy->chosen[i] = true;
		count_node(copy->report, node);
	}
	return rc;
}

/* Without the image itself, it must be there: nothing is hung on nothing. */
static int check_subjects(struct copy *copy, struct intoto_error **err)
{
	const struct it_tree *tree = &copy->tree;
	size_t seen = SIZE_MAX;
	int rc = INTOTO_OK;

	for (size_t i = 1; !rc && i < tree->count; i++) {
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
		size_t parent = tree->nodes[i].parent;

		if (!copy->chosen[i] || copy->chosen[parent] || parent == seen)
			continue;
		seen = parent;
		rc = it_place_manifest(copy->to, &manifest, tree->nodes[parent].digest, err);
		if (rc)
			rc = it_err_wrap(err, rc, "%s: the image itself must be there first",
					 copy->to->text);
	}
	return rc;
}

/* --- the tags of signatures at the destination --- */

static int look_at_tag(struct copy *copy, size_t index, char expected[IT_OCI_DIGEST_SIZE],
		       struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *own = NULL;
	const struct it_oci_manifest *ours = NULL;
	const char *tag = copy->tree.nodes[index].tag;
	int rc = it_tree_manifest(&copy->tree, index, copy->from, &ours, &own, err);

	if (!rc)
		rc = it_copy_tag_look(&copy->tags[index], expected, copy->to, tag, ours, err);
	if (!rc && copy->tags[index] == IT_COPY_TAG_MERGE && !copy->options->merge)
		rc = it_err_set(err, INTOTO_E_POLICY,
				"%s: %s has others than %s: a copy would lose them (see --merge)",
				copy->to->text, tag, copy->from->text);
	return rc;
}

static int look_at_tags(struct copy *copy, struct intoto_error **err)
{
	char expected[IT_OCI_DIGEST_SIZE];
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < copy->tree.count; i++)
		if (copy->chosen[i] && copy->tree.nodes[i].form == IT_TREE_TAG)
			rc = look_at_tag(copy, i, expected, err);
	return rc;
}

/* Whether its manifest goes as it is. */
static bool goes(const struct copy *copy, size_t index)
{
	return copy->chosen[index] &&
	       (copy->tree.nodes[index].form != IT_TREE_TAG ||
		copy->tags[index] == IT_COPY_TAG_SET || copy->tags[index] == IT_COPY_TAG_THERE);
}

static int gather_blobs(struct copy *copy, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < copy->tree.count; i++) {
		IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *own = NULL;
		const struct it_oci_manifest *manifest = NULL;

		if (!goes(copy, i))
			continue;
		rc = it_tree_manifest(&copy->tree, i, copy->from, &manifest, &own, err);
		if (!rc)
			rc = it_copy_blobs_add(&copy->blobs, manifest, err);
	}
	if (!rc)
		rc = it_copy_blobs_settle(&copy->blobs, err);
	return rc ? it_err_wrap(err, rc, "%s", copy->from->text) : INTOTO_OK;
}

/* --- manifests and tags --- */

static int put_node(struct copy *copy, size_t index, const char *tag, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *own = NULL;
	const struct it_oci_manifest *manifest = NULL;
	int rc = it_tree_manifest(&copy->tree, index, copy->from, &manifest, &own, err);

	if (!rc)
		rc = copy->to->kind->put_manifest(copy->to, it_buf_span(&manifest->bytes),
						  manifest->media_type, tag, err);
	return rc ? it_err_wrap(err, rc, "%s", copy->to->text) : INTOTO_OK;
}

/* A parent stands in front of its children in the tree, so this is the children first. */
static int put_images(struct copy *copy, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = copy->tree.count; !rc && i-- > 0;)
		if (copy->chosen[i] && is_of_image(&copy->tree.nodes[i]))
			rc = put_node(copy, i, NULL, err);
	return rc;
}

/* And here the subject is first. */
static int put_attached(struct copy *copy, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < copy->tree.count; i++)
		if (goes(copy, i) && !is_of_image(&copy->tree.nodes[i]))
			rc = put_node(copy, i, NULL, err);
	return rc;
}

static int merge_tag(struct copy *copy, size_t index, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *own = NULL;
	const struct it_oci_manifest *ours = NULL;
	const struct it_tree_node *node = &copy->tree.nodes[index];
	int rc = it_tree_manifest(&copy->tree, index, copy->from, &ours, &own, err);

	if (!rc)
		rc = it_copy_tag_merge(copy->to, copy->from, copy->tree.nodes[node->parent].digest,
				       node->tag, ours, err);
	return rc ? rc : it_strings_add(&copy->report->merged, node->tag, err);
}

/* *moved: another writer was faster, and nothing was changed. */
static int swap_tag(struct copy *copy, size_t index, const char *expected, bool *moved,
		    struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *own = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_oci_manifest *ours = NULL;
	int rc = it_tree_manifest(&copy->tree, index, copy->from, &ours, &own, err);

	if (rc)
		return rc;
	rc = copy->to->kind->swap_tag(copy->to, it_buf_span(&ours->bytes), ours->media_type,
				      copy->tree.nodes[index].tag, expected, &why);
	*moved = rc == INTOTO_E_POLICY;
	return !rc || *moved ? INTOTO_OK
			     : it_err_set(err, (enum intoto_code)rc, "%s: %s", copy->to->text,
					  intoto_error_text(why));
}

/* Looks again at each try, so that a signer who was faster loses nothing. */
static int set_tag(struct copy *copy, size_t index, struct intoto_error **err)
{
	const char *tag = copy->tree.nodes[index].tag;
	bool moved = true;
	int rc = INTOTO_OK;

	for (int i = 0; !rc && moved && i < SWAPS_MAX; i++) {
		char expected[IT_OCI_DIGEST_SIZE];

		rc = look_at_tag(copy, index, expected, err);
		if (rc || copy->tags[index] == IT_COPY_TAG_THERE)
			return rc;
		if (copy->tags[index] == IT_COPY_TAG_KEEP)
			return it_strings_add(&copy->report->kept, tag, err);
		if (copy->tags[index] == IT_COPY_TAG_MERGE)
			return merge_tag(copy, index, err);
		rc = swap_tag(copy, index, expected, &moved, err);
	}
	if (rc || !moved)
		return rc;
	return it_err_set(err, INTOTO_E_SERVICE,
			  "%s: %s: others write it all the time, gave up after %d tries",
			  copy->to->text, tag, SWAPS_MAX);
}

static int set_attached_tags(struct copy *copy, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < copy->tree.count; i++)
		if (copy->chosen[i] && copy->tree.nodes[i].form == IT_TREE_TAG)
			rc = set_tag(copy, i, err);
	return rc;
}

/* The tag that the destination shall have; "" for none. */
static const char *tag_of(const struct it_place *place)
{
	if (place->tag && *place->tag)
		return place->tag;
	return place->kind == &it_place_registry ? it_image_reference_tag(&place->reference) : "";
}

/* One that is there is not put again: a registry may forbid to put a tag twice. */
static int set_name(struct copy *copy, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *there = NULL;
	const char *tag = tag_of(copy->to);
	int rc;

	if (!copy->chosen[0] || !*tag)
		return INTOTO_OK;
	copy->report->tagged = true;
	rc = it_place_manifest(copy->to, &there, tag, NULL);
	if (!rc && it_streq(there->digest, copy->tree.nodes[0].digest))
		return INTOTO_OK;
	return put_node(copy, 0, tag, err); /* which says what is wrong, if something is */
}

/* --- all of it --- */

static int read_tree(struct copy *copy, struct intoto_error **err)
{
	const struct it_copy_options *options = copy->options;
	const struct it_tree_options tree = {
		.depth = options->depth,
		.platforms = options->platforms,
		.bare = options->what == IT_TREE_IMAGE,
		/* To choose by what a bundle is, it must be read. */
		.details = options->what != IT_TREE_IMAGE && options->what != IT_TREE_ALL,
	};
	struct it_oci_manifest *root = NULL;
	int rc = it_place_named(copy->from, &root, err);

	if (rc)
		return rc;
	(void)memcpy(copy->report->digest, root->digest, IT_OCI_DIGEST_SIZE); /* returns it */
	if (copy->to->digest && *copy->to->digest && !it_streq(copy->to->digest, root->digest)) {
		rc = it_err_set(err, INTOTO_E_USAGE, "%s: want that digest, and %s is %s",
				copy->to->text, copy->from->text, root->digest);
		it_oci_manifest_free(root);
		return rc;
	}
	return it_tree_read(&copy->tree, copy->from, root, &tree, err);
}

/* Blobs that another repository of the same registry has need not go through us. */
static void set_mount(const struct copy *copy)
{
	const struct it_image_reference *to = &copy->to->reference;
	const struct it_image_reference *from = &copy->from->reference;

	if (copy->to->kind == &it_place_registry && copy->from->kind == &it_place_registry &&
	    it_streq(to->host, from->host) && !it_streq(to->repository, from->repository))
		copy->to->mount_from = from->repository;
}

static int plan(struct copy *copy, struct intoto_error **err)
{
	int rc = read_tree(copy, err);

	if (!rc)
		rc = choose(copy, err);
	if (!rc)
		rc = check_subjects(copy, err);
	if (!rc)
		rc = look_at_tags(copy, err);
	return rc ? rc : gather_blobs(copy, err);
}

int it_image_copy(struct it_copy_report *report, struct it_place *to, struct it_place *from,
		  const struct it_copy_options *options, struct intoto_error **err)
{
	IT_AUTO(copy_done)
	struct copy copy = { .report = report, .to = to, .from = from, .options = options };
	int rc;

	*report = (struct it_copy_report){ 0 };
	if (!(to->kind->abilities & IT_PLACE_WRITES))
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s can be read only", to->text,
				  to->kind->scheme);
	set_mount(&copy);
	rc = plan(&copy, err);
	if (!rc)
		rc = it_copy_blobs_send(&copy.blobs, report, to, from, options, err);
	if (!rc)
		rc = put_images(&copy, err);
	if (!rc)
		rc = put_attached(&copy, err);
	if (!rc)
		rc = set_attached_tags(&copy, err);
	if (!rc)
		rc = set_name(&copy, err);
	return rc ? rc : to->kind->finish(to, err);
}
