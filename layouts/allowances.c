/* SPDX-License-Identifier: Apache-2.0 */
#include "layouts/allowances.h"

#include "base/text.h"

const struct it_allowance it_allowances[] = {
	{ "bad-glob", INTOTO_ALLOW_BAD_GLOB },
	{ "disagreement", INTOTO_ALLOW_DISAGREEMENT },
	{ "empty-layout", INTOTO_ALLOW_EMPTY_LAYOUT },
	{ "failed-step", INTOTO_ALLOW_FAILED_STEP },
	{ "name-mismatch", INTOTO_ALLOW_NAME_MISMATCH },
	{ "no-expiry", INTOTO_ALLOW_NO_EXPIRY },
	{ "unnamed-provenance", INTOTO_ALLOW_UNNAMED_PROVENANCE },
	{ "zero-threshold", INTOTO_ALLOW_ZERO_THRESHOLD },
};

const size_t it_allowance_count = IT_COUNT_OF(it_allowances);
