/* SPDX-License-Identifier: Apache-2.0 */
/* Several keys of a command line that sign. */
#ifndef IT_CMD_SIGNERS_H
#define IT_CMD_SIGNERS_H

#include "cmd/passphrase.h"
#include "crypto/signer.h"

/* Zero-initialised is empty. */
struct it_signers {
	struct it_signer **items;
	size_t count;
};

/* All of them are opened, and every passphrase was asked for, before anything is done. */
IT_CHECK int it_signers_open(struct it_signers *signers, const struct it_strings *keys,
			     struct it_passphrase *passphrase, struct intoto_error **err);
void it_signers_done(struct it_signers *signers);

#endif
