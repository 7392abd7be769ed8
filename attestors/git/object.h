/* SPDX-License-Identifier: Apache-2.0 */
/* Commits and annotated tags, taken apart from the bytes that git hashed. */
#ifndef INTOTO_ATTESTORS_GIT_OBJECT_H
#define INTOTO_ATTESTORS_GIT_OBJECT_H

#include <intoto/attestor.h>

#include "attestors/source/text.h"

enum { REPO_OBJECT_MAX = 4 << 20, REPO_PARENTS_MAX = 256 };

/* Borrowed from the object's bytes. */
struct repo_slice {
	const char *data;
	size_t len;
};

/* "NAME <EMAIL> SECONDS ZONE" */
struct repo_person {
	struct repo_slice name;
	struct repo_slice email;
	int64_t time;
	bool has_time;
	struct repo_slice zone; /* "+0200" */
};

struct repo_commit {
	struct repo_slice tree;
	struct repo_slice parents[REPO_PARENTS_MAX];
	size_t parent_count;
	struct repo_person author;
	struct repo_person committer;
	struct repo_slice message;
	struct at_buf signature; /* as armored; empty: none */
	struct at_buf covered;	 /* what the signature is over */
};

struct repo_tag {
	struct repo_slice object; /* id */
	struct repo_slice type;	  /* of it */
	struct repo_slice name;
	struct repo_person tagger; /* name.data NULL: none, in old ones */
	struct repo_slice message; /* without the signature */
	struct repo_slice signature;
	struct repo_slice covered;
};

void repo_commit_done(struct repo_commit *commit);
/* Both are FORMAT for what git-fsck(1) would not let pass; the bytes must outlive *out. */
int repo_commit_parse(struct repo_commit *out, const char *bytes, size_t len, size_t id_len,
		      struct intoto_error **err);
int repo_tag_parse(struct repo_tag *out, const char *bytes, size_t len, size_t id_len,
		   struct intoto_error **err);
/* FORMAT unless the bytes of an object of that type have that id. */
int repo_object_check(const char *id, size_t id_len, const char *type, const char *bytes,
		      size_t len, struct intoto_error **err);

#endif
