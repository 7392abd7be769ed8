/* SPDX-License-Identifier: Apache-2.0 */
/* The key that a log is checked with, as a command line gives it. */
#ifndef IT_CMD_STORE_VERIFIER_H
#define IT_CMD_STORE_VERIFIER_H

#include "model/signed_note.h"

/* A key as "store init" prints it, or the first line of a file with one. */
IT_CHECK int it_store_verifier_read(struct it_note_verifier **out, const char *word,
				    struct intoto_error **err);

#endif
