/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of intoto sign: signing, and looking who signed. */
#ifndef IT_CMD_SIGN_H
#define IT_CMD_SIGN_H

#include "cmd/passphrase.h"

struct it_sign_options {
	const char *file;
	struct it_strings keys;
	struct it_strings gpg; /* ids; "" is gpg's default key */
	const char *gpg_home;
	struct it_strings certificates;
	const char *timestamp;
	const char *extract;
	const char *output;
	const char *keyid_style;
	const char *format;
	bool append;
	bool unchecked;
	bool replace;
	bool verify;
	bool quiet;
	unsigned verbose;
	struct it_passphrase passphrase;
};

/* UNTRUSTED, with a sentence that names them, when not every key has signed. */
IT_CHECK int it_sign_verify(struct it_sign_options *self, struct intoto_error **err);

/* Puts a timestamp onto the signature that it is over. */
IT_CHECK int it_sign_stamp(const struct it_sign_options *self, struct intoto_error **err);

/* Writes the bytes of the only signature, which is what a timestamp is asked for. */
IT_CHECK int it_sign_extract(const struct it_sign_options *self, struct intoto_error **err);

#endif
