/* SPDX-License-Identifier: Apache-2.0 */
/* What one call is about to do: a function for each kind of call. */
#include <errno.h>
#include <fcntl.h>

#include "run/tracer_look.h"
#include "run/tracer_memory.h"
#include "run/tracer_program.h"

enum {
	EXEC_CHECK = 0x10000, /* AT_EXECVE_CHECK: nothing is executed */
	NO_REPLACE = 1,	      /* RENAME_NOREPLACE */
	EXCHANGE = 2,	      /* RENAME_EXCHANGE */
	RESOLVE_ROOT = 0x10,  /* RESOLVE_IN_ROOT */
	INTERPRETERS_MAX = 5, /* as the kernel */
	MODE_EXECUTE = 0111,
	MODE_GAINS = 06000, /* set-uid, set-gid */
};

/* --- what is found --- */

static const char *keep(struct it_tracer_deed *deed, const char *text)
{
	size_t size = strlen(text) + 1;
	char *at = deed->text + deed->text_len;

	if (size > sizeof deed->text - deed->text_len) {
		deed->lost = "a path";
		deed->number = ENAMETOOLONG;
		return NULL;
	}
	memcpy(at, text, size);
	deed->text_len += size;
	return at;
}

static void touch(const struct it_look *look, const char *path, unsigned touches)
{
	struct it_tracer_deed *deed = look->deed;
	const char *kept;

	/* Who is only asked for what is written cannot tell what is read. */
	if (look->follow->tier != IT_TRACE_FULL)
		touches &= ~(unsigned)IT_TOUCH_READ;
	if (!(touches & ~(unsigned)(IT_TOUCH_UNRESOLVED | IT_TOUCH_FOLDER)))
		return;
	kept = deed->file_count < IT_DEED_FILES ? keep(deed, path) : NULL;
	if (!kept)
		return;
	deed->files[deed->file_count].path = kept;
	deed->files[deed->file_count++].touches = touches;
}

struct found {
	enum it_place place;
	struct stat about;
	char path[PATH_MAX];
};

static bool find_name(const struct it_look *look, int at, int path, bool follow,
		      struct found *found)
{
	char name[PATH_MAX];

	if (!it_look_name(look, at, path, false, name))
		return false;
	found->place = it_tracer_place_find(&look->follow->place, name, follow, found->path,
					    &found->about);
	return true;
}

static unsigned kind_of(const struct found *found)
{
	return S_ISDIR(found->about.st_mode) ? IT_TOUCH_FOLDER : 0;
}

/* --- opening --- */

static unsigned open_touches(const struct found *found, unsigned flags)
{
	unsigned mode = flags & O_ACCMODE;
	unsigned touches = 0;

	if (found->place == IT_PLACE_MISSING && (flags & O_CREAT))
		return IT_TOUCH_CREATED | IT_TOUCH_WRITTEN;
	if (found->place != IT_PLACE_THERE)
		return IT_TOUCH_ASKED;
	if (S_ISDIR(found->about.st_mode)) /* what has no name is no matter until it gets one */
		return (flags & O_TMPFILE) == O_TMPFILE ? 0 : IT_TOUCH_ASKED;
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return IT_TOUCH_ASKED;
	if (mode != O_RDONLY || (flags & O_TRUNC))
		touches |= IT_TOUCH_WRITTEN;
	if (mode != O_WRONLY)
		touches |= IT_TOUCH_READ;
	return touches;
}

static void look_at_open_flags(const struct it_look *look, unsigned flags, const char *name)
{
	unsigned unresolved = look->follow->place.blind ? 0 : IT_TOUCH_UNRESOLVED;
	bool fresh = (flags & O_CREAT) && (flags & O_EXCL);
	struct found found;

	if (flags & O_PATH) /* a name for later calls, which are followed */
		return;
	if (!(flags & IT_OPEN_WRITES)) {
		touch(look, name,
		      IT_TOUCH_READ | unresolved | (flags & O_DIRECTORY ? IT_TOUCH_FOLDER : 0));
		return;
	}
	found.place =
		it_tracer_place_find(&look->follow->place, name, !(flags & O_NOFOLLOW) && !fresh,
				     found.path, &found.about);
	touch(look, found.path, open_touches(&found, flags));
}

