/* SPDX-License-Identifier: Apache-2.0 */
/* What hangs on an image, walked from the image downwards. */
#include "image/tree.h"

#include "base/text.h"

enum {
	KEPT_MAX = 512 * 1024, /* bytes of manifests; their trees take some 20 times as much */
	DETAILS_MAX = 256,     /* blobs that are read to say who made them */
	TAG_MAX = 256,
	PLATFORM_MAX = 512,
};

#define BUILDKIT_OF "vnd.docker.reference.digest"

struct walk {
	struct it_tree *tree;
	struct it_place *place;
	const struct it_tree_options *options;
	unsigned depth_max;
	size_t details_left;
};

static void node_done(struct it_tree_node *node)
{
	for (size_t i = 0; i < node->part_count; i++) {
		free(node->parts[i].digest);
		free(node->parts[i].media_type);
		free(node->parts[i].predicate_type);
		free(node->parts[i].trouble);
		it_strings_done(&node->parts[i].who);
	}
	free(node->parts);
	free(node->digest);
	free(node->media_type);
	free(node->artifact_type);
	free(node->tag);
	free(node->platform);
	free(node->trouble);
	it_oci_manifest_free(node->manifest);
}

void it_tree_done(struct it_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		node_done(&tree->nodes[i]);
	free(tree->nodes);
	*tree = (struct it_tree){ 0 };
}

/* What is wrong with the thing itself, and would be tomorrow: the walk goes on without it. */
static bool is_its_own(int rc)
{
	return rc == INTOTO_E_NOTFOUND || rc == INTOTO_E_POLICY || rc == INTOTO_E_FORMAT ||
	       rc == INTOTO_E_LIMIT || rc == INTOTO_E_UNSUPPORTED;
}

/* Remembers why, if it is of the kind that is remembered; the first reason stays. */
static int remember(struct it_tree_node *node, int rc, struct intoto_error **why,
		    struct intoto_error **err)
{
	if (!is_its_own(rc)) {
		if (err && !*err) {
			*err = *why;
			*why = NULL;
		}
		return rc;
	}
	if (node->trouble)
		return INTOTO_OK;
	node->code = (enum intoto_code)rc;
	node->trouble = strdup(intoto_error_text(*why));
	return node->trouble ? INTOTO_OK : it_err_nomem(err);
}

/* One more, zeroed but for its place in the tree; *index says where. */
static int add_node(struct walk *walk, size_t *index, size_t parent, enum it_tree_form form,
		    struct intoto_error **err)
{
	struct it_tree *tree = walk->tree;
	size_t cap = tree->cap ? tree->cap * 2 : 16;
	struct it_tree_node *more;

	if (tree->count == IT_TREE_NODES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d manifests hang together",
				  walk->place->text, IT_TREE_NODES_MAX);
	if (tree->count == tree->cap) {
		more = realloc(tree->nodes, cap * sizeof *more);
		if (!more)
			return it_err_nomem(err);
		tree->nodes = more;
		tree->cap = cap;
	}
	*index = tree->count++;
	tree->nodes[*index] = (struct it_tree_node){
		.form = form,
		.parent = parent,
		.depth = parent == SIZE_MAX ? 0 : tree->nodes[parent].depth + 1,
	};
	return INTOTO_OK;
}

/* Owned texts are never NULL afterwards. */
static int fill_texts(struct it_tree_node *node, const struct it_oci_descriptor *from,
		      const char *tag, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf platform = IT_BUF(PLATFORM_MAX);

	if (*from->os || *from->architecture)
		(void)it_buf_printf(&platform, "%s/%s%s%s", from->os, from->architecture,
				    *from->variant ? "/" : "", from->variant); /* sticks: "" */
	node->digest = strdup(from->digest);
	node->media_type = strdup(from->media_type);
	node->artifact_type = strdup(from->artifact_type);
	node->tag = strdup(tag);
	node->platform = strdup(platform.failed ? "" : it_buf_text(&platform));
	node->size = from->size;
	return node->digest && node->media_type && node->artifact_type && node->tag &&
			       node->platform
		       ? INTOTO_OK
		       : it_err_nomem(err);
}

