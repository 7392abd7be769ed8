/* SPDX-License-Identifier: Apache-2.0 */
/* report/parameters.json: with which words the chain was verified when it was packed. */
#ifndef IT_ARCHIVE_PARAMETERS_H
#define IT_ARCHIVE_PARAMETERS_H

#include <intoto/verify.h>

#include "base/buf.h"
#include "base/strings.h"

#define IT_ARCHIVE_PARAMETERS_NAME "report/parameters.json"

/* Zero-initialised is empty. */
struct it_archive_parameters {
	struct intoto_parameter *items;
	size_t count;
	bool pass;	/* to sublayouts, too */
	unsigned allow; /* enum intoto_allow */
	struct it_strings texts;
};

/* Errors name the member. */
IT_CHECK int it_archive_parameters_read(struct it_archive_parameters *out, struct it_span bytes,
					struct intoto_error **err);
void it_archive_parameters_done(struct it_archive_parameters *parameters);

#endif
