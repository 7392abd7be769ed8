/* SPDX-License-Identifier: Apache-2.0 */
/* The names under which artifacts are recorded, and how errors show them. */
#ifndef IT_RECORD_NAME_H
#define IT_RECORD_NAME_H

#include "base/strings.h"

/*
 * Appends path as the Python tool names it: "." parts and doubled slashes removed, "a/.." removed
 * as text, so that the name and the file that is opened cannot differ; ".." in front stays.
 */
int it_name_of_path(struct it_buf *out, struct it_span path);

/*
 * The name behind the longest prefix that it starts with; all of it when none fits.  A "./" in
 * front of a prefix does not count, since no name has one.
 */
struct it_span it_name_strip(struct it_span name, const struct it_strings *prefixes);

/* "NAME: text", the name quoted. */
int it_name_refuse(struct intoto_error **err, enum intoto_code code, struct it_span name,
		   const char *text);
/* "NAME: the system's words". */
int it_name_errno(struct intoto_error **err, int number, struct it_span name);

#endif
