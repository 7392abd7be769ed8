/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a view, and the folders above them. */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sandbox_fuse.h"
#include "base/text.h"

enum { NODES_MAX = 64 * 1024 };

void it_sandbox_tree_done(struct it_sandbox_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->nodes[i].name);
		free(tree->nodes[i].link);
	}
	free(tree->nodes);
	*tree = (struct it_sandbox_tree){ 0 };
}

static int add_node(struct it_sandbox_tree *tree, size_t parent, struct it_span name,
		    enum it_sandbox_node_kind kind, struct intoto_error **err)
{
	struct it_sandbox_node *node;

	if (tree->count == tree->cap) {
		size_t cap = tree->cap ? tree->cap * 2 : 256;
		struct it_sandbox_node *nodes;

		if (cap > NODES_MAX)
			return it_err_set(err, INTOTO_E_LIMIT, "sandbox: over %d names to show",
					  NODES_MAX);
		nodes = reallocarray(tree->nodes, cap, sizeof *nodes);
		if (!nodes)
			return it_err_nomem(err);
		tree->nodes = nodes;
		tree->cap = cap;
	}
	node = &tree->nodes[tree->count];
	*node = (struct it_sandbox_node){ .parent = parent, .kind = kind };
	node->name = strndup(name.data, name.len);
	if (!node->name)
		return it_err_nomem(err);
	if (tree->count) {
		node->next = tree->nodes[parent].first;
		tree->nodes[parent].first = tree->count;
	}
	tree->count++;
	return INTOTO_OK;
}

static size_t child(const struct it_sandbox_tree *tree, size_t parent, struct it_span name)
{
	for (size_t at = tree->nodes[parent].first; at; at = tree->nodes[at].next)
		if (it_span_is(name, tree->nodes[at].name))
			return at;
	return 0;
}

/* The last part gets the kind, unless it is there already. */
static int add_path(struct it_sandbox_tree *tree, const char *path, enum it_sandbox_node_kind kind,
		    const char *link, struct intoto_error **err)
{
	size_t parent = 0;

	for (const char *at = path + strspn(path, "/"); *at;) {
		struct it_span name = it_span(at, strcspn(at, "/"));
		size_t node = child(tree, parent, name);
		bool last;
		int rc;

		at += name.len;
		at += strspn(at, "/");
		last = !*at;
		if (tree->nodes[parent].kind != IT_NODE_FOLDER)
			return INTOTO_OK; /* behind a link: shown where that leads */
		if (!node) {
			node = tree->count;
			rc = add_node(tree, parent, name, last ? kind : IT_NODE_FOLDER, err);
			if (rc)
				return rc;
			if (last && link && !(tree->nodes[node].link = strdup(link)))
				return it_err_nomem(err);
		} else if (tree->nodes[node].kind == IT_NODE_SILENT) {
			tree->nodes[node].kind = last ? kind : IT_NODE_FOLDER;
		}
		parent = node;
	}
	return INTOTO_OK;
}

static int add_shown(struct it_sandbox_tree *tree, const struct it_sandbox_path *path,
		     struct intoto_error **err)
{
	const char *source = path->from ? path->from : path->path;
	char target[PATH_MAX];
	struct stat about;
	ssize_t len;

	if (path->no_view)
		return add_path(tree, path->path, IT_NODE_SILENT, NULL, err);
	if (lstat(source, &about))
		return INTOTO_OK; /* passed over */
	if (S_ISDIR(about.st_mode))
		return add_path(tree, path->path, IT_NODE_FOLDER, NULL, err);
	if (!S_ISLNK(about.st_mode))
		return path->rights ? add_path(tree, path->path, IT_NODE_PLACE, NULL, err)
				    : INTOTO_OK;
	len = readlink(source, target, sizeof target - 1);
	if (len < 0)
		return INTOTO_OK; /* gone meanwhile */
	target[len] = '\0';
	return add_path(tree, path->path, IT_NODE_LINK, target, err);
}

int it_sandbox_tree_fill(struct it_sandbox_tree *tree, const struct it_sandbox_spec *spec,
			 struct intoto_error **err)
{
	static const char *const links[][2] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
	};
	/* Every program of the system looks there, and finds on most machines nothing. */
	static const char *const silent[] = { "/etc/selinux", "/sys/fs/selinux", "/selinux" };
	int rc = add_node(tree, 0, it_span_text(""), IT_NODE_FOLDER, err);

	for (size_t i = 0; !rc && i < spec->path_count; i++)
		rc = add_shown(tree, &spec->paths[i], err);
	if (!rc)
		rc = add_path(tree, "/proc", IT_NODE_FOLDER, NULL, err);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(silent); i++)
		rc = add_path(tree, silent[i], IT_NODE_SILENT, NULL, err);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(links); i++)
		rc = add_path(tree, links[i][0], IT_NODE_LINK, links[i][1], err);
	return rc;
}
