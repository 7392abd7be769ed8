/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that a command's keeper fills and its caller reads. */
#include <sys/mman.h>

#include "base/sandbox.h"

int it_sandbox_denied_new(struct it_sandbox_denied **out, struct intoto_error **err)
{
	void *memory =
		mmap(NULL, sizeof **out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*out = memory == MAP_FAILED ? NULL : memory;
	return *out ? INTOTO_OK : it_err_nomem(err);
}

void it_sandbox_denied_free(struct it_sandbox_denied *denied)
{
	if (denied)
		(void)munmap(denied, sizeof *denied); /* pages of ours */
}
