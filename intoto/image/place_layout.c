/* SPDX-License-Identifier: Apache-2.0 */
/* "oci-layout:FOLDER[:TAG|@DIGEST]" (image-spec image-layout.md). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/draft.h"
#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "crypto/digest_aside.h"
#include "image/place_layout.h"

#define MARK "{\"imageLayoutVersion\":\"1.0.0\"}"

enum { PIECE = 256 * 1024 };

static void layout_done(struct it_layout *layout)
{
	for (size_t i = 0; i < layout->entry_count; i++)
		it_layout_entry_done(&layout->entries[i]);
	for (size_t i = 0; i < layout->change_count; i++) {
		it_layout_entry_done(&layout->changes[i].entry);
		free(layout->changes[i].expected);
	}
	for (size_t i = 0; i < layout->referrer_count; i++) {
		it_layout_entry_done(&layout->referrers[i].entry);
		free(layout->referrers[i].subject);
	}
	free(layout->entries);
	free(layout->changes);
	free(layout->referrers);
	free(layout->folder);
	free(layout);
}

static void layout_close(struct it_place *place)
{
	layout_done(place->state);
}

/* "FOLDER", "FOLDER:TAG", "FOLDER@DIGEST", "FOLDER:TAG@DIGEST"; neither tag nor digest has a slash,
 * so that what stands before the last one is the folder's, and "a:b/" is a folder of that name. */
int it_layout_split(struct it_place *place, char **folder, const char *rest,
		    struct intoto_error **err)
{
	const char *slash = strrchr(rest, '/');
	const char *at = strrchr(slash ? slash : rest, '@');
	const char *end = at ? at : rest + strlen(rest);
	const char *colon = NULL;

	for (const char *c = rest; c < end; c++)
		colon = *c == ':' ? c : *c == '/' ? NULL : colon;
	*folder = strndup(rest, (size_t)((colon ? colon : end) - rest));
	place->tag = colon ? strndup(colon + 1, (size_t)(end - colon - 1)) : strdup("");
	place->digest = strdup(at ? at + 1 : "");
	if (!*folder || !place->tag || !place->digest)
		return it_err_nomem(err);
	if (!**folder)
		return it_err_set(err, INTOTO_E_USAGE, "%s: want a folder", place->text);
	if (at && !it_image_digest_valid(it_span_text(place->digest)))
		return it_err_set(err, INTOTO_E_USAGE, "%s: want sha256:HEX behind '@'",
				  place->text);
	if (colon && !*place->tag)
		return it_err_set(err, INTOTO_E_USAGE, "%s: want a tag behind ':'", place->text);
	return INTOTO_OK;
}

static int make_folder(const struct it_layout *layout, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *blobs = it_path_join(layout->folder, "blobs/sha256");
	IT_AUTO(it_freep) char *mark = it_path_join(layout->folder, "oci-layout");
	int rc;

	if (!blobs || !mark)
		return it_err_nomem(err);
	rc = it_dir_make(blobs, err);
	if (rc || access(mark, F_OK) == 0)
		return rc;
	return it_file_write(mark, it_span_text(MARK), 0666, 0, err);
}

static int layout_open(struct it_place *place, const char *rest, bool for_writing,
		       const struct it_registry_access *access_unused, struct intoto_error **err)
{
	struct it_layout *layout = calloc(1, sizeof *layout);
	int rc;

	(void)access_unused; /* no network */
	if (!layout)
		return it_err_nomem(err);
	place->state = layout;
	layout->writing = for_writing;
	rc = it_layout_split(place, &layout->folder, rest, err);
	if (!rc && for_writing)
		rc = make_folder(layout, err);
	return rc ? rc : it_layout_read_index(layout, err);
}

/* --- reading --- */

int it_layout_blob_path(char **out, const struct it_layout *layout, const char *digest,
			struct intoto_error **err)
{
	size_t algorithm = strcspn(digest, ":");

	*out = NULL;
	if (!it_image_digest_valid(it_span_text(digest)))
		return it_err_set(err, INTOTO_E_INTERNAL, "no digest");
	if (asprintf(out, "%s/blobs/%.*s/%s", layout->folder, (int)algorithm, digest,
		     digest + algorithm + 1) >= 0)
		return INTOTO_OK;
	*out = NULL;
	return it_err_nomem(err);
}

