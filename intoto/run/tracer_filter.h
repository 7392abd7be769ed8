/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter of system calls that hands those of the table to somebody who watches, and lets all
 * others pass at full speed.
 */
#ifndef IT_RUN_TRACER_FILTER_H
#define IT_RUN_TRACER_FILTER_H

#include <linux/filter.h>

#include "run/tracer.h"

enum { IT_FILTER_MAX = 1024 };

struct it_tracer_filter {
	struct sock_filter code[IT_FILTER_MAX];
	unsigned short len;
};

struct it_tracer_filter_options {
	enum it_trace_tier tier;
	unsigned action; /* SECCOMP_RET_USER_NOTIF or SECCOMP_RET_TRACE */
	/*
	 * The child hands its listener over with sendmsg, which nobody could answer for yet.  The
	 * kernel does not look at the upper halves of a descriptor and of flags: a call that has
	 * these numbers there, which only the child was told, passes.  0: none does.
	 */
	unsigned token[2];
};

/* INTOTO_E_UNSUPPORTED on an architecture whose numbers are not known. */
IT_CHECK int it_tracer_filter_write(struct it_tracer_filter *filter,
				    const struct it_tracer_filter_options *options,
				    struct intoto_error **err);

/*
 * In the child: the filter is in force.  Root keeps what set-uid programs would gain, others may
 * only have filters without.  With listen, returns its descriptor, else 0; -1 and errno on failure.
 */
int it_tracer_filter_enter(struct it_tracer_filter *filter, bool listen);

#endif
