/* SPDX-License-Identifier: Apache-2.0 */
/* The library's version at run time. */
#include <intoto/version.h>

const char *intoto_version(void)
{
	return INTOTO_VERSION;
}
