/* SPDX-License-Identifier: Apache-2.0 */
/* What every command shares: exit statuses, and the way down the tree. */
#include "cmd/command.h"

#include "base/text.h"

enum { NAME_MAX_BYTES = 256 };

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
	case INTOTO_E_SERVICE:
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

static void walk(const struct it_command *command, struct it_buf *name,
		 void (*each)(void *arg, const struct it_command *command, const char *full_name),
		 void *arg)
{
	size_t len = name->len;

	(void)it_buf_printf(name, "%s%s", len ? " " : "", command->name); /* names are short */
	each(arg, command, it_buf_text(name));
	for (const struct it_command *const *child = command->children; child && *child; child++)
		walk(*child, name, each, arg);
	name->len = len;
	if (name->data)
		name->data[len] = '\0';
}

void it_command_walk(const struct it_command *command,
		     void (*each)(void *arg, const struct it_command *command,
				  const char *full_name),
		     void *arg)
{
	IT_AUTO(it_buf_done) struct it_buf name = IT_BUF(NAME_MAX_BYTES);

	walk(command, &name, each, arg);
}
