/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gates on evidence without a chain (intoto evaluate): what would they say?  There is no link, so
 * what a document is about is only looked at where the caller names artifacts, and who signed it
 * only where there are keys.
 */
#ifndef IT_LAYOUTS_GATES_EVALUATION_H
#define IT_LAYOUTS_GATES_EVALUATION_H

#include "layouts/gates/evidence.h"
#include "layouts/gates/exceptions.h"
#include "layouts/report.h"

struct it_evaluation {
	/* Gates on their own, or those of a layout, of one step or of all. */
	const struct it_gates *gates;
	const struct intoto_layout *layout;
	const char *step;
	/* Keys: of the layout, or given; none: signatures are not looked at. */
	struct it_gate_keys keys;
	const struct it_artifacts *subjects; /* NULL: whatever it is about */
	struct it_exceptions exceptions;
	int64_t now;
	/* Made for each body of evidence. */
	struct it_gate_documents documents;
	size_t advisories; /* how many of the documents, the last ones, are taken unsigned */
	size_t broken;	   /* in folders, so far */
};
void it_evaluation_done(struct it_evaluation *evaluation);

/* Where a file of evidence comes from, and so what is made of one that is none. */
enum it_evaluation_source {
	IT_EVALUATION_ALONE,	/* it must be evidence */
	IT_EVALUATION_AMONG,	/* of several: what does not claim to be evidence is passed over */
	IT_EVALUATION_FOLDER,	/* as a verification reads what lies beside the links */
	IT_EVALUATION_ADVISORY, /* counts whoever signed it and whatever it is about; it may also be
				   a VEX document by itself */
};
/*
 * Adds a file: a signed statement, a bundle of them, or a statement that nobody signed.  FORMAT: it
 * is none of these.  What is passed over is told in the report as skipped.  Of a folder what is
 * broken counts as absent, a warning, and what cannot be read leaves the report undecided.
 */
IT_CHECK int it_evaluation_add(struct it_evaluation *evaluation, const char *path,
			       enum it_evaluation_source source, struct intoto_report *report,
			       struct intoto_error **err);
/* Judges all gates on what was added; *gates is how many there were. */
IT_CHECK int it_evaluation_judge(struct it_evaluation *evaluation, struct intoto_report *report,
				 size_t *gates, struct intoto_error **err);
/* Forgets the evidence, for the next body of it. */
void it_evaluation_reset(struct it_evaluation *evaluation);

#endif
