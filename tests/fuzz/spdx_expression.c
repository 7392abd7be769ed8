/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is an expression can be judged; who allows everything allows it, and who allows nothing
 * but what is not in it does not. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "model/spdx_policy.h"

enum { WHY_MAX = 64 * 1024 };

static enum it_spdx_verdict judge(const struct it_spdx_expression *parsed,
				  const struct it_spdx_policy *policy)
{
	IT_AUTO(it_buf_done) struct it_buf why = IT_BUF(WHY_MAX);
	IT_AUTO(it_strings_done) struct it_strings culprits = { 0 };
	enum it_spdx_verdict verdict = IT_SPDX_DENIED;

	if (it_spdx_judge(&verdict, parsed, policy, &why, &culprits, NULL))
		abort();
	if ((verdict == IT_SPDX_ALLOWED) != !culprits.count)
		abort();
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IT_AUTO(it_spdx_expression_done) struct it_spdx_expression parsed = { 0 };
	IT_AUTO(it_strings_done) struct it_strings other = { 0 };
	IT_AUTO(it_strings_done) struct it_strings all = { 0 };
	struct it_spdx_policy open = { .none = true, .noassertion = true, .unlisted = true };
	struct it_spdx_policy closed = { .allow = &other };
	struct it_spdx_policy denied = {
		.deny = &all, .none = true, .noassertion = true, .unlisted = true
	};

	if (it_spdx_expression_parse(&parsed, it_span(data, size), NULL))
		return 0;
	if (it_spdx_policy_add(&other, it_span_text("LicenseRef-that-nobody-has"), NULL) ||
	    it_spdx_policy_add(&all, it_span_text("MIT"), NULL) ||
	    it_spdx_policy_add(&all, it_span_text("GPL-*"), NULL))
		abort();
	if (judge(&parsed, &open) != IT_SPDX_ALLOWED)
		abort();
	if (judge(&parsed, &closed) == IT_SPDX_ALLOWED && size < 26)
		abort();
	(void)judge(&parsed, &denied); /* whatever it comes to */
	return 0;
}
