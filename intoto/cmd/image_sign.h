/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intoto image sign, in parts: the order of what is done (image_sign.c), the request made from the
 * words (image_sign_request.c), what is printed (image_sign_output.c).
 */
#ifndef IT_CMD_IMAGE_SIGN_H
#define IT_CMD_IMAGE_SIGN_H

#include "cmd/image_options.h"
#include "cmd/image_signing.h"
#include "cmd/verify_request.h"

struct it_image_sign_words {
	struct it_image_options image;
	struct it_chain_words chain;
	struct it_image_signing_words signing;
	const char *step;
	struct it_strings annotations; /* NAME=VALUE */
	bool recursive;
	const char *identity;
	const char *vsa_verifier;
	const char *resource_uri;
	const char *policy_uri;
	struct it_strings levels;
	bool no_vsa;
	bool unverified;
	bool quiet;
};

/* What is asked for, and who owns it. */
struct it_image_sign_request {
	struct it_verify_request verify;
	struct it_image_gate gate;
	struct it_signers signers;
	struct it_image_signing signing;
	struct it_strings names; /* of annotations */
	struct it_oci_annotation *annotations;
	struct it_buf identity;
	struct it_buf resource;
	struct it_image_vsa vsa;
};

/* Mistakes in the words, then the keys; before anything is looked at.  Fills a zeroed request,
 * which borrows from the words; it_image_sign_request_done frees in any case. */
IT_CHECK int it_image_sign_request_read(struct it_image_sign_request *request,
					struct it_image_sign_words *words,
					struct intoto_error **err);
/* What depends on where the image is and what it is called. */
IT_CHECK int it_image_sign_request_place(struct it_image_sign_request *request,
					 const struct it_image_sign_words *words,
					 const struct it_place *place,
					 const struct it_oci_manifest *image,
					 struct intoto_error **err);
void it_image_sign_request_done(struct it_image_sign_request *request);

/* The report of a chain that was not passed, as verify prints it; returns the exit status. */
int it_image_sign_refused(const struct it_image_sign_words *words,
			  const struct it_image_judgement *judgement, struct intoto_error **err);
/* What was signed. */
IT_CHECK int it_image_sign_print(const struct it_image_sign_words *words,
				 const struct it_place *place, const struct it_oci_manifest *image,
				 const struct it_image_permit *permit,
				 const struct it_signed_list *list, struct intoto_error **err);

#endif