static void look_at_open(const struct it_look *look)
{
	char name[PATH_MAX];

	if (it_look_name(look, look->call->at, look->call->path, false, name))
		look_at_open_flags(look, it_look_flags(look), name);
}

static void look_at_creat(const struct it_look *look)
{
	char name[PATH_MAX];

	if (it_look_name(look, look->call->at, look->call->path, false, name))
		look_at_open_flags(look, O_CREAT | O_WRONLY | O_TRUNC, name);
}

static void look_at_openat2(const struct it_look *look)
{
	struct {
		uint64_t flags, mode, resolve;
	} how;
	char name[PATH_MAX];
	char link[PATH_MAX];
	char text[PATH_MAX];

	if (!it_look_bytes(look, it_look_argument(look, look->call->flags), &how, sizeof how) ||
	    !it_look_name(look, look->call->at, look->call->path, false, name))
		return;
	if (how.resolve & RESOLVE_ROOT) { /* its folder is the root of the name, too */
		if (!it_look_link(look, it_look_descriptor(look, look->call->at), link) ||
		    !it_look_could(look,
				   it_tracer_read_text(look->asked->tid,
						       it_look_argument(look, look->call->path),
						       text),
				   "the memory of a process"))
			return;
		it_tracer_place_clean(text); /* ".." stops there */
		if (!it_look_join(look, link, text + (text[0] == '/'), name))
			return;
	}
	look_at_open_flags(look, (unsigned)how.flags, name);
}

/* --- names that come and go --- */

static void look_at_rename(const struct it_look *look)
{
	unsigned flags = it_look_flags(look);
	struct found from;
	struct found to;

	if (!find_name(look, look->call->at, look->call->path, false, &from) ||
	    !find_name(look, look->call->new_at, look->call->new_path, false, &to))
		return;
	if (from.place != IT_PLACE_THERE || to.place == IT_PLACE_NOWHERE ||
	    ((flags & NO_REPLACE) && to.place == IT_PLACE_THERE && !look->follow->place.blind)) {
		touch(look, from.path, IT_TOUCH_ASKED);
		touch(look, to.path, IT_TOUCH_ASKED);
	} else if (flags & EXCHANGE) {
		touch(look, from.path, IT_TOUCH_WRITTEN | kind_of(&to));
		touch(look, to.path, IT_TOUCH_WRITTEN | kind_of(&from));
	} else {
		touch(look, from.path, IT_TOUCH_REMOVED | kind_of(&from));
		touch(look, to.path,
		      IT_TOUCH_WRITTEN | kind_of(&from) |
			      (to.place == IT_PLACE_MISSING ? IT_TOUCH_CREATED : 0));
	}
}

void it_look_make(const struct it_look *look, const char *name, unsigned touches)
{
	struct found found;

	found.place =
		it_tracer_place_find(&look->follow->place, name, false, found.path, &found.about);
	if (found.place == IT_PLACE_MISSING || look->follow->place.blind)
		touch(look, found.path, touches);
	else
		touch(look, found.path, IT_TOUCH_ASKED);
}

static void make(const struct it_look *look, int at, int path, unsigned touches)
{
	char name[PATH_MAX];

	if (it_look_name(look, at, path, false, name))
		it_look_make(look, name, touches);
}

static void look_at_link(const struct it_look *look)
{
	make(look, look->call->new_at, look->call->new_path, IT_TOUCH_CREATED | IT_TOUCH_WRITTEN);
}

static void look_at_symlink(const struct it_look *look)
{
	make(look, look->call->new_at, look->call->new_path, IT_TOUCH_CREATED);
}

static void look_at_mkdir(const struct it_look *look)
{
	make(look, look->call->new_at, look->call->new_path, IT_TOUCH_CREATED | IT_TOUCH_FOLDER);
}

