/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads and executions, by fanotify: a mark on each mount of a namespace that only the step is in,
 * so that every event is the step's.  Events come with the file itself, open: no path is read from
 * the step's memory.
 *
 * A mark on a mount knows nothing of names that are made, changed and removed, and nothing of
 * addresses.  Those are seen by user notification, beside it, of the few calls that do such things.
 */
#include "run/tracer_fanotify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "run/mounts.h"
#include "run/namespace.h"
#include "run/tracer.h"

enum {
	/* Each event of one read is an open descriptor of ours until it was looked at. */
	EVENTS_AT_ONCE = 64,
	PROC_PATH_SIZE = 64,
	STAT_SIZE = 512,
	LEAVE_GRACE_MS = 100,
	READ_FAILURES_MOST = 1000,
};

static const uint64_t watched_events = FAN_OPEN | FAN_OPEN_EXEC | FAN_CLOSE_WRITE | FAN_ONDIR;

/*
 * The step began between both: file systems go by a clock that stands still for some milliseconds,
 * and some of them, at times, by one that does not.
 */
struct age {
	struct timespec found; /* what was born before is older than the step */
	struct timespec made;  /* what was born later is younger */
};

struct fanotify {
	int events;
	int stop; /* an eventfd: nothing more will come */
	struct it_namespace space;
	uint64_t id;
	struct it_mounts mounts;
	struct it_touched seen; /* the thread's own; goes to the caller's at the end */
	pthread_t thread;
	bool running;
	struct it_tracer beside;
	struct age age;
};

/* --- which mounts --- */

bool it_fanotify_is_watched(const char *type)
{
	/* Opening a device again would do something to it, and the rest are no files. */
	static const char *const passed[] = {
		"proc",	     "sysfs",	    "devtmpfs",	  "devpts",  "cgroup",	 "cgroup2",
		"debugfs",   "tracefs",	    "bpf",	  "pstore",  "configfs", "securityfs",
		"selinuxfs", "efivarfs",    "mqueue",	  "fusectl", "autofs",	 "nsfs",
		"hugetlbfs", "binfmt_misc", "rpc_pipefs",
	};

	for (size_t i = 0; i < IT_COUNT_OF(passed); i++)
		if (it_streq(type, passed[i]))
			return false;
	return true;
}

/* In the child that makes the namespace: system calls only. */
static int mark(const struct fanotify *fanotify, const struct it_mount *mount)
{
	if (fanotify_mark(fanotify->events, FAN_MARK_ADD | FAN_MARK_MOUNT | FAN_MARK_DONT_FOLLOW,
			  watched_events, AT_FDCWD, mount->point) == 0)
		return 0;
	/* Hidden by another mount, or in a folder that even root may not enter. */
	return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : errno;
}

/* Events name paths from the namespace's root; in a chroot that is another one than ours. */
static int check_root(void)
{
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	struct statx before;
	struct statx after;
	int number = 0;

	if (own < 0)
		return errno;
	if (statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &before) || setns(own, CLONE_NEWNS) ||
	    statx(AT_FDCWD, "/", 0, STATX_INO | STATX_MNT_ID, &after))
		number = errno;
	else if (before.stx_ino != after.stx_ino || before.stx_mnt_id != after.stx_mnt_id)
		number = EXDEV;
	(void)close(own); /* only read */
	return number;
}

static void arrange(void *arg, struct it_namespace_failure *failure)
{
	const struct fanotify *fanotify = arg;

	failure->what = "a mark cannot be put on it";
	for (size_t i = 0; i < fanotify->mounts.count && !failure->number; i++) {
		failure->item = i;
		if (it_fanotify_is_watched(fanotify->mounts.items[i].type))
			failure->number = mark(fanotify, &fanotify->mounts.items[i]);
	}
	if (failure->number)
		return;
	failure->what = "it is not the root folder of the mounts";
	failure->item = SIZE_MAX;
	failure->number = check_root();
}

/* --- events --- */

struct it_span it_fanotify_path(int fd, char *room, size_t size, bool *lost)
{
	static const char mark_of_gone[] = " (deleted)";
	const size_t mark_len = sizeof mark_of_gone - 1;
	char link[PROC_PATH_SIZE];
	struct stat about;
	struct stat named;
	ssize_t len;

