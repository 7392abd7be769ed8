/* SPDX-License-Identifier: Apache-2.0 */
/* Tree hashes and inclusion proofs. */
#include "crypto/merkle.h"

static const char leaf_mark[] = { 0 };
static const char node_mark[] = { 1 };

static void hash(struct it_merkle_hash *out, struct it_span mark, struct it_span left,
		 struct it_span right)
{
	unsigned char bytes[IT_DIGEST_MAX];
	struct it_digest digest;

	it_digest_start(&digest, it_digest_find("sha256"));
	it_digest_add(&digest, mark.data, mark.len);
	it_digest_add(&digest, left.data, left.len);
	it_digest_add(&digest, right.data, right.len);
	it_digest_finish(&digest, bytes);
	memcpy(out->bytes, bytes, sizeof out->bytes);
}

static struct it_span span_of(const struct it_merkle_hash *hash)
{
	return it_span(hash->bytes, sizeof hash->bytes);
}

void it_merkle_leaf(struct it_merkle_hash *out, struct it_span entry)
{
	hash(out, it_span(leaf_mark, 1), entry, it_span(NULL, 0));
}

static void join(struct it_merkle_hash *out, const struct it_merkle_hash *left,
		 const struct it_merkle_hash *right)
{
	hash(out, it_span(node_mark, 1), span_of(left), span_of(right));
}

/* Each bit of the count that is set is a complete subtree. */
void it_merkle_add(struct it_merkle *tree, const struct it_merkle_hash *leaf)
{
	struct it_merkle_hash top = *leaf;

	for (uint64_t left = tree->count; left & 1; left >>= 1) {
		tree->height--;
		join(&top, &tree->full[tree->height], &top);
	}
	tree->full[tree->height++] = top;
	tree->count++;
}

void it_merkle_root(struct it_merkle_hash *out, const struct it_merkle *tree)
{
	if (!tree->height) {
		it_sha256(out->bytes, it_span(NULL, 0));
		return;
	}
	*out = tree->full[tree->height - 1];
	for (size_t i = tree->height - 1; i-- > 0;)
		join(out, &tree->full[i], out);
}

/* The largest power of two below count, which is over 1. */
static size_t split(size_t count)
{
	size_t half = 1;

	while (half < count - half)
		half *= 2;
	return half;
}

static void hash_range(struct it_merkle_hash *out, const struct it_merkle_hash *leaves,
		       size_t count)
{
	struct it_merkle tree = { 0 };

	for (size_t i = 0; i < count; i++)
		it_merkle_add(&tree, &leaves[i]);
	it_merkle_root(out, &tree);
}

/* From the top down, so the path is filled from its end. */
void it_merkle_prove(struct it_merkle_proof *out, const struct it_merkle_hash *leaves, size_t count,
		     size_t index)
{
	struct it_merkle_hash path[IT_MERKLE_DEPTH];
	size_t depth = 0;

	out->index = index;
	while (count > 1) {
		size_t half = split(count);

		if (index < half) {
			hash_range(&path[depth++], leaves + half, count - half);
			count = half;
		} else {
			hash_range(&path[depth++], leaves, half);
			leaves += half;
			index -= half;
			count -= half;
		}
	}
	out->length = depth;
	for (size_t i = 0; i < depth; i++)
		out->path[i] = path[depth - 1 - i];
}

bool it_merkle_verify(const struct it_merkle_proof *proof, const struct it_merkle_hash *leaf,
		      uint64_t count, const struct it_merkle_hash *root)
{
	struct it_merkle_hash top = *leaf;
	uint64_t at = proof->index;
	uint64_t last = count - 1;

	if (proof->index >= count || proof->length > IT_MERKLE_DEPTH)
		return false;
	for (size_t i = 0; i < proof->length; i++) {
		if (last == 0)
			return false;
		if (at & 1 || at == last) {
			join(&top, &proof->path[i], &top);
			while (!(at & 1) && at) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			join(&top, &top, &proof->path[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return last == 0 && it_span_eq(span_of(&top), span_of(root));
}

void it_merkle_root_of(struct it_merkle_hash *out, const struct it_merkle_hash *leaves,
		       size_t count)
{
	hash_range(out, leaves, count);
}

/* SUBPROOF(m, D[n], b), from the top down; its hashes come in the opposite order. */
size_t it_merkle_prove_consistency(struct it_merkle_hash *out, const struct it_merkle_hash *leaves,
				   size_t count, size_t first)
{
	struct it_merkle_hash path[IT_MERKLE_DEPTH + 1];
	bool known = true; /* the verifier has the root of these leaves: it is the first tree */
	size_t length = 0;

	while (first != count) {
		size_t half = split(count);

		if (first <= half) {
			hash_range(&path[length++], leaves + half, count - half);
			count = half;
		} else {
			hash_range(&path[length++], leaves, half);
			leaves += half;
			count -= half;
			first -= half;
			known = false;
		}
	}
	if (!known)
		hash_range(&path[length++], leaves, count);
	for (size_t i = 0; i < length; i++)
		out[i] = path[length - 1 - i];
	return length;
}

/* Section 2.1.4.2. */
bool it_merkle_verify_consistency(const struct it_merkle_hash *proof, size_t length,
				  const struct it_merkle_size *first,
				  const struct it_merkle_size *second)
{
	uint64_t at = first->count - 1;
	uint64_t last = second->count - 1;
	bool whole = first->count && !(first->count & (first->count - 1));
	struct it_merkle_hash old;
	struct it_merkle_hash top;
	size_t i = 0;

	if (!first->count || first->count > second->count)
		return false;
	if (first->count == second->count)
		return !length && it_span_eq(span_of(&first->root), span_of(&second->root));
	if (!length)
		return false;
	for (; at & 1; at >>= 1)
		last >>= 1;
	old = top = whole ? first->root : proof[i++];
	for (; i < length; i++) {
		if (!last)
			return false;
		if (at & 1 || at == last) {
			join(&old, &proof[i], &old);
			join(&top, &proof[i], &top);
			while (at && !(at & 1)) {
				at >>= 1;
				last >>= 1;
			}
		} else {
			join(&top, &top, &proof[i]);
		}
		at >>= 1;
		last >>= 1;
	}
	return !last && it_span_eq(span_of(&old), span_of(&first->root)) &&
	       it_span_eq(span_of(&top), span_of(&second->root));
}
