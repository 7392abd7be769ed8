/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside a sandbox, between fork and exec: no memory is allocated, no lock is taken, only system
 * calls.  Everything that needs more was prepared in the plan.
 *
 *   caller ── keeper ── init ── command ── what it starts
 *
 * The keeper makes the namespaces and ends as the command did; init is number 1 of the process
 * namespace, or else the subreaper, puts the view together and leaves no process behind.
 */
#ifndef IT_BASE_SANDBOX_CHILD_H
#define IT_BASE_SANDBOX_CHILD_H

#include <sys/resource.h>

#include "base/sandbox_fuse.h"

enum it_sandbox_step {
	IT_SANDBOX_STEP_NONE,
	IT_SANDBOX_STEP_PROCESS,
	IT_SANDBOX_STEP_STREAMS,
	IT_SANDBOX_STEP_FOLDER,
	IT_SANDBOX_STEP_LIMITS,
	IT_SANDBOX_STEP_USER,
	IT_SANDBOX_STEP_PROMISE,
	IT_SANDBOX_STEP_ENTRY,
	IT_SANDBOX_STEP_EXEC,
	IT_SANDBOX_STEP_MAKE,
};

/* Memory that the caller and all of ours see; the command no longer has it. */
struct it_sandbox_shared {
	struct it_sandbox_level level;
	pid_t group;
	pid_t keeper; /* these two in the namespace of the caller, or 0 */
	pid_t init;
	bool ready; /* the next thing was the command */
	enum it_sandbox_step failed;
	int number; /* errno of what failed */
	bool proc;  /* the view has a /proc of its own */
	bool fuse;  /* there is a descriptor */
	int status; /* of waitpid, for the command */
};

enum {
	IT_SANDBOX_REPORT_FD = 3, /* closes when the command has started */
	IT_SANDBOX_ENTRY_FD = 4,  /* what the entry of the command needs */
	IT_SANDBOX_MOUNTED = 0,	  /* init tells the keeper, instead of a signal's number */
	IT_SANDBOX_MAP_SIZE = 40,
	IT_SANDBOX_LIMITS_MAX = 5,
};

struct it_sandbox_limit {
	int what;
	struct rlimit value;
};

struct it_sandbox_plan {
	const struct it_proc_spec *proc;
	const struct it_sandbox_spec *spec;
	struct it_sandbox_shared *shared;
	char *const *programs;		    /* to try in turn */
	char *const *targets;		    /* of each path, in the view */
	char *const *sources;		    /* likewise, what is shown there */
	char *const *layers;		    /* likewise, the options that lay it over, or "" */
	const struct it_sandbox_tree *tree; /* what the view tells about; NULL: it is silent */
	const char *fuse_options;
	int fuse; /* a number that is kept free for its descriptor */
	int streams[3];
	int report;   /* the keeper puts it at IT_SANDBOX_REPORT_FD, unless the command is own */
	int entry;    /* -1: none */
	int stops[2]; /* init tells the keeper by which signal an own command stopped */
	const int *closed; /* descriptors that an own command does not get */
	size_t closed_count;
	pid_t caller;
	uid_t user; /* we, as the caller */
	char user_map[IT_SANDBOX_MAP_SIZE];
	char group_map[IT_SANDBOX_MAP_SIZE];
	struct it_sandbox_limit limits[IT_SANDBOX_LIMITS_MAX];
	size_t limit_count;
	unsigned most_fds;
	const sigset_t *blocked; /* in the command */
};

/* The keeper's whole life. */
_Noreturn void it_sandbox_keep(const struct it_sandbox_plan *plan);
/* The command's, up to exec. */
_Noreturn void it_sandbox_become(const struct it_sandbox_plan *plan);
/* Says what failed, and ends. */
_Noreturn void it_sandbox_fail(const struct it_sandbox_plan *plan, enum it_sandbox_step step);

/* Root becomes the spec's user, once. */
void it_sandbox_leave_root(const struct it_sandbox_plan *plan);
/* Leaves as many of the caller's namespaces as the kernel lets us. */
void it_sandbox_unshare(const struct it_sandbox_plan *plan);
/* A root folder with the spec's paths alone; without it things stay as they are. */
void it_sandbox_build_view(const struct it_sandbox_plan *plan);
/* Kills and takes away everything below us: we are the subreaper. */
void it_sandbox_kill_children(void);

/* Each notes in the level what it reached. */
void it_sandbox_landlock(const struct it_sandbox_plan *plan);
void it_sandbox_filter(const struct it_sandbox_plan *plan);

#endif
