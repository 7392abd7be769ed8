/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A layout tried on sample evidence, before anybody has signed it.
 *
 * The verification is the real one, over a copy of the layout that is signed with a key made for
 * this and forgotten: nothing in the engine can leave a signature out.  Only when the case brings
 * keys are the layout's own signatures looked at.
 */
#ifndef IT_LAYOUTS_TRIAL_H
#define IT_LAYOUTS_TRIAL_H

#include <intoto/verify.h>

#include "base/strings.h"
#include "layouts/layout.h"
#include "model/envelope.h"

struct it_trial_case {
	bool must_pass;
	const struct it_strings
		*expected; /* "CODE" or "CODE ITEM", each must be among what failed */
	const char *files; /* what inspections see: verification runs in this folder */
	/* Everything else: links (an absolute path), keys (none: those of the layout are not looked
	   at), parameters, time, inspections.  layout_path is set here. */
	struct intoto_verify_options verify;
};

enum it_trial_outcome {
	IT_TRIAL_GOOD,
	IT_TRIAL_REFUSED,   /* must pass, and did not */
	IT_TRIAL_PASSED,    /* must be refused, and passed */
	IT_TRIAL_OTHERWISE, /* refused, but an expected reason is missing */
	IT_TRIAL_UNDECIDED, /* something could not be read */
};

struct it_trial_result {
	enum it_trial_outcome outcome;
	struct it_strings missing; /* of the expected */
	struct intoto_report *report;
};

void it_trial_result_done(struct it_trial_result *result);

/* How often each rule of a layout did something in the trials so far. */
struct it_trial_coverage {
	const struct intoto_layout *layout; /* borrowed, without values for parameters */
	size_t *counts;
	size_t count;
};

IT_CHECK int it_trial_coverage_init(struct it_trial_coverage *coverage,
				    const struct intoto_layout *layout, struct intoto_error **err);
void it_trial_coverage_done(struct it_trial_coverage *coverage);
/* Calls each for every rule that did nothing: took no file, or refused none. */
int it_trial_coverage_each(const struct it_trial_coverage *coverage,
			   int (*each)(void *arg, const struct it_item *item,
				       enum intoto_link_side side, const struct it_rule *rule),
			   void *arg);

/* Verifies, judges, and adds to coverage.  The working folder is the same afterwards. */
IT_CHECK int it_trial_run(struct it_trial_result *out, struct it_trial_coverage *coverage,
			  const struct intoto_envelope *envelope, const struct it_trial_case *trial,
			  struct intoto_error **err);

#endif
