/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "docker-archive:FILE[:NAME]": what docker save wrote.  It holds no manifest of a registry, so one
 * is made of the configuration and the layers as they lie there: the same for the same file, and
 * another than the one under which the image was ever pulled.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/path.h"
#include "base/strings.h"
#include "base/text.h"
#include "image/place_archive.h"
#include "store/tar.h"

enum { LIST_MAX = 4 * 1024 * 1024, DEPTH = 8 };

#define LAYER "application/vnd.oci.image.layer.v1.tar"

static const struct it_json_limits limits = {
	.bytes = LIST_MAX, .depth = DEPTH, .reals = false, .values = 64 * 1024
};

/* Each member is kept as a blob by its digest. */
struct taking {
	const char *folder;
	struct it_draft draft;
	struct it_digest state;
	char first[2];
	uint64_t taken;
	struct it_strings names;   /* of members */
	struct it_strings digests; /* of the same; of a link "" */
	struct it_strings links;   /* where it leads; "" for a file */
	struct it_strings types;
	uint64_t *sizes;
};

static void taking_done(struct taking *taking)
{
	it_draft_drop(&taking->draft);
	it_strings_done(&taking->names);
	it_strings_done(&taking->digests);
	it_strings_done(&taking->links);
	it_strings_done(&taking->types);
	free(taking->sizes);
}

static int add_member(struct taking *taking, const char *name, const char *digest, const char *link,
		      struct intoto_error **err)
{
	uint64_t *more = realloc(taking->sizes, (taking->names.count + 1) * sizeof *more);
	bool gzip = taking->taken > 1 && taking->first[0] == '\x1f' && taking->first[1] == '\x8b';
	int rc;

	if (!more)
		return it_err_nomem(err);
	taking->sizes = more;
	taking->sizes[taking->names.count] = taking->taken;
	rc = it_strings_add(&taking->names, name, err);
	if (!rc)
		rc = it_strings_add(&taking->digests, digest, err);
	if (!rc)
		rc = it_strings_add(&taking->links, link, err);
	return rc ? rc : it_strings_add(&taking->types, gzip ? LAYER "+gzip" : LAYER, err);
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct taking *taking = arg;

	for (size_t i = 0; i < piece.len && taking->taken + i < sizeof taking->first; i++)
		taking->first[taking->taken + i] = piece.data[i];
	taking->taken += piece.len;
	it_digest_add(&taking->state, piece.data, piece.len);
	return it_draft_add(&taking->draft, piece, err);
}

/* "../OTHER" and "OTHER" of a member of a folder, as docker save writes them. */
static int add_link(struct taking *taking, const struct it_tar_member *member,
		    struct intoto_error **err)
{
	IT_AUTO(it_freep) char *target = NULL;
	size_t folder = (size_t)(it_path_base(member->name) - member->name);

	if (it_starts_with(member->link, "../"))
		target = strdup(member->link + strlen("../"));
	else if (strchr(member->link, '/'))
		target = strdup(member->link);
	else if (asprintf(&target, "%.*s%s", (int)folder, member->name, member->link) < 0)
		target = NULL;
	taking->taken = 0;
	return target ? add_member(taking, member->name, "", target, err) : it_err_nomem(err);
}

static int begin(void *arg, const struct it_tar_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct taking *taking = arg;
	const struct it_digest_alg *alg = it_digest_find("sha256");
	IT_AUTO(it_freep) char *path = it_path_join(taking->folder, "blobs/member");

	if (!path || !alg)
		return it_err_nomem(err);
	if (member->link)
		return add_link(taking, member, err);
	it_digest_start(&taking->state, alg);
	taking->taken = 0;
	sink->take = take_piece;
	sink->arg = taking;
	return it_draft_open(&taking->draft, path, 0600, 0, err);
}

