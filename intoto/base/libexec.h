/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of this package that do what the program itself links no library for. */
#ifndef IT_BASE_LIBEXEC_H
#define IT_BASE_LIBEXEC_H

#include "base/error.h"

/* As installed. */
extern const char it_libexec_folder[], it_libexec_attestors[];

/*
 * The path of one: beside the program itself (a build folder), else in the package's libexec folder;
 * never through $PATH.  Owned; NULL when memory ran out.  Whether it is there is not looked at for
 * the latter.
 */
char *it_libexec_path(const char *name);

#endif
