/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a repository is, and whether it stays there: found by walking up from a folder, followed
 * through the ".git" file of a linked work tree or submodule only when both ends name each other.
 * Everything is read by us; no setting of the repository is obeyed.
 */
#ifndef INTOTO_ATTESTORS_SOURCE_PLACE_H
#define INTOTO_ATTESTORS_SOURCE_PLACE_H

#include <intoto/attestor.h>

#include "attestors/source/config.h"

enum {
	REPO_PATH_MAX = 4096,
	REPO_ID_SIZE = 65, /* hex of SHA-256, and a NUL */
	REPO_REF_MAX = 1024,
};

struct repo_place {
	char *folder; /* top of the work tree, absolute and without symbolic links; NULL: bare */
	char *git;    /* its .git folder */
	char *shared; /* where objects and branches are: git, but for a linked work tree */
	struct repo_config config; /* of shared, and config.worktree of git */
	size_t id_len;		   /* hex digits of an object's id: 40 or 64 */
	bool linked;		   /* a linked work tree */
	bool shallow;
	bool partial; /* a partial clone: objects may be absent */
};

void repo_place_done(struct repo_place *place);
/* NOTFOUND: there is no repository at or above folder.  POLICY: it leads elsewhere. */
int repo_place_find(struct repo_place *out, const char *folder, struct intoto_error **err);
/* The one whose work tree begins at folder itself, for submodules; NOTFOUND: none does. */
int repo_place_at(struct repo_place *out, const char *folder, struct intoto_error **err);

/* What HEAD names. */
struct repo_head {
	char ref[REPO_REF_MAX]; /* "" when detached */
	char id[REPO_ID_SIZE];	/* "" when the branch has no commit yet */
};
int repo_head_read(struct repo_head *out, const struct repo_place *place,
		   struct intoto_error **err);

/* Whether text is an id of that many hex digits in lower case, up to len. */
bool repo_id_is(const char *text, size_t len, size_t id_len);
/* A regular file up to max bytes, NUL-terminated; NOTFOUND when it is not there. */
struct at_buf;
int repo_file_read(struct at_buf *out, const char *folder, const char *name,
		   struct intoto_error **err);

#endif
