/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler is told: ownership by scope, results that must be looked at, printf formats. */
#ifndef IT_BASE_ATTR_H
#define IT_BASE_ATTR_H

#include <stdlib.h>

/* IT_AUTO(fn) T x: fn(&x) runs when x leaves its scope. */
#define IT_AUTO(fn) __attribute__((cleanup(fn)))

/* The result decides something; dropping it needs a (void) and a reason. */
#define IT_CHECK __attribute__((warn_unused_result))

#define IT_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Defines free_fn##p(T **), the form that IT_AUTO wants, for a pointer freed by free_fn. */
#define IT_DEFINE_AUTO(type, free_fn)                                                              \
	static inline void free_fn##p(type **owner)                                                \
	{                                                                                          \
		free_fn(*owner);                                                                   \
	}                                                                                          \
	struct it_swallow_semicolon

#define IT_COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* For plain memory: IT_AUTO(it_freep) char *text. */
static inline void it_freep(void *owner)
{
	free(*(void **)owner);
}

#endif
