/* SPDX-License-Identifier: Apache-2.0 */
/* The options that all store commands share: where the store is. */
#ifndef IT_CMD_STORE_OPTIONS_H
#define IT_CMD_STORE_OPTIONS_H

#include "cmd/command.h"
#include "store/store.h"

struct it_store_words {
	const char *place;
	const char *log_key;
	const char *ca, *endpoint;
	bool insecure;
	struct it_objects_access access; /* filled by it_store_words_read */
};

/* clang-format off */
#define IT_STORE_OPTIONS(type, member) \
	IT_VALUE(type, member.place, 0, "store", "PLACE", "the store: a folder, or postgresql://... ($INTOTO_STORE)"), \
	IT_VALUE(type, member.endpoint, 0, "objects-endpoint", "URL", "of S3, where it is not Amazon's ($AWS_ENDPOINT_URL)"), \
	IT_VALUE(type, member.ca, 0, "objects-ca", "FILE", "roots for the TLS of the objects (the system's)"), \
	IT_FLAG(type, member.insecure, 0, "insecure-objects", "the objects may be reached by http")
#define IT_STORE_LOG_KEY_OPTION(type, member) \
	IT_VALUE(type, member.log_key, 0, "log-key", "FILE", \
		 "the key that signs checkpoints, of a store that is no folder ($INTOTO_STORE_LOG_KEY)")
/* clang-format on */

/* Fills options from the words, from which it borrows, and from $INTOTO_STORE and
 * $INTOTO_STORE_LOG_KEY. */
IT_CHECK int it_store_words_read(struct it_store_options *options,
				 struct it_store_words *words, struct intoto_error **err);

#endif
