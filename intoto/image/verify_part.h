/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the verification of one image share. */
#ifndef IT_IMAGE_VERIFY_PART_H
#define IT_IMAGE_VERIFY_PART_H

#include "image/verify.h"
#include "model/attestation.h"

enum {
	IT_VERIFY_SIMPLE_MAX = 1024 * 1024,	  /* a payload of simple signing */
	IT_VERIFY_BUNDLE_MAX = 128 * 1024 * 1024, /* as cosign's COSIGN_MAX_ATTACHMENT_SIZE */
	IT_VERIFY_TEXT_MAX = 16 * 1024,
};

/* The newest verdict that was found. */
struct it_verify_vsa {
	bool found;
	bool passed;
	int64_t time;
	char keyid[65];
	char *what;
	struct it_buf payload; /* the very bytes */
};

/* One image on its way to a verdict. */
struct it_verifying {
	struct it_place *place;
	const struct it_image_policy *policy;
	struct it_image_report *report;
	const char *digest;
	const bool *denied;	/* of each key of the policy */
	const bool *vsa_denied; /* of each key for verdicts */
	bool *signed_by;	/* of each key */
	bool *attested;		/* of each wanted attestation, then of each key */
	size_t signers;
	size_t claims;		  /* things that are, or may be, signatures of the image */
	bool unseen;		  /* something that hangs on it could not be read, whyever */
	bool lost;		  /* something could not be found out, */
	struct intoto_error *why; /* and this was the first of it */
	struct it_verify_vsa vsa;
	char cached[IT_OCI_DIGEST_SIZE]; /* one payload has several signatures */
	struct it_buf cache;
};

/* Where something hangs, for messages. */
struct it_verify_item {
	const char *what;
	enum it_attached_form form;
	const struct it_oci_descriptor *layer;
};

/* --- verify_key.c --- */

/* Bytes and what claims to sign them. */
struct it_verify_signed {
	struct it_span bytes;
	struct it_span signature;
};
/* The first of the keys that made the signature, in any form that container tools use; so that one
 * material always has one number.  SIZE_MAX: none.  What keeps it from being found out (memory, a
 * library, a helper) comes back, and is no "none". */
IT_CHECK int it_verify_key(size_t *out, const struct intoto_key *const *keys, size_t count,
			   const struct it_verify_signed *given, struct intoto_error **err);
/* Which of the keys made signatures of an envelope, all of them: each counts, or is revoked, for
 * itself. */
struct it_verify_keys {
	bool any;
	bool *made; /* of each key; owned */
};
void it_verify_keys_done(struct it_verify_keys *keys);
/* To be done in any case. */
IT_CHECK int it_verify_envelope_keys(struct it_verify_keys *out,
				     const struct intoto_key *const *keys, size_t count,
				     const struct intoto_envelope *envelope,
				     struct intoto_error **err);
/* Which keys are denied; *out is the caller's (free), NULL without a list. */
IT_CHECK int it_verify_denied_keys(bool **out, const struct it_deny_list *deny,
				   const struct intoto_key *const *keys, size_t count,
				   struct intoto_error **err);
/* How many different ones there are among those that are not denied. */
size_t it_verify_distinct(const struct intoto_key *const *keys, size_t count, const bool *denied);

/* --- verify_simple.c, verify_bundle.c --- */

/* Judge one thing that hangs on the image: INTOTO_OK whatever comes of it. */
IT_CHECK int it_verify_simple(struct it_verifying *self, const struct it_verify_item *item,
			      struct intoto_error **err);
IT_CHECK int it_verify_bundle(struct it_verifying *self, const struct it_verify_item *item,
			      struct intoto_error **err);
IT_CHECK int it_verify_envelope(struct it_verifying *self, const struct it_verify_item *item,
				struct intoto_error **err);

/* --- verify_statement.c, verify_vsa.c --- */

/* A statement, with the envelope that holds it; wanted ones count. */
IT_CHECK int it_verify_statement(struct it_verifying *self, const struct it_verify_item *item,
				 const struct it_attestation *statement, struct intoto_error **err);
/* Whether one of the subjects is the image; index says which. */
bool it_verify_is_about(const struct it_attestation *statement, const char *digest, size_t *index);
bool it_verify_is_wanted(const struct it_verifying *self, const char *type);
/* Copies; for who asked for the statements that decided. */
IT_CHECK int it_verify_keep(struct it_verifying *self, const char *type, struct it_span payload,
			    const char *keyid, struct intoto_error **err);
IT_CHECK int it_verify_vsa(struct it_verifying *self, const struct it_verify_item *item,
			   const struct it_attestation *statement, struct intoto_error **err);

/* --- verify_note.c --- */

/* Adds a check about an item; keyid and type may be NULL. */
IT_CHECK int it_verify_note(struct it_verifying *self, const struct it_verify_item *item,
			    const struct it_image_note *note, struct intoto_error **err,
			    const char *format, ...) IT_PRINTF(5, 6);
/* A signature of a key that is revoked, which counts for nothing. */
IT_CHECK int it_verify_note_denied(struct it_verifying *self, const struct it_verify_item *item,
				   const struct intoto_key *key, struct intoto_error **err);
/* A signature that counts, of that key; once each. */
IT_CHECK int it_verify_count(struct it_verifying *self, const struct it_verify_item *item,
			     size_t key, const char *remark, struct intoto_error **err);
/* A failure to read: NOMEM and our own bugs end all; SERVICE and IO are remembered as lost; the
 * rest is broken evidence, which is a claim that does not count. */
IT_CHECK int it_verify_trouble(struct it_verifying *self, const struct it_verify_item *item, int rc,
			       const struct intoto_error *why, struct intoto_error **err);
/* Reads the layer of an item within a ceiling; *there false: it was noted why not. */
IT_CHECK int it_verify_read(struct it_verifying *self, struct it_buf *out, bool *there,
			    const struct it_verify_item *item, struct intoto_error **err);
/* Whether the deny list has the value: the check is added then. */
IT_CHECK int it_verify_denies(struct it_verifying *self, bool *denied, enum it_deny_kind kind,
			      const char *value, const char *code, struct intoto_error **err);
/* The same of the name of an image, also of that of its repository. */
IT_CHECK int it_verify_denies_image(struct it_verifying *self, bool *denied, const char *found,
				    struct intoto_error **err);
/* Why a deny list has something: "reason" since TIME, by WHO; quoted. */
void it_verify_print_denial(struct it_buf *out, const struct it_deny_entry *entry);

#endif
