/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mount namespace that is put together before the command starts, by a child that then ends: what
 * can fail has failed by then, and the command has only to enter.
 *
 * Root of the machine gets a mount namespace and nothing else; everybody else a user namespace,
 * too, in which there is one user and one group: themselves.
 */
#ifndef IT_RUN_NAMESPACE_H
#define IT_RUN_NAMESPACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* What failed in the child. */
struct it_namespace_failure {
	int number;	  /* errno; 0: nothing */
	const char *what; /* static text: "the overlay" */
	size_t item;	  /* of the caller's own counting */
};

struct it_namespace {
	int user; /* -1: none of its own */
	int mount;
	int root; /* the caller's root folder in there: not always that of the namespace */
	char folder[PATH_MAX]; /* for the entering child, which has little stack */
};

#define IT_NAMESPACE_NONE                                                                          \
	{                                                                                          \
		.user = -1, .mount = -1, .root = -1                                                \
	}

struct it_namespace_plan {
	bool user; /* a user namespace, too */
	/* Runs in it, with the propagation of all mounts private, as the only thread of a forked
	   process: system calls only. */
	void (*arrange)(void *arg, struct it_namespace_failure *failure);
	void *arg;
};

/*
 * INTOTO_E_UNSUPPORTED when the kernel refuses the namespaces, saying so; what arrange says is in
 * *failure, and then the code is UNSUPPORTED, too, and *err is not set.
 */
IT_CHECK int it_namespace_make(struct it_namespace *out, const struct it_namespace_plan *plan,
			       struct it_namespace_failure *failure, struct intoto_error **err);

/* For the command's child, before exec: 0 or errno.  The current folder is entered again. */
IT_CHECK int it_namespace_enter(struct it_namespace *space);

/* Lets go of it; whoever is in it keeps it. */
void it_namespace_done(struct it_namespace *space);

/* How many processes are in that mount namespace (it_namespace_id), as far as we may know. */
IT_CHECK uint64_t it_namespace_id(const struct it_namespace *space);
size_t it_namespace_population(uint64_t id);

#endif
