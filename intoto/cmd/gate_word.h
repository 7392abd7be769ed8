/* SPDX-License-Identifier: Apache-2.0 */
/* Gates on the command line: 'NAME', or 'NAME:{ members }' in JSON. */
#ifndef IT_CMD_GATE_WORD_H
#define IT_CMD_GATE_WORD_H

#include "json/json.h"

/* The object { "gate": NAME, members… }; *out is the caller's. */
IT_CHECK int it_gate_word_read(struct it_json **out, const char *word, struct intoto_error **err);

#endif
