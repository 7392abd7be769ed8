/* SPDX-License-Identifier: Apache-2.0 */
/* The caller's side: prepares everything that a forked child could not, starts, hears how it went.
 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sandbox_child.h"
#include "base/text.h"

enum {
	FIRST_FREE_FD = IT_SANDBOX_ENTRY_FD + 1,
	MOST_FDS = 1024 * 1024,
	CLOSED_MAX = 1024,
	FDS_LOOKED_AT = 1024, /* where /proc does not list them */
	LAYER_MAX = 4095,     /* mount(2) */
};

#define DEFAULT_PATH "/usr/bin:/bin"

static const struct {
	const char *word;
	enum it_sandbox_mechanism bit;
} mechanisms[] = {
	{ "ipc-namespace", IT_SANDBOX_IPC_NS },
	{ "landlock", IT_SANDBOX_LANDLOCK },
	{ "mount-namespace", IT_SANDBOX_MOUNT_NS },
	{ "network-namespace", IT_SANDBOX_NET_NS },
	{ "no-capabilities", IT_SANDBOX_NO_CAPABILITIES },
	{ "no-new-privileges", IT_SANDBOX_NO_NEW_PRIVILEGES },
	{ "other-user", IT_SANDBOX_OTHER_USER },
	{ "pid-namespace", IT_SANDBOX_PID_NS },
	{ "rlimits", IT_SANDBOX_RLIMITS },
	{ "seccomp", IT_SANDBOX_SECCOMP },
	{ "subreaper", IT_SANDBOX_SUBREAPER },
	{ "user-namespace", IT_SANDBOX_USER_NS },
	{ "uts-namespace", IT_SANDBOX_UTS_NS },
};

static const struct {
	const char *text;
	enum it_sandbox_promise bit;
} promises[] = {
	{ "keep it from the network (needs seccomp, or network and mount namespaces)",
	  IT_SANDBOX_NO_NETWORK },
	{ "keep it from other files (needs Landlock or mount namespaces)", IT_SANDBOX_FILES },
	{ "end all that it starts (needs process namespaces or a subreaper)",
	  IT_SANDBOX_NOTHING_LEFT },
};

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZER 1
#endif

uint64_t it_sandbox_memory_of_ours(uint64_t wanted)
{
#ifdef WITH_SANITIZER
	(void)wanted; /* it would be too little, whatever it is */
	return 0;
#else
	return wanted;
#endif
}

const char *it_sandbox_variable_of_ours(void)
{
#ifdef WITH_SANITIZER
	return "ASAN_OPTIONS=detect_leaks=0";
#else
	return NULL;
#endif
}

/* --- what a level is --- */

unsigned it_sandbox_promises(const struct it_sandbox_level *level)
{
	const unsigned hidden = IT_SANDBOX_NET_NS | IT_SANDBOX_MOUNT_NS;
	unsigned kept = 0;

	/* A network namespace leaves the local services that are reached by a path. */
	if ((level->mechanisms & IT_SANDBOX_SECCOMP) || (level->mechanisms & hidden) == hidden)
		kept |= IT_SANDBOX_NO_NETWORK;
	if (level->mechanisms & (IT_SANDBOX_LANDLOCK | IT_SANDBOX_MOUNT_NS))
		kept |= IT_SANDBOX_FILES;
	if (level->mechanisms & (IT_SANDBOX_PID_NS | IT_SANDBOX_SUBREAPER))
		kept |= IT_SANDBOX_NOTHING_LEFT;
	return kept;
}

int it_sandbox_words(struct it_strings *out, const struct it_sandbox_level *level,
		     struct intoto_error **err)
{
	char landlock[sizeof "landlock-" + 10]; /* and the digits of an int that is not negative */
	int rc = INTOTO_OK;

	(void)snprintf(landlock, sizeof landlock, "landlock-%u", (unsigned)level->landlock_abi);
	for (size_t i = 0; !rc && i < IT_COUNT_OF(mechanisms); i++) {
		if (!(level->mechanisms & (unsigned)mechanisms[i].bit))
			continue;
		rc = it_strings_add(out,
				    mechanisms[i].bit == IT_SANDBOX_LANDLOCK ? landlock
									     : mechanisms[i].word,
				    err);
	}
	return rc;
}

/* --- the plan --- */

