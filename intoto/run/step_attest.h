/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestors of a step: heard when its products are known, before its link is signed, which then
 * names each document.
 */
#ifndef IT_RUN_STEP_ATTEST_H
#define IT_RUN_STEP_ATTEST_H

#include "attest/hearing.h"
#include "run/step.h"

enum it_attest_policy {
	IT_ATTEST_FATAL,  /* a failure is one of the step's record: nothing is signed */
	IT_ATTEST_RECORD, /* a failure is signed as such */
	IT_ATTEST_IGNORE, /* a failure is told, and leaves nothing */
};

struct it_step_attestor {
	struct it_attest_order order;
	enum it_attest_policy policy;
};

struct it_step_attest {
	const struct it_step_attestor *items;
	size_t count;
	const struct it_strings *hidden; /* files that no attestor sees */
	bool keep_reports;		 /* whole, beside the link */
	bool best_effort;
	const struct it_strings *allowed;	     /* variables whose values may be recorded */
	void (*notice)(void *arg, const char *text); /* may be NULL */
	void *arg;
};

/*
 * When the command has run: takes the values of our own secret variables out of what link has of
 * its output and its command line, and notes that in link's environment ("redactions").
 */
IT_CHECK int it_step_attest_mask(const struct it_step_attest *attest, struct intoto_link *link,
				 struct intoto_error **err);

/*
 * Hears all of them, takes out of link's byproducts what they say is to be taken out, signs the
 * statements, and names them in the link's environment.  INTOTO_E_HELPER when one failed whose
 * failure is fatal: then no statement is signed.
 */
IT_CHECK int it_step_attest(const struct it_step_attest *attest, struct intoto_link *link,
			    const struct it_step_options *options,
			    const struct it_attest_step *step, struct intoto_error **err);

/*
 * For a step that could not be completed: what it printed is not kept where an attestor was to look
 * at it.
 */
IT_CHECK int it_step_attest_give_up(const struct it_step_attest *attest, struct intoto_link *link,
				    struct intoto_error **err);

#endif
