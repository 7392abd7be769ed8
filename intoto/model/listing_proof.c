/* SPDX-License-Identifier: Apache-2.0 */
/* Inclusion proofs: made from a listing, written, read, judged. */
#include "model/listing_proof.h"

#include <stdio.h>

#include "base/path.h"
#include "base/regular.h"
#include "base/text.h"
#include "json/field.h"

#define TYPE "intoto-inclusion-proof"

enum { LINE_MAX = 1024 * 1024 };

void it_listing_proof_done(struct it_listing_proof *proof)
{
	it_listing_done(&proof->listing);
	it_artifacts_done(&proof->table);
	*proof = (struct it_listing_proof){ 0 };
}

/* --- from a listing --- */

static int refuse_inline(enum intoto_link_side side, struct intoto_error **err)
{
	return it_err_set(err, INTOTO_E_USAGE,
			  "its %s are in the link itself, which needs no proof: compare with "
			  "--paths",
			  it_listing_side_name(side));
}

static int read_table(struct it_listing_proof *proof, const char *link_path,
		      struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf text = IT_BUF(IT_JSON_BYTES_MAX);
	IT_AUTO(it_freep) char *path = NULL;
	int folder = (int)(it_path_base(link_path) - link_path);
	int rc;

	if (asprintf(&path, "%.*s%s", folder, link_path, proof->listing.file) < 0) {
		path = NULL;
		return it_err_nomem(err);
	}
	rc = it_regular_read(&text, path, (struct it_extent){ 0 }, err);
	if (rc)
		return rc;
	rc = it_listing_read(&proof->table, it_buf_span(&text), &proof->listing, err);
	return it_err_wrap(err, rc, "%s", path);
}

int it_listing_proof_open(struct it_listing_proof *out, const struct intoto_link *link,
			  const char *link_path, enum intoto_link_side side,
			  struct intoto_error **err)
{
	int rc;

	*out = (struct it_listing_proof){ .side = side };
	rc = it_listing_of(&out->listing, link, side, err);
	if (!rc && !out->listing.file)
		rc = refuse_inline(side, err);
	if (rc)
		return it_err_wrap(err, rc, "%s", link_path);
	return read_table(out, link_path, err);
}

static int leaf_of(struct it_merkle_hash *out, const struct it_artifact *artifact,
		   struct it_buf *line, struct intoto_error **err)
{
	int rc;

	it_buf_reset(line);
	rc = it_listing_line(line, artifact, err);
	it_merkle_leaf(out, it_buf_span(line));
	return rc;
}

int it_listing_proof_make(struct it_listing_proof *proof, const struct it_artifact *artifact,
			  struct intoto_error **err)
{
	const struct it_artifacts *table = &proof->table;
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX);
	struct it_merkle_hash *leaves = calloc(table->count, sizeof *leaves);
	size_t index = (size_t)(artifact - table->items);
	int rc = leaves ? INTOTO_OK : it_err_nomem(err);

	for (size_t i = 0; !rc && i < table->count; i++)
		rc = leaf_of(&leaves[i], &table->items[i], &line, err);
	if (!rc) {
		it_merkle_prove(&proof->path, leaves, table->count, index);
		proof->artifact = artifact;
		if (!it_merkle_verify(&proof->path, &leaves[index], proof->listing.count,
				      &proof->listing.root))
			rc = it_err_set(err, INTOTO_E_INTERNAL, "a proof that does not prove");
	}
	free(leaves);
	return rc;
}

/* --- as a document --- */

static void write_hash(struct it_writer *writer, const struct it_merkle_hash *hash)
{
	IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * sizeof hash->bytes);

	it_hex_encode(&hex, it_span(hash->bytes, sizeof hash->bytes));
	if (hex.failed)
		writer->out->failed = hex.failed;
	it_write_text_span(writer, it_buf_span(&hex));
}

void it_listing_proof_write(struct it_writer *writer, const struct it_listing_proof *proof)
{
	const struct it_artifact *artifact = proof->artifact;

	it_write_object(writer);
	it_write_name(writer, "artifact");
	it_write_object(writer);
	it_write_name(writer, "digest");
	it_digest_set_write_span(writer, it_span(artifact->digests, artifact->digests_len));
	it_write_name(writer, "name");
	it_write_text_span(writer, it_artifact_name(artifact));
	it_write_object_end(writer);
	it_write_name(writer, "artifacts");
	it_write_int(writer, (int64_t)proof->listing.count);
	it_write_name(writer, "index");
	it_write_int(writer, (int64_t)proof->path.index);
	it_write_name(writer, "path");
	it_write_list(writer);
	for (size_t i = 0; i < proof->path.length; i++)
		write_hash(writer, &proof->path.path[i]);
	it_write_list_end(writer);
	it_write_name(writer, "root");
	write_hash(writer, &proof->listing.root);
	it_write_name(writer, "side");
	it_write_text(writer, it_listing_side_name(proof->side));
	it_write_name(writer, "type");
	it_write_text(writer, TYPE);
	it_write_object_end(writer);
}

/* What a document claims; the link says what is so. */
struct claim {
	struct it_listing_proof *proof;
	struct it_merkle_hash root;
	int64_t count;
	int64_t index;
};

static int read_hash(struct it_merkle_hash *out, const struct it_json *value,
		     const struct it_where *where, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(sizeof out->bytes);

	if (!it_hex_decode(&bytes, it_json_text(value)) || bytes.len != sizeof out->bytes)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want 64 hex digits");
	memcpy(out->bytes, bytes.data, sizeof out->bytes);
	return INTOTO_OK;
}

