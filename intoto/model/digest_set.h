/* SPDX-License-Identifier: Apache-2.0 */
/* Digest sets, { algorithm: hex }, as the text that <model/artifacts.h> describes. */
#ifndef IT_MODEL_DIGEST_SET_H
#define IT_MODEL_DIGEST_SET_H

#include "json/where.h"
#include "json/writer.h"

/* Fills out (emptied first) with the text of the set; refuses an empty set and bad hex. */
IT_CHECK int it_digest_set_read(struct it_buf *out, const struct it_json *object,
				const struct it_where *where, struct intoto_error **err);
/*
 * The same for attestations, whose sets are open (framework v1, "DigestSet"): an entry of an
 * algorithm that is not known here and that does not look like one (gitoid:sha1, a value that is
 * no hex) is left out; Witness's gitoid:sha256 is gitBlob.  Refuses a set of which nothing is left.
 */
IT_CHECK int it_digest_set_read_open(struct it_buf *out, const struct it_json *object,
				     const struct it_where *where, struct intoto_error **err);
/* Whether a reader of sets takes this digest, and keeps it as it stands (no capital digits). */
bool it_digest_is_kept(struct it_span algorithm, struct it_span hex);

/* A text that is none is a misuse of the writer. */
void it_digest_set_write(struct it_writer *writer, const char *text);
void it_digest_set_write_span(struct it_writer *writer, struct it_span text);

enum it_digests_match {
	IT_DIGESTS_DIFFER,
	IT_DIGESTS_MATCH,
	IT_DIGESTS_NOT_COMPARABLE, /* they share no algorithm that is worth trusting */
};

/*
 * Whether two sets mean the same bytes: they share at least one strong algorithm and agree in every
 * strong one that they share.  md5, sha1 and what nobody knows never decide anything; git object
 * ids (gitCommit, gitTree, gitTag) count, since nothing stronger names a git object.  A gitBlob
 * names bytes that can have a better digest: it counts when it is SHA-256 (64 digits).
 *
 * Strong are SHA-2 and SHA-3 of 224 bits and more, sm3, and blake2b, blake2s, shake128 and shake256
 * of 256 bits and more; dirHash (dirHash1) too, which is SHA-256 over the list of a folder's files.
 * Not gost, a name that several functions go by.  Values of different length come from different
 * functions (a git id is SHA-1 or SHA-256): that algorithm is then not shared.
 *
 * This is no equivalence: {sha256} and {sha512} both may match {sha256, sha512}, and cannot be
 * compared with each other.  A set in which nothing is strong does not even match itself.
 */
enum it_digests_match it_digests_match(const char *a, const char *b);

/* Appends the names of a set's algorithms, "sha256, sha512"; texts of sets hold nothing strange. */
void it_digest_set_names(struct it_buf *out, const char *text);

/*
 * Appends why two sets do not match, as the beginning of a clause that goes on with a place: "its
 * digests differ from those in", or "it shares no digest that can be compared (sha256 and sha512)
 * with the one in".
 */
void it_digests_explain(struct it_buf *out, const char *a, const char *b);

#endif
