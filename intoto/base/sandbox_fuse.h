/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A view that can tell what was looked for in vain: a file system of folders that only lead to what
 * is shown, served by the keeper with the kernel's own protocol (/dev/fuse).  What is shown is
 * mounted over its places, so that no access to that comes here; a name that is not there is asked
 * for once, and the kernel keeps the answer.
 */
#ifndef IT_BASE_SANDBOX_FUSE_H
#define IT_BASE_SANDBOX_FUSE_H

#include <sys/types.h>

#include "base/sandbox.h"

enum it_sandbox_node_kind {
	IT_NODE_FOLDER,
	IT_NODE_PLACE, /* of a file */
	IT_NODE_LINK,
	IT_NODE_SILENT, /* not there, and that is no matter */
};

struct it_sandbox_node {
	char *name;
	char *link;
	size_t parent;
	size_t first; /* child, 0: none */
	size_t next;  /* of the same parent, 0: none */
	enum it_sandbox_node_kind kind;
};

/* The first is the root. */
struct it_sandbox_tree {
	struct it_sandbox_node *nodes;
	size_t count;
	size_t cap;
};

/* Before the fork. */
IT_CHECK int it_sandbox_tree_fill(struct it_sandbox_tree *tree, const struct it_sandbox_spec *spec,
				  struct intoto_error **err);
void it_sandbox_tree_done(struct it_sandbox_tree *tree);

/* In the keeper: what it knows while it serves. */
struct it_sandbox_server {
	int fd;
	const struct it_sandbox_tree *tree;
	struct it_sandbox_denied *denied;
	uid_t user; /* whom everything belongs to */
	gid_t group;
};

/* Answers one request; false when there will be no more. */
bool it_sandbox_serve(const struct it_sandbox_server *server);

#endif
