/* SPDX-License-Identifier: Apache-2.0 */
/* intoto image verify, in parts: the words, the policy made of them (image_verify_policy.c). */
#ifndef IT_CMD_IMAGE_VERIFY_H
#define IT_CMD_IMAGE_VERIFY_H

#include "cmd/image_deny_list.h"
#include "cmd/image_options.h"
#include "cmd/verify_request.h"
#include "image/verify.h"

struct it_image_verify_words {
	struct it_image_options image;
	struct it_strings keys;
	const char *threshold;
	struct it_strings annotations;
	struct it_strings attestations; /* TYPE[:K] */
	const char *attestation_out;
	const char *signature;
	const char *identity;
	bool vsa;
	struct it_strings vsa_keys;
	const char *verifier_id;
	struct it_chain_words chain;
	const char *step;
	const char *deny_list;
	struct it_strings deny_list_keys;
	const char *deny_list_version;
	bool recursive;
	bool all;
	bool quiet;
};

/* The policy, and who owns its parts. */
struct it_image_verify_policy {
	struct it_image_policy policy;
	struct it_image_vsa_policy vsa;
	struct it_key_list keys;
	struct it_key_list vsa_keys;
	struct it_key_list deny_keys;
	struct it_deny_list *deny;
	struct it_strings names; /* of annotations, and types */
	struct it_oci_annotation *annotations;
	struct it_image_wanted *wanted;
	char layout[IT_OCI_DIGEST_SIZE];
};

/* Fills a zeroed one; it borrows from the words.  Done frees in any case. */
IT_CHECK int it_image_verify_policy_read(struct it_image_verify_policy *out,
					 const struct it_image_verify_words *words,
					 struct intoto_error **err);
void it_image_verify_policy_done(struct it_image_verify_policy *policy);
/* Whether the chain itself is to be verified again. */
bool it_image_verify_wants_chain(const struct it_image_verify_words *words);

#endif
