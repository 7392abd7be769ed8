/* SPDX-License-Identifier: Apache-2.0 */
/* Where a byte of a JSON text stands: the path to it and its line, also in a text that is broken.
 */
#ifndef IT_JSON_PLACE_H
#define IT_JSON_PLACE_H

#include "json/scan.h"

/*
 * Appends "steps[2].name: line 7, column 3" for the token that begins at at; the path is left out
 * at the top.  Columns count characters from 1.
 */
void it_place_print(struct it_buf *out, struct it_span text, size_t at);

/* "PLACE: text", as it_err_set. */
int it_place_refuse(struct it_span text, size_t at, enum intoto_code code,
		    struct intoto_error **err, const char *format, ...) IT_PRINTF(5, 6);

/* The last token that begins before end; IT_TOKEN_END at 0 when there is none. */
struct it_token it_place_token(struct it_span text, size_t end);

/* What a text token says, quoted for a terminal and cut when long. */
void it_place_print_text(struct it_buf *out, struct it_token token);

#endif
