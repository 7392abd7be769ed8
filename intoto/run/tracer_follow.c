/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered while a step is followed, and what becomes of it in the log. */
#include "run/tracer_look.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/tracer_memory.h"

enum {
	SEEN_FIRST = 1024,
	SEEN_MAX = 8 * 1024 * 1024, /* twice as many as there can be processes */
	PROC_NAME_SIZE = 64,
};

/* Numbers of threads, in a table of which at most half is used. */
struct it_tracer_seen {
	pid_t *tids; /* 0: free */
	size_t room; /* a power of two */
	size_t count;
};

static pid_t *seen_slot(const struct it_tracer_seen *seen, pid_t tid)
{
	size_t at = ((size_t)tid * 2654435761U) & (seen->room - 1);

	while (seen->tids[at] && seen->tids[at] != tid)
		at = (at + 1) & (seen->room - 1);
	return &seen->tids[at];
}

static bool seen_grow(struct it_tracer_seen *seen)
{
	struct it_tracer_seen more = { .room = seen->room ? seen->room * 2 : SEEN_FIRST };

	if (more.room > SEEN_MAX)
		return false;
	more.tids = calloc(more.room, sizeof *more.tids);
	if (!more.tids)
		return false;
	for (size_t i = 0; i < seen->room; i++)
		if (seen->tids[i])
			*seen_slot(&more, seen->tids[i]) = seen->tids[i];
	more.count = seen->count;
	free(seen->tids);
	*seen = more;
	return true;
}

/* Whether it is new. */
static bool seen_add(struct it_tracer_seen *seen, pid_t tid)
{
	pid_t *slot;

	if ((seen->count + 1) * 2 > seen->room && !seen_grow(seen))
		return false; /* then it is no news */
	slot = seen_slot(seen, tid);
	if (*slot)
		return false;
	*slot = tid;
	seen->count++;
	return true;
}

int it_tracer_follow_open(struct it_tracer_follow *follow, const struct it_tracer *tracer,
			  struct intoto_error **err)
{
	*follow = (struct it_tracer_follow){ .touched = tracer->touched,
					     .tier = tracer->options.tier,
					     .place = { .root = -1, .mounts = -1 } };
	follow->seen = calloc(1, sizeof *follow->seen);
	return follow->seen && seen_grow(follow->seen) ? INTOTO_OK : it_err_nomem(err);
}

void it_tracer_follow_done(struct it_tracer_follow *follow)
{
	if (follow->seen)
		free(follow->seen->tids);
	it_freep(&follow->seen);
	it_tracer_place_done(&follow->place);
}

/* --- the start --- */

/* How a descriptor is open, from its page in /proc. */
static unsigned flags_of(pid_t pid, const char *fd)
{
	IT_AUTO(it_fd_close) int file = -1;
	char name[PROC_NAME_SIZE];
	char text[1024];
	const char *at;
	ssize_t len;
	unsigned flags = 0;

	(void)snprintf(name, sizeof name, "/proc/%jd/fdinfo/%.16s", (intmax_t)pid, fd);
	file = open(name, O_RDONLY | O_CLOEXEC);
	len = file < 0 ? -1 : read(file, text, sizeof text - 1);
	if (len <= 0)
		return O_CLOEXEC;
	text[len] = '\0';
	at = strstr(text, "flags:");
	for (at = at ? at + 6 : ""; *at == '\t' || *at == ' ';)
		at++;
	for (; *at >= '0' && *at <= '7'; at++)
		flags = flags * 8 + (unsigned)(*at - '0');
	return flags;
}

