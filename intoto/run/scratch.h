/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scratch folder: a private copy of some files, to work on and to throw away.
 *
 *   TOP/work    the copy        TOP/home, TOP/tmp    empty, to write to        TOP/view    empty
 */
#ifndef IT_RUN_SCRATCH_H
#define IT_RUN_SCRATCH_H

#include <sys/types.h>

#include "base/strings.h"

struct it_scratch_options {
	const struct it_strings *paths; /* clean, relative to the current folder, none with ".." */
	uint64_t most_bytes;		/* in all */
	uint64_t most_files;		/* folders and links, too */
	uid_t user; /* whom root gives the copies to, so that it can become that user; 0: nobody */
	/* One sentence about what was not copied; may be NULL. */
	void (*notice)(void *arg, const char *text);
	void *arg;
};

struct it_scratch;

/*
 * Makes one below $TMPDIR, for us alone, and copies the paths into its work folder under their
 * names: shared with the original where the file system can, never linked.  Symbolic links are
 * copied as links and never followed; FIFOs, sockets and devices are left out with a notice.
 *
 * It is removed by it_scratch_free, and by a process that waits for our end however we end.
 */
IT_CHECK int it_scratch_new(struct it_scratch **out, const struct it_scratch_options *options,
			    struct intoto_error **err);

/*
 * Whether every symbolic link below work that counts (record/ignore.h) leads to something in work,
 * to the system's own folders, or nowhere.  INTOTO_E_UNSUPPORTED names one that does not: whoever
 * sees only the copy sees other contents there.
 */
IT_CHECK int it_scratch_check_links(const struct it_scratch *scratch, struct intoto_error **err);

/* Absolute paths; borrowed. */
const char *it_scratch_work(const struct it_scratch *scratch);
const char *it_scratch_home(const struct it_scratch *scratch);
const char *it_scratch_temporary(const struct it_scratch *scratch);
const char *it_scratch_view(const struct it_scratch *scratch);
/*
 * A new and empty folder with each call, borrowed until the next: what was left in one before may
 * be a trap for whoever mounts there.
 */
IT_CHECK int it_scratch_fresh(struct it_scratch *scratch, const char **out,
			      struct intoto_error **err);
/* options.user, or 0 when it could not get to the folder. */
uid_t it_scratch_user(const struct it_scratch *scratch);

/* Removes it all; an error is for telling, nothing more can be done.  NULL is fine. */
int it_scratch_free(struct it_scratch *scratch, struct intoto_error **err);

#endif
