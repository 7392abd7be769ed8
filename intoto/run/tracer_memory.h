/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in another process's memory, and in its folder of /proc. */
#ifndef IT_RUN_TRACER_MEMORY_H
#define IT_RUN_TRACER_MEMORY_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { IT_LINK_FOLDER = -1, IT_LINK_ROOT = -2, IT_LINK_PROGRAM = -3 };

/* Each returns 0 or errno; EFAULT: the kernel could not read it either. */
int it_tracer_read(pid_t tid, uint64_t address, void *out, size_t len);
/* A text with its NUL; ENAMETOOLONG when there is none in PATH_MAX bytes. */
int it_tracer_read_text(pid_t tid, uint64_t address, char out[PATH_MAX]);
/* Where a descriptor leads, or one of the above. */
int it_tracer_read_link(pid_t tid, int fd, char out[PATH_MAX]);

struct it_tracer_task {
	pid_t pid; /* of its process */
	pid_t parent;
	bool alive;	    /* neither ended nor about to */
	bool no_privileges; /* set-uid programs gain none */
	bool filtered;
	char name[64]; /* as it calls itself */
};

int it_tracer_read_task(pid_t tid, struct it_tracer_task *task);

#endif
