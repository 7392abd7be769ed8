/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel asks, we answer (linux/fuse.h).  This runs in the keeper: no memory is allocated, only
 * system calls are made.  What comes from the kernel is bounded by its length all the same.
 */
#include "base/sandbox_fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fuse.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	REQUEST_SIZE = 16 * 1024, /* over FUSE_MIN_READ_BUFFER and what we let it write at once */
	WRITE_MAX = 4096,
	ANSWER_SIZE = 8 * 1024,
	BLOCK = 4096,
	MINOR = 31,
	FOR_EVER = 365 * 24 * 3600, /* seconds: longer than a step */
	FOLDER_MODE = 0755,
	FILE_MODE = 0644,
	LINK_MODE = 0777,
};

struct request {
	const struct it_sandbox_server *server;
	const struct fuse_in_header *header;
	const char *body;
	size_t len; /* of body */
};

/* --- answers --- */

static void answer(const struct request *request, int number, const void *data, size_t len)
{
	struct fuse_out_header header = {
		.len = (uint32_t)(sizeof header + len),
		.error = -number,
		.unique = request->header->unique,
	};
	struct iovec parts[] = { { &header, sizeof header }, { (void *)(uintptr_t)data, len } };
	ssize_t put = writev(request->server->fd, parts, len ? 2 : 1);

	(void)put; /* whoever asked has been killed */
}

/* A name in the request, from an offset on; NULL when it is not terminated. */
static const char *name_at(const struct request *request, size_t offset)
{
	return offset < request->len && memchr(request->body + offset, '\0', request->len - offset)
		       ? request->body + offset
		       : NULL;
}

/* NULL when the kernel asks for one that we never told. */
static const struct it_sandbox_node *node_of(const struct request *request)
{
	uint64_t id = request->header->nodeid;

	return id >= FUSE_ROOT_ID && id - FUSE_ROOT_ID < request->server->tree->count
		       ? &request->server->tree->nodes[id - FUSE_ROOT_ID]
		       : NULL;
}

static struct fuse_attr describe(const struct it_sandbox_server *server, size_t index)
{
	const struct it_sandbox_node *node = &server->tree->nodes[index];
	struct fuse_attr attr = {
		.ino = index + FUSE_ROOT_ID,
		.nlink = 1,
		.uid = server->user,
		.gid = server->group,
		.blksize = BLOCK,
		.mode = S_IFREG | FILE_MODE,
	};

	if (node->kind == IT_NODE_FOLDER) {
		attr.mode = S_IFDIR | FOLDER_MODE;
		attr.nlink = 2;
	} else if (node->kind == IT_NODE_LINK) {
		attr.mode = S_IFLNK | LINK_MODE;
		attr.size = strlen(node->link);
	}
	return attr;
}

/* --- what was looked for in vain --- */

/* Puts the path of a name in a folder together, from its end; NULL when it is too long. */
static const char *path_of(const struct it_sandbox_tree *tree, size_t folder, const char *name,
			   char *out, size_t size)
{
	size_t at = size - 1;

	out[at] = '\0';
	for (;;) {
		size_t len = strlen(name);

		if (len + 1 > at)
			return NULL;
		at -= len;
		memcpy(out + at, name, len);
		out[--at] = '/';
		if (!folder)
			return out + at;
		name = tree->nodes[folder].name;
		folder = tree->nodes[folder].parent;
	}
}

/* FNV-1a, never 0.  Two paths with the same one count as one: it is for telling, not for proving.
 */
static uint32_t hash_of(char how, const char *path)
{
	uint32_t hash = 2166136261U ^ (unsigned char)how;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 16777619U;
	return hash ? hash : 1;
}

static bool is_new(struct it_sandbox_denied *denied, uint32_t hash)
{
	for (size_t i = 0; i < IT_SANDBOX_DENIED_PATHS * 2; i++) {
		uint32_t *slot = &denied->hashes[(hash + i) % (IT_SANDBOX_DENIED_PATHS * 2)];

		if (*slot == hash)
			return false;
		if (!*slot && denied->count < IT_SANDBOX_DENIED_PATHS) {
			*slot = hash;
			return true;
		}
		if (!*slot)
			return true;
	}
	return true;
}

