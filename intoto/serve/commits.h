/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads that come together share a transaction, and so what it takes to make it durable: whoever
 * finds nobody at it puts all that wait, the others wait for that.
 */
#ifndef IT_SERVE_COMMITS_H
#define IT_SERVE_COMMITS_H

#include "store/store.h"

struct it_commits;

IT_CHECK int it_commits_new(struct it_commits **out, struct intoto_error **err);
/* When nobody puts any more. */
void it_commits_free(struct it_commits *commits);

/* As it_store_put of one, into the store that all share, of which this is the caller's connection.
 * One that fails does not harm the others. */
IT_CHECK int it_commits_put(struct it_commits *commits, struct it_store *store,
			    const struct it_store_put *put, struct it_store_receipt *receipt,
			    struct intoto_error **err);

#endif
