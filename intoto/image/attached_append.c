/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers of the tags sha256-HEX.sig and .att, which several writers share (cosign
 * SIGNATURE_SPEC.md, "Tag-based discovery").
 *
 * A registry has no compare-and-swap, so two writers that read the same list each put one without
 * the other's layer, and the last one wins (sigstore/cosign#2432).  A writer that looks right
 * before it puts can only lose what was put between its look and its own put; so whoever has put
 * waits for longer than that takes, reads again, and puts again what is gone.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "image/attached.h"
#include "image/contention.h"
#include "json/writer.h"

enum {
	ROUNDS = 10,
	CONFIG_MAX = 1024 * 1024,
	TAG_MAX = 256,
	DATA_MAX = 1024, /* IT_OCI_LAYERS_MAX of them are well below what registries take */
};

/* --- one list of layers --- */

struct list {
	struct it_oci_manifest *old; /* NULL: the tag is not there */
	struct it_oci_descriptor *layers;
	size_t count;
	struct it_strings digests; /* of what was added */
	struct it_strings data;	   /* the same in base64, "" for what is too large */
};

static void list_done(struct list *list)
{
	it_oci_manifest_free(list->old);
	free(list->layers);
	it_strings_done(&list->digests);
	it_strings_done(&list->data);
}

static bool same_annotations(const struct it_oci_descriptor *found,
			     const struct it_attach_layer *layer)
{
	if (found->annotation_count != layer->annotation_count)
		return false;
	for (size_t i = 0; i < layer->annotation_count; i++) {
		const char *value = it_oci_annotation(found->annotations, found->annotation_count,
						      layer->annotations[i].name);

		if (!value || !it_streq(value, layer->annotations[i].value))
			return false;
	}
	return true;
}

static bool has_layer(const struct it_oci_manifest *manifest, const struct it_attach_layer *layer)
{
	char digest[IT_OCI_DIGEST_SIZE];

	it_oci_digest(digest, layer->bytes);
	for (size_t i = 0; manifest && i < manifest->layer_count; i++)
		if (it_streq(manifest->layers[i].digest, digest) &&
		    it_streq(manifest->layers[i].media_type, layer->media_type) &&
		    same_annotations(&manifest->layers[i], layer))
			return true;
	return false;
}

/* A tag that is not there is an empty list. */
static int read_list(struct list *list, struct it_place *place, const char *tag,
		     struct intoto_error **err)
{
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	int rc = it_place_manifest(place, &list->old, tag, &why);

	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s: %s", tag, intoto_error_text(why));
	if (list->old->is_index)
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a manifest, found an index", tag);
	return INTOTO_OK;
}

/* Room for all that are there and count more. */
static int copy_layers(struct list *list, size_t more, const char *tag, struct intoto_error **err)
{
	size_t old = list->old ? list->old->layer_count : 0;

	if (old + more > IT_OCI_LAYERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "%s: has %zu entries, readers stop at %d: delete old ones", tag,
				  old, (int)IT_OCI_LAYERS_MAX);
	list->layers = calloc(old + more + 1, sizeof *list->layers);
	if (!list->layers)
		return it_err_nomem(err);
	for (size_t i = 0; i < old; i++)
		list->layers[list->count++] = list->old->layers[i];
	return INTOTO_OK;
}

/* image-spec descriptor.md, "data": spares who verifies a request for each signature. */
static int add_data(struct list *list, struct it_span bytes, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * DATA_MAX);
	int rc;

	if (bytes.len <= DATA_MAX)
		it_base64_encode(&text, bytes);
	rc = it_buf_check(&text, "data", err);
	return rc ? rc : it_strings_add(&list->data, it_buf_text(&text), err);
}

static int add_layer(struct list *list, struct it_place *place, const struct it_attach_layer *layer,
		     struct intoto_error **err)
{
	char digest[IT_OCI_DIGEST_SIZE];
	int rc = it_place_put_bytes(place, layer->bytes, digest, err);

