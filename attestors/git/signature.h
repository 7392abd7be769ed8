/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of commits and tags against the keys that the user gives.  "good" is said only of one
 * that verifies with such a key; without a key, and for a kind that is not known, "unchecked".
 */
#ifndef INTOTO_ATTESTORS_GIT_SIGNATURE_H
#define INTOTO_ATTESTORS_GIT_SIGNATURE_H

#include "attestors/git/object.h"

enum { REPO_KEY_NAME_MAX = 128, REPO_KEYS_MAX = 1024 };

struct repo_keys;
/* From the inputs of a request: OpenPGP keys, or lines of ssh keys or of allowed signers
 * (ssh-keygen(1)).  *out is the caller's; with no input it holds no key. */
int repo_keys_read(struct repo_keys **out, const struct intoto_request *request,
		   struct intoto_error **err);
void repo_keys_free(struct repo_keys *keys);

struct repo_verdict {
	const char *format;	     /* "openpgp", "ssh", "x509", "unknown" */
	const char *status;	     /* "good", "not-good", "unchecked" */
	char key[REPO_KEY_NAME_MAX]; /* of the key that verified it; "" else */
	char *signer;		     /* of the allowed signer's line, or NULL */
	char *reason;		     /* where it is not good */
};
void repo_verdict_done(struct repo_verdict *verdict);
int repo_signature_judge(struct repo_verdict *out, const struct repo_keys *keys,
			 struct repo_slice signature, struct repo_slice covered,
			 struct intoto_error **err);

#endif
