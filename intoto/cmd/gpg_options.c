/* SPDX-License-Identifier: Apache-2.0 */
/* What the options about gpg have in common. */
#include "cmd/gpg_options.h"

int it_gpg_check(bool gpg, bool key, const char *home, struct intoto_error **err)
{
	if (gpg && key)
		return it_err_set(err, INTOTO_E_USAGE, "--signing-key and --gpg: want one of them");
	if (home && !gpg)
		return it_err_set(err, INTOTO_E_USAGE, "option --gpg-home wants --gpg");
	return INTOTO_OK;
}
