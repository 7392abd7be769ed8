/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that can do little: it sees the files that it is shown, writes where it is told,
 * reaches no network, and nothing of it is left when it has ended.
 *
 * Every mechanism of the kernel that is there is used, and the level says which were; a promise
 * that must hold is asked for, and without it nothing is started.
 */
#ifndef IT_BASE_SANDBOX_H
#define IT_BASE_SANDBOX_H

#include <stdint.h>

#include "base/proc.h"
#include "base/strings.h"

enum it_sandbox_right {
	IT_SANDBOX_READ = 1,
	IT_SANDBOX_EXECUTE = 2,
	IT_SANDBOX_WRITE = 4, /* make, change, rename and remove; never devices */
};

/* Everything else of the file system can be neither read nor written. */
struct it_sandbox_path {
	const char *path; /* absolute; what is not there is passed over */
	const char *from; /* what stands there; NULL: path itself.  Needs a mount namespace, and is
			     passed over without one */
	const char *work; /* an empty folder beside from: from then lies on top of what the view has
			     there anyhow, where that can be had; may be NULL */
	unsigned rights;  /* of enum it_sandbox_right; 0: only the name, an empty folder or the
			     link itself */
	/*
	 * It counts only where there is no view.  What is not there is made then, so that it can be
	 * named: an empty file, or a folder for a slash at the end, last changed when 1970 began.
	 */
	bool no_view;
};

/*
 * What programs need of the system, to read and execute, and no more: its folders of programs and
 * libraries, the settings that those read, a few devices.  Nothing of a user's, no secrets.
 */
extern const struct it_sandbox_path it_sandbox_system[];
extern const size_t it_sandbox_system_count;

/* 0: no limit of ours. */
struct it_sandbox_limits {
	uint64_t memory;     /* bytes of address space, each process */
	uint64_t file_size;  /* bytes, each file that is written */
	uint64_t open_files; /* each process */
	unsigned processes;  /* at once, threads too */
};

/*
 * The limit of memory for programs that were built as we were: none where a sanitizer in them takes
 * all address space that there is.
 */
uint64_t it_sandbox_memory_of_ours(uint64_t wanted);
/*
 * A variable ("NAME=VALUE") that they need to end well in a sandbox; NULL but with a sanitizer: it
 * would look for leaks by means of ptrace, which the sandbox refuses.
 */
const char *it_sandbox_variable_of_ours(void);

/* What the mechanisms are for; each is kept by any one of several. */
enum it_sandbox_promise {
	IT_SANDBOX_NO_NETWORK = 1,   /* no host, and no local service, can be talked to */
	IT_SANDBOX_FILES = 2,	     /* no file outside is read, written, made or removed */
	IT_SANDBOX_NOTHING_LEFT = 4, /* no process survives, however it was started */
};

/* Bits of it_sandbox_level.mechanisms; it_sandbox_words has their names, which are stable. */
enum it_sandbox_mechanism {
	IT_SANDBOX_NO_NEW_PRIVILEGES = 1,
	IT_SANDBOX_SECCOMP = 2,
	IT_SANDBOX_LANDLOCK = 4,
	IT_SANDBOX_USER_NS = 8,
	IT_SANDBOX_MOUNT_NS = 16, /* with a view of its own: only what is shown exists */
	IT_SANDBOX_NET_NS = 32,
	IT_SANDBOX_PID_NS = 64,
	IT_SANDBOX_IPC_NS = 128,
	IT_SANDBOX_UTS_NS = 256,
	IT_SANDBOX_SUBREAPER = 512,   /* where there is no process namespace */
	IT_SANDBOX_OTHER_USER = 1024, /* root became it_sandbox_spec.user */
	IT_SANDBOX_NO_CAPABILITIES = 2048,
	IT_SANDBOX_RLIMITS = 4096,
};

struct it_sandbox_level {
	unsigned mechanisms; /* of enum it_sandbox_mechanism */
	int landlock_abi;    /* what of it the kernel knows */
};

enum { IT_SANDBOX_DENIED_BYTES = 256 * 1024, IT_SANDBOX_DENIED_PATHS = 4096 };

/*
 * What an own command looked for, or wanted to make, where nothing is shown: each path once, up to
 * the first part that is not shown.  It is filled while the command runs, in memory that both see.
 */
struct it_sandbox_denied {
	bool named;    /* this can be seen here */
	int number;    /* else the errno that says why not, 0 for a view that is not there */
	uint64_t more; /* that found no room */
	size_t count;  /* in text: each 'r' or 'w', the path, NUL */
	size_t used;
	uint32_t hashes[IT_SANDBOX_DENIED_PATHS * 2];
	char text[IT_SANDBOX_DENIED_BYTES];
};

IT_CHECK int it_sandbox_denied_new(struct it_sandbox_denied **out, struct intoto_error **err);
void it_sandbox_denied_free(struct it_sandbox_denied *denied);

struct it_sandbox_spec {
	const struct it_sandbox_path *paths;
	size_t path_count;
	const char *view; /* an empty folder where the view can be put together; NULL: no view */
	bool network;	  /* allowed */
	uid_t user;	  /* whom root becomes (the group has the same number); 0: root stays root,
			     without       capabilities */
	struct it_sandbox_limits limits;
	unsigned required; /* of enum it_sandbox_promise: refuse to start without */
	/*
	 * The caller's own command: it stays in the session, in a process group of its own, with
	 * proc->terminal if there is one; it keeps descriptors that the caller handed down, but for
	 * folders, sockets and whatever else leads out; it may trace what it started itself.
	 */
	bool own;
	struct it_sandbox_denied *denied; /* filled, if it can be; NULL: nobody asks */
};

struct it_sandbox_run {
	pid_t pid;   /* to look at and to reap: ends, as the command did, after the last process */
	pid_t group; /* to send signals to, SIGKILL at last; never to pid itself */
	struct it_sandbox_level level; /* also when it was refused for the sake of a promise */
	unsigned closed;	       /* descriptors that were not handed down to an own command */
};

/*
 * Starts a command as it_proc_start does, in a session of its own and with no descriptors but the
 * three, unless it is the caller's own.  argv[0] is looked up in the PATH of proc->environment.
 * Everything ends when the thread that called this does.
 *
 * An own command that is stopped by a key or by asking for the terminal stops run->pid as well:
 * SIGCONT is then wanted by both, run->pid and the group.
 *
 * Fails with INTOTO_E_UNSUPPORTED when a required promise cannot be kept here.
 */
IT_CHECK int it_sandbox_start(struct it_sandbox_run *run, const struct it_proc_spec *proc,
			      const struct it_sandbox_spec *spec, struct intoto_error **err);

/* Which promises a level keeps. */
unsigned it_sandbox_promises(const struct it_sandbox_level *level);

/* The mechanisms as stable words, sorted: "ipc-namespace", "landlock-7", "seccomp" … */
IT_CHECK int it_sandbox_words(struct it_strings *out, const struct it_sandbox_level *level,
			      struct intoto_error **err);

#endif
