/* SPDX-License-Identifier: Apache-2.0 */
/* What an attestor is asked (intoto-attestor(7), "The request"). */
#ifndef IT_ATTEST_REQUEST_H
#define IT_ATTEST_REQUEST_H

#include "attest/inputs.h"
#include "model/artifacts.h"

enum { IT_REQUEST_BYTES_MAX = 256 * 1024 * 1024, IT_REQUEST_SUBJECTS_MAX = 1000 };

/* The step that has just ended; times are nanoseconds since 1970. */
struct it_attest_step {
	const char *name;
	const struct it_strings *command;
	int64_t started;
	int64_t finished;
	int status; /* negative: the signal that ended it */
	const struct it_artifacts *materials;
	const struct it_artifacts *products;
	const struct it_json *byproducts; /* NULL: nothing was captured */
};

/* One attestor with what the user said to it. */
struct it_attest_order {
	struct it_attestor *attestor;
	const struct it_strings *files;	  /* names and patterns of its inputs */
	const struct it_strings *options; /* "KEY=VALUE" */
	const struct it_strings *granted; /* variables */
	const struct it_strings *paths;	  /* further files and folders that it may read */
	bool network;
};

/* Whether the order fits the manifest: its options, the number of files, what it needs. */
IT_CHECK int it_attest_order_check(const struct it_attest_order *order, bool in_step,
				   struct intoto_error **err);

/* Appends the document; step is NULL outside of one, subjects may be NULL in it. */
IT_CHECK int it_attest_request(struct it_buf *out, const struct it_attest_order *order,
			       const struct it_attest_inputs *inputs,
			       const struct it_attest_step *step,
			       const struct it_artifacts *subjects, const char *folder,
			       struct intoto_error **err);

#endif