static bool stands_already(const struct it_tree *tree, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!tree->nodes[i].again &&
		    it_streq(tree->nodes[i].digest, tree->nodes[index].digest))
			return true;
	return false;
}

/* Numbers of others: a sum that is too large says no more than the largest. */
static uint64_t content_of(const struct it_oci_manifest *manifest)
{
	uint64_t sum = manifest->has_config ? manifest->config.size : 0;

	for (size_t i = 0; !manifest->is_index && i < manifest->layer_count; i++)
		sum = manifest->layers[i].size > UINT64_MAX - sum ? UINT64_MAX
								  : sum + manifest->layers[i].size;
	return sum;
}

/* What is known only when the manifest is there. */
static int describe(struct it_tree_node *node, const struct it_oci_manifest *manifest,
		    struct intoto_error **err)
{
	const char *type = *manifest->artifact_type ? manifest->artifact_type
			   : manifest->has_config   ? manifest->config.media_type
						    : "";
	bool hangs = node->form == IT_TREE_REFERRER || node->form == IT_TREE_TAG;
	char *media = strdup(manifest->media_type);
	char *artifact = strdup(hangs ? type : manifest->artifact_type);

	free(node->media_type);
	free(node->artifact_type);
	node->media_type = media;
	node->artifact_type = artifact;
	node->size = manifest->bytes.len;
	node->content = content_of(manifest);
	if (!media || !artifact)
		return it_err_nomem(err);
	if (node->form == IT_TREE_REFERRER)
		node->what = it_tree_classify(manifest);
	return INTOTO_OK;
}

/* That it is what it was listed as. */
static int check_listing(const struct it_tree *tree, const struct it_tree_node *node,
			 uint64_t listed_size, const struct it_oci_manifest *manifest,
			 struct intoto_error **err)
{
	const char *parent = tree->nodes[node->parent].digest;

	if (node->form == IT_TREE_CHILD && listed_size != manifest->bytes.len)
		return it_err_set(err, INTOTO_E_POLICY,
				  "%s: want %ju bytes, as the index says, found %zu", node->digest,
				  (uintmax_t)listed_size, manifest->bytes.len);
	if (node->form == IT_TREE_REFERRER &&
	    (!manifest->has_subject || !it_streq(manifest->subject.digest, parent)))
		return it_err_set(
			err, INTOTO_E_POLICY,
			"%s: is listed as a referrer of %s, and does not name it as its subject",
			node->digest, parent);
	return INTOTO_OK;
}

/* Takes the manifest: keeps it while there is room. */
static void keep(struct it_tree *tree, struct it_tree_node *node, struct it_oci_manifest **manifest)
{
	if (tree->kept + (*manifest)->bytes.len > KEPT_MAX)
		return;
	tree->kept += (*manifest)->bytes.len;
	node->manifest = *manifest;
	*manifest = NULL;
}

static int walk_below(struct walk *walk, size_t index, const struct it_oci_manifest *manifest,
		      struct intoto_error **err);

/* Reads what a node names (unless the caller has it), and goes on below it. */
static int walk_node(struct walk *walk, size_t index, struct it_oci_manifest **has,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = *has;
	struct it_tree_node *node = &walk->tree->nodes[index];
	uint64_t listed = node->size;
	int rc = INTOTO_OK;

	*has = NULL;
	if (stands_already(walk->tree, index)) {
		node->again = true;
		return manifest ? describe(node, manifest, err) : INTOTO_OK;
	}
	if (!manifest)
		rc = it_place_manifest(walk->place, &manifest, node->digest, &why);
	if (!rc && node->parent != SIZE_MAX)
		rc = check_listing(walk->tree, node, listed, manifest, &why);
	if (rc) {
		node->unread = true;
		return remember(node, rc, &why, err);
	}
	rc = describe(node, manifest, err);
	if (!rc)
		rc = walk_below(walk, index, manifest, err);
	node = &walk->tree->nodes[index];
	if (!rc)
		keep(walk->tree, node, &manifest);
	return rc;
}

