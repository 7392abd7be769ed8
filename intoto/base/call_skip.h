/* SPDX-License-Identifier: Apache-2.0 */
/* A system call of a traced process, not made. */
#ifndef IT_BASE_CALL_SKIP_H
#define IT_BASE_CALL_SKIP_H

#include <sys/types.h>

/* For who stopped before the call: it gets ENOSYS instead.  0 or errno. */
int it_call_skip(pid_t tid);

#endif
