/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestation bundles: JSON Lines, one envelope a line (attestation framework v1, "Bundle", suffix
 * .intoto.jsonl).  The bundle itself proves nothing; lines may be missing, doubled or strange.
 */
#ifndef IT_MODEL_BUNDLE_H
#define IT_MODEL_BUNDLE_H

#include "base/buf.h"

enum { IT_BUNDLE_LINES_MAX = 100 * 1000 };

/*
 * Calls visit with each line that is not empty, numbered from 1, until it returns nonzero, which is
 * returned.  More than IT_BUNDLE_LINES_MAX lines are INTOTO_E_LIMIT.
 */
IT_CHECK int it_bundle_each(struct it_span text,
			    int (*visit)(void *arg, size_t number, struct it_span line,
					 struct intoto_error **err),
			    void *arg, struct intoto_error **err);

#endif