static int end(void *arg, const struct it_tar_member *member, struct intoto_error **err)
{
	struct taking *taking = arg;
	unsigned char raw[IT_DIGEST_MAX];
	IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_OCI_DIGEST_SIZE);
	IT_AUTO(it_freep) char *from = it_path_join(taking->folder, "blobs/member");
	IT_AUTO(it_freep) char *to = NULL;
	int rc = it_draft_finish(&taking->draft, err);

	it_draft_drop(&taking->draft);
	taking->draft = (struct it_draft)IT_DRAFT;
	if (rc)
		return rc;
	it_digest_finish(&taking->state, raw);
	(void)it_buf_add_text(&digest, "sha256:"); /* looked at next */
	it_hex_encode(&digest, it_span(raw, IT_SHA256_SIZE));
	if (it_buf_check(&digest, "digest", err))
		return digest.failed;
	if (!from || asprintf(&to, "%s/blobs/sha256/%s", taking->folder,
			      it_buf_text(&digest) + strlen("sha256:")) < 0) {
		to = NULL;
		return it_err_nomem(err);
	}
	if (rename(from, to))
		return it_err_set(err, INTOTO_E_IO, "%s: cannot be renamed", from);
	return add_member(taking, member->name, it_buf_text(&digest), "", err);
}

/* A member by name, through a link; SIZE_MAX when there is none. */
static size_t find_member(const struct taking *taking, const char *name)
{
	for (int hops = 0; hops < 2; hops++) {
		size_t found = SIZE_MAX;

		for (size_t i = 0; i < taking->names.count && found == SIZE_MAX; i++)
			if (it_streq(taking->names.items[i], name))
				found = i;
		if (found == SIZE_MAX || *taking->digests.items[found])
			return found;
		name = taking->links.items[found];
	}
	return SIZE_MAX;
}

static int fill(struct it_oci_descriptor *out, const struct taking *taking,
		const struct it_json *name, const char *media_type, struct intoto_error **err)
{
	struct it_span text = it_json_text(name);
	size_t index = text.data ? find_member(taking, text.data) : SIZE_MAX;

	if (index == SIZE_MAX)
		return it_err_set(err, INTOTO_E_FORMAT,
				  "manifest.json: names a member that is not there");
	*out = (struct it_oci_descriptor){
		.media_type = media_type ? media_type : taking->types.items[index],
		.digest = taking->digests.items[index],
		.size = taking->sizes[index],
		.artifact_type = "",
		.os = "",
		.architecture = "",
		.variant = "",
	};
	return INTOTO_OK;
}

static int put_image(struct it_place *layout, const struct taking *taking,
		     const struct it_json *image, const char *tag, struct intoto_error **err)
{
	const struct it_json *names = it_json_get(image, "Layers");
	size_t count = it_json_count(names);
	IT_AUTO(it_freep) struct it_oci_descriptor *layers = calloc(count + 1, sizeof *layers);
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	struct it_oci_descriptor config;
	struct it_oci_draft draft = { .media_type = IT_OCI_MANIFEST, .config = &config };
	int rc;

	if (!layers)
		return it_err_nomem(err);
	if (it_json_kind(names) != IT_JSON_LIST || count > IT_OCI_LAYERS_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "manifest.json: Layers: want a list");
	rc = fill(&config, taking, it_json_get(image, "Config"), IT_OCI_CONFIG, err);
	for (size_t i = 0; !rc && i < count; i++)
		rc = fill(&layers[i], taking, it_json_at(names, i), NULL, err);
	draft.layers = layers;
	draft.layer_count = count;
	if (!rc)
		rc = it_oci_draft_print(&text, &draft, err);
	if (!rc)
		rc = it_buf_check(&text, "the manifest", err);
	return rc ? rc
		  : it_place_layout.put_manifest(layout, it_buf_span(&text), IT_OCI_MANIFEST, tag,
						 err);
}

static bool is_called(const struct it_json *image, const struct it_image_reference *wanted)
{
	const struct it_json *tags = it_json_get(image, "RepoTags");

	for (size_t i = 0; i < it_json_count(tags); i++) {
		IT_AUTO(it_image_reference_done) struct it_image_reference name = { 0 };
		struct it_span text = it_json_text(it_json_at(tags, i));

		if (text.data && !it_image_reference_parse(&name, text.data, NULL) &&
		    it_streq(name.host, wanted->host) &&
		    it_streq(name.repository, wanted->repository) &&
		    it_streq(name.tag, it_image_reference_tag(wanted)))
			return true;
	}
	return false;
}

