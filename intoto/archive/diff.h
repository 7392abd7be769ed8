/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed between two releases, as their archives have it: inputs, tools, dependencies,
 * findings, signers and the rest.  Everything told is a claim of the documents: nothing is verified
 * here.
 */
#ifndef IT_ARCHIVE_DIFF_H
#define IT_ARCHIVE_DIFF_H

#include "archive/archive.h"

enum it_archive_diff_group {
	IT_DIFF_RELEASE, /* what the manifest says of itself */
	IT_DIFF_LAYOUT,	 /* the layout and its keys, by digest */
	IT_DIFF_STEP,	 /* how much evidence there is */
	IT_DIFF_SIGNER,	 /* keyids on the evidence of a step, on attestations of a type */
	IT_DIFF_TOOL,	 /* commands of steps; programs that made SBOMs and scans */
	IT_DIFF_INPUT,	 /* materials that no step made */
	IT_DIFF_PRODUCT,
	IT_DIFF_DEPENDENCY,
	IT_DIFF_FINDING, /* of scanners, and what VEX says */
	IT_DIFF_EXCEPTION,
	IT_DIFF_TRUST,	 /* roots and certificates that were kept, by digest */
	IT_DIFF_FILE,	 /* what else was packed, by digest */
	IT_DIFF_MISSING, /* withheld, or not read: what it says is not compared */
	IT_DIFF_GROUPS,
};

enum it_archive_diff_change {
	IT_DIFF_CHANGED,
	IT_DIFF_ADDED,
	IT_DIFF_REMOVED,
	IT_DIFF_NEW,	 /* a finding that was not there, or was excused and is no more */
	IT_DIFF_GONE,	 /* a finding that is there no more */
	IT_DIFF_EXCUSED, /* VEX or an exception speaks for it now */
	IT_DIFF_UNKNOWN, /* of what is not compared */
};

/* A thing with what each archive says of it; "": nothing, so it was added or removed. */
struct it_archive_diff_row {
	enum it_archive_diff_group group;
	enum it_archive_diff_change change;
	const char *name;
	const char *before;
	const char *after;
};

struct it_archive_diff {
	struct it_archive *before, *after;
	struct it_archive_diff_row *rows; /* those that differ, by group and name */
	size_t count;
	size_t same[IT_DIFF_GROUPS]; /* how many do not */
	struct it_strings texts;
};

/* "inputs" … */
const char *it_archive_diff_group_name(enum it_archive_diff_group group);

const char *it_archive_diff_change_word(enum it_archive_diff_change change);

/* FORMAT when one of them is not whole. */
IT_CHECK int it_archive_diff_read(struct it_archive_diff **out, const char *before,
				  const char *after, struct intoto_error **err);
void it_archive_diff_free(struct it_archive_diff *diff);
IT_DEFINE_AUTO(struct it_archive_diff, it_archive_diff_free);

#endif
