/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict over an archive: whole, signed, renewed in time, and its chain passes. */
#ifndef IT_ARCHIVE_CHECK_H
#define IT_ARCHIVE_CHECK_H

#include <intoto/verify.h>

#include "archive/archive.h"

struct it_archive_policy {
	const struct intoto_key *const *keys; /* of those who may sign manifests; at least one */
	size_t key_count;
	const struct intoto_key *const *layout_keys; /* none: those in the archive, which its
							manifest vouches for */
	size_t layout_key_count;
	bool at_given; /* else as of the archive's own time */
	int64_t at;
	const char *layout; /* today's layout, instead of the one in the archive; NULL */
	const char *const *timestamp_roots; /* PEM files */
	size_t timestamp_root_count;
	bool timestamp_required; /* one that counts must hold at that time */
	const char *previous;	 /* path of the archive before it; NULL */
	const char *product;	 /* what it must be an archive of; NULL: whatever it says */
	const char *release;
	/* Given, they take the place of the archive's own. */
	const struct intoto_parameter *parameters;
	size_t parameter_count; /* 0: not given */
	unsigned allow;		/* enum intoto_allow; 0: not given */
};

/* All texts are owned by the answer. */
struct it_archive_answer {
	enum intoto_verdict verdict; /* starts at refused */
	struct it_archive *archive;
	int64_t vouched_from;	      /* authorities do from then, by renewals; 0: none does */
	int64_t vouched_until;	      /* when the last of their timestamps ages */
	struct it_strings signers;    /* keyids of keys that signed the manifest */
	struct intoto_report *report; /* of the chain; NULL when it was not looked at */
	char *folder;		      /* in front of the paths in that report; is gone by now */
	struct it_archive_note {
		enum intoto_outcome outcome;
		const char *code; /* "archive.member.removed", "archive.signature" … */
		const char *subject;
		const char *text;
	} * notes;
	size_t note_count;
	struct it_strings texts;
};

IT_CHECK int it_archive_check(struct it_archive_answer **out, const char *path,
			      const struct it_archive_policy *policy, struct intoto_error **err);
void it_archive_answer_free(struct it_archive_answer *answer);
IT_DEFINE_AUTO(struct it_archive_answer, it_archive_answer_free);

#endif
