/* SPDX-License-Identifier: Apache-2.0 */
/* What reads objects, references, index and work tree: libgit2, or git(1) for what that cannot. */
#ifndef INTOTO_ATTESTORS_GIT_READER_H
#define INTOTO_ATTESTORS_GIT_READER_H

#include "attestors/source/text.h"
#include "attestors/source/place.h"

/* One reference that names an object, and the commit behind it ("" when there is none). */
struct repo_ref {
	const char *name;
	const char *id;
	const char *commit;
};

/* How a path differs. */
enum repo_change {
	REPO_STAGED = 1,
	REPO_MODIFIED = 2,
	REPO_DELETED = 4,
	REPO_UNTRACKED = 8,
	REPO_CONFLICTED = 16,
	REPO_RENAMED = 32,
	REPO_UNREADABLE = 64,
};

/* Each is told to somebody who stops the listing by returning an error. */
struct repo_listener {
	void *arg;
	int (*ref)(void *arg, const struct repo_ref *ref, struct intoto_error **err);
	int (*change)(void *arg, const char *path, unsigned change, struct intoto_error **err);
	int (*submodule)(void *arg, const char *path, const char *commit,
			 struct intoto_error **err);
};

struct repo_reader;
struct repo_reader_kind {
	const char *name;
	size_t id_len; /* of the repositories that it reads */
	int (*open)(struct repo_reader **out, const struct repo_place *place,
		    struct intoto_error **err);
	void (*close)(struct repo_reader *reader);
	/* Appends name and version. */
	void (*version)(struct at_buf *out, const struct repo_reader *reader);
	/* The bytes of an object of that type; LIMIT when it is larger than out takes. */
	int (*object)(struct repo_reader *reader, struct at_buf *out, const char *id,
		      const char *type, struct intoto_error **err);
	int (*refs)(struct repo_reader *reader, const struct repo_listener *listener,
		    struct intoto_error **err);
	/* Files that are ignored are not told.  UNSUPPORTED: it cannot be known without running
	 * what the repository names. */
	int (*changes)(struct repo_reader *reader, const struct repo_listener *listener,
		       struct intoto_error **err);
	int (*submodules)(struct repo_reader *reader, const struct repo_listener *listener,
			  struct intoto_error **err);
};
extern const struct repo_reader_kind repo_library_reader; /* SHA-1 */
extern const struct repo_reader_kind repo_program_reader; /* SHA-256 */

#endif