/* Only a regular file, and no link out of the folder. */
static int open_blob(int *fd, uint64_t *size, const struct it_layout *layout, const char *digest,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = NULL;
	struct stat about;
	int rc = it_layout_blob_path(&path, layout, digest, err);

	if (rc)
		return rc;
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0 || fstat(*fd, &about))
		return it_err_errno(err, errno, "%s", path);
	if (!S_ISREG(about.st_mode))
		return it_err_set(err, INTOTO_E_FORMAT, "%s: want a regular file", path);
	*size = (uint64_t)about.st_size;
	return INTOTO_OK;
}

static int read_manifest(struct it_layout *layout, struct it_oci_manifest **out,
			 const struct it_layout_entry *entry, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	int rc = it_layout_blob_path(&path, layout, entry->digest, err);

	if (!rc)
		rc = it_regular_read(&bytes, path, (struct it_extent){ 0 }, err);
	if (rc)
		return rc;
	if (entry->size && bytes.len != entry->size)
		return it_err_set(err, INTOTO_E_POLICY, "%s: want %ju bytes, found %zu", path,
				  (uintmax_t)entry->size, bytes.len);
	rc = it_oci_manifest_take(out, &bytes, entry->media_type, entry->digest, err);
	return rc ? it_err_wrap(err, rc, "%s", layout->folder) : INTOTO_OK;
}

static int layout_manifest(struct it_place *place, struct it_oci_manifest **out, const char *name,
			   struct intoto_error **err)
{
	const struct it_layout_entry *found = NULL;
	char none[] = "";
	struct it_layout_entry by_digest = { .media_type = none };
	int rc;

	*out = NULL;
	if (!it_image_digest_valid(it_span_text(name))) {
		rc = it_place_layout_find(&found, place, name, err);
		return rc ? rc : read_manifest(place->state, out, found, err);
	}
	by_digest.digest = strdup(name);
	if (!by_digest.digest)
		return it_err_nomem(err);
	rc = read_manifest(place->state, out, &by_digest, err);
	free(by_digest.digest);
	return rc;
}

struct hashing {
	const struct it_digest_alg *alg;
	struct it_digest_aside *state; /* NULL: what comes is sure */
};

static void hash_done(struct hashing *hashing)
{
	it_digest_aside_free(hashing->state);
}

static int hash_start(struct hashing *hashing, const char *digest, struct intoto_error **err)
{
	hashing->alg = it_digest_find(it_starts_with(digest, "sha512:") ? "sha512" : "sha256");
	return hashing->alg
		       ? it_digest_aside_new(&hashing->state, hashing->alg, err)
		       : it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: no such algorithm", digest);
}

static int hash_check(struct hashing *hashing, const char *digest, const char *where,
		      struct intoto_error **err)
{
	unsigned char raw[IT_DIGEST_MAX];
	IT_AUTO(it_buf_done) struct it_buf found = IT_BUF(IT_OCI_DIGEST_SIZE);

	if (!hashing->state)
		return INTOTO_OK;
	it_digest_finish(it_digest_aside_end(hashing->state), raw);
	(void)it_buf_printf(&found, "%s:", hashing->alg->name); /* looked at below */
	it_hex_encode(&found, it_span(raw, hashing->alg->size));
	if (it_buf_check(&found, "digest", err))
		return found.failed;
	return it_streq(it_buf_text(&found), digest)
		       ? INTOTO_OK
		       : it_err_set(err, INTOTO_E_POLICY, "%s: want %s, found %s", where, digest,
				    it_buf_text(&found));
}

static int pour_file(int fd, uint64_t size, struct hashing *hashing, const struct it_sink *sink,
		     struct intoto_error **err)
{
	IT_AUTO(it_freep) char *piece = malloc(PIECE);
	uint64_t done = 0;
	int rc = piece ? INTOTO_OK : it_err_nomem(err);

