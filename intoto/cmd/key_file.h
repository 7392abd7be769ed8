/* SPDX-License-Identifier: Apache-2.0 */
/* Key files as the key commands read, write and describe them. */
#ifndef IT_CMD_KEY_FILE_H
#define IT_CMD_KEY_FILE_H

#include "cmd/passphrase.h"
#include "crypto/key.h"
#include "json/writer.h"

/* A key and what its file said about it. */
struct it_key_file {
	const char *path; /* borrowed */
	struct intoto_key *key;
	bool encrypted;
	bool cosign; /* its file is one of cosign's */
};

/* path may also be gpg:KEYID[?home=FOLDER], for a public key that gpg keeps. */
IT_CHECK int it_key_file_load(struct it_key_file *file, const char *path,
			      struct it_passphrase *passphrase, struct intoto_error **err);
void it_key_file_done(struct it_key_file *file);

/* Kind, scheme, every keyid and the fingerprint, for people or as one JSON object. */
void it_key_file_describe(struct it_buf *out, const struct it_key_file *file);
void it_key_file_write_json(struct it_writer *writer, const struct it_key_file *file);

/* The same for an OpenPGP key: its subkeys, and who may sign until when (key_openpgp.c). */
void it_key_file_describe_openpgp(struct it_buf *out, const struct it_key_file *file);
void it_key_file_write_openpgp(struct it_writer *writer, const struct it_key_file *file);

/* A member that holds a path: one may be any bytes, JSON text may not. */
void it_write_path(struct it_writer *writer, const char *name, const char *path);

/*
 * PKCS8 PEM under a passphrase from the source, or plain if the source says so; where the source
 * says that it becomes a file of cosign's, such a file, under the empty passphrase instead of
 * plain. what names the key in a prompt.  *out is the caller's: it_secret_done.
 */
IT_CHECK int it_key_private_text(char **out, const struct intoto_key *key,
				 struct it_passphrase *passphrase, const char *what,
				 struct intoto_error **err);

/* For IT_AUTO: wipes and frees a text. */
void it_secret_done(char **text);

enum { IT_PRIVATE_MODE = 0600, IT_PUBLIC_MODE = 0644 };

#endif