static void take_file(struct it_tracer_follow *follow, pid_t pid, const char *fd)
{
	unsigned flags = flags_of(pid, fd);
	unsigned mode = flags & O_ACCMODE;
	unsigned touches = 0;
	char path[PATH_MAX];
	char out[PATH_MAX];
	struct stat about;
	uint64_t number;

	if ((flags & (O_CLOEXEC | O_PATH)) || !it_parse_u64(fd, INT32_MAX, &number) ||
	    it_tracer_read_link(pid, (int)number, path) || path[0] != '/')
		return;
	if (it_tracer_place_find(&follow->place, path, false, out, &about) != IT_PLACE_THERE ||
	    !S_ISREG(about.st_mode))
		return;
	if (mode != O_RDONLY)
		touches |= IT_TOUCH_WRITTEN;
	if (mode != O_WRONLY && follow->tier != IT_TRACE_WRITES)
		touches |= IT_TOUCH_READ;
	if (touches)
		it_touched_file(follow->touched, it_span_text(out), touches);
}

/* Files that somebody else opened for the step: "< input", "> output". */
static void take_inherited(struct it_tracer_follow *follow, pid_t pid)
{
	IT_AUTO(it_strings_done) struct it_strings fds = { 0 };
	char name[PROC_NAME_SIZE];

	(void)snprintf(name, sizeof name, "/proc/%jd/fd", (intmax_t)pid); /* there is room */
	if (it_dir_list(&fds, name, NULL)) {
		follow->touched->statement.lost++;
		it_touched_note(follow->touched,
				"the files that the command was started with are not known");
		return;
	}
	for (size_t i = 0; i < fds.count; i++)
		take_file(follow, pid, fds.items[i]);
}

void it_tracer_follow_start(struct it_tracer_follow *follow, pid_t pid)
{
	it_tracer_place_open(&follow->place, pid);
	if (follow->place.blind) {
		follow->touched->statement.unfollowed++;
		it_touched_note(follow->touched, "the root folder of the command is not known");
	}
	take_inherited(follow, pid);
}

/* --- one call --- */

static const char *name_of(const struct it_tracer_deed *deed)
{
	return deed->call ? deed->call->name : "a system call of another architecture";
}

static void count_unfollowed(struct it_tracer_follow *follow, const struct it_tracer_deed *deed)
{
	struct it_touched *touched = follow->touched;

	touched->statement.unfollowed++;
	if (deed->call && deed->call->kind == IT_CALL_EXEC)
		it_touched_note(touched, "a program was executed that cannot be read: what else "
					 "became part of it is not known");
	else if (deed->call && deed->call->kind == IT_CALL_MOUNT) {
		follow->place.blind = true; /* also when it may have failed */
		it_touched_note(touched,
				"%s was called: from then on, names are as the step saw them, and "
				"what was not there is not told from what was",
				name_of(deed));
	} else
		it_touched_note(touched, "%s was called: what it touched is not known",
				name_of(deed));
}

static void note_gains(struct it_tracer_follow *follow, const struct it_tracer_deed *deed)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(deed->program));

	it_touched_note(follow->touched,
			"%s is set-uid or set-gid, and gained no rights: traced programs do not",
			quoted ? quoted : "a program");
}

bool it_tracer_meet(struct it_tracer_follow *follow, pid_t tid)
{
	return seen_add(follow->seen, tid);
}

void it_tracer_look_at_process(const struct it_tracer_follow *follow, bool is_new,
			       struct it_tracer_deed *deed)
{
	struct it_tracer_task task;

	deed->pid = 0;
	if (follow->tier != IT_TRACE_FULL || (!is_new && !deed->program) ||
	    it_tracer_read_task(deed->tid, &task))
		return;
	deed->pid = task.pid;
	deed->parent = task.parent;
	deed->gains = deed->gains && task.no_privileges;
}

static void log_process(struct it_tracer_follow *follow, const struct it_tracer_deed *deed,
			enum it_deed_end end)
{
	const char *program = end == IT_DEED_FAILED ? NULL : deed->program;

	if (!deed->pid)
		return;
	it_touched_process(follow->touched, deed->pid, deed->parent, program);
	if (program && deed->gains)
		note_gains(follow, deed);
}

static unsigned touches_of(unsigned touches, enum it_deed_end end)
{
	if (end == IT_DEED_FAILED)
		return (touches & (IT_TOUCH_UNRESOLVED | IT_TOUCH_FOLDER)) | IT_TOUCH_ASKED;
	if (end == IT_DEED_MAYBE && (touches & IT_TOUCH_UNRESOLVED))
		return touches | IT_TOUCH_UNSURE;
	return touches;
}

