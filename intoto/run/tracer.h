/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches what a command touches, by the cheapest mechanism of the kernel that is sound and works
 * here.  A mechanism is one file that ends in one const struct it_tracer_kind, and one word in the
 * table of tracer.c, best first.
 *
 *   overlay            writes   unprivileged (user and mount namespace); exact also against a
 *                               hostile step
 *   fanotify           full     root, a mark on the mounts of a private namespace; exact
 *   user-notification  both     unprivileged (seccomp); paths are read from the step's memory:
 * evidence, no proof ptrace             both     where user notification is missing; with a filter,
 * never a stop at each call
 */
#ifndef IT_RUN_TRACER_H
#define IT_RUN_TRACER_H

#include "base/proc.h"
#include "run/touched.h"

enum it_trace_tier {
	IT_TRACE_WRITES, /* what is created, changed, renamed, removed */
	IT_TRACE_FULL,	 /* and what is read or executed, and the addresses that are talked to */
	IT_TRACE_BESIDE, /* not for users: what fanotify does not see, writes and addresses */
};

struct it_tracer_options {
	enum it_trace_tier tier;
	const char *mechanism; /* by its word, and no other; NULL: the best that works here */
	/*
	 * Absolute paths of folders that the step may change: what an overlay is put over.  A write
	 * elsewhere is not seen by the overlay, which the statement says.
	 */
	const struct it_strings *folders;
	/*
	 * Nothing but the folders, /tmp, /var/tmp, $TMPDIR, /dev and /proc can be written to while
	 * the step runs: no write is missing then but in those.  Only the overlay can do that.
	 */
	bool elsewhere_read_only;
};

struct it_tracer;

struct it_tracer_kind {
	const char *name;
	unsigned tiers; /* bits, 1 << enum it_trace_tier */
	/* Whether it works here, and everything that can fail before the command starts.  Fails
	   with UNSUPPORTED when the kernel or the rights for it are missing: then the next one is
	   tried. */
	int (*prepare)(struct it_tracer *tracer, struct intoto_error **err);
	/* In the child, last before exec: system calls only. */
	int (*enter)(struct it_tracer *tracer);
	/* In the caller, when the command has started (a thread may have worked since prepare). */
	int (*started)(struct it_tracer *tracer, pid_t pid, struct intoto_error **err);
	/* When the command has ended: takes what is still to come, says who is left. */
	int (*finish)(struct it_tracer *tracer, struct intoto_error **err);
	/* Or: the command may have begun, and its start failed all the same.  Names in the error
	   what it left; may be NULL where it can leave nothing. */
	int (*left)(struct it_tracer *tracer, int rc, struct intoto_error **err);
	void (*done)(struct it_tracer *tracer);
};

extern const struct it_tracer_kind it_tracer_overlay;
extern const struct it_tracer_kind it_tracer_fanotify;
extern const struct it_tracer_kind it_tracer_notify;
extern const struct it_tracer_kind it_tracer_ptrace;

struct it_tracer {
	const struct it_tracer_kind *kind;
	struct it_tracer_options options;
	struct it_touched *touched; /* the caller's */
	struct it_proc_entry entry; /* what the child does; arg is the tracer */
	void *state;		    /* of the kind */
};

/*
 * Chooses and prepares.  INTOTO_E_UNSUPPORTED when nothing works here, with the reason of each.
 * touched must live longer than the tracer.
 */
IT_CHECK int it_tracer_new(struct it_tracer **out, const struct it_tracer_options *options,
			   struct it_touched *touched, struct intoto_error **err);
IT_CHECK int it_tracer_started(struct it_tracer *tracer, pid_t pid, struct intoto_error **err);
/* Then touched is complete, and sealed. */
IT_CHECK int it_tracer_finish(struct it_tracer *tracer, struct intoto_error **err);
/* Instead of it when the start of the command failed with rc, which it returns. */
int it_tracer_left(struct it_tracer *tracer, int rc, struct intoto_error **err);
void it_tracer_free(struct it_tracer *tracer);
IT_DEFINE_AUTO(struct it_tracer, it_tracer_free);

#endif
