/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Follows the system calls of a step one by one: what each is about to touch is read from the
 * caller's memory while it waits, and logged.
 *
 * Another thread of the caller may change that memory before the kernel reads it: this is evidence,
 * no proof.
 */
#ifndef IT_RUN_TRACER_FOLLOW_H
#define IT_RUN_TRACER_FOLLOW_H

#include <sys/socket.h>

#include "run/tracer_calls.h"
#include "run/tracer_place.h"

struct it_tracer_seen; /* threads that were seen */

struct it_tracer_follow {
	struct it_touched *touched;
	enum it_trace_tier tier;
	struct it_tracer_place place;
	struct it_tracer_seen *seen;
};

struct it_tracer_asked {
	pid_t tid;   /* as we see it */
	bool is_new; /* what it_tracer_meet says */
	unsigned audit;
	int number;
	uint64_t args[6];
};

enum {
	IT_DEED_FILES = 8,
	IT_DEED_ADDRESSES = 8,
	IT_DEED_TEXT = 4 * PATH_MAX,
};

/* What a call is about to do. */
struct it_tracer_deed {
	const struct it_tracer_call *call; /* NULL: a number that we do not know */
	pid_t tid;
	bool absent; /* to be answered with ENOSYS */
	bool unfollowed;
	const char *lost;    /* why nothing is known; NULL: it is */
	int number;	     /* errno, for lost; 0: none */
	const char *program; /* that it becomes */
	bool gains;	     /* a set-uid or set-gid program, that gets no rights by it */
	pid_t pid;	     /* of the process, where that is news; else 0 */
	pid_t parent;
	struct {
		const char *path;
		unsigned touches;
	} files[IT_DEED_FILES];
	size_t file_count;
	struct {
		enum it_touched_talk talk;
		struct sockaddr_storage address;
		size_t len;
	} addresses[IT_DEED_ADDRESSES];
	size_t address_count;
	size_t text_len;
	char text[IT_DEED_TEXT];
};

enum it_deed_end { IT_DEED_MAYBE, IT_DEED_DONE, IT_DEED_FAILED };

IT_CHECK int it_tracer_follow_open(struct it_tracer_follow *follow, const struct it_tracer *tracer,
				   struct intoto_error **err);
void it_tracer_follow_done(struct it_tracer_follow *follow);

/* Before the first call: the root of the step, and the files that it was started with. */
void it_tracer_follow_start(struct it_tracer_follow *follow, pid_t pid);

/*
 * One call is met, looked at, and committed, in this order.  Several threads may look at the same
 * time; for the rest only one at a time may be here.
 */

/* Whether the thread was never seen before. */
bool it_tracer_meet(struct it_tracer_follow *follow, pid_t tid);
/* Reads what the caller, which waits, asks for. */
void it_tracer_look(const struct it_tracer_follow *follow, const struct it_tracer_asked *asked,
		    struct it_tracer_deed *deed);
/* Logs it; how it ended, as far as that is known. */
void it_tracer_commit(struct it_tracer_follow *follow, const struct it_tracer_deed *deed,
		      enum it_deed_end end);

/* When the step has ended: gives every name its place. */
IT_CHECK int it_tracer_follow_finish(struct it_tracer_follow *follow, struct intoto_error **err);
/* Notes and counts who is still alive.  sure: somebody is, whether it was seen or not. */
void it_tracer_follow_escaped(struct it_tracer_follow *follow, bool sure, const char *what);

#endif
