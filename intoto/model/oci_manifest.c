/* SPDX-License-Identifier: Apache-2.0 */
/* Reading image manifests and indexes (image-spec manifest.md, image-index.md, descriptor.md;
 * Docker's schema 2), from bytes that have been hashed. */
#include "model/oci_manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/field.h"
#include "model/image_reference.h"

enum {
	DEPTH_MAX = 32,
	VALUES_MAX = 256 * 1024,
	ANNOTATIONS_MAX = 1024,
	DIGESTS_TEXT = 512,
};

/* Of numbers that a JSON reader of JavaScript can hold: more is no size of anything. */
#define SIZE_MOST ((int64_t)1 << 53)

static const struct it_json_limits limits = {
	.bytes = IT_OCI_MANIFEST_BYTES_MAX, .depth = DEPTH_MAX, .reals = false, .values = VALUES_MAX
};

bool it_oci_is_index(const char *media_type)
{
	return it_streq(media_type, IT_OCI_INDEX) || it_streq(media_type, IT_DOCKER_LIST);
}

bool it_oci_is_manifest(const char *media_type)
{
	return it_oci_is_index(media_type) || it_streq(media_type, IT_OCI_MANIFEST) ||
	       it_streq(media_type, IT_DOCKER_MANIFEST);
}

/* --- digests --- */

static void print_digest(char out[IT_OCI_DIGEST_SIZE], const struct it_digest_alg *alg,
			 struct it_span bytes)
{
	unsigned char raw[IT_DIGEST_MAX];
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(DIGESTS_TEXT);
	struct it_digest digest;

	it_digest_start(&digest, alg);
	it_digest_add(&digest, bytes.data, bytes.len);
	it_digest_finish(&digest, raw);
	(void)it_buf_printf(&text,
			    "%s:", alg->name); /* without memory it is "", which equals nothing */
	it_hex_encode(&text, it_span(raw, alg->size));
	*out = '\0';
	if (!text.failed && text.len < IT_OCI_DIGEST_SIZE)
		memcpy(out, it_buf_text(&text), text.len + 1);
}

void it_oci_digest(char out[IT_OCI_DIGEST_SIZE], struct it_span bytes)
{
	print_digest(out, it_digest_find("sha256"), bytes);
}

/* --- one value --- */

static int refuse_kind(const struct it_where *where, const char *want, const struct it_json *value,
		       struct intoto_error **err)
{
	return it_where_refuse(where, INTOTO_E_FORMAT, err, "want %s, found %s", want,
			       it_json_kind_name(value));
}

/* A text without NUL; "" when it is not there. */
static int read_text(const char **out, const struct it_json *object, const char *name,
		     const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, name, 0 };
	const struct it_json *value = it_json_get(object, name);
	struct it_span text = it_json_text(value);

	*out = "";
	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (!text.data)
		return refuse_kind(&where, "a text", value, err);
	if (memchr(text.data, '\0', text.len))
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "has a NUL in it");
	*out = text.data;
	return INTOTO_OK;
}

static int read_annotations(struct it_oci_annotation **out, size_t *count,
			    const struct it_json *object, const struct it_where *up,
			    struct intoto_error **err)
{
	struct it_where where = { up, "annotations", 0 };
	const struct it_json *value = it_json_get(object, "annotations");
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t found = 0;
	int rc;

	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind(&where, "an object", value, err);
	rc = it_json_members(&members, &found, value, err);
	if (rc)
		return rc;
	if (found > ANNOTATIONS_MAX)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err, "more than %d annotations",
				       ANNOTATIONS_MAX);
	*out = calloc(found ? found : 1, sizeof **out);
	if (!*out)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < found; i++) {
		if (memchr(members[i].name.data, '\0', members[i].name.len))
			return it_where_refuse(&where, INTOTO_E_FORMAT, err, "has a NUL in a name");
		(*out)[i].name = members[i].name.data;
		rc = read_text(&(*out)[i].value, value, (*out)[i].name, &where, err);
		*count = i + 1;
	}
	return rc;
}

static int read_platform(struct it_oci_descriptor *out, const struct it_json *object,
			 const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, "platform", 0 };
	const struct it_json *value = it_json_get(object, "platform");
	int rc;

	out->os = out->architecture = out->variant = "";
	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	if (it_json_kind(value) != IT_JSON_OBJECT)
		return refuse_kind(&where, "an object", value, err);
	rc = read_text(&out->os, value, "os", &where, err);
	if (!rc)
		rc = read_text(&out->architecture, value, "architecture", &where, err);
	if (!rc)
		rc = read_text(&out->variant, value, "variant", &where, err);
	return rc;
}

