/* SPDX-License-Identifier: Apache-2.0 */
/* What a step demands of how its links are made, from the command line. */
#ifndef IT_CMD_LAYOUT_REQUIREMENT_H
#define IT_CMD_LAYOUT_REQUIREMENT_H

#include "cmd/command.h"
#include "layouts/requirement.h"

struct it_requirement_words {
	const char *trace;	   /* "full,complete,statement" */
	struct it_strings network; /* "none", or patterns */
	const char *sandbox;	   /* "files,no-network,nothing-denied" */
	struct it_strings level;
	const char *digests;
};

extern const char *const it_required_digests[]; /* computed */

/* clang-format off */
#define IT_REQUIREMENT_OPTIONS(type, member) \
	IT_VALUE(type, member.trace, 0, "require-trace", "TIER[,WORD]...", \
		 "links must say that the command was traced: writes or full, complete, " \
		 "writes-proven, reads-proven, statement"), \
	IT_EACH(type, member.network, 0, "require-network", "PATTERN", \
		"addresses that the command may have talked to, or none"), \
	IT_VALUE(type, member.sandbox, 0, "require-sandbox", "WORD[,WORD]...", \
		 "links must say that the command was in a sandbox: files, no-network, " \
		 "nothing-left, nothing-denied"), \
	IT_EACH(type, member.level, 0, "require-level", "MECHANISM", \
		"what that sandbox must have been made of"), \
	IT_CHOICE(type, member.digests, 0, "require-digests", "HOW", it_required_digests, \
		  "links must say that no digest was reused: computed")
/* clang-format on */

/* Fills an empty requirement; stays empty when nothing is asked for. */
IT_CHECK int it_requirement_from_words(struct it_requirement *out,
				       const struct it_requirement_words *words,
				       struct intoto_error **err);

#endif
