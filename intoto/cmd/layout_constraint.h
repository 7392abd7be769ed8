/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate constraints on the command line. */
#ifndef IT_CMD_LAYOUT_CONSTRAINT_H
#define IT_CMD_LAYOUT_CONSTRAINT_H

#include "cmd/layout_file.h"

/*
 * Adds one constraint for each text: words NAME=VALUE, quoted as in a shell, with the names cn,
 * dns, email, organization, uri and root.  A name may come several times; "cn=" wants that there is
 * none; a name that is not given takes anything, root any root of the layout.
 */
IT_CHECK int it_layout_add_constraints(struct it_layout_file *file, struct it_layout_step *step,
				       const struct it_strings *texts, struct intoto_error **err);

#endif
