/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a store: every put and every removal is a leaf, in the order of their numbers, and
 * nothing that was in it can be taken out unseen (RFC 6962 hashes, C2SP tiles and checkpoints).
 *
 * A leaf's entry is JSON without white space:
 *	{"class":…,"id":"sha256:…","kind":…,"lockUntil":…,"size":…,"time":…,"type":"put"}
 *	{"id":…,"reason":…,"time":…,"type":"removal"}
 * The document itself stays in the objects.
 */
#ifndef IT_STORE_LOG_H
#define IT_STORE_LOG_H

#include "model/signed_note.h"
#include "store/store.h"

/* The log while a transaction adds to it. */
struct it_log {
	struct it_sql *sql;
	struct it_merkle tree; /* its edge */
};

/* The empty log of a new store. */
IT_CHECK int it_log_create(struct it_sql *sql, struct intoto_error **err);
/* Inside a transaction: begin, append as often as there are leaves, end. */
IT_CHECK int it_log_begin(struct it_log *log, struct it_sql *sql, struct intoto_error **err);
IT_CHECK int it_log_append(struct it_log *log, struct it_span entry, uint64_t *number,
			   struct intoto_error **err);
IT_CHECK int it_log_end(struct it_log *log, struct intoto_error **err);

/* Appends a signed checkpoint of the log as it is. */
IT_CHECK int it_log_checkpoint(struct it_store *store, struct it_buf *out,
			       struct intoto_error **err);
/* The same of that tree, which it has or had. */
IT_CHECK int it_log_sign(struct it_store *store, const struct it_merkle *tree, struct it_buf *out,
			 struct intoto_error **err);
/* Appends a proof in the form of c2sp.org/tlog-proof@v1 of entry number in that checkpoint's tree.
 */
IT_CHECK int it_log_prove(struct it_store *store, uint64_t number, struct it_buf *out,
			  struct intoto_error **err);
/* Consistency of the tree of size first with the one as it is; hashes as RFC 9162 2.1.4. */
IT_CHECK int it_log_consistency(struct it_store *store, uint64_t first,
				struct it_merkle_hash *hashes, size_t *count,
				struct intoto_error **err);
/* Appends a tile or a tile of entries by its path: "tile/0/x001/067", "tile/entries/000.p/12";
 * NOTFOUND when there is none (yet). */
IT_CHECK int it_log_tile(struct it_store *store, const char *path, struct it_buf *out,
			 struct intoto_error **err);

#endif
