/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the files below a path, descriptor by descriptor: no path is resolved twice, so nothing can
 * be exchanged between the look and the read.
 */
#ifndef IT_RECORD_WALK_H
#define IT_RECORD_WALK_H

#include <sys/stat.h>

#include "record/ignore.h"
#include "record/snapshot.h"

enum {
	IT_WALK_DEPTH = 1000,
	IT_WALK_NAME_MAX = 64 * 1024,
	/* In one walk: n folders with links to each other have more than n! ways through them. */
	IT_WALK_LINKS = 100 * 1000,
};

/* A regular file where it was found, not opened yet. */
struct it_walk_found {
	struct it_span name;
	int at;		  /* the folder that it is in, while the visitor runs */
	const char *path; /* in it; the end of name */
	bool is_link;	  /* which is followed */
};

/* name is the path as it is recorded, without a NUL behind it; the first failure ends the walk. */
struct it_walk_visitor {
	/* A regular file, opened for reading. */
	int (*file)(void *arg, struct it_span name, int fd, const struct stat *about,
		    struct intoto_error **err);
	/* Instead, for whoever opens it later by it_walk_open; may be NULL. */
	int (*found)(void *arg, const struct it_walk_found *found, struct intoto_error **err);
	/* A symbolic link, with IT_SYMLINKS_RECORD. */
	int (*symlink)(void *arg, struct it_span name, struct it_span target,
		       struct intoto_error **err);
	/* A folder was opened; may be NULL. */
	void (*folder)(void *arg);
	/* One sentence about what is skipped. */
	void (*notice)(void *arg, const char *text);
	void *arg;
};

struct it_walk_options {
	int base_fd; /* paths are relative to this folder, or AT_FDCWD */
	const struct it_ignore *ignore;
	enum it_symlinks symlinks;
	bool optional;
};

/*
 * Opens a file that was found; one that vanished or was exchanged is an error that says so.  about
 * may be NULL, for who looks later (it_hash_look).
 */
IT_CHECK int it_walk_open(int *fd, struct stat *about, const struct it_walk_found *found,
			  struct intoto_error **err);

/* path is clean (it_name_of_path). */
IT_CHECK int it_walk(const char *path, const struct it_walk_options *options,
		     const struct it_walk_visitor *visitor, struct intoto_error **err);

#endif
