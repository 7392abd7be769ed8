/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image revoke, in parts: the words, what they name (image_revoke_named.c), --show. */
#ifndef IT_CMD_IMAGE_REVOKE_H
#define IT_CMD_IMAGE_REVOKE_H

#include "cmd/image_deny_list.h"
#include "cmd/image_options.h"
#include "cmd/passphrase.h"

struct it_image_revoke_words {
	struct it_image_options image;
	const char *deny_list;
	struct it_strings deny_list_keys;
	const char *signing_key;
	struct it_passphrase passphrase;
	struct it_strings keys;
	struct it_strings identities;
	struct it_strings digests;
	const char *reason;
	const char *since;
	const char *by;
	const char *expires;
	bool remove;
	bool renew;
	bool show;
};

/* What is to be revoked, or not any more. */
struct it_revoked {
	enum it_deny_kind *kinds;
	struct it_strings values;
};
IT_CHECK int it_revoked_read(struct it_revoked *out, const struct it_image_revoke_words *words,
			     const struct it_strings *places, struct intoto_error **err);
void it_revoked_done(struct it_revoked *revoked);

/* A list on standard output; verified: whose signature was found good, or NULL. */
IT_CHECK int it_deny_list_show(const struct it_deny_list *list, const char *verified, bool json,
			       int64_t now, struct intoto_error **err);

#endif
