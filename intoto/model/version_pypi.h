/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of Python packages (PEP 440); for <model/version_order.h> alone. */
#ifndef IT_MODEL_VERSION_PYPI_H
#define IT_MODEL_VERSION_PYPI_H

#include <stdbool.h>

/* false: one of them is no such version. */
bool it_version_compare_pypi(const char *a, const char *b, int *order);

#endif