static int read_list(struct it_json **out, const struct taking *taking, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(LIST_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	size_t index = find_member(taking, "manifest.json");
	int rc;

	if (index == SIZE_MAX)
		return it_err_set(err, INTOTO_E_FORMAT, "there is no manifest.json in it");
	if (asprintf(&path, "%s/blobs/sha256/%s", taking->folder,
		     taking->digests.items[index] + strlen("sha256:")) < 0) {
		path = NULL;
		return it_err_nomem(err);
	}
	rc = it_file_read(&text, path, err);
	return rc ? rc : it_json_parse(out, it_buf_span(&text), &limits, err);
}

/* The one that is wanted, or the only one. */
static int choose(struct it_place *place, const struct taking *taking, bool named,
		  struct intoto_error **err)
{
	const struct it_place_archive_state *state = place->state;
	IT_AUTO(it_json_freep) struct it_json *list = NULL;
	const struct it_json *chosen = NULL;
	size_t count;
	int rc = read_list(&list, taking, err);

	if (rc)
		return rc;
	count = it_json_count(list);
	if (!named && count > 1)
		return it_err_set(err, INTOTO_E_USAGE, "there are several images: want a name");
	for (size_t i = 0; i < count && !chosen; i++)
		if (!named || is_called(it_json_at(list, i), &place->reference))
			chosen = it_json_at(list, i);
	if (!chosen)
		return it_err_set(err, INTOTO_E_NOTFOUND, "there is no such image");
	return put_image(state->layout, taking, chosen, *place->tag ? place->tag : "image", err);
}

/* "FILE[:NAME]": a name has colons, a file here has none. */
static int split(struct it_place *place, struct it_place_archive_state *state, const char *rest,
		 bool *named, struct intoto_error **err)
{
	size_t file = strcspn(rest, ":");
	int rc = INTOTO_OK;

	*named = rest[file] == ':';
	if (*named)
		rc = it_image_reference_parse(&place->reference, rest + file + 1, err);
	state->file = strndup(rest, file);
	place->tag = strdup(*named && !rc ? it_image_reference_tag(&place->reference) : "");
	place->digest = strdup("");
	if (rc)
		return it_err_wrap(err, rc, "%s", place->text);
	if (!state->file || !place->tag || !place->digest)
		return it_err_nomem(err);
	return *state->file ? INTOTO_OK
			    : it_err_set(err, INTOTO_E_USAGE, "%s: want a file", place->text);
}

static int docker_open(struct it_place *place, const char *rest, bool for_writing,
		       const struct it_registry_access *access_unused, struct intoto_error **err)
{
	IT_AUTO(taking_done) struct taking taking = { .draft = IT_DRAFT };
	const struct it_tar_visitor visitor = { begin, end, &taking };
	struct it_place_archive_state *state = calloc(1, sizeof *state);
	bool named = false;
	int rc;

	(void)access_unused; /* no network */
	(void)for_writing;   /* was refused */
	if (!state)
		return it_err_nomem(err);
	place->state = state;
	rc = split(place, state, rest, &named, err);
	if (!rc)
		rc = it_place_archive_folder(state, err);
	taking.folder = state->folder;
	if (!rc)
		rc = it_tar_read(state->file, &visitor, err);
	state->writing = true; /* the manifest, into our own folder */
	if (!rc)
		rc = it_place_archive_enter(place, err);
	if (rc)
		return rc;
	rc = choose(place, &taking, named, err);
	return rc ? it_err_wrap(err, rc, "%s", place->text) : INTOTO_OK;
}

static int docker_manifest(struct it_place *place, struct it_oci_manifest **out, const char *name,
			   struct intoto_error **err)
{
	return it_place_archive_manifest(place, out, *name ? name : "image", err);
}

const struct it_place_kind it_place_docker_archive = {
	.scheme = "docker-archive",
	.abilities = IT_PLACE_REFERRERS,
	.open = docker_open,
	.close = it_place_archive_close,
	.manifest = docker_manifest,
	.blob = it_place_archive_blob,
	.has_blob = it_place_archive_has_blob,
	.each_referrer = it_place_archive_each_referrer,
	.each_tag = it_place_archive_each_tag,
};
