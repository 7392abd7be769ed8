/* SPDX-License-Identifier: Apache-2.0 */
/* A put of what is there already: it stays as it is, but may be kept for longer. */
#ifndef IT_STORE_PUT_AGAIN_H
#define IT_STORE_PUT_AGAIN_H

#include "store/log.h"

struct it_put_there {
	int64_t number;
	int64_t lock_until;
	bool has_class;
	bool found;
};

/* Never for less.  What is changed is a leaf of the log. */
IT_CHECK int it_put_keep_longer(struct it_store *store, struct it_log *log,
				const struct it_store_put *put, const struct it_object_id *id,
				const struct it_put_there *there, struct intoto_error **err);
/* What is said to be locked is, by the service itself if it can, before it is acknowledged. */
IT_CHECK int it_put_lock(struct it_store *store, const struct it_store_put *put,
			 const struct it_object_id *id, struct intoto_error **err);

#endif
