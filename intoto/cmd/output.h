/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print on standard output, and where they write files. */
#ifndef IT_CMD_OUTPUT_H
#define IT_CMD_OUTPUT_H

#include "cmd/command.h"

/* Prints text, or says why it could not be made or written. */
IT_CHECK int it_print(const struct it_buf *text, struct intoto_error **err);
/* Prints JSON, which may be read on a terminal. */
IT_CHECK int it_print_json(const struct it_buf *json, struct intoto_error **err);

/* Flushes standard output; a full disk must not look like success. */
IT_CHECK int it_print_end(struct intoto_error **err);

/*
 * The path to write to so that path is replaced: path itself, or the file behind it when it is a
 * symbolic link, which is to stay one.  *out is the caller's (free).
 */
IT_CHECK int it_path_in_place(char **out, const char *path, struct intoto_error **err);

/* USAGE: "unexpected 'WORD'"; returns IT_EXIT_FROM_ERROR, for run(). */
int it_refuse_operand(const struct it_strings *operands, size_t index, struct intoto_error **err);

#endif
