/* SPDX-License-Identifier: Apache-2.0 */
/* What the archive commands share: reading one, telling its faults, and printing. */
#ifndef IT_CMD_ARCHIVE_WORDS_H
#define IT_CMD_ARCHIVE_WORDS_H

#include "archive/archive.h"
#include "cmd/command.h"
#include "json/writer.h"

enum { IT_ARCHIVE_OUTPUT_MAX = 256 * 1024 * 1024 };

/* The one operand that must be there; USAGE otherwise. */
IT_CHECK int it_archive_operand(const char **out, const struct it_strings *operands,
				struct intoto_error **err);

/* The public keys of --key. */
struct it_archive_keys {
	struct intoto_key **items;
	size_t count;
};
IT_CHECK int it_archive_keys_load(struct it_archive_keys *keys, const struct it_strings *paths,
				  struct intoto_error **err);
void it_archive_keys_done(struct it_archive_keys *keys);

/* Whether the manifest, and each renewal and redaction, is signed by one of the keys; UNTRUSTED
 * when one of them is not. */
IT_CHECK int it_archive_signed(const struct it_archive *archive, const struct it_archive_keys *keys,
			       struct intoto_error **err);

/* "removed", "added" … */
const char *it_archive_fault_word(enum it_archive_fault_kind kind);
/* A line for each fault. */
void it_archive_faults_print(struct it_buf *out, const struct it_archive *archive);
/* A member "faults": a list of objects. */
void it_archive_faults_write(struct it_writer *writer, const struct it_archive *archive);

/* "NAME: text" of the manifest, for people: quoted. */
void it_archive_line(struct it_buf *out, const char *name, const char *text);

#endif