static bool platform_is(const struct it_oci_descriptor *child, const char *wanted)
{
	IT_AUTO(it_buf_done) struct it_buf two = IT_BUF(PLATFORM_MAX);
	IT_AUTO(it_buf_done) struct it_buf three = IT_BUF(PLATFORM_MAX);

	(void)it_buf_printf(&two, "%s/%s", child->os, child->architecture); /* sticks */
	(void)it_buf_printf(&three, "%s/%s", it_buf_text(&two), child->variant);
	return !two.failed && !three.failed &&
	       (it_streq(it_buf_text(&two), wanted) || it_streq(it_buf_text(&three), wanted));
}

static bool child_wanted(const struct walk *walk, const struct it_oci_manifest *index,
			 const struct it_oci_descriptor *child)
{
	const struct it_strings *platforms = walk->options->platforms;
	const char *of =
		it_oci_annotation(child->annotations, child->annotation_count, BUILDKIT_OF);

	if (!platforms || !platforms->count)
		return true;
	for (size_t i = 0; i < platforms->count; i++)
		if (platform_is(child, platforms->items[i]))
			return true;
	/* What docker buildx puts beside an image belongs to it. */
	for (size_t i = 0; of && i < index->layer_count; i++)
		if (it_streq(index->layers[i].digest, of) && &index->layers[i] != child &&
		    !it_oci_annotation(index->layers[i].annotations,
				       index->layers[i].annotation_count, BUILDKIT_OF) &&
		    child_wanted(walk, index, &index->layers[i]))
			return true;
	return false;
}

static int check_platforms(const struct walk *walk, const struct it_oci_manifest *index,
			   struct intoto_error **err)
{
	const struct it_strings *platforms = walk->options->platforms;

	for (size_t i = 0; platforms && i < platforms->count; i++) {
		IT_AUTO(it_freep) char *quoted = NULL;
		bool found = false;

		for (size_t j = 0; !found && j < index->layer_count; j++)
			found = platform_is(&index->layers[j], platforms->items[i]);
		if (found)
			continue;
		quoted = it_text_quoted(it_span_text(platforms->items[i]));
		return it_err_set(err, INTOTO_E_NOTFOUND, "%s: the index has no image for %s",
				  walk->place->text, quoted ? quoted : "that platform");
	}
	return INTOTO_OK;
}

static int walk_child(struct walk *walk, size_t parent, const struct it_oci_descriptor *child,
		      struct intoto_error **err)
{
	struct it_oci_manifest *none = NULL;
	size_t index;
	int rc = add_node(walk, &index, parent, IT_TREE_CHILD, err);

	if (!rc)
		rc = fill_texts(&walk->tree->nodes[index], child, "", err);
	if (rc)
		return rc;
	walk->tree->nodes[index].what = IT_TREE_IMAGE;
	if (walk->tree->nodes[index].depth > IT_TREE_DEPTH_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: indexes in indexes, deeper than %d",
				  walk->place->text, IT_TREE_DEPTH_MAX);
	return walk_node(walk, index, &none, err);
}

static int walk_children(struct walk *walk, size_t parent, const struct it_oci_manifest *index,
			 struct intoto_error **err)
{
	int rc = parent == 0 ? check_platforms(walk, index, err) : INTOTO_OK;

	for (size_t i = 0; !rc && i < index->layer_count; i++)
		if (it_oci_is_manifest(index->layers[i].media_type) &&
		    (parent || child_wanted(walk, index, &index->layers[i])))
			rc = walk_child(walk, parent, &index->layers[i], err);
	return rc;
}

