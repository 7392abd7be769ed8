/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text; nothing here touches the file system. */
#ifndef IT_BASE_PATH_H
#define IT_BASE_PATH_H

#include "base/buf.h"

/* "dir/name", or name alone when dir is NULL, "" or "."; owned, NULL only when memory ran out. */
char *it_path_join(const char *dir, const char *name);

/* Appends path with "." parts, doubled and trailing slashes removed; ".." stays; "" and "./" give
 * ".". */
int it_path_clean(struct it_buf *out, struct it_span path);

/* The part behind the last slash; borrowed. */
const char *it_path_base(const char *path);

enum { IT_NAME_MAX = 200 };

/*
 * Whether a name from a document may become part of a file name: not empty, at most IT_NAME_MAX
 * bytes, valid UTF-8 without control characters, no slash or backslash, no leading dot.
 */
bool it_name_is_safe(struct it_span name);

#endif
