/* SPDX-License-Identifier: Apache-2.0 */
/* A question on the terminal whose answer is not shown. */
#ifndef IT_CMD_PROMPT_H
#define IT_CMD_PROMPT_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Asks on the controlling terminal, whatever standard input is.  The echo comes back in every case:
 * also when a signal ends or stops the program meanwhile.  KEY when there is no terminal (*asked is
 * false then), when the answer is longer than size, or at the end of input.
 */
IT_CHECK int it_prompt(const char *question, char *out, size_t size, size_t *len, bool *asked,
		       struct intoto_error **err);

#endif