/* Digests only: the visit must not ask the place anything. */
static int collect(void *arg, const struct it_oci_descriptor *found, struct intoto_error **err)
{
	struct it_strings *digests = arg;

	if (digests->count >= IT_TREE_NODES_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "more than %d referrers", IT_TREE_NODES_MAX);
	return it_strings_add(digests, found->digest, err);
}

static int too_deep(struct it_tree_node *node, unsigned depth, struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_err_set(&why, INTOTO_E_LIMIT,
			    "%s: more hangs on it than is followed, %u deep (see --depth)",
			    node->digest, depth);

	return remember(node, rc, &why, err);
}

static int walk_referrer(struct walk *walk, size_t parent, const char *digest,
			 struct intoto_error **err)
{
	const struct it_oci_descriptor known = {
		.media_type = "",
		.digest = digest,
		.artifact_type = "",
		.os = "",
		.architecture = "",
		.variant = "",
	};
	struct it_oci_manifest *none = NULL;
	size_t index;
	int rc = add_node(walk, &index, parent, IT_TREE_REFERRER, err);

	if (!rc)
		rc = fill_texts(&walk->tree->nodes[index], &known, "", err);
	if (rc)
		return rc;
	walk->tree->nodes[index].what = IT_TREE_OTHER;
	return walk_node(walk, index, &none, err);
}

static int walk_referrers(struct walk *walk, size_t parent, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings digests = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	struct it_tree_node *node = &walk->tree->nodes[parent];
	int rc = walk->place->kind->each_referrer(walk->place, node->digest, collect, &digests,
						  &why);

	if (rc) {
		rc = it_err_wrap(&why, rc, "what names %s as its subject", node->digest);
		return remember(node, rc, &why, err);
	}
	if (digests.count && node->depth >= walk->depth_max)
		return too_deep(node, walk->depth_max, err);
	it_strings_sort(&digests); /* the same tree every time */
	for (size_t i = 0; !rc && i < digests.count; i++)
		if (!i || !it_streq(digests.items[i], digests.items[i - 1]))
			rc = walk_referrer(walk, parent, digests.items[i], err);
	return rc;
}

static int add_tagged(struct walk *walk, size_t parent, const char *tag, enum it_tree_what what,
		      struct it_oci_manifest **manifest, struct intoto_error **err)
{
	const struct it_oci_descriptor known = {
		.media_type = (*manifest)->media_type,
		.digest = (*manifest)->digest,
		.size = (*manifest)->bytes.len,
		.artifact_type = "",
		.os = "",
		.architecture = "",
		.variant = "",
	};
	size_t index;
	int rc = add_node(walk, &index, parent, IT_TREE_TAG, err);

	if (!rc)
		rc = fill_texts(&walk->tree->nodes[index], &known, tag, err);
	if (rc)
		return rc;
	walk->tree->nodes[index].what = what;
	return walk_node(walk, index, manifest, err);
}

static int add_unread_tag(struct walk *walk, size_t parent, const char *tag, enum it_tree_what what,
			  int rc, struct intoto_error **why, struct intoto_error **err)
{
	const struct it_oci_descriptor nothing = {
		.media_type = "",
		.digest = "",
		.artifact_type = "",
		.os = "",
		.architecture = "",
		.variant = "",
	};
	size_t index;
	int added;

	if (!is_its_own(rc))
		return remember(&walk->tree->nodes[parent], rc, why, err);
	added = add_node(walk, &index, parent, IT_TREE_TAG, err);
	if (!added)
		added = fill_texts(&walk->tree->nodes[index], &nothing, tag, err);
	if (added)
		return added;
	walk->tree->nodes[index].what = what;
	walk->tree->nodes[index].unread = true;
	return remember(&walk->tree->nodes[index], rc, why, err);
}

