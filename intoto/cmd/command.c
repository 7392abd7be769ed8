/* SPDX-License-Identifier: Apache-2.0 */
/* What every command shares: exit statuses, and the way down the tree. */
#include "cmd/command.h"

#include "base/text.h"

int it_exit_of(enum intoto_code code)
{
	switch (code) {
	case INTOTO_OK:
		return IT_EXIT_YES;
	case INTOTO_E_UNTRUSTED:
	case INTOTO_E_POLICY:
		return IT_EXIT_NO;
	case INTOTO_E_USAGE:
		return IT_EXIT_USAGE;
	case INTOTO_E_FORMAT:
	case INTOTO_E_LIMIT:
	case INTOTO_E_UNSUPPORTED:
	case INTOTO_E_KEY:
		return IT_EXIT_DATA;
	case INTOTO_E_NOTFOUND:
		return IT_EXIT_NOINPUT;
	case INTOTO_E_HELPER:
		return IT_EXIT_UNAVAILABLE;
	case INTOTO_E_NOMEM:
	case INTOTO_E_IO:
		return IT_EXIT_IO;
	case INTOTO_E_INTERNAL:
		return IT_EXIT_BUG;
	}
	return IT_EXIT_BUG;
}

const struct it_command *it_command_child(const struct it_command *command, const char *name)
{
	for (const struct it_command *const *child = command->children; child && *child; child++) {
		if (it_streq((*child)->name, name))
			return *child;
	}
	return NULL;
}
