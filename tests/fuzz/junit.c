/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML: what is read has names and a verdict, whatever it is; what is not has a reason. */
#include "tests/fuzz/reports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_report(data, size, "junit");
}
