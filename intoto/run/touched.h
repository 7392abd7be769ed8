/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step touched: files, addresses, processes, each once, and how sure that is.  Filled by a
 * tracer (<run/tracer.h>), sealed when the step has ended, then only read.
 *
 * Filled by one thread at a time.
 */
#ifndef IT_RUN_TOUCHED_H
#define IT_RUN_TOUCHED_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"

enum it_touch {
	IT_TOUCH_READ = 1,     /* opened for reading, or mapped */
	IT_TOUCH_EXECUTED = 2, /* became a program, or interprets one */
	IT_TOUCH_WRITTEN = 4,  /* opened for writing, truncated, or its content differs */
	IT_TOUCH_CREATED = 8,  /* was not there before */
	IT_TOUCH_REMOVED = 16, /* or renamed away */
	IT_TOUCH_CHANGED = 32, /* mode, owner, times or attributes */
	IT_TOUCH_FOLDER = 64,  /* is a folder (made, removed or listed) */
	IT_TOUCH_ASKED = 128,  /* only asked for, as far as is known; never beside one of the first
				  six once sealed */
	IT_TOUCH_DENIED = 256, /* refused by the sandbox */
	IT_TOUCH_UNRESOLVED = 512, /* while it is filled: the path is as it was asked for, to be
				      followed by it_touched_resolve */
	IT_TOUCH_FOUND = 1024,	   /* what was read there was there before the step, whatever was
				      created there since */
	IT_TOUCH_UNSURE = 2048, /* while it is filled: was read or executed if it was ever there */
};

struct it_touched_file {
	const char *path; /* absolute, as the host sees it, without "." and ".."; bytes, perhaps no
			     UTF-8 */
	unsigned touches; /* of enum it_touch */
	uint64_t events;  /* how often */
	uint64_t first;	  /* order of the first event */
};

enum it_touched_talk { IT_TALK_CONNECT, IT_TALK_BIND, IT_TALK_SEND };

struct it_touched_address {
	enum it_touched_talk talk;
	/* "inet 192.0.2.1:443", "inet6 [2001:db8::1]:443", "unix /run/x", "unix @abstract",
	   "netlink", "family 40"; text is made by the log */
	const char *address;
	uint64_t events;
};

struct it_touched_process {
	pid_t pid;	     /* as the host sees it */
	pid_t parent;	     /* 0: not known */
	const char *program; /* the path that it became; NULL: it only forked */
};

/* The completeness statement: what the mechanism can and cannot prove, and what went missing. */
struct it_touched_statement {
	const char *mechanism; /* "overlay", "fanotify", "user-notification", "ptrace" */
	bool writes_proven;    /* against a hostile step: no write can be missing */
	bool reads_proven;
	bool network_seen; /* addresses are recorded at all */
	uint64_t events;   /* seen */
	uint64_t lost;	   /* known to have been lost: queue overflow, unreadable path, no memory */
	uint64_t unfollowed; /* system calls that touch files and could not be followed */
	uint64_t refused;    /* calls answered as absent so that nothing is missed (io_uring) */
	uint64_t escaped;    /* processes alive after the step, or that left the tracer */
	struct it_strings
		notes; /* sentences: what exactly was lost, unfollowed or escaped; at most 64 */
	struct it_strings
		passed_over; /* "overlay: Operation not permitted": why no better mechanism */
};

struct it_touched {
	struct it_touched_file *files; /* sorted bytewise by path once sealed */
	size_t file_count;
	struct it_touched_address *addresses; /* sorted by talk and address once sealed */
	size_t address_count;
	struct it_touched_process *processes; /* in the order in which they were seen */
	size_t process_count;
	struct it_touched_statement statement;
	struct it_touched_index *index; /* while it is filled */
};

void it_touched_done(struct it_touched *touched);

/*
 * Files and addresses count an event each.  A path that is not absolute, or over 4,096 bytes, and
 * memory that runs out, count as lost (with a note) instead of failing: a tracer goes on.  At most
 * 4 million files, 100,000 addresses, 1 million processes; what is more is lost.  What one event
 * says was removed was there before it, whatever else it says; whoever knows an order tells it.
 */
void it_touched_file(struct it_touched *touched, struct it_span path, unsigned touches);
struct sockaddr;
void it_touched_address(struct it_touched *touched, enum it_touched_talk talk,
			const struct sockaddr *address, size_t len);
/* Once for each program that a process becomes; without one only for a process not yet known. */
void it_touched_process(struct it_touched *touched, pid_t pid, pid_t parent, const char *program);
/* Adds a sentence to the notes, while there is room, and once. */
void it_touched_note(struct it_touched *touched, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Gives every file that is IT_TOUCH_UNRESOLVED its path, and puts together those that become one.
 * The resolver writes the path into out (empty: it stays) and may change file->touches.
 */
typedef void it_touched_resolver(void *arg, struct it_touched_file *file, struct it_buf *out);
IT_CHECK int it_touched_resolve(struct it_touched *touched, it_touched_resolver *resolver,
				void *arg, struct intoto_error **err);

IT_CHECK int it_touched_seal(struct it_touched *touched, struct intoto_error **err);
/* Binary search in the sealed files; NULL when it was not touched. */
const struct it_touched_file *it_touched_find(const struct it_touched *touched,
					      struct it_span path);
/* Nothing lost, nothing unfollowed, nobody escaped. */
bool it_touched_is_complete(const struct it_touched *touched);

#endif
