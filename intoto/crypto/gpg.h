/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The installed gpg program: it keeps OpenPGP keys, signs with the private ones and exports the
 * public ones.  Started without a shell, for a minute at most; $GNUPG names another program.
 */
#ifndef IT_CRYPTO_GPG_H
#define IT_CRYPTO_GPG_H

#include "crypto/key.h"

/*
 * The key that id names (16 to 40 hex digits), as gpg exports it and this library reads it,
 * together with the keys that may revoke it.  home is gpg's folder, NULL for its own choice.
 * Errors: NOTFOUND when gpg has no such key, HELPER when it did not do its work.
 */
IT_CHECK int it_gpg_key(struct intoto_key **out, const char *id, const char *home,
			struct intoto_error **err);

/* Appends a detached signature packet.  id may be "" for gpg's default key, and end in "!" for
 * exactly that subkey. */
IT_CHECK int it_gpg_sign(struct it_buf *out, const char *id, const char *home, struct it_span data,
			 struct intoto_error **err);

/* it_gpg_key for the URI of a signer, which must name a key. */
IT_CHECK int it_gpg_uri_key(struct intoto_key **out, const char *uri, struct intoto_error **err);
/*
 * The URI of the signer "gpg:ID?home=FOLDER" (crypto/signer.h) from the words of a command line; id
 * may be "", home NULL.  The caller's (free); NULL only when memory ran out.
 */
char *it_gpg_uri(const char *id, const char *home);

#endif
