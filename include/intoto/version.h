/* SPDX-License-Identifier: Apache-2.0 */
/* The version of the library, at build time and at run time. */
#ifndef INTOTO_VERSION_H
#define INTOTO_VERSION_H

/* Marks what the shared library exports. */
#define INTOTO_API __attribute__((visibility("default")))

#define INTOTO_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the library that is running, for example "0.1.0"; never NULL. */
INTOTO_API const char *intoto_version(void);

#ifdef __cplusplus
}
#endif

#endif
