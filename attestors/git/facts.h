/* SPDX-License-Identifier: Apache-2.0 */
/* What was found out about a repository, before anything is written. */
#ifndef INTOTO_ATTESTORS_GIT_FACTS_H
#define INTOTO_ATTESTORS_GIT_FACTS_H

#include "attestors/git/reader.h"
#include "attestors/git/signature.h"

enum { FACTS_LISTED_MAX = 1000, FACTS_DEEP_MAX = 8 };

struct fact_ref {
	char *name;
	char *id;
};

struct fact_change {
	char *path;
	unsigned change;
};

struct fact_submodule {
	char *path;
	char commit[REPO_ID_SIZE];	/* that the index names */
	char checked_out[REPO_ID_SIZE]; /* "" when it is not there */
	char *remote;			/* of it, cleaned; or NULL */
	const char *state;		/* "same", "differs", "absent", "unreadable" */
};

struct facts {
	struct repo_place place;
	struct repo_head head;
	const struct repo_reader_kind *kind;
	struct repo_reader *reader;
	struct at_buf commit_bytes;
	struct repo_commit commit;
	struct fact_ref refs[FACTS_LISTED_MAX]; /* that name HEAD's commit */
	size_t ref_count;
	uint64_t all_refs;
	uint64_t pointing; /* how many name the commit, listed or not */
	struct fact_change changes[FACTS_LISTED_MAX];
	size_t change_count;
	uint64_t staged, modified, deleted, untracked, conflicted, renamed, unreadable, all_changes;
	struct fact_submodule submodules[FACTS_LISTED_MAX];
	size_t submodule_count;
	uint64_t all_submodules;
	bool compared; /* the work tree, with all its submodules */
	char *why_not_compared;
};

/* Zero-initialised before. */
int facts_find(struct facts *facts, const char *folder, struct intoto_error **err);
void facts_done(struct facts *facts);
bool facts_are_clean(const struct facts *facts);

#endif
