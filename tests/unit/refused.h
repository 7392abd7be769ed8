/* SPDX-License-Identifier: Apache-2.0 */
/* A refusal in a unit test: the class and the sentence, both.  Include cmocka first. */
#ifndef INTOTO_TESTS_UNIT_REFUSED_H
#define INTOTO_TESTS_UNIT_REFUSED_H

#include <string.h>

#include <intoto/error.h>

/* rc and *err must say code, and the sentence must hold text; *err is freed and NULL after. */
static inline void assert_refused(int rc, struct intoto_error **err, enum intoto_code code,
				  const char *text)
{
	assert_int_equal(rc, code);
	assert_non_null(*err);
	assert_int_equal(intoto_error_code(*err), code);
	if (!strstr(intoto_error_text(*err), text))
		fail_msg("\"%s\" does not say \"%s\"", intoto_error_text(*err), text);
	intoto_error_free(*err);
	*err = NULL;
}

#endif
