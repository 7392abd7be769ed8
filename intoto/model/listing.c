/* SPDX-License-Identifier: Apache-2.0 */
/* Listings: made, described, found in a link, read. */
#include "model/listing.h"

#include "base/draft.h"
#include "base/path.h"
#include "base/text.h"
#include "json/pull.h"
#include "model/link.h"

enum {
	FILE_MODE = 0666,	/* and umask */
	LINE_MAX = 1024 * 1024, /* a name of 64 KiB, every byte an escape, and 16 digests */
	CHUNK = 64 * 1024,
	DIGESTS_TEXT_MAX = 16 * 1024,
};

#define MEMBER "listing"

void it_listing_done(struct it_listing *listing)
{
	free(listing->file);
	*listing = (struct it_listing){ 0 };
}

const char *it_listing_side_name(enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? "materials" : "products";
}

/* --- making --- */

int it_listing_line(struct it_buf *out, const struct it_artifact *artifact,
		    struct intoto_error **err)
{
	struct it_writer writer;

	it_writer_init(&writer, out, IT_WRITE_COMPACT);
	it_write_object(&writer);
	it_write_name(&writer, "digest");
	it_digest_set_write_span(&writer, it_span(artifact->digests, artifact->digests_len));
	it_write_name(&writer, "name");
	it_write_text_span(&writer, it_artifact_name(artifact));
	it_write_object_end(&writer);
	return it_writer_finish(&writer, err);
}

int it_listing_measure(struct it_listing *out, const struct it_artifacts *artifacts,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX);
	struct it_merkle tree = { 0 };
	struct it_merkle_hash leaf;
	int rc = INTOTO_OK;

	*out = (struct it_listing){ .count = artifacts->count };
	for (size_t i = 0; !rc && i < artifacts->count; i++) {
		it_buf_reset(&line);
		rc = it_listing_line(&line, &artifacts->items[i], err);
		it_merkle_leaf(&leaf, it_buf_span(&line));
		it_merkle_add(&tree, &leaf);
	}
	it_merkle_root(&out->root, &tree);
	return rc;
}

/* Lines are collected, so that not each one costs a system call. */
static int write_lines(struct it_draft *draft, const struct it_artifacts *artifacts,
		       struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf lines = IT_BUF(CHUNK + LINE_MAX + 1);
	uint64_t total = 0;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < artifacts->count; i++) {
		rc = it_listing_line(&lines, &artifacts->items[i], err);
		(void)it_buf_add_byte(&lines, '\n'); /* sticky: the next line, or the end, tells */
		if (rc || (lines.len < CHUNK && i + 1 < artifacts->count))
			continue;
		total += lines.len;
		if (total > IT_JSON_BYTES_MAX)
			return it_err_set(err, INTOTO_E_LIMIT,
					  "%s: the listing has more than %d bytes, which no "
					  "reader takes",
					  draft->path, IT_JSON_BYTES_MAX);
		rc = it_draft_add(draft, it_buf_span(&lines), err);
		it_buf_reset(&lines);
	}
	return rc;
}

int it_listing_write(const struct it_artifacts *artifacts, const char *path, unsigned flags,
		     struct intoto_error **err)
{
	IT_AUTO(it_draft_drop) struct it_draft draft = IT_DRAFT;
	int rc = it_draft_open(&draft, path, FILE_MODE, flags, err);

	if (!rc)
		rc = write_lines(&draft, artifacts, err);
	return rc ? rc : it_draft_finish(&draft, err);
}

static struct it_json *hex_of(const struct it_merkle_hash *hash)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * sizeof hash->bytes);

	it_hex_encode(&hex, it_span(hash->bytes, sizeof hash->bytes));
	return hex.failed ? NULL : it_json_new_text(it_buf_span(&hex));
}

int it_listing_describe(struct it_json **out, const struct it_listing *listing,
			struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *about = it_json_new_object();
	int rc =
		it_json_set_take(about, "artifacts", it_json_new_int((int64_t)listing->count), err);

	if (!rc)
		rc = it_json_set_take(about, "file", it_json_new_text(it_span_text(listing->file)),
				      err);
	if (!rc)
		rc = it_json_set_take(about, "root", hex_of(&listing->root), err);
	if (rc)
		return rc;
	*out = about;
	about = NULL; /* now the caller's */
	return INTOTO_OK;
}

