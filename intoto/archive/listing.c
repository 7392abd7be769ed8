/* SPDX-License-Identifier: Apache-2.0 */
/* Listings: every entry of an archive with its SHA-512. */
#include <stdlib.h>
#include <string.h>

#include "archive/later.h"
#include "base/text.h"

void it_archive_listing_free(struct it_archive_listing *listing)
{
	if (!listing)
		return;
	free(listing->entries);
	it_strings_done(&listing->texts);
	free(listing);
}

/* --- members, read once more --- */

struct hashing {
	struct it_archive_listing *listing;
	const struct it_archive *archive;
	struct it_digest sha512;
};

static int take(void *arg, struct it_span piece, struct intoto_error **err)
{
	struct hashing *hashing = arg;

	(void)err;
	it_digest_add(&hashing->sha512, piece.data, piece.len);
	return INTOTO_OK;
}

static int begin(void *arg, const struct it_archive_member *member, struct it_sink *sink,
		 struct intoto_error **err)
{
	struct hashing *hashing = arg;

	(void)member;
	(void)err;
	it_digest_start(&hashing->sha512, it_digest_find("sha512"));
	*sink = (struct it_sink){ take, hashing };
	return INTOTO_OK;
}

static int keep(struct it_archive_listing *listing, const char **out, const char *text,
		struct intoto_error **err)
{
	int rc = it_strings_add(&listing->texts, text, err);

	if (!rc)
		*out = listing->texts.items[listing->texts.count - 1];
	return rc;
}

/* Behind the manifest, members stand in its order. */
static int end(void *arg, const struct it_archive_member *member, bool good,
	       struct intoto_error **err)
{
	struct hashing *hashing = arg;
	const struct it_archive_manifest *manifest = hashing->archive->manifest;
	const struct it_archive_member *own = it_archive_manifest_find(manifest, member->name);
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_DIGEST_MAX);
	unsigned char digest[IT_DIGEST_MAX];
	struct it_archive_entry *entry;
	int rc;

	if (!good || !own || !it_streq(own->sha256, member->sha256))
		return INTOTO_OK; /* stays without a digest, which is refused below */
	entry = &hashing->listing->entries[1 + (size_t)(own - manifest->members)];
	it_digest_finish(&hashing->sha512, digest);
	it_hex_encode(&hex, it_span(digest, sizeof digest));
	rc = it_buf_check(&hex, "digest", err);
	if (!rc)
		rc = keep(hashing->listing, &entry->sha512, it_buf_text(&hex), err);
	entry->there = true;
	return rc;
}

/* --- what is withheld --- */

static int take_withheld(struct it_archive_listing *listing, const struct it_archive *archive,
			 struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < archive->addition_count; i++) {
		IT_AUTO(it_archive_later_freep) struct it_archive_later *later = NULL;

		if (it_archive_later_read(&later, archive->additions[i].envelope, NULL))
			continue; /* who judges it says why */
		for (size_t k = 0; !rc && k < later->withheld_count; k++) {
			const struct it_archive_withheld *one = &later->withheld[k];
			const struct it_archive_member *member =
				it_archive_manifest_find(manifest, one->name);
			struct it_archive_entry *entry =
				member ? &listing->entries[1 + (size_t)(member - manifest->members)]
				       : NULL;

			if (entry && !entry->sha512 && it_streq(member->sha256, one->sha256))
				rc = keep(listing, &entry->sha512, one->sha512, err);
		}
	}
	return rc;
}

/* --- all of it --- */

static int list(struct it_archive_listing *listing, const struct it_archive *archive,
		struct intoto_error **err)
{
	const struct it_archive_manifest *manifest = archive->manifest;
	struct it_archive_entry *next;

	listing->first_later = 1 + manifest->member_count;
	listing->count = listing->first_later + archive->addition_count;
	listing->entries = calloc(listing->count, sizeof *listing->entries);
	if (!listing->entries)
		return it_err_nomem(err);
	next = listing->entries;
	*next++ = (struct it_archive_entry){ IT_ARCHIVE_MANIFEST_NAME, archive->manifest_size,
					     archive->manifest_sha512, true };
	for (size_t i = 0; i < manifest->member_count; i++)
		*next++ = (struct it_archive_entry){ .name = manifest->members[i].name,
						     .size = manifest->members[i].size };
	for (size_t i = 0; i < archive->addition_count; i++)
		*next++ = (struct it_archive_entry){ archive->additions[i].name,
						     archive->additions[i].size,
						     archive->additions[i].sha512, true };
	return INTOTO_OK;
}

static int check(const struct it_archive_listing *listing, struct intoto_error **err)
{
	for (size_t i = 0; i < listing->count; i++)
		if (!listing->entries[i].sha512)
			return it_err_set(err, INTOTO_E_IO,
					  "its member number %zu is not there, or changed while it "
					  "was read",
					  i);
	return INTOTO_OK;
}

int it_archive_listing_read(struct it_archive_listing **out, const char *path,
			    const struct it_archive *archive, struct intoto_error **err)
{
	IT_AUTO(it_archive_listing_freep)
	struct it_archive_listing *listing = calloc(1, sizeof *listing);
	IT_AUTO(it_archive_freep) struct it_archive *again = NULL;
	struct hashing hashing = { .listing = listing, .archive = archive };
	const struct it_archive_visitor visitor = { begin, end, &hashing };
	int rc;

	*out = NULL;
	if (!listing)
		return it_err_nomem(err);
	rc = list(listing, archive, err);
	if (!rc)
		rc = it_archive_read(&again, path, &visitor, err);
	if (!rc)
		rc = take_withheld(listing, archive, err);
	if (!rc)
		rc = it_err_wrap(err, check(listing, err), "%s", path);
	if (rc)
		return rc;
	*out = listing;
	listing = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_archive_listing_print(struct it_buf *out, const struct it_archive_listing *listing,
			     size_t count, struct intoto_error **err)
{
	for (size_t i = 0; i < count; i++) {
		const struct it_archive_entry *entry = &listing->entries[i];

		(void)it_buf_printf(out, "%zu:%s %ju sha512:%s\n", strlen(entry->name), entry->name,
				    (uintmax_t)entry->size, entry->sha512); /* sticky */
	}
	return it_buf_check(out, "the listing", err);
}