	if (!rc)
		rc = it_strings_add(&list->digests, digest, err);
	if (!rc)
		rc = add_data(list, layer->bytes, err);
	if (rc)
		return rc;
	list->layers[list->count++] = (struct it_oci_descriptor){
		.media_type = layer->media_type,
		.digest = list->digests.items[list->digests.count - 1],
		.size = layer->bytes.len,
		.artifact_type = "",
		.annotations = (struct it_oci_annotation *)(uintptr_t)layer->annotations,
		.annotation_count = layer->annotation_count,
		.os = "",
		.architecture = "",
		.variant = "",
		.data = list->data.items[list->data.count - 1],
	};
	return INTOTO_OK;
}

/* --- the manifest --- */

/*
 * The configuration of an image that has no files: go-containerregistry, with which cosign appends,
 * wants a diff id and a history entry for each layer.  Payloads are not compressed: the diff id is
 * the digest.
 */
static void write_config(struct it_writer *writer, const struct list *list)
{
	static const char epoch[] = "0001-01-01T00:00:00Z";

	it_write_object(writer);
	it_write_name(writer, "architecture");
	it_write_text(writer, "");
	it_write_name(writer, "config");
	it_write_object(writer);
	it_write_object_end(writer);
	it_write_name(writer, "created");
	it_write_text(writer, epoch);
	it_write_name(writer, "history");
	it_write_list(writer);
	for (size_t i = 0; i < list->count; i++) {
		it_write_object(writer);
		it_write_name(writer, "created");
		it_write_text(writer, epoch);
		it_write_object_end(writer);
	}
	it_write_list_end(writer);
	it_write_name(writer, "os");
	it_write_text(writer, "");
	it_write_name(writer, "rootfs");
	it_write_object(writer);
	it_write_name(writer, "diff_ids");
	it_write_list(writer);
	for (size_t i = 0; i < list->count; i++)
		it_write_text(writer, list->layers[i].digest);
	it_write_list_end(writer);
	it_write_name(writer, "type");
	it_write_text(writer, "layers");
	it_write_object_end(writer);
	it_write_object_end(writer);
}

static int put_config(struct it_oci_descriptor *config, char digest[IT_OCI_DIGEST_SIZE],
		      struct it_place *place, const struct list *list, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(CONFIG_MAX);
	struct it_writer writer;
	int rc;

	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	write_config(&writer, list);
	rc = it_writer_finish(&writer, err);
	if (!rc)
		rc = it_place_put_bytes(place, it_buf_span(&text), digest, err);
	*config = (struct it_oci_descriptor){
		.media_type = IT_OCI_CONFIG, .digest = digest, .size = text.len, .artifact_type = ""
	};
	return rc;
}

/* What others wrote into the manifest stays: annotations, a subject (cosign's experimental mode).
 */
static int print_list(struct it_buf *out, const struct list *list,
		      const struct it_oci_descriptor *config, struct intoto_error **err)
{
	const struct it_oci_manifest *old = list->old;
	struct it_oci_draft draft = {
		.media_type = IT_OCI_MANIFEST,
		.config = config,
		.layers = list->layers,
		.layer_count = list->count,
	};

	if (old) {
		draft.artifact_type = *old->artifact_type ? old->artifact_type : NULL;
		draft.subject = old->has_subject ? &old->subject : NULL;
		draft.annotations = old->annotations;
		draft.annotation_count = old->annotation_count;
	}
	return it_oci_draft_print(out, &draft, err);
}

/* INTOTO_OK too when another writer was faster: the next round reads again. */
static int put_list(const struct list *list, struct it_place *place, const char *tag,
		    struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf manifest = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	char digest[IT_OCI_DIGEST_SIZE];
	struct it_oci_descriptor config;
	int rc = put_config(&config, digest, place, list, err);

	if (!rc)
		rc = print_list(&manifest, list, &config, err);
	if (rc)
		return rc;
	rc = place->kind->swap_tag(place, it_buf_span(&manifest), IT_OCI_MANIFEST, tag,
				   list->old ? list->old->digest : "", &why);
	if (!rc || rc == INTOTO_E_POLICY)
		return INTOTO_OK;
	return it_err_set(err, (enum intoto_code)rc, "%s: %s", tag, intoto_error_text(why));
}

