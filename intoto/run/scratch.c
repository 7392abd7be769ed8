/* SPDX-License-Identifier: Apache-2.0 */
/* Making the folder, filling it, and being sure that it goes away. */
#include "run/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "record/walk.h"
#include "run/scratch_tree.h"

enum {
	TRIES = 100, /* of the janitor: what ran in the folder may still be dying */
	PAUSE_NS = 50 * 1000 * 1000,
	JANITOR_PIPE = 0,
	JANITOR_TOP = 1,
	DONE = 'd',
};

struct it_scratch {
	char *top;
	char *work;
	char *home;
	char *temporary;
	char *view;
	char *fresh; /* the latest of them */
	unsigned fresh_count;
	int top_fd;
	int janitor_fd; /* closes when we end */
	pid_t janitor;
	uid_t user;
};

const char *it_scratch_work(const struct it_scratch *scratch)
{
	return scratch->work;
}

const char *it_scratch_home(const struct it_scratch *scratch)
{
	return scratch->home;
}

const char *it_scratch_temporary(const struct it_scratch *scratch)
{
	return scratch->temporary;
}

const char *it_scratch_view(const struct it_scratch *scratch)
{
	return scratch->view;
}

uid_t it_scratch_user(const struct it_scratch *scratch)
{
	return scratch->user;
}

/* --- the janitor --- */

/* Waits for the word that all is done, or for the end of whoever could have said it. */
static _Noreturn void clean_later(const struct it_scratch *scratch, unsigned most_fds)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	char word = 0;

	(void)setsid(); /* a key pressed at the terminal is not for us */
	if (dup2(scratch->janitor_fd, JANITOR_PIPE) < 0 || dup2(scratch->top_fd, JANITOR_TOP) < 0)
		_exit(1);
	it_fd_close_from(JANITOR_TOP + 1, most_fds);
	while (read(JANITOR_PIPE, &word, 1) < 0 && errno == EINTR)
		continue;
	for (int i = 0; word != DONE && i < TRIES; i++) {
		if (it_scratch_empty(JANITOR_TOP) && rmdir(scratch->top) == 0)
			break;
		(void)nanosleep(&pause, NULL);
	}
	_exit(0);
}

static int start_janitor(struct it_scratch *scratch, struct intoto_error **err)
{
	struct rlimit fds = { .rlim_cur = 1024 };
	sigset_t before;
	sigset_t all;
	int ends[2];
	int number;

	if (pipe2(ends, O_CLOEXEC))
		return it_err_errno(err, errno, "%s", scratch->top);
	(void)getrlimit(RLIMIT_NOFILE, &fds);	       /* or the usual */
	(void)sigfillset(&all);			       /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &all, &before); /* it keeps all of them blocked */
	scratch->janitor_fd = ends[0];
	scratch->janitor = fork();
	if (scratch->janitor == 0) {
		/* Above both places that they will have. */
		scratch->janitor_fd = fcntl(ends[0], F_DUPFD, JANITOR_TOP + 1);
		scratch->top_fd = fcntl(scratch->top_fd, F_DUPFD, JANITOR_TOP + 1);
		clean_later(scratch, (unsigned)fds.rlim_cur);
	}
	number = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* what it was */
	(void)close(ends[0]);			       /* the janitor's */
	scratch->janitor_fd = ends[1];
	return scratch->janitor < 0 ? it_err_errno(err, number, "%s", scratch->top) : INTOTO_OK;
}

/* A janitor that somebody has killed must not take us with it. */
static void say_done(int fd)
{
	const struct timespec now = { 0, 0 };
	const char word = DONE;
	sigset_t before;
	sigset_t pipe;

	(void)sigemptyset(&pipe);	 /* cannot fail */
	(void)sigaddset(&pipe, SIGPIPE); /* a signal that exists */
	(void)sigprocmask(SIG_BLOCK, &pipe, &before);
	/* Without the word it looks, and finds nothing to do. */
	if (write(fd, &word, 1) < 0 && errno == EPIPE)
		(void)sigtimedwait(&pipe, NULL, &now); /* EAGAIN when it is ignored */
	(void)sigprocmask(SIG_SETMASK, &before, NULL); /* what it was */
}

