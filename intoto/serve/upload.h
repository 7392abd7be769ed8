/* SPDX-License-Identifier: Apache-2.0 */
/* What may be put into a served store: nothing, until somebody says whose signature counts. */
#ifndef IT_SERVE_UPLOAD_H
#define IT_SERVE_UPLOAD_H

#include <intoto/key.h>

#include "serve/exchange.h"
#include "store/store.h"

enum it_upload_accept {
	IT_ACCEPT_TRUSTED, /* documents and archives that one of the keys has signed */
	IT_ACCEPT_NAMED,   /* and files whose digest stands in one that is kept already */
	IT_ACCEPT_ANY,	   /* whatever comes */
};

struct it_upload_policy {
	enum it_upload_accept accept;
	const struct intoto_key *const *keys;
	size_t key_count;
	uint64_t document_max; /* bytes of a document that is looked into */
};

/* POLICY: nobody has signed it; UNTRUSTED: others have; FORMAT: it is nothing that is signed. */
IT_CHECK int it_upload_check(const struct it_upload_policy *policy, struct it_store *store,
			     const char *path, struct intoto_error **err);

/* Whether it begins as JSON does; an empty one is FORMAT. */
IT_CHECK int it_upload_is_document(bool *out, const char *path, struct intoto_error **err);

/* The answer to POST /v1/upload. */
IT_CHECK int it_upload_answer(struct it_exchange *exchange, struct it_worker *worker,
			      struct intoto_error **err);

#endif
