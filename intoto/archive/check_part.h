/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that check an archive share. */
#ifndef IT_ARCHIVE_CHECK_PART_H
#define IT_ARCHIVE_CHECK_PART_H

#include "archive/check.h"
#include "archive/parameters.h"
#include "attest/room.h"

/* Adds a note; texts are copied. */
int it_archive_note(struct it_archive_answer *answer, enum intoto_outcome outcome, const char *code,
		    const char *subject, struct intoto_error **err, const char *format, ...)
	IT_PRINTF(6, 7);
bool it_archive_has_failed(const struct it_archive_answer *answer);

/* An archive that was read, whose later evidence is to be judged. */
struct it_archive_question {
	const struct it_archive *archive;
	const char *path;
	const char *folder; /* into which it was extracted; NULL: it was not */
	const struct it_archive_policy *policy;
	const char *was; /* sha256 of a file that it may have been once; NULL */
	bool *found;	 /* becomes true when later evidence that counts says so */
};

IT_CHECK int it_archive_check_later(struct it_archive_answer *answer,
				    const struct it_archive_question *question,
				    struct intoto_error **err);

/* A verification of what was extracted. */
struct it_archive_chain {
	struct intoto_verify_options options;
	struct intoto_key **keys; /* of the archive */
	size_t key_count;
	struct it_archive_parameters parameters; /* of the archive, too */
	struct it_strings texts, certificates, trust, exceptions;
	bool same_inspections; /* of the layout that is used and of the one in the archive */
};

/* Fills a zeroed chain from the folder that the archive was extracted into. */
IT_CHECK int it_archive_chain_read(struct it_archive_chain *chain, const struct it_archive *archive,
				   const struct it_archive_policy *policy, const char *folder,
				   struct intoto_error **err);
void it_archive_chain_done(struct it_archive_chain *chain);

/* Tells with which parameters and allowances it is verified, and whose they are; nothing where
 * there are none. */
IT_CHECK int it_archive_note_words(struct it_archive_answer *answer,
				   const struct it_archive_chain *chain,
				   const struct it_archive_policy *policy,
				   struct intoto_error **err);
/* Says what the report of a chain means for its archive. */
IT_CHECK int it_archive_judge_chain(struct it_archive_answer *answer,
				    const struct it_archive_chain *chain,
				    const struct it_archive_policy *policy,
				    struct intoto_error **err);

#endif
