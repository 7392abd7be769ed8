/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the VEX documents among a gate's evidence say about a finding, and why each statement about
 * its vulnerability counts or does not.
 *
 * Among the statements that fit and come from whom the layout names, those that name the version go
 * before those that do not; of these the latest counts.  Of one time, all must clear the finding.
 * One without a version that is later and does not clear takes the clearing back.
 */
#ifndef IT_LAYOUTS_GATES_VEX_ANSWERS_H
#define IT_LAYOUTS_GATES_VEX_ANSWERS_H

#include "layouts/gates/vex_match.h"

struct it_vex_document {
	const struct it_gate_evidence *evidence;
	struct it_vex *vex; /* owned */
	char *refused;	    /* a clause: why none of its statements counts; NULL */
};

/* One id of one statement. */
struct it_vex_entry {
	const char *id;
	size_t document;
	const struct it_vex_statement *statement;
};

struct it_vex_answers {
	const struct it_vex_terms *terms;
	int64_t now;
	struct it_vex_document *documents;
	size_t document_count;
	struct it_vex_entry *entries; /* sorted by id */
	size_t entry_count;
};
void it_vex_answers_done(struct it_vex_answers *answers);
/* A document that cannot be read is a REMARK: it clears nothing. */
IT_CHECK int it_vex_answers_read(struct it_vex_answers *out, struct it_gate_verdict *verdict,
				 const struct it_vex_terms *terms,
				 const struct it_gate_input *input, struct intoto_error **err);

/* by is emptied, and says which statement clears the finding; remarks gets a clause for each that
 * does not count. */
IT_CHECK int it_vex_answers_find(const struct it_vex_answers *answers, struct it_buf *by,
				 struct it_strings *remarks, const struct it_vex_target *target,
				 struct intoto_error **err);

#endif