static void dismiss_janitor(struct it_scratch *scratch)
{
	if (scratch->janitor <= 0)
		return;
	say_done(scratch->janitor_fd);
	it_fd_close(&scratch->janitor_fd);
	it_proc_reap(scratch->janitor);
}

/* --- making --- */

/* Whether anybody may pass through a folder and all above it. */
static bool is_open_to_all(const char *folder)
{
	IT_AUTO(it_freep) char *path = strdup(folder);
	struct stat about;
	char *slash;

	while (path && (slash = strrchr(path, '/'))) {
		if (stat(slash == path && !slash[1] ? "/" : path, &about) ||
		    !(about.st_mode & S_IXOTH))
			return false;
		*slash = '\0';
	}
	return path != NULL;
}

static int make_top(struct it_scratch *scratch, uid_t user, struct intoto_error **err)
{
	const char *wanted = getenv("TMPDIR");
	IT_AUTO(it_freep) char *parent = realpath(wanted && *wanted ? wanted : "/tmp", NULL);
	char *top = NULL;

	if (!parent)
		return it_err_errno(err, errno, "%s: no folder for scratch files",
				    wanted && *wanted ? wanted : "/tmp");
	if (asprintf(&top, "%s/intoto-scratch.XXXXXX", parent) < 0)
		return it_err_nomem(err);
	if (!mkdtemp(top)) {
		int rc = it_err_errno(err, errno, "%s", top);

		free(top);
		return rc;
	}
	scratch->top = top;
	scratch->top_fd = open(top, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (scratch->top_fd < 0)
		return it_err_errno(err, errno, "%s", top);
	if (user && geteuid() == 0 && is_open_to_all(parent) &&
	    fchown(scratch->top_fd, user, user) == 0)
		scratch->user = user;
	return INTOTO_OK;
}

static int make_folder(struct it_scratch *scratch, char **path, const char *name,
		       struct intoto_error **err)
{
	*path = it_path_join(scratch->top, name);
	if (!*path)
		return it_err_nomem(err);
	if (mkdirat(scratch->top_fd, name, 0700) ||
	    (scratch->user && fchownat(scratch->top_fd, name, scratch->user, scratch->user, 0)))
		return it_err_errno(err, errno, "%s", *path);
	return INTOTO_OK;
}

static int make_folders(struct it_scratch *scratch, struct intoto_error **err)
{
	int rc = make_folder(scratch, &scratch->work, "work", err);

	if (!rc)
		rc = make_folder(scratch, &scratch->home, "home", err);
	if (!rc)
		rc = make_folder(scratch, &scratch->temporary, "tmp", err);
	return rc ? rc : make_folder(scratch, &scratch->view, "view", err);
}

int it_scratch_fresh(struct it_scratch *scratch, const char **out, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *name = NULL;
	int rc;

	*out = NULL;
	if (asprintf(&name, "fresh-%u", scratch->fresh_count++) < 0) {
		name = NULL;
		return it_err_nomem(err);
	}
	free(scratch->fresh);
	scratch->fresh = NULL;
	rc = make_folder(scratch, &scratch->fresh, name, err);
	*out = rc ? NULL : scratch->fresh;
	return rc;
}

/* --- links --- */

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return it_starts_with(path, folder) && (path[len] == '/' || !path[len]);
}

/* Folders of the system that hold nothing of a user's look the same from everywhere. */
static bool is_of_system(const char *path)
{
	for (size_t i = 0; i < it_sandbox_system_count; i++)
		if (is_below(path, it_sandbox_system[i].path))
			return true;
	return false;
}

enum sight { NOWHERE, SEEN, HIDDEN };

/* What is behind a link of the copy. */
static enum sight look(const struct it_scratch *scratch, const char *link)
{
	IT_AUTO(it_freep) char *path = it_path_join(scratch->work, link);
	IT_AUTO(it_freep) char *target = path ? realpath(path, NULL) : NULL;

	if (!target)
		return NOWHERE;
	return is_below(target, scratch->work) || is_of_system(target) ? SEEN : HIDDEN;
}

static int refuse_link(const char *link, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(link));

	return it_err_set(err, INTOTO_E_UNSUPPORTED,
			  "%s: the symbolic link leads to a file that an inspection in the sandbox "
			  "does not see; put the file in its place, leave it out of "
			  "--inspection-paths, or run with --inspections=host",
			  quoted ? quoted : "");
}

