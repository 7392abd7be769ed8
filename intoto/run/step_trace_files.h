/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a trace after the step: what became of each, and its digest.
 *
 * Each is hashed once, by what it is (device and inode) and not by what it is called, when the step
 * is over.  So the digest is of what is there now; whether that is what the step read is the state:
 * a file whose change time is older than the step is what it was, since no system call sets a
 * change time (<record/reuse.h> says who can cheat that).
 */
#ifndef IT_RUN_STEP_TRACE_FILES_H
#define IT_RUN_STEP_TRACE_FILES_H

#include <sys/types.h>
#include <time.h>

#include "record/snapshot.h"
#include "run/touched.h"

enum it_traced_state {
	IT_TRACED_UNCHANGED,  /* the digest is of what the step found */
	IT_TRACED_MADE,	      /* by the step; the digest is of what it left */
	IT_TRACED_CHANGED,    /* since it was read; the digest is of what is there now */
	IT_TRACED_UNPROVEN,   /* its file system's change times prove nothing; likewise */
	IT_TRACED_REMOVED,    /* was there, and is not any more */
	IT_TRACED_ABSENT,     /* was looked for, and is not there */
	IT_TRACED_FOLDER,     /* these have no digest */
	IT_TRACED_SPECIAL,    /* a device, socket, FIFO, or a link that leads nowhere */
	IT_TRACED_KERNEL,     /* made by the kernel when it is read: /proc, /sys */
	IT_TRACED_UNREADABLE, /* by us, or it changed while it was hashed */
};

/* "unchanged", "made", "changed", "unproven" …; stable words. */
const char *it_traced_state_word(enum it_traced_state state);

struct it_traced_file {
	const char *path;    /* as it was touched */
	char *real;	     /* where its symbolic links lead; NULL: path itself */
	const char *digests; /* NULL: has none */
	char *owned;	     /* path, when it was found below a folder that the step made */
	unsigned touches;    /* of enum it_touch */
	uint64_t events;
	bool older; /* than the step, so it was moved to where the step seems to have made it */
	enum it_traced_state state;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed; /* change time, when it was looked at */
};

struct it_traced_files {
	struct it_traced_file *items;
	size_t count;
	size_t cap;
	struct it_artifacts digests; /* of those that were hashed here */
};

struct it_trace_terms {
	struct timespec begin; /* what changed before this moment is what the step found */
	/* What changed before this one is as the materials have it; not after begin. */
	struct timespec recorded;
	const char *base; /* real path of the folder that names are relative to */
	const struct it_snapshot_options *snapshot;
	/* Sealed, and must outlive what is made of the files: digests that are known. */
	const struct it_artifacts *materials;
	const struct it_artifacts *products;
};

void it_traced_files_done(struct it_traced_files *files);

/*
 * Looks at every file of a sealed trace, and at what stands below folders that the step made or
 * renamed.  A folder that cannot be listed is *unlisted, and no error.  touched must stay.
 */
IT_CHECK int it_traced_files_settle(struct it_traced_files *out, const struct it_touched *touched,
				    const struct it_trace_terms *terms, size_t *unlisted,
				    struct intoto_error **err);

bool it_trace_is_before(const struct timespec *a, const struct timespec *b);

/* The state of a file that is there, by its change time and how it was touched. */
enum it_traced_state it_traced_state_of(const struct timespec *changed,
					const struct timespec *begin, unsigned touches,
					bool honest);

/*
 * A moment that is later than every change so far, and earlier than every change after the call,
 * as change times measure it: waits for the next tick of their clock, some milliseconds.
 */
IT_CHECK int it_trace_moment(struct timespec *out, struct intoto_error **err);

#endif