void it_tracer_commit(struct it_tracer_follow *follow, const struct it_tracer_deed *deed,
		      enum it_deed_end end)
{
	struct it_touched *touched = follow->touched;

	if (deed->absent) {
		touched->statement.refused++;
		it_touched_note(touched, "%s was answered as not there: nobody could follow it",
				name_of(deed));
	}
	if (deed->unfollowed && end != IT_DEED_FAILED)
		count_unfollowed(follow, deed);
	if (deed->lost) {
		touched->statement.lost++;
		it_touched_note(touched, "%s could not be read: %s", deed->lost,
				deed->number ? strerrordesc_np(deed->number) : "there is no room");
	}
	for (size_t i = 0; i < deed->file_count; i++)
		it_touched_file(touched, it_span_text(deed->files[i].path),
				touches_of(deed->files[i].touches, end));
	for (size_t i = 0; i < deed->address_count; i++)
		it_touched_address(touched, deed->addresses[i].talk,
				   (const struct sockaddr *)&deed->addresses[i].address,
				   deed->addresses[i].len);
	log_process(follow, deed, end);
}

/* --- the end --- */

static void resolve(void *arg, struct it_touched_file *file, struct it_buf *out)
{
	const struct it_tracer_follow *follow = arg;
	char path[PATH_MAX];
	struct stat about;

	if (it_starts_with(file->path, "/proc/")) {
		file->touches &= ~(unsigned)IT_TOUCH_UNSURE; /* it ends with its process */
		return;
	}
	if (it_tracer_place_find(&follow->place, file->path, true, path, &about) == IT_PLACE_THERE)
		file->touches &= ~(unsigned)IT_TOUCH_UNSURE;
	if (S_ISDIR(about.st_mode))
		file->touches |= IT_TOUCH_FOLDER;
	(void)it_buf_add_text(out, path); /* sticky, and looked at */
}

/* What should have been removed and was not: a folder that was not empty, for one. */
static void check_removed(struct it_tracer_follow *follow)
{
	for (size_t i = 0; i < follow->touched->file_count; i++) {
		struct it_touched_file *file = &follow->touched->files[i];
		char path[PATH_MAX];
		struct stat about;

		if (!(file->touches & IT_TOUCH_REMOVED) ||
		    (file->touches & (IT_TOUCH_CREATED | IT_TOUCH_WRITTEN)))
			continue;
		if (it_tracer_place_find(&follow->place, file->path, false, path, &about) !=
		    IT_PLACE_THERE)
			continue;
		file->touches &= ~(unsigned)(IT_TOUCH_REMOVED | IT_TOUCH_FOUND);
		file->touches |= IT_TOUCH_ASKED;
	}
}

int it_tracer_follow_finish(struct it_tracer_follow *follow, struct intoto_error **err)
{
	int rc = it_touched_resolve(follow->touched, resolve, follow, err);

	if (!rc && !follow->place.blind)
		check_removed(follow);
	return rc;
}

void it_tracer_follow_escaped(struct it_tracer_follow *follow, bool sure, const char *what)
{
	struct it_touched *touched = follow->touched;

	for (size_t i = 0; i < follow->seen->room; i++) {
		pid_t tid = follow->seen->tids[i];
		IT_AUTO(it_freep) char *name = NULL;
		struct it_tracer_task task;

		if (!tid || it_tracer_read_task(tid, &task) || !task.alive || !task.filtered ||
		    task.pid != tid)
			continue;
		touched->statement.escaped++;
		name = it_text_quoted(it_span_text(task.name));
		it_touched_note(touched, "process %jd (%s) is still running: %s", (intmax_t)tid,
				name ? name : "", what);
	}
	if (sure && !touched->statement.escaped) {
		touched->statement.escaped++;
		it_touched_note(touched, "a process of the step is still running: %s", what);
	}
}
