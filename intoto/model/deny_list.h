/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not be trusted any more: keys, identities and digests, with the reason and since when.
 * A signed document (DSSE), consulted before anything else is looked at.
 *
 *	{ "_type": "https://in-toto.io/intoto/deny-list/v1", "version": 3, "issued": TIME,
 *	  "expires": TIME, "entries": [ { "kind": "key", "value": "sha256:HEX of the SPKI",
 *"reason", "since": TIME, "by" } … ] }
 *
 * version grows with each change, so that who remembers the last one sees an old list put back;
 * expires is required: a list that nobody renews is no list (fail closed).
 */
#ifndef IT_MODEL_DENY_LIST_H
#define IT_MODEL_DENY_LIST_H

#include "base/strings.h"
#include "model/envelope.h"

#define IT_DENY_LIST_TYPE "https://in-toto.io/intoto/deny-list/v1"
#define IT_DENY_LIST_PAYLOAD "application/vnd.intoto.deny-list+json"

enum { IT_DENY_ENTRIES_MAX = 100 * 1000 };

enum it_deny_kind {
	IT_DENY_KEY,	  /* value: "sha256:" and the hex digest of the public key's SPKI in DER */
	IT_DENY_IDENTITY, /* value: an e-mail address or URI of a certificate, or the name of an
			     image; compared as a whole, as it_deny_identity has it */
	IT_DENY_DIGEST,	  /* value: of an image, an attestation or a layer, "sha256:HEX" */
};

struct it_deny_entry {
	enum it_deny_kind kind;
	const char *value;  /* as it was written */
	const char *name;   /* as it is compared; set by the list */
	const char *reason; /* never empty */
	const char *by;	    /* "" */
	int64_t since;
};

struct it_deny_list {
	int64_t version;
	int64_t issued;
	int64_t expires;
	struct it_deny_entry *entries; /* sorted by kind, name */
	size_t entry_count;
	struct it_json *body; /* owned, or NULL for one that is being made */
	struct it_strings owned_texts;
};

/* Of an envelope whose signatures the caller has verified. */
IT_CHECK int it_deny_list_read(struct it_deny_list **out, const struct intoto_envelope *envelope,
			       struct intoto_error **err);
IT_CHECK int it_deny_list_new(struct it_deny_list **out, struct intoto_error **err);
/* Copies.  One that is there already keeps its reason and time: LIMIT, FORMAT for a wrong value. */
IT_CHECK int it_deny_list_add(struct it_deny_list *list, const struct it_deny_entry *entry,
			      struct intoto_error **err);
IT_CHECK int it_deny_list_remove(struct it_deny_list *list, enum it_deny_kind kind,
				 const char *value, struct intoto_error **err);
void it_deny_list_free(struct it_deny_list *list);
IT_DEFINE_AUTO(struct it_deny_list, it_deny_list_free);

/* *out NULL: not denied. */
IT_CHECK int it_deny_list_find(const struct it_deny_entry **out, const struct it_deny_list *list,
			       enum it_deny_kind kind, const char *value,
			       struct intoto_error **err);
/* Appends an identity as it is compared: in every spelling that means the same, the same. */
IT_CHECK int it_deny_identity(struct it_buf *out, const char *text, struct intoto_error **err);
/* Appends the value that stands for a key. */
IT_CHECK int it_deny_key_value(struct it_buf *out, const struct intoto_key *key,
			       struct intoto_error **err);
IT_CHECK int it_deny_list_find_key(const struct it_deny_entry **out,
				   const struct it_deny_list *list, const struct intoto_key *key,
				   struct intoto_error **err);
IT_CHECK int it_deny_list_to_envelope(struct intoto_envelope **out, const struct it_deny_list *list,
				      struct intoto_error **err);

#endif
