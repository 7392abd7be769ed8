/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that put signed evidence behind an archive: renew and export. */
#ifndef IT_CMD_ARCHIVE_ADDING_H
#define IT_CMD_ARCHIVE_ADDING_H

#include "archive/renew.h"
#include "cmd/archive_words.h"
#include "cmd/signers.h"

struct it_adding_words {
	const char *output;
	struct it_strings signing_keys;
	struct it_passphrase passphrase;
	struct it_strings keys;
	const char *format;
};

/* clang-format off */
/* The rows for an option table; it also wants cmd/choices.h. */
#define IT_ADDING_OPTIONS(type, member) \
	IT_VALUE(type, member.output, 'o', "output", "FILE", "the new archive"), \
	IT_EACH(type, member.signing_keys, 0, "signing-key", "KEY", \
		"a private key that signs what is added: a file, or the URI of a signer"), \
	IT_PASSPHRASE_OPTIONS(type, member.passphrase), \
	IT_EACH(type, member.keys, 'k', "key", "FILE", \
		"a public key; one of those given must have signed the manifest (the signing key)"), \
	IT_REPORT_OPTION(type, member.format)
/* clang-format on */

/* Zero-initialised is empty. */
struct it_adding {
	struct it_archive_adding adding;
	struct it_signers signers;
	struct it_archive_keys keys;
};

/* Opens the keys.  Without --key, one of those that sign must have signed the manifest: nobody
 * vouches for a stranger's archive unawares. */
IT_CHECK int it_adding_open(struct it_adding *out, struct it_adding_words *words, const char *path,
			    struct intoto_error **err);
void it_adding_done(struct it_adding *adding);

#endif