static int read_size(struct it_oci_descriptor *out, const struct it_json *object,
		     const struct it_where *up, struct intoto_error **err)
{
	struct it_where where = { up, "size", 0 };
	const struct it_json *value = it_json_get(object, "size");
	int64_t size = 0;

	if (!it_json_int(value, &size))
		return refuse_kind(&where, "a whole number", value, err);
	if (size < 0 || size > SIZE_MOST)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want a size, found %lld",
				       (long long)size);
	out->size = (uint64_t)size;
	return INTOTO_OK;
}

/* image-spec descriptor.md, "data": what is none is fetched. */
static void read_data(struct it_oci_descriptor *out, const struct it_json *object)
{
	struct it_span text = it_json_text(it_json_get(object, "data"));

	out->data = text.len && strnlen(text.data, text.len) == text.len ? text.data : NULL;
}

bool it_oci_descriptor_data(struct it_buf *out, const struct it_oci_descriptor *descriptor)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	char found[IT_OCI_DIGEST_SIZE];

	if (!descriptor->data || !it_base64_decode(&bytes, it_span_text(descriptor->data)) ||
	    bytes.len != descriptor->size)
		return false;
	it_oci_digest(found, it_buf_span(&bytes)); /* of another algorithm: is fetched */
	return it_streq(found, descriptor->digest) && !it_buf_add_span(out, it_buf_span(&bytes));
}

/* image-spec descriptor.md, "Properties": mediaType, digest and size are required. */
static int read_descriptor(struct it_oci_descriptor *out, const struct it_json *object,
			   const struct it_where *where, struct intoto_error **err)
{
	struct it_where digest = { where, "digest", 0 };
	struct it_where type = { where, "mediaType", 0 };
	int rc;

	if (it_json_kind(object) != IT_JSON_OBJECT)
		return refuse_kind(where, "a descriptor", object, err);
	rc = read_text(&out->media_type, object, "mediaType", where, err);
	if (!rc && !*out->media_type)
		rc = it_where_refuse(&type, INTOTO_E_FORMAT, err,
				     "want a media type, found nothing");
	if (!rc)
		rc = read_text(&out->digest, object, "digest", where, err);
	if (!rc && !it_image_digest_valid(it_span_text(out->digest)))
		rc = it_where_refuse(
			&digest, INTOTO_E_FORMAT, err,
			"want \"sha256:\" and 64, or \"sha512:\" and 128 lower-case hex digits");
	if (!rc)
		rc = read_size(out, object, where, err);
	if (!rc)
		rc = read_text(&out->artifact_type, object, "artifactType", where, err);
	if (!rc)
		rc = read_platform(out, object, where, err);
	if (!rc)
		read_data(out, object);
	if (!rc)
		rc = read_annotations(&out->annotations, &out->annotation_count, object, where,
				      err);
	return rc;
}

/* --- the document --- */

static int read_list(struct it_oci_manifest *out, const char *name, size_t most,
		     struct intoto_error **err)
{
	struct it_where where = { NULL, name, 0 };
	const struct it_json *list = it_json_get(out->body, name);
	size_t count = it_json_count(list);
	int rc = INTOTO_OK;

	if (it_json_kind(list) != IT_JSON_LIST)
		return refuse_kind(&where, "a list", list, err);
	if (count > most)
		return it_where_refuse(&where, INTOTO_E_LIMIT, err,
				       "has %zu elements, want at most %zu", count, most);
	out->layers = calloc(count ? count : 1, sizeof *out->layers);
	if (!out->layers)
		return it_err_nomem(err);
	for (size_t i = 0; !rc && i < count; i++) {
		struct it_where element = { &where, NULL, i };

		out->layer_count = i + 1;
		rc = read_descriptor(&out->layers[i], it_json_at(list, i), &element, err);
	}
	return rc;
}

/* What the document itself and whoever handed it over call it (image-spec manifest.md,
 * "mediaType"). */
static int settle_type(struct it_oci_manifest *out, const char *called, struct intoto_error **err)
{
	struct it_where where = { NULL, "mediaType", 0 };
	bool manifests = it_json_get(out->body, "manifests") != NULL;
	bool layers = it_json_get(out->body, "layers") || it_json_get(out->body, "config");
	const char *own;
	int rc = read_text(&own, out->body, "mediaType", NULL, err);

	if (rc)
		return rc;
	if (*own && *called && !it_streq(own, called))
		return it_where_refuse(
			&where, INTOTO_E_FORMAT, err,
			"the document calls itself another media type than it was handed over as");
	out->media_type = *own	      ? own
			  : *called   ? called
			  : manifests ? IT_OCI_INDEX
				      : IT_OCI_MANIFEST;
	if (!it_oci_is_manifest(out->media_type))
		return it_where_refuse(
			&where, INTOTO_E_UNSUPPORTED, err,
			"is neither a manifest nor an index of OCI or of Docker (schema 2)");
	out->is_index = it_oci_is_index(out->media_type);
	/* GHSA-77vh-xpmg-72qh: one document that two clients read as two things. */
	if (manifests && (layers || it_json_get(out->body, "fsLayers")))
		return it_where_refuse(NULL, INTOTO_E_FORMAT, err,
				       "has both \"manifests\" and \"layers\" or \"config\", and "
				       "would be two things");
	return INTOTO_OK;
}

