/* SPDX-License-Identifier: Apache-2.0 */
/* What image sign and image attach share: who signs, in which forms, when, and what is told. */
#ifndef IT_CMD_IMAGE_SIGNING_H
#define IT_CMD_IMAGE_SIGNING_H

#include "cmd/signers.h"
#include "image/sign.h"
#include "json/writer.h"

struct it_image_signing_words {
	struct it_strings keys;
	struct it_passphrase passphrase;
	const char *signature;
};

extern const char *const it_image_signature_words[];

/* clang-format off */
#define IT_IMAGE_SIGNING_OPTIONS(type, member) \
	IT_EACH(type, member.keys, 0, "signing-key", "KEY", \
		"a private key that signs: a file, or the URI of a signer"), \
	IT_PASSPHRASE_OPTIONS(type, member.passphrase), \
	IT_CHOICE(type, member.signature, 0, "signature", "FORM", it_image_signature_words, \
		  "how it is attached: as a bundle that cosign 3 reads, in the tags that cosign 2, podman and skopeo read, or both (both)")
/* clang-format on */

/* Opens the keys and fills who, how and when of signing; it borrows from signers. */
IT_CHECK int it_image_signing_open(struct it_image_signing *signing, struct it_signers *signers,
				   struct it_image_signing_words *words, struct intoto_error **err);

/* One line for each signature. */
void it_image_signed_print(struct it_buf *out, const struct it_signed_list *list);
/* A list of objects. */
void it_image_signed_write(struct it_writer *writer, const struct it_signed_list *list);

#endif
