/* SPDX-License-Identifier: Apache-2.0 */
/* Words in one line of text, quoted as a shell quotes them; nothing is expanded. */
#ifndef IT_LAYOUTS_WORDS_H
#define IT_LAYOUTS_WORDS_H

#include "base/strings.h"

/*
 * Appends the words of text: blanks separate, '...' is literal, in "..." a backslash protects " and
 * itself, outside of quotes it protects any character.  INTOTO_E_FORMAT for a quote without its
 * end.
 */
IT_CHECK int it_words_split(struct it_strings *out, const char *text, struct intoto_error **err);

/* Appends the words with blanks between, quoted where that is needed to split them again. */
void it_words_join(struct it_buf *out, const struct it_strings *words);

#endif
