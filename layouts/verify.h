/* SPDX-License-Identifier: Apache-2.0 */
/* intoto_verify for our own programs, which may ask for more than the public options offer. */
#ifndef IT_LAYOUTS_VERIFY_H
#define IT_LAYOUTS_VERIFY_H

#include <intoto/verify.h>

#include "layouts/trace.h"

/* As intoto_verify, and tells trace what it sees; trace may be NULL. */
IT_CHECK int it_verify(struct intoto_report **report, struct intoto_link **summary,
		       const struct intoto_verify_options *options, struct it_trace *trace,
		       struct intoto_error **err);

#endif