	while (!rc && done < size) {
		ssize_t got = read(fd, piece, size - done < PIECE ? (size_t)(size - done) : PIECE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return it_err_errno(err, errno, "reading a blob");
		if (!got)
			return it_err_set(err, INTOTO_E_POLICY, "a blob became shorter");
		it_digest_aside_add(hashing->state, piece, (size_t)got);
		done += (uint64_t)got;
		rc = it_sink_take(sink, it_span(piece, (size_t)got), err);
	}
	return rc;
}

static int layout_blob(struct it_place *place, const char *digest, uint64_t size,
		       const struct it_sink *sink, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(hash_done) struct hashing hashing = { 0 };
	uint64_t found = 0;
	int rc = open_blob(&fd, &found, place->state, digest, err);

	if (!rc && found != size)
		rc = it_err_set(err, INTOTO_E_POLICY, "%s: want %ju bytes, found %ju", digest,
				(uintmax_t)size, (uintmax_t)found);
	if (!rc)
		rc = hash_start(&hashing, digest, err);
	if (!rc)
		rc = pour_file(fd, size, &hashing, sink, err);
	if (!rc)
		rc = hash_check(&hashing, digest, "a blob", err);
	return rc ? it_err_wrap(err, rc, "%s", place->text) : INTOTO_OK;
}

static int layout_has_blob(struct it_place *place, bool *has, const char *digest,
			   struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int fd = -1;
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	uint64_t size = 0;
	int rc = open_blob(&fd, &size, place->state, digest, &why);

	*has = !rc;
	return !rc || rc == INTOTO_E_NOTFOUND
		       ? INTOTO_OK
		       : it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
}

/* --- writing --- */

struct writing {
	struct it_draft draft;
	struct hashing hashing;
	uint64_t taken;
};

static void writing_drop(struct writing *writing)
{
	hash_done(&writing->hashing);
	it_draft_drop(&writing->draft);
}

static int take_piece(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct writing *writing = arg;

	if (writing->hashing.state)
		it_digest_aside_add(writing->hashing.state, piece.data, piece.len);
	writing->taken += piece.len;
	return it_draft_add(&writing->draft, piece, err);
}

/* One of that size that is there was put by a rename, so it is whole. */
static bool is_there(struct it_place *place, const char *digest, uint64_t size)
{
	IT_AUTO(it_fd_close) int fd = -1;
	uint64_t found = 0;

	return open_blob(&fd, &found, place->state, digest, NULL) == INTOTO_OK && found == size;
}

static int layout_put_blob(struct it_place *place, const char *digest,
			   const struct it_message *blob, struct intoto_error **err)
{
	IT_AUTO(writing_drop) struct writing writing = { .draft = IT_DRAFT };
	IT_AUTO(it_freep) char *path = NULL;
	const struct it_sink sink = { take_piece, &writing };
	int rc = INTOTO_OK;

	if (is_there(place, digest, blob->len))
		return INTOTO_OK;
	rc = it_layout_blob_path(&path, place->state, digest, err);
	if (!rc && it_starts_with(digest, "sha512:")) {
		IT_AUTO(it_freep) char *folder = strndup(path, (size_t)(it_path_base(path) - path));

		rc = folder ? it_dir_make(folder, err) : it_err_nomem(err);
	}
	if (!rc && !blob->sure)
		rc = hash_start(&writing.hashing, digest, err);
	if (!rc)
		rc = it_draft_open(&writing.draft, path, 0666, 0, err);
	if (!rc)
		rc = it_message_pour(blob, &sink, err);
	if (!rc && writing.taken != blob->len)
		rc = it_err_set(err, INTOTO_E_POLICY, "%s: want %ju bytes, found %ju", digest,
				(uintmax_t)blob->len, (uintmax_t)writing.taken);
	if (!rc)
		rc = hash_check(&writing.hashing, digest, path, err);
	return rc ? rc : it_draft_finish(&writing.draft, err);
}

static int entry_for(struct it_layout_entry *out, const struct it_oci_manifest *manifest,
		     const char *tag, struct intoto_error **err)
{
	const char *type = *manifest->artifact_type ? manifest->artifact_type
			   : manifest->has_subject && manifest->has_config
				   ? manifest->config.media_type
				   : "";

	*out = (struct it_layout_entry){
		.digest = strdup(manifest->digest),
		.media_type = strdup(manifest->media_type),
		.artifact_type = strdup(type),
		.name = strdup(tag ? tag : ""),
		.kind = strdup(""),
		.size = manifest->bytes.len,
	};
	if (out->digest && out->media_type && out->artifact_type && out->name && out->kind)
		return INTOTO_OK;
	it_layout_entry_done(out);
	return it_err_nomem(err);
}

static int put(struct it_place *place, struct it_span bytes, const char *media_type,
	       const char *tag, const char *expected, struct intoto_error **err)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	IT_AUTO(it_buf_done) struct it_buf copy = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	struct it_layout *layout = place->state;
	const struct it_message message = it_message_of(&bytes);
	struct it_layout_entry entry;
	int rc;