	*lost = false;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd); /* it fits */
	len = readlink(link, room, size - 1);
	if (len <= 0 || (size_t)len >= size - 1) {
		*lost = true;
		return it_span(NULL, 0);
	}
	room[len] = '\0';
	if (!it_ends_with(room, mark_of_gone) || fstat(fd, &about))
		return it_span(room, (size_t)len);
	/* A file may really be called so. */
	if (lstat(room, &named) == 0 && named.st_ino == about.st_ino &&
	    named.st_dev == about.st_dev)
		return it_span(room, (size_t)len);
	len -= (ssize_t)mark_len;
	room[len] = '\0';
	/* open(2) with O_TMPFILE: it has its inode number for a name. */
	(void)snprintf(link, sizeof link, "/#%ju", (uintmax_t)about.st_ino); /* it fits */
	return it_ends_with(room, link) ? it_span(NULL, 0) : it_span(room, (size_t)len);
}

/* 0: it has ended, or we may not know. */
static pid_t parent_of(pid_t pid)
{
	char path[PROC_PATH_SIZE];
	char text[STAT_SIZE];
	IT_AUTO(it_fd_close) int fd = -1;
	const char *end;
	ssize_t len;
	uint64_t parent;
	char *blank;

	(void)snprintf(path, sizeof path, "/proc/%jd/stat", (intmax_t)pid); /* it fits */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (len <= 0)
		return 0;
	text[len] = '\0';
	/* "pid (name) state parent": the name may hold anything. */
	end = strrchr(text, ')');
	if (!end || strlen(end) < sizeof ") S 1" - 1)
		return 0;
	end += sizeof ") S " - 1;
	blank = strchr(end, ' ');
	if (!blank)
		return 0;
	*blank = '\0';
	return it_parse_u64(end, INT32_MAX, &parent) ? (pid_t)parent : 0;
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/*
 * A file that was born after the step began is its work, under whatever name it is read later; one
 * that is older was there.  No system call sets when a file was born.
 */
static unsigned age_of(const struct statx *about, const struct age *age)
{
	const struct timespec born = { about->stx_btime.tv_sec, about->stx_btime.tv_nsec };

	if (!(about->stx_mask & STATX_BTIME))
		return 0;
	if (is_before(&born, &age->found))
		return IT_TOUCH_FOUND;
	return is_before(&age->made, &born) ? IT_TOUCH_CREATED : 0;
}

/* The kernel says that something is a folder only where it gives no descriptor. */
static unsigned touches_of(uint64_t mask, int fd, const struct age *age)
{
	struct statx about;
	unsigned touches = 0;

	if (mask & FAN_OPEN)
		touches |= IT_TOUCH_READ;
	if (mask & FAN_OPEN_EXEC)
		touches |= IT_TOUCH_EXECUTED;
	if (mask & FAN_CLOSE_WRITE)
		touches |= IT_TOUCH_WRITTEN;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_BTIME, &about))
		return touches;
	if (S_ISDIR(about.stx_mode))
		return touches | IT_TOUCH_FOLDER;
	return S_ISREG(about.stx_mode) ? touches | age_of(&about, age) : touches;
}

static void lose(struct it_touched *seen, const char *why)
{
	++seen->statement.lost;
	it_touched_note(seen, "%s", why);
}

static void take_event(struct fanotify *fanotify, const struct fanotify_event_metadata *event)
{
	struct it_touched *seen = &fanotify->seen;
	char room[PATH_MAX + 1];
	struct it_span path;
	bool lost;

	if (event->mask & FAN_Q_OVERFLOW)
		lose(seen, "the queue of fanotify was full");
	if (event->fd < 0)
		return;
	path = it_fanotify_path(event->fd, room, sizeof room, &lost);
	if (lost)
		lose(seen, "the path of an open file could not be read");
	if (path.len)
		it_touched_file(seen, path, touches_of(event->mask, event->fd, &fanotify->age));
	if (path.len && event->mask & FAN_OPEN_EXEC && event->pid > 0)
		it_touched_process(seen, event->pid, parent_of(event->pid), room);
}

/* False: nothing more is there now. */
static bool take_some(struct fanotify *fanotify, unsigned *failures)
{
	struct fanotify_event_metadata events[EVENTS_AT_ONCE];
	ssize_t len = read(fanotify->events, events, sizeof events);
	struct fanotify_event_metadata *event = events;

	if (len < 0 && errno == EINTR)
		return true;
	if (len < 0 && errno == EAGAIN)
		return false;
	if (len < 0) {
		/* An event whose file could not be opened for us is gone. */
		lose(&fanotify->seen, strerrordesc_np(errno));
		return ++*failures < READ_FAILURES_MOST;
	}
	for (; FAN_EVENT_OK(event, len); event = FAN_EVENT_NEXT(event, len)) {
		take_event(fanotify, event);
		if (event->fd >= 0)
			(void)close(event->fd); /* only read */
	}
	return true;
}