static int check_version(const struct it_oci_manifest *manifest, struct intoto_error **err)
{
	struct it_where where = { NULL, "schemaVersion", 0 };
	const struct it_json *value = it_json_get(manifest->body, "schemaVersion");
	int64_t version = 0;

	if (!it_json_int(value, &version))
		return refuse_kind(&where, "2", value, err);
	if (version == 1)
		return it_where_refuse(&where, INTOTO_E_UNSUPPORTED, err,
				       "manifests of Docker's schema 1 are not read: they are out "
				       "of use since 2017");
	if (version != 2)
		return it_where_refuse(&where, INTOTO_E_FORMAT, err, "want 2, found %lld",
				       (long long)version);
	return INTOTO_OK;
}

static int read_config(struct it_oci_manifest *out, struct intoto_error **err)
{
	struct it_where where = { NULL, "config", 0 };

	out->has_config = true;
	return read_descriptor(&out->config, it_json_get(out->body, "config"), &where, err);
}

static int read_subject(struct it_oci_manifest *out, struct intoto_error **err)
{
	struct it_where where = { NULL, "subject", 0 };
	const struct it_json *value = it_json_get(out->body, "subject");

	if (it_json_kind(value) == IT_JSON_NULL)
		return INTOTO_OK;
	out->has_subject = true;
	return read_descriptor(&out->subject, value, &where, err);
}

static int read_body(struct it_oci_manifest *out, const char *called, struct intoto_error **err)
{
	int rc = check_version(out, err);

	if (!rc)
		rc = settle_type(out, called, err);
	if (!rc)
		rc = read_text(&out->artifact_type, out->body, "artifactType", NULL, err);
	if (!rc && out->is_index)
		rc = read_list(out, "manifests", IT_OCI_CHILDREN_MAX, err);
	else if (!rc)
		rc = read_config(out, err);
	if (!rc && !out->is_index)
		rc = read_list(out, "layers", IT_OCI_LAYERS_MAX, err);
	if (!rc)
		rc = read_subject(out, err);
	if (!rc)
		rc = read_annotations(&out->annotations, &out->annotation_count, out->body, NULL,
				      err);
	return rc;
}

static int check_digest(struct it_oci_manifest *out, const char *want, struct intoto_error **err)
{
	const char *word = want && it_starts_with(want, "sha512:") ? "sha512" : "sha256";

	print_digest(out->digest, it_digest_find(word), it_buf_span(&out->bytes));
	if (!*out->digest)
		return it_err_nomem(err);
	if (!want || it_streq(want, out->digest))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_POLICY, "want %s, found %s", want, out->digest);
}

/* Whether the caller's word for the media type outlives us: it may be anything. */
static int keep_type(struct it_oci_manifest *out, const char *called, struct intoto_error **err)
{
	out->owned = strdup(called ? called : "");
	return out->owned ? INTOTO_OK : it_err_nomem(err);
}

int it_oci_manifest_take(struct it_oci_manifest **out, struct it_buf *bytes, const char *media_type,
			 const char *digest, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep)
	struct it_oci_manifest *manifest = calloc(1, sizeof *manifest);
	int rc;

	*out = NULL;
	if (!manifest) {
		it_buf_done(bytes);
		return it_err_nomem(err);
	}
	manifest->bytes = *bytes;
	*bytes = (struct it_buf)IT_BUF(bytes->max);
	rc = check_digest(manifest, digest, err);
	if (!rc)
		rc = keep_type(manifest, media_type, err);
	if (!rc)
		rc = it_json_parse(&manifest->body, it_buf_span(&manifest->bytes), &limits, err);
	if (!rc && it_json_kind(manifest->body) != IT_JSON_OBJECT)
		rc = refuse_kind(NULL, "a manifest", manifest->body, err);
	if (!rc)
		rc = read_body(manifest, manifest->owned, err);
	if (rc)
		return rc;
	*out = manifest;
	manifest = NULL;
	return INTOTO_OK;
}

void it_oci_manifest_free(struct it_oci_manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->layer_count; i++)
		free(manifest->layers[i].annotations);
	free(manifest->layers);
	free(manifest->config.annotations);
	free(manifest->subject.annotations);
	free(manifest->annotations);
	it_json_free(manifest->body);
	it_buf_done(&manifest->bytes);
	free(manifest->owned);
	free(manifest);
}

const char *it_oci_annotation(const struct it_oci_annotation *annotations, size_t count,
			      const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (it_streq(annotations[i].name, name))
			return annotations[i].value;
	return NULL;
}