/* A plan and what it owns. */
struct preparation {
	struct it_sandbox_plan plan;
	struct it_strings programs;
	struct it_strings targets;
	struct it_strings sources;
	struct it_strings layers;
	struct it_sandbox_tree tree;
	char *fuse_options;
	int given[3]; /* of plan.streams, those that are not ours to close */
	int report_read;
	int closed[CLOSED_MAX];
	sigset_t before;
};

static void preparation_done(struct preparation *self)
{
	for (int i = 0; i < 3; i++)
		if (self->plan.streams[i] != self->given[i])
			it_fd_close(&self->plan.streams[i]);
	it_fd_close(&self->plan.report);
	it_fd_close(&self->plan.entry);
	it_fd_close(&self->report_read);
	it_fd_close(&self->plan.stops[0]);
	it_fd_close(&self->plan.stops[1]);
	it_strings_done(&self->programs);
	it_strings_done(&self->targets);
	it_strings_done(&self->sources);
	it_strings_done(&self->layers);
	it_sandbox_tree_done(&self->tree);
	free(self->fuse_options);
	it_fd_close(&self->plan.fuse);
	if (self->plan.shared)
		(void)munmap(self->plan.shared, sizeof *self->plan.shared); /* a page of ours */
}

static const char *path_of(char *const *environment)
{
	for (char *const *entry = environment; entry && *entry; entry++)
		if (it_starts_with(*entry, "PATH="))
			return *entry + sizeof "PATH=" - 1;
	return DEFAULT_PATH;
}

static int add_joined(struct it_strings *list, const char *dir, const char *name,
		      struct intoto_error **err)
{
	IT_AUTO(it_freep) char *path = it_path_join(dir, name);

	return path ? it_strings_add(list, path, err) : it_err_nomem(err);
}

/* Where the program may be; an empty part of PATH would be the current folder, and is left out. */
static int find_programs(struct preparation *self, struct intoto_error **err)
{
	const char *program = self->plan.proc->argv[0];
	char *const *environment = self->plan.proc->environment;
	int rc = INTOTO_OK;

	if (strchr(program, '/'))
		return it_strings_add(&self->programs, program, err);
	for (const char *at = path_of(environment ? environment : environ); !rc && *at;) {
		size_t len = strcspn(at, ":");
		IT_AUTO(it_freep) char *folder = strndup(at, len);

		if (!folder)
			return it_err_nomem(err);
		if (len)
			rc = add_joined(&self->programs, folder, program, err);
		at += len + (at[len] == ':');
	}
	return rc;
}

/* In its own words these three part options and folders. */
static void add_escaped(struct it_buf *out, const char *path)
{
	for (; *path; path++) {
		if (strchr(",:\\", *path))
			(void)it_buf_add_byte(out, '\\'); /* sticky */
		(void)it_buf_add_byte(out, *path);
	}
}

/* What overlay file systems are told; a page of it at most, or it is done without. */
static int add_layer(struct preparation *self, const struct it_sandbox_path *path,
		     const char *target, struct intoto_error **err)
{
	IT_AUTO(it_buf_done) struct it_buf out = IT_BUF(LAYER_MAX);

	if (path->work) {
		(void)it_buf_add_text(&out, "userxattr,lowerdir="); /* sticky, all of it */
		add_escaped(&out, target);
		(void)it_buf_add_text(&out, ",upperdir=");
		add_escaped(&out, path->from);
		(void)it_buf_add_text(&out, ",workdir=");
		add_escaped(&out, path->work);
	}
	return it_strings_add(&self->layers, out.failed ? "" : it_buf_text(&out), err);
}

static int list_places(struct preparation *self, struct intoto_error **err)
{
	const struct it_sandbox_spec *spec = self->plan.spec;
	int rc = INTOTO_OK;

	for (size_t i = 0; !rc && i < spec->path_count; i++) {
		const struct it_sandbox_path *path = &spec->paths[i];

		if (path->path[0] != '/')
			return it_err_set(err, INTOTO_E_INTERNAL,
					  "sandbox: %s: want an absolute path", path->path);
		rc = add_joined(&self->targets, spec->view ? spec->view : "", path->path + 1, err);
		if (!rc)
			rc = it_strings_add(&self->sources, path->from ? path->from : path->path,
					    err);
		if (!rc)
			rc = add_layer(self, path, self->targets.items[i], err);
	}
	return rc;
}