static void *listen_to(void *arg)
{
	struct fanotify *fanotify = arg;
	struct pollfd wait_for[] = { { .fd = fanotify->events, .events = POLLIN },
				     { .fd = fanotify->stop, .events = POLLIN } };
	unsigned failures = 0;
	bool more = true;

	while (more && failures < READ_FAILURES_MOST) {
		if (poll(wait_for, IT_COUNT_OF(wait_for), -1) < 0 && errno != EINTR) {
			lose(&fanotify->seen, strerrordesc_np(errno));
			failures++;
		}
		more = !(wait_for[1].revents & POLLIN);
		while (take_some(fanotify, &failures))
			continue;
	}
	return NULL;
}

/* --- the mechanism --- */

static int open_queue(struct fanotify *fanotify, struct intoto_error **err)
{
	/* A FIFO that is opened for us must not make us wait. */
	const unsigned flags = O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK | O_NOATIME;

	fanotify->events = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK |
						 FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS,
					 flags);
	if (fanotify->events < 0)
		return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s", strerrordesc_np(errno));
	fanotify->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return fanotify->stop < 0 ? it_err_errno(err, errno, "an eventfd") : INTOTO_OK;
}

/* Half a list of mounts would be half a trace: those that we are in must be on it. */
static int check_mounts(const struct it_mounts *mounts, struct intoto_error **err)
{
	static const char *const own[] = { "/", "." };

	for (size_t i = 0; i < IT_COUNT_OF(own); i++) {
		struct statx about;

		if (statx(AT_FDCWD, own[i], 0, STATX_MNT_ID, &about))
			return it_err_errno(err, errno, "%s", own[i]);
		if (about.stx_mask & STATX_MNT_ID && !it_mounts_find(mounts, about.stx_mnt_id))
			return it_err_set(err, INTOTO_E_UNSUPPORTED,
					  "the list of mounts does not have that of %s", own[i]);
	}
	return INTOTO_OK;
}

static int make_space(struct fanotify *fanotify, struct intoto_error **err)
{
	const struct it_namespace_plan plan = { false, arrange, fanotify };
	struct it_namespace_failure failure;
	int rc = it_namespace_make(&fanotify->space, &plan, &failure, err);
	IT_AUTO(it_freep) char *shown = NULL;

	if (!rc)
		fanotify->id = it_namespace_id(&fanotify->space);
	if (!rc || !failure.number)
		return rc;
	if (failure.item < fanotify->mounts.count)
		shown = it_text_quoted(it_span_text(fanotify->mounts.items[failure.item].point));
	return it_err_set(err, INTOTO_E_UNSUPPORTED, "%s: %s: %s", shown ? shown : "/",
			  failure.what, strerrordesc_np(failure.number));
}

/* Its findings go where ours go at the end. */
static int prepare_beside(struct it_tracer *tracer, struct fanotify *fanotify,
			  struct intoto_error **err)
{
	struct it_tracer *beside = &fanotify->beside;
	int rc;

	*beside = (struct it_tracer){ .kind = &it_tracer_notify,
				      .options = tracer->options,
				      .touched = tracer->touched };
	beside->options.tier = IT_TRACE_BESIDE;
	rc = beside->kind->prepare(beside, err);
	tracer->entry.fd = beside->entry.fd;
	return rc ? it_err_wrap(err, rc, "names and addresses: %s", beside->kind->name) : INTOTO_OK;
}

static int prepare(struct it_tracer *tracer, struct intoto_error **err)
{
	struct fanotify *fanotify = calloc(1, sizeof *fanotify);
	int rc;

	if (!fanotify)
		return it_err_nomem(err);
	*fanotify = (struct fanotify){ .events = -1, .stop = -1, .space = IT_NAMESPACE_NONE };
	tracer->state = fanotify;
	if (clock_gettime(CLOCK_REALTIME_COARSE, &fanotify->age.found) ||
	    clock_gettime(CLOCK_REALTIME, &fanotify->age.made))
		return it_err_errno(err, errno, "the clock of change times");
	rc = open_queue(fanotify, err);
	if (!rc)
		rc = it_mounts_read(&fanotify->mounts, err);
	if (!rc)
		rc = check_mounts(&fanotify->mounts, err);
	if (!rc)
		rc = make_space(fanotify, err);
	return rc ? rc : prepare_beside(tracer, fanotify, err);
}