/* Ours lead somewhere here, and must lead to the same there. */
static int check_copied(const struct it_scratch *scratch, const struct it_scratch_copy *copy,
			struct intoto_error **err)
{
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	int rc = it_ignore_new(&ignore, NULL, err);

	for (size_t i = 0; !rc && i < copy->links.count; i++) {
		const char *link = copy->links.items[i];

		if (!it_ignore_match_named(ignore, link, false) && access(link, F_OK) == 0 &&
		    look(scratch, link) != SEEN)
			rc = refuse_link(link, err);
	}
	return rc;
}

static int visit_nothing(void *arg, struct it_span name, int fd, const struct stat *about,
			 struct intoto_error **err)
{
	(void)arg;
	(void)name;
	(void)fd;
	(void)about;
	(void)err;
	return INTOTO_OK;
}

static int visit_link(void *arg, struct it_span name, struct it_span target,
		      struct intoto_error **err)
{
	const struct it_scratch *const *scratch = arg;
	IT_AUTO(it_freep) char *link = strndup(name.data, name.len);

	(void)target;
	if (!link)
		return it_err_nomem(err);
	return look(*scratch, link) == HIDDEN ? refuse_link(link, err) : INTOTO_OK;
}

static void visit_notice(void *arg, const char *text)
{
	(void)arg; /* whoever records the folder hears it */
	(void)text;
}

int it_scratch_check_links(const struct it_scratch *scratch, struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int work = open(scratch->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	IT_AUTO(it_ignore_freep) struct it_ignore *ignore = NULL;
	const struct it_walk_visitor visitor = { .file = visit_nothing,
						 .symlink = visit_link,
						 .notice = visit_notice,
						 .arg = &scratch };
	int rc = it_ignore_new(&ignore, NULL, err);

	if (rc)
		return rc;
	if (work < 0)
		return it_err_errno(err, errno, "%s", scratch->work);
	return it_walk(".",
		       &(struct it_walk_options){
			       .base_fd = work, .ignore = ignore, .symlinks = IT_SYMLINKS_RECORD },
		       &visitor, err);
}

/* --- the whole --- */

static int fill(struct it_scratch *scratch, const struct it_scratch_options *options,
		struct intoto_error **err)
{
	IT_AUTO(it_fd_close) int work = open(scratch->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat about;
	struct it_scratch_copy copy = { .options = options,
					.scratch = &about,
					.user = scratch->user };
	int rc = INTOTO_OK;

	if (work < 0 || fstat(scratch->top_fd, &about))
		return it_err_errno(err, errno, "%s", scratch->work);
	for (size_t i = 0; !rc && i < options->paths->count; i++)
		rc = it_scratch_copy_path(&copy, options->paths->items[i], work, err);
	if (!rc)
		rc = check_copied(scratch, &copy, err);
	it_strings_done(&copy.links);
	return rc;
}

int it_scratch_free(struct it_scratch *scratch, struct intoto_error **err)
{
	int rc = INTOTO_OK;

	if (!scratch)
		return INTOTO_OK;
	if (scratch->top && (!it_scratch_empty(scratch->top_fd) || rmdir(scratch->top)))
		rc = it_err_errno(err, errno, "%s: cannot be removed", scratch->top);
	dismiss_janitor(scratch);
	it_fd_close(&scratch->top_fd);
	free(scratch->top);
	free(scratch->work);
	free(scratch->home);
	free(scratch->temporary);
	free(scratch->view);
	free(scratch->fresh);
	free(scratch);
	return rc;
}

int it_scratch_new(struct it_scratch **out, const struct it_scratch_options *options,
		   struct intoto_error **err)
{
	struct it_scratch *scratch = calloc(1, sizeof *scratch);
	int rc;

	*out = NULL;
	if (!scratch)
		return it_err_nomem(err);
	scratch->top_fd = scratch->janitor_fd = -1;
	rc = make_top(scratch, options->user, err);
	if (!rc)
		rc = start_janitor(scratch, err);
	if (!rc)
		rc = make_folders(scratch, err);
	if (!rc)
		rc = fill(scratch, options, err);
	if (rc) {
		(void)it_scratch_free(scratch, NULL); /* the first failure is the one to tell */
		return rc;
	}
	*out = scratch;
	return INTOTO_OK;
}
