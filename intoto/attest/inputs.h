/* SPDX-License-Identifier: Apache-2.0 */
/* The files that an attestor reads: hashed by us before it sees them, and unchanged when it ended.
 */
#ifndef IT_ATTEST_INPUTS_H
#define IT_ATTEST_INPUTS_H

#include <sys/stat.h>

#include "attest/attestor.h"

struct it_attest_input {
	char *name; /* as the user gave it */
	char *path; /* absolute, no link in it */
	char sha256[IT_SHA256_HEX + 1];
	struct stat about;
};

struct it_attest_inputs {
	struct it_attest_input *items;
	size_t count;
};

/* pattern is a file, or a glob(7) pattern; INTOTO_E_NOTFOUND when it names nothing. */
IT_CHECK int it_attest_inputs_add(struct it_attest_inputs *inputs, const char *pattern,
				  struct intoto_error **err);
IT_CHECK int it_attest_inputs_check_unchanged(const struct it_attest_inputs *inputs,
					      struct intoto_error **err);
void it_attest_inputs_done(struct it_attest_inputs *inputs);

/* When it was changed last, nanoseconds since 1970. */
int64_t it_attest_input_modified(const struct it_attest_input *input);

/* The least that a user who owns nothing reaches of them. */
enum it_attest_reach it_attest_inputs_reach(const struct it_attest_inputs *inputs);

#endif