static int enter(struct it_tracer *tracer)
{
	struct fanotify *fanotify = tracer->state;
	int number = it_namespace_enter(&fanotify->space);

	return number ? number : fanotify->beside.kind->enter(&fanotify->beside);
}

static int started(struct it_tracer *tracer, pid_t pid, struct intoto_error **err)
{
	struct fanotify *fanotify = tracer->state;
	sigset_t all;
	sigset_t before;
	int number;

	(void)sigfillset(&all); /* cannot fail */
	number = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!number) {
		number = pthread_create(&fanotify->thread, NULL, listen_to, fanotify);
		fanotify->running = !number;
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was */
	}
	if (number)
		return it_err_errno(err, number, "the thread that listens to fanotify");
	return fanotify->beside.kind->started(&fanotify->beside, pid, err);
}

static void stop(struct fanotify *fanotify)
{
	const uint64_t one = 1;

	if (!fanotify->running)
		return;
	while (write(fanotify->stop, &one, sizeof one) < 0 && errno == EINTR)
		continue;			    /* a counter of 64 bits takes it */
	(void)pthread_join(fanotify->thread, NULL); /* it is there, and ends now */
	fanotify->running = false;
}

static void take_over(struct it_touched *out, const struct it_touched *seen)
{
	const struct it_touched_statement *statement = &seen->statement;

	for (size_t i = 0; i < seen->file_count; i++)
		it_touched_file(out, it_span_text(seen->files[i].path), seen->files[i].touches);
	for (size_t i = 0; i < seen->process_count; i++)
		it_touched_process(out, seen->processes[i].pid, seen->processes[i].parent,
				   seen->processes[i].program);
	for (size_t i = 0; i < statement->notes.count; i++)
		it_touched_note(out, "%s", statement->notes.items[i]);
	out->statement.events += statement->events - seen->file_count;
	out->statement.lost += statement->lost;
}

static void tell_escaped(const struct fanotify *fanotify, struct it_touched *touched)
{
	size_t count = it_namespace_population(fanotify->id);

	if (count) /* one that is just ending is none that stays */
		(void)poll(NULL, 0, LEAVE_GRACE_MS);
	if (count)
		count = it_namespace_population(fanotify->id);
	if (!count || touched->statement.escaped)
		return;
	touched->statement.escaped += count;
	it_touched_note(touched,
			"processes of the step still ran when it had ended (%zu): what they did "
			"later is not recorded",
			count);
}

static int finish(struct it_tracer *tracer, struct intoto_error **err)
{
	struct fanotify *fanotify = tracer->state;
	int rc = fanotify->beside.kind->finish(&fanotify->beside, err);

	stop(fanotify);
	take_over(tracer->touched, &fanotify->seen);
	tell_escaped(fanotify, tracer->touched);
	/* Whoever may make namespaces can go where no mark is; and this is root. */
	tracer->touched->statement.reads_proven = false;
	tracer->touched->statement.writes_proven = false;
	it_touched_note(tracer->touched,
			"the step ran as root, which can mount, and enter other namespaces: what a "
			"hostile one did there is not seen");
	it_touched_note(tracer->touched,
			"files of the kernel and of devices (/proc, /sys, /dev) are passed over");
	return rc;
}

static void done(struct it_tracer *tracer)
{
	struct fanotify *fanotify = tracer->state;

	if (!fanotify)
		return;
	if (fanotify->beside.kind)
		fanotify->beside.kind->done(&fanotify->beside);
	stop(fanotify);
	it_namespace_done(&fanotify->space);
	it_mounts_done(&fanotify->mounts);
	it_fd_close(&fanotify->events);
	it_fd_close(&fanotify->stop);
	it_touched_done(&fanotify->seen);
	free(fanotify);
}

const struct it_tracer_kind it_tracer_fanotify = {
	.name = "fanotify",
	.tiers = 1U << IT_TRACE_FULL,
	.prepare = prepare,
	.enter = enter,
	.started = started,
	.finish = finish,
	.done = done,
};