static int walk_tag(struct walk *walk, size_t parent, const char *suffix, enum it_tree_what what,
		    struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(TAG_MAX);
	struct it_tree_node *node = &walk->tree->nodes[parent];
	int rc;

	it_attached_tag(&tag, node->digest, suffix);
	if (!it_image_tag_valid(it_buf_span(&tag)))
		return INTOTO_OK; /* one of SHA-512 is too long for a tag */
	rc = it_place_manifest(walk->place, &manifest, it_buf_text(&tag), &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (!rc && node->depth >= walk->depth_max)
		return too_deep(node, walk->depth_max, err);
	return rc ? add_unread_tag(walk, parent, it_buf_text(&tag), what, rc, &why, err)
		  : add_tagged(walk, parent, it_buf_text(&tag), what, &manifest, err);
}

static int walk_tags(struct walk *walk, size_t parent, struct intoto_error **err)
{
	int rc = walk_tag(walk, parent, ".sig", IT_TREE_SIGNATURE, err);

	if (!rc)
		rc = walk_tag(walk, parent, ".att", IT_TREE_ATTESTATION, err);
	return rc ? rc : walk_tag(walk, parent, ".sbom", IT_TREE_SBOM, err);
}

static int walk_below(struct walk *walk, size_t index, const struct it_oci_manifest *manifest,
		      struct intoto_error **err)
{
	struct it_tree_node *node = &walk->tree->nodes[index];
	int rc = INTOTO_OK;

	if (walk->options->details && node->what != IT_TREE_IMAGE && !manifest->is_index)
		rc = it_tree_look_inside(node, manifest, walk->place, &walk->details_left, err);
	if (!rc && manifest->is_index)
		rc = walk_children(walk, index, manifest, err);
	if (rc || walk->options->bare)
		return rc;
	rc = walk_referrers(walk, index, err);
	return rc ? rc : walk_tags(walk, index, err);
}

int it_tree_read(struct it_tree *out, struct it_place *place, struct it_oci_manifest *root,
		 const struct it_tree_options *options, struct intoto_error **err)
{
	struct walk walk = { out, place, options, options->depth, DETAILS_MAX };
	const struct it_oci_descriptor known = {
		.media_type = root->media_type,
		.digest = root->digest,
		.size = root->bytes.len,
		.artifact_type = "",
		.os = "",
		.architecture = "",
		.variant = "",
	};
	size_t index;
	int rc;

	*out = (struct it_tree){ 0 };
	if (!walk.depth_max)
		walk.depth_max = IT_TREE_DEPTH;
	rc = add_node(&walk, &index, SIZE_MAX, IT_TREE_ROOT, err);
	if (!rc)
		rc = fill_texts(&out->nodes[index], &known, place->tag ? place->tag : "", err);
	if (!rc && !root->is_index && options->platforms && options->platforms->count)
		rc = it_err_set(err, INTOTO_E_USAGE,
				"%s: is no index, so it has no platforms to choose", place->text);
	if (rc) {
		it_oci_manifest_free(root);
		return rc;
	}
	out->nodes[index].what = IT_TREE_IMAGE;
	return walk_node(&walk, index, &root, err);
}

int it_tree_manifest(const struct it_tree *tree, size_t index, struct it_place *place,
		     const struct it_oci_manifest **out, struct it_oci_manifest **own,
		     struct intoto_error **err)
{
	const struct it_tree_node *node = &tree->nodes[index];
	int rc = INTOTO_OK;

	*own = NULL;
	if (!node->manifest)
		rc = it_place_manifest(place, own, node->digest, err);
	*out = node->manifest ? node->manifest : *own;
	return rc;
}

size_t it_tree_troubles(const struct it_tree *tree, enum intoto_code *first)
{
	size_t count = 0;

	*first = INTOTO_OK;
	for (size_t i = 0; i < tree->count; i++) {
		if (!tree->nodes[i].trouble)
			continue;
		*first = *first ? *first : tree->nodes[i].code;
		count++;
	}
	return count;
}
