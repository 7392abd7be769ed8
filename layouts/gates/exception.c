/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the exception that covers a finding. */
#include "layouts/gates/exception.h"

int it_exceptions_find(const struct it_exceptions *exceptions,
		       const struct it_exception_query *query, const char **id, struct it_buf *by,
		       struct it_strings *why_not, struct intoto_error **err)
{
	(void)exceptions; /* a layout can name nobody who may sign one yet, so none counts */
	(void)query;
	(void)why_not;
	(void)err;
	*id = NULL;
	it_buf_reset(by);
	return INTOTO_OK;
}
