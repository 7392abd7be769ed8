/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: into memory, and past a size into a file that has no name. */
#ifndef IT_ATTESTORS_KIT_OUT_H
#define IT_ATTESTORS_KIT_OUT_H

#include <intoto/attestor.h>

#include "base/buf.h"

enum { IT_OUT_DEEPEST = 256 };

struct intoto_json_out {
	struct it_buf buf;
	int fd;		  /* -1 until buf is over its size */
	uint64_t written; /* to fd */
	uint64_t most;	  /* bytes in all */
	enum intoto_code failed;
	const char *why;
	int number; /* of the system's refusal */
	unsigned depth;
	unsigned floor;	  /* no end below it */
	bool named;	  /* a name waits for its value */
	bool replaced;	  /* bytes that were no UTF-8 */
	uint64_t roots;	  /* values at the floor */
	bool root_object; /* the last of them */
	/* For each level: '{' or '[', and whether something stands there. */
	char kinds[IT_OUT_DEEPEST];
	bool filled[IT_OUT_DEEPEST];
};

void it_out_init(struct intoto_json_out *out, uint64_t most);
void it_out_done(struct intoto_json_out *out);
/* 0, or why what was written is not all there. */
int it_out_check(const struct intoto_json_out *out, struct intoto_error **err);
/* Writes all of it to a descriptor. */
int it_out_pour(struct intoto_json_out *out, int fd, struct intoto_error **err);
/* All of a piece, whatever write() takes at a time. */
int it_out_write(int fd, struct it_span piece, struct intoto_error **err);

#endif
