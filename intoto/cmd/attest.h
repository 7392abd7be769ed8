/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of intoto attest have in common. */
#ifndef IT_CMD_ATTEST_H
#define IT_CMD_ATTEST_H

#include "attest/attestor.h"
#include "cmd/command.h"

/* The first operand is the word itself. */
IT_CHECK int it_attest_list(const struct it_attestor_places *places, bool json,
			    const struct it_strings *operands, struct intoto_error **err);
IT_CHECK int it_attest_describe(const struct it_attestor_places *places, bool json,
				const struct it_strings *operands, struct intoto_error **err);

#endif
