/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the overlay: over each folder that the step may change lies an empty one that takes
 * all changes; afterwards they are listed and brought into the real folder.
 *
 *   PLACE         beside the folder, on its file system, ours alone
 *     about       for people: whose it is and what to do with it; locked while we live
 *     upper/      the changes                       work/     the kernel's
 *     away/       what was removed or replaced, until everything is there
 *     merging/    made before the first change of the real folder
 */
#ifndef IT_RUN_TRACER_OVERLAY_H
#define IT_RUN_TRACER_OVERLAY_H

#include <sys/stat.h>

#include "run/mounts.h"
#include "run/namespace.h"
#include "run/tracer.h"

enum { IT_OVERLAY_OPTIONS_SIZE = 192, IT_OVERLAY_DEPTH_MAX = 400 };

struct it_overlay_folder {
	char *path;	 /* without symbolic links */
	char *place;	 /* NULL: none is made yet */
	bool ours;	 /* the place: it goes when we do */
	bool user_notes; /* the kernel's attributes are user.overlay.*, else trusted.overlay.* */
	int real;
	int top; /* of the place */
	int upper;
	int work;
	int away;
	int about;
	struct stat before;	 /* the folder */
	struct stat after;	 /* what the step left in its place */
	struct timespec started; /* on the clock of its file system */
	char options[IT_OVERLAY_OPTIONS_SIZE];
};

struct it_overlay {
	struct it_overlay_folder *folders;
	size_t count;
	bool user;	/* a user namespace is needed */
	bool read_only; /* everything but the folders, and */
	struct it_strings writable;
	int watch; /* tells when an overlay is gone; -1: nothing does */
	size_t watched;
	struct it_namespace space;
	uint64_t id;
	struct it_strings inherited; /* files that a descriptor of the command writes to */
};

/* --- the place --- */

/* Finds a place for the folder's changes and makes it; UNSUPPORTED when there is none. */
IT_CHECK int it_overlay_place_make(struct it_overlay *overlay, size_t item,
				   const struct it_mounts *mounts, struct it_touched *touched,
				   struct intoto_error **err);
/* Before the real folder is changed, and when all of it has been. */
IT_CHECK int it_overlay_place_mark(const struct it_overlay_folder *folder,
				   struct intoto_error **err);
/* Removes it, with what is in it. */
void it_overlay_place_remove(struct it_overlay_folder *folder);
void it_overlay_folder_done(struct it_overlay_folder *folder);

/* --- the mounts --- */

IT_CHECK int it_overlay_mount(struct it_overlay *overlay, struct intoto_error **err);
/* Lets go of them; whether somebody else still has one. */
IT_CHECK bool it_overlay_leave(struct it_overlay *overlay);

/* --- the changes --- */

/*
 * Lists everything in upper.  A file that was only opened leaves upper, so that what is there
 * afterwards is what changed.  Fails, before anything has been brought in, when somebody else
 * changed the same in the meantime.
 */
IT_CHECK int it_overlay_list(struct it_overlay_folder *folder, struct it_touched *touched,
			     struct intoto_error **err);
/* Brings upper into the real folder.  What is done leaves upper: it can be done again. */
IT_CHECK int it_overlay_merge(const struct it_overlay_folder *folder, struct intoto_error **err);

/* --- entries of upper, and how they compare --- */

enum it_overlay_kind { IT_OVERLAY_ENTRY, IT_OVERLAY_WHITEOUT };

/* What stands for "it is not there any more". */
bool it_overlay_is_whiteout(const struct stat *upper);
/* Whether a name is there, and how it is: 0, or the errno of what hides it. */
int it_overlay_look(int at, const char *name, struct stat *out, bool *is_there);
/* Whether a folder of upper stands instead of the real one, and not over it: 0, or the errno of
   what hides that. */
int it_overlay_hides(const struct it_overlay_folder *folder, int upper, int real, const char *name,
		     bool *hides);
/* Removes what the kernel noted on an entry of upper; opaque may have to stay. */
IT_CHECK int it_overlay_clean(int upper, const char *name, bool opaque_too,
			      struct intoto_error **err);
/* Whether two files have the same bytes; what cannot be read is different. */
bool it_overlay_same_bytes(int upper, int real, const char *name, const struct stat *about);
bool it_overlay_same_target(int upper, int real, const char *name);
/* Mode, owner, attributes; not the times. */
bool it_overlay_same_rights(int upper, int real, const char *name, const struct stat *above,
			    const struct stat *below);
/* Gives real's entry the attributes of upper's, which has those that are wanted. */
IT_CHECK int it_overlay_dress(int upper, int real, const char *name, const struct stat *wanted,
			      struct intoto_error **err);
/* 0, or -1 and errno; the last part of the name is no link that is followed. */
int it_overlay_set_mode(int at, const char *name, mode_t mode);
/* Opens a folder to work in, whatever its mode says; -1 and errno.  Then the mode is as it was. */
int it_overlay_open_folder(int at, const char *name, const struct stat *about);
void it_overlay_lock_folder(int fd, const struct stat *about);

/* The names in a folder. */
IT_CHECK int it_overlay_names(int fd, struct it_strings *out, struct intoto_error **err);

bool it_overlay_later(const struct timespec *a, const struct timespec *b);

#endif