/* Tasks that count against our limit of processes already; those of others are not to be ours. */
static rlim_t tasks_of(uid_t user)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	rlim_t count = 0;

	if (it_dir_list(&names, "/proc", NULL))
		return 0;
	for (size_t i = 0; i < names.count; i++) {
		IT_AUTO(it_freep) char *folder = it_path_join("/proc", names.items[i]);
		IT_AUTO(it_freep) char *tasks = folder ? it_path_join(folder, "task") : NULL;
		struct stat about;

		/* A folder has two links, and one for each task in it. */
		if (names.items[i][0] >= '1' && names.items[i][0] <= '9' && tasks &&
		    stat(tasks, &about) == 0 && about.st_uid == user && about.st_nlink > 2)
			count += about.st_nlink - 2;
	}
	return count;
}

static void add_limit(struct it_sandbox_plan *plan, int what, rlim_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max < most)
		most = now.rlim_max; /* never more than we have ourselves */
	plan->limits[plan->limit_count++] =
		(struct it_sandbox_limit){ .what = what, .value = { most, most } };
}

static void plan_limits(struct it_sandbox_plan *plan)
{
	const struct it_sandbox_limits *limits = &plan->spec->limits;
	uid_t user = plan->user ? plan->user : plan->spec->user;
	struct rlimit fds;

	/* Not 0: that would still start a program of the system that takes dumps; 1 does not. */
	if (!plan->spec->own)
		add_limit(plan, RLIMIT_CORE, 1);
	if (limits->memory)
		add_limit(plan, RLIMIT_AS, limits->memory);
	if (limits->file_size)
		add_limit(plan, RLIMIT_FSIZE, limits->file_size);
	if (limits->open_files)
		add_limit(plan, RLIMIT_NOFILE, limits->open_files);
	if (limits->processes)
		add_limit(plan, RLIMIT_NPROC, tasks_of(user) + limits->processes);
	plan->most_fds = MOST_FDS;
	if (getrlimit(RLIMIT_NOFILE, &fds) == 0 && fds.rlim_cur < MOST_FDS)
		plan->most_fds = (unsigned)fds.rlim_cur;
}

/* The same number inside and outside: whoever looks at a file's owner sees what there is to see. */
static void plan_maps(struct it_sandbox_plan *plan)
{
	bool changes = plan->user == 0 && plan->spec->user != 0;
	uid_t user = changes ? plan->spec->user : plan->user;
	gid_t group = changes ? plan->spec->user : getegid();

	/* Two numbers of at most ten digits. */
	(void)snprintf(plan->user_map, sizeof plan->user_map, "%u %u 1", user, user);
	(void)snprintf(plan->group_map, sizeof plan->group_map, "%u %u 1", group, group);
}

