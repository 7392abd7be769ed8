/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where passphrases come from: never from the command line.  --passphrase-file PATH,
 * --passphrase-fd N,
 * --passphrase-env NAME, or else a prompt on the terminal without echo.
 */
#ifndef IT_CMD_PASSPHRASE_H
#define IT_CMD_PASSPHRASE_H

#include <intoto/key.h>

#include "cmd/command.h"

struct it_passphrase {
	const char *file;
	const char *fd;
	const char *env;
	bool none;     /* key generate --no-passphrase */
	bool confirm;  /* ask twice: for a new key */
	unsigned used; /* a source that is no terminal answers only once */
};

/* clang-format off */
/* The rows for an option table whose struct has a member of this type. */
#define IT_PASSPHRASE_OPTIONS(type, member) \
	IT_VALUE(type, member.file, 0, "passphrase-file", "FILE", \
		 "read the key's passphrase from the first line of FILE"), \
	IT_VALUE(type, member.fd, 0, "passphrase-fd", "N", "read it from file descriptor N"), \
	IT_VALUE(type, member.env, 0, "passphrase-env", "NAME", \
		 "read it from the environment variable NAME")
/* clang-format on */

/* An intoto_passphrase_fn; arg is a struct it_passphrase.  Without a source and without a terminal:
 * INTOTO_E_KEY. */
int it_passphrase_get(void *arg, const char *what, unsigned attempt, char *out, size_t size,
		      size_t *len, struct intoto_error **err);

#endif
