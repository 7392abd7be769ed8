/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into a step, before it is done: the evidence of the steps that its materials come from,
 * and the files that are there against it.
 */
#ifndef IT_LAYOUTS_INTAKE_H
#define IT_LAYOUTS_INTAKE_H

#include <intoto/verify.h>

#include "layouts/layout.h"
#include "layouts/trace.h"
#include "model/artifacts.h"

struct it_intake_options {
	const char *layout_path;
	const char *step;
	/* layout_path is set here, and keys are those that must have signed the layout. */
	struct intoto_verify_options verify;
};

/* The artifacts of one side of a step that this one matches with. */
struct it_intake_source {
	const char *item; /* borrowed from the layout */
	struct it_artifacts sides[2];
};

struct it_intake {
	struct intoto_layout *layout; /* with the values of its parameters */
	const struct it_item *step;   /* in it */
	struct intoto_report *report; /* of the steps before; NULL: there are none */
	struct it_intake_source *sources;
	size_t source_count;
};

void it_intake_done(struct it_intake *intake);

/*
 * Verifies the layout's signatures and expiry, then the steps that this one matches with, and those
 * that they match with: links, thresholds, rules.  UNTRUSTED, POLICY: the layout cannot be
 * followed; NOTFOUND: it has no such step.  What is wrong with links is in the report.
 */
IT_CHECK int it_intake_open(struct it_intake *out, const struct it_intake_options *options,
			    struct intoto_error **err);

enum it_intake_fault {
	IT_INTAKE_CHANGED,    /* another content than where it comes from */
	IT_INTAKE_UNEXPECTED, /* the rules forbid it, and nothing has it */
	IT_INTAKE_MISSING,    /* the rules require it, or where it comes from has it */
};

struct it_intake_finding {
	enum it_intake_fault fault;
	char *name;
	char *text; /* a clause: where it comes from, or which rule is against it */
};

struct it_intake_findings {
	struct it_intake_finding *items; /* sorted by name, then fault; each once */
	size_t count;
	size_t cap;
	size_t matched; /* files that are what they were */
};

void it_intake_findings_done(struct it_intake_findings *findings);

/*
 * Applies the step's rules for materials to what is here.  What the step will do to a file is not
 * known yet, so MODIFY and DELETE take whatever matches.
 */
IT_CHECK int it_intake_compare(struct it_intake_findings *out, const struct it_intake *intake,
			       const struct it_artifacts *here, struct intoto_error **err);

/* The same for one link: its products, all of them and nothing else. */
IT_CHECK int it_intake_compare_link(struct it_intake_findings *out, const struct it_artifacts *want,
				    const struct it_artifacts *here, struct intoto_error **err);

#endif
