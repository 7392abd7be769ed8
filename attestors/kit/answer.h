/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of an attestor: kept until it is whole, so that a late fault answers "failed". */
#ifndef IT_ATTESTORS_KIT_ANSWER_H
#define IT_ATTESTORS_KIT_ANSWER_H

#include "attestors/kit/out.h"

struct intoto_answer {
	struct intoto_json_out statements;
	struct intoto_json_out notes;
	struct intoto_json_out redactions;
	size_t note_count;
	bool open; /* a statement is */
};

void it_answer_init(struct intoto_answer *answer, uint64_t most);
void it_answer_done(struct intoto_answer *answer);
/* Writes the document; reason is NULL unless the attestor failed. */
int it_answer_send(struct intoto_answer *answer, const char *reason, int fd,
		   struct intoto_error **err);

#endif
