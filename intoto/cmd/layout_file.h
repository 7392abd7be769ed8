/* SPDX-License-Identifier: Apache-2.0 */
/* Layout files as the layout commands change them. */
#ifndef IT_CMD_LAYOUT_FILE_H
#define IT_CMD_LAYOUT_FILE_H

#include "cmd/command.h"
#include "layouts/layout.h"

struct it_layout_file {
	const char *path; /* borrowed */
	struct intoto_envelope *envelope;
	struct intoto_layout *layout;
};

/* The envelope of a layout file, or one around a layout that is written in YAML. */
IT_CHECK int it_layout_envelope_load(struct intoto_envelope **out, const char *path,
				     struct intoto_error **err);
IT_CHECK int it_layout_file_load(struct it_layout_file *file, const char *path,
				 struct intoto_error **err);
/*
 * The same for changing it.  Refuses a signed layout, unless its signatures may go, and one with
 * members that would be lost.
 */
IT_CHECK int it_layout_file_open(struct it_layout_file *file, const char *path,
				 bool drop_signatures, struct intoto_error **err);
/* Writes the layout without signatures; the file holds the old or the new one, never half. */
IT_CHECK int it_layout_file_save(const struct it_layout_file *file, struct intoto_error **err);
void it_layout_file_done(struct it_layout_file *file);

enum { IT_LAYOUT_MODE = 0666 }; /* and umask */

/*
 * Adds a key; *id is borrowed from the layout.  An OpenPGP key that is revoked or expired is KEY: a
 * key object cannot say so, and nobody would hear of it again.
 */
IT_CHECK int it_layout_file_put_key(struct it_layout_file *file, const struct intoto_key *key,
				    enum intoto_keyid_style style, const char **id,
				    struct intoto_error **err);
/* Loads a public key file and adds it. */
IT_CHECK int it_layout_file_add_key(struct it_layout_file *file, const char *key_path,
				    enum intoto_keyid_style style, const char **id,
				    struct intoto_error **err);

/* Adds rules, one text each ("MATCH * WITH PRODUCTS FROM build"); option names them in errors. */
IT_CHECK int it_layout_add_rules(struct it_rules *rules, const struct it_strings *texts,
				 const char *option, struct intoto_error **err);

/* The words of an option and then those behind the named operands: both make one command. */
IT_CHECK int it_layout_add_command(struct it_strings *out, const struct it_strings *words,
				   const struct it_strings *operands, size_t named,
				   struct intoto_error **err);

/* Says on standard error what looks like a mistake in an item's rules. */
void it_layout_remark(const struct it_layout_file *file, const struct it_item *item);

#endif