static void look_at_unlink(const struct it_look *look)
{
	bool folder = look->call->kind == IT_CALL_RMDIR || (it_look_flags(look) & AT_REMOVEDIR);
	bool blind = look->follow->place.blind;
	struct found found;

	if (!find_name(look, look->call->at, look->call->path, false, &found))
		return;
	if (found.place != IT_PLACE_THERE ||
	    (!blind && folder != (bool)S_ISDIR(found.about.st_mode)))
		touch(look, found.path, IT_TOUCH_ASKED);
	else
		touch(look, found.path, IT_TOUCH_REMOVED | (folder ? IT_TOUCH_FOLDER : 0));
}

/* --- contents and attributes --- */

static void look_at_truncate(const struct it_look *look)
{
	struct found found;

	if (find_name(look, look->call->at, look->call->path, true, &found))
		touch(look, found.path,
		      found.place == IT_PLACE_THERE ? IT_TOUCH_WRITTEN : IT_TOUCH_ASKED);
}

static void look_at_change(const struct it_look *look)
{
	bool link = look->call->kind == IT_CALL_CHANGE_LINK ||
		    (it_look_flags(look) & AT_SYMLINK_NOFOLLOW);
	char name[PATH_MAX];
	struct found found;

	/* Without a path it is the descriptor's file: utimensat, and AT_EMPTY_PATH. */
	if (!it_look_name(look, look->call->at, look->call->path, look->call->at >= 0, name))
		return;
	found.place =
		it_tracer_place_find(&look->follow->place, name, !link, found.path, &found.about);
	touch(look, found.path,
	      found.place == IT_PLACE_THERE ? IT_TOUCH_CHANGED | kind_of(&found) : IT_TOUCH_ASKED);
}

static void look_at_change_fd(const struct it_look *look)
{
	char name[PATH_MAX];
	struct found found;

	if (!it_look_link(look, it_look_descriptor(look, look->call->at), name))
		return;
	found.place =
		it_tracer_place_find(&look->follow->place, name, false, found.path, &found.about);
	if (found.place == IT_PLACE_THERE) /* else it has no name any more, or never had one */
		touch(look, found.path, IT_TOUCH_CHANGED | kind_of(&found));
}

/* --- what is answered, and what is only counted --- */

static void look_at_absent(const struct it_look *look)
{
	look->deed->absent = true;
}

static void look_at_unfollowed(const struct it_look *look)
{
	look->deed->unfollowed = true;
}

/* --- programs --- */

static bool is_program(const struct found *found)
{
	return found->place == IT_PLACE_THERE && S_ISREG(found->about.st_mode) &&
	       (found->about.st_mode & MODE_EXECUTE);
}

/* What the kernel opens by itself: no call of the step names it. */
static void look_at_interpreters(const struct it_look *look, struct found *found)
{
	char head[IT_PROGRAM_HEAD];
	char name[PATH_MAX];

	for (int i = 0; i < INTERPRETERS_MAX; i++) {
		char link[PATH_MAX];
		char joined[PATH_MAX];
		ssize_t len =
			it_tracer_place_read(&look->follow->place, found->path, head, sizeof head);

		if (len < 0)
			look->deed->unfollowed = true;
		if (len <= 0 || !it_tracer_interpreter(it_span(head, (size_t)len), name))
			return;
		if (name[0] != '/' && (!it_look_link(look, AT_FDCWD, link) ||
				       !it_look_join(look, link, name, joined)))
			return;
		found->place =
			it_tracer_place_find(&look->follow->place, name[0] == '/' ? name : joined,
					     true, found->path, &found->about);
		if (!is_program(found))
			return;
		touch(look, found->path, IT_TOUCH_EXECUTED | IT_TOUCH_READ);
	}
}