/* --- all of them --- */

/* Those that go to one tag, from number first on. */
struct group {
	const struct it_attach_layer *layers;
	bool *done; /* NULL: nobody asks */
	size_t count;
	size_t first;
};

static bool is_member(const struct group *group, size_t index)
{
	const struct it_attach_layer *first = &group->layers[group->first];
	const struct it_attach_layer *layer = &group->layers[index];

	return it_streq(layer->digest, first->digest) && it_streq(layer->suffix, first->suffix);
}

static bool leads(const struct group *group)
{
	for (size_t i = 0; i < group->first; i++)
		if (is_member(group, i))
			return false;
	return true;
}

static void mark(const struct group *group, bool done)
{
	for (size_t i = group->first; group->done && i < group->count; i++)
		if (is_member(group, i))
			group->done[i] = done;
}

/* Adds what is missing. */
static int complete(const struct group *group, struct list *list, size_t missing,
		    struct it_place *place, const char *tag, struct intoto_error **err)
{
	int rc = copy_layers(list, missing, tag, err);

	for (size_t i = group->first; !rc && i < group->count; i++)
		if (is_member(group, i) && !has_layer(list->old, &group->layers[i]))
			rc = add_layer(list, place, &group->layers[i], err);
	return rc ? rc : put_list(list, place, tag, err);
}

/* *put: something was missing. */
static int see_to(const struct group *group, struct it_place *place, bool *put,
		  struct intoto_error **err)
{
	IT_AUTO(list_done) struct list list = { 0 };
	IT_AUTO(it_buf_done) struct it_buf tag = IT_BUF(TAG_MAX);
	size_t missing = 0;
	int rc;

	it_attached_tag(&tag, group->layers[group->first].digest,
			group->layers[group->first].suffix);
	rc = it_buf_check(&tag, "tag", err);
	if (!rc)
		rc = read_list(&list, place, it_buf_text(&tag), err);
	for (size_t i = group->first; !rc && i < group->count; i++)
		missing += is_member(group, i) && !has_layer(list.old, &group->layers[i]);
	if (!rc && missing) {
		*put = true;
		rc = complete(group, &list, missing, place, it_buf_text(&tag), err);
	}
	mark(group, !rc);
	return rc;
}

static int see_to_all(struct group group, struct it_place *place, bool *put,
		      struct intoto_error **err)
{
	int rc = INTOTO_OK;

	*put = false;
	for (; !rc && group.first < group.count; group.first++)
		if (leads(&group))
			rc = see_to(&group, place, put, err);
	return rc;
}

int it_attach_append_all(struct it_place *place, const struct it_attach_layer *layers, size_t count,
			 bool *done, struct intoto_error **err)
{
	const struct group group = { layers, done, count, 0 };
	/* Folders and files are changed under a lock: what was put there stays. */
	bool shared = place->kind == &it_place_registry;

	unsigned troubles = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
		int64_t start = it_clock_monotonic();
		bool put;
		int rc = see_to_all(group, place, &put, &why);

		if (rc &&
		    (!it_contention_is(place, rc, why) || ++troubles > IT_CONTENTION_TROUBLES))
			return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
		if (!rc && !put)
			return INTOTO_OK;
		rc = shared ? it_contention_wait(it_clock_monotonic() - start, round, err)
			    : INTOTO_OK;
		if (rc)
			return rc;
	}
	return it_err_set(err, INTOTO_E_SERVICE,
			  "%s: other writers replaced what was added %d times: try again when "
			  "they have ended",
			  layers[0].digest, (int)ROUNDS);
}

int it_attach_append(struct it_place *place, const struct it_attach_layer *layer,
		     struct intoto_error **err)
{
	return it_attach_append_all(place, layer, 1, NULL, err);
}
