/* SPDX-License-Identifier: Apache-2.0 */
/* Every system call that can name, make, move or change a file, or talk to an address. */
#ifndef IT_RUN_TRACER_CALLS_H
#define IT_RUN_TRACER_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/architecture.h"
#include "run/tracer.h"

enum it_call_kind {
	IT_CALL_OPEN,
	IT_CALL_OPENAT2, /* flags in memory */
	IT_CALL_CREAT,
	IT_CALL_RENAME,
	IT_CALL_LINK,
	IT_CALL_SYMLINK,
	IT_CALL_UNLINK,
	IT_CALL_RMDIR,
	IT_CALL_MKDIR,
	IT_CALL_MKNOD,
	IT_CALL_TRUNCATE,
	IT_CALL_CHANGE,
	IT_CALL_CHANGE_LINK, /* of a symbolic link itself */
	IT_CALL_CHANGE_FD,
	IT_CALL_IOCTL,	    /* two of them change attributes */
	IT_CALL_ABSENT,	    /* answered with ENOSYS */
	IT_CALL_UNFOLLOWED, /* files that cannot be told from the arguments */
	IT_CALL_MOUNT,	    /* likewise, and names mean something else from here on */
	IT_CALL_BIND,
	IT_CALL_SOCKETCALL, /* i386: that, or any of the last */
	/* From here on only in IT_TRACE_FULL. */
	IT_CALL_EXEC,
	IT_CALL_CONNECT,
	IT_CALL_SENDTO,
	IT_CALL_SENDMSG,
	IT_CALL_SENDMMSG,
};

enum { IT_CALL_NONE = -1 };

/* Indexes of arguments, or -1. */
struct it_tracer_call {
	const char *name;
	int16_t numbers[IT_ARCHITECTURES]; /* IT_CALL_NONE where there is none */
	enum it_call_kind kind;
	int8_t at; /* descriptor of the folder that path begins in, or of the thing itself */
	int8_t path;
	int8_t new_at;	 /* likewise, for the name that is made */
	int8_t new_path; /* or the address */
	int8_t flags;	 /* or what else decides */
};

extern const struct it_tracer_call it_tracer_calls[];
extern const size_t it_tracer_call_count;

/* NULL: not in the table. */
const struct it_tracer_call *it_tracer_call_find(enum it_architecture architecture, int number);
bool it_tracer_call_is_in(const struct it_tracer_call *call, enum it_trace_tier tier);

/* What of open(2)'s flags makes it more than reading. */
enum { IT_OPEN_WRITES = 01 | 02 | 0100 | 01000 }; /* O_WRONLY O_RDWR O_CREAT O_TRUNC, everywhere */

/* The commands of ioctl(2) that change attributes: FS_IOC_SETFLAGS, its form of 32 bits,
   FS_IOC_FSSETXATTR. */
#define IT_IOCTL_CHANGES                                                                           \
	{                                                                                          \
		0x40086602U, 0x40046602U, 0x401c5820U                                              \
	}

#endif
