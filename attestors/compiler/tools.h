/* SPDX-License-Identifier: Apache-2.0 */
/* Tools that a step ran. */
#ifndef INTOTO_ATTESTORS_COMPILER_TOOLS_H
#define INTOTO_ATTESTORS_COMPILER_TOOLS_H

#include <stddef.h>
#include <stdlib.h>

#include <intoto/attestor.h>

enum {
	TOOLS_MAX = 1000,
	TOOL_VERSION_MAX = 512, /* bytes of a version */
	TOOL_SHA256 = 65,
};

#define TOOL_OWNED(fn) __attribute__((cleanup(fn))) /* runs fn(&it) at the end of the scope */

static inline void tool_free_text(char **text)
{
	free(*text);
}

struct tool {
	char *path;		  /* absolute */
	const char *source;	  /* "option", "trace" or "command": who says that it was run */
	char traced[TOOL_SHA256]; /* its digest when it ran; "" when nobody says */
	char sha256[TOOL_SHA256]; /* its digest now; "" when it cannot be read */
	char *version;		  /* what it says of itself; NULL: was not asked, or says nothing */
};

struct tools {
	struct tool items[TOOLS_MAX];
	size_t count;
	size_t left_out; /* that a trace has beside these */
};

void tools_done(struct tools **tools);
/* Adds a path, once; *out may be NULL. */
int tools_add(struct tools *tools, const char *path, const char *source, struct tool **out,
	      struct intoto_error **err);
/* A name with "/" is a path below folder; another one is looked for in PATH. */
int tools_find(struct tools *tools, const char *name, const char *folder, const char *source,
	       struct intoto_error **err);

/* Fills digest and version.  Only what the user named, and families of tools that are known to
 * answer such a question and do nothing else, are asked. */
int tool_examine(struct tool *tool, struct intoto_error **err);
/* Whether its name is that of a compiler, linker, interpreter or build tool. */
bool tool_is_known(const char *path);

/* The programs of a runtime-trace statement, signed or not. */
int tools_read_trace(struct tools *tools, const struct intoto_input *input,
		     struct intoto_error **err);

#endif