static void look_at_exec(const struct it_look *look)
{
	unsigned flags = it_look_flags(look);
	bool empty = look->call->kind == IT_CALL_EXEC && (flags & AT_EMPTY_PATH);
	char name[PATH_MAX];
	struct found found;

	if (!it_look_name(look, look->call->at, look->call->path, empty, name))
		return;
	found.place =
		it_tracer_place_find(&look->follow->place, name, !(flags & AT_SYMLINK_NOFOLLOW),
				     found.path, &found.about);
	if (!look->follow->place.blind && !is_program(&found)) {
		/* A program without a name, or without it by now, is executed all the same. */
		look->deed->unfollowed = empty;
		touch(look, empty ? name : found.path,
		      empty ? IT_TOUCH_EXECUTED | IT_TOUCH_READ : IT_TOUCH_ASKED);
		look->deed->program = empty ? keep(look->deed, name) : NULL;
		return;
	}
	if (flags & EXEC_CHECK) {
		touch(look, found.path, IT_TOUCH_READ);
		return;
	}
	touch(look, found.path, IT_TOUCH_EXECUTED | IT_TOUCH_READ);
	look->deed->program = keep(look->deed, found.path);
	look->deed->gains = (found.about.st_mode & MODE_GAINS) != 0;
	if (!look->follow->place.blind)
		look_at_interpreters(look, &found);
}

static const unsigned changing_ioctls[] = IT_IOCTL_CHANGES;

/* A supervisor that stops at all of them asks for the others, too. */
static void look_at_ioctl(const struct it_look *look)
{
	for (size_t i = 0; i < IT_COUNT_OF(changing_ioctls); i++)
		if (it_look_flags(look) == changing_ioctls[i])
			look_at_change_fd(look);
}

static void (*const looks[])(const struct it_look *look) = {
	[IT_CALL_OPEN] = look_at_open,
	[IT_CALL_OPENAT2] = look_at_openat2,
	[IT_CALL_CREAT] = look_at_creat,
	[IT_CALL_RENAME] = look_at_rename,
	[IT_CALL_LINK] = look_at_link,
	[IT_CALL_SYMLINK] = look_at_symlink,
	[IT_CALL_UNLINK] = look_at_unlink,
	[IT_CALL_RMDIR] = look_at_unlink,
	[IT_CALL_MKDIR] = look_at_mkdir,
	[IT_CALL_MKNOD] = look_at_symlink,
	[IT_CALL_TRUNCATE] = look_at_truncate,
	[IT_CALL_CHANGE] = look_at_change,
	[IT_CALL_CHANGE_LINK] = look_at_change,
	[IT_CALL_CHANGE_FD] = look_at_change_fd,
	[IT_CALL_IOCTL] = look_at_ioctl,
	[IT_CALL_ABSENT] = look_at_absent,
	[IT_CALL_UNFOLLOWED] = look_at_unfollowed,
	[IT_CALL_MOUNT] = look_at_unfollowed,
	[IT_CALL_EXEC] = look_at_exec,
	[IT_CALL_CONNECT] = it_look_at_socket,
	[IT_CALL_BIND] = it_look_at_socket,
	[IT_CALL_SENDTO] = it_look_at_socket,
	[IT_CALL_SENDMSG] = it_look_at_sendmsg,
	[IT_CALL_SENDMMSG] = it_look_at_sendmmsg,
	[IT_CALL_SOCKETCALL] = it_look_at_socketcall,
};

static void forget(struct it_tracer_deed *deed)
{
	deed->call = NULL;
	deed->absent = deed->unfollowed = deed->gains = false;
	deed->lost = deed->program = NULL;
	deed->number = 0;
	deed->file_count = deed->address_count = deed->text_len = 0;
}

void it_tracer_look(const struct it_tracer_follow *follow, const struct it_tracer_asked *asked,
		    struct it_tracer_deed *deed)
{
	enum it_architecture architecture = it_architecture_of(asked->audit);
	struct it_look look = {
		.follow = follow, .asked = asked, .deed = deed, .narrow = architecture == IT_I386
	};

	forget(deed);
	deed->tid = asked->tid;
	if (architecture == IT_NATIVE && ((unsigned)asked->number & IT_X32_BIT)) {
		deed->absent = true;
		return;
	}
	if (architecture != IT_ARCHITECTURES)
		deed->call = look.call = it_tracer_call_find(architecture, asked->number);
	if (look.call)
		looks[look.call->kind](&look);
	else
		deed->unfollowed = true;
	it_tracer_look_at_process(follow, asked->is_new, deed);
}
