/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures by ssh keys (openssh PROTOCOL.sshsig, RFC 4253 section 6.6, RFC 5656, RFC 8709). */
#ifndef INTOTO_ATTESTORS_GIT_SSH_H
#define INTOTO_ATTESTORS_GIT_SSH_H

#include "attestors/git/object.h"

enum { SSH_BLOB_MAX = 16 * 1024 };

/* What an armored signature holds; borrowed from its bytes. */
struct ssh_signature {
	struct repo_slice key; /* blob of the public key */
	struct repo_slice name_space;
	struct repo_slice reserved;
	struct repo_slice hash; /* "sha256" or "sha512" */
	struct repo_slice value;
};

/* Whether the armored text is one. */
bool ssh_signature_is(struct repo_slice armored);
/* Takes it apart; bytes gets what *out borrows.  FORMAT. */
int ssh_signature_parse(struct ssh_signature *out, struct at_buf *bytes, struct repo_slice armored,
			struct intoto_error **err);
/* UNTRUSTED unless it is good for the message, made with its own key for that name space ("git").
 */
int ssh_signature_verify(const struct ssh_signature *signature, const char *name_space,
			 struct repo_slice message, struct intoto_error **err);
/* "SHA256:…" as ssh-keygen -l shows it; out has size bytes. */
int ssh_fingerprint(char *out, size_t size, struct repo_slice blob, struct intoto_error **err);
/* Whether two keys are the same one. */
bool ssh_blob_same(struct repo_slice a, struct repo_slice b);

#endif
