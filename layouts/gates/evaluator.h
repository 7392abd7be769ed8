/* SPDX-License-Identifier: Apache-2.0 */
/* The helper program that evaluates rules in a language of their own. */
#ifndef IT_LAYOUTS_GATES_EVALUATOR_H
#define IT_LAYOUTS_GATES_EVALUATOR_H

#include "base/buf.h"

struct it_json;

enum { IT_RULE_SECONDS = 5 };

/*
 * Evaluates what is asked ({ "input", "rule" }), confined and within bounds.  *answer is its
 * { "outcome", "text" }; INTOTO_E_HELPER, with a clause, when it did not answer.
 */
IT_CHECK int it_rule_ask(struct it_json **answer, struct it_span request,
			 struct intoto_error **err);

#endif
