/* SPDX-License-Identifier: Apache-2.0 */
/* Deny lists as commands read them. */
#ifndef IT_CMD_IMAGE_DENY_LIST_H
#define IT_CMD_IMAGE_DENY_LIST_H

#include "base/strings.h"
#include "crypto/key.h"
#include "model/deny_list.h"

/* Public keys from files. */
struct it_key_list {
	struct intoto_key **items;
	size_t count;
};
IT_CHECK int it_key_list_load(struct it_key_list *out, const struct it_strings *paths,
			      struct intoto_error **err);
void it_key_list_done(struct it_key_list *keys);
/* The same, borrowed, for who does not change them. */
const struct intoto_key *const *it_key_list_keys(const struct it_key_list *keys);

struct it_deny_terms {
	const char *path;
	const struct it_key_list *keys; /* one of them must have signed it */
	int64_t now;			/* it must not have expired by then */
	int64_t least;			/* version */
};
/*
 * A list that can be consulted.  SERVICE for one that cannot, whatever is wrong with it: nobody
 * knows then what is revoked.
 */
IT_CHECK int it_deny_list_open(struct it_deny_list **out, const struct it_deny_terms *terms,
			       struct intoto_error **err);

#endif