static int root_digest(struct it_buf *out, const struct it_listing *listing,
		       struct intoto_error **err)
{
	(void)it_buf_add_text(out, "sha256:"); /* both sticky */
	it_hex_encode(out, it_span(listing->root.bytes, sizeof listing->root.bytes));
	return it_buf_check(out, "digests", err);
}

int it_listing_stand_in(struct it_artifacts *out, const struct it_listing *listing,
			struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_TEXT_MAX);
	int rc = root_digest(&digests, listing, err);

	if (!rc)
		rc = it_artifacts_add(out, it_span_text(IT_LISTING_ARTIFACT), it_buf_span(&digests),
				      err);
	return rc ? rc : it_artifacts_seal(out, err);
}

/* --- finding one in a link --- */

static int refuse_member(const char *side, const char *member, const char *want,
			 struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT,
			  "link.environment.intoto." MEMBER ".%s%s%s: want %s", side,
			  *member ? "." : "", member, want);
}

static int read_root(struct it_merkle_hash *out, const struct it_json *text, const char *side,
		     struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(sizeof out->bytes);

	if (!it_hex_decode(&bytes, it_json_text(text)) || bytes.len != sizeof out->bytes)
		return refuse_member(side, "root", "64 hex digits", err);
	memcpy(out->bytes, bytes.data, sizeof out->bytes);
	return INTOTO_OK;
}

static int read_about(struct it_listing *out, const struct it_json *about, const char *side,
		      struct intoto_error **err)
{
	struct it_span file = it_json_text(it_json_get(about, "file"));
	int64_t count = 0;
	int rc;

	if (it_json_kind(about) != IT_JSON_OBJECT || it_json_count(about) != 3)
		return refuse_member(side, "", "an object of artifacts, file and root", err);
	if (!it_json_int(it_json_get(about, "artifacts"), &count) || count < 1)
		return refuse_member(side, "artifacts", "a whole number over 0", err);
	if (!file.data || !it_name_is_safe(file))
		return refuse_member(side, "file", "the name of a file beside the link", err);
	rc = read_root(&out->root, it_json_get(about, "root"), side, err);
	if (rc)
		return rc;
	out->count = (uint64_t)count;
	out->file = strndup(file.data, file.len);
	return out->file ? INTOTO_OK : it_err_nomem(err);
}

static int refuse_side(const char *side, const char *what, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_FORMAT, "link.%s: %s", side, what);
}

static const struct it_artifacts *table_of(const struct intoto_link *link,
					   enum intoto_link_side side)
{
	return side == INTOTO_MATERIALS ? &link->materials : &link->products;
}

/* The side must be what the listing makes of it, and nothing else. */
static int compare(const struct it_listing *listing, const struct it_artifacts *table,
		   const char *side, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(DIGESTS_TEXT_MAX);
	int rc = root_digest(&digests, listing, err);

	if (rc)
		return rc;
	if (table->count != 1 ||
	    !it_span_is(it_artifact_name(&table->items[0]), IT_LISTING_ARTIFACT) ||
	    !it_span_eq(it_buf_span(&digests),
			it_span(table->items[0].digests, table->items[0].digests_len)))
		return refuse_side(side,
				   "is in a listing, so want \"" IT_LISTING_ARTIFACT
				   "\" with its root there, and nothing else",
				   err);
	return INTOTO_OK;
}

int it_listing_of(struct it_listing *out, const struct intoto_link *link,
		  enum intoto_link_side side, struct intoto_error **err)
{
	const struct it_json *ours = it_json_get(link->environment, "intoto");
	const struct it_json *about =
		it_json_get(it_json_get(ours, MEMBER), it_listing_side_name(side));
	const struct it_artifacts *table = table_of(link, side);
	int rc;

	*out = (struct it_listing){ 0 };
	if (!about && it_artifacts_find(table, it_span_text(IT_LISTING_ARTIFACT)))
		return refuse_side(it_listing_side_name(side),
				   "\"" IT_LISTING_ARTIFACT
				   "\" stands for a listing that the environment does not name",
				   err);
	if (!about)
		return INTOTO_OK;
	rc = read_about(out, about, it_listing_side_name(side), err);
	if (!rc)
		rc = compare(out, table, it_listing_side_name(side), err);
	if (rc)
		it_listing_done(out);
	return rc;
}
