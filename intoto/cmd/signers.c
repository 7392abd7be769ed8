/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/signers.h"

#include <stdlib.h>

void it_signers_done(struct it_signers *signers)
{
	for (size_t i = 0; i < signers->count; i++)
		it_signer_free(signers->items[i]);
	free(signers->items);
	*signers = (struct it_signers){ 0 };
}

int it_signers_open(struct it_signers *signers, const struct it_strings *keys,
		    struct it_passphrase *passphrase, struct intoto_error **err)
{
	signers->items = calloc(keys->count + 1, sizeof(struct it_signer *));
	if (!signers->items)
		return it_err_nomem(err);
	for (size_t i = 0; i < keys->count; i++) {
		int rc = it_signer_open(&signers->items[i], keys->items[i], it_passphrase_get,
					passphrase, err);

		if (rc)
			return rc;
		signers->count++;
	}
	return INTOTO_OK;
}
