/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). */
#ifndef IT_MODEL_SIGNED_NOTE_H
#define IT_MODEL_SIGNED_NOTE_H

#include "crypto/key.h"
#include "crypto/merkle.h"

enum { IT_NOTE_MAX = 1024 * 1024, IT_NOTE_SIGNATURES_MAX = 100, IT_NOTE_NAME_MAX = 255 };

/* Who may sign: "NAME+HEX8+BASE64". */
struct it_note_verifier {
	char *name;
	unsigned char id[4];
	struct intoto_key *key;
};

IT_CHECK int it_note_verifier_parse(struct it_note_verifier **out, const char *text,
				    struct intoto_error **err);
/* Appends the text of an Ed25519 key under a name. */
IT_CHECK int it_note_verifier_print(struct it_buf *out, const char *name,
				    const struct intoto_key *key, struct intoto_error **err);
void it_note_verifier_free(struct it_note_verifier *verifier);
IT_DEFINE_AUTO(struct it_note_verifier, it_note_verifier_free);

/* Appends text (which ends in a newline), a blank line and the signature. */
IT_CHECK int it_note_sign(struct it_buf *out, struct it_span text, const char *name,
			  const struct intoto_key *key, struct intoto_error **err);
/* The text of a note that verifier signed; a known key with a bad signature is an error, unknown
 * ones are passed over.  text is borrowed from note. */
IT_CHECK int it_note_verify(struct it_span *text, struct it_span note,
			    const struct it_note_verifier *verifier, struct intoto_error **err);

struct it_checkpoint {
	char *origin;
	uint64_t size;
	struct it_merkle_hash root;
};

IT_CHECK int it_checkpoint_parse(struct it_checkpoint *out, struct it_span text,
				 struct intoto_error **err);
IT_CHECK int it_checkpoint_print(struct it_buf *out, const struct it_checkpoint *checkpoint,
				 struct intoto_error **err);
void it_checkpoint_done(struct it_checkpoint *checkpoint);

#endif