/* Descriptors are moved out of the way of 0 to 3, where the keeper will put them. */
static int plan_streams(struct preparation *self, struct intoto_error **err)
{
	struct it_sandbox_plan *plan = &self->plan;
	int ends[2];

	for (int i = 0; i < 3; i++) {
		int fd = self->given[i] < 0 ? i : self->given[i];

		plan->streams[i] = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
		if (plan->streams[i] < 0)
			return it_err_errno(err, errno, "sandbox");
	}
	if (plan->proc->entry && plan->proc->entry->fd) {
		plan->entry = fcntl(*plan->proc->entry->fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
		if (plan->entry < 0)
			return it_err_errno(err, errno, "sandbox");
	}
	if (pipe2(ends, O_CLOEXEC))
		return it_err_errno(err, errno, "sandbox");
	self->report_read = ends[0];
	plan->report = fcntl(ends[1], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	(void)close(ends[1]); /* the copy stays */
	return plan->report < 0 ? it_err_errno(err, errno, "sandbox") : INTOTO_OK;
}

/*
 * A pipe, a file or a terminal is what it is; a folder leads to all that is below it, and a socket
 * to whoever is at its other end.
 */
static bool leads_out(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat about;

	return flags < 0 || (flags & O_PATH) || fstat(fd, &about) ||
	       !(S_ISFIFO(about.st_mode) || S_ISREG(about.st_mode) || S_ISCHR(about.st_mode));
}

static int look_at_descriptor(struct preparation *self, int fd, struct intoto_error **err)
{
	int flags = fcntl(fd, F_GETFD);

	if (fd <= STDERR_FILENO || flags < 0 || (flags & FD_CLOEXEC) || !leads_out(fd))
		return INTOTO_OK;
	if (self->plan.closed_count == CLOSED_MAX)
		return it_err_set(err, INTOTO_E_LIMIT,
				  "sandbox: over %d open descriptors lead out of it: close them "
				  "before",
				  CLOSED_MAX);
	self->closed[self->plan.closed_count++] = fd;
	return INTOTO_OK;
}

/* What the caller handed down and the command is not to have. */
static int plan_descriptors(struct preparation *self, struct intoto_error **err)
{
	IT_AUTO(it_strings_done) struct it_strings names = { 0 };
	int rc = INTOTO_OK;
	uint64_t fd;

	if (!self->plan.spec->own)
		return INTOTO_OK;
	if (pipe2(self->plan.stops, O_CLOEXEC | O_NONBLOCK))
		return it_err_errno(err, errno, "sandbox");
	if (it_dir_list(&names, "/proc/self/fd", NULL))
		for (int i = 0; !rc && i < FDS_LOOKED_AT; i++)
			rc = look_at_descriptor(self, i, err);
	for (size_t i = 0; !rc && i < names.count; i++)
		if (it_parse_u64(names.items[i], INT32_MAX, &fd))
			rc = look_at_descriptor(self, (int)fd, err);
	self->plan.closed = self->closed;
	return rc;
}

/* Of the three, a folder would be a way out. */
static int check_streams(const struct preparation *self, struct intoto_error **err)
{
	struct stat about;

	for (int i = 0; self->plan.spec->own && i < 3; i++)
		if (fstat(self->plan.streams[i], &about) == 0 && S_ISDIR(about.st_mode))
			return it_err_set(err, INTOTO_E_UNSUPPORTED,
					  "sandbox: descriptor %d is a folder, which leads out of "
					  "it: want a file, a pipe or a terminal",
					  i);
	return INTOTO_OK;
}

/* What has to be known before anybody knows whether it can be had. */
static int plan_tree(struct preparation *self, struct intoto_error **err)
{
	struct it_sandbox_plan *plan = &self->plan;
	int rc = it_sandbox_tree_fill(&self->tree, plan->spec, err);

	if (rc)
		return rc;
	plan->fuse = fcntl(self->report_read, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	if (plan->fuse < 0)
		return it_err_errno(err, errno, "sandbox");
	if (asprintf(&self->fuse_options,
		     "fd=%d,rootmode=40000,user_id=%u,group_id=%u,default_permissions,allow_other",
		     plan->fuse, geteuid(), getegid()) < 0) {
		self->fuse_options = NULL;
		return it_err_nomem(err);
	}
	plan->fuse_options = self->fuse_options;
	plan->tree = &self->tree;
	return INTOTO_OK;
}

static int prepare(struct preparation *self, struct intoto_error **err)
{
	struct it_sandbox_plan *plan = &self->plan;
	int rc = find_programs(self, err);

	if (!rc)
		rc = list_places(self, err);
	if (!rc)
		rc = plan_streams(self, err);
	if (!rc)
		rc = check_streams(self, err);
	if (!rc)
		rc = plan_descriptors(self, err);
	if (!rc && plan->spec->own && plan->spec->view && plan->spec->denied)
		rc = plan_tree(self, err);
	if (rc)
		return rc;
	plan->shared = mmap(NULL, sizeof *plan->shared, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (plan->shared == MAP_FAILED) {
		plan->shared = NULL;
		return it_err_nomem(err);
	}
	plan->programs = self->programs.items;
	plan->targets = self->targets.items;
	plan->sources = self->sources.items;
	plan->layers = self->layers.items;
	plan->caller = getpid();
	plan->user = geteuid();
	plan_limits(plan);
	plan_maps(plan);
	return INTOTO_OK;
}

/* --- how it went --- */

static int refuse_promise(const struct preparation *self, struct intoto_error **err)
{
	unsigned missing =
		self->plan.spec->required & ~it_sandbox_promises(&self->plan.shared->level);

	for (size_t i = 0; i < IT_COUNT_OF(promises); i++)
		if (missing & (unsigned)promises[i].bit)
			return it_err_set(err, INTOTO_E_UNSUPPORTED,
					  "was not run: nothing here can %s", promises[i].text);
	return it_err_set(err, INTOTO_E_INTERNAL, "sandbox: no promise is missing");
}

static int refuse_program(const char *program, int number, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *quoted = it_text_quoted(it_span_text(program));
	const char *shown = quoted ? quoted : "";

	if (number == ENOENT && !strchr(program, '/'))
		return it_err_set(err, INTOTO_E_NOTFOUND,
				  "%s: command not found in the folders that the sandbox shows",
				  shown);
	if (number == ENOENT || number == ENOTDIR)
		return it_err_set(err, INTOTO_E_NOTFOUND,
				  "%s: cannot be started: there is no such file in the sandbox, or "
				  "its interpreter is not there",
				  shown);
	if (number == EACCES)
		return it_err_set(err, INTOTO_E_IO,
				  "%s: cannot be started in the sandbox: permission denied", shown);
	return it_err_errno(err, number, "%s: cannot be started in the sandbox", shown);
}

static int refuse(const struct preparation *self, struct intoto_error **err)
{
	static const char *const steps[] = {
		[IT_SANDBOX_STEP_PROCESS] = "sandbox: its first process",
		[IT_SANDBOX_STEP_STREAMS] = "sandbox: its streams",
		[IT_SANDBOX_STEP_FOLDER] = "sandbox: its folder",
		[IT_SANDBOX_STEP_LIMITS] = "sandbox: its limits",
		[IT_SANDBOX_STEP_USER] = "sandbox: its user",
		[IT_SANDBOX_STEP_MAKE] = "sandbox: a file or folder to be written",
	};
	const struct it_sandbox_shared *shared = self->plan.shared;

	if (shared->failed == IT_SANDBOX_STEP_PROMISE)
		return refuse_promise(self, err);
	if (shared->failed == IT_SANDBOX_STEP_ENTRY)
		return it_err_errno(err, shared->number, "sandbox: %s",
				    self->plan.proc->entry->what);
	if (shared->failed == IT_SANDBOX_STEP_EXEC)
		return refuse_program(self->plan.proc->argv[0], shared->number, err);
	if (shared->failed == IT_SANDBOX_STEP_NONE)
		return it_err_set(err, INTOTO_E_IO, "sandbox: was killed while it was set up");
	return it_err_errno(err, shared->number, "%s", steps[shared->failed]);
}

/*
 * Until the command has started, or has not: all writing ends are closed then.  False when that
 * could not be waited for.
 */
static bool wait_for_report(int fd)
{
	char byte;
	ssize_t got;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got >= 0;
}

/* Whatever it has come to; its end is the command's. */
static void end_keeper(const struct it_sandbox_run *run)
{
	if (run->group > 0)
		(void)kill(-run->group, SIGKILL); /* it may have ended */
	(void)kill(run->pid, SIGKILL);		  /* ours to reap, so there it is */
}

/* No handler of ours may run in the child: everything is blocked from before fork. */
static pid_t fork_keeper(struct preparation *self)
{
	sigset_t all;
	pid_t pid;

	(void)sigfillset(&all);				     /* cannot fail */
	(void)sigprocmask(SIG_SETMASK, &all, &self->before); /* valid arguments */
	if (!self->plan.blocked)
		self->plan.blocked = &self->before;
	pid = fork();
	if (pid == 0)
		it_sandbox_keep(&self->plan);
	(void)sigprocmask(SIG_SETMASK, &self->before, NULL); /* what it was */
	return pid;
}

int it_sandbox_start(struct it_sandbox_run *run, const struct it_proc_spec *proc,
		     const struct it_sandbox_spec *spec, struct intoto_error **err)
{
	IT_AUTO(preparation_done)
	struct preparation self = {
		.plan = { .proc = proc,
			  .spec = spec,
			  .streams = { proc->stdin_fd, proc->stdout_fd, proc->stderr_fd },
			  .report = -1,
			  .entry = -1,
			  .stops = { -1, -1 },
			  .fuse = -1,
			  .blocked = proc->blocked },
		.given = { proc->stdin_fd, proc->stdout_fd, proc->stderr_fd },
		.report_read = -1,
	};
	bool heard;
	int rc;

	*run = (struct it_sandbox_run){ .pid = -1, .group = -1 };
	if (!proc->argv[0] || !*proc->argv[0])
		return it_err_set(err, INTOTO_E_NOTFOUND, "an empty command");
	rc = prepare(&self, err);
	if (rc)
		return rc;
	run->pid = fork_keeper(&self);
	if (run->pid < 0)
		return it_err_errno(err, errno, "sandbox");
	it_fd_close(&self.plan.report);
	it_fd_close(&self.plan.stops[1]); /* whose end the keeper waits for */
	heard = wait_for_report(self.report_read);
	run->level = self.plan.shared->level;
	run->group = self.plan.shared->group;
	run->closed = (unsigned)self.plan.closed_count;
	if (heard && self.plan.shared->ready && !self.plan.shared->failed)
		return INTOTO_OK;
	if (!heard)
		end_keeper(run);
	it_proc_reap(run->pid);
	run->pid = run->group = -1;
	return refuse(&self, err);
}
