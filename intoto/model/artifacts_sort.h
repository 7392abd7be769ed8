/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting artifacts that come nearly sorted: in runs, of which few overlap. */
#ifndef IT_MODEL_ARTIFACTS_SORT_H
#define IT_MODEL_ARTIFACTS_SORT_H

#include "model/artifacts.h"

/*
 * By name, bytewise; equal ones keep their order.  Takes time and memory for what is not in order:
 * none for a sorted table, half of the table's memory at the worst.  INTOTO_E_NOMEM leaves them all
 * there, in some order.
 */
IT_CHECK int it_artifacts_sort(struct it_artifact *items, size_t count);

#endif
