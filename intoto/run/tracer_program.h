/* SPDX-License-Identifier: Apache-2.0 */
/* The program that the kernel starts for a program: of a script, and of what is dynamically linked.
 */
#ifndef IT_RUN_TRACER_PROGRAM_H
#define IT_RUN_TRACER_PROGRAM_H

#include <limits.h>

#include "base/buf.h"

enum { IT_PROGRAM_HEAD = 4096 };

/* From its first bytes; false: it has none, or it is not found in them. */
bool it_tracer_interpreter(struct it_span head, char out[PATH_MAX]);

#endif
