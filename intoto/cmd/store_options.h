/* SPDX-License-Identifier: Apache-2.0 */
/* The options that all store commands share: where the store is. */
#ifndef IT_CMD_STORE_OPTIONS_H
#define IT_CMD_STORE_OPTIONS_H

#include "cmd/command.h"
#include "store/store.h"

struct it_store_words {
	const char *place;
	const char *log_key;
};

/* clang-format off */
#define IT_STORE_OPTIONS(type, member) \
	IT_VALUE(type, member.place, 0, "store", "PLACE", "the store: a folder, or postgresql://... ($INTOTO_STORE)")
#define IT_STORE_LOG_KEY_OPTION(type, member) \
	IT_VALUE(type, member.log_key, 0, "log-key", "FILE", \
		 "the key that signs checkpoints, of a store that is no folder ($INTOTO_STORE_LOG_KEY)")
/* clang-format on */

/* Fills options from the words, from which it borrows, and from $INTOTO_STORE and
 * $INTOTO_STORE_LOG_KEY. */
IT_CHECK int it_store_words_read(struct it_store_options *options,
				 const struct it_store_words *words, struct intoto_error **err);

#endif
