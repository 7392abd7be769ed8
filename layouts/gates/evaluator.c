/* SPDX-License-Identifier: Apache-2.0 */
/* The helper program rule-jq, started in the door of attestors. */
#include "layouts/gates/evaluator.h"

#include <string.h>
#include <unistd.h>

#include "attest/attestor.h"
#include "attest/environment.h"
#include "base/libexec.h"
#include "json/json.h"

enum { ANSWER_MAX = 64 * 1024, DEPTH_MAX = 4 };
#define MEMORY_MAX (UINT64_C(2) << 30)

static const char helper_name[] = "rule-jq";

static int read_answer(struct it_json **answer, struct it_span text, struct intoto_error **err)
{
	const struct it_json_limits limits = { .bytes = ANSWER_MAX,
					       .depth = DEPTH_MAX,
					       .values = ANSWER_MAX };

	if (it_json_parse(answer, text, &limits, NULL) ||
	    !it_json_text(it_json_get(*answer, "outcome")).data)
		return it_err_set(err, INTOTO_E_HELPER, "%s gave no answer", helper_name);
	return INTOTO_OK;
}

int it_rule_ask(struct it_json **answer, struct it_span request, struct intoto_error **err)
{
	IT_AUTO(it_freep) char *helper = it_libexec_path(helper_name);
	IT_AUTO(it_strings_done) struct it_strings environment = { 0 };
	IT_AUTO(it_door_result_done)
	struct it_door_result result = { .output = IT_BUF(0), .said = IT_BUF(0) };
	struct it_door_spec spec = { .program = helper,
				     .word = "judge",
				     .input = request,
				     .folder = "/",
				     .memory = MEMORY_MAX,
				     .processes = 1,
				     .seconds = IT_RULE_SECONDS,
				     .output = ANSWER_MAX };
	int rc = helper ? it_attest_environment(&environment, NULL, NULL, err) : it_err_nomem(err);

	*answer = NULL;
	if (rc)
		return rc;
	if (access(helper, X_OK))
		return it_err_set(err, INTOTO_E_HELPER,
				  "%s: the helper program of this package that evaluates jq is not "
				  "there",
				  helper);
	spec.environment = environment.items;
	it_door_choose_user(&spec, it_attest_reach_of(helper));
	rc = it_door_run(&result, &spec, err);
	if (!rc)
		rc = it_door_judge(&result, &spec, err);
	return rc ? rc : read_answer(answer, it_buf_span(&result.output), err);
}
