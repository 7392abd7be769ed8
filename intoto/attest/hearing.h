/* SPDX-License-Identifier: Apache-2.0 */
/* An attestor heard once: what it read, what it answered, or why it did not. */
#ifndef IT_ATTEST_HEARING_H
#define IT_ATTEST_HEARING_H

#include "attest/answer.h"
#include "attest/request.h"
#include "attest/secrets.h"

struct it_hearing_options {
	const struct it_attest_step *step; /* NULL: outside of one */
	const struct it_artifacts *subjects;
	const char *folder; /* of the work; absolute */
	const struct it_strings
		*hidden;	    /* files that no attestor sees, keys above all; may be NULL */
	struct it_secrets *secrets; /* taken out of what it says; NULL: nothing is */
	bool best_effort;	    /* also where the sandbox cannot keep its promises */
};

struct it_hearing {
	const struct it_attest_order *order;
	struct it_attest_inputs inputs;
	struct it_sandbox_level level;
	int64_t started; /* seconds since 1970 */
	int64_t finished;
	bool failed;
	char *reason; /* of a failure: its own words, or what was wrong with it */
	bool own_words;
	struct it_answer answer;
	struct it_strings masked; /* variables whose values were in what it says */
	struct it_buf said;	  /* on its standard error; its beginning */
};

/*
 * Hears it.  What goes wrong with the attestor, its inputs or its answer is a failed hearing; this
 * fails only for reasons of our own (memory, a sandbox that cannot be had).
 */
IT_CHECK int it_hearing_hold(struct it_hearing *hearing, const struct it_attest_order *order,
			     const struct it_hearing_options *options, struct intoto_error **err);
void it_hearing_done(struct it_hearing *hearing);

#endif
