/* SPDX-License-Identifier: Apache-2.0 */
/* What can be allowed by name. */
#ifndef IT_LAYOUTS_ALLOWANCES_H
#define IT_LAYOUTS_ALLOWANCES_H

#include <intoto/verify.h>

struct it_allowance {
	const char *name; /* "bad-glob" … */
	enum intoto_allow allow;
};

extern const struct it_allowance it_allowances[]; /* by name */
extern const size_t it_allowance_count;

#endif
