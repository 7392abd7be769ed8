/* SPDX-License-Identifier: Apache-2.0 */
/* Making and extending the error object; see <intoto/error.h> for the contract. */
#ifndef IT_BASE_ERROR_H
#define IT_BASE_ERROR_H

#include <intoto/error.h>

#include "base/attr.h"

IT_DEFINE_AUTO(struct intoto_error, intoto_error_free);

/*
 * Says why, and returns code, so that a refusal is one line.  The first error wins: an *err that is
 * already set stays.  Works without memory (a static error says that memory ran out).
 */
int it_err_set(struct intoto_error **err, enum intoto_code code, const char *format, ...)
	IT_PRINTF(3, 4);

/*
 * The same from errno: appends the system's words, and chooses the class (ENOENT is NOTFOUND,
 * ENOMEM is NOMEM, the rest IO).  Pass errno itself; it is read before anything can change it.
 */
int it_err_errno(struct intoto_error **err, int number, const char *format, ...) IT_PRINTF(3, 4);

/* Puts "what was being done: " in front of an error and returns rc. */
int it_err_wrap(struct intoto_error **err, int rc, const char *format, ...) IT_PRINTF(3, 4);

/* Shorthand for the commonest of all. */
int it_err_nomem(struct intoto_error **err);

#endif