static void note_denied(const struct it_sandbox_server *server, char how, const char *path)
{
	struct it_sandbox_denied *denied = server->denied;
	size_t len = strlen(path) + 1;

	if (!is_new(denied, hash_of(how, path)))
		return;
	if (denied->count >= IT_SANDBOX_DENIED_PATHS ||
	    len + 1 > sizeof denied->text - denied->used) {
		denied->more++;
		return;
	}
	denied->text[denied->used] = how;
	memcpy(denied->text + denied->used + 1, path, len);
	denied->used += len + 1;
	denied->count++;
}

/* --- requests --- */

static void begin(const struct request *request)
{
	const uint32_t wanted =
		FUSE_NO_OPENDIR_SUPPORT | FUSE_PARALLEL_DIROPS | FUSE_CACHE_SYMLINKS;
	const struct fuse_init_in *in = (const void *)request->body;
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = MINOR,
		.max_write = WRITE_MAX,
		.time_gran = 1,
	};

	if (request->len < offsetof(struct fuse_init_in, flags) + sizeof in->flags) {
		answer(request, EPROTO, NULL, 0);
		return;
	}
	out.flags = in->flags & wanted;
	out.max_readahead = in->max_readahead;
	answer(request, 0, &out, sizeof out);
}

static void look_up(const struct request *request)
{
	const struct it_sandbox_server *server = request->server;
	const struct it_sandbox_node *folder = node_of(request);
	const char *name = name_at(request, 0);
	struct fuse_entry_out out = { .entry_valid = FOR_EVER, .attr_valid = FOR_EVER };
	char text[PATH_MAX];
	const char *path;
	struct stat about;

	if (!folder || !name) {
		answer(request, ENOENT, NULL, 0);
		return;
	}
	for (size_t at = folder->first; at; at = server->tree->nodes[at].next)
		if (strcmp(server->tree->nodes[at].name, name) == 0) {
			if (server->tree->nodes[at].kind != IT_NODE_SILENT) {
				out.nodeid = at + FUSE_ROOT_ID;
				out.attr = describe(server, at);
			}
			answer(request, 0, &out, sizeof out);
			return;
		}
	path = path_of(server->tree, (size_t)(folder - server->tree->nodes), name, text,
		       sizeof text);
	if (path && fstatat(AT_FDCWD, path, &about, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0)
		note_denied(server, 'r', path);
	answer(request, 0, &out, sizeof out); /* not there, which is to be remembered */
}

static void get_attributes(const struct request *request)
{
	const struct it_sandbox_node *node = node_of(request);
	struct fuse_attr_out out = { .attr_valid = FOR_EVER };

	if (!node) {
		answer(request, ENOENT, NULL, 0);
		return;
	}
	out.attr = describe(request->server, (size_t)(node - request->server->tree->nodes));
	answer(request, 0, &out, sizeof out);
}

static void read_link(const struct request *request)
{
	const struct it_sandbox_node *node = node_of(request);

	if (node && node->kind == IT_NODE_LINK)
		answer(request, 0, node->link, strlen(node->link));
	else
		answer(request, EINVAL, NULL, 0);
}

/* One entry into a listing; 0 when there is no room for it. */
static size_t list(char *out, size_t room, uint64_t id, uint64_t offset, const char *name,
		   uint32_t type)
{
	size_t len = strlen(name);
	size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + len);
	struct fuse_dirent entry = {
		.ino = id, .off = offset, .namelen = (uint32_t)len, .type = type
	};

	if (size > room)
		return 0;
	memset(out, 0, size);
	memcpy(out, &entry, FUSE_NAME_OFFSET);
	memcpy(out + FUSE_NAME_OFFSET, name, len);
	return size;
}

