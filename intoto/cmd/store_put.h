/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways of putting share: files by their names, documents by lines. */
#ifndef IT_CMD_STORE_PUT_H
#define IT_CMD_STORE_PUT_H

#include "cmd/store_options.h"
#include "store/put_row.h"

struct it_put_words {
	struct it_store_words store;
	const char *actor;
	const char *retention;
	const char *lock;
	int64_t lock_until;
	const char *format;
	bool quiet;
	bool lines;
};

enum { IT_PUT_BATCH = 1000 };

/* A document a line of a file, or of standard input ("-"), by way of row. */
IT_CHECK int it_put_lines(const struct it_put_words *self, struct it_put_row *row, const char *path,
			  struct intoto_error **err);

#endif