static int read_root(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct claim *claim = target;

	return read_hash(&claim->root, value, where, err);
}

static int read_number(int64_t *out, const struct it_json *value, const struct it_where *where,
		       struct intoto_error **err)
{
	if (!it_json_int(value, out) || *out < 0)
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want a whole number from 0");
	return INTOTO_OK;
}

static int read_count(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct claim *claim = target;

	return read_number(&claim->count, value, where, err);
}

static int read_index(void *target, const struct it_json *value, const struct it_where *where,
		      struct intoto_error **err)
{
	struct claim *claim = target;

	return read_number(&claim->index, value, where, err);
}

static int read_path(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct claim *claim = target;
	struct it_merkle_proof *path = &claim->proof->path;
	int rc = INTOTO_OK;

	if (it_json_kind(value) != IT_JSON_LIST || it_json_count(value) > IT_MERKLE_DEPTH)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want a list of at most %d hashes", IT_MERKLE_DEPTH);
	path->length = it_json_count(value);
	for (size_t i = 0; !rc && i < path->length; i++)
		rc = read_hash(&path->path[i], it_json_at(value, i), where, err);
	return rc;
}

static int read_side(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	struct claim *claim = target;
	bool materials = it_span_is(it_json_text(value), "materials");

	if (!materials && !it_span_is(it_json_text(value), "products"))
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want \"materials\" or \"products\"");
	claim->proof->side = materials ? INTOTO_MATERIALS : INTOTO_PRODUCTS;
	return INTOTO_OK;
}

static int read_type(void *target, const struct it_json *value, const struct it_where *where,
		     struct intoto_error **err)
{
	(void)target; /* says what the document is; nothing is kept */
	if (!it_span_is(it_json_text(value), TYPE))
		return it_where_refuse(where, INTOTO_E_FORMAT, err, "want \"" TYPE "\"");
	return INTOTO_OK;
}

static int read_artifact(void *target, const struct it_json *value, const struct it_where *where,
			 struct intoto_error **err)
{
	struct claim *claim = target;
	IT_AUTO(it_buf_done) struct it_buf digests = IT_BUF(LINE_MAX);
	const struct it_where place = { where, "digest", 0 };
	struct it_span name = it_json_text(it_json_get(value, "name"));
	int rc;

	if (it_json_kind(value) != IT_JSON_OBJECT || it_json_count(value) != 2 || !name.data)
		return it_where_refuse(where, INTOTO_E_FORMAT, err,
				       "want an object of digest and name");
	rc = it_digest_set_read(&digests, it_json_get(value, "digest"), &place, err);
	if (!rc)
		rc = it_artifacts_add(&claim->proof->table, name, it_buf_span(&digests), err);
	return rc ? rc : it_artifacts_seal(&claim->proof->table, err);
}

static const struct it_field fields[] = {
	{ "artifact", IT_FIELD_CUSTOM, true, 0, read_artifact },
	{ "artifacts", IT_FIELD_CUSTOM, true, 0, read_count },
	{ "index", IT_FIELD_CUSTOM, true, 0, read_index },
	{ "path", IT_FIELD_CUSTOM, true, 0, read_path },
	{ "root", IT_FIELD_CUSTOM, true, 0, read_root },
	{ "side", IT_FIELD_CUSTOM, true, 0, read_side },
	{ "type", IT_FIELD_CUSTOM, true, 0, read_type },
};

static int judge(struct claim *claim, struct intoto_error **err)
{
	struct it_listing_proof *proof = claim->proof;
	IT_AUTO(it_buf_done) struct it_buf line = IT_BUF(LINE_MAX);
	struct it_merkle_hash leaf;
	int verdict = INTOTO_E_UNTRUSTED;
	int rc;

	if ((uint64_t)claim->count != proof->listing.count ||
	    !it_span_eq(it_span(claim->root.bytes, sizeof claim->root.bytes),
			it_span(proof->listing.root.bytes, sizeof proof->listing.root.bytes)))
		return it_err_set(err, verdict, "is about another listing than the link's %s",
				  it_listing_side_name(proof->side));
	rc = leaf_of(&leaf, proof->artifact, &line, err);
	if (rc)
		return rc;
	if (it_merkle_verify(&proof->path, &leaf, proof->listing.count, &proof->listing.root))
		verdict = INTOTO_OK;
	if (verdict)
		return it_err_set(err, verdict,
				  "does not lead from the artifact to the root in the link");
	return INTOTO_OK;
}

int it_listing_proof_read(struct it_listing_proof *out, struct it_span text,
			  const struct intoto_link *link, struct intoto_error **err)
{
	static const struct it_where where = { NULL, "proof", 0 };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct claim claim = { .proof = out };
	int rc;

	*out = (struct it_listing_proof){ 0 };
	rc = it_json_parse(&root, text, &it_json_signed_limits, err);
	if (!rc)
		rc = it_fields_read(&claim, root, fields, IT_COUNT_OF(fields), IT_FIELDS_CLOSED,
				    &where, err);
	if (!rc)
		rc = it_listing_of(&out->listing, link, out->side, err);
	if (!rc && !out->listing.file)
		rc = refuse_inline(out->side, err);
	if (rc)
		return rc;
	out->path.index = (uint64_t)claim.index;
	out->artifact = &out->table.items[0];
	return judge(&claim, err);
}