	(void)it_buf_add_span(&copy, bytes); /* looked at next */
	rc = it_buf_check(&copy, "the manifest", err);
	if (!rc)
		rc = it_oci_manifest_take(&manifest, &copy, media_type, NULL, err);
	if (!rc)
		rc = layout_put_blob(place, manifest->digest, &message, err);
	layout->scanned = layout->scanned && !(manifest && manifest->has_subject);
	/* What an index names need not stand in index.json; what names a subject is found there. */
	if (rc || (!tag && !manifest->has_subject))
		return rc;
	rc = entry_for(&entry, manifest, tag, err);
	return rc ? rc
		  : it_layout_change(layout, expected ? IT_LAYOUT_SWAP : IT_LAYOUT_PUT, &entry,
				     expected ? expected : "", err);
}

static int layout_put_manifest(struct it_place *place, struct it_span bytes, const char *media_type,
			       const char *tag, struct intoto_error **err)
{
	return put(place, bytes, media_type, tag, NULL, err);
}

static int layout_swap_tag(struct it_place *place, struct it_span bytes, const char *media_type,
			   const char *tag, const char *expected, struct intoto_error **err)
{
	/* As it stands now, not as when it was opened. */
	int rc = it_layout_read_index(place->state, err);

	return rc ? rc : put(place, bytes, media_type, tag, expected, err);
}

static int layout_remove(struct it_place *place, const char *name, struct intoto_error **err)
{
	bool by_digest = it_image_digest_valid(it_span_text(name));
	struct it_layout_entry entry = { 0 };
	struct it_layout *layout = place->state;

	entry.digest = strdup(by_digest ? name : "");
	entry.name = strdup(by_digest ? "" : name);
	entry.media_type = strdup("");
	entry.artifact_type = strdup("");
	entry.kind = strdup("");
	if (!entry.digest || !entry.name || !entry.media_type || !entry.artifact_type ||
	    !entry.kind) {
		it_layout_entry_done(&entry);
		return it_err_nomem(err);
	}
	layout->scanned = false;
	return it_layout_change(layout, IT_LAYOUT_REMOVE, &entry, "", err);
}

static int layout_finish(struct it_place *place, struct intoto_error **err)
{
	struct it_layout *layout = place->state;

	if (!layout->writing || !layout->change_count)
		return INTOTO_OK;
	return it_layout_write_index(layout, err);
}

/* --- what is there --- */

static int layout_each_referrer(struct it_place *place, const char *digest,
				int (*visit)(void *arg, const struct it_oci_descriptor *found,
					     struct intoto_error **err),
				void *arg, struct intoto_error **err)
{
	struct it_layout *layout = place->state;
	int rc = it_layout_scan(place, err);

	for (size_t i = 0; !rc && i < layout->referrer_count; i++) {
		const struct it_layout_entry *entry = &layout->referrers[i].entry;
		const struct it_oci_descriptor found = {
			.media_type = entry->media_type,
			.digest = entry->digest,
			.size = entry->size,
			.artifact_type = entry->artifact_type,
			.os = "",
			.architecture = "",
			.variant = "",
		};

		if (it_streq(layout->referrers[i].subject, digest))
			rc = visit(arg, &found, err);
	}
	return rc;
}

static int layout_each_tag(struct it_place *place,
			   int (*visit)(void *arg, const char *tag, struct intoto_error **err),
			   void *arg, struct intoto_error **err)
{
	const struct it_layout *layout = place->state;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < layout->entry_count; i++)
		if (*layout->entries[i].name)
			rc = visit(arg, layout->entries[i].name, err);
	return rc;
}

const struct it_place_kind it_place_layout = {
	.scheme = "oci-layout",
	.abilities = IT_PLACE_WRITES | IT_PLACE_DELETES | IT_PLACE_REFERRERS | IT_PLACE_AGAIN,
	.open = layout_open,
	.close = layout_close,
	.manifest = layout_manifest,
	.blob = layout_blob,
	.has_blob = layout_has_blob,
	.put_blob = layout_put_blob,
	.put_manifest = layout_put_manifest,
	.swap_tag = layout_swap_tag,
	.each_referrer = layout_each_referrer,
	.each_tag = layout_each_tag,
	.remove = layout_remove,
	.finish = layout_finish,
};
