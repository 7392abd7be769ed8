/* SPDX-License-Identifier: Apache-2.0 */
/* index.json of a folder that cosign reads. */
#include "image/copy_cosign.h"

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "image/attached.h"
#include "json/writer.h"

enum { INDEX_MAX = 4 * 1024 * 1024, TAG_MAX = 256, DEPTH = 16 };

#define REF_NAME "org.opencontainers.image.ref.name"

static const struct it_json_limits limits = {
	.bytes = INDEX_MAX, .depth = DEPTH, .reals = false, .values = 256 * 1024
};

static char *index_path(const char *folder)
{
	return it_path_join(folder, "index.json");
}

static int read_index(struct it_json **out, const char *path, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(INDEX_MAX);
	int rc = it_file_read(&text, path, err);

	if (rc)
		return rc;
	rc = it_json_parse(out, it_buf_span(&text), &limits, err);
	return rc ? it_err_wrap(err, rc, "%s", path) : INTOTO_OK;
}

static struct it_span annotation_of(const struct it_json *entry, const char *name)
{
	return it_json_text(it_json_get(it_json_get(entry, "annotations"), name));
}

static bool is_image(struct it_span kind)
{
	return it_span_is(kind, IT_COSIGN_IMAGE) || it_span_is(kind, IT_COSIGN_INDEX);
}

int it_cosign_folder_image(char digest[IT_OCI_DIGEST_SIZE], const char *folder,
			   struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = index_path(folder);
	IT_AUTO(it_json_freep) struct it_json *index = NULL;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	const struct it_json *entries;
	int rc;

	*digest = '\0';
	if (!path)
		return it_err_nomem(err);
	rc = read_index(&index, path, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	entries = it_json_get(index, "manifests");
	for (size_t i = 0; i < it_json_count(entries); i++) {
		const struct it_json *entry = it_json_at(entries, i);
		struct it_span found = it_json_text(it_json_get(entry, "digest"));

		if (!is_image(annotation_of(entry, IT_COSIGN_KIND)))
			continue;
		if (!it_image_digest_valid(found))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "%s: manifests[%zu].digest: want a digest", path, i);
		if (*digest && !it_span_is(found, digest))
			return it_err_set(err, INTOTO_E_FORMAT,
					  "%s: two images, %s and %.*s, want one", path, digest,
					  (int)found.len, found.data);
		(void)memcpy(digest, found.data, found.len); /* a valid one is short enough */
		digest[found.len] = '\0';
	}
	return INTOTO_OK;
}

/* What cosign calls it, or NULL. */
static const char *kind_of(const struct it_json *entry, const char *digest)
{
	IT_AUTO(it_buf_done) struct it_buf sig = IT_BUF(TAG_MAX);
	IT_AUTO(it_buf_done) struct it_buf att = IT_BUF(TAG_MAX);
	struct it_span type = it_json_text(it_json_get(entry, "mediaType"));
	struct it_span name = annotation_of(entry, REF_NAME);

	if (it_span_is(it_json_text(it_json_get(entry, "digest")), digest))
		return it_span_is(type, IT_OCI_INDEX) || it_span_is(type, IT_DOCKER_LIST)
			       ? IT_COSIGN_INDEX
			       : IT_COSIGN_IMAGE;
	it_attached_tag(&sig, digest, ".sig");
	it_attached_tag(&att, digest, ".att");
	if (!sig.failed && name.data && it_span_eq(name, it_buf_span(&sig)))
		return IT_COSIGN_SIGS;
	return !att.failed && name.data && it_span_eq(name, it_buf_span(&att)) ? IT_COSIGN_ATTS
									       : NULL;
}

/* With the kind in its place, whatever stood there. */
static int write_annotations(struct it_writer *writer, const struct it_json *annotations,
			     const char *kind, struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	bool written = false;
	int rc = annotations ? it_json_members(&members, &count, annotations, err) : INTOTO_OK;

	if (rc)
		return rc;
	it_write_object(writer);
	for (size_t i = 0; i < count; i++) {
		int order = it_span_cmp(members[i].name, it_span_text(IT_COSIGN_KIND));

		if (order >= 0 && !written) {
			it_write_name(writer, IT_COSIGN_KIND);
			it_write_text(writer, kind);
			written = true;
		}
		if (!order)
			continue;
		it_write_name_span(writer, members[i].name);
		it_write_value(writer, members[i].value);
	}
	if (!written) {
		it_write_name(writer, IT_COSIGN_KIND);
		it_write_text(writer, kind);
	}
	it_write_object_end(writer);
	return INTOTO_OK;
}

static int write_entry(struct it_writer *writer, const struct it_json *entry, const char *digest,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	const char *kind = kind_of(entry, digest);
	const struct it_json *annotations = it_json_get(entry, "annotations");
	size_t count = 0;
	int rc;

	if (!kind) {
		it_write_value(writer, entry);
		return INTOTO_OK;
	}
	rc = it_json_members(&members, &count, entry, err);
	if (rc)
		return rc;
	it_write_object(writer);
	it_write_name(writer, "annotations"); /* in front of all others that a descriptor has */
	rc = write_annotations(writer, annotations, kind, err);
	for (size_t i = 0; !rc && i < count; i++) {
		if (it_span_is(members[i].name, "annotations"))
			continue;
		it_write_name_span(writer, members[i].name);
		it_write_value(writer, members[i].value);
	}
	it_write_object_end(writer);
	return rc;
}

static int write_index(struct it_writer *writer, const struct it_json *index, const char *digest,
		       struct intoto_error **err)
{
	IT_AUTO(it_freep) struct it_json_member *members = NULL;
	size_t count = 0;
	int rc = it_json_members(&members, &count, index, err);

	it_write_object(writer);
	for (size_t i = 0; !rc && i < count; i++) {
		it_write_name_span(writer, members[i].name);
		if (!it_span_is(members[i].name, "manifests") ||
		    it_json_kind(members[i].value) != IT_JSON_LIST) {
			it_write_value(writer, members[i].value);
			continue;
		}
		it_write_list(writer);
		for (size_t j = 0; !rc && j < it_json_count(members[i].value); j++)
			rc = write_entry(writer, it_json_at(members[i].value, j), digest, err);
		it_write_list_end(writer);
	}
	it_write_object_end(writer);
	return rc;
}

int it_cosign_folder_mark(const char *folder, const char *digest, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = index_path(folder);
	IT_AUTO(it_json_freep) struct it_json *index = NULL;
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(2 * INDEX_MAX);
	struct it_writer writer;
	int finished;
	int rc = path ? read_index(&index, path, err) : it_err_nomem(err);

	if (rc)
		return rc;
	it_writer_init(&writer, &text, IT_WRITE_COMPACT);
	rc = write_index(&writer, index, digest, err);
	finished = it_writer_finish(&writer, rc ? NULL : err);
	rc = rc ? rc : finished;
	return rc ? it_err_wrap(err, rc, "%s", path)
		  : it_file_write(path, it_buf_span(&text), 0666, IT_FILE_SYNC, err);
}
