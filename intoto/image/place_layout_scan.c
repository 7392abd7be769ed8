/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a layout: the image that is meant when none is named, and the manifests that name a
 * subject, which may stand in index.json or, as cosign save leaves them, in the blobs only.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "image/copy_cosign.h"
#include "image/place_layout.h"

enum { REFERRERS_MAX = 10 * 1000, BLOBS_MAX = 1000 * 1000 };

/* --- the image that is meant --- */

static bool is_cosign_image(const struct it_layout_entry *entry)
{
	return it_streq(entry->kind, IT_COSIGN_IMAGE) || it_streq(entry->kind, IT_COSIGN_INDEX);
}

/* A tag of signatures, or the fallback tag of referrers. */
static bool is_attached_tag(const char *name)
{
	return it_starts_with(name, "sha256-") || it_starts_with(name, "sha512-");
}

static bool has_subject(struct it_place *place, const struct it_layout_entry *entry)
{
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;

	return !it_place_manifest(place, &manifest, entry->digest, NULL) && manifest->has_subject;
}

static bool may_be_meant(struct it_place *place, const struct it_layout_entry *entry)
{
	return !is_attached_tag(entry->name) && (*entry->name || !has_subject(place, entry));
}

static int find_only(const struct it_layout_entry **out, struct it_place *place,
		     struct intoto_error **err)
{
	const struct it_layout *layout = place->state;
	const struct it_layout_entry *only = NULL;

	for (size_t i = 0; i < layout->entry_count; i++) {
		const struct it_layout_entry *entry = &layout->entries[i];

		if (is_cosign_image(entry)) {
			*out = entry;
			return INTOTO_OK;
		}
		if (!may_be_meant(place, entry) || (only && it_streq(only->digest, entry->digest)))
			continue;
		if (only)
			return it_err_set(err, INTOTO_E_USAGE,
					  "%s: there are several images: want a tag or digest",
					  place->text);
		only = entry;
	}
	*out = only;
	return only ? INTOTO_OK
		    : it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no image", place->text);
}

int it_place_layout_find(const struct it_layout_entry **out, struct it_place *place,
			 const char *name, struct intoto_error **err)
{
	const struct it_layout *layout = place->state;
	IT_AUTO(it_freep) char *quoted = NULL;

	*out = NULL;
	if (!*name)
		return find_only(out, place, err);
	for (size_t i = 0; i < layout->entry_count && !*out; i++)
		if (it_streq(layout->entries[i].name, name))
			*out = &layout->entries[i];
	if (*out)
		return INTOTO_OK;
	quoted = it_text_quoted(it_span_text(name));
	return it_err_set(err, INTOTO_E_NOTFOUND, "%s: there is no image with the tag %s",
			  place->text, quoted ? quoted : "");
}

/* --- referrers --- */

static void forget(struct it_layout *layout)
{
	for (size_t i = 0; i < layout->referrer_count; i++) {
		it_layout_entry_done(&layout->referrers[i].entry);
		free(layout->referrers[i].subject);
	}
	free(layout->referrers);
	layout->referrers = NULL;
	layout->referrer_count = 0;
}

static int remember(struct it_layout *layout, const struct it_oci_manifest *manifest,
		    struct intoto_error **err)
{
	struct it_layout_referrer *more;
	struct it_layout_referrer *one;

	if (layout->referrer_count >= REFERRERS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d referrers", layout->folder,
				  REFERRERS_MAX);
	more = realloc(layout->referrers, (layout->referrer_count + 1) * sizeof *more);
	if (!more)
		return it_err_nomem(err);
	layout->referrers = more;
	one = &more[layout->referrer_count++];
	*one = (struct it_layout_referrer){
		.subject = strdup(manifest->subject.digest),
		.entry = {
			.digest = strdup(manifest->digest),
			.media_type = strdup(manifest->media_type),
			.artifact_type = strdup(*manifest->artifact_type ? manifest->artifact_type
						: manifest->has_config ? manifest->config.media_type
								       : ""),
			.size = manifest->bytes.len,
		},
	};
	return one->subject && one->entry.digest && one->entry.media_type &&
			       one->entry.artifact_type
		       ? INTOTO_OK
		       : it_err_nomem(err);
}

static bool was_removed(const struct it_layout *layout, const char *digest)
{
	bool removed = false;

	for (size_t i = 0; i < layout->change_count; i++)
		if (it_streq(layout->changes[i].entry.digest, digest))
			removed = layout->changes[i].act == IT_LAYOUT_REMOVE;
	return removed;
}

/* Most blobs are no manifests: those say so by their size or their first byte. */
static int look_at(struct it_layout *layout, const char *path, const char *digest,
		   struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_OCI_MANIFEST_BYTES_MAX);
	IT_AUTO(it_oci_manifest_freep) struct it_oci_manifest *manifest = NULL;
	struct stat about;

	if (lstat(path, &about) || !S_ISREG(about.st_mode) || about.st_size < 2 ||
	    about.st_size > IT_OCI_MANIFEST_BYTES_MAX || was_removed(layout, digest))
		return INTOTO_OK;
	if (it_regular_read(&bytes, path, (struct it_extent){ 0 }, NULL) || *bytes.data != '{' ||
	    !memmem(bytes.data, bytes.len, "\"subject\"", strlen("\"subject\"")) ||
	    it_oci_manifest_take(&manifest, &bytes, "", digest, NULL) || !manifest->has_subject)
		return INTOTO_OK;
	return remember(layout, manifest, err);
}

static int scan_algorithm(struct it_layout *layout, const char *algorithm,
			  struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	IT_AUTO(intoto_error_freep) struct intoto_error *why = NULL;
	IT_AUTO(it_freep) char *folder = NULL;
	int rc;

	if (asprintf(&folder, "%s/blobs/%s", layout->folder, algorithm) < 0) {
		folder = NULL;
		return it_err_nomem(err);
	}
	rc = it_dir_list(&names, folder, &why);
	if (rc == INTOTO_E_NOTFOUND)
		return INTOTO_OK;
	if (rc)
		return it_err_set(err, (enum intoto_code)rc, "%s", intoto_error_text(why));
	if (names.count > BLOBS_MAX)
		return it_err_set(err, INTOTO_E_LIMIT, "%s: more than %d blobs", folder, BLOBS_MAX);
	for (size_t i = 0; !rc && i < names.count; i++) {
		IT_AUTO(it_buf_done) struct it_buf digest = IT_BUF(IT_OCI_DIGEST_SIZE);
		IT_AUTO(it_freep) char *path = it_path_join(folder, names.items[i]);

		(void)it_buf_printf(&digest, "%s:%s", algorithm, names.items[i]); /* sticks */
		if (!path)
			return it_err_nomem(err);
		if (!digest.failed && it_image_digest_valid(it_buf_span(&digest)))
			rc = look_at(layout, path, it_buf_text(&digest), err);
	}
	return rc;
}

int it_layout_scan(struct it_place *place, struct intoto_error **err)
{
	struct it_layout *layout = place->state;
	int rc;

	if (layout->scanned)
		return INTOTO_OK;
	forget(layout);
	rc = scan_algorithm(layout, "sha256", err);
	if (!rc)
		rc = scan_algorithm(layout, "sha512", err);
	layout->scanned = !rc;
	return rc;
}
