/* SPDX-License-Identifier: Apache-2.0 */
/* The signer kind "gpg:": an OpenPGP key that gpg keeps. */
#ifndef IT_CRYPTO_GPG_SIGNER_H
#define IT_CRYPTO_GPG_SIGNER_H

#include "crypto/signer.h"

/* gpg:[KEYID][?home=FOLDER]; its signatures are detached OpenPGP signature packets. */
extern const struct it_signer_kind it_gpg_signer_kind;

#endif
