/* SPDX-License-Identifier: Apache-2.0 */
/* One call that is looked at: what its functions share. */
#ifndef IT_RUN_TRACER_LOOK_H
#define IT_RUN_TRACER_LOOK_H

#include "run/tracer_follow.h"

struct it_look {
	const struct it_tracer_follow *follow;
	const struct it_tracer_asked *asked;
	const struct it_tracer_call *call;
	struct it_tracer_deed *deed;
	bool narrow; /* 32 bits */
};

/* By the index of the table; 0, and the current folder, where there is none. */
uint64_t it_look_argument(const struct it_look *look, int index);
unsigned it_look_flags(const struct it_look *look);
int it_look_descriptor(const struct it_look *look, int index);

/*
 * Whether number is 0.  What the kernel could not read either it answers by itself; otherwise what
 * is lost.  So in all of the following: false means that there is nothing to touch, or that the
 * deed is lost.
 */
bool it_look_could(const struct it_look *look, int number, const char *what);
bool it_look_bytes(const struct it_look *look, uint64_t address, void *out, size_t len);
bool it_look_link(const struct it_look *look, int fd, char out[PATH_MAX]);
/* The absolute path of what two arguments name. */
bool it_look_name(const struct it_look *look, int at, int path, bool may_be_empty,
		  char out[PATH_MAX]);
bool it_look_join(const struct it_look *look, const char *folder, const char *name,
		  char out[PATH_MAX]);

/* Who makes the call, if that is not known yet or about to change. */
void it_tracer_look_at_process(const struct it_tracer_follow *follow, bool is_new,
			       struct it_tracer_deed *deed);

/* Something is made under an absolute name that is not there yet. */
void it_look_make(const struct it_look *look, const char *name, unsigned touches);

/* The addresses of the calls that have some. */
void it_look_at_socket(const struct it_look *look);
void it_look_at_sendmsg(const struct it_look *look);
void it_look_at_sendmmsg(const struct it_look *look);
void it_look_at_socketcall(const struct it_look *look);

#endif
