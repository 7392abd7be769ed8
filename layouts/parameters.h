/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a layout (in-toto specification 4.3, "parameter substitution"): {name} in rules,
 * expected commands and inspections stands for a value that the verifier gives.
 *
 * As soon as one parameter is given, braces mean something in the whole layout, as in Python: {{
 * and
 * }} stand for one brace, and a {name} without a value is refused.  Rules are taken apart before
 * values come in, so a value can neither add words to a rule nor change its keywords; a * in a
 * value does match as in any pattern.
 */
#ifndef IT_LAYOUTS_PARAMETERS_H
#define IT_LAYOUTS_PARAMETERS_H

#include <intoto/verify.h>

#include "layouts/layout.h"

struct it_parameters {
	const struct intoto_parameter *items;
	size_t count;
	bool *used; /* for each, whether the layout asked for it; the caller's */
};

/* Refuses names outside [A-Za-z0-9_-]+, names that come twice, values with control characters. */
IT_CHECK int it_parameters_check(const struct intoto_parameter *items, size_t count,
				 struct intoto_error **err);

/* Changes the layout; INTOTO_E_POLICY names the place.  Does nothing without parameters. */
IT_CHECK int it_parameters_apply(const struct it_parameters *parameters,
				 struct intoto_layout *layout, struct intoto_error **err);

#endif