static void read_folder(const struct request *request)
{
	static const uint32_t types[] = { [IT_NODE_FOLDER] = S_IFDIR >> 12,
					  [IT_NODE_PLACE] = S_IFREG >> 12,
					  [IT_NODE_LINK] = S_IFLNK >> 12 };
	const struct fuse_read_in *in = (const void *)request->body;
	const struct it_sandbox_tree *tree = request->server->tree;
	const struct it_sandbox_node *folder = node_of(request);
	_Alignas(uint64_t) char out[ANSWER_SIZE];
	uint64_t number = 0;
	size_t used = 0;
	size_t room;

	if (!folder || request->len < sizeof *in) {
		answer(request, EINVAL, NULL, 0);
		return;
	}
	room = in->size < sizeof out ? in->size : sizeof out;
	for (size_t at = folder->first; at; at = tree->nodes[at].next) {
		size_t size;

		number++;
		if (number <= in->offset || tree->nodes[at].kind == IT_NODE_SILENT)
			continue;
		size = list(out + used, room - used, at + FUSE_ROOT_ID, number,
			    tree->nodes[at].name, types[tree->nodes[at].kind]);
		if (!size)
			break;
		used += size;
	}
	answer(request, 0, out, used);
}

static void refuse_change(const struct request *request, size_t offset)
{
	const struct it_sandbox_node *folder = node_of(request);
	const struct it_sandbox_tree *tree = request->server->tree;
	const char *name = name_at(request, offset);
	char text[PATH_MAX];
	const char *path = folder && name ? path_of(tree, (size_t)(folder - tree->nodes), name,
						    text, sizeof text)
					  : NULL;

	if (path)
		note_denied(request->server, 'w', path);
	answer(request, EROFS, NULL, 0);
}

static void tell_size(const struct request *request)
{
	const struct fuse_statfs_out out = {
		.st = { .bsize = BLOCK, .frsize = BLOCK, .namelen = NAME_MAX }
	};

	answer(request, 0, &out, sizeof out);
}

static void dispatch(const struct request *request)
{
	switch (request->header->opcode) {
	case FUSE_INIT:
		begin(request);
		break;
	case FUSE_LOOKUP:
		look_up(request);
		break;
	case FUSE_GETATTR:
		get_attributes(request);
		break;
	case FUSE_READLINK:
		read_link(request);
		break;
	case FUSE_READDIR:
		read_folder(request);
		break;
	case FUSE_STATFS:
		tell_size(request);
		break;
	case FUSE_MKNOD:
		refuse_change(request, sizeof(struct fuse_mknod_in));
		break;
	case FUSE_MKDIR:
		refuse_change(request, sizeof(struct fuse_mkdir_in));
		break;
	case FUSE_CREATE:
		refuse_change(request, sizeof(struct fuse_create_in));
		break;
	case FUSE_LINK:
		refuse_change(request, sizeof(struct fuse_link_in));
		break;
	case FUSE_SYMLINK:
	case FUSE_UNLINK:
	case FUSE_RMDIR:
		refuse_change(request, 0);
		break;
	case FUSE_SETATTR:
	case FUSE_RENAME:
	case FUSE_RENAME2:
	case FUSE_WRITE:
		answer(request, EROFS, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break; /* nobody waits for an answer */
	default:
		answer(request, ENOSYS, NULL, 0);
	}
}

bool it_sandbox_serve(const struct it_sandbox_server *server)
{
	_Alignas(uint64_t) char text[REQUEST_SIZE];
	ssize_t got = read(server->fd, text, sizeof text);
	struct request request = { .server = server, .header = (const void *)text };

	if (got < 0)
		return errno == EINTR || errno == EAGAIN || errno == ENOENT;
	if ((size_t)got < sizeof *request.header)
		return false;
	request.body = text + sizeof *request.header;
	request.len = (size_t)got - sizeof *request.header;
	dispatch(&request);
	return true;
}
