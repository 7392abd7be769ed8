/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where passphrases come from: never from the command line.  --passphrase-file FILE,
 * --passphrase-fd N, --passphrase-env NAME, or else a prompt on the terminal without echo.  For a
 * key file of cosign, $COSIGN_PASSWORD stands between them and the prompt, as for cosign itself.
 */
#ifndef IT_CMD_PASSPHRASE_H
#define IT_CMD_PASSPHRASE_H

#include <intoto/key.h>

#include "cmd/command.h"

enum { IT_PASSPHRASE_MAX = 1024 };

struct it_passphrase {
	const char *file;
	const char *fd;
	const char *env;
	bool none;	     /* that option was given */
	bool confirm;	     /* for a new key: ask twice, and refuse an empty one */
	bool cosign;	     /* the new key becomes a file of cosign's */
	const char *prefix;  /* of the option names in messages: "new-", or NULL */
	const char *without; /* the option that does without a passphrase, for messages; or NULL */
	unsigned used;	     /* lines that were read from fd: one for each key */
	bool env_stays;	     /* for a command that starts no other, and may read it twice */
	size_t kept_len;
	char kept[IT_PASSPHRASE_MAX]; /* what the variable held; wiped with the options */
};

/* clang-format off */
/* The rows for an option table whose struct has a member of this type. */
#define IT_PASSPHRASE_OPTIONS(type, member) \
	IT_VALUE(type, member.file, 0, "passphrase-file", "FILE", \
		 "read the key's passphrase from the first line of FILE"), \
	IT_VALUE(type, member.fd, 0, "passphrase-fd", "N", "read it from file descriptor N"), \
	IT_VALUE(type, member.env, 0, "passphrase-env", "NAME", \
		 "read it from the environment variable NAME")
/* The same for a command that also needs a second passphrase. */
#define IT_NEW_PASSPHRASE_OPTIONS(type, member) \
	IT_VALUE(type, member.file, 0, "new-passphrase-file", "FILE", \
		 "read the new passphrase from the first line of FILE"), \
	IT_VALUE(type, member.fd, 0, "new-passphrase-fd", "N", \
		 "read it from file descriptor N"), \
	IT_VALUE(type, member.env, 0, "new-passphrase-env", "NAME", \
		 "read it from the environment variable NAME")
/* clang-format on */

/* USAGE when more than one source is named, or one that makes no sense. */
IT_CHECK int it_passphrase_check(const struct it_passphrase *source, struct intoto_error **err);

/* Whether a source was named (the terminal is none). */
bool it_passphrase_named(const struct it_passphrase *source);

/*
 * An intoto_passphrase_fn; arg is a struct it_passphrase.  Without a source and without a terminal:
 * INTOTO_E_KEY.  A source that is no terminal has nothing else to say at a second attempt: KEY.
 * The variable of --passphrase-env is taken out of the environment: a command that is started
 * later must not inherit it.
 */
int it_passphrase_get(void *arg, const char *what, unsigned attempt, char *out, size_t size,
		      size_t *len, struct intoto_error **err);

#endif
