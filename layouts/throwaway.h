/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layout of ours for the engine: signed with a key that is made for it and that nobody keeps, in
 * memory only.  So what may be looked at without its owners' signatures takes the same way as
 * everything else, and the engine has no way around signatures.
 */
#ifndef IT_LAYOUTS_THROWAWAY_H
#define IT_LAYOUTS_THROWAWAY_H

#include "model/envelope.h"

struct it_throwaway {
	struct intoto_key *key; /* the only one that verifies it; NULL: it is signed as it was */
	int fd;
	char path[64]; /* to open it by, in this process */
};

/* For IT_AUTO: IT_AUTO(it_throwaway_done) struct it_throwaway copy = { .fd = -1 }; */
void it_throwaway_done(struct it_throwaway *copy);

/* Signs a document, and keeps it. */
IT_CHECK int it_throwaway_sign(struct it_throwaway *out, const struct it_json *body,
			       enum intoto_envelope_format format, struct intoto_error **err);
/* Keeps an envelope as it is. */
IT_CHECK int it_throwaway_keep(struct it_throwaway *out, const struct intoto_envelope *envelope,
			       struct intoto_error **err);

#endif
