/* SPDX-License-Identifier: Apache-2.0 */
/* The log of an export: that its lines are what was signed, and what they say of the entries. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/transfer_part.h"

/* What a leaf says of an entry. */
struct mark {
	struct it_object_id id;
	uint64_t number; /* of the leaf */
	uint64_t size;
	bool put;   /* else removed */
	bool taken; /* by an entry of the export */
};

struct it_transfer_log {
	struct it_merkle tree;
	struct mark *marks; /* by their ids, then by their numbers, once all are read */
	size_t count, cap;
	uint64_t withheld;	 /* leaves of which there is the hash alone */
	uint64_t first_withheld; /* number of the first of them */
};

void it_transfer_log_free(struct it_transfer_log *log)
{
	if (!log)
		return;
	free(log->marks);
	free(log);
}

static int add_mark(struct it_transfer_log *log, const struct it_leaf *leaf,
		    struct intoto_error **err)
{
	if (log->count == log->cap) {
		size_t cap = log->cap ? 2 * log->cap : 1024;
		struct mark *grown = reallocarray(log->marks, cap, sizeof *grown);

		if (!grown)
			return it_err_nomem(err);
		log->marks = grown;
		log->cap = cap;
	}
	log->marks[log->count++] = (struct mark){ .id = leaf->id,
						  .number = log->tree.count,
						  .size = leaf->size,
						  .put = leaf->type == IT_LEAF_PUT };
	return INTOTO_OK;
}

static int read_shown(struct it_transfer_log *log, struct it_merkle_hash *hash, struct it_span text,
		      struct intoto_error **err)
{
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_leaf leaf;
	int rc = it_leaf_read(&leaf, &root, text, err);

	if (rc)
		return rc;
	it_merkle_leaf(hash, text);
	return leaf.type == IT_LEAF_PUT || leaf.type == IT_LEAF_REMOVAL ? add_mark(log, &leaf, err)
									: INTOTO_OK;
}

static int read_withheld(struct it_transfer_log *log, struct it_merkle_hash *hash,
			 struct it_span hex, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf bytes = IT_BUF(IT_SHA256_SIZE);

	if (hex.len != 2 * (size_t)IT_SHA256_SIZE || !it_hex_decode(&bytes, hex))
		return it_err_set(err, INTOTO_E_FORMAT, "is no leaf of a log");
	memcpy(hash->bytes, bytes.data, sizeof hash->bytes);
	if (!log->withheld++)
		log->first_withheld = log->tree.count;
	return INTOTO_OK;
}

static int read_line(struct it_transfer_log *log, struct it_span line, struct intoto_error **err)
{
	static const struct it_json_limits limits = { .bytes = IT_TRANSFER_LINE_MAX,
						      .depth = 1,
						      .values = 2 };
	IT_AUTO(it_json_freep) struct it_json *root = NULL;
	struct it_merkle_hash hash;
	struct it_span leaf;
	int rc = it_json_parse(&root, line, &limits, err);

	if (rc)
		return rc;
	leaf = it_json_text(it_json_get(root, "leaf"));
	rc = leaf.data ? read_shown(log, &hash, leaf, err)
		       : read_withheld(log, &hash, it_json_text(it_json_get(root, "hash")), err);
	if (!rc)
		it_merkle_add(&log->tree, &hash);
	return rc;
}

static int compare_ids(const struct mark *one, const struct mark *two)
{
	return it_span_cmp(it_span(one->id.bytes, sizeof one->id.bytes),
			   it_span(two->id.bytes, sizeof two->id.bytes));
}

static int compare(const void *a, const void *b)
{
	const struct mark *one = a;
	const struct mark *two = b;
	int order = compare_ids(one, two);

	return order ? order : (one->number > two->number) - (one->number < two->number);
}

int it_transfer_log_read(struct it_transfer_log **out, struct it_span text,
			 struct intoto_error **err)
{
	IT_AUTO(it_transfer_log_freep) struct it_transfer_log *log = calloc(1, sizeof *log);
	struct it_span line;
	int rc = log ? INTOTO_OK : it_err_nomem(err);

	*out = NULL;
	while (!rc && it_transfer_next(&line, &text)) {
		rc = read_line(log, line, err);
		if (rc)
			rc = it_err_wrap(err, rc, "line %ju", (uintmax_t)log->tree.count + 1);
	}
	if (rc)
		return rc;
	if (log->count)
		qsort(log->marks, log->count, sizeof *log->marks, compare);
	*out = log;
	log = NULL; /* now the caller's */
	return INTOTO_OK;
}

int it_transfer_log_check(const struct it_transfer_log *log, const struct it_checkpoint *checkpoint,
			  struct intoto_error **err)
{
	struct it_merkle_hash root;

	if (log->tree.count != checkpoint->size)
		return it_err_set(err, INTOTO_E_POLICY,
				  "has %ju leaves, and the signed log %ju: lines are missing, or "
				  "were added",
				  (uintmax_t)log->tree.count, (uintmax_t)checkpoint->size);
	it_merkle_root(&root, &log->tree);
	if (it_span_eq(it_span(root.bytes, sizeof root.bytes),
		       it_span(checkpoint->root.bytes, sizeof checkpoint->root.bytes)))
		return INTOTO_OK;
	return it_err_set(err, INTOTO_E_POLICY,
			  "its leaves are not those of the signed log: lines were changed, or "
			  "changed places");
}

/* What the log says last of an entry. */
static bool is_last(const struct it_transfer_log *log, size_t at)
{
	return at + 1 == log->count || compare_ids(&log->marks[at], &log->marks[at + 1]) != 0;
}

int it_transfer_log_take(struct it_transfer_log *log, const struct it_transfer_line *line,
			 struct intoto_error **err)
{
	const struct mark wanted = { .id = line->id, .number = line->number };
	struct mark *mark =
		log->count ? bsearch(&wanted, log->marks, log->count, sizeof *log->marks, compare)
			   : NULL;

	if (!mark || !mark->put || mark->size != line->size)
		return it_err_set(err, INTOTO_E_POLICY,
				  "the log does not say that this was put as number %ju",
				  (uintmax_t)line->number);
	if (!is_last(log, (size_t)(mark - log->marks)))
		return it_err_set(err, INTOTO_E_POLICY, "the log says that this was removed");
	if (mark->taken)
		return it_err_set(err, INTOTO_E_POLICY, "stands there twice");
	mark->taken = true;
	return INTOTO_OK;
}

int it_transfer_log_all(const struct it_transfer_log *log, struct intoto_error **err)
{
	if (log->withheld)
		return it_err_set(err, INTOTO_E_POLICY,
				  "it is said to be all of the store, and does not show leaf %ju",
				  (uintmax_t)log->first_withheld);
	for (size_t i = 0; i < log->count; i++) {
		const struct mark *mark = &log->marks[i];
		IT_AUTO(it_buf_done) struct it_buf hex = IT_BUF(2 * IT_SHA256_SIZE);

		if (!mark->put || mark->taken || !is_last(log, i))
			continue;
		it_hex_encode(&hex, it_span(mark->id.bytes, sizeof mark->id.bytes));
		return it_err_set(err, INTOTO_E_POLICY,
				  "it is said to be all of the store, and sha256:%s was left out: "
				  "the log says that it was put, as number %ju, and nowhere that "
				  "it was removed",
				  it_buf_text(&hex), (uintmax_t)mark->number);
	}
	return INTOTO_OK;
}
