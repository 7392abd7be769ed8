/* SPDX-License-Identifier: Apache-2.0 */
/* What fanotify's events say of a path. */
#ifndef IT_RUN_TRACER_FANOTIFY_H
#define IT_RUN_TRACER_FANOTIFY_H

#include "base/buf.h"

/*
 * The path of an open file, as its namespace has it, in room for PATH_MAX bytes; without the mark
 * that the kernel appends when the name is gone.  len is 0 when there is none: a file that never
 * had a name, or a path that is too long (*lost).
 */
struct it_span it_fanotify_path(int fd, char *room, size_t size, bool *lost);

/* Whether a file system of that type has files, and not the kernel's or a device's face. */
bool it_fanotify_is_watched(const char *type);

#endif
