/* SPDX-License-Identifier: Apache-2.0 */
/* What an archive in a store is: a release, and the entries that it holds. */
#ifndef IT_STORE_RELEASE_H
#define IT_STORE_RELEASE_H

#include "store/store.h"

/* The media type of its entry. */
#define IT_STORE_ARCHIVE_TYPE "application/vnd.intoto.archive+tar"

struct it_store_member {
	struct it_object_id id; /* of an entry */
	const char *role;
	const char *name;
};

struct it_store_release {
	struct it_object_id archive; /* of an entry */
	const char *product, *release, *verdict;
	int64_t time;
	const char *previous; /* 64 hex digits, or "" */
	const char *retention;
	int64_t lock_until; /* 0 */
	const struct it_store_member *members;
	size_t member_count;
};

/* Notes it, once, and in the log; all of it or nothing.  NOTFOUND when something is no entry. */
IT_CHECK int it_store_relate(struct it_store *store, const struct it_store_release *release,
			     struct intoto_error **err);

#endif
